//! The nodes of a job that are known before it runs: set-up, steps, completion.

use windlass_diagnostics::Span;
use windlass_github_syntax::expression::Scope;
use windlass_github_syntax::workflow::{Step, StepKind};
use windlass_kernel::{Change, Node, NodeId, NodeKind, Origin};

use super::containers;
use super::context::Job;
use super::labels::label;
use super::lane::Lane;
use super::state::{Ended, Outcome};
use super::steps::conclude;

/// The node of `Set up job`.
pub(crate) fn setup_node(job: &NodeId) -> NodeId {
    job.child("__setup")
}

/// The node of `Initialize containers`.
pub(crate) fn containers_node(job: &NodeId) -> NodeId {
    job.child("__containers")
}

/// The node of `Stop containers`.
pub(crate) fn stop_containers_node(job: &NodeId) -> NodeId {
    job.child("__stop_containers")
}

/// The node of `Complete job`.
pub(crate) fn complete_node(job: &NodeId) -> NodeId {
    job.child("__complete")
}

/// A step's node.
pub(crate) fn step(id: NodeId, parent: &NodeId, label: String, origin: Option<Origin>) -> Change {
    let (parent, kind) = (parent.clone(), NodeKind::Step);
    Change::Declare(Node { id, parent, after: Vec::new(), kind, label, origin })
}

/// Where something was written.
pub(crate) fn origin(file: &str, span: Span) -> Option<Origin> {
    (span.start.line > 0).then(|| Origin {
        file: file.to_owned(),
        line: span.start.line,
        column: span.start.column,
    })
}

/// Declares all steps of a job.
pub(crate) fn declare_job(
    job: &NodeId,
    file: &str,
    steps: &[Step],
    scope: &dyn Scope,
    mask: impl Fn(&str) -> String,
    has_containers: bool,
) -> Vec<Change> {
    let own = |node, label: &str| step(node, job, label.to_owned(), None);
    let mut changes = vec![own(setup_node(job), "Set up job")];
    if has_containers {
        changes.push(own(containers_node(job), "Initialize containers"));
    }
    declare_steps(&mut changes, job, file, steps, scope, &mask);
    if has_containers {
        changes.push(own(stop_containers_node(job), "Stop containers"));
    }
    changes.push(own(complete_node(job), "Complete job"));
    changes
}

/// Declares steps below a node, those of `parallel` steps included.
pub(crate) fn declare_steps(
    changes: &mut Vec<Change>,
    parent: &NodeId,
    file: &str,
    steps: &[Step],
    scope: &dyn Scope,
    mask: &impl Fn(&str) -> String,
) {
    for each in steps {
        let node = parent.child(&each.id.value);
        let label = mask(&label(each, scope, true));
        let mut change = step(node.clone(), parent, label, origin(file, each.span));
        if let (Change::Declare(declared), StepKind::Parallel { .. }) = (&mut change, &each.kind) {
            declared.kind = NodeKind::Group;
        }
        changes.push(change);
        if let StepKind::Parallel { steps } = &each.kind {
            declare_steps(changes, &node, file, steps, scope, mask);
        }
    }
}

/// Concludes all steps as skipped: the job never came to run them, nor to start its containers
/// unless `is_set_up`.
pub(crate) fn skip_all(job: &Job, lane: &mut Lane, is_set_up: bool) {
    let ended = Ended::new(Outcome::Skipped, Some("the job could not be set up".to_owned()));
    let steps = job.order.job.steps.iter().map(|step| job.node.child(&step.id.value));
    let mut nodes: Vec<NodeId> = steps.collect();
    if !is_set_up && containers::are_asked_for(job) {
        nodes.extend([containers_node(&job.node), stop_containers_node(&job.node)]);
    }
    for node in nodes {
        let position = lane.log.position();
        conclude(job, lane, &node, &ended, position);
    }
}
