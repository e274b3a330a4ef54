//! Hover: what the word under the cursor means.

use std::ops::Range;

use crate::descriptions;
use crate::operand::Operand;
use crate::outline::{INPUTS, Node, Outline};
use crate::parameters::{self, Parameter};
use crate::place::{Place, Target};
use crate::schema::Accepted;
use crate::subject::{Subject, operand, uses};

/// Words about a range of the text, in Markdown.
#[derive(Debug, PartialEq, Eq)]
pub struct Hover {
    /// The bytes that it is about.
    pub range: Range<usize>,
    /// The words.
    pub words: String,
}

/// What there is to say about the word at a byte.
#[must_use]
pub fn hover(subject: &Subject<'_>, offset: usize) -> Option<Hover> {
    let text = subject.text.as_str();
    let outline = Outline::new(text);
    let place = Place::at(&outline, offset);
    let accepted = Accepted::at(subject.kind, &place);
    if let Some(operand) = operand(text, &place, offset) {
        let words = about_operand(subject, &place, &operand, offset)?;
        return Some(Hover { range: operand.range, words });
    }
    match place.target {
        Target::Key(entry) => {
            let parameter = parameter(subject, &place, &accepted.way, entry.key);
            let way = accepted.under(place.node, entry.key).way;
            let words = match parameter {
                Some(parameter) => about_parameter(&parameter),
                None => {
                    let description = descriptions::key(subject.kind, &way)?;
                    format!("`{}`\n\n{description}", entry.key)
                }
            };
            Some(Hover { range: entry.key_range.clone(), words })
        }
        Target::Value => {
            let value = place.node.as_str()?;
            let words = about_value(subject, &place, &accepted.way, value)?;
            Some(Hover { range: place.node.range.clone(), words })
        }
        Target::Nothing => None,
    }
}

/// The input or secret that a key under `with` or `secrets` gives.
fn parameter(
    subject: &Subject<'_>,
    place: &Place<'_, '_>,
    way: &str,
    key: &str,
) -> Option<Parameter> {
    let (interface, is_secret) = match way {
        "jobs.*.with" | "jobs.*.secrets" => {
            let (_, job) = place.job()?;
            (parameters::of_call(uses(job)?, &subject.neighbours)?, way.ends_with("secrets"))
        }
        _ if way.ends_with("].with") => {
            let step = place.innermost_step()?;
            (parameters::of_action(uses(step)?, &subject.neighbours)?, false)
        }
        _ => return None,
    };
    let of = if is_secret { interface.secrets } else { interface.inputs };
    of.into_iter().find(|parameter| parameter.name.eq_ignore_ascii_case(key))
}

/// An input or secret in Markdown.
#[must_use]
pub fn about_parameter(parameter: &Parameter) -> String {
    let parts = [
        Some(format!("`{}`", parameter.name)),
        parameter.description.clone(),
        Some(parameter.summary()),
    ];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
}

fn about_value(
    subject: &Subject<'_>,
    place: &Place<'_, '_>,
    way: &str,
    value: &str,
) -> Option<String> {
    match way {
        "on" | "on[]" => {
            let description = descriptions::event(value)?;
            Some(format!("`{value}`\n\n{description}"))
        }
        "jobs.*.uses" => Some(parameters::of_call(value, &subject.neighbours)?.describe(value)),
        "jobs.*.needs" | "jobs.*.needs[]" => {
            let (root, _) = place.way.first()?;
            let job = root.at(&["jobs", value])?;
            let name = job.get("name").and_then(Node::as_str).unwrap_or(value);
            Some(format!("job `{value}`\n\n{name}"))
        }
        _ if way.ends_with("].uses") => {
            Some(parameters::of_action(value, &subject.neighbours)?.describe(value))
        }
        _ => None,
    }
}

fn about_operand(
    subject: &Subject<'_>,
    place: &Place<'_, '_>,
    operand: &Operand<'_>,
    offset: usize,
) -> Option<String> {
    if operand.is_call && operand.path.is_empty() {
        let function = descriptions::function(operand.name)?;
        return Some(format!("```text\n{}\n```\n\n{}", function.signature, function.description));
    }
    let contexts = subject.contexts(place, offset);
    let Some((context, properties)) = operand.path.split_first() else {
        let description = descriptions::context(operand.name)?;
        return Some(format!("`{}`\n\n{description}", operand.name));
    };
    let path = [&operand.path[..], &[operand.name]].concat().join(".");
    let known = contexts.and_then(|contexts| {
        let start = contexts.get(context);
        let base = properties.iter().try_fold(start, |known, name| known.property(name))?;
        base.property(operand.name)
    });
    let kind = known.map(|known| known.describe()).filter(|kind| kind != "a value");
    let details = [
        descriptions::property(&path).map(str::to_owned),
        input(place, operand),
        matrix_values(place, operand),
    ];
    let heading = kind.map_or_else(|| format!("`{path}`"), |kind| format!("`{path}`: {kind}"));
    let parts = std::iter::once(heading).chain(details.into_iter().flatten());
    Some(parts.collect::<Vec<_>>().join("\n\n"))
}

/// What the file says of an input: of the two events that have inputs, or of an action.
fn input(place: &Place<'_, '_>, operand: &Operand<'_>) -> Option<String> {
    let ["inputs"] = operand.path.as_slice() else { return None };
    let (root, _) = place.way.first()?;
    let input = INPUTS.iter().find_map(|way| root.at(way)?.get(operand.name))?;
    input.get("description").and_then(Node::as_str).map(str::to_owned)
}

/// The values that a name of the matrix takes in turn.
fn matrix_values(place: &Place<'_, '_>, operand: &Operand<'_>) -> Option<String> {
    let ["matrix"] = operand.path.as_slice() else { return None };
    let (_, job) = place.job()?;
    let values = job.at(&["strategy", "matrix", operand.name])?;
    let values: Vec<String> =
        values.items().iter().filter_map(Node::as_str).map(|value| format!("`{value}`")).collect();
    (!values.is_empty()).then(|| format!("one of {}", values.join(", ")))
}
