//! A graph as a picture.

use std::{collections::BTreeMap, fmt::Write};

use super::{
    Graph, Outline,
    layout::{LABEL, Layout, PADDING, Place, ROW, layout},
};
use crate::{fit::fit, summary::flat, xml::escaped};

/// Colours follow the reader's light or dark mode; a page that embeds the picture may set the
/// same variables.
const STYLE: &str = "\
svg{--line:#8c959f;--node:#f6f8fa;--text:#1f2328}\
@media(prefers-color-scheme:dark){svg{--line:#6e7681;--node:#161b22;--text:#e6edf3}}\
text{font:12px ui-monospace,monospace;fill:var(--text)}\
.node rect{fill:var(--node);stroke:var(--line)}\
.group{fill:none;stroke:var(--line);stroke-dasharray:4 3}\
.edge{fill:none;stroke:var(--line)}";

/// Draws a graph as an SVG picture. It is a document by itself; nothing in it is loaded or run.
pub fn svg(graph: &Graph) -> String {
    let outline = Outline::of(graph);
    let layout = layout(&outline);
    let mut text = String::new();
    let (width, height) = (layout.width, layout.height);
    let title = escaped(&flat(&graph.title));
    let _ = write!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"{width:.0}\" \
         height=\"{height:.0}\" viewBox=\"0 0 {width:.0} {height:.0}\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n"
    );
    groups(&mut text, &outline, &layout);
    for edge in &layout.edges {
        let places: Vec<&Place> = edge.iter().map(|number| &layout.places[*number]).collect();
        let _ = writeln!(text, "<path class=\"edge\" d=\"{}\"/>", path(&places));
    }
    for (node, place) in layout.places.iter().take(outline.count()).enumerate() {
        let label = flat(&outline.labels[node]);
        let (x, top) = (place.x, place.y - ROW / 2.0);
        let shown = escaped(&fit(&label, LABEL, "…"));
        let _ = writeln!(
            text,
            "<g class=\"node\" id=\"node-{node}\"><title>{}</title>\
             <rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{ROW}\" rx=\"6\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{shown}</text></g>",
            escaped(&label),
            place.width,
            x + PADDING,
            place.y + 4.0,
        );
    }
    text += "</svg>\n";
    text
}

/// A dashed frame around the members of a group in one layer, which lie together.
fn groups(text: &mut String, outline: &Outline, layout: &Layout) {
    let mut frames: BTreeMap<(&str, usize), (f64, f64, f64, f64)> = BTreeMap::new();
    for (node, place) in layout.places.iter().take(outline.count()).enumerate() {
        let Some(group) = outline.groups[node].as_deref() else { continue };
        let (left, right) = (place.x, place.x + place.width);
        let frame = frames.entry((group, place.layer)).or_insert((left, right, place.y, place.y));
        frame.1 = frame.1.max(right);
        frame.2 = frame.2.min(place.y);
        frame.3 = frame.3.max(place.y);
    }
    for ((group, _), (left, right, top, bottom)) in frames {
        let _ = writeln!(
            text,
            "<rect class=\"group\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" \
             rx=\"8\"><title>{}</title></rect>",
            left - 5.0,
            top - ROW / 2.0 - 5.0,
            right - left + 10.0,
            bottom - top + ROW + 10.0,
            escaped(&flat(group)),
        );
    }
}

/// A curve from the right side of the first place to the left side of the last.
fn path(places: &[&Place]) -> String {
    let mut path = String::new();
    for pair in places.windows(2) {
        let [from, to] = pair else { continue };
        let (start, end) = (from.x + from.width, to.x);
        let middle = f64::midpoint(start, end);
        if path.is_empty() {
            let _ = write!(path, "M{start:.1} {:.1}", from.y);
        } else {
            let _ = write!(path, "H{start:.1}");
        }
        let (y, to_y) = (from.y, to.y);
        let _ = write!(path, "C{middle:.1} {y:.1} {middle:.1} {to_y:.1} {end:.1} {to_y:.1}");
    }
    path
}
