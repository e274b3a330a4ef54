//! `github/reader`: the tree that GitHub makes of a workflow, or its errors with positions.
//!
//! The tree is rendered in `tree`, GitHub's official messages in `messages`; both are made
//! from Windlass' own types and serve this comparison alone.

mod case;
mod events;
mod messages;
mod tree;

use std::collections::HashMap;
use std::io;
use std::path::Path;

use serde_json::{Map, Value};
use windlass_diagnostics::{SourceMap, Span, Spanned};
use windlass_github_syntax::link::{Called, check_calls};
use windlass_github_syntax::problem::Step;
use windlass_github_syntax::reader::read;
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::Workflow;
use windlass_github_syntax::{Limits, Parsed, Problem, ProblemKind, parse_workflow_within, schema};

use crate::CorpusResult;
use crate::cases::{difference, yaml_files};
use case::Case;

/// Cases that do not count, each with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "error.yml",
        "it expects a message that leaves out `cancel`, `wait` and `wait-all`, which GitHub lists",
    ),
    (
        "events-single-invalid.yml",
        "it expects errors for unknown keys under `workflow_dispatch`, which another case of the \
         corpus (on-workflow_dispatch-unknown-keys-ignored.yml) expects to be ignored",
    ),
];

/// Reads every case.
///
/// # Errors
/// A file cannot be read.
pub fn run(directory: &Path) -> io::Result<CorpusResult> {
    let mut result = CorpusResult::default();
    for (name, path) in yaml_files(directory)? {
        if let Some((_, reason)) = EXCEPTIONS.iter().find(|(case, _)| *case == name) {
            result.except(&name, reason);
            continue;
        }
        let text = std::fs::read_to_string(&path)?;
        if text.contains("\"Message\"") && text.contains("Anchors are not currently supported") {
            result.except(&name, "GitHub has read anchors and aliases since September 2025");
            continue;
        }
        let outcome = match case::parse(&text) {
            Ok(case) => compare(&name, &case),
            Err(cause) => Err(format!("the case itself cannot be read: {cause}\n")),
        };
        result.record(&name, outcome);
    }
    Ok(result)
}

/// One workflow file of a case: its text, its raw values, its tree.
struct File {
    name: String,
    template: Option<Template>,
    parsed: Parsed<Workflow>,
}

/// All files of a case by the name they are called with.
struct Files {
    sources: SourceMap,
    root: File,
    called: HashMap<String, File>,
}

impl Files {
    fn read(name: &str, case: &Case, limits: &Limits) -> Self {
        let mut sources = SourceMap::new();
        let root_name = format!(".github/workflows/{name}");
        let root = read_file(&mut sources, &root_name, &case.workflow, limits);
        let called = case
            .called
            .iter()
            .map(|(uses, text)| (uses.clone(), read_file(&mut sources, uses, text, limits)))
            .collect();
        Self { sources, root, called }
    }

    fn problems(&self, case: &Case, limits: &Limits) -> Vec<Problem> {
        let mut problems = self.root.parsed.problems.clone();
        let Some(workflow) = &self.root.parsed.tree else { return problems };
        if problems.is_empty() && !case.skip_called {
            let root = Called { workflow, size: self.root.parsed.size };
            let found = check_calls(
                root,
                &|_, call| {
                    let file = self.called.get(&call.uses.value);
                    let tree = file.and_then(|file| Some((file, file.parsed.tree.as_ref()?)));
                    let (file, workflow) = tree.ok_or_else(|| "it cannot be read".to_owned())?;
                    if file.parsed.has_errors() {
                        return Err("it has errors".to_owned());
                    }
                    Ok(Called { workflow, size: file.parsed.size })
                },
                case.permissions,
                limits,
            );
            problems.extend(found);
        }
        problems
    }
}

impl Files {
    /// Which job's call a problem of a caller is about: where the job's id stands.
    fn call_of(&self, problem: &Problem) -> Span {
        let files = std::iter::once(&self.root).chain(self.called.values());
        let jobs = files
            .filter_map(|file| file.parsed.tree.as_ref())
            .filter(|workflow| workflow.source == problem.span.source)
            .flat_map(|workflow| workflow.jobs.values());
        jobs.map(|job| job.id.span)
            .filter(|id| id.start.offset <= problem.span.start.offset)
            .max_by_key(|id| id.start.offset)
            .unwrap_or_default()
    }

    /// What is wrong with a called workflow by itself, as GitHub tells its caller.
    fn called_messages(&self, uses: &str, problem: &Problem) -> Vec<String> {
        let Some(file) = self.called.get(uses) else { return Vec::new() };
        let call = Spanned::new(uses.to_owned(), problem.span);
        let caller = messages::called_from(&self.sources, &call);
        let mut found = official(self, &file.parsed.problems);
        if found.is_empty() {
            // Defaults of inputs are only looked at when a workflow is called.
            let problems = file.parsed.problems.iter();
            found.extend(problems.filter_map(|problem| messages::default(&self.sources, problem)));
        }
        found.into_iter().map(|message| format!("{caller}{message}")).collect()
    }
}

fn read_file(sources: &mut SourceMap, name: &str, text: &str, limits: &Limits) -> File {
    let source = sources.add(name, text);
    let reading = read(source, name, text, &schema::workflow::WORKFLOW, limits);
    File {
        name: name.to_owned(),
        template: reading.template,
        parsed: parse_workflow_within(source, name, text, limits),
    }
}

fn compare(name: &str, case: &Case) -> Result<(), String> {
    let limits = case.limits();
    let files = Files::read(name, case, &limits);
    let problems = files.problems(case, &limits);
    let mut actual = Map::new();
    let messages = official(&files, &problems);
    if messages.is_empty() {
        actual = tree::render(&files, case);
    } else {
        let errors = messages.into_iter().map(|text| serde_json::json!({ "Message": text }));
        actual.insert("errors".to_owned(), errors.collect());
    }
    let (expected, actual) = (in_order(&case.expected), in_order(&Value::Object(actual)));
    if expected == actual {
        return Ok(());
    }
    let pretty = |value| serde_json::to_string_pretty(value).unwrap_or_default() + "\n";
    Err(difference(&pretty(&expected), &pretty(&actual)))
}

/// How many messages GitHub gives at most.
const MOST_MESSAGES: usize = 10;

/// GitHub's messages. It looks no further when a step has found something, nor behind the first
/// call that has.
fn official(files: &Files, problems: &[Problem]) -> Vec<String> {
    let mut messages = Vec::new();
    for step in [Step::Reading, Step::Converting, Step::Ordering] {
        let mut found: Vec<_> = problems.iter().filter(|problem| problem.step() == step).collect();
        if let Some(start) =
            found.iter().find(|problem| problem.kind == ProblemKind::NoStartingJob).copied()
        {
            found = vec![start];
        }
        messages
            .extend(found.iter().filter_map(|problem| messages::render(&files.sources, problem)));
        if !messages.is_empty() {
            messages.truncate(MOST_MESSAGES);
            return messages;
        }
    }
    let linking: Vec<_> =
        problems.iter().filter(|problem| problem.step() == Step::Linking).collect();
    let call = linking.first().map(|problem| files.call_of(problem));
    for problem in linking.iter().filter(|problem| Some(files.call_of(problem)) == call) {
        match &problem.kind {
            ProblemKind::CalledWorkflowMissing { uses, .. } => {
                messages.extend(files.called_messages(uses, problem));
            }
            _ => messages.extend(messages::render(&files.sources, problem)),
        }
    }
    messages.truncate(MOST_MESSAGES);
    messages
}

/// The same value with keys, numbers and errors in one canonical form.
fn in_order(value: &Value) -> Value {
    match value {
        Value::Object(entries) => {
            let mut names: Vec<_> = entries.keys().cloned().collect();
            names.sort();
            let ordered = names.into_iter().map(|name| {
                let mut item = in_order(&entries[&name]);
                if name == "errors"
                    && let Value::Array(errors) = &mut item
                {
                    errors.sort_by_key(ToString::to_string);
                }
                (name, item)
            });
            Value::Object(ordered.collect())
        }
        Value::Array(items) => items.iter().map(in_order).collect(),
        Value::Number(number) => tree::number(number.as_f64().unwrap_or(f64::NAN)),
        other => other.clone(),
    }
}
