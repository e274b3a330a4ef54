//! What is wrong with a merged configuration, whatever the commit.
//!
//! [`Checker`] holds the keywords against their table; here is what takes more than one keyword to
//! see.

use crate::configuration::{Configuration, ConfiguredJob, is_keyword};
use crate::creation::parallel;
use crate::keywords::check::Checker;
use crate::keywords::job::JOB;
use crate::keywords::top::TOP;
use crate::problem::{Problem, ProblemKind, nearest};
use crate::reading::text;
use crate::value::{Mapping, Value};

/// How many characters the name of a job may have. Source: "CI/CD jobs", section "Job name
/// limitations".
const LONGEST_NAME: usize = 255;

/// Most weight of all jobs with what they take over: each has its own in the end.
const MOST_WEIGHT: usize = 100_000_000;

/// Pairs of keywords that exclude one another in a job.
const CONFLICTS: &[(&str, &str)] = &[
    ("rules", "only"),
    ("rules", "except"),
    ("script", "trigger"),
    ("script", "run"),
    ("run", "trigger"),
];

/// Checks the keywords of a merged document.
pub(crate) fn check_merged(merged: &Mapping, checker: &mut Checker<'_>) {
    let top = TOP.keys().unwrap_or_default();
    for (name, entry) in merged.entries() {
        if let Some(key) = top.iter().find(|key| key.name == name) {
            if !entry.value.is_null() {
                checker.check(&entry.value, key.shape, name);
            }
        } else if !name.starts_with('.') {
            check_job(name, &entry.value, checker);
        }
    }
}

fn check_job(name: &str, value: &Value, checker: &mut Checker<'_>) {
    let Some(job) = value.as_mapping() else {
        let top = TOP.keys().unwrap_or_default().iter().map(|key| key.name);
        let kind = match nearest(name, top) {
            Some(keyword) => ProblemKind::UnknownKeyword {
                keyword: name.to_owned(),
                place: "at the top".to_owned(),
                suggestion: Some(keyword),
            },
            None => ProblemKind::WrongType {
                keyword: name.to_owned(),
                found: value.kind().to_owned(),
                expected: "the mapping of a job".to_owned(),
            },
        };
        checker.problems.push(Problem::new(value.span, kind));
        return;
    };
    checker.check(value, &JOB, name);
    for &(first, second) in CONFLICTS {
        if let (Some(one), Some(_)) = (job.entry(second), job.filled(first))
            && !one.value.is_null()
        {
            checker.problems.push(Problem::new(one.key, ProblemKind::Conflict { first, second }));
        }
    }
    if let Some(rules) = job.filled("rules").filter(|rules| rules.as_list() == Some(&[])) {
        let kind = ProblemKind::WrongType {
            keyword: format!("{name}:rules"),
            found: "an empty list".to_owned(),
            expected: "a list of rules".to_owned(),
        };
        checker.problems.push(Problem::new(rules.span, kind));
    }
    let rules = job.filled("rules").map(Value::flattened).unwrap_or_default();
    for delayed in rules.into_iter().chain([value]) {
        let is_delayed = text(delayed, "when").as_deref() == Some("delayed");
        if is_delayed && delayed.get("start_in").or(job.get("start_in")).is_none() {
            let kind = ProblemKind::MissingKeyword { keyword: "start_in", place: name.to_owned() };
            checker.problems.push(Problem::new(delayed.span, kind));
        }
    }
    if name.chars().count() > LONGEST_NAME {
        let kind = ProblemKind::WrongType {
            keyword: "the name of the job".to_owned(),
            found: format!("{} characters long", name.chars().count()),
            expected: format!("a name of at most {LONGEST_NAME}"),
        };
        checker.problems.push(Problem::new(value.span, kind));
    }
}

/// Checks the jobs of a configuration.
pub(crate) fn check_jobs(configuration: &Configuration, problems: &mut Vec<Problem>) {
    for (name, job) in &configuration.jobs {
        check_work(name, job, problems);
        check_stage(name, job, configuration, problems);
        check_dependencies(name, job, problems);
        check_generated(name, job, configuration, problems);
        check_stop(name, job, configuration, problems);
    }
}

/// The job that stops an environment is one that stops this environment. Source: section
/// `environment:on_stop`.
fn check_stop(
    name: &str,
    job: &ConfiguredJob,
    configuration: &Configuration,
    problems: &mut Vec<Problem>,
) {
    let Some(environment) = job.value.get("environment") else { return };
    let Some(stop) = environment.get("on_stop") else { return };
    let Some(other) = stop.as_scalar() else { return };
    let job = name.to_owned();
    let kind = match configuration.jobs.get(&other) {
        None => ProblemKind::UnknownStopJob { job, other },
        Some(found) => {
            let stopped = found.value.get("environment");
            let name_of = |it: &Value| it.get("name").unwrap_or(it).as_scalar();
            let action = stopped.and_then(|it| text(it, "action"));
            let cause = match stopped {
                None => "has no `environment`",
                Some(it) if name_of(it) != name_of(environment) => "is of another environment",
                Some(_) if action.as_deref() != Some("stop") => "does not have `action: stop`",
                Some(_) => return,
            };
            ProblemKind::WrongStopJob { job, other, cause }
        }
    };
    problems.push(Problem::new(stop.span, kind));
}

/// A job has something to do.
fn check_work(name: &str, job: &ConfiguredJob, problems: &mut Vec<Problem>) {
    let value = &job.value;
    if let Some(script) = value.get("script") {
        if script.texts().iter().all(String::is_empty) {
            let kind = ProblemKind::EmptyScript { job: name.to_owned() };
            problems.push(Problem::new(script.span, kind));
        }
    } else if ["run", "trigger"].iter().all(|keyword| value.get(keyword).is_none())
        && !mirrors_a_pipeline(value)
    {
        problems.push(Problem::new(job.key, ProblemKind::NoScript { job: name.to_owned() }));
    }
}

/// Whether a job takes over the status of another project's pipeline, for which it needs no script.
/// Source: section `needs:pipeline`.
fn mirrors_a_pipeline(job: &Value) -> bool {
    let needs = job.get("needs").map(Value::flattened).unwrap_or_default();
    needs.iter().any(|need| need.get("pipeline").is_some() && need.get("job").is_none())
}

fn check_stage(
    name: &str,
    job: &ConfiguredJob,
    configuration: &Configuration,
    problems: &mut Vec<Problem>,
) {
    let stage = job.stage();
    if configuration.stages.contains(&stage) {
        return;
    }
    let place = job.value.get("stage").or_else(|| job.value.get("type"));
    let place = place.map_or(job.key, |stage| stage.span);
    let suggestion = nearest(&stage, configuration.stages.iter().map(String::as_str));
    let kind = ProblemKind::UnknownStage { job: name.to_owned(), stage, suggestion };
    problems.push(Problem::new(place, kind));
}

/// With `needs`, a job depends only on what it needs. Source: section `dependencies`.
fn check_dependencies(name: &str, job: &ConfiguredJob, problems: &mut Vec<Problem>) {
    let Some(needs) = job.value.get("needs") else { return };
    let needed: Vec<String> = needs
        .flattened()
        .into_iter()
        .filter_map(|need| need.as_scalar().or_else(|| text(need, "job")))
        .collect();
    let dependencies = job.value.get("dependencies").map(Value::flattened).unwrap_or_default();
    for entry in dependencies {
        if let Some(dependency) = entry.as_scalar().filter(|it| !needed.contains(it)) {
            let kind = ProblemKind::DependencyNotNeeded { job: name.to_owned(), dependency };
            problems.push(Problem::new(entry.span, kind));
        }
    }
}

/// The job that generates a child pipeline is in the same configuration. Source: "Downstream
/// pipelines", section "Dynamic child pipelines".
fn check_generated(
    name: &str,
    job: &ConfiguredJob,
    configuration: &Configuration,
    problems: &mut Vec<Problem>,
) {
    let included = job.value.get("trigger").and_then(|trigger| trigger.get("include"));
    for generating in included.into_iter().flat_map(Value::flattened).filter_map(|it| it.get("job"))
    {
        let source_job = generating.as_scalar().unwrap_or_default();
        if !configuration.jobs.contains_key(&source_job) && !source_job.contains('$') {
            let known = configuration.jobs.keys().map(String::as_str);
            let suggestion = nearest(&source_job, known);
            let job = name.to_owned();
            let kind = ProblemKind::UnknownArtifactJob { job, source_job, suggestion };
            problems.push(Problem::new(generating.span, kind));
        }
    }
}

/// Whether all jobs together, each with its defaults, its variables and as often as `parallel` says,
/// are more than can be held.
pub(crate) fn too_heavy(merged: &Mapping) -> Option<Problem> {
    let shared = ["default", "variables", "image", "services", "before_script", "after_script"];
    let shared: usize = shared.iter().filter_map(|key| merged.get(key)).map(Value::weight).sum();
    let mut weight = 0_usize;
    let is_job = |name: &str| !is_keyword(name) && !name.starts_with('.');
    for (_, job) in merged.entries().filter(|(name, _)| is_job(name)) {
        let parallel = job.value.get("parallel");
        let times = match parallel.map(|it| (it.as_integer(), it)) {
            Some((Some(times), _)) => usize::try_from(times).unwrap_or(1),
            Some((None, matrix)) => parallel::count(matrix),
            None => 1,
        };
        weight = weight.saturating_add((shared + job.value.weight()).saturating_mul(times));
        if weight > MOST_WEIGHT {
            return Some(Problem::new(job.key, ProblemKind::TooHeavy { limit: MOST_WEIGHT }));
        }
    }
    None
}

/// Whether a merged document has any job.
pub(crate) fn has_jobs(merged: &Mapping) -> bool {
    merged.iter().any(|(name, _)| !is_keyword(name) && !name.starts_with('.'))
}
