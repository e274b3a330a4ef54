//! Whole pipelines on real shells: what scripts see, do and leave behind.

#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod containers;
mod downstream;
mod foreign;
mod handing_over;
mod scripts;
mod speed;
mod steps;
mod stopping;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use windlass_container::{LazyEngine, PullPolicy, StandIn};
use windlass_engine::{
    ArchiveLimits, Archives, Decider, Engine, Gates, JobScheduler, Performers, RunHandle, Timers,
};
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
use windlass_store::{ProjectArchives, Store};
use windlass_testkit::{MemoryJournal, MemoryLogs, SingleJob};

use crate::process::pipeline;

/// A project with a runner.
struct Bench {
    directory: TempDir,
    project: PathBuf,
    archives: Arc<dyn Archives>,
    levels: Levels,
    image: windlass_gitlab::job::ImageUse,
    /// Where the container engine is.
    engine: String,
    /// Local processes in place of services.
    stand_ins: Vec<(&'static str, String)>,
    downstream: Option<Arc<dyn DownstreamPipelines>>,
    others: Option<Arc<dyn OtherPipelines>>,
}

impl Bench {
    async fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let project = directory.path().join("project");
        std::fs::create_dir(&project).expect("a project");
        Bench {
            archives: Self::archives(directory.path()).await,
            directory,
            project,
            levels: Levels::default(),
            image: Default::default(),
            // An engine of this machine is not the tests' to use.
            engine: "/nowhere/engine.sock".to_owned(),
            stand_ins: Vec::new(),
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

    /// What is kept, in a history of its own.
    async fn archives(directory: &Path) -> Arc<dyn Archives> {
        let store = Store::open(&directory.join("state")).await.expect("a history");
        let limits = ArchiveLimits { artifact_bytes: 1 << 30, cache_bytes: 1 << 30 };
        Arc::new(ProjectArchives::new(Arc::new(store), "project".to_owned(), limits))
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
            archives: self.archives.clone(),
            keep: false,
            runner_name: "bench".to_owned(),
            kill: None,
            containers: ContainerSettings {
                engine: Arc::new(LazyEngine::at(&self.engine)),
                image: self.image,
                pull: PullPolicy::Never,
                stand_ins: self
                    .stand_ins
                    .iter()
                    .map(|(name, command)| (name.to_string(), StandIn { command: command.clone() }))
                    .collect(),
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
            let name = section.as_str().strip_prefix(&format!("{node}/")).unwrap_or_default();
            let is_script = name == "after_script" || name.starts_with("step_");
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
