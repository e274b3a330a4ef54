//! `windlass runs list` and `windlass runs view`.

use jiff::Timestamp;
use windlass_reporting::{RunRow, RunRowState, SurfaceSettings, run_list, run_page};
use windlass_store::{RunProgress, RunQuery, RunRecord};

use super::History;
use crate::{
    arguments::ColorChoice,
    commands::completions::print,
    exit::{Failure, Outcome},
    run::surface,
};

/// Prints the newest runs.
pub async fn list(
    history: &History,
    limit: u32,
    all: bool,
    json: bool,
    color: ColorChoice,
) -> Outcome {
    let project = (!all).then(|| history.project.clone());
    let query = RunQuery { project, limit, workflow: None };
    let records = history.store.runs(&query).await.map_err(Failure::environment)?;
    if json {
        let text = serde_json::to_string_pretty(&records).map_err(Failure::environment)?;
        return print(format!("{text}\n").as_bytes());
    }
    let rows: Vec<RunRow> = records.iter().map(row).collect();
    let columns = surface::columns().unwrap_or(120);
    print(run_list(&rows, surface::appearance(color), columns, Timestamp::now()).as_bytes())
}

fn row(record: &RunRecord) -> RunRow {
    RunRow {
        number: record.number,
        id: record.id,
        state: match record.progress() {
            RunProgress::UnderWay => RunRowState::UnderWay,
            RunProgress::Interrupted => RunRowState::Interrupted,
            RunProgress::Ended(status) => RunRowState::Ended(status),
        },
        title: record.title.clone(),
        event: record.event.clone(),
        git_ref: record.git_ref.clone(),
        attempt: record.attempt,
        created_at: record.created_at,
        ended_at: record.ended_at,
    }
}

/// Prints one run.
pub async fn view(history: &History, run: Option<&str>, json: bool, color: ColorChoice) -> Outcome {
    let record = history.find(run).await?;
    let view = history.view_of(record.id).await?;
    if json {
        let text = serde_json::to_string_pretty(&view).map_err(Failure::environment)?;
        return print(format!("{text}\n").as_bytes());
    }
    let settings = SurfaceSettings {
        appearance: surface::appearance(color),
        several_runs: false,
        logs: Some(surface::log_source(history.store.logs())),
    };
    print(run_page(&view, &settings, Timestamp::now()).as_bytes())
}
