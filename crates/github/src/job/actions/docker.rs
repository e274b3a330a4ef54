//! One part (pre, main or post) of a Docker action, or of a step `docker://image`.
//!
//! Source: GitHub Docs, "Metadata syntax reference", `runs` for Docker container actions;
//! "Dockerfile support for GitHub Actions"; "Workflow syntax", `jobs.<job_id>.steps[*].with.args`
//! and `with.entrypoint`. The workspace is at `/github/workspace`, which is also the directory the
//! program starts in; of this machine's environment nothing goes in.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use windlass_container::{ActionContainer, BuildRequest, ContainerSpec, Engine, split_words};
use windlass_github_syntax::action::ActionRuns;
use windlass_github_syntax::expression::Value;
use windlass_kernel::NodeId;
use windlass_session::{ExecSpec, Session};

use super::phases::{Part, Phase};
use super::{LoadedAction, inputs};
use crate::job::containers::entrance;
use crate::job::containers::places::{self, Inside};
use crate::job::context::Job;
use crate::job::lane::Lane;
use crate::job::run::{Execution, Program, run_spec};
use crate::job::setup;
use crate::job::state::{ActionFrame, Ended, Frame, JobState};
use crate::job::steps::fail;
use crate::job::variables::Variables;

/// The variables that hold a path, and so another value in the action's container.
const PATHS: &[&str] = &[
    "GITHUB_WORKSPACE",
    "GITHUB_ENV",
    "GITHUB_OUTPUT",
    "GITHUB_PATH",
    "GITHUB_STATE",
    "GITHUB_STEP_SUMMARY",
    "RUNNER_TEMP",
];

/// Runs a part of an action. `layers` are the variables of the job and those above them.
pub(crate) async fn run(
    job: &Arc<Job>,
    lane: &mut Lane,
    state: &mut JobState,
    mut layers: Vec<&Variables>,
    part: Part<'_>,
) -> Ended {
    let call = match Call::evaluate(job, state, &layers, &part) {
        Ok(call) => call,
        Err(problem) => return fail(job, lane, part.node, &problem),
    };
    // What the step sets goes over what the action does.
    layers.insert(1, &call.env);
    let session = match session(job, lane, part.node, part.loaded).await {
        Ok(session) => session,
        Err(problem) => return fail(job, lane, part.node, &problem),
    };
    let mut spec = ExecSpec::new(&call.entrypoint, &session.places().workspace);
    spec.arguments = call.arguments;
    spec.label.clone_from(&part.loaded.action.source_name);
    let here = entrance::open(job, lane, part.node).await;
    let base = here.map(|here| entrance::git_settings(here, &[])).unwrap_or_default();
    let environment = part.environment(job, state, &layers, &lane.files, (&base, here));
    // The image's own PATH counts: directories of this machine mean nothing there.
    let own_path = layers.iter().any(|layer| layer.get("PATH").is_some());
    spec.environment = inside(job, &session, environment, own_path);
    let execution = Execution { session: &session, spec, program: Program::Action };
    let ran = run_spec(job, lane, state, part.node, execution, &layers).await;
    part.instance.save(ran.saved);
    ran.ended
}

/// What an action's container is started with.
struct Call {
    /// Empty for the image's own.
    entrypoint: String,
    arguments: Vec<OsString>,
    env: Variables,
}

impl Call {
    fn evaluate(
        job: &Job,
        state: &JobState,
        layers: &[&Variables],
        part: &Part<'_>,
    ) -> Result<Self, String> {
        let ActionRuns::Docker { entrypoint, args, env, pre_entrypoint, post_entrypoint, .. } =
            &part.loaded.action.runs
        else {
            return Err("the action runs in no container".to_owned());
        };
        let given = |name: &str| {
            let found = part.inputs.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_str()).filter(|value| !value.trim().is_empty())
        };
        let entrypoint = match part.phase {
            Phase::Pre => pre_entrypoint.as_deref(),
            Phase::Main => given("entrypoint").or(entrypoint.as_deref()),
            Phase::Post => post_entrypoint.as_deref(),
        };
        let action = ActionFrame {
            inputs: inputs::context(part.inputs),
            github: part.loaded.github(),
            failed: state.failed,
            cancelled: false,
            stopped: false,
            depth: 1,
        };
        let frame = Frame { action: Some(action), ..Frame::job(part.node.clone()) };
        let github = part.loaded.github();
        let scope = job.scope(state, &frame, layers, &github);
        let arguments = match (given("args"), args) {
            (Some(args), _) => split_words(args).map_err(|error| format!("`args`: {error}"))?,
            (None, Some(args)) => {
                let value = args.evaluate(&scope).map_err(|error| format!("`args`: {error}"))?;
                match value {
                    Value::Array(items) => {
                        items.iter().map(|item| item.to_text().into_owned()).collect()
                    }
                    other => vec![other.to_text().into_owned()],
                }
            }
            (None, None) => Vec::new(),
        };
        let env = env.as_ref().map(|env| env.evaluate_mapping(&scope)).transpose();
        let env = env.map_err(|error| format!("`env`: {error}"))?.unwrap_or_default();
        Ok(Call {
            entrypoint: entrypoint.unwrap_or_default().to_owned(),
            arguments: arguments.into_iter().map(OsString::from).collect(),
            env: env.into_iter().collect(),
        })
    }
}

/// Where the parts of an action run: each in a container of its own, on the job's network.
async fn session(
    job: &Arc<Job>,
    lane: &mut Lane,
    node: &NodeId,
    loaded: &LoadedAction,
) -> Result<ActionContainer, String> {
    let image = image(job, lane, node, loaded).await?;
    let engine = engine(job, loaded).await?;
    let Inside { places, mounts } = Inside::action(job)?;
    let network = job.containers.network.as_ref().map(|network| network.name.clone());
    let spec = ContainerSpec {
        image,
        network,
        hosts: entrance::host_entry(job, &engine).await.into_iter().collect(),
        tenancy: job.tenancy(),
        ..ContainerSpec::default()
    };
    let tracking_id = job.session.tracking_id().to_owned();
    let session = ActionContainer::new(engine, spec, places, mounts, tracking_id);
    let event = places::event_path_inside();
    setup::write_event(&session, &event, &job.contexts).await.map_err(|error| error.to_string())?;
    Ok(session)
}

/// An environment of this machine as the action's container has it.
fn inside(
    job: &Job,
    session: &ActionContainer,
    mut environment: Vec<(OsString, OsString)>,
    own_path: bool,
) -> Vec<(OsString, OsString)> {
    environment.retain(|(name, _)| own_path || name != "PATH");
    for (name, value) in &mut environment {
        if PATHS.iter().any(|path| name == path) {
            let on_host = job.session.on_host(Path::new(value));
            if let Some(inside) = on_host.and_then(|path| session.inside(&path)) {
                *value = inside.into_os_string();
            }
        }
    }
    let event = places::event_path_inside().into_os_string();
    environment.push(("GITHUB_EVENT_PATH".into(), event));
    environment.push(("HOME".into(), places::HOME.into()));
    environment.push(("CI".into(), "true".into()));
    environment
}

async fn engine(job: &Job, loaded: &LoadedAction) -> Result<Engine, String> {
    job.options.containers.engine.get().await.cloned().map_err(|error| {
        let name = &loaded.action.source_name;
        format!("'{name}' runs in a container, and {error}.")
    })
}

/// The image of an action: built from its folder, or pulled; once for a job.
///
/// # Errors
/// When there is no engine, the build fails or the image cannot be had.
pub(crate) async fn image(
    job: &Arc<Job>,
    lane: &mut Lane,
    node: &NodeId,
    loaded: &LoadedAction,
) -> Result<String, String> {
    let ActionRuns::Docker { image, .. } = &loaded.action.runs else {
        return Err("the action runs in no container".to_owned());
    };
    let engine = engine(job, loaded).await?;
    let mut progress = |line: &str| {
        lane.log.line(node, line);
        lane.log.flush();
    };
    if let Some(image) = image.strip_prefix("docker://") {
        if let Some(known) = job.actions.image(image) {
            return Ok(known);
        }
        let pulled = engine.provide_image(image, job.options.containers.pull, None, &mut progress);
        pulled.await.map_err(|error| error.to_string())?;
        job.actions.add_image(image, image);
        return Ok(image.to_owned());
    }
    let dockerfile = loaded.directory.join(image);
    if !dockerfile.is_file() {
        return Err(format!("File not found: '{}'", dockerfile.display()));
    }
    // A local action is built anew when an earlier step has changed it.
    let is_local = loaded.repository.is_none();
    let key = dockerfile.to_string_lossy().into_owned();
    if let Some(known) = job.actions.image(&key).filter(|_| !is_local) {
        return Ok(known);
    }
    progress(&format!("Build container for action use: '{}'", loaded.action.source_name));
    let request = BuildRequest {
        what: loaded.action.source_name.clone(),
        folder: dockerfile.parent().unwrap_or(&loaded.directory).to_owned(),
        dockerfile: dockerfile.file_name().unwrap_or_default().to_string_lossy().into_owned(),
    };
    let built = engine.build(&request, &mut progress).await.map_err(|error| error.to_string())?;
    job.actions.add_image(&key, &built);
    Ok(built)
}
