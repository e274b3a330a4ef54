//! The live tree, on a terminal that is really obeyed to.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use proptest::prelude::*;
use windlass_engine::{LogStream, Logs, Observer};
use windlass_kernel::{Actor, Fact, GateSpec, NodeKind, Operation, RunId, Status};
use windlass_reporting::{
    FollowedLogs, LogFollower, Output, Surface, TerminalFacts, TerminalSize, TerminalSurface,
};

use crate::script::{Script, failing_run, node, run_id, settings};

/// A terminal with a screen, and a clock that the test sets.
#[derive(Clone)]
struct Terminal {
    parser: Arc<Mutex<vt100::Parser>>,
    now: Arc<Mutex<Timestamp>>,
}

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The line discipline turns a line feed into a new line.
        let text = bytes.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]);
        self.parser.lock().unwrap().process(&text);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Terminal {
    fn new(rows: u16, columns: u16) -> Self {
        let parser = vt100::Parser::new(rows, columns, 1000);
        Terminal {
            parser: Arc::new(Mutex::new(parser)),
            now: Arc::new(Mutex::new("2026-01-01T00:00:00Z".parse().unwrap())),
        }
    }

    fn surface(&self, colours: bool) -> TerminalSurface {
        self.surface_drawn_every(None, colours)
    }

    fn surface_drawn_every(&self, interval: Option<Duration>, colours: bool) -> TerminalSurface {
        let (sized, clock) = (self.parser.clone(), self.now.clone());
        let facts = TerminalFacts {
            size: Box::new(move || {
                let (rows, columns) = sized.lock().unwrap().screen().size();
                Some(TerminalSize { columns, rows })
            }),
            clock: Box::new(move || *clock.lock().unwrap()),
            interval,
        };
        TerminalSurface::new(Output::new(Box::new(self.clone())), settings(colours, true), facts)
    }

    fn play(&self, script: &Script, surface: &TerminalSurface) {
        script.play(surface);
        *self.now.lock().unwrap() = script.now();
        surface.draw();
    }

    fn screen(&self) -> String {
        let contents = self.parser.lock().unwrap().screen().contents();
        let lines: Vec<&str> = contents.lines().map(str::trim_end).collect();
        lines.join("\n")
    }

    fn resize(&self, rows: u16, columns: u16) {
        self.parser.lock().unwrap().screen_mut().set_size(rows, columns);
    }
}

/// Two jobs at work, one waiting, one done, one to come.
fn busy_run() -> Script {
    let mut script = Script::new("CI");
    script.job("build").job("lint").job("test").declare("approve", "", NodeKind::Gate, "approve");
    script.declare("deploy", "", NodeKind::Job, "deploy");
    script.started("build").after(2_000).conclude("build", Status::Succeeded, None);
    script.started("lint").step("lint/1", "Clippy").after(100);
    script.end("lint/1", Status::Failed, Some("exit code 1")).step("lint/2", "Format");
    script.started("test").step("test/1", "Use composite").step("test/1/1", "Run tests");
    for number in 1..=5 {
        script.log("test/1/1", &format!("\x1b[32mtest {number}\x1b[0m ... ok\x1b[2J\n"));
    }
    let gate = GateSpec {
        name: "production".into(),
        prompt: "approval of production".into(),
        fields: indexmap::IndexMap::new(),
    };
    script.begin("approve", Operation::Gate(gate)).after(1_300);
    script
}

#[test]
fn the_tree_shows_what_runs_with_its_last_lines() {
    let terminal = Terminal::new(24, 60);
    terminal.play(&busy_run(), &terminal.surface(true));
    insta::assert_snapshot!(terminal.screen(), @r"
        ⠼ CI 3.4s  1 of 4 jobs
          ✔ build 2.0s
          ⠼ lint 1.4s
            ✘ Clippy failed: exit code 1 0.1s
            ⠼ Format 1.3s
          ⠼ test 1.3s
            ⠼ Use composite 1.3s
              ⠼ Run tests 1.3s
                │ test 3 ... ok
                │ test 4 ... ok
                │ test 5 ... ok
          ◷ approve waits for approval of production
          · deploy
        ");
}

#[test]
fn drawing_again_replaces_and_leaves_what_stood_above() {
    let mut terminal = Terminal::new(24, 60);
    terminal.write_all(b"$ windlass run\n").unwrap();
    let surface = terminal.surface(true);
    terminal.play(&busy_run(), &surface);
    let once = terminal.screen();
    surface.draw();
    surface.draw();
    assert_eq!(terminal.screen(), once);
    surface.message("warning: something\n");
    surface.draw();
    let (first, rest) = once.split_once('\n').unwrap();
    assert_eq!(terminal.screen(), format!("{first}\nwarning: something\n{rest}"));
}

#[test]
fn a_small_terminal_shows_what_matters_most() {
    for rows in [3, 5, 7, 9, 12] {
        let terminal = Terminal::new(rows, 30);
        terminal.play(&busy_run(), &terminal.surface(false));
        let screen = terminal.screen();
        assert!(screen.lines().count() < usize::from(rows), "{rows}: {screen}");
        assert!(screen.lines().next().unwrap().contains("CI"), "{rows}: {screen}");
    }
    let terminal = Terminal::new(8, 34);
    terminal.play(&busy_run(), &terminal.surface(false));
    insta::assert_snapshot!(terminal.screen(), @r"
        ⠼ CI 3.4s  1 of 4 jobs
          ⠼ lint 1.4s › Format
          ⠼ test 1.3s › Run tests
          ◷ approve waits for approval o…
          · 1 succeeded, 1 queued
        ");
}

#[test]
fn a_terminal_that_became_narrower_keeps_no_rests() {
    let mut terminal = Terminal::new(30, 100);
    terminal.write_all(b"$ windlass run\n").unwrap();
    let surface = terminal.surface(false);
    terminal.play(&busy_run(), &surface);
    for (rows, columns) in [(30, 30), (30, 100), (20, 40)] {
        terminal.resize(rows, columns);
        surface.draw();
        surface.draw();
        let screen = terminal.screen();
        let titles = screen.lines().filter(|line| line.contains("CI 3.4s")).count();
        assert!(titles <= 1, "{columns}: {screen}");
    }
}

#[test]
fn hundreds_of_jobs_are_counted_and_not_listed() {
    let terminal = Terminal::new(16, 70);
    let mut script = Script::new("Matrix");
    script.declare("test", "", NodeKind::Group, "test");
    for number in 0..300 {
        let id = format!("test/{number}");
        script.declare(&id, "test", NodeKind::Job, &format!("test ({number})")).order(&id);
    }
    for number in 0..120 {
        let id = format!("test/{number}");
        script.started(&id).after(10);
        if number < 117 {
            let status = if number == 7 { Status::Failed } else { Status::Succeeded };
            script.conclude(&id, status, None);
        }
    }
    terminal.play(&script, &terminal.surface(false));
    insta::assert_snapshot!(terminal.screen(), @r"
        ⠹ Matrix 1.2s  117 of 300 jobs, 1 failed
          ✘ test (7) failed 0.0s
          ⠹ test (117) 0.0s
          ⠹ test (118) 0.0s
          ⠹ test (119) 0.0s
          · 116 succeeded, 180 queued
        ");
}

#[test]
fn many_running_jobs_do_not_leave_the_screen() {
    let terminal = Terminal::new(10, 50);
    let mut script = Script::new("Matrix");
    for number in 0..40 {
        let id = format!("job-{number}");
        script.job(&id).started(&id).step(&format!("{id}/1"), "Run");
    }
    terminal.play(&script, &terminal.surface(false));
    insta::assert_snapshot!(terminal.screen(), @r"
        ⠋ Matrix 0.0s  0 of 40 jobs
          ⠋ job-0 0.0s › Run
          ⠋ job-1 0.0s › Run
          ⠋ job-2 0.0s › Run
          ⠋ job-3 0.0s › Run
          ⠋ job-4 0.0s › Run
          ⠋ job-5 0.0s › Run
          ⠋ job-6 0.0s › Run
          … 33 more lines
        ");
}

#[test]
fn at_the_end_the_jobs_and_the_log_of_what_failed_stay() {
    let terminal = Terminal::new(40, 80);
    let surface = terminal.surface(false);
    terminal.play(&failing_run(), &surface);
    surface.finish();
    surface.draw();
    insta::assert_snapshot!(terminal.screen(), @r"
          ✔ build 1.5s
          ✘ test failed 1m 05s
          ○ deploy skipped: needs test, which failed

        ✘ test › Run tests failed: exit code 101
          | running 2 tests
          | error: assertion failed
          log: /state/blobs/logs/test.log
          workspace: /tmp/workspaces/test

        Annotations
          error: src/main.rs:3:5: assertion failed
            left: 1, right: 2 (test)
          warning: src/main.rs:3:5: unused variable: `x` (build)

        Summary of build
          ## Sizes

          - windlass: 5 MB

        ✘ CI failed in 1m 06s: 3 jobs (1 succeeded, 1 failed, 1 skipped)
        ");
}

#[test]
fn a_question_has_the_screen_for_itself() {
    let mut terminal = Terminal::new(24, 60);
    let surface = terminal.surface(false);
    terminal.play(&busy_run(), &surface);
    surface.pause();
    assert_eq!(terminal.screen(), "");
    terminal.write_all(b"Deploy? y\n").unwrap();
    surface.draw();
    let mut script = busy_run();
    script.fact(Fact::CancelRequested { node: node(""), by: Actor::Person("alice".into()) });
    script.play(&surface);
    assert_eq!(terminal.screen(), "Deploy? y");
    surface.resume();
    surface.draw();
    let screen = terminal.screen();
    assert!(screen.starts_with("Deploy? y\n"), "{screen}");
    assert!(screen.contains("stopping: asked by alice"), "{screen}");
}

/// Logs that are thrown away.
struct NoLogs;

impl Logs for NoLogs {
    fn open(&self, _: RunId, _: &str) -> io::Result<Box<dyn LogStream>> {
        Ok(Box::new(NoLog(0)))
    }
}

struct NoLog(u64);

impl LogStream for NoLog {
    fn append(&mut self, _: &windlass_kernel::NodeId, bytes: &[u8]) -> io::Result<()> {
        self.0 += bytes.len() as u64;
        Ok(())
    }

    fn position(&self) -> u64 {
        self.0
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_flood_of_output_is_looked_at_only_at_its_end() {
    let terminal = Terminal::new(24, 60);
    let surface = Arc::new(terminal.surface(false));
    let mut script = Script::new("CI");
    script.job("flood").started("flood");
    script.play(&*surface);
    let followers: Vec<Arc<dyn LogFollower>> = vec![surface.clone()];
    let logs = FollowedLogs::new(Arc::new(NoLogs), followers);
    let mut stream = logs.open(run_id(), "flood").unwrap();
    let chunk = "all work and no play\n".repeat(20_000);
    let start = Instant::now();
    for _ in 0..500 {
        stream.append(&node("flood"), chunk.as_bytes()).unwrap();
    }
    stream.append(&node("flood"), b"the end\n").unwrap();
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    surface.draw();
    assert!(terminal.screen().contains("│ the end"), "{}", terminal.screen());
}

#[test]
fn the_tree_is_drawn_by_itself_until_the_end() {
    let terminal = Terminal::new(24, 60);
    let surface = terminal.surface_drawn_every(Some(Duration::from_millis(2)), false);
    busy_run().play(&surface);
    let start = Instant::now();
    while !terminal.screen().contains("test 5 ... ok") {
        assert!(start.elapsed() < Duration::from_secs(10), "{}", terminal.screen());
        std::thread::sleep(Duration::from_millis(2));
    }
    surface.finish();
    let end = terminal.screen();
    assert!(end.ends_with("4 jobs (1 succeeded, 3 unfinished)"), "{end}");
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(terminal.screen(), end);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_run_is_larger_than_its_terminal(
        events in crate::fold::script(),
        rows in 2_u16..20,
        columns in 2_u16..40,
    ) {
        let terminal = Terminal::new(rows, columns);
        let surface = terminal.surface(true);
        for event in &events {
            surface.observe(run_id(), std::slice::from_ref(event));
            surface.draw();
            let once = terminal.screen();
            // Had the frame left the screen, what it left behind would still be there.
            surface.draw();
            prop_assert_eq!(terminal.screen(), once);
        }
        let mut parser = terminal.parser.lock().unwrap();
        parser.screen_mut().set_scrollback(1);
        prop_assert_eq!(parser.screen().scrollback(), 0, "a line was scrolled away");
    }
}
