//! Whole pipelines on real shells: what scripts see, do and leave behind.

#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod containers;
mod downstream;
mod foreign;
mod handing_over;
mod scripts;
mod speed;
mod stopping;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use windlass_container::{LazyEngine, PullPolicy};
use windlass_engine::{Decider, Engine, Gates, JobScheduler, Performers, RunHandle, Timers};
use windlass_gitlab::GitlabProcess;
use windlass_gitlab::downstream::DownstreamPipelines;
use windlass_gitlab::inputs::GitlabRunInputs;
use windlass_gitlab::job::{
    ContainerSettings, GitlabJobDriver, GitlabRunnerOptions, OtherPipelines,
};
use windlass_gitlab::order::DIALECT;
use windlass_gitlab_syntax::{Levels, Variable};
use windlass_kernel::{
    Actor, Body, Change, Command, Event, Fact, GateDecision, GateSpec, OperationKind, RunId,
};
use windlass_repository::{Project, Snapshot, WorkspaceSource, Workspaces, files};
use windlass_testkit::{MemoryJournal, MemoryLogs, SingleJob};

use crate::process::pipeline;

/// A project with a runner.
struct Bench {
    directory: TempDir,
    project: PathBuf,
    levels: Levels,
    image: windlass_gitlab::job::ImageUse,
    /// Where the container engine is.
    engine: String,
    downstream: Option<Arc<dyn DownstreamPipelines>>,
    others: Option<Arc<dyn OtherPipelines>>,
}

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let project = directory.path().join("project");
        std::fs::create_dir(&project).expect("a project");
        Bench {
            directory,
            project,
            levels: Levels::default(),
            image: Default::default(),
            // An engine of this machine is not the tests' to use.
            engine: "/nowhere/engine.sock".to_owned(),
            downstream: None,
            others: None,
        }
    }

    fn file(self, path: &str, content: &str) -> Self {
        let path = self.project.join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, content).expect("a file");
        self
    }

    fn variable(mut self, name: &str, variable: Variable) -> Self {
        self.levels.project.insert(name, variable);
        self
    }

    fn options(&self) -> GitlabRunnerOptions {
        let work = self.directory.path().join("work");
        let run = SingleJob::unique_run().to_string();
        let workspaces = Workspaces::open(&work, &run).expect("a place for jobs");
        let project = Project::at(&self.project).expect("a project");
        let files = files(&project).expect("files");
        let snapshot = Snapshot::take(&project, &files, workspaces.directory()).expect("a copy");
        let environment = ["PATH", "HOME"].into_iter();
        GitlabRunnerOptions {
            levels: self.levels.clone(),
            scoped: Vec::new(),
            environments: None,
            workspaces: Arc::new(workspaces),
            workspace_source: WorkspaceSource::Snapshot(Arc::new(snapshot)),
            environment: environment
                .filter_map(|name| Some((name.into(), std::env::var_os(name)?)))
                .collect(),
            artifacts: self.directory.path().join("artifacts"),
            caches: self.directory.path().join("caches"),
            keep: false,
            runner_name: "bench".to_owned(),
            kill: None,
            containers: ContainerSettings {
                engine: Arc::new(LazyEngine::at(&self.engine)),
                image: self.image,
                pull: PullPolicy::Never,
                owner: run,
                ..ContainerSettings::default()
            },
            downstream: self.downstream.clone(),
            others: self.others.clone(),
            tokens: None,
            secrets: None,
        }
    }

    fn start(&self, configuration: &str) -> Started {
        let (journal, logs) = (Arc::new(MemoryJournal::default()), MemoryLogs::default());
        let jobs = JobScheduler::new(4, Arc::new(logs.clone()))
            .with(DIALECT, Arc::new(GitlabJobDriver::new(self.options())));
        let performers = Performers::default()
            .with(OperationKind::RunJob, Arc::new(jobs))
            .with(OperationKind::Gate, Arc::new(Gates::new(Arc::new(Yes))))
            .with(OperationKind::Sleep, Arc::new(Timers::default()));
        let inputs =
            GitlabRunInputs { pipeline: pipeline(configuration), ..GitlabRunInputs::default() };
        let inputs = inputs.into_run_inputs("a pipeline".into()).expect("inputs");
        let run = SingleJob::unique_run();
        let process = Box::new(GitlabProcess::default());
        let handle = Engine::new(journal.clone(), performers).create(run, process, inputs);
        Started { handle, journal, logs, run }
    }

    async fn run(&self, configuration: &str) -> Ended {
        self.start(configuration).ended().await
    }
}

/// Starts every manual job.
struct Yes;

#[async_trait::async_trait]
impl Decider for Yes {
    async fn decide(&self, _: RunId, _: &GateSpec) -> GateDecision {
        GateDecision { approved: true, by: Actor::Person("ann".into()), values: Default::default() }
    }
}

/// A run under way.
struct Started {
    handle: RunHandle,
    journal: Arc<MemoryJournal>,
    logs: MemoryLogs,
    run: RunId,
}

impl Started {
    async fn ended(self) -> Ended {
        let outcome = self.handle.outcome().await.expect("an end in order");
        let events = self.journal.events(self.run);
        Ended { word: outcome.word, logs: self.logs, events }
    }
}

/// A run that has ended.
struct Ended {
    word: String,
    logs: MemoryLogs,
    events: Vec<Event>,
}

impl Ended {
    /// The log of a job, by its node.
    fn log(&self, node: &str) -> String {
        self.logs.text(node)
    }

    /// What a job's scripts printed: no announcements of commands, and no lines of the driver's.
    fn printed(&self, node: &str) -> Vec<String> {
        let log = self.log(node);
        let mut printed = Vec::new();
        for change in self.changes() {
            let Change::Conclude { node: section, log: Some(slice), .. } = change else { continue };
            let is_script = ["step_script", "after_script"]
                .iter()
                .any(|name| section.as_str() == format!("{node}/{name}"));
            if is_script {
                let (start, end) = (slice.start as usize, slice.end as usize);
                printed.extend(log[start..end].lines().map(str::to_owned));
            }
        }
        printed.retain(|line| {
            !line.starts_with("\u{1b}[32;1m$ ") && line != "Running after script..."
        });
        printed
    }

    fn changes(&self) -> Vec<Change> {
        let updates = self.events.iter().filter_map(|event| match &event.body {
            Body::Fact(Fact::Progress { update, .. }) => Some(update.changes.clone()),
            _ => None,
        });
        updates.flatten().collect()
    }

    fn attribute(&self, wanted: &str) -> Option<String> {
        self.changes().into_iter().find_map(|change| match change {
            Change::Attribute { name, value, .. } if name == wanted => Some(value),
            _ => None,
        })
    }

    /// GitLab's word for the end of a job, with the reason.
    fn end(&self, wanted: &str) -> String {
        let found = self.events.iter().find_map(|event| match &event.body {
            Body::Command(Command::Conclude { node, word, reason, .. })
                if node.as_str() == wanted =>
            {
                Some(format!("{word} {}", reason.clone().unwrap_or_default()).trim().to_owned())
            }
            _ => None,
        });
        found.unwrap_or_default()
    }
}

fn exists(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}
