//! Finds and kills what a job left running.
//!
//! A process belongs to a job when the environment it was started with carries the job's value of
//! the tracking variable, as in actions/runner ("Clean up orphan processes"). Forking faster than
//! they are killed does not help: each round kills all that are there, and rounds go on.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::Pid;

use super::linux as system;
use crate::TRACKING_VARIABLE;

/// How long the killing of orphans may take in all. Only a process that the kernel cannot end
/// (waiting for a dead network drive) or a fork bomb takes that long.
const PATIENCE: Duration = Duration::from_secs(5);

/// The processes that were started and not yet waited for, with their job. They are their
/// starter's to reap.
static STARTED: LazyLock<Mutex<HashMap<i32, Arc<Leftovers>>>> = LazyLock::new(Mutex::default);

/// What one job may leave behind.
#[derive(Debug)]
pub(super) struct Leftovers {
    tracking_id: String,
    /// `RUNNER_TRACKING_ID=windlass_…`
    entry: Vec<u8>,
    /// The process groups of its commands. The kernel does not give a group's number away while
    /// it has a member, so a zombie in one of them is ours to reap.
    groups: Mutex<HashSet<i32>>,
}

impl Leftovers {
    pub(super) fn new(tracking_id: String) -> Arc<Self> {
        let entry = format!("{TRACKING_VARIABLE}={tracking_id}").into_bytes();
        Arc::new(Self { tracking_id, entry, groups: Mutex::default() })
    }

    pub(super) fn tracking_id(&self) -> &str {
        &self.tracking_id
    }

    /// The tracking variable as it stands in an environment.
    pub(super) fn entry(&self) -> &[u8] {
        &self.entry
    }

    /// Notes a process that was just started as the leader of a group of its own.
    pub(super) fn started(self: &Arc<Self>, pid: Pid) {
        let number = pid.as_raw_nonzero().get();
        lock(&STARTED).insert(number, Arc::clone(self));
    }

    /// Notes that its starter has reaped it; reaps what has ended of its group, and remembers the
    /// group while it has members.
    pub(super) fn ended(&self, pid: Pid) {
        let number = pid.as_raw_nonzero().get();
        lock(&STARTED).remove(&number);
        system::reap_group(pid);
        if system::group_exists(pid) {
            lock(&self.groups).insert(number);
        }
    }

    /// Notes that its starter will not wait for it any more: the runtime reaps it.
    pub(super) fn abandoned(&self, pid: Pid) {
        let number = pid.as_raw_nonzero().get();
        lock(&STARTED).remove(&number);
        lock(&self.groups).insert(number);
    }

    /// Kills every process of the job that is a child of ours, and those that become so by the
    /// death of their parents. Answers pid and name of each.
    pub(super) async fn kill(&self) -> Vec<(u32, String)> {
        let mut killed: Vec<(u32, String)> = Vec::new();
        let begun = Instant::now();
        loop {
            let alive = self.kill_once(&mut killed);
            if !alive || begun.elapsed() > PATIENCE {
                lock(&self.groups).clear();
                return killed;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Kills what is there at this moment.
    pub(super) fn kill_without_waiting(&self) {
        self.kill_once(&mut Vec::new());
    }

    /// One round; whether there was anything to kill or to wait for.
    fn kill_once(&self, killed: &mut Vec<(u32, String)>) -> bool {
        let mut alive = false;
        for (pid, own_command) in self.candidates() {
            let Some(entry) = system::process_entry(pid) else { continue };
            if entry.zombie {
                if !own_command && self.may_reap(&entry) {
                    system::reap(pid);
                }
                continue;
            }
            // A process that is on its way out has no environment any more.
            let known = is_known(killed, pid);
            if !own_command && !known && !system::environment_has(pid, &self.entry) {
                continue;
            }
            alive = true;
            // Its children first: while it lives they cannot be anyone else's.
            for child in system::descendants(pid) {
                let name = system::process_entry(child).map(|process| process.name);
                let ours = |child| system::environment_has(child, &self.entry);
                if system::kill_checked(child, ours) && !is_known(killed, child) {
                    killed.push((number(child), name.unwrap_or_default()));
                }
            }
            system::kill_child(pid);
            if !known {
                killed.push((number(pid), entry.name));
            }
        }
        alive
    }

    /// The processes that may be this job's, and whether each is a command that somebody still
    /// waits for.
    fn candidates(&self) -> Vec<(Pid, bool)> {
        let orphans = system::own_children();
        // Read before the lock is taken: a command is in the table once it was started.
        let started = lock(&STARTED);
        let is_started = |pid: &Pid| started.contains_key(&pid.as_raw_nonzero().get());
        let commands = started
            .iter()
            .filter(|(_, job)| job.tracking_id == self.tracking_id)
            .filter_map(|(number, _)| Pid::from_raw(*number));
        let orphans = orphans.iter().copied().filter(|pid| !is_started(pid));
        commands.map(|pid| (pid, true)).chain(orphans.map(|pid| (pid, false))).collect()
    }

    /// Whether a zombie child is an orphan that nobody else waits for. What other parts of the
    /// program start is in our own group or leads one in our session.
    fn may_reap(&self, entry: &system::ProcessEntry) -> bool {
        let own = system::process_entry(system::own_pid());
        let stranger = own.is_some_and(|own| {
            entry.session != own.session
                || (entry.group != own.group && entry.group != entry.pid.as_raw_nonzero().get())
        });
        stranger || lock(&self.groups).contains(&entry.group)
    }
}

/// Kills every process of this user whose environment carries this value of the tracking
/// variable, children or not: for use after a crash of our own process. Scans all processes
/// (about 20 µs each); answers pid and name of those that were killed.
#[must_use]
pub fn kill_leftovers(tracking_id: &str) -> Vec<(u32, String)> {
    let entry = format!("{TRACKING_VARIABLE}={tracking_id}").into_bytes();
    let mut killed = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let mut found = false;
        for pid in system::all_processes() {
            let carries = |pid| system::environment_has(pid, &entry);
            if pid == system::own_pid() || !carries(pid) {
                continue;
            }
            let name = system::process_entry(pid).map(|process| process.name).unwrap_or_default();
            if system::kill_checked(pid, carries) {
                found = true;
                if !is_known(&killed, pid) {
                    killed.push((number(pid), name));
                }
            }
        }
        if !found {
            break;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    killed
}

fn number(pid: Pid) -> u32 {
    pid.as_raw_nonzero().get().unsigned_abs()
}

fn is_known(killed: &[(u32, String)], pid: Pid) -> bool {
    killed.iter().any(|(known, _)| *known == number(pid))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
