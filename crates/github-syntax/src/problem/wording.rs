//! Problems as people read them: what is wrong, and what to do next.
//!
//! Their codes and severities are in [`super::rules`]. The words are Windlass' own.

mod calls;
mod expressions;
mod jobs;
mod reading;
mod triggers;

use windlass_diagnostics::{Diagnostic, Fix, Span};

use super::{Problem, ProblemKind};

/// One problem in words.
struct Words {
    message: String,
    help: Option<String>,
    /// The word that was most likely meant in place of the one at the problem's place.
    meant: Option<String>,
    /// Another place that explains it, and why.
    other: Option<(Span, &'static str)>,
}

fn words(message: impl Into<String>, help: &str) -> Words {
    Words {
        message: message.into(),
        help: (!help.is_empty()).then(|| help.to_owned()),
        meant: None,
        other: None,
    }
}

impl Words {
    /// The help becomes the suggestion, where there is one.
    fn suggesting(mut self, suggestion: Option<&String>) -> Self {
        if let Some(word) = suggestion {
            self.help = Some(format!("did you mean `{word}`?"));
        }
        self
    }

    /// As [`Words::suggesting`], for a problem whose place is the mistyped word itself.
    fn replacing(mut self, suggestion: Option<&String>) -> Self {
        self.meant = suggestion.cloned();
        self.suggesting(suggestion)
    }

    fn beside(mut self, other: Option<Span>, why: &'static str) -> Self {
        self.other = other.map(|span| (span, why));
        self
    }
}

impl Problem {
    /// The problem as people read it.
    #[must_use]
    pub fn to_diagnostic(&self) -> Diagnostic {
        if let ProblemKind::Yaml(error) = &self.kind {
            return error.to_diagnostic();
        }
        let rule = self.kind.rule();
        let words = reading::of(&self.kind)
            .or_else(|| expressions::of(&self.kind))
            .or_else(|| triggers::of(&self.kind))
            .or_else(|| jobs::of(&self.kind))
            .or_else(|| calls::of(&self.kind))
            .unwrap_or_else(|| words(rule.summary, ""));
        let mut diagnostic = rule.finding(self.focus.unwrap_or(self.span), words.message);
        diagnostic.help = words.help;
        // Of an expression the whole scalar is the place where its characters are not known.
        let is_word = self.focus.is_some() || !matches!(self.kind, ProblemKind::Expression { .. });
        diagnostic.fix = words.meant.filter(|word| is_word && is_plain(word)).map(|word| {
            let title = format!("write `{word}`");
            Fix::suggested(title, self.focus.unwrap_or(self.span), word)
        });
        match words.other {
            Some((other, why)) => diagnostic.with_secondary(other, why),
            None => diagnostic,
        }
    }
}

/// Whether a word can stand in YAML without quotes, wherever it is.
fn is_plain(word: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    word.bytes().all(is_letter) && word.starts_with(|first: char| first.is_ascii_alphabetic())
}

fn list(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
