//! References to variables in texts: `$NAME`, `${NAME}`, `%NAME%`, and `$$` for a dollar sign.
//!
//! The shell's own expansion of a script is not here: a script is handed over as it is.
//!
//! Source: "Where variables can be used", sections "GitLab internal variable expansion mechanism"
//! and "GitLab Runner internal variable expansion mechanism".

use std::collections::HashMap;

use super::{Scope, Variable, Variables};

/// A value never grows beyond this many bytes; a reference that would make it do so stays as
/// written.
const LARGEST_VALUE: usize = 1024 * 1024;

/// How deep variables may refer to one another; a deeper reference stays as written.
const DEEPEST_REFERENCE: usize = 100;

impl Scope<'_> {
    /// The text with its references replaced. An unknown variable gives nothing.
    #[must_use]
    pub fn expand(&self, text: &str) -> String {
        if !text.contains(['$', '%']) {
            return text.to_owned();
        }
        Expansion::of(self).text(text, 0)
    }

    /// The value of a variable with its references replaced.
    #[must_use]
    pub fn expanded_value(&self, name: &str) -> Option<String> {
        self.get(name).and_then(|_| Expansion::of(self).variable(name, 0))
    }
}

impl Variables {
    /// The text with its references replaced. An unknown variable gives nothing.
    #[must_use]
    pub fn expand(&self, text: &str) -> String {
        self.scope().expand(text)
    }

    /// All variables with the references in their values replaced; nothing is left to expand.
    ///
    /// A reference in a circle stays as written. File variables keep their content: whoever writes
    /// their files puts the path in its place beforehand.
    #[must_use]
    pub fn expanded(&self) -> Self {
        let scope = self.scope();
        let mut expansion = Expansion::of(&scope);
        let expanded = self.0.iter().map(|(name, variable)| {
            let value = expansion.variable(name, 0).unwrap_or_default();
            (name.clone(), Variable { value, expand: false, ..variable.clone() })
        });
        Self(expanded.collect())
    }
}

/// A value on its way.
enum Progress {
    /// Its own references are being replaced: whoever asks now stands in a circle.
    Begun,
    Done(String),
}

struct Expansion<'scope> {
    variables: &'scope Scope<'scope>,
    known: HashMap<String, Progress>,
}

impl<'scope> Expansion<'scope> {
    fn of(variables: &'scope Scope<'scope>) -> Self {
        Self { variables, known: HashMap::new() }
    }

    /// The expanded value; `None` for one that is being expanded or lies too deep.
    fn variable(&mut self, name: &str, depth: usize) -> Option<String> {
        match self.known.get(name) {
            Some(Progress::Done(value)) => return Some(value.clone()),
            Some(Progress::Begun) => return None,
            None => {}
        }
        let Some(variable) = self.variables.get(name) else { return Some(String::new()) };
        if !variable.expand || !variable.value.contains(['$', '%']) {
            return Some(variable.value.clone());
        }
        if depth >= DEEPEST_REFERENCE {
            return None;
        }
        self.known.insert(name.to_owned(), Progress::Begun);
        let value = self.text(&variable.value, depth + 1);
        self.known.insert(name.to_owned(), Progress::Done(value.clone()));
        Some(value)
    }

    fn text(&mut self, text: &str, depth: usize) -> String {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(['$', '%']) {
            expanded.push_str(&rest[..at]);
            rest = &rest[at..];
            let reference = Reference::at_start(rest);
            let known = !rest.starts_with('%') || self.variables.get(reference.name).is_some();
            let value = match reference.name {
                "$" => Some("$".to_owned()),
                _ if reference.is_text || !known => None,
                name => self.variable(name, depth),
            };
            match value {
                Some(value) if expanded.len() + value.len() <= LARGEST_VALUE => {
                    expanded.push_str(&value);
                }
                _ => expanded.push_str(&rest[..reference.length]),
            }
            rest = &rest[reference.length..];
        }
        expanded.push_str(rest);
        expanded
    }
}

/// What stands behind a `$` or `%`.
struct Reference<'text> {
    /// Name of the variable; `$` for an escaped dollar sign.
    name: &'text str,
    /// Bytes of the whole reference.
    length: usize,
    /// Whether it is no reference after all.
    is_text: bool,
}

impl<'text> Reference<'text> {
    /// Reads the reference that a text begins with.
    fn at_start(text: &'text str) -> Self {
        let behind = &text[1..];
        if text.starts_with('%') {
            let name = name_at_start(behind);
            let closed = !name.is_empty() && behind[name.len()..].starts_with('%');
            return if closed {
                Self { name, length: name.len() + 2, is_text: false }
            } else {
                Self { name: "", length: 1, is_text: true }
            };
        }
        if let Some(inner) = behind.strip_prefix('{') {
            let name = name_at_start(inner);
            let closed = !name.is_empty() && inner[name.len()..].starts_with('}');
            return if closed {
                Self { name, length: name.len() + 3, is_text: false }
            } else {
                Self { name: "", length: 1, is_text: true }
            };
        }
        if behind.starts_with('$') {
            return Self { name: "$", length: 2, is_text: false };
        }
        let name = name_at_start(behind);
        Self { name, length: name.len() + 1, is_text: name.is_empty() }
    }
}

/// The longest name of a variable at the start of a text.
pub(crate) fn name_at_start(text: &str) -> &str {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    if text.bytes().next().is_none_or(|first| first.is_ascii_digit()) {
        return "";
    }
    let length = text.as_bytes().iter().take_while(|byte| is_part(byte)).count();
    &text[..length]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        pairs.iter().map(|(name, value)| (*name, Variable::new(*value))).collect()
    }

    #[test]
    fn references_are_replaced_in_all_three_notations() {
        let known = variables(&[("NAME", "value"), ("NESTED", "<$NAME>")]);
        assert_eq!(known.expand("$NAME ${NAME} %NAME% $NESTED"), "value value value <value>");
        assert_eq!(known.expand("a${UNKNOWN}b$UNKNOWN-%UNKNOWN%"), "ab-%UNKNOWN%");
    }

    #[test]
    fn two_dollar_signs_are_one_and_hide_a_reference() {
        let known = variables(&[("FLAGS", "-al"), ("COMMAND", "ls $FLAGS $$HOME")]);
        assert_eq!(known.scope().expanded_value("COMMAND").as_deref(), Some("ls -al $HOME"));
        assert_eq!(known.expand("$COMMAND"), "ls -al $HOME");
    }

    #[test]
    fn what_is_no_reference_stays() {
        let known = variables(&[("NAME", "value")]);
        for text in ["$", "5 $ 6", "${", "${NAME", "${N-x}", "100 %", "%NAME", "$1", "$(date +%s)"]
        {
            assert_eq!(known.expand(text), text);
        }
    }

    #[test]
    fn a_value_that_is_not_expanded_stays_wherever_it_is_used() {
        let mut known = variables(&[("A", "a")]);
        known.insert("RAW", Variable::literal("$A"));
        assert_eq!(known.expand("$RAW"), "$A");
        assert_eq!(known.expanded().value("RAW"), Some("$A"));
    }

    #[test]
    fn circles_and_bombs_end() {
        let known = variables(&[("A", "1$B"), ("B", "2$A")]);
        assert_eq!(known.expand("$A"), "12$A");
        let mut bomb = variables(&[("V0", "0123456789")]);
        for level in 1..60 {
            let below = format!("$V{0}$V{0}", level - 1);
            bomb.insert(format!("V{level}"), Variable::new(below));
        }
        assert!(bomb.expand("$V59").len() <= LARGEST_VALUE);
    }
}
