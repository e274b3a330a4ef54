//! Jobs that no pipeline ever has: everything about them says `never`, or `except` takes back all
//! that `only` gives.

use super::Look;
use crate::problem::{Problem, ProblemKind};
use crate::reading::text;
use crate::value::Value;

pub(super) fn find(look: &Look<'_>, problems: &mut Vec<Problem>) {
    for (name, job) in &look.configuration.jobs {
        let never = match job.value.get("rules") {
            Some(rules) => {
                let own = says_never(&job.value);
                rules.flattened().into_iter().all(|rule| match rule.get("when") {
                    Some(_) => says_never(rule),
                    None => own,
                })
            }
            None => says_never(&job.value) || is_taken_back(&job.value),
        };
        // What another file says for good is meant so, as with the jobs of GitLab's templates that
        // are for configuration only.
        let source =
            job.value.get("rules").or_else(|| job.value.get("when")).map(|it| it.span.source);
        if never && source.is_none_or(|source| source == job.key.source) {
            let kind = ProblemKind::NeverRuns { job: name.clone() };
            problems.push(Problem::new(job.key, kind));
        }
    }
}

fn says_never(value: &Value) -> bool {
    text(value, "when").as_deref() == Some("never")
}

/// Whether `except` names every reference that `only` names.
fn is_taken_back(job: &Value) -> bool {
    let references = |keyword: &str| {
        let policy = job.get(keyword)?;
        let references = policy.get("refs").unwrap_or(policy).texts();
        (!references.is_empty()).then_some(references)
    };
    let (Some(only), Some(except)) = (references("only"), references("except")) else {
        return false;
    };
    only.iter().all(|reference| except.contains(reference))
}
