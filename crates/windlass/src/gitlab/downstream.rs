//! The pipelines that trigger jobs start: of the same project, or of another one.
//!
//! Source: "Downstream pipelines" in GitLab's documentation.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use indexmap::IndexMap;
use serde_json::{Value, json};
use windlass_diagnostics::Severity;
use windlass_gitlab::{
    downstream::{ArtifactText, DownstreamPipeline, DownstreamPipelines, DownstreamRequest},
    order::OtherProject,
};
use windlass_gitlab_syntax::{
    Compiled, Levels, Origin, Outcome, SourceRequest, SourceText,
    pipeline::{ChildInclude, ChildSource, TriggerTarget},
};
use windlass_repository::{Project, Snapshot, WorkspaceSource, files};

use super::{
    CONFIGURATION, compile_from, facts::ProjectFacts, no_pipeline, sources::ProjectSources,
};
use crate::{arguments::PipelineFor, run::project::Opened};

/// Makes the pipelines that a run triggers.
pub struct Downstream {
    /// The root of the run's project.
    pub root: PathBuf,
    /// What the run's own pipeline was made for.
    pub wanted: PipelineFor,
    /// The variables of the instance and the project.
    pub known: Levels,
    /// Where the files of other projects are kept for their jobs: on the file system of the
    /// workspaces.
    pub store: PathBuf,
}

#[async_trait]
impl DownstreamPipelines for Downstream {
    async fn create(&self, request: DownstreamRequest) -> Result<DownstreamPipeline, String> {
        let (root, wanted) = (self.root.clone(), self.wanted.clone());
        let known = self.known.clone();
        let runtime = tokio::runtime::Handle::current();
        // Git and files are waited for.
        let created = tokio::task::spawn_blocking(move || {
            runtime.block_on(create(&root, &wanted, known, request))
        });
        created.await.map_err(|error| error.to_string())?
    }

    async fn workspace(&self, project: &OtherProject) -> Result<WorkspaceSource, String> {
        let (root, places) = (self.root.clone(), self.wanted.project.clone());
        let (project, store) = (project.clone(), self.store.clone());
        let taken = tokio::task::spawn_blocking(move || take(&root, &places, &project, &store));
        taken.await.map_err(|error| error.to_string())?
    }
}

async fn create(
    root: &Path,
    wanted: &PipelineFor,
    mut known: Levels,
    request: DownstreamRequest,
) -> Result<DownstreamPipeline, String> {
    let DownstreamRequest { trigger, mut context, artifacts, .. } = request;
    let mut place = root.to_owned();
    let mut wanted = PipelineFor { event: None, var: Vec::new(), ..wanted.clone() };
    if let TriggerTarget::Project { project, branch } = &trigger.target {
        let opened = open(root, wanted.reference.as_deref())?;
        let sources = sources_of(&opened, &wanted)?;
        let tree = sources.project(project, branch.as_deref())?;
        let commit = tree.pinned.map(|pinned| pinned.sha).unwrap_or_default();
        context.project = Some(OtherProject { path: project.clone(), commit });
        place = tree.path;
        wanted.reference = Some(branch.clone().unwrap_or_else(|| "main".to_owned()));
    }
    let opened = open(&place, wanted.reference.as_deref())?;
    let mut sources = sources_of(&opened, &wanted)?;
    let (main, mut inputs) = main_text(&trigger.target, &artifacts, &mut sources).await?;
    inputs.extend(trigger.inputs);
    let mut facts = ProjectFacts::new(&opened, &wanted, &main.name);
    if let Some(project) = &context.project {
        facts.belongs_to(project);
        // Another project has variables of its own, which are not known here.
        known = Levels::default();
        context.predefined.overlay(&facts.of_project());
    }
    facts.know(&known);
    facts.start_with(&context);
    let compiled = compile_from(main, inputs, &mut sources, &facts).await;
    context.source_names = compiled.texts.iter().map(|(_, file)| file.name().to_owned()).collect();
    match compiled.outcome {
        Outcome::Pipeline(pipeline) => Ok(DownstreamPipeline { pipeline: *pipeline, context }),
        Outcome::None(reason) => Err(no_pipeline(reason).to_owned()),
        Outcome::Refused | Outcome::Needs(_) => Err(errors(&compiled)),
    }
}

fn open(root: &Path, reference: Option<&str>) -> Result<Opened, String> {
    let project = Project::at(root).map_err(|error| error.to_string())?;
    Opened::new(project, reference).map_err(|failure| format!("{:#}", failure.error))
}

fn sources_of<'a>(opened: &'a Opened, wanted: &PipelineFor) -> Result<ProjectSources<'a>, String> {
    ProjectSources::new(opened, &wanted.project).map_err(|failure| format!("{:#}", failure.error))
}

/// The text that the pipeline is made of, and the inputs that belong to it. Of several files one
/// text is made that includes them all.
async fn main_text(
    target: &TriggerTarget,
    artifacts: &[ArtifactText],
    sources: &mut ProjectSources<'_>,
) -> Result<(SourceText, IndexMap<String, Value>), String> {
    let includes = match target {
        TriggerTarget::Project { .. } => {
            return sources.file(CONFIGURATION).map(|text| (text, IndexMap::new()));
        }
        TriggerTarget::Child(includes) => includes,
    };
    if let [only] = includes.as_slice() {
        let text = child_text(only, artifacts, sources).await?;
        return Ok((text, only.inputs.clone()));
    }
    let entries: Result<Vec<Value>, String> = includes.iter().map(entry).collect();
    let text = json!({ "include": entries? }).to_string();
    let main = SourceText {
        name: "trigger:include".into(),
        text: text.into(),
        origin: Origin::Project,
        component: None,
    };
    Ok((main, IndexMap::new()))
}

async fn child_text(
    include: &ChildInclude,
    artifacts: &[ArtifactText],
    sources: &mut ProjectSources<'_>,
) -> Result<SourceText, String> {
    let path = |path: &str| path.trim_start_matches('/').to_owned();
    let request = match &include.source {
        ChildSource::Local(file) => {
            let found = sources.file(&path(file));
            return found.map_err(|cause| format!("{file}: {cause}"));
        }
        ChildSource::Project { project, reference, file } => SourceRequest::File {
            origin: Origin::Other {
                host: None,
                project: project.clone(),
                reference: reference.clone(),
            },
            path: path(file),
        },
        ChildSource::Remote(url) => SourceRequest::Remote { url: url.clone(), integrity: None },
        ChildSource::Template(name) => SourceRequest::Template { name: name.clone() },
        ChildSource::Component(address) => SourceRequest::component(address)?,
        ChildSource::Artifact { artifact, job } => {
            let mut found = artifacts.iter();
            let found = found.find(|it| it.job == *job && it.artifact == *artifact);
            let found = found.ok_or_else(|| format!("the job '{job}' left no artifacts"))?;
            let name = artifact.trim_start_matches('/');
            return Ok(SourceText::new(name, found.text.clone(), Origin::Project));
        }
    };
    sources.text(&request).await
}

/// One of several files, as an `include` has it.
fn entry(include: &ChildInclude) -> Result<Value, String> {
    let mut entry = match &include.source {
        ChildSource::Local(path) => json!({ "local": path }),
        ChildSource::Project { project, reference, file } => {
            json!({ "project": project, "ref": reference, "file": file })
        }
        ChildSource::Remote(url) => json!({ "remote": url }),
        ChildSource::Template(name) => json!({ "template": name }),
        ChildSource::Component(address) => json!({ "component": address }),
        ChildSource::Artifact { .. } => {
            return Err("an artifact can be the only file of a child pipeline".to_owned());
        }
    };
    if !include.inputs.is_empty() {
        entry["inputs"] = json!(include.inputs);
    }
    Ok(entry)
}

/// The errors on a line each, for the log of the trigger job.
fn errors(compiled: &Compiled) -> String {
    let errors = compiled.diagnostics.iter().filter(|it| it.severity == Severity::Error);
    let lines = errors.map(|finding| match &finding.primary {
        Some(label) => {
            let (name, start) = (compiled.texts.name(label.span.source), label.span.start);
            format!("{name}:{}:{}: {}", start.line, start.column, finding.message)
        }
        None => finding.message.clone(),
    });
    let lines: Vec<String> = lines.collect();
    format!("the pipeline cannot be created:\n{}", lines.join("\n"))
}

/// The files of another project, for the workspaces of its jobs.
fn take(
    root: &Path,
    places: &[(String, String)],
    project: &OtherProject,
    store: &Path,
) -> Result<WorkspaceSource, String> {
    let opened = open(root, None)?;
    let wanted = PipelineFor { project: places.to_vec(), ..PipelineFor::default() };
    let commit = Some(project.commit.as_str()).filter(|commit| !commit.is_empty());
    let tree = sources_of(&opened, &wanted)?.project(&project.path, commit)?;
    let other = Project::at(&tree.path).map_err(|error| error.to_string())?;
    let listed = files(&other).map_err(|error| error.to_string())?;
    let snapshot = Snapshot::take(&other, &listed, store).map_err(|error| error.to_string())?;
    Ok(WorkspaceSource::Snapshot(snapshot.into()))
}
