//! From a merged configuration to the pipeline of one commit and source.
//!
//! [`workflow`] decides whether there is one, [`job`] makes each job, [`parallel`] multiplies it,
//! [`needs`] ties the jobs together.

mod job;
mod needs;
pub(crate) mod parallel;
mod workflow;

use indexmap::IndexMap;

use crate::configuration::Configuration;
use crate::knowledge::Knowledge;
use crate::pipeline::{ExcludedJob, Job, Pipeline};
use crate::problem::{Problem, ProblemKind};
use crate::reading;
use crate::value::Value;
use crate::variables::Variables;

/// Why a valid configuration makes no pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPipeline {
    /// `workflow:rules` say so.
    Workflow,
    /// The rules of all jobs leave them out, or only jobs in `.pre` and `.post` are left.
    NoJobs,
}

/// A job together with what ties it to others, still as it was written.
pub(crate) struct Draft<'tree> {
    pub job: Job,
    pub needs: Option<&'tree Value>,
    pub dependencies: Option<&'tree Value>,
}

/// What jobs are made with.
pub(crate) struct Creation<'call> {
    pub configuration: &'call Configuration,
    pub knowledge: &'call Knowledge<'call>,
    /// The variables of the configuration and those that `workflow:rules` add.
    pub variables: Variables,
    pub problems: &'call mut Vec<Problem>,
}

/// Creates the pipeline. What is wrong is added to `problems`.
///
/// # Errors
/// Why there is none.
pub(crate) fn create(
    configuration: &Configuration,
    knowledge: &Knowledge<'_>,
    problems: &mut Vec<Problem>,
) -> Result<Pipeline, NoPipeline> {
    let variables = reading::variables(configuration.variables.as_ref());
    let decision =
        workflow::decide(configuration.workflow.as_ref(), &variables, knowledge, problems)?;
    let mut all = variables;
    all.overlay(&decision.variables);
    let mut creation = Creation { configuration, knowledge, variables: all, problems };
    let (drafts, excluded) = creation.drafts();
    let jobs = creation.tied(drafts, &excluded);
    let is_edge = |job: &Job| job.stage == ".pre" || job.stage == ".post";
    if jobs.values().all(is_edge) {
        return Err(NoPipeline::NoJobs);
    }
    Ok(Pipeline {
        name: decision.name,
        stages: configuration.stages.clone(),
        jobs,
        excluded,
        variables: creation.variables,
        auto_cancel: decision.auto_cancel,
    })
}

impl<'call> Creation<'call> {
    /// The jobs that the pipeline has, by name, and those that it has not.
    fn drafts(&mut self) -> (IndexMap<String, Draft<'call>>, Vec<ExcludedJob>) {
        let mut drafts = IndexMap::new();
        let mut excluded = Vec::new();
        for (name, configured) in &self.configuration.jobs {
            for instance in self.instances_of(name, configured) {
                match self.draft(name, configured, instance) {
                    Ok(draft) => {
                        drafts.insert(draft.job.name.clone(), draft);
                    }
                    Err(job) => {
                        if excluded.last() != Some(&job) {
                            excluded.push(job);
                        }
                    }
                }
            }
        }
        (drafts, excluded)
    }

    fn refuse(&mut self, span: windlass_diagnostics::Span, kind: ProblemKind) {
        self.problems.push(Problem::new(span, kind));
    }
}
