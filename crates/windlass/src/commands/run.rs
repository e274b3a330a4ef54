//! `windlass run`.

use std::{
    io::{self, Write},
    sync::Arc,
};

use indexmap::IndexMap;
use windlass_container::PullPolicy;
use windlass_github::job::Isolation;
use windlass_github::{
    event::{Decision, Event},
    launch::{Compiled, WorkflowFile},
};
use windlass_kernel::RunId;
use windlass_repository::DialectName;
use windlass_store::{NewRun, Store, state_directory};

use crate::{
    arguments::{self, ColorChoice},
    exit::{Exit, Failure, Outcome},
    gitlab,
    run::{
        announcement::announce,
        approvals::Approved,
        carry_out::{Ready, Start},
        choose::{self, Chosen},
        draft::Draft,
        driver::{self, Manner},
        dry_run, problems,
        project::{self, Opened},
        secrets, selection,
        settings::Settings,
        sources::{self, Sources},
        surface,
        terminal::somebody_is_there,
        workshop::{self, Prepared},
    },
};

/// Runs the chosen workflows and answers how they ended.
pub async fn run(arguments: arguments::Run, color: ColorChoice) -> Outcome {
    selection::check_actions(&arguments.action)?;
    if arguments.shell_on_failure && !somebody_is_there() {
        return Err(Failure::refused_because(
            "--shell-on-failure needs a terminal: standard input or standard error is none",
        ));
    }
    let project = project::discover()?;
    let names_files = !arguments.workflows.is_empty();
    let dialect = project::choose_dialect(&project, arguments.dialect.as_deref(), names_files)?;
    if dialect == DialectName::GitLab {
        return gitlab::run::run(arguments, project, color).await;
    }
    selection::check_event(arguments.event.as_deref())?;
    let opened = Opened::new(project, arguments.reference.as_deref())?;
    let event = opened.event(&arguments)?;
    let files = choose::named_files(&opened.project.root, &arguments.workflows)?;
    let chosen = compile(&arguments, &opened, &event, files)?;
    let chosen = selection::narrow(chosen, &arguments)?;
    let colours = surface::appearance(color).colours;
    if arguments.dry_run {
        return dry_run::show(chosen, &arguments, &opened, &event, colours);
    }
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
    let settings = settings(&arguments, &opened)?;
    let secrets = secrets::gather(&arguments.secret, &arguments.secret_file)?;
    // Whatever can be refused is refused before anything is entered in the history.
    let drafts = started.iter().map(|compiled| Draft::new(compiled, &event));
    let drafts: Vec<Draft<'_>> = drafts.collect::<Result<_, Failure>>()?;
    let state = state_directory(|name| std::env::var_os(name)).map_err(Failure::environment)?;
    let store = Arc::new(Store::open(&state).await.map_err(Failure::environment)?);
    let stored = settings.to_stored()?;
    let request = workshop::Request {
        keep: settings.keep,
        maker: {
            let shell_on_failure = arguments.shell_on_failure;
            let manner = Manner { secrets, settings, shell_on_failure };
            Box::new(|place| driver::make(manner, place))
        },
        approvals: Approved { names: arguments.approve.clone(), option: "--approve" },
        max_jobs: arguments.max_jobs,
        json: arguments.json,
        color,
        several_runs: started.len() > 1,
    };
    let prepared = Prepared::new(request, &opened, store.clone())?;
    let mut runs = Vec::new();
    for draft in drafts {
        runs.push(ready(&arguments, &opened, &event, draft, &stored, &store).await?);
    }
    drop(store);
    let announcement = announce(&opened, &event, &arguments);
    if !announcement.is_empty() {
        prepared.surface().message(&announcement);
    }
    prepared.carry_out(Start::New(runs)).await
}

fn settings(arguments: &arguments::Run, opened: &Opened) -> Result<Settings, Failure> {
    let of_project = opened.settings()?;
    let services = of_project.stand_ins(&arguments.service);
    let mut platforms = of_project.run.platforms.clone();
    for (label, word) in &arguments.platform {
        platforms.0.insert(label.clone(), word.clone().into());
    }
    let pull = arguments.pull.map(PullPolicy::from).or(of_project.run.pull);
    let mut environment = IndexMap::new();
    for file in &arguments.env_file {
        environment.extend(secrets::read_pairs(file)?);
    }
    environment.extend(arguments.env.iter().cloned());
    Ok(Settings {
        environment,
        actions: sources::settled_places(&arguments.action),
        in_place: arguments.in_place,
        strict: arguments.strict,
        strict_labels: arguments.strict_labels,
        platforms,
        services,
        pull: pull.unwrap_or_default(),
        isolation: Isolation {
            limits: of_project.run.limits,
            own_home: arguments.isolated_home || of_project.run.isolated_home,
        },
        keep: arguments.keep,
        debug: arguments.debug,
    })
}

async fn ready(
    arguments: &arguments::Run,
    opened: &Opened,
    event: &Event,
    draft: Draft<'_>,
    settings: &serde_json::Value,
    store: &Store,
) -> Result<Ready, Failure> {
    let id = RunId(ulid::Ulid::generate());
    let new = NewRun {
        project: opened.project.root.display().to_string(),
        dialect: "github".into(),
        title: draft.title.clone(),
        workflow: draft.workflow().to_owned(),
        event: event.name.clone(),
        git_ref: event.reference.clone(),
        sha: event.sha.clone(),
        settings: settings.clone(),
        rerun_of: None,
    };
    let record = store.begin_run(id, new).await.map_err(Failure::environment)?;
    let inputs = draft.run_inputs(arguments, opened, event, record.number)?;
    Ok(Ready { id, inputs })
}
