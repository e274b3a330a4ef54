//! The event stream as lines of JSON, for programs.
//!
//! Each line is one object: an event, `{"schema":1,"run":"…","seq":1,"at":"…","body":{…}}`, a line
//! of a log, `{"schema":1,"run":"…","log":{"node":"…","text":"…"}}`, or a message of the program,
//! `{"schema":1,"message":"…"}`.

use std::{collections::HashMap, sync::Mutex};

use jiff::Timestamp;
use serde::Serialize;
use windlass_engine::Observer;
use windlass_kernel::{Body, Change, Command, EVENT_SCHEMA, Event, Fact, NodeId, RunId};

use crate::{LogFollower, Output, Surface, log_line::LineBuffer, output::lock};

/// Writes one line of JSON for each event, and if wanted for each line of the logs.
pub struct JsonSurface {
    output: Output,
    /// Begun lines; nothing where logs are not wanted.
    lines: Option<Mutex<HashMap<(RunId, NodeId), LineBuffer>>>,
}

impl JsonSurface {
    /// Writes to `output`; with the lines of logs where `logs` says so.
    pub fn new(output: Output, logs: bool) -> Self {
        JsonSurface { output, lines: logs.then(Mutex::default) }
    }
}

impl JsonSurface {
    /// The last line of a log may lack its line feed; it comes before the end it led to.
    fn end_logs(&self, run: RunId, event: &Event, to: &mut Vec<u8>) {
        let Some(lines) = &self.lines else { return };
        let mut end = |node: &NodeId| {
            if let Some(mut buffer) = lock(lines).remove(&(run, node.clone())) {
                let head = log_head(run, node);
                buffer.end(|line| push_log(to, &head, line));
            }
        };
        match &event.body {
            Body::Command(Command::Conclude { node, .. }) => end(node),
            Body::Fact(Fact::Progress { update, .. }) => {
                for change in &update.changes {
                    if let Change::Conclude { node, .. } = change {
                        end(node);
                    }
                }
            }
            _ => {}
        }
    }
}

/// One event as a line has it.
#[derive(Serialize)]
struct EventLine<'event> {
    schema: u32,
    run: RunId,
    seq: u64,
    at: Timestamp,
    body: &'event Body,
}

/// Something that the program says and that is no event of a run.
#[derive(Serialize)]
struct MessageLine<'text> {
    schema: u32,
    message: &'text str,
}

impl Observer for JsonSurface {
    fn observe(&self, run: RunId, events: &[Event]) {
        let mut lines = Vec::new();
        for event in events {
            self.end_logs(run, event, &mut lines);
            let Event { seq, at, body } = event;
            push(&mut lines, &EventLine { schema: EVENT_SCHEMA, run, seq: *seq, at: *at, body });
        }
        self.output.write(&lines);
    }
}

impl LogFollower for JsonSurface {
    fn logged(&self, run: RunId, node: &NodeId, bytes: &[u8]) {
        let Some(lines) = &self.lines else { return };
        let mut text = Vec::with_capacity(bytes.len() * 2);
        let mut lines = lock(lines);
        let buffer = lines.entry((run, node.clone())).or_default();
        let head = log_head(run, node);
        buffer.add(bytes, |line| push_log(&mut text, &head, line));
        if buffer.rest().is_empty() {
            lines.remove(&(run, node.clone()));
        }
        self.output.write(&text);
    }
}

impl Surface for JsonSurface {
    fn finish(&self) {
        let Some(lines) = &self.lines else { return };
        let mut text = Vec::new();
        for ((run, node), mut buffer) in lock(lines).drain() {
            let head = log_head(run, &node);
            buffer.end(|line| push_log(&mut text, &head, line));
        }
        self.output.write(&text);
    }

    fn message(&self, text: &str) {
        let mut line = Vec::new();
        push(&mut line, &MessageLine { schema: EVENT_SCHEMA, message: text.trim_end() });
        self.output.write(&line);
    }

    fn output(&self) -> &Output {
        &self.output
    }
}

/// A log's lines up to their text: it is the same for all of them, and there may be millions.
fn log_head(run: RunId, node: &NodeId) -> String {
    let node = serde_json::Value::from(node.as_str());
    format!(r#"{{"schema":{EVENT_SCHEMA},"run":"{run}","log":{{"node":{node},"text":"#)
}

/// Text that is not UTF-8 gets replacement characters.
fn push_log(to: &mut Vec<u8>, head: &str, line: &[u8]) {
    let before = to.len();
    to.extend_from_slice(head.as_bytes());
    let text = String::from_utf8_lossy(line);
    match serde_json::to_writer(&mut *to, text.as_ref()) {
        Ok(()) => to.extend_from_slice(b"}}\n"),
        Err(_) => to.truncate(before),
    }
}

fn push(to: &mut Vec<u8>, line: &impl Serialize) {
    let before = to.len();
    match serde_json::to_writer(&mut *to, line) {
        Ok(()) => to.push(b'\n'),
        // Half a line would spoil the next one for the reader.
        Err(_) => to.truncate(before),
    }
}
