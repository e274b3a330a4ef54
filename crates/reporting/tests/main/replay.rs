//! Stored runs, shown again.

use std::{collections::HashMap, io, sync::Arc};

use windlass_kernel::{Change, LogSlice, Status};
use windlass_reporting::{PlainSurface, Replay, StreamSource, Surface};

use crate::script::{Screen, Script, node, run_id, settings};

/// Streams in memory.
#[derive(Default)]
struct Streams(HashMap<String, String>);

impl StreamSource for Streams {
    fn read(&mut self, stream: &str, start: u64, end: u64) -> io::Result<Vec<u8>> {
        let text = self.0.get(stream).map_or("", String::as_str);
        let end = end.min(text.len() as u64);
        Ok(text.as_bytes()[start.min(end) as usize..end as usize].to_vec())
    }
}

fn end(script: &mut Script, id: &str, start: u64, end: u64) {
    script.change(Change::Conclude {
        node: node(id),
        status: Status::Succeeded,
        word: "success".into(),
        reason: None,
        log: Some(LogSlice { stream: "build".into(), start, end }),
    });
}

fn script() -> Script {
    let mut script = Script::new("CI");
    script.job("build").started("build").step("build/1", "One");
    end(&mut script, "build/1", 6, 10);
    script.step("build/2", "Composite").step("build/2/1", "Inner");
    end(&mut script, "build/2/1", 14, 20);
    end(&mut script, "build/2", 10, 24);
    script.conclude("build", Status::Succeeded, None).conclude("", Status::Succeeded, None);
    script
}

fn streams() -> Streams {
    Streams([("build".to_owned(), "setup\none\npre\ninner\nend\nclean\n".to_owned())].into())
}

#[test]
fn every_step_shows_the_bytes_that_are_its_own() {
    let screen = Screen::default();
    let surface = Arc::new(PlainSurface::new(screen.output(), settings(false, true)));
    let mut replay = Replay::new(run_id(), surface.clone());
    replay.advance(&script().events(), &mut streams()).unwrap();
    replay.show_running(&mut streams()).unwrap();
    surface.finish();
    insta::assert_snapshot!(screen.text(), @r"
        ▶ CI
        build | ▶ starts on this machine
        build | setup
        build | ▶ One
        build | one
        build | ✔ One in 0.0s
        build | ▶ Composite
        build | pre
        build |   ▶ Inner
        build | inner
        build |   ✔ Inner in 0.0s
        build | end
        build | ✔ Composite in 0.0s
        build | clean
        build | ✔ job succeeded in 0.0s

        ✔ CI succeeded in 0.0s: 1 job (1 succeeded)
        ");
    assert_eq!(replay.view().root().status(), Some(Status::Succeeded));
}

#[test]
fn a_run_that_goes_on_is_followed_without_a_byte_twice() {
    let screen = Screen::default();
    let surface = Arc::new(PlainSurface::new(screen.output(), settings(false, true)));
    let mut replay = Replay::new(run_id(), surface);
    let (events, whole) = (script().events(), streams());
    let text = &whole.0["build"];
    let mut written = 0;
    for event in &events {
        replay.advance(std::slice::from_ref(event), &mut streams()).unwrap();
        // The log grows by bits of lines.
        written = (written + 2).min(text.len());
        let mut so_far = Streams([("build".to_owned(), text[..written].to_owned())].into());
        replay.show_running(&mut so_far).unwrap();
    }
    let shown = screen.text();
    for line in text.lines() {
        let times = shown.lines().filter(|shown| shown.ends_with(&format!("| {line}")));
        assert_eq!(times.count(), 1, "{line}: {shown}");
    }
}

#[test]
fn what_an_earlier_start_wrote_is_not_looked_for() {
    let mut script = Script::new("CI");
    script.job("build").started("build").step("build/1", "Lost");
    end(&mut script, "build/1", 0, 4);
    script.started("build").step("build/1", "New");
    end(&mut script, "build/1", 0, 4);
    script.conclude("build", Status::Succeeded, None);
    let screen = Screen::default();
    let surface = Arc::new(PlainSurface::new(screen.output(), settings(false, true)));
    let mut streams = Streams([("build".to_owned(), "new\n".to_owned())].into());
    Replay::new(run_id(), surface).advance(&script.events(), &mut streams).unwrap();
    insta::assert_snapshot!(screen.text(), @r"
        ▶ CI
        build | ▶ starts on this machine
        build | ▶ Lost
        build | ✔ Lost in 0.0s
        build | ▶ starts on this machine
        build | ▶ New
        build | new
        build | ✔ New in 0.0s
        build | ✔ job succeeded in 0.0s
        ");
}
