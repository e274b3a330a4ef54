//! A stored run, or one that another process carries out, shown on a surface as if it ran here.
//!
//! Events come from a journal, log bytes from stored streams; each step's bytes are shown between
//! its beginning and its end, as the log slices in the events say. A stream is named as the node
//! that it was opened for: a job, or a step that runs beside others.

use std::{collections::HashMap, io, sync::Arc};

use windlass_kernel::{Body, Change, Command, Event, Fact, LogSlice, NodeId, NodeKind, RunId};

use crate::{NodeState, NodeView, RunView, Surface};

/// Bytes read at a time.
const CHUNK_BYTES: u64 = 256 * 1024;

/// Where the bytes of stored streams are read.
pub trait StreamSource {
    /// Bytes `start..end` of a stream, as far as they are there.
    ///
    /// # Errors
    /// When the stream cannot be read. One that is not there has no bytes.
    fn read(&mut self, stream: &str, start: u64, end: u64) -> io::Result<Vec<u8>>;
}

/// Shows one run, from its first event on.
pub struct Replay {
    surface: Arc<dyn Surface>,
    view: RunView,
    /// How far each stream was shown.
    shown: HashMap<String, u64>,
}

impl Replay {
    /// Shows a run on a surface.
    pub fn new(run: RunId, surface: Arc<dyn Surface>) -> Self {
        Replay { surface, view: RunView::new(run), shown: HashMap::new() }
    }

    /// The run as far as it was shown.
    pub fn view(&self) -> &RunView {
        &self.view
    }

    /// Shows the next events, and the logs of what ended by them.
    ///
    /// # Errors
    /// When a log cannot be read; the events up to there were shown.
    pub fn advance(&mut self, events: &[Event], streams: &mut dyn StreamSource) -> io::Result<()> {
        let known = Known::of(events);
        for event in events {
            match &event.body {
                Body::Fact(Fact::Progress { update, .. }) => {
                    for change in &update.changes {
                        self.before(change, event.seq, &known, streams)?;
                    }
                }
                Body::Command(Command::Conclude { node, .. })
                    if !known.is_void(node, event.seq) =>
                {
                    self.show_rest(node, streams)?;
                }
                _ => {}
            }
            self.view.apply(std::slice::from_ref(event));
            self.surface.observe(self.view.run(), std::slice::from_ref(event));
        }
        Ok(())
    }

    /// Shows what was written before a change became true.
    fn before(
        &mut self,
        change: &Change,
        seq: u64,
        known: &Known<'_>,
        streams: &mut dyn StreamSource,
    ) -> io::Result<()> {
        match change {
            Change::Started { node, .. } => self.forget(node),
            Change::Begin { node } if !known.is_void(node, seq) => {
                if let Some(log) = known.slices.get(node) {
                    self.show_before(log, streams)?;
                }
            }
            Change::Conclude { node, log: Some(log), .. } if !known.is_void(node, seq) => {
                self.show_before(log, streams)?;
                self.show(&log.stream, node, Until::Byte(log.end), streams)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Shows what has been written meanwhile by steps that still run.
    ///
    /// # Errors
    /// When a log cannot be read.
    pub fn show_running(&mut self, streams: &mut dyn StreamSource) -> io::Result<()> {
        let running: Vec<(NodeId, NodeId)> = self
            .view
            .walk()
            .filter(|(node, _)| node.state == NodeState::Running && !node.id.is_run())
            .map(|(node, _)| (node.id.clone(), innermost(&self.view, node)))
            .collect();
        for (stream, writer) in running {
            self.show(stream.as_str(), &writer, Until::LastLineFeed, streams)?;
        }
        Ok(())
    }

    fn forget(&mut self, job: &NodeId) {
        let below = format!("{job}/");
        self.shown.retain(|stream, _| stream != job.as_str() && !stream.starts_with(&below));
    }

    /// What stands before a slice and was not shown is of what runs then: of the step around a
    /// step, or of the job's setting up.
    fn show_before(&mut self, log: &LogSlice, streams: &mut dyn StreamSource) -> io::Result<()> {
        let job = NodeId::new(log.stream.as_str());
        let owner = self.view.node(&job).map_or(job, |node| innermost(&self.view, node));
        self.show(&log.stream, &owner, Until::Byte(log.start), streams)
    }

    /// What a job wrote after its last step.
    fn show_rest(&mut self, node: &NodeId, streams: &mut dyn StreamSource) -> io::Result<()> {
        let is_job = |node: &NodeView| node.kind == NodeKind::Job && node.started_at.is_some();
        if self.view.node(node).is_some_and(is_job) {
            self.show(node.as_str(), node, Until::Byte(u64::MAX), streams)?;
        }
        Ok(())
    }

    fn show(
        &mut self,
        stream: &str,
        node: &NodeId,
        until: Until,
        streams: &mut dyn StreamSource,
    ) -> io::Result<()> {
        let mut place = self.shown.get(stream).copied().unwrap_or(0);
        let end = if let Until::Byte(end) = until { end } else { u64::MAX };
        while place < end {
            let mut bytes =
                streams.read(stream, place, end.min(place.saturating_add(CHUNK_BYTES)))?;
            if until == Until::LastLineFeed && (bytes.len() as u64) < CHUNK_BYTES {
                bytes.truncate(memchr::memrchr(b'\n', &bytes).map_or(0, |last| last + 1));
            }
            if bytes.is_empty() {
                break;
            }
            place += bytes.len() as u64;
            self.shown.insert(stream.to_owned(), place);
            self.surface.logged(self.view.run(), node, &bytes);
        }
        Ok(())
    }
}

/// How far a stream is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    Byte(u64),
    /// Events come a little later than the bytes before them, so the last bytes of a stream may be
    /// those of a step that is not known yet; that no line is torn between two steps is what counts.
    LastLineFeed,
}

/// What is known beforehand from the events that are to be shown.
#[derive(Default)]
struct Known<'events> {
    /// The last event by which each job starts. A stream is emptied then, so what an earlier start
    /// wrote is gone.
    starts: HashMap<&'events NodeId, u64>,
    /// The slices of the steps that end.
    slices: HashMap<&'events NodeId, &'events LogSlice>,
}

impl<'events> Known<'events> {
    fn of(events: &'events [Event]) -> Self {
        let mut known = Known::default();
        for event in events {
            let Body::Fact(Fact::Progress { update, .. }) = &event.body else { continue };
            for change in &update.changes {
                match change {
                    Change::Started { node, .. } => {
                        known.starts.insert(node, event.seq);
                    }
                    Change::Conclude { node, log: Some(log), .. } => {
                        known.slices.insert(node, log);
                    }
                    _ => {}
                }
            }
        }
        known
    }

    /// Whether the node's job starts again after this event. The node may not be declared yet, but
    /// its path begins with that of its job.
    fn is_void(&self, node: &NodeId, seq: u64) -> bool {
        let path = node.as_str();
        let starts_later =
            |path: &str| self.starts.get(&NodeId::new(path)).is_some_and(|last| seq < *last);
        starts_later(path) || path.match_indices('/').any(|(end, _)| starts_later(&path[..end]))
    }
}

/// The node deepest in this one that runs and was begun last.
fn innermost(view: &RunView, node: &NodeView) -> NodeId {
    let mut node = node;
    while let Some(child) =
        view.children(node).rev().find(|child| child.state == NodeState::Running)
    {
        node = child;
    }
    node.id.clone()
}
