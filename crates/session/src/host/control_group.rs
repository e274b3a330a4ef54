//! The control group of a job (cgroups(7), versions 1 and 2): its processes are in it, also those
//! that cleared their environment, and it can limit what they take together.
//!
//! A group is a directory that the kernel shows. Its name says who made it, so that one left by a
//! crash is known as such and cleared away by the next process. Where the system lets us make none,
//! jobs go on without ([`super::leftovers`] finds what carries the tracking variable), unless they
//! are to be limited.

mod hierarchy;
mod limit;

use std::fs;
use std::io;
use std::panic;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::io::Errno;
use rustix::process::Pid;

use self::hierarchy::{Hierarchy, Version, mounted};
use self::limit::Limit;
use super::linux as system;
use super::spawn::Spawned;
use super::tracking_id_of;
use crate::{ResourceLimits, SessionError, TRACKING_VARIABLE};

/// The file of a group with the numbers of its processes.
const PROCESSES: &str = "cgroup.procs";
/// In version 1, the file with those of its threads.
const THREADS: &str = "tasks";
/// How long the last processes of a group may take to go.
const PATIENCE: Duration = Duration::from_secs(2);
/// The pause between looks at them.
const PAUSE: Duration = Duration::from_millis(2);

/// A job's group, in one or more hierarchies.
#[derive(Debug)]
pub(super) struct ControlGroup {
    /// Those of version 1, which a thread of ours can be in alone.
    ones: Vec<PathBuf>,
    twos: Vec<PathBuf>,
    is_limited: bool,
    /// Where the kernel counts the processes that it killed for want of memory, where that is
    /// limited.
    kills: Option<PathBuf>,
    /// The job's tracking variable as it stands in an environment.
    entry: Vec<u8>,
}

/// What the names of groups begin with that are made in this space of process numbers.
fn name_prefix() -> String {
    let space = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let digits = |it: char| it.is_ascii_digit().then_some(it);
    let space: String = space.to_string_lossy().chars().filter_map(digits).collect();
    format!("windlass.{space}.")
}

/// The group that this process moves to when it is in the way of groups for jobs.
fn own_leaf_name() -> String {
    format!("{}{}.self", name_prefix(), system::own_pid().as_raw_nonzero())
}

impl ControlGroup {
    /// Makes a group for the job with this id.
    ///
    /// # Errors
    /// Why there can be none, or none with these limits, in a clause.
    pub(super) fn create(id: &str, limits: &ResourceLimits) -> Result<Self, String> {
        let hierarchies = mounted();
        let name = format!("{}{}.{id}", name_prefix(), system::own_pid().as_raw_nonzero());
        let entry = format!("{TRACKING_VARIABLE}={}", tracking_id_of(id)).into_bytes();
        let is_limited = !limits.is_empty();
        let mut group =
            ControlGroup { ones: Vec::new(), twos: Vec::new(), is_limited, kills: None, entry };
        let made = if is_limited {
            group.make_with(&hierarchies, &name, limits)
        } else {
            group.make_anywhere(&hierarchies, &name)
        };
        if made.is_err() {
            group.close_once(&mut Vec::new());
        }
        made.map(|()| group)
    }

    /// A group that holds processes together and limits nothing: one hierarchy will do, best one
    /// that is quick to join and does nothing else.
    fn make_anywhere(&mut self, hierarchies: &[Hierarchy], name: &str) -> Result<(), String> {
        let mut reason = "the system has none mounted".to_owned();
        let mut hierarchies: Vec<&Hierarchy> = hierarchies.iter().collect();
        hierarchies.sort_by_key(|it| match it.version {
            Version::One if it.controls("freezer") || it.controls("pids") => 0,
            Version::Two => 1,
            Version::One => 2,
        });
        for hierarchy in hierarchies {
            match self.make(hierarchy.version, &hierarchy.own, name) {
                Ok(_) => return Ok(()),
                Err(error) => reason = error,
            }
        }
        Err(reason)
    }

    /// A group with limits: the controllers lie where they lie.
    fn make_with(
        &mut self,
        hierarchies: &[Hierarchy],
        name: &str,
        limits: &ResourceLimits,
    ) -> Result<(), String> {
        for limit in Limit::all(limits) {
            let found = hierarchies.iter().find(|it| it.controls(limit.controller));
            let hierarchy = found.ok_or_else(|| {
                format!("the system controls no {} (cgroup controller)", limit.controller)
            })?;
            let directory = match hierarchy.version {
                Version::One => self.make(Version::One, &hierarchy.own, name)?,
                Version::Two => self.make_controlled(hierarchy, name, limits)?,
            };
            limit.set(hierarchy.version, &directory)?;
            if let Some(file) = limit.kills(hierarchy.version) {
                self.kills = Some(directory.join(file));
            }
        }
        Ok(())
    }

    /// Makes a directory, once.
    fn make(&mut self, version: Version, parent: &Path, name: &str) -> Result<PathBuf, String> {
        let directory = parent.join(name);
        let directories = match version {
            Version::One => &mut self.ones,
            Version::Two => &mut self.twos,
        };
        if !directories.contains(&directory) {
            // One of that name is left from a process with our number.
            clear_away(&directory, &self.entry);
            fs::create_dir(&directory)
                .map_err(|error| format!("cannot make {}: {error}", directory.display()))?;
            directories.push(directory.clone());
        }
        Ok(directory)
    }

    /// Makes a directory below a group that hands on what is to be limited. In version 2 such a
    /// group has no processes of its own; that at the top may.
    fn make_controlled(
        &mut self,
        hierarchy: &Hierarchy,
        name: &str,
        limits: &ResourceLimits,
    ) -> Result<PathBuf, String> {
        let wanted: Vec<&str> = Limit::all(limits).map(|limit| limit.controller).collect();
        let mut reason = String::new();
        for parent in hierarchy.parents() {
            match hand_on(parent, &wanted) {
                Ok(()) => return self.make(Version::Two, parent, name),
                Err(error) if reason.is_empty() => {
                    reason = format!("{}: {error}", parent.display());
                }
                Err(_) => {}
            }
        }
        Err(reason)
    }

    /// Starts a program in the group. `start` is given the files that the program itself has to
    /// write its number to before it begins.
    ///
    /// In version 1 a thread of ours goes into the group, and what it starts is in it from its
    /// first instruction. A thread that moves itself does so at once; for the move of another
    /// process the kernel waits until every processor has seen it, some 10 ms
    /// (`cgroup_procs_write_start` in its `kernel/cgroup/cgroup.c`). In version 2 a thread cannot
    /// be in another group than its process: there a program with limits goes by itself, and
    /// others are fetched once they run, which spares them the wait.
    ///
    /// # Errors
    /// That of `start`, or that a limited group of version 1 cannot be joined.
    pub(super) fn start(
        &self,
        start: impl FnOnce(&[PathBuf]) -> Result<Spawned, SessionError> + Send,
    ) -> Result<Spawned, SessionError> {
        let begin = || {
            for directory in &self.ones {
                if let (Err(error), true) = (move_this_thread_to(directory), self.is_limited) {
                    let reason = format!("cannot join {}: {error}", directory.display());
                    return Err(SessionError::Limits { reason });
                }
            }
            let joining: &[PathBuf] = if self.is_limited { &self.twos } else { &[] };
            let files: Vec<PathBuf> = joining.iter().map(|it| it.join(PROCESSES)).collect();
            start(&files)
        };
        let started = if self.ones.is_empty() { begin() } else { in_a_thread_of_its_own(begin) };
        if let (Ok(spawned), false) = (&started, self.is_limited || self.twos.is_empty()) {
            self.fetch(spawned.pid());
        }
        started
    }

    /// Moves a process that was just started, and what it started since, into the group, without
    /// waiting for it. What it left to others before that stays outside.
    fn fetch(&self, pid: Option<Pid>) {
        let (Some(pid), directories) = (pid, self.twos.clone()) else { return };
        tokio::task::spawn_blocking(move || {
            for pid in [pid].into_iter().chain(system::descendants(pid)) {
                for directory in &directories {
                    // One that has ended needs no group, and a group that is gone holds nobody.
                    let _ = move_to(directory, pid);
                }
            }
        });
    }

    /// How many of its processes the kernel has killed for want of memory.
    pub(super) fn memory_kills(&self) -> u64 {
        let text = self.kills.as_ref().and_then(|file| fs::read_to_string(file).ok());
        let text = text.unwrap_or_default();
        let count = text.lines().find_map(|line| line.strip_prefix("oom_kill "));
        count.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
    }

    /// Kills what is still in the group and removes it. A process that asks to outlive its job, by
    /// another value of the tracking variable, is moved out. Answers pid and name of those killed.
    pub(super) async fn close(&self) -> Vec<(u32, String)> {
        let (mut killed, began) = (Vec::new(), Instant::now());
        while !self.close_once(&mut killed) && began.elapsed() < PATIENCE {
            tokio::time::sleep(PAUSE).await;
        }
        killed
    }

    /// Kills what is there at this moment; whether the group is gone.
    pub(super) fn close_once(&self, killed: &mut Vec<(u32, String)>) -> bool {
        let mut is_gone = true;
        for directory in self.ones.iter().chain(&self.twos) {
            empty(directory, &self.entry, killed);
            is_gone &= remove(directory);
        }
        is_gone
    }
}

/// Has a group of version 2 hand controllers on to those below it.
fn hand_on(parent: &Path, controllers: &[&str]) -> io::Result<()> {
    let file = parent.join("cgroup.subtree_control");
    let handed = fs::read_to_string(&file)?;
    let is_missing = |name: &&&str| !handed.split_whitespace().any(|it| it == **name);
    let missing: Vec<String> =
        controllers.iter().filter(is_missing).map(|name| format!("+{name}")).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let missing = missing.join(" ");
    match fs::write(&file, &missing) {
        Err(error) if is_busy(&error) && is_alone_in(parent) => {
            let leaf = parent.join(own_leaf_name());
            fs::create_dir_all(&leaf)?;
            move_to(&leaf, system::own_pid())?;
            fs::write(&file, missing)
        }
        other => other,
    }
}

/// Whether no process but this one is in a group itself.
fn is_alone_in(group: &Path) -> bool {
    processes(group) == [system::own_pid()]
}

fn move_to(directory: &Path, pid: Pid) -> io::Result<()> {
    fs::write(directory.join(PROCESSES), pid.as_raw_nonzero().to_string())
}

/// Version 1 only. `0` is the thread that writes.
fn move_this_thread_to(directory: &Path) -> io::Result<()> {
    fs::write(directory.join(THREADS), "0")
}

/// Does something in a thread that ends with it, as part of the caller's runtime.
fn in_a_thread_of_its_own<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let runtime = tokio::runtime::Handle::try_current();
    let work = || {
        let _runtime = runtime.as_ref().map(tokio::runtime::Handle::enter);
        work()
    };
    let done = thread::scope(|scope| scope.spawn(work).join());
    done.unwrap_or_else(|panic| panic::resume_unwind(panic))
}

fn is_busy(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::BUSY.raw_os_error())
}

fn processes(group: &Path) -> Vec<Pid> {
    let list = fs::read_to_string(group.join(PROCESSES)).unwrap_or_default();
    list.lines().filter_map(|line| line.parse().ok().and_then(Pid::from_raw)).collect()
}

/// The groups below one, which steps may have made.
fn below(group: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(group).into_iter().flatten().flatten();
    let is_group = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    entries.filter(is_group).map(|entry| entry.path()).collect()
}

/// One round of killing in a group and those below it.
fn empty(group: &Path, entry: &[u8], killed: &mut Vec<(u32, String)>) {
    below(group).iter().for_each(|inner| empty(inner, entry, killed));
    // A thread of ours is there for the moment in which it starts a program.
    for pid in processes(group).into_iter().filter(|pid| *pid != system::own_pid()) {
        if system::environment_has_other(pid, entry) {
            if let Some(outside) = group.parent() {
                let _ = move_to(outside, pid);
            }
            continue;
        }
        let name = system::process_entry(pid).map(|process| process.name).unwrap_or_default();
        let is_in = |pid: Pid| processes(group).contains(&pid);
        let number = pid.as_raw_nonzero().get().unsigned_abs();
        let is_new = !killed.iter().any(|(known, _)| *known == number);
        if system::kill_checked(pid, is_in) && is_new {
            killed.push((number, name));
        }
    }
}

/// Removes a group with those below it; whether it is gone. One with processes stays.
fn remove(group: &Path) -> bool {
    below(group).iter().for_each(|inner| {
        remove(inner);
    });
    match fs::remove_dir(group) {
        Ok(()) => true,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// Kills and removes what is left of a group of a process that is gone.
fn clear_away(group: &Path, entry: &[u8]) {
    let (mut killed, began) = (Vec::new(), Instant::now());
    while group.exists() && began.elapsed() < PATIENCE {
        empty(group, entry, &mut killed);
        if remove(group) {
            break;
        }
        thread::sleep(PAUSE);
    }
}

/// Clears away the groups of processes of ours that are gone.
pub(super) fn sweep() {
    let prefix = name_prefix();
    for hierarchy in mounted() {
        for group in hierarchy.parents().flat_map(below) {
            let name = group.file_name().and_then(|name| name.to_str());
            let rest = name.and_then(|name| name.strip_prefix(&prefix));
            let Some((maker, id)) = rest.and_then(|rest| rest.split_once('.')) else { continue };
            let maker = maker.parse().ok().and_then(Pid::from_raw);
            if maker.is_some_and(|pid| !system::process_exists(pid)) {
                let entry = format!("{TRACKING_VARIABLE}={}", tracking_id_of(id));
                clear_away(&group, entry.as_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_of_version_2_is_asked_to_hand_on_what_it_does_not_yet() {
        let group = tempfile::tempdir().unwrap();
        let file = group.path().join("cgroup.subtree_control");
        fs::write(&file, "cpu pids\n").unwrap();
        hand_on(group.path(), &["cpu", "pids"]).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "cpu pids\n");
        hand_on(group.path(), &["memory", "cpu", "io"]).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "+memory +io");
        assert!(hand_on(&group.path().join("absent"), &["cpu"]).is_err());
    }
}
