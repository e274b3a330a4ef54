//! The JSON surface.

use windlass_kernel::Event;
use windlass_reporting::{JsonSurface, Surface};

use crate::script::{Screen, Script, failing_run};

fn lines(script: &Script, logs: bool) -> String {
    let screen = Screen::default();
    let surface = JsonSurface::new(screen.output(), logs);
    script.play(&surface);
    surface.finish();
    screen.text()
}

#[test]
fn a_line_for_each_event_and_each_line_of_a_log() {
    let mut script = Script::new("CI");
    script.job("build").started("build").log("build", "one\ntwo ").log("build", "and a half");
    script.after(1500).conclude("build", windlass_kernel::Status::Succeeded, None);
    insta::assert_snapshot!(lines(&script, true), @r#"
        {"schema":1,"run":"01KDVDNA00000000000000001A","seq":1,"at":"2026-01-01T00:00:00Z","body":{"fact":{"created":{"dialect":"github","process_version":1,"title":"CI","payload":null}}}}
        {"schema":1,"run":"01KDVDNA00000000000000001A","seq":2,"at":"2026-01-01T00:00:00Z","body":{"command":{"declare":{"id":"build","parent":"","kind":"job","label":"build"}}}}
        {"schema":1,"run":"01KDVDNA00000000000000001A","seq":3,"at":"2026-01-01T00:00:00Z","body":{"command":{"begin":{"id":1,"node":"build","operation":{"run-job":{"dialect":"github","schema_version":1,"payload":null,"worker":{"labels":[]}}}}}}}
        {"schema":1,"run":"01KDVDNA00000000000000001A","seq":4,"at":"2026-01-01T00:00:00Z","body":{"fact":{"progress":{"id":1,"update":[{"started":{"node":"build","place":"this machine"}}]}}}}
        {"schema":1,"run":"01KDVDNA00000000000000001A","log":{"node":"build","text":"one"}}
        {"schema":1,"run":"01KDVDNA00000000000000001A","log":{"node":"build","text":"two and a half"}}
        {"schema":1,"run":"01KDVDNA00000000000000001A","seq":5,"at":"2026-01-01T00:00:01.5Z","body":{"command":{"conclude":{"node":"build","status":"succeeded","word":"succeeded"}}}}
        "#);
}

#[test]
fn events_are_read_back_as_they_were() {
    let script = failing_run();
    let read: Vec<Event> =
        lines(&script, false).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read, script.events());
}
