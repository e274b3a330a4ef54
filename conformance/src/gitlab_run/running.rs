//! Running the jobs of a call on real shells, and comparing what they printed and how they ended.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use windlass_container::LazyEngine;
use windlass_engine::{
    ArchiveLimits, Archives, Decider, Engine, Gates, JobScheduler, Performers, Timers,
};
use windlass_gitlab::GitlabProcess;
use windlass_gitlab::inputs::{GitlabRunInputs, Selection};
use windlass_gitlab::job::{ContainerSettings, GitlabJobDriver, GitlabRunnerOptions};
use windlass_gitlab::order::DIALECT;
use windlass_gitlab_syntax::{Levels, Pipeline};
use windlass_kernel::{
    Actor, Body, Change, Command, Event, Fact, GateDecision, GateSpec, NodeId, NodeKind,
    OperationKind, RunId,
};
use windlass_repository::{self as repository, Snapshot, WorkspaceSource, Workspaces};
use windlass_store::{ProjectArchives, Store};
use windlass_testkit::{MemoryJournal, MemoryLogs, SingleJob};

use super::call::{Call, compared_name};
use crate::cases::difference;
use crate::program;

/// The remote of the project, which the corpus fixes.
const REMOTE: &str = "git@gitlab.com:gcl/test-project.git";

/// What a job came to.
#[derive(Debug, Default)]
struct Ended {
    label: String,
    word: String,
    printed: Vec<String>,
}

/// Runs the jobs that a call chooses in a copy of its folder.
///
/// # Errors
/// Outside for what keeps the case from being run, inside for what came out differently.
pub(super) fn same_run(
    call: &Call,
    pipeline: &Pipeline,
    levels: &Levels,
    folder: &Path,
) -> io::Result<Result<(), String>> {
    let place = std::env::temp_dir().join(format!("windlass-gitlab-{}", std::process::id()));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(run(call, pipeline, levels, (folder, &place)));
    std::fs::remove_dir_all(&place)?;
    Ok(compare(call, &ended?))
}

fn compare(call: &Call, ended: &BTreeMap<NodeId, Ended>) -> Result<(), String> {
    let ended: BTreeMap<String, &Ended> =
        ended.values().map(|ended| (compared_name(&ended.label), ended)).collect();
    let (mut expected, mut actual) = (String::new(), String::new());
    for (name, status) in &call.status {
        let name = compared_name(name);
        expected += &format!("{name}: {status}\n");
        let word = ended.get(&name).map_or("", |ended| ended.word.as_str());
        let word = match word {
            "passed" => "pass",
            "failed" => "fail",
            other => other,
        };
        actual += &format!("{name}: {word}\n");
    }
    for (name, lines) in &call.stdout {
        let name = compared_name(name);
        let printed = ended.get(&name).map_or(&[][..], |ended| &ended.printed);
        if are_among(lines, printed) {
            continue;
        }
        for (text, lines) in [(&mut expected, lines.as_slice()), (&mut actual, printed)] {
            *text += &format!("{name} printed\n");
            lines.iter().for_each(|line| *text += &format!("> {line}\n"));
        }
    }
    if expected == actual { Ok(()) } else { Err(difference(&expected, &actual)) }
}

/// Whether all of some lines are among others, in this order. A log has what went to the standard
/// error as well, which the corpus does not tell.
fn are_among(lines: &[String], printed: &[String]) -> bool {
    let mut rest = printed.iter();
    lines.iter().all(|line| rest.any(|other| other == line))
}

async fn run(
    call: &Call,
    pipeline: &Pipeline,
    levels: &Levels,
    (folder, place): (&Path, &Path),
) -> io::Result<BTreeMap<NodeId, Ended>> {
    let copy = place.join("project");
    program::copy(folder, &copy)?;
    program::commit_everything(&copy, REMOTE)?;
    let (journal, logs) = (Arc::new(MemoryJournal::default()), MemoryLogs::default());
    let store = Store::open(&place.join("state")).await.map_err(io::Error::other)?;
    let limits = ArchiveLimits { artifact_bytes: u64::MAX, cache_bytes: u64::MAX };
    let archives = ProjectArchives::new(Arc::new(store), call.name(), limits);
    let options = options(levels, &copy, place, Arc::new(archives)).map_err(io::Error::other)?;
    let driver = GitlabJobDriver::new(options);
    let jobs = JobScheduler::new(2, Arc::new(logs.clone())).with(DIALECT, Arc::new(driver));
    let performers = Performers::default()
        .with(OperationKind::RunJob, Arc::new(jobs))
        .with(OperationKind::Gate, Arc::new(Gates::new(Arc::new(Nobody))))
        .with(OperationKind::Sleep, Arc::new(Timers::default()));
    let inputs = GitlabRunInputs {
        pipeline: pipeline.clone(),
        predefined: levels.predefined.clone(),
        variables: levels.pipeline.clone(),
        selection: selection(call, pipeline),
        ..GitlabRunInputs::default()
    };
    let inputs = inputs.into_run_inputs(call.name())?;
    let id = SingleJob::unique_run();
    let process = Box::new(GitlabProcess::default());
    let handle = Engine::new(journal.clone(), performers).create(id, process, inputs);
    handle.outcome().await.map_err(io::Error::other)?;
    Ok(ends(&journal.events(id), &logs))
}

/// A call names jobs by themselves or by what `parallel` multiplied.
fn selection(call: &Call, pipeline: &Pipeline) -> Selection {
    let is_named = |name: &String| {
        let wanted = compared_name(name);
        call.args.job.iter().any(|job| compared_name(job) == wanted)
            || pipeline.jobs[name].base_name() != name
                && call.args.job.iter().any(|job| job == pipeline.jobs[name].base_name())
    };
    Selection {
        jobs: pipeline.jobs.keys().filter(|name| is_named(name)).cloned().collect(),
        stage: call.args.stage.clone(),
        with_needs: call.args.needs,
        ..Selection::default()
    }
}

fn options(
    levels: &Levels,
    copy: &Path,
    place: &Path,
    archives: Arc<dyn Archives>,
) -> Result<GitlabRunnerOptions, Box<dyn std::error::Error + Send + Sync>> {
    let run = SingleJob::unique_run().to_string();
    let workspaces = Workspaces::open(&place.join("work"), &run)?;
    let project = repository::Project::at(copy)?;
    let files = repository::files(&project)?;
    let snapshot = Snapshot::take(&project, &files, workspaces.directory())?;
    let environment = ["PATH", "HOME"].into_iter();
    Ok(GitlabRunnerOptions {
        levels: levels.clone(),
        workspaces: Arc::new(workspaces),
        workspace_source: WorkspaceSource::Snapshot(Arc::new(snapshot)),
        environment: environment
            .filter_map(|name| Some((name.into(), std::env::var_os(name)?)))
            .collect(),
        archives,
        keep: false,
        runner_name: "conformance".to_owned(),
        kill: None,
        containers: ContainerSettings {
            // The cases run on the shell of this machine.
            engine: Arc::new(LazyEngine::at("/nowhere/engine.sock")),
            ..ContainerSettings::default()
        },
        scoped: Vec::new(),
        environments: None,
        others: None,
        downstream: None,
        tokens: None,
        secrets: None,
    })
}

/// Nobody starts manual jobs.
struct Nobody;

#[async_trait::async_trait]
impl Decider for Nobody {
    async fn decide(&self, _: RunId, _: &GateSpec) -> GateDecision {
        let by = Actor::System("nobody".to_owned());
        GateDecision { approved: false, by, values: Default::default() }
    }
}

/// What each job came to.
fn ends(events: &[Event], logs: &MemoryLogs) -> BTreeMap<NodeId, Ended> {
    let mut ended: BTreeMap<NodeId, Ended> = BTreeMap::new();
    for event in events {
        match &event.body {
            Body::Command(Command::Declare(node)) if node.kind == NodeKind::Job => {
                let label = node.label.clone();
                ended.insert(node.id.clone(), Ended { label, ..Ended::default() });
            }
            Body::Command(Command::Conclude { node, word, .. }) => {
                if let Some(ended) = ended.get_mut(node) {
                    ended.word.clone_from(word);
                }
            }
            Body::Fact(Fact::Progress { update, .. }) => {
                for change in &update.changes {
                    add_printed(change, logs, &mut ended);
                }
            }
            _ => {}
        }
    }
    ended
}

/// The lines of a script that ended, without the announcements of its commands.
fn add_printed(change: &Change, logs: &MemoryLogs, ended: &mut BTreeMap<NodeId, Ended>) {
    let Change::Conclude { node, log: Some(slice), .. } = change else { return };
    let Some((job, section)) = node.as_str().rsplit_once('/') else { return };
    let is_script = matches!(section, "step_script" | "after_script");
    let Some(ended) = ended.get_mut(&NodeId::new(job)).filter(|_| is_script) else { return };
    let log = logs.text(&slice.stream);
    let range = slice.start as usize..slice.end as usize;
    let lines = log.get(range).unwrap_or_default().lines();
    let own = lines
        .filter(|line| !line.starts_with("\u{1b}[32;1m$ ") && *line != "Running after script...");
    ended.printed.extend(own.map(str::to_owned));
}
