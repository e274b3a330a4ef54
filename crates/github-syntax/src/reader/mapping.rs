//! Mappings: known and loose keys, duplicates, required keys, and which alternative is meant.

use std::collections::HashMap;

use windlass_diagnostics::{Span, Spanned};
use windlass_yaml::NodeRef;

use super::{Reader, suggestion};
use crate::expression::Availability;
use crate::problem::{Problem, ProblemKind};
use crate::schema::availability::NOWHERE;
use crate::schema::scalars::{ANY, NON_EMPTY};
use crate::schema::{Definition, Mapping, Shape};
use crate::template::{Template, TemplateKind};

/// Any keys, any values.
static ANY_MAPPING: Mapping =
    Mapping { properties: &[], loose: Some((&NON_EMPTY, &ANY)), ignores_others: false };

impl Reader<'_> {
    pub(super) fn mapping(
        &mut self,
        node: NodeRef<'_, '_>,
        definition: &'static Definition,
        available: &'static Availability,
    ) -> Template {
        self.count_value();
        let mut candidates: Vec<&'static Mapping> = Vec::new();
        definition.alternatives(&mut |shape| match shape {
            Shape::Mapping(mapping) => candidates.push(mapping),
            Shape::Any => candidates.push(&ANY_MAPPING),
            _ => {}
        });
        if candidates.is_empty() {
            let expected = suggestion::expected(definition);
            self.problem(node.span(), ProblemKind::UnexpectedMapping { expected });
            return Template { span: node.span(), kind: TemplateKind::Null };
        }
        let mut pairs = Pairs {
            alternatives: if candidates.len() > 1 { candidates.clone() } else { Vec::new() },
            candidates,
            narrowed_by: None,
            has_conflict: false,
            available,
            seen: Seen::default(),
            expression_key: false,
            read: Vec::with_capacity(node.pairs().len()),
        };
        for (key, value) in node.pairs() {
            self.pair(&mut pairs, key, value);
        }
        self.check_completeness(node.span(), &pairs);
        Template { span: node.span(), kind: TemplateKind::Mapping(pairs.read) }
    }

    fn pair(&mut self, pairs: &mut Pairs, key_node: NodeRef<'_, '_>, value: NodeRef<'_, '_>) {
        let key_node = key_node.resolved();
        let Some(key) = self.key(key_node, pairs.available) else { return };
        let TemplateKind::String(name) = &key.kind else {
            self.expression_pair(pairs, key, value);
            return;
        };
        if name == "<<" && value.resolved().pairs().len() > 0 {
            self.problem(value.span(), ProblemKind::MergeKey);
            return;
        }
        if let Some(first) = pairs.seen.first(name, key.span) {
            let key_text = name.clone();
            self.problem(key.span, ProblemKind::DuplicateKey { key: key_text, first });
            return;
        }
        if let Some(definition) = pairs.narrow(name, key.span) {
            self.count_text(name);
            let value = self.value_under(key.span, value, definition, pairs.available);
            pairs.read.push((key, value));
        } else if let Some((key_definition, value_definition)) = pairs.loose() {
            if matches!(key_definition.shape, Shape::NonEmptyText) && name.is_empty() {
                self.unexpected(key.span, String::new(), key_definition);
            }
            self.count_text(name);
            let value = self.value_under(key.span, value, value_definition, pairs.available);
            pairs.read.push((key, value));
        } else {
            let known = pairs.known_keys();
            let suggestion = suggestion::nearest(name, known.iter().copied());
            let key_text = name.clone();
            let kind = if pairs.candidates.iter().any(|mapping| mapping.ignores_others) {
                ProblemKind::IgnoredKey { key: key_text, suggestion, known }
            } else {
                let rival = pairs.rival(&key_text);
                pairs.has_conflict |= rival.is_some();
                ProblemKind::UnknownKey { key: key_text, suggestion, known, rival }
            };
            self.problem(key.span, kind);
        }
    }

    /// A value; what it lacks as a whole is shown at its key.
    fn value_under(
        &mut self,
        key: Span,
        node: NodeRef<'_, '_>,
        definition: &'static Definition,
        available: &'static Availability,
    ) -> Template {
        let known = self.problems.len();
        let value = self.value(node, definition, available);
        for problem in self.problems.iter_mut().skip(known) {
            let is_lack = matches!(
                problem.kind,
                ProblemKind::MissingKey { .. } | ProblemKind::Ambiguous { .. }
            );
            if is_lack && problem.focus.is_none() && problem.span == value.span {
                problem.focus = Some(key);
            }
        }
        value
    }

    /// A key that is an expression: its value may be anything that the mapping's own keys allow.
    fn expression_pair(&mut self, pairs: &mut Pairs, key: Template, value: NodeRef<'_, '_>) {
        pairs.expression_key = true;
        if std::ptr::eq(pairs.available, &raw const NOWHERE) {
            self.problem(key.span, ProblemKind::ExpressionNotAllowed);
            return;
        }
        let definition = match (pairs.candidates.as_slice(), pairs.loose()) {
            ([only], Some((_, loose))) if only.properties.is_empty() => loose,
            _ => &ANY,
        };
        let value = self.value(value, definition, pairs.available);
        pairs.read.push((key, value));
    }

    fn check_completeness(&mut self, span: Span, pairs: &Pairs) {
        if let [only] = pairs.candidates.as_slice() {
            if pairs.expression_key {
                return;
            }
            for property in only.properties.iter().filter(|property| property.required) {
                if !pairs.seen.contains(property.name) {
                    let rival = pairs.narrowed_by.clone().filter(|_| pairs.has_conflict);
                    let focus = rival.as_ref().map(|key| key.span);
                    let kind = ProblemKind::MissingKey { key: property.name, rival };
                    self.problems.push(Problem { span, focus, kind });
                }
            }
        } else {
            let keys = pairs.distinguishing_keys();
            self.problem(span, ProblemKind::Ambiguous { keys });
        }
    }
}

/// A mapping while it is read.
struct Pairs {
    /// The alternatives that the keys so far leave.
    candidates: Vec<&'static Mapping>,
    /// The alternatives before any key, where there were several.
    alternatives: Vec<&'static Mapping>,
    /// The last key that ruled some of them out.
    narrowed_by: Option<Box<Spanned<String>>>,
    /// Whether a key came that only fits what was ruled out.
    has_conflict: bool,
    available: &'static Availability,
    seen: Seen,
    expression_key: bool,
    read: Vec<(Template, Template)>,
}

impl Pairs {
    /// What the value of a known key must be; alternatives without that key are ruled out.
    fn narrow(&mut self, key: &str, span: Span) -> Option<&'static Definition> {
        let definition = self.candidates.iter().find_map(|mapping| mapping.property(key))?;
        let before = self.candidates.len();
        if before > 1 {
            self.candidates.retain(|mapping| mapping.property(key).is_some());
        }
        if self.candidates.len() < before {
            self.narrowed_by = Some(Box::new(Spanned::new(key.to_owned(), span)));
        }
        Some(definition)
    }

    /// The key that ruled out the alternatives in which an unknown key would be known.
    fn rival(&self, unknown: &str) -> Option<Box<Spanned<String>>> {
        let is_of_other = self.alternatives.iter().any(|one| one.property(unknown).is_some());
        self.narrowed_by.clone().filter(|_| is_of_other)
    }

    fn loose(&self) -> Option<(&'static Definition, &'static Definition)> {
        self.candidates.first().and_then(|mapping| mapping.loose)
    }

    fn known_keys(&self) -> Vec<&'static str> {
        let mut keys: Vec<_> = self
            .candidates
            .iter()
            .flat_map(|mapping| mapping.properties.iter().map(|property| property.name))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Keys that only one of the alternatives left has.
    fn distinguishing_keys(&self) -> Vec<&'static str> {
        self.known_keys()
            .into_iter()
            .filter(|key| {
                let having = self.candidates.iter().filter(|one| one.property(key).is_some());
                having.count() == 1
            })
            .collect()
    }
}

/// The keys of a mapping so far; GitHub compares them without regard to case.
#[derive(Default)]
struct Seen {
    few: Vec<(String, Span)>,
    many: HashMap<String, Span>,
}

/// From how many keys on a hash map is faster than looking at each.
const FEW: usize = 16;

impl Seen {
    /// Where the key was seen before; else notes it.
    fn first(&mut self, key: &str, span: Span) -> Option<Span> {
        if self.many.is_empty() {
            let known = self.few.iter().find(|(seen, _)| same_key(seen, key));
            if let Some((_, first)) = known {
                return Some(*first);
            }
            self.few.push((key.to_owned(), span));
            if self.few.len() > FEW {
                self.many =
                    self.few.drain(..).map(|(seen, span)| (seen.to_lowercase(), span)).collect();
            }
            return None;
        }
        match self.many.entry(key.to_lowercase()) {
            std::collections::hash_map::Entry::Occupied(first) => Some(*first.get()),
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(span);
                None
            }
        }
    }

    fn contains(&self, key: &str) -> bool {
        self.few.iter().any(|(seen, _)| same_key(seen, key)) || self.many.contains_key(key)
    }
}

fn same_key(left: &str, right: &str) -> bool {
    if left.is_ascii() && right.is_ascii() {
        left.eq_ignore_ascii_case(right)
    } else {
        left.to_lowercase() == right.to_lowercase()
    }
}
