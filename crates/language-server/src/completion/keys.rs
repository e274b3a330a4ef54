//! Keys that a mapping may have: those of the schema, and those that an action, a called workflow
//! or a matrix names.

use windlass_github_syntax::schema::{Definition, Shape};

use super::form::{Form, Kinds};
use super::{Completion, CompletionKind, Cursor};
use crate::descriptions;
use crate::hover::about_parameter;
use crate::outline::Node;
use crate::parameters::{self, Parameter};
use crate::subject::uses;

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

/// The key as it is written.
fn written(name: &str, definition: &'static Definition, form: &Form) -> String {
    let mut kinds = Kinds::default();
    definition.alternatives(&mut |shape| match shape {
        Shape::Mapping(_) => kinds.mapping = true,
        Shape::Sequence(_) => kinds.sequence = true,
        // That an event may stand alone is no reason to write it so.
        Shape::Null => {}
        _ => kinds.other = true,
    });
    form.write(name, kinds)
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
