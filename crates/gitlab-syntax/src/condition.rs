//! The conditions of `if`: `$CI_COMMIT_TAG =~ /^v\d/ && $DRY_RUN != "true"`.
//!
//! [`parse`] reads them; evaluating is here. Regular expressions have RE2's syntax and, as there,
//! never backtrack.
//!
//! Source: "Specify when jobs run with `rules`", section "CI/CD variable expressions".

mod parse;

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use regex::Regex;

use crate::pattern;
use crate::variables::Scope;

pub use parse::ConditionError;

/// A condition that has been read.
#[derive(Debug, Clone)]
pub struct Condition(Node);

/// Conditions by their text, each read once: the jobs of a configuration mostly share a few.
#[derive(Debug, Default)]
pub(crate) struct Conditions(RefCell<HashMap<String, Result<Rc<Condition>, ConditionError>>>);

impl Conditions {
    /// The condition with this text.
    ///
    /// # Errors
    /// As [`Condition::parse`].
    pub(crate) fn read(&self, text: &str) -> Result<Rc<Condition>, ConditionError> {
        if let Some(known) = self.0.borrow().get(text) {
            return known.clone();
        }
        let read = Condition::parse(text).map(Rc::new);
        self.0.borrow_mut().insert(text.to_owned(), read.clone());
        read
    }
}

/// A part of a condition.
#[derive(Debug, Clone)]
enum Node {
    Any(Vec<Node>),
    All(Vec<Node>),
    Equal { left: Operand, right: Operand, negated: bool },
    Match { left: Operand, right: Operand, negated: bool },
    Operand(Operand),
}

/// What is compared.
#[derive(Debug, Clone)]
enum Operand {
    Null,
    Text(String),
    Variable(String),
    Pattern(Regex),
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// The first thing that makes no sense, with its place in the text.
    pub fn parse(text: &str) -> Result<Self, ConditionError> {
        parse::parse(text).map(Self)
    }

    /// The names of the variables it asks for.
    pub fn variables(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.0.variables(&mut names);
        names
    }

    /// Whether it holds. A variable that is not set is null.
    #[must_use]
    pub fn holds(&self, variables: &Scope<'_>) -> bool {
        self.0.holds(variables)
    }
}

impl Node {
    fn holds(&self, variables: &Scope<'_>) -> bool {
        match self {
            Self::Any(parts) => parts.iter().any(|part| part.holds(variables)),
            Self::All(parts) => parts.iter().all(|part| part.holds(variables)),
            Self::Equal { left, right, negated } => {
                (left.value(variables) == right.value(variables)) != *negated
            }
            Self::Match { left, right, negated } => {
                let text = left.value(variables).unwrap_or_default();
                right.is_match(text, variables) != *negated
            }
            Self::Operand(Operand::Pattern(_)) => true,
            Self::Operand(operand) => {
                operand.value(variables).is_some_and(|value| !value.is_empty())
            }
        }
    }
}

impl Node {
    fn variables<'names>(&'names self, names: &mut Vec<&'names str>) {
        let operands = match self {
            Self::Any(parts) | Self::All(parts) => {
                return parts.iter().for_each(|part| part.variables(names));
            }
            Self::Equal { left, right, .. } | Self::Match { left, right, .. } => vec![left, right],
            Self::Operand(operand) => vec![operand],
        };
        names.extend(operands.into_iter().filter_map(|operand| match operand {
            Operand::Variable(name) => Some(name.as_str()),
            _ => None,
        }));
    }
}

impl Operand {
    fn value<'value>(&'value self, variables: &Scope<'value>) -> Option<&'value str> {
        match self {
            Self::Null => None,
            Self::Text(text) => Some(text),
            Self::Variable(name) => variables.value(name),
            Self::Pattern(pattern) => Some(pattern.as_str()),
        }
    }

    /// Whether a text matches this pattern, or the pattern that this variable holds. What is no
    /// pattern is searched for the text, as GitLab does it: see section "Unexpected behavior from
    /// regular expression matching with `=~`".
    fn is_match(&self, text: &str, variables: &Scope<'_>) -> bool {
        if let Self::Pattern(pattern) = self {
            return pattern.is_match(text);
        }
        let Some(value) = self.value(variables) else { return false };
        match pattern::split(value) {
            Some((pattern, flags)) => {
                pattern::build(pattern, flags).is_ok_and(|pattern| pattern.is_match(text))
            }
            None => value.contains(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variables::{Variable, Variables};

    fn holds(condition: &str) -> bool {
        let variables: Variables = [
            ("BRANCH", "main"),
            ("EMPTY", ""),
            ("TAG", "v1.2.3"),
            ("PATTERN", "/^MAIN$/i"),
            ("WORD", "main"),
        ]
        .into_iter()
        .map(|(name, value)| (name, Variable::new(value)))
        .collect();
        Condition::parse(condition).expect(condition).holds(&variables.scope())
    }

    #[test]
    fn a_variable_alone_holds_when_it_is_set_and_not_empty() {
        assert!(holds("$BRANCH"));
        assert!(!holds("$EMPTY"));
        assert!(!holds("$UNKNOWN"));
    }

    #[test]
    fn null_is_what_is_not_set_and_not_what_is_empty() {
        assert!(holds("$UNKNOWN == null"));
        assert!(holds("$EMPTY != null"));
        assert!(holds("$EMPTY == ''"));
        assert!(!holds("$UNKNOWN == \"\""));
    }

    #[test]
    fn and_binds_tighter_than_or_and_brackets_tighter_than_both() {
        assert!(holds("$BRANCH == 'main' || $EMPTY && $UNKNOWN"));
        assert!(!holds("($BRANCH == \"main\" || $EMPTY) && $UNKNOWN"));
    }

    #[test]
    fn patterns_match_anywhere_with_flags_and_escaped_slashes() {
        assert!(holds(r"$TAG =~ /^v\d+\.\d+/"));
        assert!(holds("$BRANCH !~ /^MAIN$/"));
        assert!(holds("$BRANCH =~ /^MAIN$/i"));
        assert!(holds(r#""a/b" =~ /a\/b/"#));
        assert!(holds("$BRANCH =~ $PATTERN"));
        assert!(!holds("$TAG =~ $WORD"));
        assert!(holds("'23' =~ '1234'"));
    }

    #[test]
    fn what_is_no_condition_is_refused_at_its_place() {
        for (condition, offset) in [
            ("${BRANCH} == 'main'", 0),
            ("$BRANCH = 'main'", 8),
            ("$BRANCH == main", 11),
            ("$BRANCH == 'main' &&", 20),
            ("($BRANCH", 8),
            ("$BRANCH =~ /(/", 11),
            ("$BRANCH =~ /./", 11),
            ("", 0),
        ] {
            let error = Condition::parse(condition).expect_err(condition);
            assert_eq!(error.offset, offset, "{condition}: {}", error.cause);
        }
    }
}
