//! Pipelines of GitLab: from a project and what the user said to a compiled configuration.

mod downstream;
pub mod driver;
mod environments;
mod facts;
pub mod graph;
mod others;
mod remote;
pub mod run;
pub mod settings;
mod sources;
mod vault;

use std::{
    env,
    io::{self, Write},
    path::Path,
};

use indexmap::IndexMap;
use windlass_diagnostics::{Severity, render_text};
use windlass_gitlab_syntax::{
    Call, Compiled, Facts, Levels, MOST_INCLUDES, NoPipeline, Outcome, SourceText,
    compile as compile_call, local,
};

use crate::{
    arguments::{ColorChoice, PipelineFor},
    exit::Failure,
    run::{project::Opened, surface},
};
use facts::ProjectFacts;
use sources::{Folder, ProjectSources};

/// The configuration of a project that names no other.
pub const CONFIGURATION: &str = ".gitlab-ci.yml";

/// Compiles the configuration of a project for what the user said, with the variables that there
/// are beside those of the pipeline. What it includes from elsewhere is fetched.
pub async fn compile(
    opened: &Opened,
    wanted: &PipelineFor,
    known: &Levels,
) -> Result<Compiled, Failure> {
    let name = match &wanted.file {
        Some(file) => below(&opened.project.root, file)?,
        None => CONFIGURATION.to_owned(),
    };
    let mut sources = ProjectSources::new(opened, &wanted.project)?;
    let main = sources.file(&name).map_err(|cause| {
        Failure::refused_because(format!("cannot read the configuration {name}: {cause}"))
    })?;
    let mut facts = ProjectFacts::new(opened, wanted, &name);
    facts.know(known);
    let inputs = wanted.input.iter().map(|(name, text)| (name.clone(), input(text)));
    Ok(compile_from(main, inputs.collect(), &mut sources, &facts).await)
}

/// The variables that a project has by its settings alone.
pub fn settled(opened: &Opened) -> Result<Levels, Failure> {
    driver::levels(opened, IndexMap::new(), IndexMap::new())
}

/// Compiles a text, with all that has to be fetched for it.
async fn compile_from(
    main: SourceText,
    inputs: IndexMap<String, serde_json::Value>,
    sources: &mut ProjectSources<'_>,
    facts: &dyn Facts,
) -> Compiled {
    loop {
        let (main, inputs) = (main.clone(), inputs.clone());
        let most_includes = MOST_INCLUDES;
        let compiled = compile_call(&Call { main, inputs, sources, facts, most_includes });
        let Outcome::Needs(requests) = &compiled.outcome else { return compiled };
        for request in requests {
            sources.fetch(request).await;
        }
    }
}

/// Looks at a configuration alone, as a push to the default branch has it. Nothing is fetched:
/// where it includes something from elsewhere, only what goes before that is looked at.
pub fn check(root: &Path, shown: &str, text: &str) -> Compiled {
    local::check(&Folder(root), shown, text)
}

/// Shows what is wrong or odd; notes are for `windlass check`.
pub fn tell(compiled: &Compiled, color: ColorChoice) -> Result<(), Failure> {
    let colours = surface::appearance(color).colours;
    let mut text = String::new();
    for finding in compiled.diagnostics.iter().filter(|it| it.severity != Severity::Note) {
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
