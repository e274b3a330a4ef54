//! What a job hands to later jobs, and the address of what it deployed.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", `jobs.<job_id>.outputs` and
//! `jobs.<job_id>.environment`. Outputs are evaluated at the end of the job, also of one that has
//! failed; those that may hold a secret are left out.

use indexmap::IndexMap;
use windlass_kernel::{Change, NodeId};

use super::context::Job;
use super::lane::Lane;
use super::state::{Frame, JobState};
use super::steps::fail;

/// The most bytes of one output, as on GitHub ("Passing information between jobs").
const LIMIT: usize = 1024 * 1024;

/// The outputs of a job.
pub(crate) fn evaluate(
    job: &Job,
    lane: &mut Lane,
    state: &mut JobState,
    frame: &Frame,
    node: &NodeId,
) -> IndexMap<String, String> {
    let mut outputs = IndexMap::new();
    let Some(template) = &job.order.job.outputs else { return outputs };
    let pairs = {
        let layers = [&state.env];
        let scope = job.scope(state, frame, &layers, &[]);
        template.evaluate_mapping(&scope)
    };
    let pairs = match pairs {
        Ok(pairs) => pairs,
        Err(error) => {
            state.failed = true;
            fail(job, lane, node, &format!("`outputs`: {error}"));
            return outputs;
        }
    };
    for (name, value) in pairs {
        if job.mask(&value) != value {
            let message = format!("Skip output '{name}' since it may contain secret.");
            lane.log.issue(node, "warning", &message);
        } else if value.len() > LIMIT {
            state.failed = true;
            let size = value.len();
            fail(job, lane, node, &format!("Output '{name}' has {size} bytes, more than 1 MiB."));
        } else {
            outputs.insert(name, value);
        }
    }
    outputs
}

/// Tells the run at what address the job's environment can be seen.
pub(crate) fn report_environment(
    job: &Job,
    lane: &mut Lane,
    state: &JobState,
    frame: &Frame,
    node: &NodeId,
) {
    let url = job.order.job.environment.as_ref().and_then(|environment| environment.url());
    let Some(template) = url else { return };
    let url = {
        let layers = [&state.env];
        let scope = job.scope(state, frame, &layers, &[]);
        template.evaluate_string(&scope)
    };
    match url {
        Ok(url) if url.is_empty() => {}
        Ok(url) => lane.reporter.add(Change::Attribute {
            node: job.node.clone(),
            name: "environment-url".to_owned(),
            value: job.mask(&url),
        }),
        Err(error) => lane.log.issue(node, "warning", &format!("`environment.url`: {error}")),
    }
}
