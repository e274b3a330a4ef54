//! From parser events to trees, within limits.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle as ParserStyle, Span as ParserSpan};
use windlass_diagnostics::{SourceId, Span};

use crate::error::YamlError;
use crate::position::{Cursor, saturating};
use crate::tree::{AnchorId, Content, Document, Node, NodeId, ScalarStyle, Tag};

/// How much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest text in bytes.
    pub bytes: usize,
    /// Deepest nesting of lists and mappings, aliases not written out.
    pub depth: usize,
    /// Most values, aliases not written out.
    pub nodes: usize,
}

impl Default for Limits {
    /// 10 MiB, 500 levels, 2,000,000 values.
    fn default() -> Self {
        Self { bytes: 10 * 1024 * 1024, depth: 500, nodes: 2_000_000 }
    }
}

/// Reads all documents of a text. An empty text has none.
///
/// # Errors
/// The first thing that is not YAML or exceeds a limit.
pub fn parse<'text>(
    source: SourceId,
    text: &'text str,
    limits: &Limits,
) -> Result<Vec<Document<'text>>, YamlError> {
    if text.len() > limits.bytes {
        return Err(YamlError::TooLarge {
            source_id: source,
            actual: text.len(),
            limit: limits.bytes,
        });
    }
    read(source, text, limits)
}

/// How many comments without a space before them are read; each costs one more reading.
const LOOSE_COMMENTS: usize = 20;

/// As [`parse`], but `#` directly behind a quote or bracket starts a comment too, as some older
/// readers have it. GitHub is one of them.
///
/// # Errors
/// As [`parse`].
pub fn parse_with_loose_comments<'text>(
    source: SourceId,
    text: &'text str,
    limits: &Limits,
) -> Result<Vec<Document<'text>>, YamlError> {
    let mut outcome = parse(source, text, limits);
    let mut patched: Option<String> = None;
    for _ in 0..LOOSE_COMMENTS {
        let Err(YamlError::Syntax { span, cause }) = &outcome else { break };
        if !cause.starts_with("comments must be separated") {
            break;
        }
        // Spaces in place of the comment leave every position as it is.
        let without = blank_comment(patched.as_deref().unwrap_or(text), span.start.offset as usize);
        outcome = read(source, &without, limits)
            .map(|documents| documents.into_iter().map(Document::into_owned).collect());
        patched = Some(without);
    }
    outcome
}

/// The text with everything from `start` to the end of its line made spaces.
fn blank_comment(text: &str, start: usize) -> String {
    let (before, after) = text.split_at(start.min(text.len()));
    let line = after.split(['\n', '\r']).next().unwrap_or_default();
    let mut patched = String::with_capacity(text.len());
    patched.push_str(before);
    patched
        .extend(line.chars().flat_map(|character| std::iter::repeat_n(' ', character.len_utf8())));
    patched.push_str(&after[line.len()..]);
    patched
}

fn read<'text>(
    source: SourceId,
    text: &'text str,
    limits: &Limits,
) -> Result<Vec<Document<'text>>, YamlError> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let cursor = Cursor::new(source, body, text.len() - body.len());
    let mut builder = Builder::new(cursor, *limits);
    let mut parser = Parser::new_from_str(body);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => builder.event(event, span)?,
            Err(error) => {
                let position = builder.cursor.position(*error.marker());
                let span = Span::at(source, position);
                return Err(YamlError::Syntax { span, cause: error.info().to_owned() });
            }
        }
    }
    Ok(builder.documents)
}

/// A list or mapping whose end has not come yet.
struct Open {
    id: NodeId,
    children: Vec<NodeId>,
    mapping: bool,
}

struct Builder<'text> {
    cursor: Cursor<'text>,
    limits: Limits,
    documents: Vec<Document<'text>>,
    nodes: Vec<Node<'text>>,
    open: Vec<Open>,
    root: Option<NodeId>,
    /// By anchor number of the parser: the node, once it is complete.
    anchors: Vec<Option<NodeId>>,
    /// Just behind the last value or key.
    last_end: u32,
}

impl<'text> Builder<'text> {
    fn new(cursor: Cursor<'text>, limits: Limits) -> Self {
        Self {
            cursor,
            limits,
            documents: Vec::new(),
            nodes: Vec::new(),
            open: Vec::new(),
            root: None,
            anchors: Vec::new(),
            last_end: 0,
        }
    }

    fn event(&mut self, event: Event<'text>, span: ParserSpan) -> Result<(), YamlError> {
        match event {
            Event::Scalar(mut text, style, anchor, tag) => {
                let mut span = self.cursor.span(span);
                span.start = match style {
                    ParserStyle::Literal | ParserStyle::Folded => {
                        let header = self.cursor.block_scalar_header(self.last_end, span.start);
                        if let Some(kept) = self.cursor.block_scalar_length(header, span.end, &text)
                        {
                            text.to_mut().truncate(kept);
                        }
                        header
                    }
                    _ if span.start == span.end => self.cursor.behind_colon(span.start),
                    _ => span.start,
                };
                if span.start.offset > span.end.offset {
                    span.end = span.start;
                }
                let content = Content::Scalar { text, style: scalar_style(style) };
                let id = self.add(span, anchor, tag, content)?;
                self.define(anchor, id);
                self.attach(id);
            }
            Event::Alias(anchor) => {
                let span = self.cursor.span(span);
                let Some(target) = self.anchors.get(anchor).copied().flatten() else {
                    return Err(YamlError::RecursiveAlias { span });
                };
                let content = Content::Alias { anchor: AnchorId(saturating(anchor)), target };
                let id = self.add(span, 0, None, content)?;
                self.attach(id);
            }
            Event::SequenceStart(anchor, tag) => {
                self.start(span, anchor, tag, Content::Sequence(Vec::new()), false)?;
            }
            Event::MappingStart(anchor, tag) => {
                self.start(span, anchor, tag, Content::Mapping(Vec::new()), true)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::DocumentStart(_) => {
                self.nodes = Vec::new();
                self.root = None;
            }
            Event::DocumentEnd => {
                if let Some(root) = self.root.take() {
                    let nodes = std::mem::take(&mut self.nodes);
                    self.documents.push(Document { nodes, root });
                }
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd => {}
        }
        Ok(())
    }

    fn add(
        &mut self,
        span: Span,
        anchor: usize,
        tag: Option<Cow<'text, saphyr_parser::Tag>>,
        content: Content<'text>,
    ) -> Result<NodeId, YamlError> {
        if self.nodes.len() >= self.limits.nodes {
            return Err(YamlError::TooManyNodes { span, limit: self.limits.nodes });
        }
        let (expanded, height) = match &content {
            Content::Alias { target, .. } => {
                let target = &self.nodes[target.0 as usize];
                (target.expanded, target.height)
            }
            _ => (1, 0),
        };
        self.last_end = span.end.offset;
        let id = NodeId(saturating(self.nodes.len()));
        let anchor = (anchor != 0).then(|| AnchorId(saturating(anchor)));
        let tag = tag.map(|tag| Tag(format!("{}{}", tag.handle, tag.suffix)));
        self.nodes.push(Node { span, tag, anchor, content, expanded, height });
        Ok(id)
    }

    fn start(
        &mut self,
        span: ParserSpan,
        anchor: usize,
        tag: Option<Cow<'text, saphyr_parser::Tag>>,
        content: Content<'text>,
        mapping: bool,
    ) -> Result<(), YamlError> {
        let mut span = self.cursor.span(span);
        if !mapping {
            span.start = self.cursor.first_dash(span.start);
        }
        if self.open.len() >= self.limits.depth {
            return Err(YamlError::TooDeep { span, limit: self.limits.depth });
        }
        let id = self.add(span, anchor, tag, content)?;
        self.open.push(Open { id, children: Vec::new(), mapping });
        Ok(())
    }

    fn end(&mut self, span: ParserSpan) {
        let Some(open) = self.open.pop() else { return };
        let (mut expanded, mut height) = (1_u64, 0);
        for child in &open.children {
            let child = &self.nodes[child.0 as usize];
            expanded = expanded.saturating_add(child.expanded);
            height = height.max(child.height);
        }
        let end = if span.is_empty() {
            open.children.last().map(|last| self.nodes[last.0 as usize].span.end)
        } else {
            Some(self.cursor.position(span.end))
        };
        let node = &mut self.nodes[open.id.0 as usize];
        node.expanded = expanded;
        node.height = height.saturating_add(1);
        if let Some(end) = end {
            node.span.end = end;
            self.last_end = end.offset;
        }
        node.content = if open.mapping {
            let pairs = open.children.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
            Content::Mapping(pairs)
        } else {
            Content::Sequence(open.children)
        };
        if let Some(AnchorId(anchor)) = node.anchor {
            self.define(anchor as usize, open.id);
        }
        self.attach(open.id);
    }

    fn define(&mut self, anchor: usize, id: NodeId) {
        if anchor == 0 {
            return;
        }
        if self.anchors.len() <= anchor {
            self.anchors.resize(anchor + 1, None);
        }
        self.anchors[anchor] = Some(id);
    }

    fn attach(&mut self, id: NodeId) {
        match self.open.last_mut() {
            Some(parent) => parent.children.push(id),
            None => self.root = Some(id),
        }
    }
}

const fn scalar_style(style: ParserStyle) -> ScalarStyle {
    match style {
        ParserStyle::Plain => ScalarStyle::Plain,
        ParserStyle::SingleQuoted => ScalarStyle::SingleQuoted,
        ParserStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
        ParserStyle::Literal => ScalarStyle::Literal,
        ParserStyle::Folded => ScalarStyle::Folded,
    }
}
