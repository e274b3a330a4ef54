//! What a job is given when it starts: its order, the artifacts and variables of earlier jobs.
//!
//! Source: "CI/CD YAML syntax reference", sections `dependencies`, `needs:artifacts` and
//! `needs:pipeline:job`; "CI/CD artifacts reports types", `dotenv`.

use windlass_gitlab_syntax::Levels;
use windlass_gitlab_syntax::pipeline::Need;
use windlass_kernel::{JobOrder, Operation, WorkerRequest};

use super::{Purpose, Run, graph::JobKey, tally::End};
use crate::{
    job::predefined,
    order::{ArtifactSource, DIALECT, GitlabJobOrder, ORDER_SCHEMA},
};

impl Run {
    /// The variables that a job has, as far as they are known before it runs.
    pub(super) fn levels(&self, key: JobKey) -> Levels {
        let pipeline = &self.pipelines[key.pipeline];
        let definition = pipeline.definition(key.job);
        let mut predefined = self.predefined.clone();
        predefined.overlay(&pipeline.context.predefined);
        predefined.overlay(&predefined::of_job(definition));
        Levels {
            predefined,
            configuration: definition.variables.clone(),
            pipeline: pipeline.context.variables.as_ref().unwrap_or(&self.variables).clone(),
            ..Levels::default()
        }
    }

    /// Hands a job to its driver, for the first time or again.
    pub(super) fn start_job(&mut self, key: JobKey) {
        let pipeline = &self.pipelines[key.pipeline];
        let definition = pipeline.definition(key.job).clone();
        let sources = self.artifact_sources(key);
        let mut order = GitlabJobOrder {
            pipeline: pipeline.context.for_jobs(),
            is_manual: self.job(key).is_manual,
            ..GitlabJobOrder::default()
        };
        for source in sources {
            let job = self.job(source);
            order.dotenv.overlay(&job.report.dotenv);
            if job.report.has_artifacts {
                let name = self.pipelines[source.pipeline].name(source.job).to_owned();
                order.artifacts_from.push(ArtifactSource { name, node: job.node.to_string() });
            }
        }
        let worker = WorkerRequest { labels: definition.tags.clone(), group: None };
        order.job = definition;
        let Ok(payload) = serde_json::to_value(&order) else {
            return self.end_job(key, End::Failed, Some("the job cannot be written down".into()));
        };
        self.job_mut(key).attempts += 1;
        let (dialect, schema_version) = (DIALECT.to_owned(), ORDER_SCHEMA);
        let order = JobOrder { dialect, schema_version, payload, worker };
        self.begin(key, Operation::RunJob(order), Purpose::Job);
    }

    /// The jobs whose artifacts and reported variables a job gets, earlier stages first ("CI/CD
    /// YAML syntax reference", sections `dependencies`, `needs:artifacts` and
    /// `needs:pipeline:job`).
    fn artifact_sources(&self, key: JobKey) -> Vec<JobKey> {
        let pipeline = &self.pipelines[key.pipeline];
        let definition = pipeline.definition(key.job);
        let wanted = |job: usize| match (&definition.dependencies, &definition.needs) {
            (Some(names), _) if !names.iter().any(|name| name == pipeline.name(job)) => false,
            (_, Some(needs)) => needs.iter().any(|need| {
                let name = pipeline.name(job);
                matches!(need, Need::Job { job, artifacts: true, .. } if job == name)
            }),
            (_, None) => pipeline.jobs[job].stage < pipeline.jobs[key.job].stage,
        };
        let mut own: Vec<usize> =
            pipeline.producers.iter().copied().filter(|job| wanted(*job)).collect();
        own.sort_unstable_by_key(|job| (pipeline.jobs[*job].stage, *job));
        let own = own.into_iter().map(|job| JobKey { pipeline: key.pipeline, job });
        let foreign = definition.needs.iter().flatten().filter_map(|need| match need {
            Need::PipelineJob { job, artifacts: true, .. } => self.upstream_job(key.pipeline, job),
            _ => None,
        });
        foreign.chain(own).collect()
    }

    /// A job of the pipelines above this one that left something.
    fn upstream_job(&self, pipeline: usize, name: &str) -> Option<JobKey> {
        let above = self.pipelines[pipeline].bridge?.pipeline;
        let found = self.pipelines[above].pipeline.jobs.get_index_of(name);
        match found.filter(|job| self.pipelines[above].producers.contains(job)) {
            Some(job) => Some(JobKey { pipeline: above, job }),
            None => self.upstream_job(above, name),
        }
    }
}
