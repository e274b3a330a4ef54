//! The entry: a text in, a syntax tree and everything that is wrong out.

use windlass_diagnostics::{Diagnostic, SourceId};

use crate::action::Action;
use crate::convert::{convert_action, convert_workflow};
use crate::limits::Limits;
use crate::problem::{Problem, ProblemKind, told_once};
use crate::reader::{indentation, read};
use crate::schema;
use crate::workflow::Workflow;

/// What a text gave.
#[derive(Debug)]
pub struct Parsed<T> {
    /// The tree as far as the text could be understood. Not to be run when there are errors.
    pub tree: Option<T>,
    /// Everything that is wrong, in the order of the text.
    pub problems: Vec<Problem>,
    /// The size in bytes as GitHub counts it for its limits.
    pub size: usize,
}

impl<T> Parsed<T> {
    /// The problems as people read them, in the order of the text, each mistake once.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        told_once(&self.problems).map(Problem::to_diagnostic).collect()
    }

    /// Whether the file cannot be used.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.to_diagnostic().is_error())
    }
}

/// Reads a workflow file with GitHub's limits. `source_name` is its path in the repository, e.g.
/// `.github/workflows/ci.yml`.
#[must_use]
pub fn parse_workflow(source: SourceId, source_name: &str, text: &str) -> Parsed<Workflow> {
    parse_workflow_within(source, source_name, text, &Limits::default())
}

/// Reads a workflow file.
#[must_use]
pub fn parse_workflow_within(
    source: SourceId,
    source_name: &str,
    text: &str,
    limits: &Limits,
) -> Parsed<Workflow> {
    let reading = read(source, source_name, text, &schema::workflow::WORKFLOW, limits);
    let mut problems = reading.problems;
    let tree = reading.template.map(|template| {
        let (workflow, found) = convert_workflow(source, source_name, text, &template);
        problems.extend(found);
        workflow
    });
    // A file that is too large is not looked through.
    let was_read = |first: &Problem| !matches!(first.kind, ProblemKind::FileTooLarge { .. });
    if problems.first().is_some_and(was_read)
        && let Some(problem) = indentation::lost(source, text)
    {
        // All else follows from it.
        return finish(tree, vec![problem], reading.size);
    }
    finish(tree, problems, reading.size)
}

/// Reads the metadata of an action (`action.yml` or `action.yaml`).
#[must_use]
pub fn parse_action(source: SourceId, source_name: &str, text: &str) -> Parsed<Action> {
    let limits = Limits::default();
    let reading = read(source, source_name, text, &schema::action::ACTION, &limits);
    let mut problems = reading.problems;
    let tree = reading.template.and_then(|template| {
        let (action, found) = convert_action(source, source_name, text, &template);
        problems.extend(found);
        action
    });
    finish(tree, problems, reading.size)
}

fn finish<T>(tree: Option<T>, mut problems: Vec<Problem>, size: usize) -> Parsed<T> {
    problems.sort_by_key(|problem| problem.span.start.offset);
    Parsed { tree, problems, size }
}
