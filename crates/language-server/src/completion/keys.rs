//! Keys that a mapping may have: those of the schema, and those that an action, a called workflow
//! or a matrix names.

use windlass_github_syntax::schema::{Definition, Shape};

use super::{Completion, CompletionKind, Cursor};
use crate::descriptions;
use crate::hover::about_parameter;
use crate::outline::Node;
use crate::parameters::{self, Parameter};
use crate::subject::uses;

/// How a key is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    /// The column of the key.
    pub(super) column: usize,
    /// Whether it stands at the start of its line, so that its value may be on lines below.
    pub(super) is_block: bool,
    /// Whether a dash stands before it.
    pub(super) has_dash: bool,
    /// Whether its colon is there already.
    pub(super) has_colon: bool,
}

/// The keys that a node does not have yet, those that it needs first.
pub(super) fn choices(
    cursor: &Cursor<'_, '_, '_>,
    node: &Node<'_>,
    form: &Form,
) -> Vec<Completion> {
    let is_here =
        |range: &std::ops::Range<usize>| range.start <= cursor.offset && cursor.offset <= range.end;
    let here = node.entries().iter().find(|entry| is_here(&entry.key_range));
    let is_taken = |name: &str| {
        let mut others = node.entries().iter().filter(|entry| !is_here(&entry.key_range));
        others.any(|entry| entry.key.eq_ignore_ascii_case(name))
    };
    let accepted = cursor.accepted;
    let dot = if accepted.way.is_empty() { "" } else { "." };
    let mut found: Vec<(bool, Completion)> = Vec::new();
    for mapping in accepted.mappings(node, here.map(|entry| entry.key)) {
        for property in mapping.properties {
            let is_known = found.iter().any(|(_, known)| known.label == property.name);
            if is_known || is_taken(property.name) {
                continue;
            }
            let way = format!("{}{dot}{}", accepted.way, property.name);
            let key = Completion::new(property.name, CompletionKind::Key)
                .inserting(written(property.name, property.definition, form))
                .detailed(property.required.then(|| "required".to_owned()))
                .described(descriptions::key(cursor.subject.kind, &way));
            found.push((property.required, key));
        }
    }
    let named = parameters(cursor).into_iter().filter(|parameter| !is_taken(&parameter.name));
    found.extend(named.map(|parameter| {
        let colon = if form.has_colon { "" } else { ": " };
        let key = Completion::new(&parameter.name, CompletionKind::Name)
            .inserting(format!("{}{colon}", parameter.name))
            .detailed(Some(parameter.summary()))
            .described(Some(about_parameter(&parameter)));
        (parameter.required, key)
    }));
    found.sort_by_key(|(required, _)| !required);
    found.into_iter().map(|(_, key)| key).collect()
}

/// The key as it is written; where its value can only be on lines below, with the first of them.
fn written(name: &str, definition: &'static Definition, form: &Form) -> String {
    if form.has_colon {
        return name.to_owned();
    }
    let (mut is_mapping, mut is_sequence, mut is_other) = (false, false, false);
    definition.alternatives(&mut |shape| match shape {
        Shape::Mapping(_) => is_mapping = true,
        Shape::Sequence(_) => is_sequence = true,
        // That an event may stand alone is no reason to write it so.
        Shape::Null => {}
        _ => is_other = true,
    });
    let indent = " ".repeat(form.column + 2);
    match (form.is_block && !is_other, is_mapping, is_sequence) {
        (true, true, false) => format!("{name}:\n{indent}"),
        (true, false, true) => format!("{name}:\n{indent}- "),
        _ => format!("{name}: "),
    }
}

/// What an action, a called workflow or a matrix names.
fn parameters(cursor: &Cursor<'_, '_, '_>) -> Vec<Parameter> {
    let (place, neighbours) = (cursor.place, &cursor.subject.neighbours);
    let job = || place.job().map(|(_, job)| job);
    let call = || parameters::of_call(uses(job()?)?, neighbours);
    let found = match cursor.accepted.way.as_str() {
        "jobs.*.with" => call().map(|call| call.inputs),
        "jobs.*.secrets" => call().map(|call| call.secrets),
        "jobs.*.strategy.matrix.include[]" | "jobs.*.strategy.matrix.exclude[]" => {
            job().map(matrix_names)
        }
        way if way.ends_with("].with") => {
            let step = place.innermost_step().and_then(uses);
            step.and_then(|uses| parameters::of_action(uses, neighbours)).map(|it| it.inputs)
        }
        _ => None,
    };
    found.unwrap_or_default()
}

fn matrix_names(job: &Node<'_>) -> Vec<Parameter> {
    let names = job.at(&["strategy", "matrix"]).map(Node::entries).unwrap_or_default();
    let vectors = names.iter().filter(|entry| !matches!(entry.key, "include" | "exclude"));
    let parameter = |name: &str| Parameter {
        name: name.to_owned(),
        description: None,
        required: false,
        default: None,
        kind: None,
    };
    vectors.map(|entry| parameter(entry.key)).collect()
}
