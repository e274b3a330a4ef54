//! The shape of a YAML text that may be half-written: keys, values and where they stand.
//!
//! An editor asks while somebody types, when the text is mostly no valid YAML. This reads what is
//! there line by line and never fails; what is *wrong* is not told here, but by the real reader.
//! Block style is read in `block`, brackets and braces in `flow`.

mod block;
mod flow;

use std::ops::Range;

/// The largest text that is read, as for the real reader.
const LARGEST: usize = 10 << 20;

/// Deepest nesting that is followed.
const DEEPEST: usize = 64;

/// Where the inputs of a file stand: of the two events that have some, and of an action.
pub const INPUTS: [&[&str]; 3] =
    [&["on", "workflow_call", "inputs"], &["on", "workflow_dispatch", "inputs"], &["inputs"]];

/// The shape of one text.
#[derive(Debug)]
pub struct Outline<'text> {
    /// The outermost value.
    pub root: Node<'text>,
    /// The names of anchors and where they stand, `&` left out.
    pub anchors: Vec<(&'text str, Range<usize>)>,
}

/// A value.
#[derive(Debug, PartialEq, Eq)]
pub struct Node<'text> {
    /// Its bytes in the text; of a scalar without its quotes.
    pub range: Range<usize>,
    /// What it is.
    pub kind: NodeKind<'text>,
}

/// What a value is.
#[derive(Debug, PartialEq, Eq)]
pub enum NodeKind<'text> {
    /// Nothing.
    Null,
    /// A text as it stands there: escapes and folds are not resolved.
    Scalar(&'text str),
    /// A list.
    Sequence(Vec<Node<'text>>),
    /// A mapping.
    Mapping(Vec<Entry<'text>>),
}

/// A key with its value.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry<'text> {
    /// The key without quotes.
    pub key: &'text str,
    /// Its bytes.
    pub key_range: Range<usize>,
    /// The value.
    pub value: Node<'text>,
}

impl<'text> Outline<'text> {
    /// Reads a text.
    #[must_use]
    pub fn new(text: &'text str) -> Self {
        if text.len() > LARGEST {
            return Self { root: Node::null(0), anchors: Vec::new() };
        }
        let mut reader = block::Reader::new(text);
        let root = reader.document();
        Self { root, anchors: reader.anchors }
    }
}

impl<'text> Node<'text> {
    const fn null(at: usize) -> Self {
        Self { range: at..at, kind: NodeKind::Null }
    }

    /// The entries of a mapping, none for all else.
    #[must_use]
    pub fn entries(&self) -> &[Entry<'text>] {
        match &self.kind {
            NodeKind::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list, none for all else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            NodeKind::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The text of a scalar.
    #[must_use]
    pub const fn as_str(&self) -> Option<&'text str> {
        match &self.kind {
            NodeKind::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// The entry of a mapping under a key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry<'text>> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The value under a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The value under keys in keys.
    #[must_use]
    pub fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// A scalar, or the scalars of a list.
    pub fn one_or_more(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.items()).filter(|node| node.as_str().is_some())
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn write(node: &Node<'_>, into: &mut String) {
        match &node.kind {
            NodeKind::Null => into.push('~'),
            NodeKind::Scalar(text) => write!(into, "{text:?}").unwrap(),
            NodeKind::Sequence(items) => {
                into.push('[');
                for (position, item) in items.iter().enumerate() {
                    into.push_str(if position > 0 { ", " } else { "" });
                    write(item, into);
                }
                into.push(']');
            }
            NodeKind::Mapping(entries) => {
                into.push('{');
                for (position, entry) in entries.iter().enumerate() {
                    write!(into, "{}{}: ", if position > 0 { ", " } else { "" }, entry.key)
                        .unwrap();
                    write(&entry.value, into);
                }
                into.push('}');
            }
        }
    }

    fn shape(text: &str) -> String {
        let mut written = String::new();
        write(&Outline::new(text).root, &mut written);
        written
    }

    #[test]
    fn reads_block_style() {
        let text = "# first\non: push # why\n\"name\": 'a b'\njobs:\n  a:\n    needs: [x, 'y']\n    \
             steps:\n    - run: |\n        echo: 1\n        # no comment\n\n    -   uses: ./x\n        with: {a: 1, b: }\n  b: {}\n";
        insta::assert_snapshot!(shape(text), @r#"{on: "push", name: "a b", jobs: {a: {needs: ["x", "y"], steps: [{run: "echo: 1\n        # no comment"}, {uses: "./x", with: {a: "1", b: ~}}]}, b: {}}}"#);
    }

    #[test]
    fn reads_what_is_half_written() {
        insta::assert_snapshot!(
            shape("jobs:\n  a:\n    ne\n    steps:\n      - run: x\n      - \n  b:\n    x: [1, {y: \n  c:\n    z: 'open\n    w: 1\n"),
            @r#"{jobs: {a: {ne: ~, steps: [{run: "x"}, ~]}, b: {x: ["1", {y: ~}]}, c: {z: "open", w: "1"}}}"#
        );
        insta::assert_snapshot!(shape("on:\n  pu"), @r#"{on: "pu"}"#);
        insta::assert_snapshot!(shape("jo"), @r#""jo""#);
        insta::assert_snapshot!(shape("a: b\n   c: d\ne: f"), @r#"{a: {c: "d"}, e: "f"}"#);
    }

    #[test]
    fn passes_over_anchors_tags_and_folded_lines() {
        let outline = Outline::new("a: &one\n  b: !x &two c\nd: *one\ne: f\n  g\n");
        assert_eq!(outline.anchors, [("one", 4..7), ("two", 17..20)]);
        insta::assert_snapshot!(
            shape("a: &one\n  b: !x &two c\nd: *one\ne: f\n  g\n"),
            @r#"{a: {b: "c"}, d: "*one", e: "f\n  g"}"#
        );
    }

    #[test]
    fn expressions_in_brackets_are_one_text() {
        insta::assert_snapshot!(
            shape("x: [${{ a[0] }}, b]\ny: {k: ${{ {} }} z}"),
            @r#"{x: ["${{ a[0] }}", "b"], y: {k: "${{ {} }} z"}}"#
        );
    }

    fn assert_ranges(text: &str, node: &Node<'_>) {
        assert!(text.get(node.range.clone()).is_some(), "{node:?}");
        node.items().iter().for_each(|item| assert_ranges(text, item));
        for entry in node.entries() {
            assert_eq!(text.get(entry.key_range.clone()), Some(entry.key));
            assert_ranges(text, &entry.value);
        }
    }

    proptest! {
        #[test]
        fn any_text_has_a_shape(text in r"[a:\-\[\]{}'\x22|># \n\r\t&*!,é$]{0,60}") {
            assert_ranges(&text, &Outline::new(&text).root);
        }
    }

    #[test]
    fn deep_nesting_is_not_followed() {
        for text in ["- ".repeat(50_000), "[".repeat(50_000), "{a: ".repeat(50_000)] {
            assert_ranges(&text, &Outline::new(&text).root);
        }
    }
}
