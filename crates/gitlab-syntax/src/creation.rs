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

/// What ties a job to others, as it was written.
pub(crate) struct Ties<'tree> {
    pub needs: Option<&'tree Value>,
    pub dependencies: Option<&'tree Value>,
}

/// The jobs before they are tied together.
struct Drafts<'tree> {
    /// Those that the pipeline has, by name.
    jobs: IndexMap<String, Job>,
    /// In the order of the jobs.
    ties: Vec<Ties<'tree>>,
    /// Those that it has not.
    excluded: Vec<ExcludedJob>,
}

impl<'tree> Drafts<'tree> {
    /// Adds a job, in the place of one that has its name.
    fn add(&mut self, job: Job, ties: Ties<'tree>) {
        let (index, replaced) = self.jobs.insert_full(job.name.clone(), job);
        match replaced {
            None => self.ties.push(ties),
            Some(_) => self.ties[index] = ties,
        }
    }
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
    let Drafts { mut jobs, ties, excluded } = creation.drafts();
    creation.tie(&mut jobs, &ties, &excluded);
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
    /// The jobs as far as each is decided by itself.
    fn drafts(&mut self) -> Drafts<'call> {
        let most = self.configuration.jobs.len();
        let mut drafts = Drafts {
            jobs: IndexMap::with_capacity(most),
            ties: Vec::with_capacity(most),
            excluded: Vec::new(),
        };
        for (name, configured) in &self.configuration.jobs {
            for instance in self.instances_of(name, configured) {
                match self.draft(name, configured, instance) {
                    Ok((job, ties)) => drafts.add(job, ties),
                    Err(job) => {
                        if drafts.excluded.last() != Some(&job) {
                            drafts.excluded.push(job);
                        }
                    }
                }
            }
        }
        drafts
    }

    fn refuse(&mut self, span: windlass_diagnostics::Span, kind: ProblemKind) {
        self.problems.push(Problem::new(span, kind));
    }
}
