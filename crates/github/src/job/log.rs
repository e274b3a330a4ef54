//! The log of a job, or of one background step: everything that reaches it is masked here.
//!
//! Nothing else in the driver writes to a log stream, so nothing can get past the masking.

use std::io;

use windlass_engine::LogStream;
use windlass_kernel::{LogSlice, NodeId};

use windlass_secrets::{Masker, MaskingStream};

/// One stream of the run's logs.
pub(crate) struct JobLog {
    stream: Box<dyn LogStream>,
    name: String,
    masks: Masker,
    masking: MaskingStream,
    masked: Vec<u8>,
    error: Option<io::Error>,
    unflushed: bool,
}

impl JobLog {
    /// Writes to this stream with these masks.
    pub fn new(name: String, stream: Box<dyn LogStream>, masks: Masker) -> Self {
        JobLog {
            stream,
            name,
            masking: masks.stream(),
            masks,
            masked: Vec::new(),
            error: None,
            unflushed: false,
        }
    }

    /// Appends what a program printed. A secret may lie across two calls.
    pub fn bytes(&mut self, node: &NodeId, bytes: &[u8]) {
        self.masked.clear();
        self.masking.push(bytes, &mut self.masked);
        self.store(node);
    }

    /// Appends a line of the driver's own.
    pub fn line(&mut self, node: &NodeId, line: &str) {
        self.bytes(node, line.as_bytes());
        self.bytes(node, b"\n");
    }

    /// Appends an error, warning or notice as GitHub's logs have it.
    pub fn issue(&mut self, node: &NodeId, level: &str, message: &str) {
        for line in message.lines() {
            self.line(node, &format!("##[{level}]{line}"));
        }
    }

    /// Writes out what was held back because it might have become a secret.
    pub fn settle(&mut self, node: &NodeId) {
        self.masked.clear();
        self.masking.finish(&mut self.masked);
        self.store(node);
    }

    fn store(&mut self, node: &NodeId) {
        if self.error.is_none() && !self.masked.is_empty() {
            self.unflushed = true;
            self.error = self.stream.append(node, &self.masked).err();
        }
    }

    /// Whether there is something that those who follow the log have not seen.
    pub fn is_unflushed(&self) -> bool {
        self.unflushed
    }

    /// Hands everything written to the storage and to those who follow the log.
    pub fn flush(&mut self) {
        if self.error.is_none() && self.unflushed {
            self.error = self.stream.flush().err();
            self.unflushed = false;
        }
    }

    /// Where the next byte will be.
    pub fn position(&self) -> u64 {
        self.stream.position()
    }

    /// The part written since a position; `None` when it is empty.
    pub fn slice_since(&self, start: u64) -> Option<LogSlice> {
        let end = self.position();
        (end > start).then(|| LogSlice { stream: self.name.clone(), start, end })
    }

    /// Why the storage refused, the first time it did; after that nothing is written.
    pub fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }

    /// The masks that are applied.
    pub fn masks(&self) -> &Masker {
        &self.masks
    }
}
