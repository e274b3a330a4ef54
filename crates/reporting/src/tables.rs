//! Stored runs as people read them: the list of runs, and one run as a tree.

use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};
use windlass_kernel::{NodeKind, RunId, Status};

use crate::{
    Appearance, NodeState, NodeView, RunView, SurfaceSettings,
    fit::{fit, width},
    style::{Tone, duration, run_word, status_word},
    summary::{flat, remarks},
};

/// Where a listed run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunRowState {
    /// It goes on.
    UnderWay,
    /// Its process died; it can be resumed.
    Interrupted,
    /// It ended.
    Ended(Status),
}

/// One line of the list of runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    /// Its number in its project.
    pub number: u64,
    /// Its id.
    pub id: RunId,
    /// Where it is.
    pub state: RunRowState,
    /// What people call the pipeline.
    pub title: String,
    /// The event that it ran for.
    pub event: String,
    /// The Git ref; `refs/heads/` and the like are left out.
    pub git_ref: String,
    /// Which attempt it is, from 1.
    pub attempt: u64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// The list of runs as a table that is at most so many columns wide.
pub fn run_list(rows: &[RunRow], look: Appearance, columns: usize, now: Timestamp) -> String {
    let mut table =
        vec![["", "STATUS", "TITLE", "EVENT", "REF", "WHEN", "TOOK"].map(str::to_owned)];
    table.extend(rows.iter().map(|row| cells(row, look, now)));
    let mut widths = [0; 7];
    for row in &table {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = width(cell).max(*widest);
        }
    }
    // The title gives way where there is not enough room.
    let others: usize = widths.iter().sum::<usize>() - widths[2] + 2 * (widths.len() - 1);
    widths[2] = widths[2].min(columns.saturating_sub(others).max(8));
    let mut text = String::new();
    for (number, row) in table.iter().enumerate() {
        let state = number.checked_sub(1).and_then(|number| rows.get(number));
        let mut line = String::new();
        for (place, (cell, width_of)) in row.iter().zip(widths).enumerate() {
            let cell = fit(cell, width_of, look.either("…", "~"));
            let tone = match (place, state) {
                (_, None) => Tone::Heading,
                (1, Some(row)) => tone(row.state),
                (0 | 2, _) => Tone::Plain,
                _ => Tone::Quiet,
            };
            look.paint(&mut line, tone, &cell);
            if place + 1 < row.len() {
                line += &" ".repeat(width_of - width(&cell) + 2);
            }
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

fn cells(row: &RunRow, look: Appearance, now: Timestamp) -> [String; 7] {
    let (sign, word) = match row.state {
        RunRowState::UnderWay => (look.sign(&NodeState::Running), "under way"),
        RunRowState::Interrupted => (look.either("↯", "!"), "interrupted"),
        RunRowState::Ended(status) => {
            let ended = NodeState::Concluded { status, word: String::new(), reason: None };
            (look.sign(&ended), run_word(status))
        }
    };
    let attempt = match row.attempt {
        0 | 1 => String::new(),
        attempt => format!(" (attempt {attempt})"),
    };
    let git_ref = ["refs/heads/", "refs/tags/", "refs/"]
        .iter()
        .find_map(|prefix| row.git_ref.strip_prefix(prefix))
        .unwrap_or(&row.git_ref);
    let took = match row.state {
        RunRowState::Interrupted => None,
        _ => Some(row.ended_at.unwrap_or(now).duration_since(row.created_at)),
    };
    [
        format!("#{}", row.number),
        format!("{sign} {word}"),
        flat(&row.title) + &attempt,
        flat(&row.event),
        flat(git_ref),
        ago(now.duration_since(row.created_at)),
        took.map(duration).unwrap_or_default(),
    ]
}

fn tone(state: RunRowState) -> Tone {
    match state {
        RunRowState::UnderWay => Tone::Active,
        RunRowState::Interrupted => Tone::Warning,
        RunRowState::Ended(status) => Tone::of_status(status),
    }
}

/// `now`, `5m ago`, `3h ago`, `12d ago`.
fn ago(time: SignedDuration) -> String {
    match time.as_mins() {
        ..1 => "now".to_owned(),
        minutes @ 1..60 => format!("{minutes}m ago"),
        minutes @ 60..1440 => format!("{}h ago", minutes / 60),
        minutes => format!("{}d ago", minutes / 1440),
    }
}

/// One run as a tree with times and reasons, then its remarks, its pages and its result.
pub fn run_page(view: &RunView, settings: &SurfaceSettings, now: Timestamp) -> String {
    let look = settings.appearance;
    let mut text = String::new();
    for (node, depth) in view.walk() {
        text += &"  ".repeat(depth);
        look.paint(&mut text, Tone::of_state(&node.state), look.sign(&node.state));
        text.push(' ');
        let tone = if node.kind == NodeKind::Step { Tone::Plain } else { Tone::Heading };
        look.paint(&mut text, tone, &flat(&node.label));
        told(&mut text, node, look, now);
        text.push('\n');
    }
    text += &remarks(view, settings);
    text
}

fn told(text: &mut String, node: &NodeView, look: Appearance, now: Timestamp) {
    if let Some(took) = node.duration(now) {
        look.paint(text, Tone::Quiet, &format!(" {}", duration(took)));
    }
    let mut words = String::new();
    match &node.state {
        NodeState::Waiting { what } => {
            let _ = write!(words, " waits for {}", flat(what));
        }
        NodeState::Concluded { status, reason, .. } if *status != Status::Succeeded => {
            let _ = write!(words, " {}", status_word(*status));
            if let Some(reason) = reason {
                let _ = write!(words, ": {}", flat(reason));
            }
        }
        _ => {}
    }
    look.paint(text, Tone::of_state(&node.state), &words);
    if let Some(problem) = &node.problem {
        look.paint(text, Tone::Bad, &format!(" ({})", flat(problem)));
    }
    if let Some(address) = node.attributes.get("environment-url") {
        let _ = write!(text, " {}", flat(address));
    }
}
