//! What a process of the program that was killed left behind: its jobs' processes, cleared away
//! before its run goes on, and containers and half of a file, cleared away whenever a run is
//! started.

use std::{collections::BTreeSet, fs, sync::Arc, time::Duration};

use jiff::Timestamp;
use windlass_container::Engine;
use windlass_github::job::session_id;
use windlass_kernel::{Body, Command, Event, Fact, Operation, OperationId, RunId};
use windlass_store::{Owner, Store};

/// How long the end of a run waits for the removal of what others left.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Kills what the jobs that were under way when a run was interrupted left running; answers pid
/// and name of each.
pub fn kill(run: RunId, events: &[Event]) -> Vec<(u32, String)> {
    let open = jobs_under_way(events).into_iter();
    open.map(|operation| windlass_session::tracking_id_of(&session_id(run, operation)))
        .flat_map(|tracking_id| windlass_session::kill_leftovers(&tracking_id))
        .collect()
}

/// The operations that run jobs and have not settled.
fn jobs_under_way(events: &[Event]) -> BTreeSet<OperationId> {
    let mut open = BTreeSet::new();
    for event in events {
        match &event.body {
            Body::Command(Command::Begin { id, operation: Operation::RunJob(_), .. }) => {
                open.insert(*id);
            }
            Body::Fact(Fact::Settled { id, .. }) => {
                open.remove(id);
            }
            _ => {}
        }
    }
    open
}

/// This process as the containers of its jobs are labelled with it: number, start, and the space
/// in which the number counts.
pub fn owner() -> String {
    let Owner { pid, started } = Owner::current();
    format!("{pid} {started} {}", number_space())
}

/// Clears away what earlier runs left: containers of processes that are no more, their unfinished
/// uploads, and artifacts whose time is over.
pub async fn clear(store: Arc<Store>) {
    remove_containers().await;
    // What cannot be cleared away now can be at the next start.
    let _ = store.drop_uploads(None).await;
    let _ = store.remove_expired_artifacts(Timestamp::now()).await;
}

/// Removes containers and networks of processes that are no more. Where no engine answers there is
/// nothing to remove.
pub async fn remove_containers() {
    if let Ok(engine) = Engine::find().await {
        let _ = engine.remove_leftovers(is_gone).await;
    }
}

/// Whether a process that labelled containers is no more. Of processes whose numbers do not count
/// here, those in other containers, nothing is known.
fn is_gone(owner: &str) -> bool {
    let parts: Vec<&str> = owner.split(' ').collect();
    let [pid, started, space] = parts.as_slice() else { return false };
    let Ok(pid) = pid.parse() else { return false };
    *space == number_space() && !Owner { pid, started: (*started).to_owned() }.is_alive()
}

/// The namespace of process numbers (pid_namespaces(7)), where the system has such.
fn number_space() -> String {
    let link = fs::read_link("/proc/self/ns/pid");
    link.map_or_else(|_| "-".to_owned(), |link| link.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_processes_known_to_be_gone_are_gone() {
        assert!(!is_gone(&owner()));
        let (pid, space) = (std::process::id(), number_space());
        assert!(is_gone(&format!("{pid} another-start {space}")));
        assert!(!is_gone(&format!("{pid} another-start pid:[1]")));
        assert!(!is_gone("nonsense"));
    }
}
