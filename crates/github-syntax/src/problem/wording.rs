//! Problems as people read them: what is wrong, and what to do next.
//!
//! Their codes and severities are in [`super::rules`]. The words are Windlass' own.

mod calls;
mod expressions;
mod jobs;
mod reading;
mod triggers;

use windlass_diagnostics::{Diagnostic, Span};

use super::{Problem, ProblemKind};

/// One problem in words.
struct Words {
    message: String,
    help: Option<String>,
    /// Another place that explains it, and why.
    other: Option<(Span, &'static str)>,
}

fn words(message: impl Into<String>, help: &str) -> Words {
    Words {
        message: message.into(),
        help: (!help.is_empty()).then(|| help.to_owned()),
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
        match words.other {
            Some((other, why)) => diagnostic.with_secondary(other, why),
            None => diagnostic,
        }
    }
}

fn list(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
