//! The live tree on a terminal.
//!
//! The tree is drawn over itself some ten times a second by a thread of its own; events and log
//! bytes only change what will be drawn, so a run is never slowed down by a slow terminal. The
//! drawing is done here and not by a library of progress bars because the height of what was drawn
//! has to be known again after the terminal was resized, when its lines may have been wrapped.

use std::{
    fmt::Write,
    sync::{Arc, Mutex, Weak},
    thread,
    time::Duration,
};

use jiff::Timestamp;
use windlass_engine::Observer;
use windlass_kernel::{Body, Change, Event, Fact, NodeId, RunId};

use crate::{
    LogFollower, Output, RunView, Surface, SurfaceSettings, TerminalSize,
    fit::width,
    frame::{ended_jobs, frame},
    output::lock,
    summary::{LogExtent, summary},
    tails::Tails,
};

/// What is shown again of a failed step's log: all of it, as far as anybody would scroll.
const LOG_EXTENT: LogExtent = LogExtent { lines: 2000, bytes: 512 * 1024 };

/// What a terminal answers when it is asked.
pub struct TerminalFacts {
    /// How large it is now; nothing where it cannot say.
    pub size: Box<dyn Fn() -> Option<TerminalSize> + Send + Sync>,
    /// What time it is.
    pub clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
    /// How often the tree is drawn; never by itself where there is none.
    pub interval: Option<Duration>,
}

/// Draws the runs as a tree that changes in place.
pub struct TerminalSurface {
    shared: Arc<Shared>,
}

struct Shared {
    output: Output,
    settings: SurfaceSettings,
    facts: TerminalFacts,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    runs: Vec<(RunView, Tails)>,
    /// The widths of the lines on the screen that the next frame replaces.
    drawn: Vec<usize>,
    paused: usize,
    ticking: bool,
    finished: bool,
}

impl TerminalSurface {
    /// Draws on `output`, which has to be a terminal.
    pub fn new(output: Output, settings: SurfaceSettings, facts: TerminalFacts) -> Self {
        let state = Mutex::default();
        TerminalSurface { shared: Arc::new(Shared { output, settings, facts, state }) }
    }

    /// Draws the tree as it is now.
    pub fn draw(&self) {
        self.shared.draw();
    }

    fn with(&self, run: RunId, act: impl FnOnce(&mut RunView, &mut Tails, &SurfaceSettings)) {
        let mut state = lock(&self.shared.state);
        let place = state.runs.iter().position(|(view, _)| view.run() == run);
        let place = place.unwrap_or_else(|| {
            state.runs.push((RunView::new(run), Tails::default()));
            state.runs.len() - 1
        });
        if let Some((view, tails)) = state.runs.get_mut(place) {
            act(view, tails, &self.shared.settings);
        }
        if !state.ticking
            && let Some(interval) = self.shared.facts.interval
        {
            state.ticking = true;
            tick(Arc::downgrade(&self.shared), interval);
        }
    }
}

/// Draws until the surface is gone or has finished.
fn tick(shared: Weak<Shared>, interval: Duration) {
    let draw = move || {
        while let Some(shared) = shared.upgrade() {
            if lock(&shared.state).finished || shared.output.is_closed() {
                return;
            }
            shared.draw();
            drop(shared);
            thread::sleep(interval);
        }
    };
    // Without a thread the tree stands still; the run goes on all the same.
    let _ = thread::Builder::new().name("terminal".to_owned()).spawn(draw);
}

impl Shared {
    fn draw(&self) {
        let mut state = lock(&self.state);
        if state.paused > 0 || state.finished {
            return;
        }
        let size = self.size();
        // A line that fills the terminal to its last column may or may not wrap.
        let columns = usize::from(size.columns).saturating_sub(1).max(1);
        let mut rows = usize::from(size.rows).saturating_sub(1).max(1);
        let now = (self.facts.clock)();
        let mut lines = Vec::new();
        for (view, tails) in &state.runs {
            let room = (columns, rows);
            let part = frame(view, tails, self.settings.appearance, now, room);
            rows = rows.saturating_sub(part.len());
            lines.extend(part);
        }
        // Terminals that know synchronized updates show the whole change at once.
        let mut text = String::from("\u{1b}[?2026h");
        go_back(&mut text, &state.drawn, size);
        for line in &lines {
            let _ = writeln!(text, "{line}\u{1b}[K");
        }
        text += "\u{1b}[J\u{1b}[?2026l";
        state.drawn = lines.iter().map(|line| width(line)).collect();
        self.output.write(text.as_bytes());
    }

    /// Takes the tree off the screen.
    fn erase(&self, state: &mut State) {
        let drawn = std::mem::take(&mut state.drawn);
        if !drawn.is_empty() {
            let mut text = String::new();
            go_back(&mut text, &drawn, self.size());
            text += "\u{1b}[J";
            self.output.write(text.as_bytes());
        }
    }

    fn size(&self) -> TerminalSize {
        let fallback = TerminalSize { columns: 80, rows: 24 };
        (self.facts.size)().filter(|size| size.columns > 0 && size.rows > 0).unwrap_or(fallback)
    }
}

/// Moves to the beginning of what was drawn. Lines that have become wider than the terminal take
/// several rows now.
fn go_back(text: &mut String, drawn: &[usize], size: TerminalSize) {
    let columns = usize::from(size.columns).max(1);
    let rows: usize = drawn.iter().map(|width| width.div_ceil(columns).max(1)).sum();
    // What has left the screen at its top cannot be reached.
    let rows = rows.min(usize::from(size.rows).saturating_sub(1));
    text.push('\r');
    if rows > 0 {
        let _ = write!(text, "\u{1b}[{rows}A");
    }
}

impl Observer for TerminalSurface {
    fn observe(&self, run: RunId, events: &[Event]) {
        self.with(run, |view, tails, _| {
            view.apply(events);
            for event in events {
                if let Body::Fact(Fact::Progress { update, .. }) = &event.body {
                    for change in &update.changes {
                        if let Change::Conclude { node, .. } = change {
                            tails.remove(node);
                        }
                    }
                }
            }
        });
    }
}

impl LogFollower for TerminalSurface {
    fn logged(&self, run: RunId, node: &NodeId, bytes: &[u8]) {
        self.with(run, |_, tails, settings| tails.add(node, bytes, settings.appearance.colours));
    }
}

impl Surface for TerminalSurface {
    fn finish(&self) {
        let mut state = lock(&self.shared.state);
        self.shared.erase(&mut state);
        state.finished = true;
        let look = self.shared.settings.appearance;
        let now = (self.shared.facts.clock)();
        for (view, _) in &state.runs {
            let mut text = ended_jobs(view, look, now).join("\n");
            text.push('\n');
            text += &summary(view, &self.shared.settings, LOG_EXTENT);
            self.shared.output.write(text.as_bytes());
        }
    }

    fn message(&self, text: &str) {
        let mut state = lock(&self.shared.state);
        self.shared.erase(&mut state);
        self.shared.output.write(format!("{}\n", text.trim_end()).as_bytes());
    }

    fn pause(&self) {
        let mut state = lock(&self.shared.state);
        self.shared.erase(&mut state);
        state.paused += 1;
    }

    fn resume(&self) {
        let mut state = lock(&self.shared.state);
        state.paused = state.paused.saturating_sub(1);
    }

    fn output(&self) -> &Output {
        &self.shared.output
    }
}
