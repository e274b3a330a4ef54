//! Pipelines of GitLab: from a project and what the user said to a compiled configuration.

mod facts;
mod remote;
mod sources;

use std::{
    env,
    io::{self, Write},
    path::Path,
};

use windlass_diagnostics::render_text;

use windlass_gitlab_syntax::{
    Call, Compiled, MOST_INCLUDES, NoPipeline, Origin, Outcome, SourceText, compile as compile_call,
};

use crate::{
    arguments::{ColorChoice, PipelineFor},
    exit::Failure,
    run::{project::Opened, surface},
};
use facts::ProjectFacts;
use sources::ProjectSources;

/// The configuration of a project that names no other.
pub const CONFIGURATION: &str = ".gitlab-ci.yml";

/// Compiles the configuration of a project for what the user said. What it includes from elsewhere
/// is fetched.
pub async fn compile(opened: &Opened, wanted: &PipelineFor) -> Result<Compiled, Failure> {
    let name = match &wanted.file {
        Some(file) => below(&opened.project.root, file)?,
        None => CONFIGURATION.to_owned(),
    };
    let mut sources = ProjectSources::new(opened, &wanted.project)?;
    let text = sources.read(&name).map_err(|cause| {
        Failure::refused_because(format!("cannot read the configuration {name}: {cause}"))
    })?;
    let facts = ProjectFacts::new(opened, wanted, &name);
    loop {
        let main = SourceText {
            name: name.as_str().into(),
            text: text.as_str().into(),
            origin: Origin::Project,
            component: None,
        };
        let inputs = wanted.input.iter().map(|(name, text)| (name.clone(), input(text)));
        let compiled = compile_call(&Call {
            main,
            inputs: inputs.collect(),
            sources: &sources,
            facts: &facts,
            most_includes: MOST_INCLUDES,
        });
        let Outcome::Needs(requests) = &compiled.outcome else { return Ok(compiled) };
        for request in requests {
            sources.fetch(request).await;
        }
    }
}

/// Shows what is wrong or odd.
pub fn tell(compiled: &Compiled, color: ColorChoice) -> Result<(), Failure> {
    let colours = surface::appearance(color).colours;
    let mut text = String::new();
    for finding in &compiled.diagnostics {
        text.push_str(&render_text(finding, &compiled.texts, colours));
        text.push('\n');
    }
    io::stderr().write_all(text.as_bytes()).map_err(Failure::environment)
}

/// Why there is no pipeline, as people are told.
pub fn no_pipeline(reason: NoPipeline) -> &'static str {
    match reason {
        NoPipeline::Workflow => "`workflow:rules` create no pipeline for this commit and source",
        NoPipeline::NoJobs => {
            "no job would run for this commit and source, so there is no pipeline"
        }
    }
}

/// An input as it is typed: a number, a truth value or a list where it looks like one in JSON,
/// else a string. Quotes make it a string in any case.
fn input(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

/// The path from the project's root of a file that was typed from where the user stands, or from
/// the root.
fn below(root: &Path, file: &Path) -> Result<String, Failure> {
    let here = env::current_dir().map_err(Failure::environment)?;
    let found =
        [here.join(file), root.join(file)].into_iter().find_map(|it| it.canonicalize().ok());
    let inside = found.as_ref().and_then(|path| path.strip_prefix(root).ok());
    inside.map(|path| path.to_string_lossy().into_owned()).ok_or_else(|| {
        let (file, root) = (file.display(), root.display());
        Failure::refused_because(format!("there is no file {file} in the project {root}"))
    })
}
