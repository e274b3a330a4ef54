//! The law every process has to keep: killed after any append, a run ends as if nothing happened.

use std::{collections::BTreeMap, sync::Arc};

use windlass_engine::{Engine, EngineError};
use windlass_kernel::{
    Body, Command, Event, NodeId, Operation, OperationResult, Process, RunId, RunInputs, Status,
};

use crate::{MemoryJournal, ScriptedPerformer};

/// A process with the world it lives in.
pub struct Trace<P, W> {
    /// Builds the process afresh.
    pub process: P,
    /// What the run starts from.
    pub inputs: RunInputs,
    /// Answers the operations the process asks for.
    pub world: W,
}

type Conclusions = BTreeMap<NodeId, (Status, String)>;

/// Runs the trace once undisturbed, then once for each append, killed there and resumed, and
/// answers the undisturbed events.
///
/// # Panics
/// When a killed run ends otherwise than the undisturbed one.
#[allow(clippy::panic, reason = "a test's assertion")]
pub async fn survives_every_kill<P, W>(trace: Trace<P, W>) -> Vec<Event>
where
    P: Fn() -> Box<dyn Process>,
    W: Fn(&NodeId, &Operation) -> OperationResult + Clone + Send + Sync + 'static,
{
    let run = RunId("01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().unwrap_or_default());
    let performers = ScriptedPerformer::new(trace.world.clone()).for_every_kind();
    let undisturbed = Arc::new(MemoryJournal::default());
    let engine = Engine::new(undisturbed.clone(), performers.clone());
    let ended = engine.create(run, (trace.process)(), trace.inputs.clone()).outcome().await;
    assert!(ended.is_ok(), "the undisturbed run failed: {ended:?}");
    let events = undisturbed.events(run);
    for kill_after in 1.. {
        let dying = Arc::new(MemoryJournal::dying_after(kill_after));
        let engine = Engine::new(dying.clone(), performers.clone());
        match engine.create(run, (trace.process)(), trace.inputs.clone()).outcome().await {
            Ok(_) => break,
            Err(EngineError::Journal(_)) => {}
            Err(error) => panic!("killed after {kill_after} appends: {error}"),
        }
        let revived = Arc::new(dying.revived());
        let engine = Engine::new(revived.clone(), performers.clone());
        let resumed = match engine.resume(run, (trace.process)()).await {
            Ok(handle) => handle.outcome().await,
            Err(error) => Err(error),
        };
        assert!(resumed.is_ok(), "killed after {kill_after} appends, resumed: {resumed:?}");
        assert_eq!(
            conclusions(&revived.events(run)),
            conclusions(&events),
            "killed after {kill_after} appends"
        );
    }
    events
}

fn conclusions(events: &[Event]) -> Conclusions {
    let ends = events.iter().filter_map(|event| match &event.body {
        Body::Command(Command::Conclude { node, status, word, .. }) => {
            Some((node.clone(), (*status, word.clone())))
        }
        _ => None,
    });
    ends.collect()
}
