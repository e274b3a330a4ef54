//! `windlass run` of a GitLab pipeline.

use std::{env, fmt::Write, sync::Arc};

use indexmap::IndexMap;
use jiff::Timestamp;
use windlass_gitlab::{
    inputs::{GitlabRunInputs, Selection},
    order::DIALECT,
};
use windlass_gitlab_syntax::{Compiled, Job, Outcome as Created, Pipeline, Variable};
use windlass_kernel::RunId;
use windlass_repository::Project;
use windlass_store::{NewRun, Store, state_directory};

use super::{
    CONFIGURATION, compile, driver, environments::KnownEnvironments, facts, no_pipeline,
    settings::Settings, tell,
};
use crate::{
    arguments::{ColorChoice, PipelineFor, Run},
    commands::completions::{one_line, print},
    exit::{Exit, Failure, Outcome},
    run::{
        approvals::Approved,
        carry_out::{Ready, Start},
        project::Opened,
        secrets,
        workshop::{Prepared, Request},
    },
};

/// Runs the pipeline that GitLab would create for the checked out commit, and answers how it ended.
pub async fn run(arguments: Run, project: Project, color: ColorChoice) -> Outcome {
    refuse_foreign(&arguments)?;
    let wanted = wanted(&arguments)?;
    let opened = Opened::new(project, wanted.reference.as_deref())?;
    let settings = settings(&arguments, &opened)?;
    let secrets = secrets::gather(&arguments.secret, &arguments.secret_file)?;
    let known = driver::levels(&opened, settings.environment.clone(), secrets.clone())?;
    let compiled = compile(&opened, &wanted, &known).await?;
    tell(&compiled, color)?;
    let pipeline = match &compiled.outcome {
        Created::Pipeline(pipeline) => pipeline,
        Created::None(reason) => return Err(Failure::refused_because(no_pipeline(*reason))),
        Created::Refused | Created::Needs(_) => return Ok(Exit::Refused),
    };
    refuse_unknown_jobs(pipeline, &arguments)?;
    if arguments.dry_run {
        return print(plan(pipeline, &opened).as_bytes());
    }
    let mut inputs = run_inputs(&arguments, &opened, &wanted, &compiled, pipeline);
    inputs.resource_groups.clone_from(&opened.settings()?.gitlab.resource_groups);
    start(arguments, opened, wanted, (settings, secrets), inputs, color).await
}

/// Options that say something about workflows of GitHub alone.
fn refuse_foreign(arguments: &Run) -> Result<(), Failure> {
    let foreign = [
        ("--event-file", arguments.event_file.is_some()),
        ("--matrix", !arguments.matrix.is_empty()),
        ("--action", !arguments.action.is_empty()),
        ("--strict", arguments.strict),
        ("--strict-labels", arguments.strict_labels),
        ("--platform", !arguments.platform.is_empty()),
        ("--shell-on-failure", arguments.shell_on_failure),
    ];
    match foreign.iter().find(|(_, is_given)| *is_given) {
        Some((option, _)) => Err(Failure::refused_because(format!(
            "{option} has no meaning for pipelines of GitLab"
        ))),
        None => Ok(()),
    }
}

fn wanted(arguments: &Run) -> Result<PipelineFor, Failure> {
    let file = match arguments.workflows.as_slice() {
        [] => None,
        [file] => Some(file.into()),
        _ => return Err(Failure::refused_because("a run has one configuration")),
    };
    Ok(PipelineFor {
        file,
        event: arguments.event.clone(),
        input: arguments.input.clone(),
        var: arguments.var.clone(),
        reference: arguments.reference.clone(),
        actor: arguments.actor.clone(),
        project: arguments.project.clone(),
    })
}

/// Jobs that are named have to be in the pipeline.
fn refuse_unknown_jobs(pipeline: &Pipeline, arguments: &Run) -> Result<(), Failure> {
    let is_known = |name: &&String| {
        pipeline.jobs.values().any(|job| job.name == **name || job.base_name() == *name)
    };
    let manual = arguments.manual.iter().filter(|name| *name != "*");
    let Some(unknown) = arguments.job.iter().chain(manual).find(|name| !is_known(name)) else {
        return Ok(());
    };
    let excluded = pipeline.excluded.iter().any(|job| job.name == *unknown);
    let why = if excluded { "its rules leave it out here" } else { "there is none of this name" };
    let names: Vec<&str> = pipeline.jobs.keys().map(String::as_str).collect();
    Err(Failure::refused_because(format!(
        "the pipeline has no job '{unknown}': {why}; it has {}",
        names.join(", ")
    )))
}

/// What would run, stage by stage.
fn plan(pipeline: &Pipeline, opened: &Opened) -> String {
    let repository = &opened.repository;
    let sha = repository.sha.get(..7).unwrap_or(&repository.sha);
    let mut text = format!("{} ({sha})\n", repository.reference);
    if let Some(name) = &pipeline.name {
        let _ = writeln!(text, "{name}");
    }
    for stage in &pipeline.stages {
        let mut jobs = pipeline.jobs.values().filter(|job| job.stage == *stage).peekable();
        if jobs.peek().is_some() {
            let _ = writeln!(text, "\n{stage}");
            jobs.for_each(|job| write_job(&mut text, job));
        }
    }
    if !pipeline.excluded.is_empty() {
        text.push('\n');
    }
    for job in &pipeline.excluded {
        let _ = writeln!(text, "{} would not run: its rules leave it out", job.name);
    }
    text.lines().map(|line| one_line(line) + "\n").collect()
}

fn write_job(text: &mut String, job: &Job) {
    let when = crate::commands::list::when(job);
    let _ = write!(text, "  {}", job.name);
    if when != "on_success" {
        let _ = write!(text, ", {when}");
    }
    if let Some(needs) = crate::commands::list::needs(job) {
        let needs = if needs.is_empty() { "nothing".to_owned() } else { needs.join(", ") };
        let _ = write!(text, ", needs {needs}");
    }
    text.push('\n');
}

fn run_inputs(
    arguments: &Run,
    opened: &Opened,
    wanted: &PipelineFor,
    compiled: &Compiled,
    pipeline: &Pipeline,
) -> GitlabRunInputs {
    let file = compiled.texts.iter().next().map_or(CONFIGURATION, |(_, file)| file.name());
    let variables = wanted.var.iter().map(|(name, value)| (name, Variable::new(value)));
    GitlabRunInputs {
        pipeline: pipeline.clone(),
        predefined: facts::predefined(opened, wanted, file),
        variables: variables.collect(),
        source_names: compiled.texts.iter().map(|(_, file)| file.name().to_owned()).collect(),
        selection: Selection {
            jobs: arguments.job.clone(),
            stage: None,
            with_needs: !arguments.no_needs,
            ..Selection::default()
        },
        ..GitlabRunInputs::default()
    }
}

async fn start(
    arguments: Run,
    opened: Opened,
    wanted: PipelineFor,
    (settings, secrets): (Settings, IndexMap<String, String>),
    mut inputs: GitlabRunInputs,
    color: ColorChoice,
) -> Outcome {
    let state = state_directory(|name| env::var_os(name)).map_err(Failure::environment)?;
    let store = Arc::new(Store::open(&state).await.map_err(Failure::environment)?);
    let stored = serde_json::to_value(&settings).map_err(Failure::environment)?;
    let title = inputs.pipeline.name.clone().unwrap_or_else(|| "Pipeline".to_owned());
    let project = opened.project.root.display().to_string();
    let expired = KnownEnvironments::of(&state, &project).expired(Timestamp::now());
    let request = Request {
        keep: settings.keep,
        maker: Box::new(|place| driver::make(settings, secrets, place)),
        approvals: Approved {
            names: [arguments.manual, arguments.approve].concat(),
            option: "--manual",
        },
        max_jobs: arguments.max_jobs,
        json: arguments.json,
        color,
        several_runs: false,
    };
    let prepared = Prepared::new(request, &opened, store.clone())?;
    let id = RunId(ulid::Ulid::generate());
    let new = NewRun {
        project,
        dialect: DIALECT.to_owned(),
        title: title.clone(),
        workflow: inputs.source_names.first().cloned().unwrap_or_default(),
        event: wanted.event.unwrap_or_else(|| "push".to_owned()),
        git_ref: opened.repository.reference.clone(),
        sha: opened.repository.sha.clone(),
        settings: stored,
        rerun_of: None,
    };
    let record = store.begin_run(id, new).await.map_err(Failure::environment)?;
    drop(store);
    inputs.predefined.overlay(&facts::of_run(record.number));
    let inputs = inputs.into_run_inputs(title).map_err(Failure::environment)?;
    for line in expired {
        prepared.surface().message(&line);
    }
    prepared.carry_out(Start::New(vec![Ready { id, inputs }])).await
}

fn settings(arguments: &Run, opened: &Opened) -> Result<Settings, Failure> {
    let of_project = opened.settings()?;
    let mut environment = IndexMap::new();
    for file in &arguments.env_file {
        environment.extend(secrets::read_pairs(file)?);
    }
    environment.extend(arguments.env.iter().cloned());
    Ok(Settings {
        environment,
        projects: arguments.project.clone(),
        in_place: arguments.in_place,
        image: arguments.image.or(of_project.gitlab.image).unwrap_or_default(),
        pull: arguments.pull.map(Into::into).or(of_project.run.pull).unwrap_or_default(),
        services: of_project.stand_ins(&arguments.service),
        keep: arguments.keep,
    })
}
