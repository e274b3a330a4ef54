//! The tree of one document: nodes in one list that refer to one another by index.
//!
//! A flat list, so that neither building nor dropping a deep document recurses, and an alias is
//! one more index of the same node: a bomb of aliases costs what its text costs. Duplicate keys
//! stay; what they mean is the dialect's business.

use std::borrow::Cow;
use std::collections::HashSet;

use windlass_diagnostics::Span;

/// A node's place in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NodeId(pub(crate) u32);

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScalarStyle {
    /// Without quotes; the only style whose type is guessed from the text.
    Plain,
    /// In single quotes.
    SingleQuoted,
    /// In double quotes.
    DoubleQuoted,
    /// A `|` block.
    Literal,
    /// A `>` block.
    Folded,
}

/// A tag in full, e.g. `tag:yaml.org,2002:int` or `!reference`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tag(pub String);

impl Tag {
    /// The part after `tag:yaml.org,2002:`, e.g. `int`, for a tag of the core schema.
    #[must_use]
    pub fn core(&self) -> Option<&str> {
        self.0.strip_prefix("tag:yaml.org,2002:")
    }
}

/// Which anchor a node carries or refers to; equal within one document for equal anchors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AnchorId(pub u32);

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Content<'text> {
    /// Text, with quotes, escapes and folding taken care of.
    Scalar {
        /// The text.
        text: Cow<'text, str>,
        /// How it was written.
        style: ScalarStyle,
    },
    /// A list.
    Sequence(Vec<NodeId>),
    /// Pairs in the order of the text.
    Mapping(Vec<(NodeId, NodeId)>),
    /// `*name`: the same value as the node the anchor names.
    Alias {
        /// The anchor.
        anchor: AnchorId,
        /// The node that carries it.
        target: NodeId,
    },
}

/// One value.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'text> {
    /// Where it was written; a block list starts at its first dash, a block mapping at its first
    /// key.
    pub span: Span,
    /// An explicit tag.
    pub tag: Option<Tag>,
    /// The anchor it carries.
    pub anchor: Option<AnchorId>,
    /// What it holds.
    pub content: Content<'text>,
    /// How many nodes it has with all aliases written out, itself included; saturates.
    pub expanded: u64,
    /// How many levels of lists and mappings it has with all aliases written out; 0 for a scalar.
    pub height: u32,
}

/// One document of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Document<'text> {
    pub(crate) nodes: Vec<Node<'text>>,
    pub(crate) root: NodeId,
}

impl<'text> Document<'text> {
    /// The same document with texts of its own.
    #[must_use]
    pub fn into_owned(self) -> Document<'static> {
        let nodes = self.nodes.into_iter().map(|node| {
            let content = match node.content {
                Content::Scalar { text, style } => {
                    Content::Scalar { text: Cow::Owned(text.into_owned()), style }
                }
                Content::Sequence(items) => Content::Sequence(items),
                Content::Mapping(pairs) => Content::Mapping(pairs),
                Content::Alias { anchor, target } => Content::Alias { anchor, target },
            };
            Node {
                span: node.span,
                tag: node.tag,
                anchor: node.anchor,
                content,
                expanded: node.expanded,
                height: node.height,
            }
        });
        Document { nodes: nodes.collect(), root: self.root }
    }

    /// The nodes with an anchor that no alias names.
    pub fn unused_anchors(&self) -> impl Iterator<Item = NodeRef<'_, 'text>> {
        let named = self.nodes.iter().filter_map(|node| match node.content {
            Content::Alias { anchor, .. } => Some(anchor),
            _ => None,
        });
        let named: HashSet<AnchorId> = named.collect();
        let is_unused = move |anchor| !named.contains(&anchor);
        let unused = self.nodes.iter().filter(move |node| node.anchor.is_some_and(&is_unused));
        unused.map(|node| NodeRef { document: self, node })
    }

    /// The outermost value.
    #[must_use]
    pub fn root(&self) -> NodeRef<'_, 'text> {
        self.get(self.root)
    }

    /// A node by its id. Ids of another document give the root instead.
    #[must_use]
    pub fn get(&self, id: NodeId) -> NodeRef<'_, 'text> {
        let node = self.nodes.get(id.0 as usize).unwrap_or(&self.nodes[self.root.0 as usize]);
        NodeRef { document: self, node }
    }
}

/// A node together with its document.
#[derive(Debug, Clone, Copy)]
pub struct NodeRef<'tree, 'text> {
    document: &'tree Document<'text>,
    /// The node itself.
    pub node: &'tree Node<'text>,
}

impl<'tree, 'text> NodeRef<'tree, 'text> {
    /// Where it was written.
    #[must_use]
    pub const fn span(self) -> Span {
        self.node.span
    }

    /// The node an alias stands for, else itself.
    #[must_use]
    pub fn resolved(self) -> Self {
        match self.node.content {
            Content::Alias { target, .. } => self.document.get(target),
            _ => self,
        }
    }

    /// The text of a scalar.
    #[must_use]
    pub fn as_str(self) -> Option<&'tree str> {
        match &self.node.content {
            Content::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The items of a list, empty for all else.
    pub fn items(self) -> impl ExactSizeIterator<Item = Self> {
        let items: &'tree [NodeId] = match &self.node.content {
            Content::Sequence(items) => items,
            _ => &[],
        };
        items.iter().map(move |id| self.document.get(*id))
    }

    /// The pairs of a mapping, empty for all else.
    pub fn pairs(self) -> impl ExactSizeIterator<Item = (Self, Self)> {
        let pairs: &'tree [(NodeId, NodeId)] = match &self.node.content {
            Content::Mapping(pairs) => pairs,
            _ => &[],
        };
        pairs.iter().map(move |(key, value)| (self.document.get(*key), self.document.get(*value)))
    }
}
