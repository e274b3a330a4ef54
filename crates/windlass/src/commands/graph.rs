//! `windlass graph`: the jobs of a workflow or a pipeline and what they wait for.

use std::path::PathBuf;

use windlass_github::launch::Compiled;
use windlass_github_syntax::workflow::{Job, Workflow};
use windlass_reporting::outline::{self, GraphNode};
use windlass_repository::{DialectName, Project};

use crate::{
    arguments::{ColorChoice, Graph, GraphFormat},
    commands::completions::print,
    exit::{Exit, Failure, Outcome},
    gitlab,
    run::{choose, problems, project, surface},
};

/// Draws one workflow, or the pipeline of GitLab.
pub async fn graph(arguments: Graph, color: ColorChoice) -> Outcome {
    let project = project::discover()?;
    let graph = match project::choose_dialect(&project, arguments.dialect.as_deref(), false)? {
        DialectName::GitLab => {
            let file = arguments.workflow.as_ref().map(PathBuf::from);
            match gitlab::graph::graph(project, file, color).await? {
                Some(graph) => graph,
                None => return Ok(Exit::Refused),
            }
        }
        _ => of_workflow(&arguments, &project, color)?,
    };
    let text = match arguments.format {
        GraphFormat::Text => outline::text(&graph, surface::appearance(color).unicode),
        GraphFormat::Mermaid => outline::mermaid(&graph),
        GraphFormat::Svg => outline::svg(&graph),
    };
    print(text.as_bytes())
}

fn of_workflow(
    arguments: &Graph,
    project: &Project,
    color: ColorChoice,
) -> Result<outline::Graph, Failure> {
    let wanted: Vec<String> = arguments.workflow.iter().cloned().collect();
    let files = choose::named_files(&project.root, &wanted)?;
    let [file] = files.as_slice() else {
        let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
        return Err(Failure::refused_because(format!(
            "say which workflow to draw; there are: {}",
            names.join(", ")
        )));
    };
    let compiled = Compiled::new(&file.name, &file.text);
    let Some(workflow) = compiled.workflow() else {
        let colours = surface::appearance(color).colours;
        problems::show(&compiled, colours).map_err(Failure::environment)?;
        return Err(Failure::refused_because(format!("{} cannot be read", file.name)));
    };
    Ok(graph_of(workflow))
}

fn graph_of(workflow: &Workflow) -> outline::Graph {
    let title = workflow.name.as_ref().map(|name| name.value.clone());
    outline::Graph {
        title: title.unwrap_or_else(|| workflow.source_name.clone()),
        nodes: workflow.jobs.iter().map(|(id, job)| node(id, job)).collect(),
    }
}

fn node(id: &str, job: &Job) -> GraphNode {
    let name = job.name.as_ref().and_then(|name| name.literal_text());
    GraphNode {
        id: id.to_owned(),
        label: name.unwrap_or_else(|| id.to_owned()),
        after: job.needs.iter().map(|need| need.value.clone()).collect(),
        group: None,
    }
}
