//! From YAML to schema-checked templates, reporting everything that is wrong at once.
//!
//! [`read`] is the entry: it parses the text, checks the limits and walks the tree beside a
//! [`Definition`]. Scalars and their tags are in `scalar`, `${{ }}` in `expressions`. What
//! values mean together is left to `convert`.

mod expressions;
pub(crate) mod focus;
pub(crate) mod indentation;
mod mapping;
mod scalar;
pub mod suggestion;

use windlass_diagnostics::{Position, SourceId, Span};
use windlass_yaml::{Content, NodeRef, YamlError};

use crate::expression::Availability;
use crate::limits::Limits;
use crate::problem::{Problem, ProblemKind};
use crate::schema::availability::NOWHERE;
use crate::schema::{Definition, Shape};
use crate::template::{Template, TemplateKind};

/// Bytes that GitHub counts for any value.
const VALUE_BYTES: usize = 24;
/// Bytes that GitHub counts for a text besides two a UTF-16 code unit.
const TEXT_BYTES: usize = 26;

/// What was read.
#[derive(Debug)]
pub struct Reading {
    /// The whole file as far as it could be read; `None` when it is no YAML or exceeds a limit.
    pub template: Option<Template>,
    /// Everything that is wrong.
    pub problems: Vec<Problem>,
    /// The size of the result in bytes as GitHub counts them, the file's name included.
    pub size: usize,
}

/// Reads a text against a definition.
#[must_use]
pub fn read(
    source: SourceId,
    source_name: &str,
    text: &str,
    definition: &'static Definition,
    limits: &Limits,
) -> Reading {
    let start = Span::at(source, Position { offset: 0, line: 1, column: 1 });
    let size = TEXT_BYTES + 2 * utf16_length(source_name);
    let failed = |span: Span, kind: ProblemKind| Reading {
        template: None,
        problems: vec![Problem::new(span, kind)],
        size,
    };
    if text.len() > limits.file_size && utf16_length(text) > limits.file_size {
        return failed(start, ProblemKind::FileTooLarge { limit: limits.file_size });
    }
    let yaml_limits =
        windlass_yaml::Limits { bytes: usize::MAX, ..windlass_yaml::Limits::default() };
    let documents = match windlass_yaml::parse_with_loose_comments(source, text, &yaml_limits) {
        Ok(documents) => documents,
        Err(YamlError::TooDeep { span, .. }) => {
            return failed(span, ProblemKind::TooDeep { limit: limits.depth });
        }
        Err(error) => return failed(error.span().unwrap_or(start), ProblemKind::Yaml(error)),
    };
    let Some(document) = documents.first() else {
        return failed(start, ProblemKind::Empty);
    };
    let root = document.root();
    if let Some(problem) = exceeded_shape(root, limits) {
        return Reading { template: None, problems: vec![problem], size };
    }
    let mut reader = Reader { text, problems: Vec::new(), size, limits: *limits };
    if let Some(second) = documents.get(1) {
        reader.problem(second.root().span(), ProblemKind::SecondDocument);
    }
    for anchored in document.unused_anchors() {
        reader.problem(anchored.span(), ProblemKind::UnusedAnchor);
    }
    let template = reader.value(root, definition, &NOWHERE);
    if reader.is_full() {
        return failed(template.span, ProblemKind::ResultTooLarge { limit: limits.result_size });
    }
    Reading { template: Some(template), problems: reader.problems, size: reader.size }
}

/// The length as GitHub counts it.
pub(crate) fn utf16_length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// Whether the tree is too deep or, with aliases written out, has too many values.
fn exceeded_shape(root: NodeRef<'_, '_>, limits: &Limits) -> Option<Problem> {
    if root.node.height as usize > limits.depth {
        let mut deepest = root;
        for _ in 0..limits.depth {
            let children = deepest.items().chain(deepest.pairs().map(|(_, value)| value));
            let Some(next) = children.max_by_key(|child| child.node.height) else { break };
            deepest = next.resolved();
        }
        return Some(Problem::new(deepest.span(), ProblemKind::TooDeep { limit: limits.depth }));
    }
    (root.node.expanded > limits.values)
        .then(|| Problem::new(root.span(), ProblemKind::TooManyValues { limit: limits.values }))
}

struct Reader<'text> {
    text: &'text str,
    problems: Vec<Problem>,
    size: usize,
    limits: Limits,
}

impl Reader<'_> {
    fn problem(&mut self, span: Span, kind: ProblemKind) {
        self.problems.push(Problem::new(span, kind));
    }

    const fn is_full(&self) -> bool {
        self.size > self.limits.result_size
    }

    const fn count_value(&mut self) {
        self.size += VALUE_BYTES;
    }

    fn count_text(&mut self, text: &str) {
        self.size += VALUE_BYTES + TEXT_BYTES + 2 * utf16_length(text);
    }

    fn value(
        &mut self,
        node: NodeRef<'_, '_>,
        definition: &'static Definition,
        inherited: &'static Availability,
    ) -> Template {
        let node = node.resolved();
        let span = node.span();
        if self.is_full() {
            return Template { span, kind: TemplateKind::Null };
        }
        let available = definition.available.unwrap_or(inherited);
        match &node.node.content {
            Content::Scalar { .. } | Content::Alias { .. } => {
                self.scalar(node, definition, available)
            }
            Content::Sequence(_) => self.sequence(node, definition, available),
            Content::Mapping(_) => self.mapping(node, definition, available),
        }
    }

    fn sequence(
        &mut self,
        node: NodeRef<'_, '_>,
        definition: &'static Definition,
        available: &'static Availability,
    ) -> Template {
        self.count_value();
        let mut item_definition = None;
        definition.alternatives(&mut |shape| match shape {
            Shape::Sequence(item) if item_definition.is_none() => item_definition = Some(*item),
            Shape::Any => item_definition = Some(definition),
            _ => {}
        });
        let Some(item_definition) = item_definition else {
            let expected = suggestion::expected(definition);
            self.problem(node.span(), ProblemKind::UnexpectedSequence { expected });
            return Template { span: node.span(), kind: TemplateKind::Null };
        };
        let items = node.items().map(|item| self.value(item, item_definition, available));
        let items = items.collect();
        Template { span: node.span(), kind: TemplateKind::Sequence(items) }
    }
}
