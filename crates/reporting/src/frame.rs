//! What the live tree looks like at one moment: a function of the run, the time and the room.
//!
//! When there is little room, the last lines of logs go first, then jobs that have ended or not
//! begun are counted instead of listed, then steps go, then even running jobs are counted.

use jiff::Timestamp;
use windlass_kernel::{NodeKind, Status};

use crate::{
    Appearance, NodeState, NodeView, RunView, StatusCounts,
    fit::fit,
    style::{Tone, count, duration, status_word},
    summary::flat,
    tails::Tails,
};

/// The room that a terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalSize {
    /// Characters in a line.
    pub columns: u16,
    /// Lines.
    pub rows: u16,
}

/// Lines of a log shown below a running step, where there is room.
const TAIL_LINES: usize = 3;

/// How much is shown.
#[derive(Clone, Copy)]
struct Detail {
    tail: usize,
    steps: bool,
    /// Whether jobs that neither run nor failed are listed.
    all_jobs: bool,
}

const DETAILS: [Detail; 5] = [
    Detail { tail: TAIL_LINES, steps: true, all_jobs: true },
    Detail { tail: 1, steps: true, all_jobs: true },
    Detail { tail: 1, steps: true, all_jobs: false },
    Detail { tail: 0, steps: true, all_jobs: false },
    Detail { tail: 0, steps: false, all_jobs: false },
];

/// Draws one run into at most `rows` lines of at most `columns` columns.
pub(crate) fn frame(
    view: &RunView,
    tails: &Tails,
    look: Appearance,
    now: Timestamp,
    (columns, rows): (usize, usize),
) -> Vec<String> {
    let mut lines = Vec::new();
    let jobs = view.counts().total();
    // With thousands of jobs it is known beforehand that not all of them find room.
    for detail in DETAILS.into_iter().filter(|detail| !detail.all_jobs || jobs < rows) {
        let mut frame = Frame { view, tails, look, now, detail, lines: Vec::new() };
        frame.draw();
        lines = frame.lines;
        if lines.len() <= rows {
            break;
        }
    }
    if lines.len() > rows {
        // The line that says how many are left out takes a row itself.
        let left_out = lines.len() + 1 - rows;
        lines.truncate(rows.saturating_sub(1));
        let more = count(left_out, "more line");
        lines.push(format!("  {} {more}", look.either("…", "...")));
    }
    let ellipsis = look.either("…", "~");
    lines.truncate(rows);
    lines.iter().map(|line| fit(line, columns, ellipsis)).collect()
}

/// All jobs of a run that has ended, one line each; with many jobs only those that did not succeed.
pub(crate) fn ended_jobs(view: &RunView, look: Appearance, now: Timestamp) -> Vec<String> {
    let many = view.counts().total() > 60;
    let detail = Detail { tail: 0, steps: false, all_jobs: !many };
    let tails = Tails::default();
    let mut frame = Frame { view, tails: &tails, look, now, detail, lines: Vec::new() };
    frame.jobs();
    frame.lines
}

struct Frame<'run> {
    view: &'run RunView,
    tails: &'run Tails,
    look: Appearance,
    now: Timestamp,
    detail: Detail,
    lines: Vec<String>,
}

impl<'run> Frame<'run> {
    fn draw(&mut self) {
        self.title();
        self.jobs();
    }

    fn title(&mut self) {
        let root = self.view.root();
        let counts = self.view.counts();
        let mut line = String::new();
        self.look.paint(&mut line, Tone::of_state(&root.state), self.sign(&root.state));
        line.push(' ');
        self.look.paint(&mut line, Tone::Heading, &flat(&root.label));
        self.took(&mut line, root);
        let total = counts.total();
        let done = total - counts.running - counts.queued;
        let mut told = format!("  {done} of {}", count(total, "job"));
        if counts.failed > 0 {
            told += &format!(", {} failed", counts.failed);
        }
        if let Some(cancel) = self.view.cancels().last() {
            told += &format!(", stopping: asked by {}", flat(&cancel.by.to_string()));
        }
        self.look.paint(&mut line, Tone::Quiet, &told);
        self.lines.push(line);
    }

    fn jobs(&mut self) {
        let view = self.view;
        let mut hidden = StatusCounts::default();
        for (node, _) in view.walk() {
            if !matches!(node.kind, NodeKind::Job | NodeKind::Gate) || self.is_within_job(node) {
                continue;
            }
            if self.detail.all_jobs || is_urgent(&node.state) {
                self.job(node);
            } else {
                *hidden.of(&node.state) += 1;
            }
        }
        self.hidden(&hidden);
    }

    fn is_within_job(&self, node: &NodeView) -> bool {
        self.view.job_of(&node.parent).is_some()
    }

    fn job(&mut self, job: &'run NodeView) {
        let label = self.job_label(job);
        let mut line = self.node_line(1, job, &label);
        if job.state == NodeState::Running && !self.detail.steps {
            let step = self.running_below(job).last().map(|(_, step)| flat(&step.label));
            let arrow = self.look.either("›", ">");
            line += &step.map(|step| format!(" {arrow} {step}")).unwrap_or_default();
        }
        self.lines.push(line);
        if self.detail.steps && job.state == NodeState::Running {
            for (depth, step) in self.running_below(job) {
                let line = self.node_line(depth + 1, step, &flat(&step.label));
                self.lines.push(line);
                self.tail(depth + 2, step);
            }
            self.tail(2, job);
        }
    }

    /// The called workflow before the job's own name, unless the name says it already.
    fn job_label(&self, job: &NodeView) -> String {
        let label = flat(&job.label);
        match self.view.node(&job.parent) {
            Some(group) if group.kind == NodeKind::Group => {
                let outer = flat(&group.label);
                if label.starts_with(&outer) { label } else { format!("{outer} / {label}") }
            }
            _ => label,
        }
    }

    /// The nodes in a job that run, or that failed while the job goes on.
    fn running_below(&self, job: &'run NodeView) -> Vec<(usize, &'run NodeView)> {
        let view = self.view;
        let mut found = Vec::new();
        let mut next: Vec<(usize, &NodeView)> = vec![(0, job)];
        while let Some((depth, node)) = next.pop() {
            if depth > 0 {
                found.push((depth, node));
            }
            let below = view.children(node).rev().filter(|child| is_urgent(&child.state));
            next.extend(below.map(|child| (depth + 1, child)));
        }
        found
    }

    fn tail(&mut self, depth: usize, node: &NodeView) {
        if node.state != NodeState::Running {
            return;
        }
        let bar = self.look.either("│", "|");
        let tails = self.tails;
        for line in tails.last(&node.id, self.detail.tail) {
            let mut text = "  ".repeat(depth);
            self.look.paint(&mut text, Tone::Quiet, bar);
            text.push(' ');
            text += line;
            self.lines.push(text);
        }
    }

    fn node_line(&self, depth: usize, node: &NodeView, label: &str) -> String {
        let mut line = "  ".repeat(depth);
        self.look.paint(&mut line, Tone::of_state(&node.state), self.sign(&node.state));
        line.push(' ');
        let tone = if node.state == NodeState::Queued { Tone::Quiet } else { Tone::Plain };
        self.look.paint(&mut line, tone, label);
        match &node.state {
            NodeState::Waiting { what } => {
                self.look.paint(&mut line, Tone::Quiet, &format!(" waits for {}", flat(what)));
            }
            NodeState::Concluded { status, reason, .. } if *status != Status::Succeeded => {
                let reason = reason.as_ref().map(|reason| format!(": {}", flat(reason)));
                let told = format!(" {}{}", status_word(*status), reason.unwrap_or_default());
                self.look.paint(&mut line, Tone::of_status(*status), &told);
            }
            _ => {}
        }
        self.took(&mut line, node);
        line
    }

    fn took(&self, line: &mut String, node: &NodeView) {
        if let Some(took) = node.duration(self.now) {
            self.look.paint(line, Tone::Quiet, &format!(" {}", duration(took)));
        }
    }

    /// What runs turns, so that a terminal that stands still can be told from a run that does.
    fn sign(&self, state: &NodeState) -> &'static str {
        const TURNS: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
        if *state != NodeState::Running || !self.look.unicode {
            return self.look.sign(state);
        }
        let tenths = self.now.as_millisecond() / 100;
        let turn = usize::try_from(tenths.rem_euclid(TURNS.len() as i64)).unwrap_or(0);
        TURNS.get(turn).copied().unwrap_or("▶")
    }

    fn hidden(&mut self, hidden: &StatusCounts) {
        let succeeded =
            NodeState::Concluded { status: Status::Succeeded, word: String::new(), reason: None };
        let mut parts = Vec::new();
        for (number, word) in [
            (hidden.succeeded, "succeeded"),
            (hidden.warning, "failed (allowed)"),
            (hidden.skipped, "skipped"),
            (hidden.cancelled, "cancelled"),
            (hidden.queued, "queued"),
        ] {
            if number > 0 {
                parts.push(format!("{number} {word}"));
            }
        }
        if !parts.is_empty() {
            let sign = if hidden.queued > 0 { NodeState::Queued } else { succeeded };
            let mut line = format!("  {} ", self.look.sign(&sign));
            self.look.paint(&mut line, Tone::Quiet, &parts.join(", "));
            self.lines.push(line);
        }
    }
}

/// Whether a node is shown even when there is little room.
fn is_urgent(state: &NodeState) -> bool {
    match state {
        NodeState::Running => true,
        NodeState::Waiting { what } => what != crate::run_view::FOR_A_WORKER,
        NodeState::Concluded { status, .. } => status.is_failure(),
        NodeState::Queued => false,
    }
}
