//! Rules behind one that always matches.

use super::{Look, always_matches};
use crate::problem::{Problem, ProblemKind};
use crate::value::Value;

pub(super) fn find(look: &Look<'_>, problems: &mut Vec<Problem>) {
    for rules in look.rules() {
        let rules: Vec<&Value> = rules.flattened();
        let first = rules.iter().position(|rule| always_matches(rule));
        let Some((last, next)) = first.and_then(|at| Some((rules[at], rules.get(at + 1)?))) else {
            continue;
        };
        let problem = Problem::new(next.span, ProblemKind::UnreachableRule);
        problems.push(problem.related(last.span, "always matches"));
    }
}
