//! The session's tests: real bash on this machine, and the fake.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "main/control_groups.rs"]
mod control_groups;
#[path = "main/exec.rs"]
mod exec;
#[path = "main/fake.rs"]
mod fake;
#[path = "main/files.rs"]
mod files;
#[path = "main/orphans.rs"]
mod orphans;
#[path = "main/output.rs"]
mod output;
#[path = "main/stopping.rs"]
mod stopping;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use windlass_session::{
    ExecSpec, Exit, HostOptions, HostSession, ResourceLimits, Running, Session, SessionError,
    command_file_root,
};

/// A session in directories of its own.
struct Job {
    session: HostSession,
    _directory: tempfile::TempDir,
}

impl Job {
    fn new() -> Self {
        Job::limited(ResourceLimits::default()).unwrap()
    }

    fn limited(limits: ResourceLimits) -> Result<Self, SessionError> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let directory = tempfile::tempdir().unwrap();
        let workspace = directory.path().join("workspace");
        std::fs::create_dir(&workspace).unwrap();
        let session = HostSession::open(HostOptions {
            id: format!("test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst)),
            workspace,
            temp: directory.path().join("temp"),
            command_file_root: command_file_root(),
            limits,
        });
        Ok(Self { session: session?, _directory: directory })
    }

    fn spec(&self, script: &str) -> ExecSpec {
        ExecSpec::new("bash", self.session.places().workspace.clone())
            .arguments(["-c", script])
            .variable("PATH", std::env::var_os("PATH").unwrap())
    }

    async fn start(&self, script: &str) -> Box<dyn Running> {
        self.session.exec(self.spec(script)).await.unwrap()
    }

    async fn run(&self, script: &str) -> (String, Exit) {
        finish(self.start(script).await).await
    }
}

/// Reads to the end and waits.
async fn finish(mut running: Box<dyn Running>) -> (String, Exit) {
    let mut output = Vec::new();
    while running.read(&mut output).await.unwrap() > 0 {}
    let exit = running.wait().await.unwrap();
    (String::from_utf8_lossy(&output).into_owned(), exit)
}

/// Reads until the output holds `text`.
async fn read_until(running: &mut Box<dyn Running>, text: &str) -> String {
    let mut output = Vec::new();
    while !String::from_utf8_lossy(&output).contains(text) {
        assert!(running.read(&mut output).await.unwrap() > 0, "ended without {text}");
    }
    String::from_utf8_lossy(&output).into_owned()
}

/// Whether a process is there and not a zombie.
fn is_alive(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or("").trim_start().starts_with('Z'))
}

/// Waits for a file that a background process writes.
async fn wait_for_file(path: &std::path::Path) -> String {
    let begun = Instant::now();
    loop {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        if text.ends_with('\n') {
            return text;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "{} never came", path.display());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
