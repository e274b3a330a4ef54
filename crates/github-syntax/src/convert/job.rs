//! `jobs`: jobs with steps and calls of workflows.

use indexmap::IndexMap;
use windlass_diagnostics::{Span, Spanned};

use super::identifier::Identifiers;
use super::{
    Converter, concurrency, named, one_or_more, permissions, run_defaults, spanned_text, uses,
};
use crate::problem::ProblemKind;
use crate::template::{Template, TemplateKind};
use crate::workflow::{
    Environment, Job, JobBody, JobSteps, ReusableWorkflowCall, SecretsPassed, Strategy,
    WorkflowReference,
};

impl Converter<'_> {
    pub(super) fn jobs(&mut self, template: &Template) -> IndexMap<String, Job> {
        let mut jobs = IndexMap::new();
        let mut identifiers = Identifiers::default();
        for (id, job) in named(template) {
            if job.as_mapping().is_none() {
                continue;
            }
            if let Err(kind) = identifiers.add(&id.value, id.span) {
                self.problem(id.span, kind);
            }
            let job = self.job(id, job);
            jobs.insert(job.id.value.clone(), job);
        }
        if template.as_mapping().is_some() {
            self.check_needs(&jobs, template.span);
        }
        jobs
    }

    fn job(&mut self, id: Spanned<String>, template: &Template) -> Job {
        let span = template.span;
        let strategy = template.get("strategy");
        if let Some(strategy) = strategy {
            self.check_matrix(strategy);
        }
        let condition = self.job_condition(template.get("if"), span);
        let body = match template.get("uses").and_then(spanned_text) {
            Some(uses) if template.get("runs-on").is_none() => {
                JobBody::Reusable(Box::new(self.call(uses, template)))
            }
            _ => JobBody::Steps(Box::new(self.job_steps(template, span))),
        };
        Job {
            id,
            name: template.get("name").cloned(),
            needs: template.get("needs").map(one_or_more).unwrap_or_default(),
            condition,
            permissions: template.get("permissions").and_then(permissions::convert),
            concurrency: template.get("concurrency").map(concurrency),
            strategy: strategy.map(|template| Strategy { template: template.clone() }),
            body,
        }
    }

    fn job_steps(&mut self, template: &Template, span: Span) -> JobSteps {
        let runs_on = template.get("runs-on").cloned();
        if let Some(group) = runs_on.as_ref().and_then(|runs_on| runs_on.get("group")) {
            self.check_runner_group(group);
        }
        let environment = template.get("environment").cloned();
        JobSteps {
            runs_on: runs_on.unwrap_or(Template { span, kind: TemplateKind::Null }),
            timeout_minutes: template.get("timeout-minutes").cloned(),
            cancel_timeout_minutes: template.get("cancel-timeout-minutes").cloned(),
            continue_on_error: template.get("continue-on-error").cloned(),
            environment: environment.map(|template| Environment { template }),
            env: template.get("env").cloned(),
            outputs: template.get("outputs").cloned(),
            defaults: run_defaults(template),
            container: template.get("container").cloned(),
            services: template.get("services").cloned(),
            snapshot: template.get("snapshot").cloned(),
            steps: self.steps(template.get("steps")),
        }
    }

    fn call(&mut self, uses: Spanned<String>, template: &Template) -> ReusableWorkflowCall {
        let reference = match uses::workflow(&uses.value) {
            Ok(reference) => {
                if !uses::is_in_workflow_folder(&reference) {
                    let kind = ProblemKind::WorkflowFolder { uses: uses.value.clone() };
                    self.problem(uses.span, kind);
                }
                reference
            }
            Err(cause) => {
                let (written, cause) = (uses.value.clone(), cause.to_owned());
                let kind = ProblemKind::WorkflowUsesSyntax { uses: written, cause };
                self.problem(uses.span, kind);
                WorkflowReference::Local { path: uses.value.clone() }
            }
        };
        let secrets = match template.get("secrets") {
            None => SecretsPassed::Nothing,
            Some(secrets) if secrets.as_str() == Some("inherit") => SecretsPassed::Inherit,
            Some(secrets) => SecretsPassed::Named(secrets.clone()),
        };
        ReusableWorkflowCall { uses, reference, with: template.get("with").cloned(), secrets }
    }

    /// A group may be named alone, or behind the organization or enterprise it belongs to.
    /// GitHub Docs, "Workflow syntax for GitHub Actions", `jobs.<job_id>.runs-on`.
    fn check_runner_group(&mut self, template: &Template) {
        let Some(group) = template.as_str() else { return };
        let prefix_unknown = match group.split_once('/') {
            None => return,
            Some((prefix, name)) => {
                let known = matches!(prefix, "org" | "organization" | "ent" | "enterprise");
                if known && !name.is_empty() && !name.contains('/') {
                    return;
                }
                !known || name.contains('/')
            }
        };
        let group = group.to_owned();
        self.problem(template.span, ProblemKind::RunnerGroup { group, prefix_unknown });
    }
}
