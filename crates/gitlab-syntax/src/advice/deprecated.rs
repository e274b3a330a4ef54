//! Keywords that GitLab advises against. Source: "Deprecated keywords" in the CI/CD YAML syntax
//! reference.

use super::Look;
use crate::problem::{Problem, ProblemKind};
use crate::value::Mapping;

/// At the top: what says it instead.
const AT_THE_TOP: &[(&str, &str)] = &[
    ("after_script", "`default: after_script`"),
    ("before_script", "`default: before_script`"),
    ("cache", "`default: cache`"),
    ("image", "`default: image`"),
    ("services", "`default: services`"),
    ("types", "`stages`"),
];

/// In a job: what says it instead.
const IN_A_JOB: &[(&str, &str)] = &[
    ("except", "`rules`"),
    ("only", "`rules`"),
    ("publish", "`pages:publish`"),
    ("type", "`stage`"),
];

pub(super) fn find(look: &Look<'_>, problems: &mut Vec<Problem>) {
    within(look.merged, AT_THE_TOP, problems);
    for (_, job) in look.jobs() {
        if let Some(job) = job.as_mapping() {
            within(job, IN_A_JOB, problems);
        }
    }
}

fn within(mapping: &Mapping, deprecated: &[(&str, &'static str)], problems: &mut Vec<Problem>) {
    for &(keyword, instead) in deprecated {
        if let Some(entry) = mapping.entry(keyword) {
            let kind = ProblemKind::Deprecated { keyword: keyword.to_owned(), instead };
            problems.push(Problem::new(entry.key, kind));
        }
    }
}
