//! The head of a job: its first report, and what `Set up job` says of runner and workspace.

use windlass_github_syntax::workflow::PermissionGrant;
use windlass_kernel::{Annotation, AnnotationLevel, Change, NodeId};
use windlass_repository::WorkspaceSource;

use super::context::Job;
use super::lane::Reporter;
use super::log::JobLog;
use super::state::{Frame, JobState};
use super::{containers, outline, runner_labels};

/// Reports the job's start and writes the head of its log.
pub(crate) fn begin(job: &Job, state: &JobState, reporter: &mut Reporter, log: &mut JobLog) {
    let node = outline::setup_node(&job.node);
    let options = &job.options;
    let place = format!("{} (this machine)", options.runner_name);
    reporter.add(Change::Started { node: job.node.clone(), place });
    let frame = Frame::job(job.node.clone());
    let layers = [&state.env];
    let scope = job.scope(state, &frame, &layers, &[]);
    let (file, steps) = (&job.order.source_name, &job.order.job.steps);
    let has_containers = containers::are_asked_for(job);
    let mask = |text: &str| job.mask(text);
    let declared = outline::declare_job(&job.node, file, steps, &scope, mask, has_containers);
    declared.into_iter().for_each(|change| reporter.add(change));
    reporter.begin(&node);
    let runner = &job.contexts.runner;
    let (os, arch) = (runner.property("os"), runner.property("arch"));
    log.line(&node, &format!("Runner name: '{}' ({os}, {arch})", options.runner_name));
    let workspace = job.workspace().display();
    let content = match &options.workspace_source {
        WorkspaceSource::Snapshot(_) if options.repository.is_dirty => {
            "a copy of the working tree, uncommitted changes included"
        }
        WorkspaceSource::Snapshot(_) => "a copy of the working tree",
        WorkspaceSource::InPlace(_) => "the checkout itself",
        WorkspaceSource::Empty => "empty",
    };
    log.line(&node, &format!("Workspace: {workspace} ({content})"));
    let labels = &job.order.runner_labels;
    let is_decided = options.containers.platforms.of(labels).is_some();
    if let (false, Some(warning)) = (is_decided, runner_labels::warning(labels)) {
        log.issue(&node, "warning", &warning);
        let annotation = Annotation::on(job.node.clone(), AnnotationLevel::Warning, warning);
        reporter.add(Change::Annotate(annotation));
    }
    show_permissions(job, reporter, log, &node);
    log.line(&node, &format!("Complete job name: {}", job.order.name));
}

/// What keeps the job apart from the rest of the machine.
pub(crate) fn show_isolation(job: &Job, without_group: Option<&str>, log: &mut JobLog) {
    let node = outline::setup_node(&job.node);
    let limits = job.options.isolation.limits.describe();
    if !limits.is_empty() {
        log.line(&node, &format!("Limits: {limits}"));
    }
    if let (true, Some(reason)) = (job.debug, without_group) {
        let message = format!("This job has no control group of its own: {reason}");
        log.line(&node, &format!("##[debug]{message}"));
    }
}

/// What the workflow lets the token do; the token itself is the user's.
fn show_permissions(job: &Job, reporter: &mut Reporter, log: &mut JobLog, node: &NodeId) {
    let Some(permissions) = &job.order.permissions else { return };
    let lines: Vec<String> = match &permissions.grant {
        PermissionGrant::All(level) => vec![format!("all: {}", level.as_str())],
        PermissionGrant::Scopes(scopes) => {
            scopes.iter().map(|(scope, level)| format!("{scope}: {}", level.as_str())).collect()
        }
    };
    log.line(node, "##[group]GITHUB_TOKEN Permissions");
    lines.iter().for_each(|line| log.line(node, line));
    log.line(node, "##[endgroup]");
    let (name, value) = ("permissions".to_owned(), lines.join(", "));
    reporter.add(Change::Attribute { node: job.node.clone(), name, value });
}
