//! Giving a job its place: directories, session, contexts, variables, log.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use thiserror::Error;
use windlass_engine::JobPort;
use windlass_github_syntax::expression::{Object, Value};
use windlass_github_syntax::template::Template;
use windlass_kernel::{Change, NodeId, OperationId, RunId};
use windlass_repository::{JobDirectory, WorkspaceError, WorkspaceSource};
use windlass_secrets::Masker;
use windlass_session::{HostOptions, HostSession, Session, SessionError, command_file_root};

use super::actions::resolve::Problem;
use super::actions::{ActionStore, SharedTrees};
use super::cancellation::{Cancellation, Limits};
use super::conditions::minutes_of;
use super::containers::JobContainers;
use super::context::Job;
use super::environment::{base_environment, runner_context};
use super::files::CommandFiles;
use super::lane::{Lane, Reporter};
use super::log::JobLog;
use super::options::GithubRunnerOptions;
use super::preamble;
use super::runner_labels;
use super::scope::JobContexts;
use super::secrets::secrets_context;
use super::services::{self, ServiceAccess};
use super::state::{Ended, Frame, JobState, Outcome};
use super::steps;
use crate::order::GithubJobOrder;

/// The time limit of a job that sets none, in minutes (GitHub Docs, "Workflow syntax for GitHub
/// Actions", `jobs.<job_id>.timeout-minutes`).
const DEFAULT_TIMEOUT: f64 = 360.0;
/// How long a cancelled job may still take, in minutes.
const DEFAULT_CANCEL_TIMEOUT: f64 = 5.0;

/// A job cannot be given a place to run.
#[derive(Debug, Error)]
pub(crate) enum SetupError {
    /// Its directories cannot be made.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// Its session cannot be opened.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// Its log cannot be opened.
    #[error("the job's log cannot be opened: {0}")]
    Log(#[from] std::io::Error),
    /// A thread of the program died.
    #[error("the job's directories cannot be made: {0}")]
    Defect(String),
}

/// A job that has a place.
pub(crate) struct Ready {
    pub job: Job,
    pub lane: Lane,
    pub state: JobState,
    pub directory: Directory,
    /// What keeps the job from running its steps.
    pub problem: Option<String>,
}

/// The directories of a job, to be given back.
pub(crate) struct Directory(JobDirectory);

impl Directory {
    /// Has the directories removed, unless they are to be kept.
    pub fn release(self, options: &GithubRunnerOptions) {
        if !options.keep {
            options.workspaces.remove(self.0);
        }
    }
}

/// Gives a job its place.
///
/// # Errors
/// When the machine refuses: no space, no permission.
pub(crate) async fn prepare(
    order: GithubJobOrder,
    options: Arc<GithubRunnerOptions>,
    port: Arc<JobPort>,
    trees: Arc<SharedTrees>,
) -> Result<Ready, SetupError> {
    let node = port.node().clone();
    let masks = Masker::with_secrets(
        options.secrets.values().chain(&options.token).map(|secret| secret.expose()),
    );
    let mut log = JobLog::new(node.to_string(), port.log(node.as_str())?, masks.clone());
    let directory = make_directory(&options).await?;
    let session = Arc::new(HostSession::open(HostOptions {
        id: session_id(port.run(), port.operation()),
        workspace: directory.workspace.clone(),
        temp: directory.temp.clone(),
        command_file_root: command_file_root(),
        limits: options.isolation.limits.resources(),
    })?);
    let files = CommandFiles::create(&*session, "0").await?;
    let mut problem = None;
    let services = services::admit(&order, &options, &port).await.unwrap_or_else(|error| {
        problem = Some(error);
        None
    });
    let secrets = masked_secrets(&order, &options, services.as_ref(), &masks, &mut problem);
    let debug = options.debug || asks_for_debug(&order.contexts.vars, &secrets);
    let surroundings = Surroundings {
        session: &*session,
        event_path: session.places().command_files.join("event.json"),
        tool_cache: options.tool_cache.clone(),
    };
    let mut contexts =
        contexts(&order, &options, &surroundings, &files, Value::from(secrets), debug);
    if let Some(services) = &services {
        let of_job = services.github_of_job(&options, &services.addresses);
        Arc::make_mut(&mut contexts.github).extend(of_job);
    }
    write_event(&*session, &surroundings.event_path, &contexts).await?;
    let limits = limits(&order, &contexts, &session, &mut problem);
    let mut host_environment = base_environment(&options);
    options.isolation.apply(&mut host_environment, session.places())?;
    let without_group = session.without_group().map(str::to_owned);
    let mut job = Job {
        base_environment: host_environment.clone(),
        host_environment,
        fixed_environment: Vec::new(),
        cancellation: Cancellation::watch(port.cancelled(), options.kill.clone(), limits),
        actions: ActionStore::default(),
        trees,
        services,
        shells: Mutex::new(HashMap::new()),
        session: session.clone(),
        host: session,
        containers: JobContainers::default(),
        own_container: None,
        node: node.clone(),
        port: port.clone(),
        order,
        options,
        masks,
        contexts,
        debug,
    };
    job.set_fixed_environment();
    let state = job_state(&job, &mut problem);
    let mut reporter = Reporter::new(port);
    preamble::begin(&job, &state, &mut reporter, &mut log);
    preamble::show_isolation(&job, without_group.as_deref(), &mut log);
    let problem = problem.or_else(|| refused(&job));
    let lane = Lane {
        job_node: node,
        reporter,
        log,
        files,
        name: String::new(),
        scripts: 0,
        stop: job.cancellation.receiver(),
        cancel: None,
        survives_cancel: false,
        program: None,
        deadline: None,
    };
    Ok(Ready { job, lane, state, directory: Directory(directory), problem })
}

/// The `secrets` of a job. They and the tokens of its services are masked from here on.
fn masked_secrets(
    order: &GithubJobOrder,
    options: &GithubRunnerOptions,
    services: Option<&ServiceAccess>,
    masks: &Masker,
    problem: &mut Option<String>,
) -> Object {
    for secret in services.iter().flat_map(|services| services.secrets()) {
        masks.add(secret.expose());
    }
    let token = options.token.as_ref().or(services.map(|services| &services.api_token));
    let secrets = secrets_context(&order.secrets, &options.secrets, token);
    let secrets = secrets.unwrap_or_else(|error| {
        *problem = Some(format!("the secrets that the caller hands over: {error}"));
        Object::new()
    });
    for (_, value) in secrets.iter() {
        masks.add(&value.to_text());
    }
    secrets
}

/// The id of the session in which an operation runs its job: what a killed process left of it is
/// found by this ([`windlass_session::tracking_id_of`]).
#[must_use]
pub fn session_id(run: RunId, operation: OperationId) -> String {
    format!("{run}_{}", operation.0)
}

async fn make_directory(options: &Arc<GithubRunnerOptions>) -> Result<JobDirectory, SetupError> {
    let options = options.clone();
    let made = tokio::task::spawn_blocking(move || {
        let mut directory = options.workspaces.prepare(&options.workspace_source)?;
        // A project below the top of its repository is there in a checkout, too.
        if let (WorkspaceSource::Empty, Some(prefix)) =
            (&options.workspace_source, options.repository.prefix())
        {
            directory.workspace.push(prefix);
            std::fs::create_dir_all(&directory.workspace).map_err(|error| {
                SetupError::Defect(format!("{}: {error}", directory.workspace.display()))
            })?;
        }
        Ok(directory)
    });
    made.await.map_err(|error| SetupError::Defect(error.to_string()))?
}

/// A job for another machine, where labels are taken strictly or the user refuses them.
fn refused(job: &Job) -> Option<String> {
    let (labels, platforms) = (&job.order.runner_labels, &job.options.containers.platforms);
    let is_strict = job.options.strict_labels && platforms.of(labels).is_none();
    platforms
        .refusal(labels)
        .or_else(|| is_strict.then(|| runner_labels::refusal(labels)).flatten())
}

/// `ACTIONS_STEP_DEBUG` or `ACTIONS_RUNNER_DEBUG` as a variable or secret ("Enabling debug
/// logging").
fn asks_for_debug(vars: &Value, secrets: &Object) -> bool {
    ["ACTIONS_STEP_DEBUG", "ACTIONS_RUNNER_DEBUG"].iter().any(|name| {
        let secret = secrets.get(name).map(Value::to_text);
        secret.is_some_and(|value| value.eq_ignore_ascii_case("true"))
            || vars.property(name).to_text().eq_ignore_ascii_case("true")
    })
}

/// Where a job's steps find what is particular to their place.
pub(crate) struct Surroundings<'a> {
    /// Where they run.
    pub session: &'a dyn Session,
    /// `GITHUB_EVENT_PATH`.
    pub event_path: PathBuf,
    /// `RUNNER_TOOL_CACHE`.
    pub tool_cache: PathBuf,
}

/// The contexts of a job at a place.
pub(crate) fn contexts(
    order: &GithubJobOrder,
    options: &GithubRunnerOptions,
    surroundings: &Surroundings<'_>,
    files: &CommandFiles,
    secrets: Value,
    debug: bool,
) -> JobContexts {
    let places = surroundings.session.places();
    let mut github = order.contexts.github.as_object().cloned().unwrap_or_default();
    let text = |path: &Path| Value::from(path.to_string_lossy().as_ref());
    github.insert("job", order.id.as_str());
    github.insert("workspace", text(&places.workspace));
    github.insert("event_path", text(&surroundings.event_path));
    github.insert("token", options.token.as_ref().map_or("", |token| token.expose()));
    for (variable, path) in files.variables() {
        if let Some(name) = variable.strip_prefix("GITHUB_") {
            github.insert(name.to_ascii_lowercase(), text(path));
        }
    }
    let mut job = Object::new();
    job.insert("services", Object::new());
    for name in ["workflow_ref", "workflow_sha"] {
        job.insert(name, order.contexts.github.property(name));
    }
    JobContexts {
        github: Arc::new(github),
        vars: order.contexts.vars.clone(),
        needs: order.contexts.needs.clone(),
        strategy: order.contexts.strategy.clone(),
        matrix: order.contexts.matrix.clone(),
        inputs: order.contexts.inputs.clone(),
        secrets,
        runner: Value::from(runner_context(options, places, &surroundings.tool_cache, debug)),
        job: Arc::new(job),
    }
}

/// Writes the event's payload where steps look for it.
pub(crate) async fn write_event(
    session: &dyn Session,
    path: &Path,
    contexts: &JobContexts,
) -> Result<(), SessionError> {
    let event = contexts.github.get("event").cloned().unwrap_or_default();
    let event = if event.is_scalar() { Value::from(Object::new()) } else { event };
    let json = serde_json::to_vec_pretty(&event).unwrap_or_else(|_| b"{}".to_vec());
    session.put(path, &json).await
}

/// `timeout-minutes` and `cancel-timeout-minutes`.
fn limits(
    order: &GithubJobOrder,
    contexts: &JobContexts,
    session: &HostSession,
    problem: &mut Option<String>,
) -> Limits {
    let frame = Frame::job(windlass_kernel::NodeId::run());
    let scope = super::scope::StepScope {
        contexts,
        workspace: &session.places().workspace,
        job_progress: super::scope::Progress::default(),
        action_progress: None,
        env: &[],
        steps: &frame.steps,
        inputs: None,
        github: &[],
        built: super::scope::Built::default(),
    };
    let mut minutes = |key: &str, template: &Option<Template>, default: f64| -> Duration {
        let value = template.as_ref().map_or(Ok(default), |each| each.evaluate_number(&scope));
        let value = value.unwrap_or_else(|error| {
            problem.get_or_insert_with(|| format!("`{key}`: {error}"));
            default
        });
        minutes_of(value).unwrap_or_else(|| Duration::from_secs_f64(default * 60.0))
    };
    Limits {
        job: minutes("timeout-minutes", &order.job.timeout_minutes, DEFAULT_TIMEOUT),
        cancel: minutes(
            "cancel-timeout-minutes",
            &order.job.cancel_timeout_minutes,
            DEFAULT_CANCEL_TIMEOUT,
        ),
    }
}

/// `env` of the command line, the workflow and the job.
pub(crate) fn job_state(job: &Job, problem: &mut Option<String>) -> JobState {
    let mut state = JobState::default();
    for (name, value) in &job.options.extra_environment {
        state.env.set(name.as_str(), value.as_str());
    }
    let frame = Frame::job(job.node.clone());
    let templates = [job.order.workflow_env.as_deref(), job.order.job.env.as_ref()];
    for template in templates.into_iter().flatten() {
        let layer = {
            let layers = [&state.env];
            template.evaluate_mapping(&job.scope(&state, &frame, &layers, &[]))
        };
        match layer {
            Ok(pairs) => pairs.into_iter().for_each(|(name, value)| state.env.set(name, value)),
            Err(error) => *problem = Some(format!("`env`: {error}")),
        }
    }
    state
}

/// Says why the job cannot run its steps, and where the cause is written.
pub(crate) fn fail(job: &Job, lane: &mut Lane, node: &NodeId, problem: &Problem) -> Ended {
    let Some((file, span)) = &problem.place else {
        return steps::fail(job, lane, node, &problem.message);
    };
    let (line, column) = (span.start.line, span.start.column);
    let message = format!("{file}:{line}:{column}: {}", problem.message);
    lane.log.issue(node, "error", &message);
    let mut annotation = steps::annotation(job, node, &problem.message);
    annotation.file = Some(file.clone());
    annotation.line = Some(line);
    annotation.column = Some(column);
    lane.reporter.add(Change::Annotate(annotation));
    let reason = problem.message.lines().next().unwrap_or_default();
    Ended::new(Outcome::Failure, Some(reason.to_owned()))
}
