//! Mistakes that attackers use. Each file is one rule.
//!
//! An error is what is exploitable as it stands; what depends on the repository or its people is a
//! warning, and good habits are notes.

pub(crate) mod environment_file;
mod pass_by_environment;
pub(crate) mod template_injection;

use windlass_github_syntax::action::{Action, ActionRuns};

use crate::findings::Findings;
use crate::outline::{self, Outline};
use crate::untrusted;

/// Looks at a workflow.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    untrusted::walk(outline, &mut |step, scope| {
        template_injection::check(step, scope, findings);
        environment_file::check(step, scope, findings);
    });
    environment_file::check_artifacts(outline, findings);
}

/// Looks at a composite action.
pub(crate) fn check_action(action: &Action, findings: &mut Findings<'_>) {
    let ActionRuns::Composite { steps } = &action.runs else { return };
    let steps = outline::steps(steps, "", findings.text());
    untrusted::walk_action(action, &steps, findings.text(), &mut |step, scope| {
        template_injection::check(step, scope, findings);
        environment_file::check(step, scope, findings);
    });
}
