//! Jobs that no pipeline ever has: everything about them says `never`.

use super::Look;
use crate::problem::{Problem, ProblemKind};
use crate::reading::text;
use crate::value::Value;

pub(super) fn find(look: &Look<'_>, problems: &mut Vec<Problem>) {
    for (name, job) in &look.configuration.jobs {
        let says_never = |value: &Value| text(value, "when").as_deref() == Some("never");
        let never = match job.value.get("rules") {
            Some(rules) => {
                let own = says_never(&job.value);
                rules.flattened().into_iter().all(|rule| match rule.get("when") {
                    Some(_) => says_never(rule),
                    None => own,
                })
            }
            None => says_never(&job.value),
        };
        if never {
            let kind = ProblemKind::NeverRuns { job: name.clone() };
            problems.push(Problem::new(job.key, kind));
        }
    }
}
