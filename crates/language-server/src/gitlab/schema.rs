//! What GitLab accepts at a place: the way from the root, walked through the keyword table of
//! `gitlab-syntax`.

use windlass_gitlab_syntax::keywords::{JOB, Key, Shape, TOP};

use crate::place::{Place, Step};

/// What is accepted at one place.
#[derive(Debug)]
pub struct Accepted {
    /// What fits, without choices.
    pub shapes: Vec<&'static Shape>,
    /// The way there, `*` for what the author names: `*.rules[].if`.
    pub way: String,
}

impl Accepted {
    /// What is accepted where a place's way ends.
    #[must_use]
    pub fn at(place: &Place<'_, '_>) -> Self {
        let mut accepted = Self { shapes: vec![&TOP], way: String::new() };
        place.steps().for_each(|step| accepted.follow(step));
        accepted
    }

    /// The same one item deeper.
    #[must_use]
    pub fn item(&self) -> Self {
        let mut item = Self { shapes: self.shapes.clone(), way: self.way.clone() };
        item.follow(Step::Item(0));
        item
    }

    /// The keywords of the mappings that fit, those left out that are none to be written as a key.
    pub fn keywords(&self) -> impl Iterator<Item = &'static Key> {
        let tables = self.shapes.iter().filter_map(|shape| match shape {
            Shape::Keys(keys) => Some(*keys),
            _ => None,
        });
        tables.flatten().filter(|key| !key.name.starts_with('!'))
    }

    /// A keyword that fits.
    #[must_use]
    pub fn keyword(&self, name: &str) -> Option<&'static Key> {
        self.keywords().find(|key| key.name == name)
    }

    fn follow(&mut self, step: Step<'_>) {
        let inner: Vec<&'static Shape> = match step {
            Step::Item(_) => {
                self.way.push_str("[]");
                let items = self.shapes.iter().filter_map(|shape| match shape {
                    Shape::List(item) | Shape::OneOrMore(item) => Some(*item),
                    _ => None,
                });
                items.collect()
            }
            Step::Key(name) => {
                let keyword = self.keyword(name);
                let named = self.shapes.iter().filter_map(|shape| match shape {
                    Shape::Named(value) => Some(*value),
                    _ => None,
                });
                let inner = match keyword {
                    Some(key) => vec![key.shape],
                    // At the top, what is no keyword is a job.
                    None if self.way.is_empty() => vec![&JOB],
                    None => named.collect(),
                };
                if !self.way.is_empty() {
                    self.way.push('.');
                }
                self.way.push_str(keyword.map_or("*", |key| key.name));
                inner
            }
        };
        self.shapes.clear();
        inner.into_iter().for_each(|shape| alternatives(shape, &mut |it| self.shapes.push(it)));
    }
}

/// Calls `look` with each shape that a value may have.
pub(super) fn alternatives(shape: &'static Shape, look: &mut dyn FnMut(&'static Shape)) {
    match shape {
        Shape::Either(shapes) => shapes.iter().for_each(|shape| alternatives(shape, look)),
        Shape::OneOrMore(item) => {
            look(shape);
            alternatives(item, look);
        }
        _ => look(shape),
    }
}
