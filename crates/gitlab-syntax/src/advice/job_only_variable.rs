//! Conditions about what is not known until a job runs.

use super::Look;
use crate::condition::Condition;
use crate::problem::{Problem, ProblemKind};
use crate::value::Value;
use crate::variables::predefined::JOB_ONLY;

pub(super) fn find(look: &Look<'_>, problems: &mut Vec<Problem>) {
    for condition in look.rules().flat_map(Value::flattened).filter_map(|rule| rule.get("if")) {
        let Some(text) = condition.as_text().filter(|text| text.contains("$CI_")) else { continue };
        let Ok(read) = Condition::parse(text) else { continue };
        for name in read.variables().into_iter().filter(|name| JOB_ONLY.contains(name)) {
            let kind = ProblemKind::JobOnlyVariable { name: name.to_owned() };
            problems.push(Problem::new(condition.span, kind));
        }
    }
}
