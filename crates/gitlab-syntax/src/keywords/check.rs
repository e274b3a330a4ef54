//! Holds a value against the table.

use super::{Key, Presence, Shape};
use crate::condition::Conditions;
use crate::duration;
use crate::pattern;
use crate::problem::{Problem, ProblemKind, nearest};
use crate::value::{Data, Mapping, Value};

/// How many lists may lie within one another in a script.
/// Source: "CI/CD YAML syntax reference", section `script`: up to 10 levels.
const DEEPEST_SCRIPT: usize = 10;

/// Holds values against shapes.
pub(crate) struct Checker<'call> {
    /// What does not fit.
    pub problems: &'call mut Vec<Problem>,
    /// Conditions that have been read.
    pub conditions: &'call Conditions,
}

impl Checker<'_> {
    /// Tells what in a value does not fit its shape. `path` is what the value is called in messages,
    /// e.g. `build:artifacts`.
    pub(crate) fn check(&mut self, value: &Value, shape: &Shape, path: &str) {
        if matches!(value.data, Data::Reference(_)) {
            return;
        }
        let wrong = |found: String| {
            let (keyword, expected) = (path.to_owned(), shape.expected());
            Problem::new(value.span, ProblemKind::WrongType { keyword, found, expected })
        };
        if !fits(value, shape) {
            self.problems.push(wrong(value.kind().to_owned()));
            return;
        }
        let text = || value.as_scalar().unwrap_or_default();
        match shape {
            Shape::Text | Shape::Boolean | Shape::Any => {}
            Shape::Integer(least, most) => {
                if !value.as_integer().is_some_and(|number| (*least..=*most).contains(&number)) {
                    self.problems.push(wrong(format!("`{}`", text())));
                }
            }
            Shape::Word(words) => {
                if !words.contains(&text().as_str()) {
                    self.problems.push(wrong(format!("`{}`", text())));
                }
            }
            Shape::Duration => {
                if !text().contains('$') && duration::parse_expiry(&text()).is_none() {
                    self.problems
                        .push(Problem::new(value.span, ProblemKind::Duration { text: text() }));
                }
            }
            Shape::Pattern => self.check_pattern(value),
            Shape::Condition => {
                if let Err(error) = self.conditions.read(&text()) {
                    let cause = error.cause;
                    let kind = if error.in_pattern {
                        ProblemKind::Pattern { cause }
                    } else {
                        ProblemKind::Condition { cause }
                    };
                    self.problems.push(Problem::new(value.span, kind));
                }
            }
            Shape::Script => self.check_script(value, path, 0),
            Shape::List(item) => {
                for value in value.as_list().unwrap_or_default() {
                    self.check_item(value, item, path);
                }
            }
            Shape::OneOrMore(item) => match value.as_list() {
                Some(items) => items.iter().for_each(|value| self.check_item(value, item, path)),
                None => self.check(value, item, path),
            },
            Shape::Keys(keys) => {
                if let Some(mapping) = value.as_mapping() {
                    self.check_keys(mapping, value, keys, path);
                }
            }
            Shape::Named(item) => {
                for (name, value) in value.as_mapping().iter().flat_map(|mapping| mapping.iter()) {
                    if !value.is_null() {
                        self.check(value, item, &format!("{path}:{name}"));
                    }
                }
            }
            Shape::Either(shapes) => {
                if let Some(shape) = shapes.iter().find(|shape| fits(value, shape)) {
                    self.check(value, shape, path);
                }
            }
        }
    }

    /// An item of a list. Where a reference was put in place, it may be a list itself.
    fn check_item(&mut self, value: &Value, item: &Shape, path: &str) {
        match &value.data {
            Data::List(items) if !fits(value, item) => {
                items.iter().for_each(|value| self.check_item(value, item, path));
            }
            _ => self.check(value, item, path),
        }
    }

    fn check_keys(&mut self, mapping: &Mapping, value: &Value, keys: &[Key], path: &str) {
        for (name, entry) in mapping.entries() {
            let Some(key) = keys.iter().find(|key| key.name == name) else {
                let kind = ProblemKind::UnknownKeyword {
                    keyword: name.clone(),
                    place: format!("in `{path}`"),
                    suggestion: nearest(name, keys.iter().map(|key| key.name)),
                };
                self.problems.push(Problem::new(entry.key, kind));
                continue;
            };
            if !entry.value.is_null() {
                self.check(&entry.value, key.shape, &format!("{path}:{name}"));
            } else if key.presence != Presence::Optional {
                let kind = ProblemKind::WrongType {
                    keyword: format!("{path}:{name}"),
                    found: "nothing".to_owned(),
                    expected: key.shape.expected(),
                };
                self.problems.push(Problem::new(entry.key, kind));
            }
        }
        for key in keys.iter().filter(|key| key.presence == Presence::Required) {
            if mapping.get(key.name).is_none() {
                let kind =
                    ProblemKind::MissingKeyword { keyword: key.name, place: path.to_owned() };
                self.problems.push(Problem::new(value.span, kind));
            }
        }
    }

    fn check_pattern(&mut self, value: &Value) {
        let text = value.as_scalar().unwrap_or_default();
        let outcome = match pattern::split(&text) {
            None => Err("it stands between two `/`".to_owned()),
            Some((inner, flags)) => pattern::build(inner, flags),
        };
        if let Err(cause) = outcome {
            self.problems.push(Problem::new(value.span, ProblemKind::Pattern { cause }));
        }
    }

    fn check_script(&mut self, value: &Value, path: &str, depth: usize) {
        let keyword = path.to_owned();
        match &value.data {
            Data::List(_) if depth >= DEEPEST_SCRIPT => {
                let kind = ProblemKind::ScriptTooDeep { keyword, limit: DEEPEST_SCRIPT };
                self.problems.push(Problem::new(value.span, kind));
            }
            Data::List(items) => {
                items.iter().for_each(|item| self.check_script(item, path, depth + 1));
            }
            Data::Mapping(_) => {
                let kind = ProblemKind::WrongType {
                    keyword,
                    found: "a mapping".to_owned(),
                    expected: "text; put a command with `: ` in quotes".to_owned(),
                };
                self.problems.push(Problem::new(value.span, kind));
            }
            _ => {}
        }
    }
}

/// Whether the kind of a value is one that the shape takes.
fn fits(value: &Value, shape: &Shape) -> bool {
    let is_scalar = matches!(value.data, Data::Text(_) | Data::Number(_) | Data::Boolean(_));
    match shape {
        Shape::Text | Shape::Word(_) | Shape::Duration | Shape::Pattern | Shape::Condition => {
            is_scalar
        }
        Shape::Boolean => matches!(value.data, Data::Boolean(_)),
        Shape::Integer(..) => matches!(value.data, Data::Number(_)),
        Shape::Script => is_scalar || matches!(value.data, Data::List(_)),
        Shape::List(_) => matches!(value.data, Data::List(_)),
        Shape::OneOrMore(item) => matches!(value.data, Data::List(_)) || fits(value, item),
        Shape::Keys(_) | Shape::Named(_) => matches!(value.data, Data::Mapping(_)),
        Shape::Either(shapes) => shapes.iter().any(|shape| fits(value, shape)),
        Shape::Any => true,
    }
}
