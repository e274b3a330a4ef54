//! `windlass run`.

use std::{
    io::{self, Write},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use indexmap::IndexMap;
use windlass_github::{
    event::{Decision, Event},
    inputs::Selection,
    launch::{Compiled, RunIdentity, WorkflowFile, github_context},
};
use windlass_kernel::RunId;
use windlass_store::{NewRun, Store, state_directory};

use crate::{
    arguments::{self, ColorChoice},
    exit::{Exit, Failure, Outcome},
    run::{
        approvals::{self, Approvals},
        carry_out::{Ready, Start, Workshop},
        choose::{self, Chosen},
        driver::{self, Made, Manner},
        problems,
        project::{self, Opened},
        secrets,
        sources::{self, Sources},
        surface,
    },
};

/// Runs the chosen workflows and answers how they ended.
pub async fn run(
    arguments: arguments::Run,
    directory: Option<&std::path::Path>,
    color: ColorChoice,
) -> Outcome {
    let project = project::discover(directory)?;
    let names_files = !arguments.workflows.is_empty();
    project::choose_dialect(&project, arguments.dialect.as_deref(), names_files)?;
    let opened = Opened::new(project, arguments.reference.as_deref())?;
    let event = opened.event(&arguments)?;
    let files = choose::named_files(&opened.project.root, &arguments.workflows)?;
    let chosen = compile(&arguments, &opened, &event, files)?;
    let colours = surface::appearance(color).colours;
    let started = refuse_broken(chosen, &arguments, &event, colours)?;
    if started.is_empty() {
        return Ok(Exit::Success);
    }
    start(arguments, opened, event, started, color).await
}

fn compile(
    arguments: &arguments::Run,
    opened: &Opened,
    event: &Event,
    files: Vec<WorkflowFile>,
) -> Result<Vec<Chosen>, Failure> {
    let cache = driver::source_cache();
    let sources = Sources {
        root: &opened.project.root,
        cache: &cache,
        overrides: &sources::overrides(&arguments.action),
        server_url: &opened.repository.server_url,
    };
    let changed = || opened.changed_files(event);
    let mut chosen = Vec::new();
    for file in files {
        let mut one = choose::decide(Compiled::new(&file.name, &file.text), event, &changed);
        if one.decision == Some(Decision::Runs) {
            sources.complete(&mut one.compiled)?;
        }
        chosen.push(one);
    }
    Ok(chosen)
}

/// The workflows that the event starts, after the findings of every file were shown. A broken
/// file stops everything when it was named or would have started.
fn refuse_broken(
    chosen: Vec<Chosen>,
    arguments: &arguments::Run,
    event: &Event,
    colours: bool,
) -> Result<Vec<Compiled>, Failure> {
    let named = !arguments.workflows.is_empty();
    let (mut started, mut refusals, mut broken) = (Vec::new(), Vec::new(), Vec::new());
    for Chosen { compiled, decision } in chosen {
        let without_on = compiled.workflow().is_some_and(|it| it.on.span.is_none());
        match decision {
            Some(Decision::Skipped { reason, .. }) => {
                refusals.push(format!("{}: {reason}", compiled.name));
            }
            Some(Decision::Runs) | None => {
                let usable = problems::show(&compiled, colours).map_err(Failure::environment)?;
                if usable && !(without_on && arguments.event.is_none()) {
                    started.push(compiled);
                } else if without_on && usable {
                    let name = &compiled.name;
                    broken.push(format!("{name} has no `on`; --event EVENT says when it runs"));
                } else {
                    broken.push(format!("{} has errors", compiled.name));
                }
            }
        }
    }
    if !broken.is_empty() {
        return Err(Failure::refused_because(broken.join("\n")));
    }
    if started.is_empty() {
        let list = refusals.join("\n  ");
        let message = format!("{} starts no workflow here:\n  {list}", event.name);
        if named {
            return Err(Failure::refused_because(message));
        }
        writeln!(io::stderr(), "{message}").map_err(Failure::environment)?;
    }
    Ok(started)
}

async fn start(
    arguments: arguments::Run,
    opened: Opened,
    event: Event,
    started: Vec<Compiled>,
    color: ColorChoice,
) -> Outcome {
    let state = state_directory(|name| std::env::var_os(name)).map_err(Failure::environment)?;
    let store = Arc::new(Store::open(&state).await.map_err(Failure::environment)?);
    let made = make_driver(&arguments, &opened, &state)?;
    let surface = surface::choose(arguments.json, color, started.len() > 1, store.logs());
    let mut runs = Vec::new();
    for compiled in &started {
        runs.push(ready(&arguments, &opened, &event, compiled, &store).await?);
    }
    let project = project_key(&opened);
    let Made { driver, workspaces, kill } = made;
    let workshop = Workshop {
        store: store.clone(),
        surface,
        driver,
        decider: Arc::new(Approvals {
            approved: arguments.approve,
            ask: approvals::somebody_is_there().then(|| approvals::terminal()),
        }),
        max_jobs: max_jobs(arguments.max_jobs),
        kill,
    };
    let exit = workshop.carry_out(Start::New(runs)).await?;
    if let Some(workspaces) = Arc::into_inner(workspaces) {
        workspaces.finish(arguments.keep).map_err(Failure::environment)?;
    }
    store.prune(&project, KEPT_RUNS).await.map_err(Failure::environment)?;
    if let Some(store) = Arc::into_inner(store) {
        store.close().await;
    }
    Ok(exit)
}

/// How many runs of a project the history keeps.
const KEPT_RUNS: u32 = 200;

/// As many jobs as the machine has cores, unless the user says otherwise.
pub fn max_jobs(wanted: Option<std::num::NonZeroUsize>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    wanted.map_or_else(cores, std::num::NonZeroUsize::get)
}

/// The key of a project in the history.
pub fn project_key(opened: &Opened) -> String {
    opened.project.root.display().to_string()
}

fn make_driver(
    arguments: &arguments::Run,
    opened: &Opened,
    state: &std::path::Path,
) -> Result<Made, Failure> {
    let mut environment = IndexMap::new();
    for file in &arguments.env_file {
        environment.extend(secrets::read_pairs(file)?);
    }
    environment.extend(arguments.env.iter().cloned());
    let manner = Manner {
        secrets: secrets::gather(&arguments.secret, &arguments.secret_file)?,
        environment,
        actions: arguments.action.clone(),
        in_place: arguments.in_place,
        strict: arguments.strict,
        strict_labels: arguments.strict_labels,
        keep: arguments.keep,
        debug: arguments.debug,
        shell_on_failure: arguments.shell_on_failure,
    };
    let name = ulid::Ulid::generate().to_string();
    driver::make(opened, manner, state.join("work"), &name)
}

async fn ready(
    arguments: &arguments::Run,
    opened: &Opened,
    event: &Event,
    compiled: &Compiled,
    store: &Store,
) -> Result<Ready, Failure> {
    let inputs = compiled.inputs(event).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        Failure::refused_because(format!("{}: {}", compiled.name, lines.join("\n  ")))
    })?;
    let title = compiled.workflow().and_then(|it| it.name.as_ref().map(|name| name.value.clone()));
    let title = title.unwrap_or_else(|| compiled.name.clone());
    let id = RunId(ulid::Ulid::generate());
    let new = NewRun {
        project: project_key(opened),
        dialect: "github".into(),
        title: title.clone(),
        workflow: compiled.name.clone(),
        event: event.name.clone(),
        git_ref: event.reference.clone(),
        sha: event.sha.clone(),
        ..NewRun::default()
    };
    let record = store.begin_run(id, new).await.map_err(Failure::environment)?;
    let identity = RunIdentity {
        id: numeric_id(),
        number: record.number,
        attempt: 1,
        workflow_file: compiled.name.clone(),
        workflow_name: title.clone(),
    };
    let github = github_context(event, &opened.repository, &identity);
    let selection = Selection {
        jobs: arguments.job.clone(),
        without_needs: arguments.no_needs,
        matrix: arguments.matrix.clone(),
        ..Selection::default()
    };
    let vars = arguments.var.iter().cloned().collect();
    let inputs = compiled.run_inputs(github, inputs, vars, selection);
    let inputs = inputs.into_run_inputs(title).map_err(Failure::environment)?;
    Ok(Ready { id, inputs })
}

/// `github.run_id`: GitHub's are numbers, so the time in microseconds stands in.
fn numeric_id() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_micros()).unwrap_or(u64::MAX)
}
