//! Names in expressions: contexts and functions that may be used here, and what contexts hold.

use std::collections::{BTreeSet, HashMap};

use super::{Completion, CompletionKind, Cursor};
use crate::descriptions;
use crate::operand::Operand;
use crate::outline::Node;

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
    let mut spellings = HashMap::new();
    spell(&cursor.outline.root, &mut spellings);
    let path = std::iter::once(&context).chain(properties).copied().collect::<Vec<_>>().join(".");
    let choice = |(name, of): (String, windlass_github_rules::Known)| {
        let written = spellings.get(&name).map_or(name.as_str(), |written| *written);
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

/// Types hold names in lower case; the file says how they are written.
fn spell<'text>(node: &Node<'text>, spellings: &mut HashMap<String, &'text str>) {
    for entry in node.entries() {
        spellings.entry(entry.key.to_lowercase()).or_insert(entry.key);
        if let ("id", Some(id)) = (entry.key, entry.value.as_str()) {
            spellings.entry(id.to_lowercase()).or_insert(id);
        }
        spell(&entry.value, spellings);
    }
    node.items().iter().for_each(|item| spell(item, spellings));
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
