//! Whether an event starts a workflow, and which line of the workflow decided.
//!
//! Sources: GitHub Docs, "Events that trigger workflows" (activity types) and "Workflow syntax",
//! `on.<push|pull_request>.<branches|tags|paths>`.

use windlass_diagnostics::{Span, Spanned};
use windlass_github_syntax::{
    filter_pattern::{FilterPatternError, PatternList},
    workflow::{EventFilter, EventKind, EventTrigger, Filters, Triggers},
};

use super::{Event, Reference};

/// The files that the event's commits changed.
#[derive(Clone, Debug)]
pub enum ChangedFiles {
    /// Paths from the project's root.
    Known(Vec<String>),
    /// There is nothing to compare with (no Git, the first commit): path filters let pass, as
    /// GitHub does when it cannot tell.
    Unknown,
}

/// What became of an event at a workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It starts the workflow.
    Runs,
    /// It does not.
    Skipped {
        /// Why, in a sentence.
        reason: String,
        /// The filter that decided, where one did.
        span: Option<Span>,
    },
}

impl Decision {
    fn skipped(reason: impl Into<String>, span: Option<Span>) -> Self {
        Decision::Skipped { reason: reason.into(), span }
    }
}

/// Decides whether the event starts a workflow with these triggers.
pub fn decide(on: &Triggers, event: &Event, changed: &ChangedFiles) -> Decision {
    let Some(trigger) = on.events.get(&event.name) else {
        let names: Vec<&str> = on.events.keys().map(String::as_str).collect();
        let reason = format!("it runs on {}, not on {}", names.join(", "), event.name);
        return Decision::skipped(reason, on.span);
    };
    match &trigger.kind {
        EventKind::Webhook(filter) => webhook(trigger, filter, event, changed),
        EventKind::Schedule(schedules) => {
            let due = event.payload["schedule"].as_str();
            let is_due = |cron| due.is_none_or(|due| due == cron);
            if schedules.iter().any(|schedule| is_due(schedule.cron.value.as_str())) {
                return Decision::Runs;
            }
            let reason = format!("no entry of its schedule is '{}'", due.unwrap_or_default());
            Decision::skipped(reason, Some(trigger.name.span))
        }
        EventKind::WorkflowDispatch(_) | EventKind::WorkflowCall(_) => Decision::Runs,
    }
}

fn webhook(
    trigger: &EventTrigger,
    filter: &EventFilter,
    event: &Event,
    changed: &ChangedFiles,
) -> Decision {
    let steps = [
        activity_type(trigger, filter, event),
        workflow_name(filter, event),
        reference(trigger, filter, event),
    ];
    let refused = steps.into_iter().find(|decision| *decision != Decision::Runs);
    refused.unwrap_or_else(|| paths(filter, event, changed))
}

/// The activity types that count when none are named. Every type counts for all other events.
fn default_types(event: &str) -> Option<&'static [&'static str]> {
    match event {
        "pull_request" | "pull_request_target" => Some(&["opened", "synchronize", "reopened"]),
        _ => None,
    }
}

fn activity_type(trigger: &EventTrigger, filter: &EventFilter, event: &Event) -> Decision {
    let Some(action) = event.action.as_deref() else { return Decision::Runs };
    let (names, span): (Vec<&str>, Span) = match (&filter.types, default_types(&event.name)) {
        (Some(types), _) => {
            let names = types.iter().map(|name| name.value.as_str()).collect();
            (names, types.first().map_or(trigger.name.span, |first| first.span))
        }
        (None, Some(defaults)) => (defaults.to_vec(), trigger.name.span),
        (None, None) => return Decision::Runs,
    };
    if names.contains(&action) {
        return Decision::Runs;
    }
    let reason =
        format!("activity type '{action}' of {} is none of: {}", event.name, names.join(", "));
    Decision::skipped(reason, Some(span))
}

/// `workflow_run` names the workflows it waits for.
fn workflow_name(filter: &EventFilter, event: &Event) -> Decision {
    let Some(wanted) = &filter.workflows else { return Decision::Runs };
    let name = event.payload.pointer("/workflow_run/name").and_then(serde_json::Value::as_str);
    match name {
        Some(name) if !wanted.iter().any(|wanted| wanted.value == name) => {
            let span = wanted.first().map(|first| first.span);
            Decision::skipped(format!("workflow '{name}' is not among its workflows"), span)
        }
        _ => Decision::Runs,
    }
}

/// Branch and tag filters. A workflow that filters only branches does not run for tags, and the
/// other way round; one that filters neither runs for both.
fn reference(trigger: &EventTrigger, filter: &EventFilter, event: &Event) -> Decision {
    let (kind, name, own, other) = match event.filtered_reference() {
        Reference::Branch(name) => ("branch", name, &filter.branches, &filter.tags),
        Reference::Tag(name) => ("tag", name, &filter.tags, &filter.branches),
    };
    match (own, other) {
        (Some(filters), _) => by_name(filters, kind, name),
        (None, Some(_)) if event.name == "push" => {
            let other = if kind == "tag" { "branches" } else { "tags" };
            let reason = format!("'{name}' is a {kind}, and only {other} are filtered in");
            Decision::skipped(reason, Some(trigger.name.span))
        }
        (None, _) => Decision::Runs,
    }
}

fn by_name(filters: &Filters, kind: &str, name: &str) -> Decision {
    if let Some(include) = &filters.include {
        let verdict = with_list(include, |list| {
            let decision = list.explain(name);
            let pattern = decision.pattern.map(|pattern| pattern.source().to_owned());
            (decision.matched, pattern)
        });
        match verdict {
            Ok((true, _)) => {}
            Ok((false, Some(pattern))) => {
                let reason = format!("{kind} '{name}' is left out by '{pattern}'");
                return Decision::skipped(reason, place(include, &pattern));
            }
            Ok((false, None)) => {
                let reason = format!("{kind} '{name}' matches none of: {}", written(include));
                return Decision::skipped(reason, include.first().map(|first| first.span));
            }
            Err(error) => return Decision::skipped(error, include.first().map(|one| one.span)),
        }
    }
    if let Some(ignore) = &filters.ignore {
        match with_list(ignore, |list| list.matches(name)) {
            Ok(false) => {}
            Ok(true) => {
                let reason = format!("{kind} '{name}' is ignored by: {}", written(ignore));
                return Decision::skipped(reason, ignore.first().map(|first| first.span));
            }
            Err(error) => return Decision::skipped(error, ignore.first().map(|one| one.span)),
        }
    }
    Decision::Runs
}

/// Path filters. They are not looked at for pushes of tags.
fn paths(filter: &EventFilter, event: &Event, changed: &ChangedFiles) -> Decision {
    let is_tag = matches!(event.filtered_reference(), Reference::Tag(_));
    let (Some(filters), ChangedFiles::Known(files), false) = (&filter.paths, changed, is_tag)
    else {
        return Decision::Runs;
    };
    let names = || files.iter().map(String::as_str);
    let changed = shown_files(files);
    if let Some(include) = &filters.include {
        match with_list(include, |list| list.first_match(names()).is_some()) {
            Ok(true) => {}
            Ok(false) => {
                let reason =
                    format!("no changed file matches {} (changed: {changed})", written(include));
                return Decision::skipped(reason, include.first().map(|first| first.span));
            }
            Err(error) => return Decision::skipped(error, include.first().map(|one| one.span)),
        }
    }
    if let Some(ignore) = &filters.ignore {
        match with_list(ignore, |list| list.first_other(names()).is_some()) {
            Ok(true) => {}
            Ok(false) => {
                let reason = format!(
                    "every changed file is ignored by {} (changed: {changed})",
                    written(ignore)
                );
                return Decision::skipped(reason, ignore.first().map(|first| first.span));
            }
            Err(error) => return Decision::skipped(error, ignore.first().map(|one| one.span)),
        }
    }
    Decision::Runs
}

fn with_list<T>(
    patterns: &[Spanned<String>],
    ask: impl FnOnce(&PatternList) -> T,
) -> Result<T, String> {
    let list = PatternList::parse(patterns.iter().map(|pattern| pattern.value.as_str()));
    let wrong = |(at, error): (usize, FilterPatternError)| {
        format!("filter '{}' cannot be read: {error}", patterns[at].value)
    };
    list.map(|list| ask(&list)).map_err(wrong)
}

fn written(patterns: &[Spanned<String>]) -> String {
    let quoted: Vec<String> = patterns.iter().map(|one| format!("'{}'", one.value)).collect();
    quoted.join(", ")
}

fn place(patterns: &[Spanned<String>], source: &str) -> Option<Span> {
    patterns.iter().rev().find(|pattern| pattern.value == source).map(|pattern| pattern.span)
}

fn shown_files(files: &[String]) -> String {
    match files {
        [] => "nothing".to_owned(),
        [first, second, third, rest @ ..] if !rest.is_empty() => {
            format!("{first}, {second}, {third} and {} more", rest.len())
        }
        few => few.join(", "),
    }
}
