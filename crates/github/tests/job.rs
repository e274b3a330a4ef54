//! The job driver on real shells: what steps see, do and leave behind.
//!
//! One file a topic; this one holds what they share.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "helpers of tests")]

mod actions;
mod asking;
mod background;
mod composite;
mod containers;
mod containers_from_a_registry;
mod containers_in_trouble;
mod handing_over;
mod run_steps;
mod speed;
mod stopping;
mod toolkit;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use indexmap::IndexMap;
use tempfile::TempDir;
use windlass_container::{LazyEngine, PullPolicy};
use windlass_diagnostics::SourceId;
use windlass_github::inputs::{GithubRunInputs, Selection};
use windlass_github::job::{
    ContainerSettings, GithubJobDriver, GithubRunnerOptions, Isolation, RunningRepository,
};
use windlass_github::order::{DIALECT, JobTicket, ORDER_SCHEMA, OrderContexts, SecretsScope};
use windlass_github_syntax::expression::Value;
use windlass_github_syntax::parse_workflow;
use windlass_kernel::{Change, JobOrder, RunInputs, WorkerRequest};
use windlass_repository::{SourceCache, SourceOptions, WorkspaceSource, Workspaces};
use windlass_testkit::{ContainerEngine, SingleJob, SingleJobEnded};

/// A job to be run, with the world around it.
struct Bench {
    directory: TempDir,
    workspace: PathBuf,
    options: GithubRunnerOptions,
    contexts: OrderContexts,
}

fn json(value: serde_json::Value) -> Value {
    Value::from(value)
}

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let workspace = directory.path().join("work");
        std::fs::create_dir(&workspace).expect("a workspace");
        let workspaces = Workspaces::open(&directory.path().join("jobs"), "run");
        let options = GithubRunnerOptions {
            secrets: Arc::default(),
            token: None,
            workspaces: Arc::new(workspaces.expect("a place for jobs")),
            workspace_source: WorkspaceSource::InPlace(workspace.clone()),
            repository: RunningRepository::default(),
            sources: SourceCache::new(directory.path().join("sources"), SourceOptions::default()),
            overrides: HashMap::new(),
            action_server_url: "https://github.invalid".to_owned(),
            environment: ["PATH", "HOME"]
                .into_iter()
                .filter_map(|name| Some((name.into(), std::env::var_os(name)?)))
                .collect(),
            extra_environment: IndexMap::new(),
            debug: false,
            strict_labels: false,
            keep: false,
            runner_name: "bench".to_owned(),
            tool_cache: directory.path().join("tools"),
            kill: None,
            // An engine of this machine is not the tests' to use.
            containers: ContainerSettings {
                engine: Arc::new(LazyEngine::at("/nowhere/engine.sock")),
                ..ContainerSettings::default()
            },
            isolation: Isolation::default(),
            services: None,
            on_failure: None,
        };
        let contexts = OrderContexts {
            github: json(serde_json::json!({
                "repository": "octo/shop", "ref": "refs/heads/main", "event_name": "push",
                "server_url": "https://github.invalid", "event": {"answer": 42},
            })),
            matrix: json(serde_json::json!({"os": "linux"})),
            ..OrderContexts::default()
        };
        Bench { directory, workspace, options, contexts }
    }

    /// Has the jobs use this engine, under a name of their own.
    fn engine(mut self, engine: &ContainerEngine) -> Self {
        let containers = &mut self.options.containers;
        containers.engine = Arc::new(LazyEngine::at(engine.address()));
        containers.owner = SingleJob::unique_run().to_string();
        containers.pull = PullPolicy::Never;
        self
    }

    fn secret(mut self, name: &str, value: &str) -> Self {
        let secrets = Arc::make_mut(&mut self.options.secrets);
        secrets.insert(name.to_owned(), value.into());
        self
    }

    fn file(self, path: &str, content: &str) -> Self {
        let path = self.workspace.join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, content).expect("a file");
        self
    }

    /// The order of the first job of a workflow whose head is left out, and its run's inputs.
    fn order(&self, workflow: &str) -> (JobOrder, RunInputs) {
        let text = format!("on: push\n{workflow}");
        let parsed = parse_workflow(SourceId::default(), "ci.yml", &text);
        assert!(!parsed.has_errors(), "{:#?}", parsed.diagnostics());
        let workflow = parsed.tree.expect("a workflow");
        let (id, _) = workflow.jobs.first().expect("a job");
        let ticket = JobTicket {
            source: "ci.yml".to_owned(),
            id: id.clone(),
            name: id.clone(),
            contexts: self.contexts.clone(),
            secrets: SecretsScope::All,
            permissions: None,
            runner_labels: vec!["ubuntu-latest".to_owned()],
            environment: None,
        };
        let order = JobOrder {
            dialect: DIALECT.to_owned(),
            schema_version: ORDER_SCHEMA,
            payload: ticket.to_payload().expect("a payload"),
            worker: WorkerRequest::default(),
        };
        let inputs = GithubRunInputs {
            workflow: "ci.yml".to_owned(),
            sources: IndexMap::from([("ci.yml".to_owned(), text)]),
            pins: BTreeMap::new(),
            github: self.contexts.github.clone(),
            inputs: Value::Null,
            vars: self.contexts.vars.clone(),
            selection: Selection::default(),
        };
        (order, inputs.into_run_inputs("one job".to_owned()).expect("inputs"))
    }

    fn start(self, workflow: &str) -> (SingleJob, TempDir) {
        let (order, inputs) = self.order(workflow);
        let driver = GithubJobDriver::new(self.options);
        (SingleJob::start(Arc::new(driver), order, inputs, "job"), self.directory)
    }

    /// Runs a job that is given by its steps alone.
    async fn steps(self, steps: &str) -> Ended {
        let indented: String = steps.lines().map(|line| format!("      {line}\n")).collect();
        self.run(&format!("jobs:\n  job:\n    runs-on: x\n    steps:\n{indented}")).await
    }

    /// Runs the first job of a workflow.
    async fn run(self, workflow: &str) -> Ended {
        let (job, directory) = self.start(workflow);
        Ended { job: job.ended().await, _directory: directory }
    }
}

/// A job that has ended.
struct Ended {
    job: SingleJobEnded,
    _directory: TempDir,
}

impl Ended {
    fn word(&self) -> &str {
        &self.job.result.word
    }

    fn log(&self) -> String {
        self.job.logs.text("job")
    }

    /// What steps printed, without the heads of the steps and the driver's own lines.
    fn printed(&self) -> Vec<String> {
        let (mut printed, mut in_head, mut started) = (Vec::new(), false, false);
        for line in self.log().lines() {
            started |= line.starts_with("##[group]Run ");
            in_head |= line.starts_with("##[group]Run ");
            if started && !in_head {
                printed.push(line.to_owned());
            }
            in_head &= line != "##[endgroup]";
        }
        printed
    }

    /// How the steps ended, without set-up and completion.
    fn conclusions(&self) -> Vec<String> {
        let mut conclusions = self.job.conclusions();
        conclusions.retain(|line| line != "Set up job: success" && line != "Complete job: success");
        conclusions
    }

    fn summaries(&self) -> Vec<&str> {
        let pages = self.job.changes.iter().filter_map(|change| match change {
            Change::Summarize { markdown, .. } => Some(markdown.as_str()),
            _ => None,
        });
        pages.collect()
    }
}
