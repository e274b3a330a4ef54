//! Block style: what belongs together stands in the same column.

use std::ops::Range;

use super::flow::Flow;
use super::{DEEPEST, Entry, Node, NodeKind};

/// A line that may be read in parts: what has been read is cut off at its start.
struct Line {
    /// The first character that has not been read.
    start: usize,
    /// Just behind the last character, blanks left out.
    end: usize,
    /// The column of `start`; what follows a dash stands in a column of its own.
    column: usize,
}

/// Reads a text from its first line to its last.
pub(super) struct Reader<'text> {
    text: &'text str,
    lines: Vec<Line>,
    /// The line that is read.
    at: usize,
    depth: usize,
    pub(super) anchors: Vec<(&'text str, Range<usize>)>,
}

impl<'text> Reader<'text> {
    pub(super) fn new(text: &'text str) -> Self {
        let mut lines = Vec::new();
        let mut offset = 0;
        for line in text.split_inclusive('\n') {
            let content = line.trim_end();
            let start = content.len() - content.trim_start_matches([' ', '\t']).len();
            lines.push(Line { start: offset + start, end: offset + content.len(), column: start });
            offset += line.len();
        }
        Self { text, lines, at: 0, depth: 0, anchors: Vec::new() }
    }

    pub(super) fn document(&mut self) -> Node<'text> {
        self.block(None)
    }

    /// What is left of a line.
    fn rest(&self, line: &Line) -> &'text str {
        self.text.get(line.start..line.end).unwrap_or_default()
    }

    /// The next line that says something.
    fn line(&mut self) -> Option<&Line> {
        while let Some(line) = self.lines.get(self.at) {
            let rest = self.rest(line);
            let is_marker = line.column == 0 && (rest == "---" || rest == "...");
            if !(rest.is_empty() || rest.starts_with('#') || is_marker) {
                break;
            }
            self.at += 1;
        }
        self.lines.get(self.at)
    }

    /// The column and what is left of the next line, when it is deeper than its parent.
    fn deeper(&mut self, parent: Option<usize>) -> Option<(usize, &'text str)> {
        let text = self.text;
        let line = self.line()?;
        let rest = text.get(line.start..line.end).unwrap_or_default();
        parent.is_none_or(|parent| line.column > parent).then_some((line.column, rest))
    }

    /// The value on the lines deeper than `parent`.
    fn block(&mut self, parent: Option<usize>) -> Node<'text> {
        let here = self.lines.get(self.at).map_or(self.text.len(), |line| line.start);
        let Some((column, rest)) = self.deeper(parent) else {
            // The line is not read, so the place is the end of what was.
            let before = self.at.checked_sub(1).and_then(|at| self.lines.get(at));
            return Node::null(before.map_or(here, |line| line.end));
        };
        if self.depth >= DEEPEST {
            self.at += 1;
            return Node::null(here);
        }
        self.depth += 1;
        let node = if is_dash(rest) {
            self.sequence(column)
        } else if key(rest).is_some() || self.is_first_of_keys(column) {
            self.mapping(column)
        } else {
            self.inline(parent)
        };
        self.depth -= 1;
        node
    }

    /// Whether a key stands in the same column on the next line, so that a word here is a key that
    /// is being written.
    fn is_first_of_keys(&self, column: usize) -> bool {
        let next = self.lines.iter().skip(self.at + 1).find(|line| line.start < line.end);
        let is_word = self.lines.get(self.at).is_some_and(|line| {
            !self.rest(line).starts_with(['[', '{', '\'', '"', '|', '>', '&', '!', '*'])
        });
        is_word && next.is_some_and(|line| line.column == column && key(self.rest(line)).is_some())
    }

    fn sequence(&mut self, column: usize) -> Node<'text> {
        let mut items = Vec::new();
        while let Some(line) = self.line() {
            let line_column = line.column;
            let (start, end) = (line.start, line.end);
            let rest = self.text.get(start..end).unwrap_or_default();
            if line_column < column || (line_column == column && !is_dash(rest)) {
                break;
            }
            if line_column > column {
                self.at += 1;
                continue;
            }
            let after = rest[1..].trim_start();
            let read = rest.len() - after.len();
            if after.is_empty() || after.starts_with('#') {
                self.at += 1;
                let has_more = self.deeper(Some(column)).is_some();
                items.push(if has_more { self.block(Some(column)) } else { Node::null(end) });
                continue;
            }
            self.cut(read);
            items.push(self.block(Some(column)));
        }
        let range = around(items.iter().map(|item| &item.range));
        Node { range, kind: NodeKind::Sequence(items) }
    }

    fn mapping(&mut self, column: usize) -> Node<'text> {
        let mut entries = Vec::new();
        while let Some(line) = self.line() {
            let line_column = line.column;
            let (start, end) = (line.start, line.end);
            let rest = self.text.get(start..end).unwrap_or_default();
            if line_column < column || (line_column == column && is_dash(rest)) {
                break;
            }
            if line_column > column {
                self.at += 1;
                continue;
            }
            let Some(found) = key(rest) else {
                let word = &rest[..plain_length(rest)];
                let key_range = start..start + word.len();
                entries.push(Entry { key: word, key_range, value: Node::null(end) });
                self.at += 1;
                continue;
            };
            self.cut(found.value);
            let value = self.value(column);
            let key_range = start + found.key.start..start + found.key.end;
            entries.push(Entry { key: &rest[found.key], key_range, value });
        }
        let ends = entries.iter().map(|entry| {
            if entry.value.kind == NodeKind::Null { &entry.key_range } else { &entry.value.range }
        });
        let range = around(entries.iter().map(|entry| &entry.key_range).chain(ends));
        Node { range, kind: NodeKind::Mapping(entries) }
    }

    /// What follows a key of a mapping in this column: the rest of the line, or lines below.
    fn value(&mut self, column: usize) -> Node<'text> {
        self.properties();
        let Some(line) = self.lines.get(self.at) else { return Node::null(self.text.len()) };
        let (rest, end) = (self.rest(line), line.end);
        if !rest.is_empty() && !rest.starts_with('#') {
            return self.inline(Some(column));
        }
        self.at += 1;
        match self.line().map(|line| (line.column, line.start)) {
            Some((below, _)) if below > column => self.block(Some(column)),
            Some((below, start)) if below == column && is_dash(&self.text[start..]) => {
                self.sequence(column)
            }
            _ => Node::null(end),
        }
    }

    /// A value that begins in the middle of a line.
    fn inline(&mut self, parent: Option<usize>) -> Node<'text> {
        self.properties();
        let Some(line) = self.lines.get(self.at) else { return Node::null(self.text.len()) };
        let (rest, start, end) = (self.rest(line), line.start, line.end);
        match rest.chars().next() {
            None => {
                self.at += 1;
                self.block(parent)
            }
            Some('|' | '>') => self.block_scalar(parent),
            Some('[' | '{' | '\'' | '"') => {
                let region = start..self.end_of_deeper(parent);
                let (node, read) = Flow::new(self.text, region).value_or(end);
                // A closing quote may be behind the node.
                self.at += 1;
                while self.lines.get(self.at).is_some_and(|line| line.start < read) {
                    self.at += 1;
                }
                node
            }
            Some(_) => self.plain(parent),
        }
    }

    /// A `|` or `>` and the lines below it.
    fn block_scalar(&mut self, parent: Option<usize>) -> Node<'text> {
        let header_end = self.lines.get(self.at).map_or(0, |line| line.end);
        self.at += 1;
        let (mut start, mut end) = (None, header_end);
        while let Some(line) = self.lines.get(self.at) {
            let is_blank = line.start >= line.end;
            if !is_blank && parent.is_some_and(|parent| line.column <= parent) {
                break;
            }
            if !is_blank {
                start = start.or(Some(line.start));
                end = line.end;
            }
            self.at += 1;
        }
        let range = start.unwrap_or(header_end)..end;
        Node { kind: NodeKind::Scalar(&self.text[range.clone()]), range }
    }

    /// A text without quotes; deeper lines belong to it, unless they are keys.
    fn plain(&mut self, parent: Option<usize>) -> Node<'text> {
        let Some(line) = self.lines.get(self.at) else { return Node::null(self.text.len()) };
        let start = line.start;
        let mut end = start + plain_length(self.rest(line));
        self.at += 1;
        while let Some((_, rest)) = parent.and_then(|parent| self.deeper(Some(parent))) {
            if key(rest).is_some() || is_dash(rest) {
                return self.block(parent);
            }
            end = self.lines[self.at].start + plain_length(rest);
            self.at += 1;
        }
        Node { range: start..end, kind: NodeKind::Scalar(&self.text[start..end]) }
    }

    /// Passes over anchors and tags.
    fn properties(&mut self) {
        while let Some(line) = self.lines.get(self.at) {
            let (rest, start) = (self.rest(line), line.start);
            if !rest.starts_with(['&', '!']) {
                return;
            }
            let length = rest.find([' ', '\t']).unwrap_or(rest.len());
            if let Some(name) = rest[..length].strip_prefix('&') {
                self.anchors.push((name, start + 1..start + length));
            }
            let read = rest.len() - rest[length..].trim_start().len();
            self.cut(read);
        }
    }

    /// Counts the first bytes of the line as read.
    fn cut(&mut self, bytes: usize) {
        if let Some(line) = self.lines.get_mut(self.at) {
            line.start += bytes;
            line.column += bytes;
        }
    }

    /// Where the lines end that are deeper than `parent`.
    fn end_of_deeper(&self, parent: Option<usize>) -> usize {
        let Some(parent) = parent else { return self.text.len() };
        let below = self.lines.iter().skip(self.at + 1);
        let deeper = below.take_while(|line| line.start >= line.end || line.column > parent);
        let here = self.lines.get(self.at);
        here.into_iter().chain(deeper).last().map_or(self.text.len(), |line| line.end)
    }
}

/// Whether a line is an item of a list.
fn is_dash(rest: &str) -> bool {
    rest.strip_prefix('-')
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

/// A key in a line: its bytes, and where its value begins.
struct Key {
    key: Range<usize>,
    value: usize,
}

/// The key that a line begins with.
fn key(rest: &str) -> Option<Key> {
    let quote = rest.chars().next().filter(|first| matches!(first, '\'' | '"'));
    let (key, colon) = if let Some(quote) = quote {
        let close = 1 + rest[1..].find(quote)?;
        let after = &rest[close + 1..];
        (1..close, close + 1 + after.len() - after.trim_start().len())
    } else if rest.starts_with(['#', '[', '{', '|', '>', '&', '!', '%', '@', '`']) {
        return None;
    } else {
        let colon = rest
            .match_indices(':')
            .map(|(at, _)| at)
            .find(|at| rest[at + 1..].chars().next().is_none_or(char::is_whitespace))?;
        if rest[..colon].contains(" #") {
            return None;
        }
        (0..rest[..colon].trim_end().len(), colon)
    };
    let after = rest[colon..].strip_prefix(':')?;
    if after.chars().next().is_some_and(|next| !next.is_whitespace()) {
        return None;
    }
    Some(Key { key, value: rest.len() - after.trim_start().len() })
}

/// How much of a line is text, before a comment.
fn plain_length(rest: &str) -> usize {
    let comment = rest
        .match_indices('#')
        .map(|(at, _)| at)
        .find(|at| rest[..*at].chars().next_back().is_none_or(char::is_whitespace));
    rest[..comment.unwrap_or(rest.len())].trim_end().len()
}

/// From the first byte of some ranges to the last.
fn around<'range>(ranges: impl Iterator<Item = &'range Range<usize>>) -> Range<usize> {
    let both = ranges.fold(None, |around: Option<Range<usize>>, range| match around {
        None => Some(range.clone()),
        Some(around) => Some(around.start.min(range.start)..around.end.max(range.end)),
    });
    both.unwrap_or(0..0)
}
