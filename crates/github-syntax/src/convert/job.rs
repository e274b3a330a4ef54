//! `jobs`: jobs with steps and calls of workflows.

use indexmap::IndexMap;
use windlass_diagnostics::{Span, Spanned};

use super::condition::SUCCESS;
use super::identifier::Identifiers;
use super::{Converter, concurrency, named, permissions, run_defaults, spanned_text, uses};
use crate::problem::{Problem, ProblemKind};
use crate::schema::availability::SNAPSHOT_IF;
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
        self.check_concurrency(template.get("concurrency"));
        let condition = self.job_condition(template.get("if"), span);
        let body = match template.get("uses").and_then(spanned_text) {
            Some(uses) if template.get("runs-on").is_none() => {
                JobBody::Reusable(Box::new(self.call(uses, template)))
            }
            _ => {
                self.note_missing_steps(&id, template);
                JobBody::Steps(Box::new(self.job_steps(template, span)))
            }
        };
        Job {
            id,
            name: template.get("name").filter(|name| name.as_str() != Some("")).cloned(),
            needs: self.texts(template, "needs").unwrap_or_default(),
            condition,
            permissions: template.get("permissions").and_then(permissions::convert),
            concurrency: template.get("concurrency").map(concurrency),
            strategy: strategy.map(|template| Strategy { template: template.clone() }),
            body,
        }
    }

    /// A job with a runner and nothing to do on it, which GitHub accepts.
    fn note_missing_steps(&mut self, id: &Spanned<String>, template: &Template) {
        let steps = template.get("steps").filter(|steps| !steps.is_null());
        let is_empty = steps.is_none_or(|it| it.as_sequence().is_some_and(<[Template]>::is_empty));
        if is_empty && template.get("runs-on").is_some() {
            self.empty_lists.push(Spanned::new("steps".to_owned(), id.span));
        }
    }

    fn job_steps(&mut self, template: &Template, span: Span) -> JobSteps {
        let runs_on = template.get("runs-on").cloned();
        if let Some(group) = runs_on.as_ref().and_then(|runs_on| runs_on.get("group")) {
            self.check_runner_group(group);
        }
        self.check_images(template);
        self.check_snapshot(template.get("snapshot"));
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

    /// GitHub wants services to have an image; a job's own container may be left empty.
    fn check_images(&mut self, template: &Template) {
        let empty = |image: &str| image.strip_prefix("docker://").unwrap_or(image).is_empty();
        if let Some(container) = template.get("container") {
            let image = container.get("image").unwrap_or(container);
            if image.as_str() == Some("docker://") {
                self.problem(container.span, ProblemKind::ImageEmpty);
            }
        }
        let services = template.get("services").and_then(Template::as_mapping);
        for (key, service) in services.unwrap_or_default() {
            let image =
                if service.as_mapping().is_some() { service.get("image") } else { Some(service) };
            let is_empty = image.is_none_or(|image| image.as_str().is_some_and(empty));
            if is_empty && service.is_literal() {
                let (span, focus) = (service.span, Some(key.span));
                self.problems.push(Problem { span, focus, kind: ProblemKind::ImageEmpty });
            }
        }
    }

    /// `version` of a snapshot is a major version and `.*`. The condition is checked here too.
    fn check_snapshot(&mut self, snapshot: Option<&Template>) {
        let Some(snapshot) = snapshot else { return };
        if let Some(condition) = snapshot.get("if") {
            self.condition(Some(condition), condition.span, &SNAPSHOT_IF, &SUCCESS);
        }
        let Some(value) = snapshot.get("version") else { return };
        let Some(version) = value.as_str() else { return };
        let major = version.strip_suffix(".*").unwrap_or_default();
        if major.is_empty() || !major.bytes().all(|byte| byte.is_ascii_digit()) {
            let kind = ProblemKind::SnapshotVersion { version: version.to_owned() };
            self.problems.push(Problem { span: snapshot.span, focus: Some(value.span), kind });
        }
    }

    /// A group may be named alone, or behind the organization or enterprise it belongs to.
    /// GitHub Docs, "Workflow syntax for GitHub Actions", `jobs.<job_id>.runs-on`.
    fn check_runner_group(&mut self, template: &Template) {
        let Some(group) = template.as_str() else { return };
        let prefix_unknown = match group.split_once('/') {
            None => return,
            Some((_, "")) => false,
            Some((prefix, name)) => {
                let known = matches!(prefix, "org" | "organization" | "ent" | "enterprise");
                if known && !name.contains('/') {
                    return;
                }
                true
            }
        };
        let group = group.to_owned();
        self.problem(template.span, ProblemKind::RunnerGroup { group, prefix_unknown });
    }
}
