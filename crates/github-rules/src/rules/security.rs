//! Mistakes that attackers use. Each file is one rule.
//!
//! An error is what is exploitable as it stands; what depends on the repository or its people is a
//! warning, and good habits are notes.

pub(crate) mod all_secrets;
pub(crate) mod archived_action;
pub(crate) mod artifact_credentials;
pub(crate) mod bot_condition;
pub(crate) mod cache_poisoning;
pub(crate) mod derived_secret;
pub(crate) mod environment_file;
pub(crate) mod excessive_permissions;
pub(crate) mod hard_coded_secret;
pub(crate) mod insecure_commands;
pub(crate) mod missing_permission;
pub(crate) mod mutable_image;
mod pass_by_environment;
mod permission_needs;
pub(crate) mod persisted_credentials;
pub(crate) mod scan_never_fails;
pub(crate) mod secret_in_script;
pub(crate) mod secrets_inherit;
pub(crate) mod self_hosted_runner;
pub(crate) mod template_injection;
mod token_shapes;
pub(crate) mod trusted_publishing;
pub(crate) mod unpinned_uses;
pub(crate) mod unsound_contains;
pub(crate) mod untrusted_checkout;

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
    all_secrets::check(outline, findings);
    archived_action::check(outline, findings);
    artifact_credentials::check(outline, findings);
    bot_condition::check(outline, findings);
    cache_poisoning::check(outline, findings);
    derived_secret::check(outline, findings);
    excessive_permissions::check(outline, findings);
    hard_coded_secret::check(outline, findings);
    insecure_commands::check(outline, findings);
    missing_permission::check(outline, findings);
    mutable_image::check(outline, findings);
    persisted_credentials::check(outline, findings);
    scan_never_fails::check(outline, findings);
    secret_in_script::check(outline, findings);
    secrets_inherit::check(outline, findings);
    self_hosted_runner::check(outline, findings);
    trusted_publishing::check(outline, findings);
    unpinned_uses::check(outline, findings);
    unsound_contains::check(outline, findings);
    untrusted_checkout::check(outline, findings);
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
