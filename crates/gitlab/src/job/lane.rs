//! Where a job is told: its log, masked, and its sections as nodes below it.
//!
//! Nothing else in the driver writes to a log stream, so nothing can get past the masking.

use std::io;
use std::sync::Arc;

use windlass_engine::{JobPort, LogStream};
use windlass_kernel::{
    Annotation, AnnotationLevel, Change, LogSlice, Node, NodeId, NodeKind, RunId, Status,
};
use windlass_secrets::{Masker, MaskingStream};

/// The log of a job and its outline.
pub(crate) struct Lane {
    port: Arc<JobPort>,
    stream: Box<dyn LogStream>,
    /// What is hidden.
    pub masks: Masker,
    masking: MaskingStream,
    masked: Vec<u8>,
    error: Option<io::Error>,
    is_unflushed: bool,
    pending: Vec<Change>,
    /// The section that is under way, with its first byte.
    section: Option<(NodeId, u64)>,
}

impl Lane {
    /// Opens the log of a job.
    ///
    /// # Errors
    /// When the storage refuses.
    pub fn open(port: Arc<JobPort>, masks: Masker) -> io::Result<Self> {
        let stream = port.log(port.node().as_str())?;
        Ok(Lane {
            masking: masks.stream(),
            port,
            stream,
            masks,
            masked: Vec::new(),
            error: None,
            is_unflushed: false,
            pending: Vec::new(),
            section: None,
        })
    }

    /// The job's node.
    pub fn node(&self) -> &NodeId {
        self.port.node()
    }

    /// The run.
    pub fn run(&self) -> RunId {
        self.port.run()
    }

    /// Notes a change; it is sent before something takes time.
    pub fn add(&mut self, change: Change) {
        self.pending.push(change);
    }

    /// Notes something that surfaces may show of the job.
    pub fn attribute(&mut self, name: &str, value: &str) {
        let value = self.masks.mask(value).into_owned();
        let node = self.node().clone();
        self.add(Change::Attribute { node, name: name.to_owned(), value });
    }

    /// Notes a remark on the job.
    pub fn annotate(&mut self, level: AnnotationLevel, message: &str) {
        let message = self.masks.mask(message).into_owned();
        self.add(Change::Annotate(Annotation::on(self.node().clone(), level, message)));
    }

    /// Begins a section, under the words of the runner's log.
    pub fn begin(&mut self, name: &str, label: &str) {
        self.flush();
        let id = self.node().child(name);
        self.add(Change::Declare(Node {
            id: id.clone(),
            parent: self.node().clone(),
            after: Vec::new(),
            kind: NodeKind::Step,
            label: label.to_owned(),
            origin: None,
        }));
        self.add(Change::Begin { node: id.clone() });
        self.section = Some((id, self.stream.position()));
        self.send();
    }

    /// Ends the section that is under way.
    pub fn end(&mut self, status: Status, reason: Option<String>) {
        self.settle();
        let Some((node, start)) = self.section.take() else { return };
        // What was written so far belongs before all that comes now.
        self.flush();
        let word = match status {
            Status::Succeeded => "passed",
            Status::Cancelled => "canceled",
            Status::Warning => "failed (allowed to fail)",
            _ => "failed",
        };
        let end = self.stream.position();
        let stream = self.node().to_string();
        let log = (end > start).then_some(LogSlice { stream, start, end });
        self.add(Change::Conclude { node, status, word: word.to_owned(), reason, log });
        self.send();
    }

    /// Appends what a program printed. A secret may lie across two calls.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.masked.clear();
        self.masking.push(bytes, &mut self.masked);
        self.store();
    }

    /// Appends a line of the driver's own.
    pub fn line(&mut self, line: &str) {
        self.bytes(line.as_bytes());
        self.bytes(b"\n");
    }

    /// Appends a warning, in the runner's form.
    pub fn warn(&mut self, message: &str) {
        self.line(&format!("\x1b[0;33mWARNING: {message}\x1b[0;m"));
    }

    /// Appends an error, in the runner's form.
    pub fn fail(&mut self, message: &str) {
        self.line(&format!("\x1b[31;1mERROR: {message}\x1b[0;m"));
    }

    /// Writes out what was held back because it might have become a secret.
    fn settle(&mut self) {
        self.masked.clear();
        self.masking.finish(&mut self.masked);
        self.store();
    }

    fn store(&mut self) {
        if self.error.is_none() && !self.masked.is_empty() {
            self.is_unflushed = true;
            let node = self.section.as_ref().map_or_else(|| self.port.node(), |(node, _)| node);
            self.error = self.stream.append(node, &self.masked).err();
        }
    }

    /// Whether there is something that those who follow the log have not seen.
    pub fn is_unflushed(&self) -> bool {
        self.is_unflushed
    }

    /// Hands everything written to those who follow the log.
    pub fn flush(&mut self) {
        if self.error.is_none() && self.is_unflushed {
            self.error = self.stream.flush().err();
            self.is_unflushed = false;
        }
    }

    /// Sends the changes that were noted.
    pub fn send(&mut self) {
        if !self.pending.is_empty() {
            self.port.progress(std::mem::take(&mut self.pending));
        }
    }

    /// Why the storage refused, the first time it did; after that nothing is written.
    pub fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.settle();
        self.flush();
        self.send();
    }
}
