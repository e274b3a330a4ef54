//! Where the nodes of a graph lie: in layers from left to right, with few crossings.
//!
//! Layers by the longest path; order inside a layer by sweeps of barycentres; long edges get a
//! place in each layer they cross, so that they run between the nodes.

use std::{cmp::Ordering, collections::HashMap};

use super::Outline;
use crate::fit::width;

/// Sizes in pixels.
pub(super) const ROW: f64 = 32.0;
pub(super) const GAP: f64 = 14.0;
pub(super) const LAYER_GAP: f64 = 56.0;
pub(super) const COLUMN: f64 = 7.3;
pub(super) const PADDING: f64 = 12.0;
/// Labels are cut to so many columns.
pub(super) const LABEL: usize = 40;

/// An edge over several layers takes a place in each; with more of them than this in all, edges
/// are drawn straight.
const PLACES: usize = 20_000;
const SWEEPS: usize = 6;

/// Something that has a place: a node, or an edge on its way through a layer.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// Left edge.
    pub x: f64,
    /// Middle.
    pub y: f64,
    pub width: f64,
    pub layer: usize,
}

/// The places, the nodes' first, and each edge as the places it goes through.
pub(super) struct Layout {
    pub places: Vec<Place>,
    pub edges: Vec<Vec<usize>>,
    pub width: f64,
    pub height: f64,
}

pub(super) fn layout(outline: &Outline) -> Layout {
    let mut layout = places(outline);
    let neighbours = neighbours(&layout);
    let layers = ordered(&layout, outline, &neighbours);
    columns(&mut layout, &layers);
    rows(&mut layout, &layers, &neighbours);
    layout
}

/// Puts nodes and the ways of edges into layers.
fn places(outline: &Outline) -> Layout {
    let layers = outline.layers();
    let mut places: Vec<Place> = (0..outline.count())
        .map(|node| {
            let columns = width(&outline.labels[node]).min(LABEL) as f64;
            let width = columns * COLUMN + 2.0 * PADDING;
            Place { layer: layers[node], width, ..Place::default() }
        })
        .collect();
    let spans = outline.after.iter().enumerate().flat_map(|(node, after)| {
        let layers = &layers;
        after.iter().map(move |from| layers[node].saturating_sub(layers[*from] + 1))
    });
    let ways = spans.sum::<usize>() <= PLACES;
    let mut edges = Vec::new();
    for (node, after) in outline.after.iter().enumerate() {
        for from in after.iter().filter(|from| layers[**from] < layers[node]) {
            let mut edge = vec![*from];
            for layer in layers[*from] + 1..layers[node] {
                if ways {
                    edge.push(places.len());
                    places.push(Place { layer, ..Place::default() });
                }
            }
            edge.push(node);
            edges.push(edge);
        }
    }
    Layout { places, edges, width: 0.0, height: 0.0 }
}

/// For each place those one step to its left and to its right.
type Neighbours = Vec<[Vec<usize>; 2]>;

fn neighbours(layout: &Layout) -> Neighbours {
    let mut neighbours: Neighbours = vec![Default::default(); layout.places.len()];
    for edge in &layout.edges {
        for step in edge.windows(2) {
            if let [from, to] = *step {
                neighbours[from][1].push(to);
                neighbours[to][0].push(from);
            }
        }
    }
    neighbours
}

/// Orders each layer by the middle of its neighbours, from left to right and back.
fn ordered(layout: &Layout, outline: &Outline, neighbours: &Neighbours) -> Vec<Vec<usize>> {
    let count = layout.places.iter().map(|place| place.layer + 1).max().unwrap_or(0);
    let mut layers: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (number, place) in layout.places.iter().enumerate() {
        layers[place.layer].push(number);
    }
    let mut rank = vec![0.0; layout.places.len()];
    let rank_all = |layer: &[usize], rank: &mut Vec<f64>| {
        for (place, number) in layer.iter().enumerate() {
            rank[*number] = place as f64;
        }
    };
    layers.iter().for_each(|layer| rank_all(layer, &mut rank));
    for sweep in 0..SWEEPS {
        let side = sweep % 2;
        for step in 0..count {
            let layer = if side == 0 { step } else { count - 1 - step };
            let mut keyed: Vec<(f64, usize)> = layers[layer]
                .iter()
                .map(|number| (mean(&neighbours[*number][side], &rank, rank[*number]), *number))
                .collect();
            keep_groups_together(&mut keyed, outline);
            keyed.sort_by(|one, other| one.0.partial_cmp(&other.0).unwrap_or(Ordering::Equal));
            layers[layer] = keyed.into_iter().map(|(_, number)| number).collect();
            rank_all(&layers[layer], &mut rank);
        }
    }
    layers
}

fn mean(of: &[usize], values: &[f64], otherwise: f64) -> f64 {
    if of.is_empty() {
        return otherwise;
    }
    of.iter().map(|number| values[*number]).sum::<f64>() / of.len() as f64
}

/// Members of a group get the group's middle; the sort keeps the order of equals.
fn keep_groups_together(keyed: &mut [(f64, usize)], outline: &Outline) {
    let group = |number: usize| outline.groups.get(number).and_then(Option::as_deref);
    let mut sums: HashMap<&str, (f64, f64)> = HashMap::new();
    for (key, number) in keyed.iter() {
        if let Some(name) = group(*number) {
            let (sum, count) = sums.entry(name).or_default();
            *sum += key;
            *count += 1.0;
        }
    }
    for (key, number) in keyed {
        if let Some((sum, count)) = group(*number).and_then(|name| sums.get(name)) {
            *key = sum / count;
        }
    }
}

/// Gives each layer its column, as wide as its widest node. Ways of edges cross all of it.
fn columns(layout: &mut Layout, layers: &[Vec<usize>]) {
    let mut x = PADDING;
    for layer in layers {
        let widest = layer.iter().map(|number| layout.places[*number].width).fold(0.0, f64::max);
        for number in layer {
            let place = &mut layout.places[*number];
            place.x = x;
            if place.width == 0.0 {
                place.width = widest;
            }
        }
        x += widest + LAYER_GAP;
    }
    layout.width = (x - LAYER_GAP + PADDING).max(2.0 * PADDING);
}

/// Gives each place its row: as near to its neighbours as the others in its layer let it.
fn rows(layout: &mut Layout, layers: &[Vec<usize>], neighbours: &Neighbours) {
    let mut ys: Vec<f64> = vec![0.0; layout.places.len()];
    for layer in layers.iter() {
        for (place, number) in layer.iter().enumerate() {
            ys[*number] = place as f64 * (ROW + GAP);
        }
    }
    for sweep in 0..SWEEPS {
        let side = sweep % 2;
        for step in 0..layers.len() {
            let layer = if side == 0 { step } else { layers.len() - 1 - step };
            let wanted: Vec<f64> = layers[layer]
                .iter()
                .map(|number| mean(&neighbours[*number][side], &ys, ys[*number]))
                .collect();
            for (number, y) in layers[layer].iter().zip(spread(&wanted)) {
                ys[*number] = y;
            }
        }
    }
    let top = ys.iter().copied().fold(f64::INFINITY, f64::min);
    let bottom = ys.iter().copied().fold(0.0, f64::max);
    let top = if top.is_finite() { top } else { 0.0 };
    for (place, y) in layout.places.iter_mut().zip(&ys) {
        place.y = y - top + ROW / 2.0 + PADDING;
    }
    layout.height = bottom - top + ROW + 2.0 * PADDING;
}

/// The rows nearest to those wanted that keep their order and their distance: blocks of rows that
/// touch are moved to the mean of what their members want.
fn spread(wanted: &[f64]) -> Vec<f64> {
    const STEP: f64 = ROW + GAP;
    // (sum of wanted tops, count): the block's first row is sum / count.
    let mut blocks: Vec<(f64, f64)> = Vec::new();
    for want in wanted {
        let mut block = (*want, 1.0);
        while let Some((sum, count)) = blocks.last().copied() {
            if sum / count + count * STEP <= block.0 / block.1 {
                break;
            }
            blocks.pop();
            block = (sum + block.0 - block.1 * count * STEP, count + block.1);
        }
        blocks.push(block);
    }
    let mut rows = Vec::with_capacity(wanted.len());
    for (sum, count) in blocks {
        let first = sum / count;
        let mut place = 0.0;
        while place < count {
            rows.push(first + place * STEP);
            place += 1.0;
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_keep_their_order_and_their_distance(wanted in prop::collection::vec(-500.0_f64..500.0, 0..30)) {
            let rows = spread(&wanted);
            prop_assert_eq!(rows.len(), wanted.len());
            for pair in rows.windows(2) {
                prop_assert!(pair[1] - pair[0] >= ROW + GAP - 1e-6, "{rows:?}");
            }
        }
    }
}
