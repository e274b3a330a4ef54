//! The jobs of a GitLab pipeline.

use std::mem::ManuallyDrop;

use serde_json::json;
use windlass_gitlab_syntax::{
    Job, Outcome as Created,
    pipeline::{AllowFailure, Need, When},
};
use windlass_repository::Project;

use crate::{
    arguments::{ColorChoice, List, PipelineFor},
    commands::{
        completions::{one_line, print},
        table::table,
    },
    exit::{Exit, Failure, Outcome},
    gitlab,
    run::project::Opened,
};

/// Prints the jobs that a push of the checked out commit starts.
pub async fn list(arguments: &List, project: Project, color: ColorChoice) -> Outcome {
    let opened = Opened::new(project, None)?;
    // The program ends with it: to take a large configuration apart first would only take time.
    let compiled = ManuallyDrop::new(
        gitlab::compile(&opened, &PipelineFor::default(), &gitlab::settled(&opened)?).await?,
    );
    gitlab::tell(&compiled, color)?;
    let pipeline = match &compiled.outcome {
        Created::Pipeline(pipeline) => pipeline,
        Created::None(reason) => {
            return Err(Failure::refused_because(gitlab::no_pipeline(*reason)));
        }
        Created::Refused | Created::Needs(_) => return Ok(Exit::Refused),
    };
    // By stages, as GitLab draws a pipeline.
    let of_stage = |stage: &String| {
        let stage = stage.clone();
        pipeline.jobs.values().filter(move |job| job.stage == stage)
    };
    let jobs: Vec<&Job> = pipeline.stages.iter().flat_map(of_stage).collect();
    if arguments.json {
        let objects: Vec<serde_json::Value> = jobs.iter().map(|job| object(job)).collect();
        let text = serde_json::to_string_pretty(&objects).map_err(Failure::environment)?;
        return print(format!("{text}\n").as_bytes());
    }
    let rows: Vec<[String; 5]> = jobs.iter().map(|job| row(job)).collect();
    print(table(["NAME", "STAGE", "WHEN", "ALLOW FAILURE", "NEEDS"], &rows).as_bytes())
}

/// When a job runs, as its configuration says it.
pub const fn when(job: &Job) -> &'static str {
    match job.when {
        When::OnSuccess => "on_success",
        When::OnFailure => "on_failure",
        When::Always => "always",
        When::Manual => "manual",
        When::Delayed => "delayed",
    }
}

fn may_fail(job: &Job) -> String {
    match &job.allow_failure {
        AllowFailure::No => "no".to_owned(),
        AllowFailure::Yes => "yes".to_owned(),
        AllowFailure::ExitCodes(codes) => {
            let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
            format!("exit codes {}", codes.join(", "))
        }
    }
}

/// The jobs of this pipeline that it needs; nothing where it starts by its stage.
pub fn needs(job: &Job) -> Option<Vec<&str>> {
    job.needs.as_ref().map(|needs| needs.iter().filter_map(here).collect())
}

fn here(need: &Need) -> Option<&str> {
    match need {
        Need::Job { job, .. } => Some(job),
        Need::Project { .. } | Need::PipelineJob { .. } | Need::Pipeline { .. } => None,
    }
}

fn object(job: &Job) -> serde_json::Value {
    json!({
        "name": job.name,
        "stage": job.stage,
        "when": when(job),
        "allow_failure": may_fail(job),
        "needs": needs(job),
    })
}

/// Names may hold anything; a terminal gets nothing to obey.
fn row(job: &Job) -> [String; 5] {
    let needs = needs(job).map_or_else(String::new, |needs| needs.join(", "));
    [&job.name, &job.stage, when(job), &may_fail(job), &needs].map(one_line)
}
