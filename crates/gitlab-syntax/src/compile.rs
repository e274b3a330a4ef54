//! The whole way from a text to a pipeline, or to what is wrong, or to what has to be fetched
//! first.

use std::collections::HashSet;

use indexmap::IndexMap;
use windlass_diagnostics::{Diagnostic, Severity, SourceId, SourceMap};

use crate::configuration::Configuration;
use crate::creation::{NoPipeline, create};
use crate::document::start_of;
use crate::facts::Facts;
use crate::include::Loader;
use crate::keywords::check::Checker;
use crate::knowledge::Knowledge;
use crate::pipeline::Pipeline;
use crate::problem::{Problem, ProblemKind};
use crate::sources::{SourceRequest, SourceText, Sources};
use crate::value::{Entry, Mapping, Value};
use crate::{advice, extends, reference, validation};

/// How many files a configuration may include. Source: "Use CI/CD configuration from other files",
/// section "Use nested includes": up to 150.
pub const MOST_INCLUDES: usize = 150;

/// Nobody reads more problems of one configuration.
const MOST_TOLD: usize = 5_000;

/// What is compiled.
pub struct Call<'call> {
    /// The configuration, as a rule `.gitlab-ci.yml`.
    pub main: SourceText,
    /// Inputs of the pipeline, for a configuration whose header asks for some.
    pub inputs: IndexMap<String, serde_json::Value>,
    /// Where included texts come from.
    pub sources: &'call dyn Sources,
    /// What the pipeline is for.
    pub facts: &'call dyn Facts,
    /// Most files that may be included, as a rule [`MOST_INCLUDES`].
    pub most_includes: usize,
}

/// What came of it.
#[derive(Debug)]
pub struct Compiled {
    /// All texts that were read; spans point into them.
    pub texts: SourceMap,
    /// What is wrong or odd, in the order of the texts.
    pub diagnostics: Vec<Diagnostic>,
    /// The merged configuration, if it got that far.
    pub configuration: Option<Configuration>,
    /// The pipeline, or why there is none.
    pub outcome: Outcome,
}

/// The pipeline, or why there is none.
#[derive(Debug)]
pub enum Outcome {
    /// The pipeline.
    Pipeline(Box<Pipeline>),
    /// The configuration is valid and makes none for these facts.
    None(NoPipeline),
    /// The diagnostics have errors.
    Refused,
    /// These texts have to be fetched first; compile again then. There may be more afterwards.
    Needs(Vec<SourceRequest>),
}

/// Compiles a configuration.
#[must_use]
pub fn compile(call: &Call<'_>) -> Compiled {
    let knowledge = Knowledge::new(call.facts);
    let mut loader = Loader::new(call.sources, &knowledge, call.most_includes);
    let inputs = call.inputs.iter().map(|(name, input)| {
        let place = start_of(SourceId::default());
        (name.clone(), Entry { key: place, value: Value::from_json(input, place) })
    });
    let merged = loader.load(&call.main, &inputs.collect(), None);
    let mut configuration = None;
    let mut outcome = Outcome::Refused;
    if !loader.missing.is_empty() {
        let mut missing = std::mem::take(&mut loader.missing);
        let mut seen = HashSet::new();
        missing.retain(|request| seen.insert(request.clone()));
        outcome = Outcome::Needs(missing);
    } else if let Some(merged) = merged.filter(|_| !loader.problems.iter().any(Problem::is_error)) {
        // Where a file could not be read or filled in, all that follows from it would be told too.
        let problems = &mut loader.problems;
        if let Some(whole) = prepare(merged, &knowledge, problems) {
            let created = create(&whole, &knowledge, problems);
            if !problems.iter().any(Problem::is_error) {
                outcome = match created {
                    Ok(pipeline) => Outcome::Pipeline(Box::new(pipeline)),
                    Err(reason) => Outcome::None(reason),
                };
            }
            configuration = Some(whole);
        }
    }
    let diagnostics = told(&loader);
    Compiled { texts: loader.texts, diagnostics, configuration, outcome }
}

/// Merges jobs, puts references in place, checks, and brings everything into its full form.
fn prepare(
    mut merged: Mapping,
    knowledge: &Knowledge<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Configuration> {
    let before = problems.len();
    extends::apply(&mut merged, problems);
    reference::apply(&mut merged, problems);
    if problems[before..].iter().any(Problem::is_error) {
        return None;
    }
    if let Some(problem) = validation::too_heavy(&merged) {
        problems.push(problem);
        return None;
    }
    validation::check_merged(&merged, &mut Checker { problems, conditions: &knowledge.conditions });
    if !validation::has_jobs(&merged) && !problems.iter().any(Problem::is_error) {
        let first = merged.entries().next().map(|(_, entry)| entry.key);
        let place = first.unwrap_or(start_of(SourceId::default()));
        problems.push(Problem::new(place, ProblemKind::NoJobs));
    }
    let configuration = Configuration::from_merged(&merged);
    validation::check_jobs(&configuration, problems);
    advice::find(&merged, &configuration, problems);
    Some(configuration)
}

/// The problems as people read them: one of a kind at each place, with the includes that led there. Only
/// errors are told about files of others.
fn told(loader: &Loader<'_>) -> Vec<Diagnostic> {
    let told = loader.problems.iter().filter(|it| it.is_error() || loader.is_own(it));
    let mut diagnostics: Vec<Diagnostic> = told
        .take(MOST_TOLD)
        .map(|problem| {
            let chain = loader.chain(problem.span.source);
            chain.into_iter().fold(problem.to_diagnostic(), |diagnostic, place| {
                diagnostic.with_secondary(place, "included from here")
            })
        })
        .collect();
    let place = |it: &Diagnostic| it.primary.as_ref().map(|label| (label.span.source, it.offset()));
    diagnostics.sort_by_key(place);
    // What many jobs take over from one place is wrong there, and not in each of them.
    let mut told = HashSet::new();
    diagnostics.retain(|it| {
        let span = it.primary.as_ref().map(|label| label.span);
        told.insert((span, it.code, span.is_none().then(|| it.message.clone())))
    });
    diagnostics
}

impl Compiled {
    /// Whether there is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}
