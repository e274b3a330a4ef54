//! Names in expressions: contexts and functions that may be used here, and what contexts hold.

use std::collections::BTreeSet;

use super::{Completion, CompletionKind, Cursor};
use crate::descriptions;
use crate::operand::Operand;
use crate::outline::{INPUTS, Node};

/// What may stand in the place of a name.
pub(super) fn choices(cursor: &Cursor<'_, '_, '_>, operand: &Operand<'_>) -> Vec<Completion> {
    match operand.path.split_first() {
        None => contexts_and_functions(cursor, operand.is_call),
        Some((context, properties)) => {
            let mut found = written_elsewhere(cursor, context, properties, operand.range.start);
            let mut known = known(cursor, context, properties);
            known.retain(|it| !names_any(&found, &it.label));
            found.extend(known);
            found
        }
    }
}

fn names_any(found: &[Completion], label: &str) -> bool {
    found.iter().any(|known| known.label.eq_ignore_ascii_case(label))
}

fn contexts_and_functions(cursor: &Cursor<'_, '_, '_>, is_call: bool) -> Vec<Completion> {
    let available = cursor.accepted.available;
    if available.context_names().next().is_none() {
        // No expression is evaluated here.
        return Vec::new();
    }
    let contexts = available.context_names().map(|name| {
        Completion::new(name, CompletionKind::Property).described(descriptions::context(name))
    });
    let functions = descriptions::callable(available).map(|function| {
        let call = if is_call { function.name.to_owned() } else { format!("{}(", function.name) };
        Completion::new(function.name, CompletionKind::Function)
            .inserting(call)
            .detailed(Some(function.signature.to_owned()))
            .described(Some(function.description))
    });
    let contexts = contexts.collect::<Vec<_>>().into_iter();
    contexts.filter(|_| !is_call).chain(functions).collect()
}

/// The properties that types tell of.
fn known(cursor: &Cursor<'_, '_, '_>, context: &str, properties: &[&str]) -> Vec<Completion> {
    let base = cursor.subject.contexts(cursor.place, cursor.offset).and_then(|contexts| {
        let start = contexts.get(context);
        properties.iter().try_fold(start, |known, name| known.property(name))
    });
    let Some(base) = base else { return Vec::new() };
    let spellings = spellings(cursor, context);
    let path = std::iter::once(&context).chain(properties).copied().collect::<Vec<_>>().join(".");
    let choice = |(name, of): (String, windlass_github_rules::Known)| {
        let mut written = spellings.iter().filter(|it| it.eq_ignore_ascii_case(&name));
        let written = written.next().map_or(name.as_str(), |written| *written);
        let kind = of.describe();
        Completion::new(written, CompletionKind::Property)
            .detailed((kind != "a value").then_some(kind))
            .described(descriptions::property(&format!("{path}.{name}")))
    };
    // Only names can follow a dot; others need brackets.
    let is_name = |name: &str| {
        name.chars().all(|character| character.is_ascii_alphanumeric() || "_-".contains(character))
    };
    base.properties().into_iter().filter(|(name, _)| is_name(name)).map(choice).collect()
}

/// The names of a context as the file writes them; types hold them in lower case.
fn spellings<'text>(cursor: &Cursor<'_, '_, 'text>, context: &str) -> Vec<&'text str> {
    fn keys<'text>(node: Option<&Node<'text>>) -> Vec<&'text str> {
        node.map(Node::entries).unwrap_or_default().iter().map(|entry| entry.key).collect()
    }
    let (root, job) = (&cursor.outline.root, cursor.place.job().map(|(_, job)| job));
    match context.to_lowercase().as_str() {
        "inputs" => INPUTS.iter().flat_map(|way| keys(root.at(way))).collect(),
        "matrix" => {
            let matrix = job.and_then(|job| job.at(&["strategy", "matrix"]));
            let included = matrix.and_then(|matrix| matrix.get("include"));
            let included = included.map(Node::items).unwrap_or_default();
            included.iter().flat_map(|item| keys(Some(item))).chain(keys(matrix)).collect()
        }
        "needs" | "jobs" => {
            let jobs = root.get("jobs").map(Node::entries).unwrap_or_default();
            let outputs = jobs.iter().flat_map(|job| keys(job.value.get("outputs")));
            jobs.iter().map(|job| job.key).chain(outputs).collect()
        }
        "steps" => {
            let steps = job.and_then(|job| job.get("steps")).or(root.at(&["runs", "steps"]));
            let steps = steps.map(Node::items).unwrap_or_default();
            steps.iter().filter_map(|step| step.get("id")?.as_str()).collect()
        }
        _ => Vec::new(),
    }
}

/// Names of contexts that may hold anything: what the file declares or uses elsewhere.
fn written_elsewhere(
    cursor: &Cursor<'_, '_, '_>,
    context: &str,
    properties: &[&str],
    start: usize,
) -> Vec<Completion> {
    if !properties.is_empty() {
        return Vec::new();
    }
    let context = context.to_lowercase();
    let mut names: BTreeSet<&str> = BTreeSet::new();
    match context.as_str() {
        "env" => {
            let levels = cursor.place.way.iter().map(|(node, _)| *node);
            let variables = levels.filter_map(|node| node.get("env")).flat_map(Node::entries);
            names.extend(variables.map(|variable| variable.key));
        }
        "secrets" => {
            names.insert("GITHUB_TOKEN");
            let declared = cursor.outline.root.at(&["on", "workflow_call", "secrets"]);
            names.extend(declared.map(Node::entries).unwrap_or_default().iter().map(|it| it.key));
        }
        "vars" => {}
        _ => return Vec::new(),
    }
    names.extend(used(cursor.subject.text.as_str(), &context, start));
    let choice = |name: &str| {
        let path = format!("{context}.{name}");
        Completion::new(name, CompletionKind::Name).described(descriptions::property(&path))
    };
    names.into_iter().map(choice).collect()
}

/// The names that follow a context somewhere in the text, but for the one that starts at `asked`.
fn used<'text>(text: &'text str, context: &str, asked: usize) -> impl Iterator<Item = &'text str> {
    let is_name = |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
    let dot = format!("{context}.");
    let places: Vec<usize> = text
        .match_indices(dot.as_str())
        .filter(|(at, _)| !text[..*at].ends_with(|before: char| is_name(before) || before == '.'))
        .map(|(at, _)| at + dot.len())
        .filter(|start| *start != asked)
        .collect();
    let name = move |start: usize| {
        let rest = &text[start..];
        &rest[..rest.len() - rest.trim_start_matches(is_name).len()]
    };
    places.into_iter().map(name).filter(|name| !name.is_empty())
}
