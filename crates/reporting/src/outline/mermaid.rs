//! A graph in the language of Mermaid's flowcharts, which GitHub and GitLab draw in Markdown.

use std::fmt::Write;

use super::{Graph, Outline};
use crate::summary::flat;

/// Writes a graph as a Mermaid flowchart.
pub fn mermaid(graph: &Graph) -> String {
    let outline = Outline::of(graph);
    let mut text = String::from("flowchart LR\n");
    let mut groups: Vec<&str> = Vec::new();
    for node in 0..outline.count() {
        match outline.groups[node].as_deref() {
            None => line(&mut text, "  ", node, &outline),
            Some(group) if !groups.contains(&group) => {
                let _ = writeln!(text, "  subgraph g{}[\"{}\"]", groups.len(), escaped(group));
                groups.push(group);
                for member in node..outline.count() {
                    if outline.groups[member].as_deref() == Some(group) {
                        line(&mut text, "    ", member, &outline);
                    }
                }
                text += "  end\n";
            }
            Some(_) => {}
        }
    }
    for (node, after) in outline.after.iter().enumerate() {
        for needed in after {
            let _ = writeln!(text, "  n{needed} --> n{node}");
        }
    }
    text
}

fn line(text: &mut String, indent: &str, node: usize, outline: &Outline) {
    let _ = writeln!(text, "{indent}n{node}[\"{}\"]", escaped(&outline.labels[node]));
}

/// Mermaid's own entities ("Entity codes to escape characters" in its flowchart syntax page).
fn escaped(label: &str) -> String {
    let mut text = String::with_capacity(label.len());
    for character in flat(label).chars() {
        match character {
            '"' | '#' | '&' | '<' | '>' | '`' | ';' | '\\' => {
                let _ = write!(text, "#{};", u32::from(character));
            }
            other => text.push(other),
        }
    }
    text
}
