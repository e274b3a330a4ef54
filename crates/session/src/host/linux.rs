//! All that depends on the operating system: pipes, the adoption of orphans, the table of processes.
//!
//! Orphans come to us because we declare ourselves their reaper (`PR_SET_CHILD_SUBREAPER`,
//! prctl(2)); the kernel then lists them as our children (proc_pid_task_children(5)), so the usual
//! case, no orphan, costs one small read. Control groups are in [`super::control_group`]. A port to
//! macOS replaces this file: there is no reaper, and the table comes from `sysctl(KERN_PROC_ALL)`.

use std::fs;
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::sync::Once;

use rustix::fs::MemfdFlags;
use rustix::io::Errno;
use rustix::pipe::PipeFlags;
use rustix::process::{Pid, PidfdFlags, WaitOptions};

use tokio::signal::unix::SignalKind;

use crate::Signal;

/// Room in the output pipe in bytes: four times the default, for throughput. More would gain
/// little, and all pipes of a user share 64 MiB (pipe(7), `pipe-user-pages-soft`).
const PIPE_BYTES: usize = 256 << 10;

/// A process as the kernel's table has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ProcessEntry {
    pub(super) pid: Pid,
    /// The program's name, at most 15 bytes.
    pub(super) name: String,
    /// It has ended and waits to be reaped.
    pub(super) zombie: bool,
    pub(super) group: i32,
    /// In the kernel's sense: the terminal's.
    pub(super) session: i32,
}

/// A pipe for the merged output: our end, which does not block, and the child's end, which does.
pub(super) fn output_pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let (ours, theirs) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC)?;
    rustix::io::ioctl_fionbio(&ours, true)?;
    // Refused when the user has many large pipes (pipe-user-pages-soft): slower, not wrong.
    let _ = rustix::pipe::fcntl_setpipe_size(&ours, PIPE_BYTES);
    Ok((ours, theirs))
}

/// A descriptor from which exactly these bytes can be read. It never blocks and needs nobody to
/// feed it, unlike a pipe.
pub(super) fn input_of(bytes: &[u8]) -> io::Result<fs::File> {
    use std::io::Seek as _;
    let mut file = fs::File::from(rustix::fs::memfd_create("stdin", MemfdFlags::CLOEXEC)?);
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file)
}

/// Has the kernel hand us the orphans of everything we start, once for the process.
pub(super) fn adopt_orphans() {
    static ADOPTED: Once = Once::new();
    ADOPTED.call_once(|| {
        // Where the kernel refuses, orphans go to init and are found by `all_processes`.
        let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    });
}

/// Makes sure that what we start can be interrupted, once for the process.
///
/// A shell without job control starts background commands with SIGINT ignored, and what is ignored
/// stays so in every program started from there: a cancelled step would not notice. A signal that
/// we listen to is at its default in what we start.
pub(super) fn heed_interrupts() {
    static HEEDED: Once = Once::new();
    HEEDED.call_once(|| {
        for kind in [SignalKind::interrupt(), SignalKind::terminate()] {
            if is_ignored(kind) {
                // The handler stays when its stream is dropped.
                let _ = tokio::signal::unix::signal(kind);
            }
        }
    });
}

/// Whether this process ignores a signal, by the mask in `/proc/self/status` (proc(5)).
fn is_ignored(kind: SignalKind) -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    mask & (1 << (kind.as_raw_value() - 1)) != 0
}

/// Sends a signal to a process group; a group that is gone is no error.
pub(super) fn signal_group(group: Pid, signal: Signal) {
    // kill(2) takes the group 1 for "every process there is".
    if group != Pid::INIT {
        let _ = rustix::process::kill_process_group(group, number(signal));
    }
}

/// Whether a process group has a member, be it a zombie.
pub(super) fn group_exists(group: Pid) -> bool {
    rustix::process::test_kill_process_group(group) != Err(Errno::SRCH)
}

/// Reaps the members of a group that have ended and are our children. Only to be called when the
/// group's leader was reaped by whoever started it.
pub(super) fn reap_group(group: Pid) {
    while let Ok(Some(_)) = rustix::process::waitpgid(group, WaitOptions::NOHANG) {}
}

/// Reaps one child if it has ended.
pub(super) fn reap(pid: Pid) {
    let _ = rustix::process::waitpid(Some(pid), WaitOptions::NOHANG);
}

/// Kills one child of ours, whose number therefore cannot have been given to another process.
pub(super) fn kill_child(pid: Pid) {
    let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
}

/// Kills any process, if `check` still holds once its number is pinned by a descriptor.
pub(super) fn kill_checked(pid: Pid, check: impl Fn(Pid) -> bool) -> bool {
    let Ok(descriptor) = rustix::process::pidfd_open(pid, PidfdFlags::empty()) else {
        return false;
    };
    check(pid)
        && rustix::process::pidfd_send_signal(descriptor, rustix::process::Signal::KILL).is_ok()
}

/// Our own process number.
pub(super) fn own_pid() -> Pid {
    rustix::process::getpid()
}

/// Our children, the adopted ones among them. Orphans are given to the main thread.
pub(super) fn own_children() -> Vec<Pid> {
    let pid = own_pid().as_raw_nonzero();
    match fs::read(format!("/proc/self/task/{pid}/children")) {
        Ok(list) => parse_pids(&list),
        // The kernel was built without that list.
        Err(_) => {
            all_processes().into_iter().filter(|other| is_child_of(*other, pid.get())).collect()
        }
    }
}

/// All processes below one, its children first. The one itself is not in it.
pub(super) fn descendants(root: Pid) -> Vec<Pid> {
    let mut found: Vec<Pid> = Vec::new();
    let mut next = Some(root);
    let mut looked_at = 0;
    while let Some(pid) = next {
        let number = pid.as_raw_nonzero();
        let tasks = fs::read_dir(format!("/proc/{number}/task")).into_iter().flatten().flatten();
        for task in tasks {
            let children = fs::read(task.path().join("children")).unwrap_or_default();
            for child in parse_pids(&children) {
                if !found.contains(&child) {
                    found.push(child);
                }
            }
        }
        next = found.get(looked_at).copied();
        looked_at += 1;
    }
    found
}

/// Every process of the machine that we can see.
pub(super) fn all_processes() -> Vec<Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok().and_then(Pid::from_raw))
        .collect()
}

/// Looks a process up; `None` when it is gone.
pub(super) fn process_entry(pid: Pid) -> Option<ProcessEntry> {
    let stat = fs::read(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
    parse_stat(pid, &stat)
}

/// Whether the environment a process was started with holds `entry` (`NAME=value`). False for
/// zombies and for processes that we may not look into.
pub(super) fn environment_has(pid: Pid, entry: &[u8]) -> bool {
    fs::read(format!("/proc/{}/environ", pid.as_raw_nonzero()))
        .is_ok_and(|environment| environment.split(|byte| *byte == 0).any(|item| item == entry))
}

/// Whether the environment a process was started with holds another value for the name of `entry`.
pub(super) fn environment_has_other(pid: Pid, entry: &[u8]) -> bool {
    let name = entry.split_inclusive(|byte| *byte == b'=').next().unwrap_or_default();
    fs::read(format!("/proc/{}/environ", pid.as_raw_nonzero())).is_ok_and(|environment| {
        let mut items = environment.split(|byte| *byte == 0);
        items.any(|item| item.starts_with(name) && item != entry)
    })
}

/// Whether a process with this number is there.
pub(super) fn process_exists(pid: Pid) -> bool {
    rustix::process::test_kill_process(pid) != Err(Errno::SRCH)
}

/// The number of our user.
pub(super) fn own_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

fn is_child_of(pid: Pid, parent: i32) -> bool {
    let stat = fs::read(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
    stat_fields(&stat).and_then(|(_, mut fields)| fields.nth(1)?.parse().ok()) == Some(parent)
}

/// `pid (name) state ppid pgrp session …` (proc_pid_stat(5)); the name may hold anything.
fn parse_stat(pid: Pid, stat: &[u8]) -> Option<ProcessEntry> {
    let (name, mut fields) = stat_fields(stat)?;
    let zombie = matches!(fields.next()?, "Z" | "X");
    let _parent = fields.next()?;
    let group = fields.next()?.parse().ok()?;
    let session = fields.next()?.parse().ok()?;
    Some(ProcessEntry { pid, name, zombie, group, session })
}

/// The name, and the fields after it.
fn stat_fields(stat: &[u8]) -> Option<(String, std::str::SplitWhitespace<'_>)> {
    let opens = stat.iter().position(|byte| *byte == b'(')?;
    let closes = stat.iter().rposition(|byte| *byte == b')')?;
    let name = String::from_utf8_lossy(stat.get(opens + 1..closes)?).into_owned();
    let fields = std::str::from_utf8(stat.get(closes + 1..)?).ok()?;
    Some((name, fields.split_whitespace()))
}

fn parse_pids(list: &[u8]) -> Vec<Pid> {
    list.split(u8::is_ascii_whitespace)
        .filter_map(|word| std::str::from_utf8(word).ok()?.parse().ok().and_then(Pid::from_raw))
        .collect()
}

fn number(signal: Signal) -> rustix::process::Signal {
    match signal {
        Signal::Interrupt => rustix::process::Signal::INT,
        Signal::Terminate => rustix::process::Signal::TERM,
        Signal::Kill => rustix::process::Signal::KILL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_name_may_hold_brackets_and_spaces() {
        let pid = Pid::from_raw(7).unwrap();
        let entry = parse_stat(pid, b"7 (a) b (c) Z 1 5 6 0 -1").unwrap();
        assert_eq!((entry.name.as_str(), entry.zombie), ("a) b (c", true));
        assert_eq!((entry.group, entry.session), (5, 6));
        assert_eq!(parse_stat(pid, b"7 (a"), None);
        assert_eq!(parse_stat(pid, b")("), None);
    }

    #[test]
    fn our_own_entry_is_found() {
        let entry = process_entry(own_pid()).unwrap();
        assert!(!entry.zombie);
        assert!(entry.group > 0 && entry.session >= 0);
        assert!(all_processes().contains(&own_pid()));
    }

    #[test]
    fn input_can_be_read_from_its_start() {
        let mut file = input_of(b"hello").unwrap();
        let mut text = String::new();
        io::Read::read_to_string(&mut file, &mut text).unwrap();
        assert_eq!(text, "hello");
    }
}
