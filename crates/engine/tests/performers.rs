//! What the engine does where nobody performs an operation.

use std::sync::Arc;

use windlass_engine::{Engine, Performers};
use windlass_kernel::{
    Command, Fact, NodeId, Operation, OperationId, OperationResult, Process, ProcessError, RunId,
    RunInputs, Status,
};
use windlass_testkit::MemoryJournal;

/// Sleeps, and ends with what came of it.
struct Sleeper;

impl Process for Sleeper {
    fn advance(&mut self, fact: &Fact) -> Result<Vec<Command>, ProcessError> {
        Ok(match fact {
            Fact::Created(_) => vec![Command::Begin {
                id: OperationId(1),
                node: NodeId::run(),
                operation: Operation::Sleep { milliseconds: 1 },
            }],
            Fact::Settled { result: OperationResult::Failed { message }, .. } => {
                vec![Command::Conclude {
                    node: NodeId::run(),
                    status: Status::Failed,
                    word: "failure".into(),
                    reason: Some(message.clone()),
                }]
            }
            other => return Err(ProcessError::Unknown(format!("{other:?}"))),
        })
    }
}

#[tokio::test]
async fn an_operation_without_performer_fails_with_a_reason() {
    let journal = Arc::new(MemoryJournal::default());
    let engine = Engine::new(journal.clone(), Performers::default());
    let inputs = RunInputs {
        dialect: "test".into(),
        process_version: 1,
        title: "sleep".into(),
        payload: serde_json::Value::Null,
    };
    let run = engine.create(RunId(1.into()), Box::new(Sleeper), inputs);
    let id = run.id();
    assert_eq!(run.outcome().await.unwrap().status, Status::Failed);
    let told = serde_json::to_string(journal.events(id).last().unwrap()).unwrap();
    assert!(told.contains("nothing here can perform Sleep"), "{told}");
}
