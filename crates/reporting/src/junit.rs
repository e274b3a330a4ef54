//! A run as JUnit XML, which most tools that show test results read: a suite for each job, a case
//! for each step.

use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};
use windlass_kernel::{NodeKind, Status};

use crate::{NodeView, RunView, style::status_word, summary::flat, xml::escaped};

/// Writes a run as JUnit XML.
pub fn junit(view: &RunView, now: Timestamp) -> String {
    let root = view.root();
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let name = escaped(&flat(&root.label));
    let time = seconds(root.duration(now));
    let _ = writeln!(text, "<testsuites name=\"{name}\" time=\"{time}\">");
    for (job, _) in view.walk().filter(|(node, _)| node.kind == NodeKind::Job) {
        suite(&mut text, view, job, now);
    }
    text += "</testsuites>\n";
    text
}

fn suite(text: &mut String, view: &RunView, job: &NodeView, now: Timestamp) {
    let steps: Vec<&NodeView> = leaves(view, job);
    let count = |wanted: fn(Status) -> bool| {
        steps.iter().filter(|step| step.status().is_some_and(wanted)).count()
    };
    let _ = writeln!(
        text,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" time=\"{}\">",
        escaped(&flat(&job.label)),
        steps.len(),
        count(Status::is_failure),
        count(|status| matches!(status, Status::Skipped | Status::Cancelled)),
        seconds(job.duration(now)),
    );
    for step in steps {
        case(text, job, step, now);
    }
    text.push_str("  </testsuite>\n");
}

fn case(text: &mut String, job: &NodeView, step: &NodeView, now: Timestamp) {
    let _ = write!(
        text,
        "    <testcase classname=\"{}\" name=\"{}\" time=\"{}\"",
        escaped(&flat(&job.label)),
        escaped(&flat(&step.label)),
        seconds(step.duration(now)),
    );
    let status = step.status();
    let message = match (status, step.reason().or(step.problem.as_deref())) {
        (Some(status), Some(reason)) => format!("{}: {}", status_word(status), flat(reason)),
        (Some(status), None) => status_word(status).to_owned(),
        (None, _) => "unfinished".to_owned(),
    };
    let message = escaped(&message);
    match status {
        Some(Status::Succeeded | Status::Warning) => text.push_str("/>\n"),
        Some(Status::Failed | Status::TimedOut) => {
            let _ = writeln!(text, "><failure message=\"{message}\"/></testcase>");
        }
        Some(Status::Skipped | Status::Cancelled) | None => {
            let _ = writeln!(text, "><skipped message=\"{message}\"/></testcase>");
        }
    }
}

/// The steps of a job that have none below them; of a job without steps the job itself.
fn leaves<'view>(view: &'view RunView, job: &'view NodeView) -> Vec<&'view NodeView> {
    let mut found = Vec::new();
    let mut next = vec![job];
    while let Some(node) = next.pop() {
        if node.children.is_empty() {
            found.push(node);
        }
        next.extend(view.children(node).rev());
    }
    found
}

fn seconds(time: Option<SignedDuration>) -> String {
    format!("{:.3}", time.unwrap_or_default().as_secs_f64())
}
