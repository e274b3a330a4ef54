//! The plain surface.

use std::io::{self, Write};

use windlass_kernel::{
    Actor, AnnotationLevel, Body, Fact, GateSpec, NodeKind, Operation, OperationId,
    OperationResult, Status,
};
use windlass_reporting::{Output, PlainSurface, Surface};

use crate::script::{Screen, Script, failing_run, node, settings};

fn shown(script: &Script, colours: bool, unicode: bool) -> String {
    let screen = Screen::default();
    let surface = PlainSurface::new(screen.output(), settings(colours, unicode));
    script.play(&surface);
    surface.finish();
    screen.text()
}

#[test]
fn a_failing_run_reads_from_top_to_bottom() {
    insta::assert_snapshot!(shown(&failing_run(), false, true), @r"
        ▶ CI
        build  | ▶ starts on this machine
        build  | ▶ Check out
        build  | ✔ Check out in 0.3s
        build  | ▶ Compile
        build  | early bytes of compile
        build  | ▸ Crates
        build  |   one
        build  |   two
        build  |
        build  | no line feed at the end
        build  | ✔ Compile in 1.2s
        build  | ✔ job succeeded in 1.5s
        test   | ▶ starts on this machine
        test   | ▶ Run tests
        test   | running 2 tests
        test   | error: assertion failed
        test   | ✘ Run tests failed in 1m 05s: exit code 101
        test   | ✘ job failed in 1m 05s
        deploy | ○ job skipped: needs test, which failed

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

/// Bytes of a log do not wait for the journal, events do: what a job says after its last step may
/// come before the event that ends the step.
#[test]
fn what_a_job_says_after_a_step_stands_after_the_end_of_the_step() {
    let mut script = Script::new("Pipeline");
    script.job("test").started("test").step("test/a", "Run").log("test/a", "ran\n");
    script.log("test", "Job succeeded\n");
    script.end("test/a", Status::Succeeded, None);
    script.conclude("test", Status::Succeeded, None);
    let text = shown(&script, false, true);
    let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("no {words} in {text}"));
    assert!(place("ran") < place("✔ Run"), "{text}");
    assert!(place("✔ Run") < place("Job succeeded"), "{text}");
    assert!(place("Job succeeded") < place("✔ job"), "{text}");
}

/// All bytes of a short job may come before the first event that tells of it.
#[test]
fn a_job_that_is_told_of_late_reads_in_its_order_too() {
    let mut script = Script::new("Pipeline");
    script.job("test").log("test", "prepares\n").log("test/a", "ran\n");
    script.log("test", "Job succeeded\n");
    script.started("test").step("test/a", "Run").end("test/a", Status::Succeeded, None);
    script.conclude("test", Status::Succeeded, None);
    let text = shown(&script, false, true);
    let words = ["starts on", "prepares", "▶ Run", "ran", "✔ Run", "Job succeeded", "✔ job"];
    let places: Vec<_> = words.iter().map(|words| text.find(words).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn ascii_and_colours_are_independent() {
    let ascii = shown(&failing_run(), false, false);
    assert!(ascii.is_ascii(), "{ascii}");
    let coloured = shown(&failing_run(), true, true);
    assert!(coloured.contains("\u{1b}[32mone\u{1b}[0m"), "{coloured}");
    assert!(coloured.contains("\u{1b}[31m"), "{coloured}");
}

#[test]
fn composite_steps_are_indented_and_waits_are_told() {
    let mut script = Script::new("Release");
    script.job("publish").started("publish").step("publish/a", "Use a composite action");
    script.step("publish/a/1", "Inner").log("publish/a/1", "inner output\n");
    script.end("publish/a/1", Status::Succeeded, None).end("publish/a", Status::Succeeded, None);
    script.conclude("publish", Status::Succeeded, None);
    let gate = GateSpec {
        name: "production".into(),
        prompt: "approval of production".into(),
        fields: indexmap::IndexMap::new(),
    };
    script
        .declare("approve", "", NodeKind::Gate, "approve")
        .begin("approve", Operation::Gate(gate));
    script.fact(Fact::CancelRequested { node: node(""), by: Actor::Person("alice".into()) });
    script.fact(Fact::Settled { id: OperationId(2), result: OperationResult::Cancelled });
    script.conclude("approve", Status::Cancelled, None).conclude("", Status::Cancelled, None);
    insta::assert_snapshot!(shown(&script, false, true), @r"
        ▶ Release
        publish | ▶ starts on this machine
        publish | ▶ Use a composite action
        publish |   ▶ Inner
        publish | inner output
        publish |   ✔ Inner in 0.0s
        publish | ✔ Use a composite action in 0.0s
        publish | ✔ job succeeded in 0.0s
        approve | waits for approval of production
        asked to stop by alice
        approve | ⊘ approve cancelled

        Release was to stop: asked by alice
        ⊘ Release cancelled in 0.0s: 1 job (1 succeeded)
        ");
}

/// A driver reports a short step's beginning and end together, after its output was stored.
#[test]
fn output_that_outran_its_events_is_printed_in_its_place() {
    let mut script = Script::new("CI");
    script.job("build");
    script.log("build", "setting up\n");
    script.log("build/1", "##[group]Run make\nmake\nshell: bash\n##[endgroup]\nmade\nlast");
    let mut together = Vec::new();
    let mut reported = Script::new("CI");
    reported.started("build").step("build/1", "Make").end("build/1", Status::Succeeded, None);
    for event in &reported.events()[1..] {
        let Body::Fact(Fact::Progress { update, .. }) = &event.body else { continue };
        together.extend(update.changes.iter().cloned());
    }
    script.fact(Fact::Progress { id: OperationId(1), update: together.into() });
    insta::assert_snapshot!(shown(&script, false, true), @r"
        ▶ CI
        build | ▶ starts on this machine
        build | setting up
        build | ▶ Make
        build | made
        build | last
        build | ✔ Make in 0.0s

        ▶ CI unfinished: 1 job (1 unfinished)
        ");
}

#[test]
fn several_runs_are_told_apart() {
    let screen = Screen::default();
    let mut settings = settings(false, true);
    settings.several_runs = true;
    let surface = PlainSurface::new(screen.output(), settings);
    let mut script = Script::new("CI");
    script.job("build").started("build").log("build", "hello\n");
    script.play(&surface);
    insta::assert_snapshot!(screen.text(), @r"
        ▶ CI
        CI/build | ▶ starts on this machine
        CI/build | hello
        ");
}

#[test]
fn many_failures_and_remarks_are_cut_short() {
    let mut script = Script::new("Matrix");
    for number in 0..60 {
        let id = format!("test ({number})");
        script.job(&id).started(&id).annotate(&id, AnnotationLevel::Notice, "hm");
        script.conclude(&id, Status::Failed, None);
    }
    script.conclude("", Status::Failed, None);
    let text = shown(&script, false, true);
    assert!(text.contains("and 40 more failures\n"), "{text}");
    assert!(text.contains("and 10 more\n"), "{text}");
    assert!(text.ends_with("✘ Matrix failed in 0.0s: 60 jobs (60 failed)\n"), "{text}");
}

#[test]
fn labels_from_outside_cannot_break_lines() {
    let mut script = Script::new("CI\n\u{1b}[2J");
    script.job("build").started("build").step("build/1", "two\nlines\u{1b}[1A");
    script.end("build/1", Status::Failed, Some("a\r\nb\u{7}"));
    let text = shown(&script, false, true);
    assert!(text.contains("build | ▶ two lines\n"), "{text}");
    assert!(text.contains("failed in 0.0s: a b\n"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_ends_nothing() {
    let surface = PlainSurface::new(Output::new(Box::new(Closed)), settings(false, true));
    failing_run().play(&surface);
    surface.finish();
    assert!(surface.output().is_closed());
}
