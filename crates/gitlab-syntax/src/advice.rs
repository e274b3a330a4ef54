//! What is likely not meant, though a pipeline can be created: one file a rule.
//!
//! Only for texts of the project itself: what others wrote cannot be mended here.

mod deprecated;
mod floating_image;
mod job_only_variable;
mod never_runs;
mod plain_secret;
mod scan_may_fail;
mod unreachable_rule;

use crate::configuration::Configuration;
use crate::problem::Problem;
use crate::value::{Data, Mapping, Value};

/// A look at the whole configuration.
struct Look<'tree> {
    /// As it was merged: with `default`, hidden jobs and short forms.
    merged: &'tree Mapping,
    /// In its full form.
    configuration: &'tree Configuration,
}

/// Every rule; what several jobs take over from one place is told once there.
const RULES: &[fn(&Look<'_>, &mut Vec<Problem>)] = &[
    deprecated::find,
    floating_image::find,
    job_only_variable::find,
    never_runs::find,
    plain_secret::find,
    scan_may_fail::find,
    unreachable_rule::find,
];

/// Adds what the rules find.
pub(crate) fn find(merged: &Mapping, configuration: &Configuration, problems: &mut Vec<Problem>) {
    let look = Look { merged, configuration };
    RULES.iter().for_each(|rule| rule(&look, problems));
}

impl<'tree> Look<'tree> {
    /// The visible jobs by name.
    fn jobs(&self) -> impl Iterator<Item = (&'tree str, &'tree Value)> {
        self.configuration.jobs.iter().map(|(name, job)| (name.as_str(), &job.value))
    }

    /// The value of a keyword in every visible job that has it, by the name of the job.
    fn each(&self, keyword: &'static str) -> impl Iterator<Item = (&'tree str, &'tree Value)> {
        self.jobs().filter_map(move |(name, job)| Some((name, job.get(keyword)?)))
    }
}

impl<'tree> Look<'tree> {
    /// The lists of rules: of the workflow, and of every visible job.
    fn rules(&self) -> impl Iterator<Item = &'tree Value> {
        let workflow = self.configuration.workflow.as_ref().and_then(|it| it.get("rules"));
        workflow.into_iter().chain(self.each("rules").map(|(_, rules)| rules))
    }
}

/// Whether a rule asks for nothing and so matches whatever there is.
fn always_matches(rule: &Value) -> bool {
    let Data::Mapping(mapping) = &rule.data else { return false };
    ["if", "changes", "exists"].iter().all(|keyword| mapping.filled(keyword).is_none())
}
