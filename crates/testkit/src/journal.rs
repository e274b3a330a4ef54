//! A journal in memory that can die at a chosen append.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use windlass_engine::{Journal, JournalError};
use windlass_kernel::{Event, RunId};

/// Keeps events in memory.
#[derive(Default)]
pub struct MemoryJournal {
    runs: Mutex<HashMap<RunId, Vec<Event>>>,
    appends: AtomicUsize,
    /// From this append on, counted from 0, the storage fails.
    dies_at: Option<usize>,
}

impl MemoryJournal {
    /// A journal that takes `appends` appends and then fails, as a killed process or full disk.
    pub fn dying_after(appends: usize) -> Self {
        MemoryJournal { dies_at: Some(appends), ..Self::default() }
    }

    /// A working journal that holds what this one holds.
    pub fn revived(&self) -> Self {
        let runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        MemoryJournal { runs: Mutex::new(runs), ..Self::default() }
    }

    /// The events of a run.
    pub fn events(&self, run: RunId) -> Vec<Event> {
        let runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        runs.get(&run).cloned().unwrap_or_default()
    }
}

#[async_trait]
impl Journal for MemoryJournal {
    async fn append(
        &self,
        run: RunId,
        expected: u64,
        events: &[Event],
    ) -> Result<(), JournalError> {
        let count = self.appends.fetch_add(1, Ordering::Relaxed);
        if self.dies_at.is_some_and(|at| count >= at) {
            return Err(JournalError::Storage("the test's journal is dead".into()));
        }
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = runs.entry(run).or_default();
        if kept.len() as u64 + 1 != expected {
            return Err(JournalError::Conflict { run, expected });
        }
        kept.extend_from_slice(events);
        Ok(())
    }

    async fn read(&self, run: RunId, after: u64) -> Result<Vec<Event>, JournalError> {
        Ok(self.events(run).into_iter().filter(|event| event.seq > after).collect())
    }
}
