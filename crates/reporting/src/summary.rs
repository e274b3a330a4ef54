//! What is said of a run when it has ended: what failed and where to look, remarks, pages, result.

use windlass_kernel::{Annotation, AnnotationLevel, NodeKind, Status};

use crate::{
    Appearance, NodeState, NodeView, RunView, SurfaceSettings,
    log_line::{LineBuffer, LineKind, classify, clean},
    style::{Tone, count, duration, run_word, status_word},
};

/// Failures, remarks and pages beyond these numbers are counted and not shown.
const FAILURES: usize = 20;
const ANNOTATIONS: usize = 50;
const SUMMARY_LINES: usize = 200;

/// How much of a failed step's log is shown.
#[derive(Clone, Copy)]
pub(crate) struct LogExtent {
    pub lines: usize,
    pub bytes: u64,
}

/// The whole text. The run should have concluded; what has not is said to be unfinished.
pub(crate) fn summary(view: &RunView, settings: &SurfaceSettings, extent: LogExtent) -> String {
    let mut summary = Summary { view, settings, look: settings.appearance, text: String::new() };
    summary.failures(extent);
    summary.annotations();
    summary.pages();
    summary.result();
    summary.text
}

/// The remarks, the pages and the result, without the logs of what failed.
pub(crate) fn remarks(view: &RunView, settings: &SurfaceSettings) -> String {
    let mut summary = Summary { view, settings, look: settings.appearance, text: String::new() };
    summary.annotations();
    summary.pages();
    summary.result();
    summary.text
}

struct Summary<'run> {
    view: &'run RunView,
    settings: &'run SurfaceSettings,
    look: Appearance,
    text: String,
}

impl Summary<'_> {
    fn line(&mut self, tone: Tone, text: &str) {
        self.look.paint(&mut self.text, tone, text);
        self.text.push('\n');
    }

    fn failures(&mut self, extent: LogExtent) {
        let failed: Vec<&NodeView> = failed_ends(self.view);
        for node in failed.iter().take(FAILURES) {
            self.text.push('\n');
            self.failure(node, extent);
        }
        if failed.len() > FAILURES {
            self.text.push('\n');
            let more = count(failed.len() - FAILURES, "more failure");
            self.line(Tone::Bad, &format!("and {more}"));
        }
    }

    fn failure(&mut self, node: &NodeView, extent: LogExtent) {
        let job = self.view.job_of(&node.id);
        let title = match job {
            Some(job) if job.id != node.id => {
                let arrow = self.look.either("›", ">");
                flat(&format!("{} {arrow} {}", job.label, node.label))
            }
            _ => flat(&node.label),
        };
        let sign = self.look.sign(&node.state);
        let word = node.status().map_or("unfinished", status_word);
        let reason = node.reason().map(|reason| format!(": {reason}")).unwrap_or_default();
        self.line(Tone::Bad, &format!("{sign} {title} {word}{}", flat(&reason)));
        if let Some(problem) = &node.problem {
            self.text += &format!("  problem: {}\n", flat(problem));
        }
        if let Some(origin) = &node.origin {
            self.text +=
                &format!("  written at: {}:{}:{}\n", origin.file, origin.line, origin.column);
        }
        self.log_of(node, extent);
        let workspace = [Some(node), job]
            .into_iter()
            .flatten()
            .find_map(|node| node.attributes.get("workspace"));
        if let Some(workspace) = workspace {
            self.text += &format!("  workspace: {workspace}\n");
        }
    }

    fn log_of(&mut self, node: &NodeView, extent: LogExtent) {
        let (Some(logs), Some(log)) = (&self.settings.logs, &node.log) else { return };
        let run = self.view.run();
        match logs.end_of(run, log, extent.bytes) {
            Ok(bytes) => {
                let whole = log.end.saturating_sub(log.start) <= bytes.len() as u64;
                self.log_lines(&bytes, whole, extent.lines);
            }
            Err(error) => self.text += &format!("  its log cannot be read: {error}\n"),
        }
        self.text += &format!("  log: {}\n", logs.place(run, log));
    }

    fn log_lines(&mut self, bytes: &[u8], whole: bool, limit: usize) {
        let mut lines = Vec::new();
        let mut buffer = LineBuffer::default();
        let colours = self.look.colours;
        buffer.add(bytes, |line| lines.push(clean(line, colours).into_owned()));
        buffer.end(|line| lines.push(clean(line, colours).into_owned()));
        let left_out = lines.len().saturating_sub(limit);
        if left_out > 0 || !whole {
            self.line(Tone::Quiet, "  | (the end of it)");
        }
        for line in
            lines.iter().skip(left_out).filter(|line| classify(line).0 != LineKind::EndGroup)
        {
            self.text += if line.is_empty() { "  |" } else { "  | " };
            let (tone, text) = marked(line);
            self.look.paint(&mut self.text, tone, &text);
            self.text.push('\n');
        }
    }

    fn annotations(&mut self) {
        let annotations = self.view.annotations();
        if annotations.is_empty() {
            return;
        }
        self.text.push('\n');
        self.line(Tone::Heading, "Annotations");
        // What matters most comes first; otherwise the order of their coming.
        let mut sorted: Vec<&Annotation> = annotations.iter().collect();
        sorted.sort_by_key(|annotation| std::cmp::Reverse(annotation.level as u8));
        for annotation in sorted.iter().take(ANNOTATIONS) {
            self.annotation(annotation);
        }
        if sorted.len() > ANNOTATIONS {
            self.text += &format!("  and {} more\n", sorted.len() - ANNOTATIONS);
        }
    }

    fn annotation(&mut self, annotation: &Annotation) {
        let word = level_word(annotation.level);
        self.text += "  ";
        self.look.paint(&mut self.text, Tone::of_level(annotation.level), word);
        self.text += ": ";
        if let Some(place) = place(annotation) {
            self.text += &format!("{place}: ");
        }
        if let Some(title) = &annotation.title {
            self.text += &format!("{}: ", flat(title));
        }
        let indented = annotation.message.trim_end().replace('\n', "\n    ");
        for (number, line) in indented.lines().enumerate() {
            self.text += if number == 0 { "" } else { "\n" };
            self.text += &clean(line.as_bytes(), self.look.colours);
        }
        if let Some(job) = self.view.job_of(&annotation.node) {
            self.look.paint(&mut self.text, Tone::Quiet, &format!(" ({})", flat(&job.label)));
        }
        self.text.push('\n');
    }

    /// The pages of a job's steps follow each other under one heading, as on GitHub.
    fn pages(&mut self) {
        let view = self.view;
        let pages = view.walk().filter_map(|(node, _)| Some((node, node.summary.as_ref()?)));
        let mut last = None;
        for (node, markdown) in pages {
            let owner = view.job_of(&node.id).unwrap_or(node);
            self.text.push('\n');
            if last.replace(&owner.id) != Some(&owner.id) {
                self.line(Tone::Heading, &format!("Summary of {}", flat(&owner.label)));
            }
            for line in markdown.lines().take(SUMMARY_LINES) {
                let line = clean(line.as_bytes(), false);
                self.text += format!("  {line}").trim_end();
                self.text.push('\n');
            }
            if markdown.lines().count() > SUMMARY_LINES {
                self.text += "  (cut short)\n";
            }
        }
    }

    fn result(&mut self) {
        let root = self.view.root();
        self.text.push('\n');
        if let Some(problem) = &root.problem {
            self.line(Tone::Bad, &format!("problem: {}", flat(problem)));
        }
        for cancel in self.view.cancels() {
            let what = self.view.node(&cancel.node).map_or("", |node| node.label.as_str());
            let text = format!("{} was to stop: asked by {}", flat(what), cancel.by);
            self.line(Tone::Warning, &text);
        }
        let tone = if is_held(root) { Tone::Warning } else { Tone::of_state(&root.state) };
        self.line(tone, &result_line(self.view, self.look));
    }
}

/// Whether a run came to its end without a failure, but not to the end of its pipeline: it then
/// says why.
fn is_held(root: &NodeView) -> bool {
    root.status() == Some(Status::Succeeded) && root.reason().is_some()
}

/// `✘ CI failed in 1.3s: 3 jobs succeeded, 1 failed`
pub(crate) fn result_line(view: &RunView, look: Appearance) -> String {
    let root = view.root();
    let word = match root.status() {
        _ if is_held(root) => "is blocked",
        status => status.map_or("unfinished", run_word),
    };
    let took = root.ended_at.and_then(|end| root.duration(end)).map(duration);
    let took = took.map(|took| format!(" in {took}")).unwrap_or_default();
    let reason = root.reason().map(|reason| format!(": {}", flat(reason))).unwrap_or_default();
    let counts = view.counts();
    let parts: Vec<String> = [
        (counts.succeeded, "succeeded"),
        (counts.warning, "failed (allowed)"),
        (counts.failed, "failed"),
        (counts.cancelled, "cancelled"),
        (counts.skipped, "skipped"),
        (counts.running + counts.queued, "unfinished"),
    ]
    .iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| format!("{number} {word}"))
    .collect();
    let jobs = match parts.is_empty() {
        true => "no jobs".to_owned(),
        false => format!("{} ({})", count(counts.total(), "job"), parts.join(", ")),
    };
    let sign = if is_held(root) { look.either("◷", "?") } else { look.sign(&root.state) };
    format!("{sign} {} {word}{took}{reason}: {jobs}", flat(&root.label))
}

/// The innermost nodes that failed; of a job whose steps did not, the job itself.
pub(crate) fn failed_ends(view: &RunView) -> Vec<&NodeView> {
    let is_failed = |node: &NodeView| node.status().is_some_and(|status| status.is_failure());
    view.walk()
        .map(|(node, _)| node)
        .filter(|node| is_failed(node) && node.kind != NodeKind::Run)
        .filter(|node| !view.children(node).any(is_failed))
        .collect()
}

pub(crate) fn level_word(level: AnnotationLevel) -> &'static str {
    match level {
        AnnotationLevel::Notice => "notice",
        AnnotationLevel::Warning => "warning",
        AnnotationLevel::Error => "error",
    }
}

/// `file:line:column`, as far as it is known.
pub(crate) fn place(annotation: &Annotation) -> Option<String> {
    let mut place = flat(annotation.file.as_ref()?);
    if let Some(line) = annotation.line {
        place += &format!(":{line}");
        if let Some(column) = annotation.column {
            place += &format!(":{column}");
        }
    }
    Some(place)
}

/// A marked line (`##[error]…`) in the words and the tone of its mark.
pub(crate) fn marked(line: &str) -> (Tone, String) {
    let (kind, text) = classify(line);
    match kind {
        LineKind::Output | LineKind::EndGroup => (Tone::Plain, text.to_owned()),
        LineKind::Group => (Tone::Heading, text.to_owned()),
        LineKind::Command => (Tone::Active, text.to_owned()),
        LineKind::Debug => (Tone::Quiet, format!("debug: {text}")),
        LineKind::Notice => (Tone::Active, format!("notice: {text}")),
        LineKind::Warning => (Tone::Warning, format!("warning: {text}")),
        LineKind::Error => (Tone::Bad, format!("error: {text}")),
    }
}

/// A text from outside on one line, without anything that a terminal would obey.
pub(crate) fn flat(text: &str) -> String {
    let lines: Vec<&str> =
        text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect();
    clean(lines.join(" ").as_bytes(), false).into_owned()
}

/// Whether a node's end is worth a line of its own on a surface that prints lines.
pub(crate) fn is_told(node: &NodeView) -> bool {
    matches!(node.kind, NodeKind::Job | NodeKind::Step | NodeKind::Gate)
        && matches!(node.state, NodeState::Concluded { .. })
}
