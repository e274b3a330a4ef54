//! `windlass list`: the workflows of a project, or the jobs of its pipeline.

mod jobs;

pub use jobs::{needs, when};

use serde_json::json;
use windlass_diagnostics::SourceMap;
use windlass_github::{launch::workflow_files, sources};
use windlass_github_syntax::workflow::Workflow;
use windlass_repository::{DialectName, Project};

use crate::{
    arguments::{ColorChoice, List},
    commands::{
        completions::{one_line, print},
        table::table,
    },
    exit::{Failure, Outcome},
    run::project,
};

/// Prints each workflow with its name, events and jobs; of GitLab the jobs that a push starts.
pub async fn list(arguments: List, color: ColorChoice) -> Outcome {
    let project = project::discover()?;
    match project::choose_dialect(&project, arguments.dialect.as_deref(), false)? {
        DialectName::GitLab => jobs::list(&arguments, project, color).await,
        _ => workflows(&arguments, &project),
    }
}

fn workflows(arguments: &List, project: &Project) -> Outcome {
    let files = workflow_files(&project.root).map_err(Failure::environment)?;
    let (mut rows, mut objects) = (Vec::new(), Vec::new());
    for file in &files {
        let parsed = sources::parse(&mut SourceMap::new(), &file.name, &file.text);
        let errors = parsed.problems.iter().any(|it| !sources::can_be_run_with(it));
        let workflow = parsed.tree.as_ref();
        objects.push(object(&file.name, workflow, errors));
        rows.push(row(&file.name, workflow, errors));
    }
    if arguments.json {
        let text = serde_json::to_string_pretty(&objects).map_err(Failure::environment)?;
        return print(format!("{text}\n").as_bytes());
    }
    print(table(["FILE", "NAME", "EVENTS", "JOBS"], &rows).as_bytes())
}

fn name_of(workflow: Option<&Workflow>) -> String {
    workflow.and_then(|it| it.name.as_ref()).map_or_else(String::new, |name| name.value.clone())
}

fn events_of(workflow: Option<&Workflow>) -> Vec<&str> {
    workflow.map(|it| it.on.events.keys().map(String::as_str).collect()).unwrap_or_default()
}

fn jobs_of(workflow: Option<&Workflow>) -> Vec<&str> {
    workflow.map(|it| it.jobs.keys().map(String::as_str).collect()).unwrap_or_default()
}

fn object(file: &str, workflow: Option<&Workflow>, errors: bool) -> serde_json::Value {
    json!({
        "file": file,
        "name": name_of(workflow),
        "events": events_of(workflow),
        "jobs": jobs_of(workflow),
        "errors": errors,
    })
}

/// Names may hold anything; a terminal gets nothing to obey.
fn row(file: &str, workflow: Option<&Workflow>, errors: bool) -> [String; 4] {
    let jobs = if errors { "has errors".to_owned() } else { jobs_of(workflow).join(", ") };
    [file, &name_of(workflow), &events_of(workflow).join(", "), &jobs].map(one_line)
}
