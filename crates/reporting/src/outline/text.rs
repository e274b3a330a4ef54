//! A graph as a tree of lines.

use std::fmt::Write;

use super::{Graph, Outline};
use crate::summary::flat;

/// Beyond this depth a tree is no longer moved to the right.
const DEPTH: usize = 24;

/// Draws a graph as a tree. Each node stands below the last of those it waits for; the others are
/// named behind it. `unicode` says whether lines may be drawn with more than ASCII.
pub fn text(graph: &Graph, unicode: bool) -> String {
    let outline = Outline::of(graph);
    let layers = outline.layers();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); outline.count()];
    let mut roots = Vec::new();
    for node in 0..outline.count() {
        match parent(&outline, &layers, node) {
            Some(parent) => children[parent].push(node),
            None => roots.push(node),
        }
    }
    let (branch, last, bar) =
        if unicode { ("├─ ", "└─ ", "│  ") } else { ("|- ", "`- ", "|  ") };
    let mut text = flat(&graph.title);
    text.push('\n');
    let mut next: Vec<(usize, String, bool)> = Vec::new();
    push(&mut next, &roots, "");
    while let Some((node, indent, is_last)) = next.pop() {
        let turn = if is_last { last } else { branch };
        let _ = write!(text, "{indent}{turn}{}", flat(&outline.labels[node]));
        others(&mut text, &outline, parent(&outline, &layers, node), node);
        text.push('\n');
        let below = if is_last { "   " } else { bar };
        let indent =
            if indent.chars().count() / 3 < DEPTH { format!("{indent}{below}") } else { indent };
        push(&mut next, &children[node], &indent);
    }
    text
}

fn push(next: &mut Vec<(usize, String, bool)>, nodes: &[usize], indent: &str) {
    for (place, node) in nodes.iter().enumerate().rev() {
        next.push((*node, indent.to_owned(), place + 1 == nodes.len()));
    }
}

/// The last of the nodes that a node waits for; none where it goes first in a circle.
fn parent(outline: &Outline, layers: &[usize], node: usize) -> Option<usize> {
    let earlier = outline.after[node].iter().copied().filter(|after| layers[*after] < layers[node]);
    earlier.min_by_key(|after| std::cmp::Reverse(layers[*after]))
}

fn others(text: &mut String, outline: &Outline, parent: Option<usize>, node: usize) {
    let others: Vec<String> = outline.after[node]
        .iter()
        .filter(|after| Some(**after) != parent)
        .map(|after| flat(&outline.labels[*after]))
        .collect();
    if !others.is_empty() {
        let _ = write!(text, "  (also needs {})", others.join(", "));
    }
}
