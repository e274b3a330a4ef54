//! The fake session itself.

use std::path::Path;
use std::time::Duration;

use windlass_session::{
    ExecSpec, Exit, FakeReply, FakeSession, Grace, Session, SessionError, Signal,
};

use crate::finish;

fn spec(command: &str) -> ExecSpec {
    ExecSpec::new("bash", "/fake/workspace").arguments(["-c", command]).variable("OUT", "/fake/out")
}

#[tokio::test]
async fn replies_are_chosen_by_text_and_given_in_turn() {
    let session = FakeSession::strict()
        .on("build", FakeReply::new("first\n", 1).appends("OUT", "a=1\n"))
        .on("build", FakeReply::new("second\n", 0));
    for expected in [("first\n", 1), ("second\n", 0), ("second\n", 0)] {
        let (output, exit) = finish(session.exec(spec("make build")).await.unwrap()).await;
        assert_eq!((output.as_str(), exit), (expected.0, Exit::Code(expected.1)));
    }
    assert_eq!(session.get(Path::new("/fake/out"), 99).await.unwrap().unwrap(), b"a=1\n");
    assert!(matches!(session.exec(spec("other")).await, Err(SessionError::Unscripted { .. })));
    session.put(Path::new("/fake/script.sh"), b"run build here").await.unwrap();
    let scripted = ExecSpec::new("bash", "/").arguments(["-e", "/fake/script.sh"]);
    assert_eq!(finish(session.exec(scripted).await.unwrap()).await.0, "second\n");
    assert_eq!(session.calls().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn time_is_virtual() {
    let slow =
        FakeReply::new("a", 0).then(Duration::from_secs(3600), "b").delay(Duration::from_secs(60));
    let session = FakeSession::new().on("slow", slow);
    let begun = tokio::time::Instant::now();
    let (output, _) = finish(session.exec(spec("slow")).await.unwrap()).await;
    assert_eq!(output, "ab");
    assert_eq!(begun.elapsed(), Duration::from_secs(3660));
}

#[tokio::test(start_paused = true)]
async fn a_deaf_command_climbs_the_ladder() {
    let deaf = FakeReply::new("", 0)
        .delay(Duration::from_secs(3600))
        .ignores(Signal::Interrupt)
        .ignores(Signal::Terminate);
    let session = FakeSession::new().on("deaf", deaf);
    let begun = tokio::time::Instant::now();
    let mut running = session.exec(spec("deaf")).await.unwrap();
    running.terminate(Grace::default());
    assert_eq!(finish(running).await.1, Exit::Signal(9));
    assert_eq!(begun.elapsed(), Duration::from_secs(10));
    let signals = [Signal::Interrupt, Signal::Terminate, Signal::Kill];
    assert_eq!(session.calls()[0].signals, signals);
}
