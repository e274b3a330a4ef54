//! Holds a value against the table.

use super::{Key, Presence, Shape};
use crate::condition::{Condition, build_pattern, split_pattern};
use crate::duration;
use crate::problem::{Problem, ProblemKind, nearest};
use crate::value::{Data, Mapping, Value};

/// How many lists may lie within one another in a script.
/// Source: "CI/CD YAML syntax reference", section `script`: up to 10 levels.
const DEEPEST_SCRIPT: usize = 10;

/// Tells what in a value does not fit its shape. `path` is what the value is called in messages,
/// e.g. `build:artifacts`.
pub(crate) fn check(value: &Value, shape: &Shape, path: &str, problems: &mut Vec<Problem>) {
    if matches!(value.data, Data::Reference(_)) {
        return;
    }
    let refuse = |problems: &mut Vec<Problem>, found: String, expected: String| {
        let kind = ProblemKind::WrongType { keyword: path.to_owned(), found, expected };
        problems.push(Problem::new(value.span, kind));
    };
    if !fits(value, shape) {
        refuse(problems, value.kind().to_owned(), shape.expected());
        return;
    }
    let text = || value.as_scalar().unwrap_or_default();
    match shape {
        Shape::Text | Shape::Boolean | Shape::Any => {}
        Shape::Integer(least, most) => {
            if !value.as_integer().is_some_and(|number| (*least..=*most).contains(&number)) {
                refuse(problems, format!("`{}`", text()), shape.expected());
            }
        }
        Shape::Word(words) => {
            if !words.contains(&text().as_str()) {
                refuse(problems, format!("`{}`", text()), shape.expected());
            }
        }
        Shape::Duration => {
            if !text().contains('$') && duration::parse_expiry(&text()).is_none() {
                problems.push(Problem::new(value.span, ProblemKind::Duration { text: text() }));
            }
        }
        Shape::Pattern => check_pattern(value, problems),
        Shape::Condition => {
            if let Err(error) = Condition::parse(&text()) {
                let cause = error.cause;
                let kind = if error.in_pattern {
                    ProblemKind::Pattern { cause }
                } else {
                    ProblemKind::Condition { cause }
                };
                problems.push(Problem::new(value.span, kind));
            }
        }
        Shape::Script => check_script(value, path, 0, problems),
        Shape::List(item) => {
            for value in value.as_list().unwrap_or_default() {
                check_item(value, item, path, problems);
            }
        }
        Shape::OneOrMore(item) => match value.as_list() {
            Some(items) => items.iter().for_each(|value| check_item(value, item, path, problems)),
            None => check(value, item, path, problems),
        },
        Shape::Keys(keys) => {
            if let Some(mapping) = value.as_mapping() {
                check_keys(mapping, value, keys, path, problems);
            }
        }
        Shape::Named(item) => {
            for (name, value) in value.as_mapping().iter().flat_map(|mapping| mapping.iter()) {
                if !value.is_null() {
                    check(value, item, &format!("{path}:{name}"), problems);
                }
            }
        }
        Shape::Either(shapes) => {
            if let Some(shape) = shapes.iter().find(|shape| fits(value, shape)) {
                check(value, shape, path, problems);
            }
        }
    }
}

/// An item of a list. Where a reference was put in place, it may be a list itself.
fn check_item(value: &Value, item: &Shape, path: &str, problems: &mut Vec<Problem>) {
    match &value.data {
        Data::List(items) if !fits(value, item) => {
            items.iter().for_each(|value| check_item(value, item, path, problems));
        }
        _ => check(value, item, path, problems),
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

fn check_keys(
    mapping: &Mapping,
    value: &Value,
    keys: &[Key],
    path: &str,
    problems: &mut Vec<Problem>,
) {
    for (name, entry) in &mapping.0 {
        let Some(key) = keys.iter().find(|key| key.name == name) else {
            let kind = ProblemKind::UnknownKeyword {
                keyword: name.clone(),
                place: format!("in `{path}`"),
                suggestion: nearest(name, keys.iter().map(|key| key.name)),
            };
            problems.push(Problem::new(entry.key, kind));
            continue;
        };
        if !entry.value.is_null() {
            check(&entry.value, key.shape, &format!("{path}:{name}"), problems);
        } else if key.presence != Presence::Optional {
            let kind = ProblemKind::WrongType {
                keyword: format!("{path}:{name}"),
                found: "nothing".to_owned(),
                expected: key.shape.expected(),
            };
            problems.push(Problem::new(entry.key, kind));
        }
    }
    for key in keys.iter().filter(|key| key.presence == Presence::Required) {
        if mapping.get(key.name).is_none() {
            let kind = ProblemKind::MissingKeyword { keyword: key.name, place: path.to_owned() };
            problems.push(Problem::new(value.span, kind));
        }
    }
}

fn check_pattern(value: &Value, problems: &mut Vec<Problem>) {
    let text = value.as_scalar().unwrap_or_default();
    let outcome = match split_pattern(&text) {
        None => Err("it stands between two `/`".to_owned()),
        Some((pattern, flags)) => build_pattern(pattern, flags),
    };
    if let Err(cause) = outcome {
        problems.push(Problem::new(value.span, ProblemKind::Pattern { cause }));
    }
}

fn check_script(value: &Value, path: &str, depth: usize, problems: &mut Vec<Problem>) {
    let keyword = path.to_owned();
    match &value.data {
        Data::List(_) if depth >= DEEPEST_SCRIPT => {
            let kind = ProblemKind::ScriptTooDeep { keyword, limit: DEEPEST_SCRIPT };
            problems.push(Problem::new(value.span, kind));
        }
        Data::List(items) => {
            items.iter().for_each(|item| check_script(item, path, depth + 1, problems));
        }
        Data::Mapping(_) => {
            let kind = ProblemKind::WrongType {
                keyword,
                found: "a mapping".to_owned(),
                expected: "text; put a command with `: ` in quotes".to_owned(),
            };
            problems.push(Problem::new(value.span, kind));
        }
        _ => {}
    }
}
