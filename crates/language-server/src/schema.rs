//! What GitHub accepts at a place: the way from the root, walked through the definitions of
//! `github-syntax`.

use windlass_github_rules::FileKind;
use windlass_github_syntax::expression::Availability;
use windlass_github_syntax::schema::availability::NOWHERE;
use windlass_github_syntax::schema::{Definition, Mapping, Shape, action, workflow};

use crate::outline::{Node, NodeKind};
use crate::place::{Place, Step};

/// A value that says nothing of what it is to be.
const NOTHING: Node<'static> = Node { range: 0..0, kind: NodeKind::Null };

/// What is accepted at one place.
#[derive(Debug)]
pub struct Accepted {
    /// What fits, without choices.
    pub shapes: Vec<&'static Shape>,
    /// What expressions may use there.
    pub available: &'static Availability,
    /// The way there as descriptions of keys name it: `jobs.*.steps[].run`.
    pub way: String,
}

impl Accepted {
    /// What is accepted where a place's way ends.
    #[must_use]
    pub fn at(kind: FileKind, place: &Place<'_, '_>) -> Self {
        let root: &'static Definition = match kind {
            FileKind::Workflow => &workflow::WORKFLOW,
            FileKind::Action => &action::ACTION,
        };
        let mut accepted = Self { shapes: Vec::new(), available: &NOWHERE, way: String::new() };
        accepted.enter(&[root]);
        for (node, step) in &place.way {
            accepted.follow(node, *step);
        }
        accepted
    }

    /// The same one key deeper.
    #[must_use]
    pub fn under(mut self, mapping: &Node<'_>, key: &str) -> Self {
        self.follow(mapping, Step::Key(key));
        self
    }

    /// The same one item deeper, where a list fits.
    #[must_use]
    pub fn item(&self) -> Self {
        let mut item =
            Self { shapes: self.shapes.clone(), available: self.available, way: self.way.clone() };
        item.follow(&NOTHING, Step::Item(0));
        item
    }

    fn enter(&mut self, definitions: &[&'static Definition]) {
        self.shapes.clear();
        if let Some(available) = definitions.iter().find_map(|definition| definition.available) {
            self.available = available;
        }
        for definition in definitions {
            definition.alternatives(&mut |shape| self.shapes.push(shape));
        }
    }

    fn follow(&mut self, node: &Node<'_>, step: Step<'_>) {
        let inner: Vec<&'static Definition> = match step {
            Step::Item(_) => {
                self.way.push_str("[]");
                let items = self.shapes.iter().filter_map(|shape| match shape {
                    Shape::Sequence(item) => Some(*item),
                    _ => None,
                });
                items.collect()
            }
            Step::Key(key) => {
                let mappings = self.mappings(node, Some(key));
                let named: Vec<_> =
                    mappings.iter().filter_map(|mapping| mapping.property(key)).collect();
                if !self.way.is_empty() {
                    self.way.push('.');
                }
                self.way.push_str(if named.is_empty() { "*" } else { key });
                let loose = mappings.iter().filter_map(|mapping| Some(mapping.loose?.1));
                if named.is_empty() { loose.collect() } else { named }
            }
        };
        self.enter(&inner);
    }

    /// The mappings that fit what a node holds already: a step with `uses` is none with `run`.
    /// The key that is asked about does not count.
    #[must_use]
    pub fn mappings(&self, node: &Node<'_>, asked: Option<&str>) -> Vec<&'static Mapping> {
        let mut mappings: Vec<&'static Mapping> = Vec::new();
        for shape in &self.shapes {
            if let Shape::Mapping(mapping) = shape {
                mappings.push(mapping);
            }
        }
        for entry in node.entries().iter().filter(|entry| Some(entry.key) != asked) {
            let has = |mapping: &&Mapping| mapping.property(entry.key).is_some();
            if mappings.iter().any(has) {
                mappings.retain(has);
            }
        }
        mappings
    }
}
