//! From checked templates to the syntax trees, with the errors that only their meaning shows.
//!
//! Everything is converted as far as it goes: what a problem made unusable is left out or empty,
//! so that one mistake hides no other. One file an area.

mod action;
mod condition;
mod events;
mod graph;
mod identifier;
mod job;
mod matrix;
mod permissions;
mod step;
mod uses;

use indexmap::IndexMap;
use windlass_diagnostics::{SourceId, Span, Spanned};

use crate::expression::Availability;
use crate::problem::{Problem, ProblemKind};
use crate::reader::utf16_length;
use crate::schema::availability;
use crate::template::{Template, TemplateKind};
use crate::workflow::{Concurrency, RunDefaults, Triggers, Workflow};

pub(crate) use action::convert_action;

/// Converts a workflow file. `text` is what the template was read from.
pub(crate) fn convert_workflow(
    source: SourceId,
    source_name: &str,
    text: &str,
    template: &Template,
) -> (Workflow, Vec<Problem>) {
    let mut converter = Converter {
        text,
        problems: Vec::new(),
        empty_lists: Vec::new(),
        job_condition: &availability::JOB_IF,
        step_condition: &availability::STEP_IF,
    };
    let workflow = converter.workflow(source, source_name, template);
    (workflow, converter.problems)
}

struct Converter<'text> {
    text: &'text str,
    problems: Vec<Problem>,
    empty_lists: Vec<Spanned<String>>,
    job_condition: &'static Availability,
    step_condition: &'static Availability,
}

impl Converter<'_> {
    fn problem(&mut self, span: Span, kind: ProblemKind) {
        self.problems.push(Problem::new(span, kind));
    }

    /// One text or a list of texts under a key.
    fn texts(&mut self, parent: &Template, key: &'static str) -> Option<Vec<Spanned<String>>> {
        let template = parent.get(key)?;
        if template.as_sequence().is_some_and(<[Template]>::is_empty) {
            self.empty_lists.push(Spanned::new(key.to_owned(), template.span));
        }
        Some(one_or_more(template))
    }

    fn workflow(&mut self, source: SourceId, name: &str, template: &Template) -> Workflow {
        let on = if let Some(on) = template.get("on") {
            self.triggers(on)
        } else {
            if template.as_mapping().is_some() {
                self.problem(template.span, ProblemKind::OnMissing);
            }
            Triggers::default()
        };
        self.check_concurrency(template.get("concurrency"));
        let jobs = template.get("jobs").map_or_else(IndexMap::new, |jobs| self.jobs(jobs));
        Workflow {
            source,
            source_name: name.to_owned(),
            name: template.get("name").and_then(spanned_text),
            run_name: template.get("run-name").cloned(),
            on,
            permissions: template.get("permissions").and_then(permissions::convert),
            env: template.get("env").cloned(),
            defaults: run_defaults(template),
            concurrency: template.get("concurrency").map(concurrency),
            jobs,
            empty_lists: std::mem::take(&mut self.empty_lists),
        }
    }
}

/// The longest name of a concurrency group, in UTF-16 code units.
const LONGEST_CONCURRENCY_GROUP: usize = 400;

impl Converter<'_> {
    fn check_concurrency(&mut self, concurrency: Option<&Template>) {
        let Some(concurrency) = concurrency else { return };
        let group = concurrency.get("group").unwrap_or(concurrency);
        let too_long =
            group.as_str().is_some_and(|group| utf16_length(group) > LONGEST_CONCURRENCY_GROUP);
        if too_long {
            let limit = LONGEST_CONCURRENCY_GROUP;
            self.problem(concurrency.span, ProblemKind::ConcurrencyGroupTooLong { limit });
        }
    }
}

fn concurrency(template: &Template) -> Concurrency {
    Concurrency { template: template.clone() }
}

fn run_defaults(parent: &Template) -> Option<RunDefaults> {
    parent.get("defaults")?.get("run").map(|run| RunDefaults { run: run.clone() })
}

/// The text of a literal scalar with its place.
fn spanned_text(template: &Template) -> Option<Spanned<String>> {
    template.literal_text().map(|text| Spanned::new(text, template.span))
}

/// One text or a list of texts; what is not literal is left out.
fn one_or_more(template: &Template) -> Vec<Spanned<String>> {
    match &template.kind {
        TemplateKind::Sequence(items) => items.iter().filter_map(spanned_text).collect(),
        _ => spanned_text(template).into_iter().collect(),
    }
}

/// The pairs of a mapping whose keys are literal.
fn named(template: &Template) -> impl Iterator<Item = (Spanned<String>, &Template)> {
    let pairs = template.as_mapping().unwrap_or_default();
    pairs.iter().filter_map(|(key, value)| Some((spanned_text(key)?, value)))
}
