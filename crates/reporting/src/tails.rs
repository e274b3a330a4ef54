//! The last lines of what runs.

use std::collections::{HashMap, VecDeque};

use windlass_kernel::NodeId;

use crate::log_line::{LineBuffer, LineKind, Preamble, classify, clean};

/// Lines kept of each node.
const LINES: usize = 8;

/// Of a large chunk only its end can still be seen when it has gone by.
const CHUNK_BYTES: usize = 4 * 1024;

/// The last lines of each node's log.
#[derive(Default)]
pub(crate) struct Tails {
    nodes: HashMap<NodeId, Tail>,
}

#[derive(Default)]
struct Tail {
    buffer: LineBuffer,
    preamble: Preamble,
    lines: VecDeque<String>,
}

impl Tails {
    pub(crate) fn add(&mut self, node: &NodeId, bytes: &[u8], colours: bool) {
        if !self.nodes.contains_key(node) {
            self.nodes.insert(node.clone(), Tail::default());
        }
        let Some(Tail { buffer, preamble, lines }) = self.nodes.get_mut(node) else { return };
        let end = bytes.get(bytes.len().saturating_sub(CHUNK_BYTES)..).unwrap_or(bytes);
        if end.len() < bytes.len() {
            *buffer = LineBuffer::default();
            *preamble = Preamble::Over;
        }
        buffer.add(end, |line| {
            let line = clean(line, colours);
            let (kind, text) = classify(&line);
            if preamble.hides(&line) || kind == LineKind::EndGroup || text.trim().is_empty() {
                return;
            }
            if lines.len() == LINES {
                lines.pop_front();
            }
            // Of how many columns a tab is depends on where it stands.
            lines.push_back(text.replace('\t', "    "));
        });
    }

    pub(crate) fn last(&self, node: &NodeId, count: usize) -> impl Iterator<Item = &str> {
        let lines = self.nodes.get(node).map(|tail| &tail.lines);
        let skipped = lines.map_or(0, |lines| lines.len().saturating_sub(count));
        lines.into_iter().flatten().skip(skipped).map(String::as_str)
    }

    pub(crate) fn remove(&mut self, node: &NodeId) {
        self.nodes.remove(node);
    }
}
