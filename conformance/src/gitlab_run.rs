//! `gitlab/run`: configurations that are expanded, refused or run as another local runner does.
//!
//! `expected.jsonl` has one call a line. A call with `preview` has the expanded document, one with
//! `error` is refused. The others are run: the choice of jobs is compared, what each printed and how it
//! ended. [`call`] reads the lines, [`project`] answers for files and Git, [`selection`] chooses
//! jobs, [`running`] runs them.

mod call;
mod project;
mod running;
mod selection;

use std::path::Path;
use std::{fs, io};

use windlass_diagnostics::SourceId;
use windlass_gitlab_syntax::document::read;
use windlass_gitlab_syntax::{Compiled, NoPipeline, Outcome};

use crate::CorpusResult;
use crate::cases::{difference, errors};
use call::Call;
use project::Project;

/// Calls that do not count: the case, what the call's line has in it, and why.
const EXCEPTED: &[(&str, &str, &str)] = &[
    (
        "component-inputs-",
        "",
        "inputs of components come from a file and from options of that tool; in GitLab a component \
         gets its inputs from `include:inputs` alone",
    ),
    ("validate-dependency-chain", "", "an option of that tool"),
    ("interactive", "", "an option of that tool"),
    ("cache-docker-mount-globstar", "", "an option of that tool"),
    ("variable-order", "", "variables of the tool's own home folder"),
    ("plain", "unsetVariable", "an option of that tool"),
    (
        "artifacts-exclude",
        "\"job\"",
        "the script lists the whole folder with owners and times, which are those of another machine",
    ),
    ("dotenv", "", "settings of that tool in a file of its own"),
    (
        "include-inputs",
        "jsonSchemaValidation",
        "`interruptible` of `default` is left out of the expanded document there, and is in every \
         job in GitLab (CI/CD YAML syntax reference, `default`)",
    ),
    (
        "never-needs",
        "test-job-optional",
        "another job needs one that the pipeline has not got, for which GitLab refuses the whole \
         pipeline (CI/CD YAML syntax reference, `needs:optional`)",
    ),
    (
        "workflow-rules-variables",
        "no-match",
        "GitLab creates no pipeline when no rule of `workflow:rules` matches (CI/CD YAML syntax \
         reference, `workflow:rules`)",
    ),
    (
        "include-rules",
        "",
        "`GITLAB_CI` is `true` in GitLab (Predefined CI/CD variables reference), and `false` there",
    ),
    (
        "include-template",
        "",
        "the template's `workflow:rules` are for merge requests, tags and the default branch, and \
         the commit is on another; GitLab creates no pipeline",
    ),
];

/// Judges every call of the corpus.
///
/// # Errors
/// A file cannot be read.
pub fn run(folder: &Path) -> io::Result<CorpusResult> {
    let mut result = CorpusResult::default();
    for line in fs::read_to_string(folder.join("expected.jsonl"))?.lines() {
        let call: Call = serde_json::from_str(line)?;
        let name = call.name();
        let excepted = EXCEPTED
            .iter()
            .find(|(case, words, _)| call.case.starts_with(case) && line.contains(words));
        if let Some((_, _, reason)) = excepted {
            result.except(&name, reason);
            continue;
        }
        let project = Project::open(&folder.join(&call.cwd), &call)?;
        let compiled = project.compile(&call);
        let mut outcome = judge(&call, &compiled);
        if let (Ok(()), false, Outcome::Pipeline(pipeline)) =
            (&outcome, call.status.is_empty(), &compiled.outcome)
        {
            let case = folder.join(&call.cwd);
            outcome = running::same_run(&call, pipeline, project.levels(), &case)?;
        }
        result.record(&name, outcome);
    }
    Ok(result)
}

fn judge(call: &Call, compiled: &Compiled) -> Result<(), String> {
    if let Some(error) = &call.error {
        // Some name a job that the pipeline has not got.
        let refused = compiled.has_errors() || selection::chosen(call, compiled).is_err();
        return if refused { Ok(()) } else { Err(format!("-{error}\n+no error\n")) };
    }
    if compiled.has_errors() {
        return Err(errors(&compiled.diagnostics));
    }
    if let Outcome::Needs(requests) = &compiled.outcome {
        return Err(format!("+{requests:?}\n"));
    }
    match &call.preview {
        Some(expected) => same_document(expected, compiled),
        None => same_jobs(call, compiled),
    }
}

fn same_document(expected: &str, compiled: &Compiled) -> Result<(), String> {
    let actual = compiled.configuration.as_ref().map(|it| it.to_yaml()).unwrap_or_default();
    let value = |text: &str| {
        let document = read(SourceId(0), text, &mut Vec::new()).ok()?;
        Some(document.body?.to_json())
    };
    match value(expected) {
        wanted @ Some(_) if wanted == value(&actual) => Ok(()),
        _ => Err(difference(expected, &actual)),
    }
}

fn same_jobs(call: &Call, compiled: &Compiled) -> Result<(), String> {
    if matches!(compiled.outcome, Outcome::None(NoPipeline::Workflow)) {
        return Err("+no pipeline, by `workflow:rules`\n".to_owned());
    }
    let mut chosen = selection::chosen(call, compiled)?;
    chosen.sort();
    let mut expected: Vec<String> =
        call.status.keys().map(|name| call::compared_name(name)).collect();
    expected.sort();
    if chosen == expected {
        return Ok(());
    }
    Err(difference(&(expected.join("\n") + "\n"), &(chosen.join("\n") + "\n")))
}
