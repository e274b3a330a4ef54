//! Drawings of what a pipeline would do: its jobs and what each of them waits for.
//!
//! The input is a plain graph, so that a plan and a run, of any dialect, are drawn alike. Groups
//! of more than thirty nodes (a large matrix) are drawn as one.

mod layout;
mod mermaid;
mod svg;
mod text;

use std::collections::{HashMap, HashSet};

pub use mermaid::mermaid;
pub use svg::svg;
pub use text::text;

/// A group with more members than these is drawn as one node.
const GROUP_LIMIT: usize = 30;

/// A pipeline as nodes and what they wait for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// What people call the pipeline.
    pub title: String,
    /// Its nodes, in the order in which they were written.
    pub nodes: Vec<GraphNode>,
}

/// One node of a graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphNode {
    /// Unique in its graph; of two nodes with one id the first counts.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// The ids of the nodes that it waits for. Unknown ones are passed over.
    pub after: Vec<String>,
    /// What it belongs to beside others: a matrix, a called workflow.
    pub group: Option<String>,
}

/// A graph by numbers, with large groups folded: nothing left that could be wrong with it but
/// circles, which the layers pass over.
struct Outline {
    labels: Vec<String>,
    groups: Vec<Option<String>>,
    /// The numbers of the nodes that each node waits for, each once.
    after: Vec<Vec<usize>>,
}

impl Outline {
    fn of(graph: &Graph) -> Outline {
        let mut sizes: HashMap<&str, usize> = HashMap::new();
        for group in graph.nodes.iter().filter_map(|node| node.group.as_deref()) {
            *sizes.entry(group).or_default() += 1;
        }
        let folded =
            |node: &GraphNode| node.group.as_deref().and_then(|it| sizes.get_key_value(it));
        let folded = |node| folded(node).filter(|(_, size)| **size > GROUP_LIMIT);
        let mut outline = Outline { labels: Vec::new(), groups: Vec::new(), after: Vec::new() };
        let mut number_of_id: HashMap<&str, usize> = HashMap::new();
        let mut number_of_group: HashMap<&str, usize> = HashMap::new();
        for node in &graph.nodes {
            let number = match folded(node) {
                Some((group, size)) => *number_of_group.entry(*group).or_insert_with(|| {
                    outline.labels.push(format!("{group} ({size} jobs)"));
                    outline.groups.push(None);
                    outline.labels.len() - 1
                }),
                None => {
                    outline.labels.push(node.label.clone());
                    outline.groups.push(node.group.clone());
                    outline.labels.len() - 1
                }
            };
            number_of_id.entry(&node.id).or_insert(number);
        }
        let mut after: Vec<Vec<usize>> = vec![Vec::new(); outline.labels.len()];
        let mut seen: HashSet<(usize, usize)> = HashSet::new();
        for node in &graph.nodes {
            let Some(&number) = number_of_id.get(node.id.as_str()) else { continue };
            for before in node.after.iter().filter_map(|id| number_of_id.get(id.as_str())) {
                if *before != number && seen.insert((*before, number)) {
                    after[number].push(*before);
                }
            }
        }
        outline.after = after;
        outline
    }

    fn count(&self) -> usize {
        self.labels.len()
    }

    /// The nodes that wait for each node.
    fn before(&self) -> Vec<Vec<usize>> {
        let mut before = vec![Vec::new(); self.count()];
        for (node, after) in self.after.iter().enumerate() {
            for needed in after {
                before[*needed].push(node);
            }
        }
        before
    }

    /// How many nodes come one after the other before each node, on the longest way.
    ///
    /// Where nodes wait for each other in a circle, the first of them goes first.
    fn layers(&self) -> Vec<usize> {
        let before = self.before();
        let mut missing: Vec<usize> = self.after.iter().map(Vec::len).collect();
        let mut layers = vec![0; self.count()];
        let mut is_done = vec![false; self.count()];
        let mut ready: Vec<usize> = (0..self.count()).filter(|node| missing[*node] == 0).collect();
        let mut first_open = 0;
        loop {
            while let Some(node) = ready.pop() {
                if std::mem::replace(&mut is_done[node], true) {
                    continue;
                }
                for &next in before[node].iter().filter(|next| !is_done[**next]) {
                    layers[next] = layers[next].max(layers[node] + 1);
                    missing[next] -= 1;
                    if missing[next] == 0 {
                        ready.push(next);
                    }
                }
            }
            while is_done.get(first_open) == Some(&true) {
                first_open += 1;
            }
            if first_open == self.count() {
                return layers;
            }
            ready.push(first_open);
        }
    }
}
