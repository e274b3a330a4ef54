//! The run as prefixed lines, for files, pipes and terminals that can do no more.
//!
//! ```text
//! build | ▶ Compile
//! build | compiling…
//! build | ✔ Compile 1.2s
//! ```

use std::{collections::HashMap, sync::Mutex};

use unicode_width::UnicodeWidthStr;
use windlass_engine::Observer;
use windlass_kernel::{Body, Change, Command, Event, Fact, NodeId, NodeKind, RunId};

use crate::{
    Appearance, LogFollower, NodeState, NodeView, Output, RunView, Surface, SurfaceSettings,
    fit::fit,
    log_line::{LineBuffer, LineKind, Preamble, classify, clean},
    output::lock,
    run_view::FOR_A_WORKER,
    style::{Tone, duration, status_word},
    summary::{LogExtent, flat, is_told, marked, summary},
};

/// Log bytes can come a little before the event that begins their step, or that ends the step before
/// them: they go straight to the followers, events by way of the journal. So many wait for it.
const HELD_BYTES: usize = 256 * 1024;

/// Prefixes are padded to the longest job's name, but not beyond this width.
const PREFIX_WIDTH: usize = 28;

/// Steps without a name are labelled with the first line of their script, which may be long.
const LABEL_WIDTH: usize = 72;

/// What is shown again of a failed step's log.
const LOG_EXTENT: LogExtent = LogExtent { lines: 20, bytes: 64 * 1024 };

/// Prints lines as they come, each with the name of its job.
pub struct PlainSurface {
    output: Output,
    settings: SurfaceSettings,
    runs: Mutex<Vec<PlainRun>>,
}

impl PlainSurface {
    /// Writes to `output`.
    pub fn new(output: Output, settings: SurfaceSettings) -> Self {
        PlainSurface { output, settings, runs: Mutex::default() }
    }

    /// Lets `act` print of a run, and writes what it printed.
    fn with(&self, run: RunId, act: impl FnOnce(&mut Printer<'_>)) {
        let mut runs = lock(&self.runs);
        let place = runs.iter().position(|known| known.view.run() == run).unwrap_or_else(|| {
            runs.push(PlainRun::new(run));
            runs.len() - 1
        });
        let Some(run) = runs.get_mut(place) else { return };
        let mut printer = Printer { run, settings: &self.settings, text: String::new() };
        act(&mut printer);
        self.output.write(printer.text.as_bytes());
    }
}

impl Observer for PlainSurface {
    fn observe(&self, run: RunId, events: &[Event]) {
        self.with(run, |printer| events.iter().for_each(|event| printer.event(event)));
    }
}

impl LogFollower for PlainSurface {
    fn logged(&self, run: RunId, node: &NodeId, bytes: &[u8]) {
        if !self.output.is_closed() {
            self.with(run, |printer| printer.logged(node, bytes));
        }
    }
}

impl Surface for PlainSurface {
    fn finish(&self) {
        let runs = lock(&self.runs);
        for run in runs.iter() {
            self.output.write(summary(&run.view, &self.settings, LOG_EXTENT).as_bytes());
        }
    }

    fn message(&self, text: &str) {
        self.output.write(format!("{}\n", text.trim_end()).as_bytes());
    }

    fn output(&self) -> &Output {
        &self.output
    }
}

struct PlainRun {
    view: RunView,
    logs: HashMap<NodeId, NodeLog>,
    width: usize,
}

impl PlainRun {
    fn new(run: RunId) -> Self {
        PlainRun { view: RunView::new(run), logs: HashMap::new(), width: 0 }
    }
}

/// What is known of a node's log while it is printed.
#[derive(Default)]
struct NodeLog {
    lines: LineBuffer,
    held: Vec<u8>,
    /// How many of them were written before anything of a step below.
    before_steps: usize,
    preamble: Preamble,
    in_group: bool,
}

/// Prints one run's news into a text.
struct Printer<'surface> {
    run: &'surface mut PlainRun,
    settings: &'surface SurfaceSettings,
    text: String,
}

impl Printer<'_> {
    /// What is printed follows the order of changes; names and times are those after the event,
    /// since a driver may report the beginning and the end of a short step together.
    fn event(&mut self, event: &Event) {
        self.run.view.apply(std::slice::from_ref(event));
        match &event.body {
            Body::Fact(fact) => self.fact(fact),
            Body::Command(command) => self.command(command),
        }
    }

    fn fact(&mut self, fact: &Fact) {
        match fact {
            Fact::Created(inputs) => {
                let sign = self.settings.appearance.either("▶", ">");
                let title = format!("{sign} {}\n", flat(&inputs.title));
                self.settings.appearance.paint(&mut self.text, Tone::Heading, &title);
            }
            Fact::Progress { update, .. } => {
                update.changes.iter().for_each(|change| self.change(change));
            }
            Fact::Settled { .. } => {}
            Fact::CancelRequested { node, by } => {
                let text = format!("asked to stop by {by}");
                self.line(node, Tone::Warning, &flat(&text));
            }
        }
    }

    fn command(&mut self, command: &Command) {
        match command {
            Command::Declare(node) => self.widen(node.kind, &node.label),
            Command::Begin { node, .. } => {
                let state = self.run.view.node(node).map(|node| &node.state);
                if let Some(NodeState::Waiting { what }) = state
                    && what != FOR_A_WORKER
                {
                    let text = format!("waits for {}", flat(what));
                    self.line(node, Tone::Warning, &text);
                }
            }
            Command::Conclude { node, .. } => self.concluded(node),
            Command::Cancel { .. } | Command::Release { .. } => {}
        }
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Started { node, place } => {
                let sign = self.settings.appearance.either("▶", ">");
                self.line(node, Tone::Quiet, &format!("{sign} starts on {}", flat(place)));
                self.release_beginning(node);
            }
            Change::Declare(node) => self.widen(node.kind, &node.label),
            Change::Begin { node } => self.begun(node),
            Change::Conclude { node, .. } => self.concluded(node),
            _ => {}
        }
    }

    fn widen(&mut self, kind: NodeKind, label: &str) {
        if kind == NodeKind::Job {
            self.run.width = self.run.width.max(label.width().min(PREFIX_WIDTH));
        }
    }

    fn begun(&mut self, id: &NodeId) {
        let Some(node) = self.run.view.node(id) else { return };
        let sign = self.settings.appearance.sign(&NodeState::Running);
        let label = short(&node.label, self.settings.appearance);
        let text = format!("{}{sign} {label}", self.indent(node));
        self.line(id, Tone::Heading, &text);
        self.release(id);
    }

    fn concluded(&mut self, id: &NodeId) {
        self.end_log(id);
        self.run.logs.remove(id);
        let Some(node) = self.run.view.node(id).filter(|node| is_told(node)) else { return };
        let Some(status) = node.status() else { return };
        let mut text = self.indent(node);
        text += self.settings.appearance.sign(&node.state);
        text.push(' ');
        match node.kind {
            NodeKind::Job => text.push_str("job"),
            _ => text += &short(&node.label, self.settings.appearance),
        }
        if !status.is_success() || node.kind == NodeKind::Job {
            text.push(' ');
            text += status_word(status);
        }
        if let Some(took) = node.ended_at.and_then(|end| node.duration(end)) {
            text += &format!(" in {}", duration(took));
        }
        if let Some(reason) = node.reason() {
            text += &format!(": {}", flat(reason));
        }
        if let Some(problem) = &node.problem {
            text += &format!(" ({})", flat(problem));
        }
        self.line(id, Tone::of_status(status), &text);
        self.release_above(id);
    }

    /// Prints what was held back above a node that has ended, where that was the last one before
    /// it.
    fn release_above(&mut self, id: &NodeId) {
        let Some(node) = self.run.view.node(id) else { return };
        let above = node.parent.clone();
        if !self.waits(&above) {
            self.release(&above);
        }
    }

    /// Whether the bytes of a node are early: the event is under way that begins the node, or that
    /// ends a step in it. Whoever writes in the name of a node has ended the steps in it.
    fn waits(&self, id: &NodeId) -> bool {
        let view = &self.run.view;
        let Some(node) = view.node(id).filter(|node| node.started_at.is_some()) else {
            return true;
        };
        view.children(node)
            .any(|child| child.kind == NodeKind::Step && child.state == NodeState::Running)
            || self.has_early_steps(id)
    }

    /// Whether steps below a node have written something, of which no event has told yet.
    fn has_early_steps(&self, id: &NodeId) -> bool {
        let is_below = |other: &NodeId| {
            let rest = other.as_str().strip_prefix(id.as_str());
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        self.run.logs.iter().any(|(other, log)| !log.held.is_empty() && is_below(other))
    }

    /// Steps of a composite action stand a little to the right.
    fn indent(&self, node: &NodeView) -> String {
        let view = &self.run.view;
        let mut depth = 0;
        let mut above = view.node(&node.parent);
        while let Some(parent) = above.filter(|parent| !parent.id.is_run()) {
            if parent.kind == NodeKind::Job {
                return "  ".repeat(depth);
            }
            depth += 1;
            above = view.node(&parent.parent);
        }
        String::new()
    }

    fn logged(&mut self, id: &NodeId, bytes: &[u8]) {
        if self.waits(id) {
            let has_steps = self.has_early_steps(id);
            let log = self.run.logs.entry(id.clone()).or_default();
            log.held.extend_from_slice(bytes);
            if !has_steps {
                log.before_steps = log.held.len();
            }
            if log.held.len() > HELD_BYTES {
                self.release(id);
            }
            return;
        }
        self.print_log(id, bytes);
    }

    /// Prints what a job that starts has said so far; what it said after a step waits for the end of
    /// that.
    fn release_beginning(&mut self, id: &NodeId) {
        if let Some(log) = self.run.logs.get_mut(id) {
            let count = std::mem::take(&mut log.before_steps);
            let beginning: Vec<u8> = log.held.drain(..count.min(log.held.len())).collect();
            self.print_log(id, &beginning);
        }
    }

    /// Prints what was held back.
    fn release(&mut self, id: &NodeId) {
        if let Some(log) = self.run.logs.get_mut(id)
            && !log.held.is_empty()
        {
            let held = std::mem::take(&mut log.held);
            log.before_steps = 0;
            self.print_log(id, &held);
        }
    }

    fn print_log(&mut self, id: &NodeId, bytes: &[u8]) {
        let prefix = self.prefix(id);
        let NodeLog { lines, preamble, in_group, .. } =
            self.run.logs.entry(id.clone()).or_default();
        let mut page =
            Page { text: &mut self.text, prefix: &prefix, look: self.settings.appearance };
        lines.add(bytes, |line| page.line(line, preamble, in_group));
    }

    /// The last line of a log may lack its line feed; it comes before the end it led to.
    fn end_log(&mut self, id: &NodeId) {
        self.release(id);
        let prefix = self.prefix(id);
        let Some(log) = self.run.logs.get_mut(id) else { return };
        let NodeLog { lines, preamble, in_group, .. } = log;
        let mut page =
            Page { text: &mut self.text, prefix: &prefix, look: self.settings.appearance };
        lines.end(|line| page.line(line, preamble, in_group));
    }

    fn line(&mut self, id: &NodeId, tone: Tone, text: &str) {
        let prefix = self.prefix(id);
        self.text += &prefix;
        self.settings.appearance.paint(&mut self.text, tone, text);
        self.text.push('\n');
    }

    /// `build | `, with the run's title before it where several are shown.
    fn prefix(&self, id: &NodeId) -> String {
        let view = &self.run.view;
        let node = view.job_of(id).or_else(|| view.node(id).filter(|node| !node.id.is_run()));
        let mut name = node.map(|node| flat(&node.label)).unwrap_or_default();
        if self.settings.several_runs {
            let title = flat(&view.root().label);
            name = if name.is_empty() { title } else { format!("{title}/{name}") };
        }
        if name.is_empty() {
            return name;
        }
        let missing = self.run.width.saturating_sub(name.width());
        let mut prefix = String::new();
        let name = format!("{name}{} |", " ".repeat(missing));
        self.settings.appearance.paint(&mut prefix, Tone::Active, &name);
        prefix.push(' ');
        prefix
    }
}

/// Where the lines of a log are printed.
pub(crate) struct Page<'text> {
    pub text: &'text mut String,
    pub prefix: &'text str,
    pub look: Appearance,
}

impl Page<'_> {
    /// Prints one line. Those of a group are indented; its marks become its heading and its end.
    pub fn line(&mut self, line: &[u8], preamble: &mut Preamble, in_group: &mut bool) {
        let line = clean(line, self.look.colours);
        if preamble.hides(&line) {
            return;
        }
        let (kind, _) = classify(&line);
        if kind == LineKind::EndGroup {
            *in_group = false;
            return;
        }
        if line.is_empty() {
            // A prefix with nothing after it leaves no blank at the end of the line.
            self.text.push_str(self.prefix.trim_end());
            self.text.push('\n');
            return;
        }
        self.text.push_str(self.prefix);
        let begins = kind == LineKind::Group;
        if begins {
            self.text.push_str(self.look.either("▸ ", "> "));
        } else if *in_group {
            self.text.push_str("  ");
        }
        *in_group |= begins;
        if kind == LineKind::Output {
            self.text.push_str(&line);
        } else {
            let (tone, words) = marked(&line);
            self.look.paint(self.text, tone, &words);
        }
        self.text.push('\n');
    }
}

/// A label, short enough to stand in a line twice.
fn short(label: &str, look: Appearance) -> String {
    fit(&flat(label), LABEL_WIDTH, look.either("…", "~"))
}
