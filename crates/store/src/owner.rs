//! Which process a run or a lock belongs to, and whether it still lives.
//!
//! What depends on the operating system is here and nowhere else in this crate.

use serde::{Deserialize, Serialize};

/// A process that can be told from another one that got its number later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Its process id.
    pub pid: u32,
    /// When it started, as a text to be compared and not to be read; empty where the system
    /// does not tell.
    pub started: String,
}

impl Owner {
    /// The process that asks.
    pub fn current() -> Self {
        let pid = std::process::id();
        Owner { pid, started: system::started(pid).unwrap_or_default() }
    }

    /// Whether the process is still there: same number, same start, not a zombie.
    ///
    /// A signal may be sent to `pid` after this has answered yes.
    pub fn is_alive(&self) -> bool {
        system::started(self.pid).is_some_and(|started| started == self.started)
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::{fs, sync::LazyLock};

    /// Start times count from the machine's start, so the start's own id is part of the text.
    static BOOT: LazyLock<String> = LazyLock::new(|| {
        let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        id.trim().to_owned()
    });

    /// Fields 3 (state) and 22 (start time in ticks) of proc_pid_stat(5). The second field, the
    /// program's name, may hold blanks and brackets; it ends at the last `)`.
    pub(super) fn started(pid: u32) -> Option<String> {
        let text = fs::read(format!("/proc/{pid}/stat")).ok()?;
        let text = String::from_utf8_lossy(&text);
        let mut fields = text.get(text.rfind(')')? + 1..)?.split_ascii_whitespace();
        let state = fields.next()?;
        let ticks = fields.nth(18)?;
        (!matches!(state, "Z" | "X")).then(|| format!("{}:{ticks}", BOOT.as_str()))
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::process::{Command, Stdio};

    /// ps(1) is in POSIX and on every other system that matters here; it costs a process.
    pub(super) fn started(pid: u32) -> Option<String> {
        let output = Command::new("ps")
            .args(["-o", "stat=", "-o", "lstart=", "-p", &pid.to_string()])
            .env("LC_ALL", "C")
            .stderr(Stdio::null())
            .output()
            .ok()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let (state, started) = text.trim().split_once(char::is_whitespace)?;
        (!state.starts_with('Z')).then(|| started.trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_process_lives_until_it_has_ended_and_while_nobody_waited_for_it_too() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let owner =
            Owner { pid: child.id(), started: system::started(child.id()).unwrap_or_default() };
        assert!(owner.is_alive());
        assert!(Owner::current().is_alive());
        child.kill().unwrap();
        // Not waited for yet: a zombie is no owner.
        for _ in 0..200 {
            if !owner.is_alive() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert!(!owner.is_alive());
        child.wait().unwrap();
        assert!(!owner.is_alive());
    }

    #[test]
    fn another_start_is_another_process() {
        let current = Owner::current();
        assert!(!current.started.is_empty());
        assert!(!Owner { started: "earlier".into(), ..current }.is_alive());
    }
}
