//! Logs in memory.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, PoisonError},
};

use windlass_engine::{LogStream, Logs};
use windlass_kernel::{NodeId, RunId};

type Streams = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// Keeps log streams in memory, by the stream's name.
#[derive(Clone, Default)]
pub struct MemoryLogs {
    streams: Streams,
}

impl MemoryLogs {
    /// Everything written to a stream, as text.
    pub fn text(&self, stream: &str) -> String {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.get(stream).map(|bytes| String::from_utf8_lossy(bytes).into()).unwrap_or_default()
    }

    /// The streams' names, in order.
    pub fn names(&self) -> Vec<String> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }
}

impl Logs for MemoryLogs {
    fn open(&self, _run: RunId, stream: &str) -> io::Result<Box<dyn LogStream>> {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.insert(stream.to_owned(), Vec::new());
        Ok(Box::new(MemoryStream { streams: self.streams.clone(), name: stream.to_owned() }))
    }
}

struct MemoryStream {
    streams: Streams,
    name: String,
}

impl LogStream for MemoryStream {
    fn append(&mut self, _node: &NodeId, bytes: &[u8]) -> io::Result<()> {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.entry(self.name.clone()).or_default().extend_from_slice(bytes);
        Ok(())
    }

    fn position(&self) -> u64 {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.get(&self.name).map_or(0, |bytes| bytes.len() as u64)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
