//! Completion in a configuration: keywords and words of the table, stages, jobs and files.

use std::collections::HashSet;

use windlass_gitlab_syntax::keywords::{Key, Presence, Shape};
use windlass_gitlab_syntax::local::LocalFiles as _;

use super::files;
use super::looking::describe;
use super::names::Named;
use super::schema::{Accepted, alternatives};
use crate::completion::form::{Form, Kinds};
use crate::completion::{Completion, CompletionKind, Completions, mark};
use crate::dialect::Asked;
use crate::outline::{Node, Outline};
use crate::place::{Place, Step, Target};

/// The stages of a configuration that names none. Source: "CI/CD YAML syntax reference", section
/// `stages`.
const STAGES: [&str; 5] = [".pre", "build", "test", "deploy", ".post"];

/// The most files that are offered.
const MOST_FILES: usize = 500;

/// Where a completion is asked for.
struct Cursor<'run, 'outline, 'text> {
    asked: &'run Asked<'run>,
    place: &'run Place<'outline, 'text>,
    offset: usize,
}

/// The choices at a byte of the text.
#[must_use]
pub fn complete(asked: &Asked<'_>, offset: usize) -> Completions {
    let marked = mark(asked.text.as_str(), offset);
    let outline = Outline::new(&marked);
    let place = Place::at(&outline, offset);
    let accepted = Accepted::at(&place);
    let cursor = Cursor { asked, place: &place, offset };
    match place.target {
        Target::Key(entry) => {
            let form = Form::of(&marked, offset, entry);
            let keys = cursor.keys(&accepted, &form);
            Completions::within(&marked, &entry.key_range, keys)
        }
        Target::Value => {
            let values = cursor.value(&accepted, &Form::at(&marked, offset));
            Completions::within(&marked, &place.node.range, values)
        }
        Target::Nothing => Completions::default(),
    }
}

impl Cursor<'_, '_, '_> {
    /// The keywords that the mapping at the cursor does not have yet, those that it needs first.
    fn keys(&self, accepted: &Accepted, form: &Form) -> Vec<Completion> {
        let entries = self.place.node.entries().iter();
        let others = entries
            .filter(|entry| !(entry.key_range.start..=entry.key_range.end).contains(&self.offset));
        let taken: Vec<&str> = others.map(|entry| entry.key).collect();
        let mut keys: Vec<&'static Key> =
            accepted.keywords().filter(|key| !taken.contains(&key.name)).collect();
        keys.sort_by_key(|key| key.presence != Presence::Required);
        let choice = |key: &'static Key| {
            let required = (key.presence == Presence::Required).then(|| "required".to_owned());
            Completion::new(key.name, CompletionKind::Key)
                .inserting(form.write(key.name, kinds(key.shape)))
                .detailed(required)
                .described(Some(describe(key)))
        };
        keys.into_iter().map(choice).collect()
    }

    /// What may be a value here; alone on its line it may become a key or an item as well.
    fn value(&self, accepted: &Accepted, form: &Form) -> Vec<Completion> {
        let single = |accepted: &Accepted, form: &Form| {
            let mut found = self.words(accepted);
            if form.is_block {
                found.extend(self.keys(accepted, form));
            }
            found
        };
        let found = single(accepted, form);
        if !found.is_empty() {
            return found;
        }
        let mut items = single(&accepted.item(), &form.of_item());
        for item in &mut items {
            item.insert = match form.is_block {
                true => format!("- {}", item.insert),
                false => format!("[{}]", item.insert),
            };
        }
        items
    }

    /// The words of the table, and names.
    fn words(&self, accepted: &Accepted) -> Vec<Completion> {
        let words = accepted.shapes.iter().flat_map(|shape| match shape {
            Shape::Word(words) => *words,
            Shape::Boolean => &["true", "false"],
            _ => &[],
        });
        let words = words.map(|word| Completion::new(*word, CompletionKind::Word));
        words.chain(self.names(&accepted.way)).collect()
    }

    fn names(&self, way: &str) -> Vec<Completion> {
        let Some(named) = Named::at(way) else { return Vec::new() };
        let (path, project) = (self.asked.path, self.asked.files);
        if named == Named::File {
            let paths = project.paths().into_iter();
            let paths =
                paths.filter(|it| it != path && (it.ends_with(".yml") || it.ends_with(".yaml")));
            return paths
                .take(MOST_FILES)
                .map(|path| Completion::new(path, CompletionKind::File))
                .collect();
        }
        let files = files::read(files::main_of(path, project), project);
        let own = self.place.steps().next();
        let all = named.all(&files);
        let mut names: Vec<&str> = all.iter().map(|name| name.name).collect();
        names.retain(|name| own != Some(Step::Key(name)));
        if named == Named::Stage {
            match names.is_empty() {
                true => names.extend(STAGES),
                false => names.extend([".pre", ".post"]),
            }
        }
        let mut seen = HashSet::new();
        names.retain(|name| seen.insert(*name) && !self.is_listed(name));
        names.into_iter().map(|name| Completion::new(name, CompletionKind::Name)).collect()
    }

    /// Whether the list around the cursor has the name already.
    fn is_listed(&self, name: &str) -> bool {
        let Some((list, Step::Item(_))) = self.place.way.last() else { return false };
        list.items().iter().filter_map(Node::as_str).any(|item| item == name)
    }
}

fn kinds(shape: &'static Shape) -> Kinds {
    let mut kinds = Kinds::default();
    alternatives(shape, &mut |shape| match shape {
        Shape::Keys(_) | Shape::Named(_) => kinds.mapping = true,
        // A script is mostly a list of commands.
        Shape::List(_) | Shape::OneOrMore(_) | Shape::Script => kinds.sequence = true,
        _ => kinds.other = true,
    });
    kinds
}
