//! `windlass runs rerun` and `windlass runs resume`.

use std::path::Path;

use windlass_engine::Journal;
use windlass_github::{
    inputs::{GithubRunInputs, PROCESS_VERSION},
    rerun::results_to_keep as github_results,
};
use windlass_gitlab::{inputs::GitlabRunInputs, rerun::results_to_keep as gitlab_results};
use windlass_kernel::{Body, Event, Fact, NodeId, NodeKind, RunId, RunInputs};
use windlass_reporting::RunView;
use windlass_store::{NewRun, RunRecord};

use super::{
    History,
    job_names::{is_gitlab, is_named, no_such_job},
};
use crate::{
    arguments::{ColorChoice, Manner},
    exit::{Failure, Outcome},
    gitlab,
    run::{
        approvals::Approved,
        carry_out::{Ready, Start},
        driver, leftovers,
        project::Opened,
        secrets,
        settings::Settings,
        workshop::{self, Prepared},
    },
};

/// Runs a run's workflow again with the same inputs.
pub async fn rerun(
    history: History,
    run: Option<&str>,
    failed: bool,
    job: Option<String>,
    manner: Manner,
    color: ColorChoice,
) -> Outcome {
    let record = history.find(run).await?;
    let events = history.store.read(record.id, 0).await.map_err(Failure::environment)?;
    let created = created(&events, &record)?;
    let wanted = job.map(|job| named_jobs(&record, &events, &job)).transpose()?;
    let settled = (failed || wanted.is_some()).then(|| {
        let keep = if is_gitlab(&record) { gitlab_results } else { github_results };
        keep(&events, wanted.as_deref())
    });
    let created = created.clone();
    let prepared = prepare(&history, &record, manner, color)?;
    let id = RunId(ulid::Ulid::generate());
    let new = NewRun {
        project: record.project.clone(),
        dialect: record.dialect.clone(),
        title: record.title.clone(),
        workflow: record.workflow.clone(),
        event: record.event.clone(),
        git_ref: record.git_ref.clone(),
        sha: record.sha.clone(),
        settings: record.settings.clone(),
        rerun_of: Some(record.id),
    };
    let again = history.store.begin_run(id, new).await.map_err(Failure::environment)?;
    drop(history);
    let inputs = if is_gitlab(&record) {
        let mut inputs = GitlabRunInputs::read(&created).map_err(Failure::refused)?;
        inputs.selection.settled = settled.unwrap_or(inputs.selection.settled);
        inputs.into_run_inputs(record.title)
    } else {
        let mut inputs = GithubRunInputs::read(&created).map_err(Failure::refused)?;
        inputs.selection.settled = settled.unwrap_or(inputs.selection.settled);
        inputs.set_attempt(again.attempt);
        inputs.into_run_inputs(record.title)
    };
    let inputs = inputs.map_err(Failure::environment)?;
    prepared.carry_out(Start::New(vec![Ready { id, inputs }])).await
}

/// Goes on with a run whose process ended before it did.
pub async fn resume(
    history: History,
    run: Option<&str>,
    manner: Manner,
    color: ColorChoice,
) -> Outcome {
    let record = history.find(run).await?;
    let events = history.store.read(record.id, 0).await.map_err(Failure::environment)?;
    let created = created(&events, &record)?;
    let version =
        if is_gitlab(&record) { windlass_gitlab::inputs::PROCESS_VERSION } else { PROCESS_VERSION };
    if created.process_version != version {
        return Err(Failure::refused_because(format!(
            "run {0} was made by another version of windlass; `windlass runs rerun {0}` starts it \
             anew",
            record.number
        )));
    }
    history.store.take_over(record.id).await.map_err(Failure::refused)?;
    // Read again: until now the run may still have been another process's to write to.
    let events = history.store.read(record.id, 0).await.map_err(Failure::environment)?;
    let killed = leftovers::kill(record.id, &events);
    leftovers::remove_containers().await;
    let prepared = prepare(&history, &record, manner, color)?;
    drop(history);
    for (pid, name) in killed {
        let line = format!("Terminate orphan process: pid ({pid}) ({name})");
        prepared.surface().message(&line);
    }
    prepared.carry_out(Start::Resume(record.id)).await
}

/// What a run of the history is carried out with.
fn prepare(
    history: &History,
    record: &RunRecord,
    manner: Manner,
    color: ColorChoice,
) -> Result<Prepared, Failure> {
    let project = windlass_repository::Project::at(Path::new(&record.project));
    let opened = Opened::new(project.map_err(Failure::refused)?, Some(&record.git_ref))?;
    let secrets = secrets::gather(&manner.secret, &manner.secret_file)?;
    let (keep, maker): (bool, workshop::Maker) = if is_gitlab(record) {
        let settings = gitlab::settings::Settings::read(&record.settings)?;
        let keep = settings.keep;
        (keep, Box::new(|place| gitlab::driver::make(settings, secrets, place)))
    } else {
        let settings = Settings::read(&record.settings)?;
        let keep = settings.keep;
        let made_with = driver::Manner { secrets, settings, shell_on_failure: false };
        (keep, Box::new(|place| driver::make(made_with, place)))
    };
    let request = workshop::Request {
        keep,
        maker,
        approvals: Approved { names: manner.approve, option: "--approve" },
        max_jobs: manner.max_jobs,
        json: manner.json,
        color,
        several_runs: false,
    };
    Prepared::new(request, &opened, history.store.clone())
}

/// The jobs of a run that are meant by a name.
fn named_jobs(record: &RunRecord, events: &[Event], name: &str) -> Result<Vec<NodeId>, Failure> {
    let mut view = RunView::new(record.id);
    view.apply(events);
    let jobs = || view.walk().map(|(node, _)| node).filter(|node| node.kind == NodeKind::Job);
    let named: Vec<NodeId> =
        jobs().filter(|node| is_named(record, node, name)).map(|node| node.id.clone()).collect();
    if named.is_empty() { Err(no_such_job(record, &view, name)) } else { Ok(named) }
}

fn created<'e>(events: &'e [Event], record: &RunRecord) -> Result<&'e RunInputs, Failure> {
    match events.first().map(|event| &event.body) {
        Some(Body::Fact(Fact::Created(inputs))) => Ok(inputs),
        _ => Err(Failure::refused_because(format!(
            "run {} ended before anything of it was recorded; start it anew by `windlass run`",
            record.number
        ))),
    }
}
