//! Telling surfaces of log bytes at the moment they are stored.

use std::{io, sync::Arc};

use windlass_engine::{LogStream, Logs};
use windlass_kernel::{NodeId, RunId};

/// Sees the bytes of every log as they are written. Called from the task of the job that writes,
/// in order for one node; must not block for long.
pub trait LogFollower: Send + Sync {
    /// Takes the next bytes of a node in; they may end in the middle of a line or a character.
    fn logged(&self, run: RunId, node: &NodeId, bytes: &[u8]);
}

/// Logs that are stored by one part and shown by others.
pub struct FollowedLogs {
    logs: Arc<dyn Logs>,
    followers: Arc<[Arc<dyn LogFollower>]>,
}

impl FollowedLogs {
    /// Stores by `logs`, and tells each follower what was stored.
    pub fn new(logs: Arc<dyn Logs>, followers: Vec<Arc<dyn LogFollower>>) -> Self {
        FollowedLogs { logs, followers: followers.into() }
    }
}

impl Logs for FollowedLogs {
    fn open(&self, run: RunId, stream: &str) -> io::Result<Box<dyn LogStream>> {
        let stream = self.logs.open(run, stream)?;
        Ok(Box::new(FollowedStream { run, stream, followers: self.followers.clone() }))
    }
}

struct FollowedStream {
    run: RunId,
    stream: Box<dyn LogStream>,
    followers: Arc<[Arc<dyn LogFollower>]>,
}

impl LogStream for FollowedStream {
    fn append(&mut self, node: &NodeId, bytes: &[u8]) -> io::Result<()> {
        self.stream.append(node, bytes)?;
        for follower in self.followers.iter() {
            follower.logged(self.run, node, bytes);
        }
        Ok(())
    }

    fn position(&self) -> u64 {
        self.stream.position()
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
