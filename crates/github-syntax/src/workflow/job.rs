//! One job: a list of steps on a runner, or the call of a reusable workflow.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", `jobs.<job_id>`.

use serde::{Deserialize, Serialize};
use windlass_diagnostics::{Span, Spanned};

use super::permissions::Permissions;
use super::step::Step;
use crate::expression::Expression;
use crate::template::Template;

/// One entry of `jobs`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// Its key and where the key stands.
    pub id: Spanned<String>,
    /// `name`; without it the id (and the matrix values) are shown.
    pub name: Option<Template>,
    /// `needs`, each an id of another job as it is written there.
    pub needs: Vec<Spanned<String>>,
    /// `if`, made whole: see [`Condition`].
    pub condition: Condition,
    /// `permissions`, in place of those of the workflow.
    pub permissions: Option<Permissions>,
    /// `concurrency`.
    pub concurrency: Option<Concurrency>,
    /// `strategy`.
    pub strategy: Option<Strategy>,
    /// Steps or a call.
    pub body: JobBody,
}

/// An `if`, ready to evaluate. GitHub Docs, "Expressions", "Status check functions": a condition
/// without one of them is read as `success() && (condition)`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Condition {
    /// The whole condition, status function included.
    pub expression: Expression,
    /// What the author wrote, without `${{ }}`; `None` when there is no `if`.
    pub written: Option<String>,
    /// Where it was written; the step or job when there is no `if`.
    pub span: Span,
}

/// What a job does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobBody {
    /// Steps on a runner.
    Steps(Box<JobSteps>),
    /// `uses`: another workflow.
    Reusable(Box<ReusableWorkflowCall>),
}

/// A job with steps.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct JobSteps {
    /// `runs-on`: a label, a list of labels, a mapping with `group` and `labels`, or an expression
    /// that gives one of these.
    pub runs_on: Template,
    /// `timeout-minutes`, a number.
    pub timeout_minutes: Option<Template>,
    /// `cancel-timeout-minutes`, a number.
    pub cancel_timeout_minutes: Option<Template>,
    /// `continue-on-error`, a boolean.
    pub continue_on_error: Option<Template>,
    /// `environment`.
    pub environment: Option<Environment>,
    /// `env`, a mapping of strings.
    pub env: Option<Template>,
    /// `outputs`, a mapping of strings evaluated after the last step.
    pub outputs: Option<Template>,
    /// `defaults.run`.
    pub defaults: Option<RunDefaults>,
    /// `container`: an image, or a mapping with `image`, `env`, `ports`, …
    pub container: Option<Template>,
    /// `services`, a mapping of containers.
    pub services: Option<Template>,
    /// `snapshot`: an image name, or a mapping.
    pub snapshot: Option<Template>,
    /// `steps` in order.
    pub steps: Vec<Step>,
}

/// A job that calls a workflow.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReusableWorkflowCall {
    /// `uses` as written.
    pub uses: Spanned<String>,
    /// `uses`, taken apart.
    pub reference: WorkflowReference,
    /// `with`, a mapping of scalars.
    pub with: Option<Template>,
    /// `secrets`.
    pub secrets: SecretsPassed,
}

/// Where a called workflow comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkflowReference {
    /// `./.github/workflows/file.yml`, of the same commit as the caller.
    Local {
        /// The path without the leading `./`.
        path: String,
    },
    /// `owner/repository/.github/workflows/file.yml@ref`.
    Remote {
        /// Owner of the repository.
        owner: String,
        /// Name of the repository.
        repository: String,
        /// Path of the file inside it.
        path: String,
        /// Branch, tag or commit.
        reference: String,
    },
}

/// The `secrets` of a call.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretsPassed {
    /// None at all.
    Nothing,
    /// `secrets: inherit`.
    Inherit,
    /// A mapping of scalars.
    Named(Template),
}

/// `strategy`. Its parts are taken from the mapping; when the whole is one expression they are
/// `None` and [`Strategy::template`] has to be evaluated first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Strategy {
    /// The whole value, for `github`, `inputs`, `vars` and `needs`.
    pub template: Template,
}

impl Strategy {
    /// `matrix`: a mapping of lists with `include` and `exclude`, or an expression.
    #[must_use]
    pub fn matrix(&self) -> Option<&Template> {
        self.template.get("matrix")
    }

    /// `fail-fast`, a boolean, true when absent.
    #[must_use]
    pub fn fail_fast(&self) -> Option<&Template> {
        self.template.get("fail-fast")
    }

    /// `max-parallel`, a number.
    #[must_use]
    pub fn max_parallel(&self) -> Option<&Template> {
        self.template.get("max-parallel")
    }
}

/// `environment`: a name, a mapping, or an expression that gives one of these.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Environment {
    /// The whole value.
    pub template: Template,
}

impl Environment {
    /// The name: `environment.name`, or the value itself when it is not a mapping.
    #[must_use]
    pub fn name(&self) -> &Template {
        self.template.get("name").unwrap_or(&self.template)
    }

    /// `url`, evaluated after the last step.
    #[must_use]
    pub fn url(&self) -> Option<&Template> {
        self.template.get("url")
    }

    /// `deployment`, a boolean, true when absent.
    #[must_use]
    pub fn deployment(&self) -> Option<&Template> {
        self.template.get("deployment")
    }
}

/// `concurrency`: a group, a mapping, or an expression that gives one of these.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Concurrency {
    /// The whole value.
    pub template: Template,
}

impl Concurrency {
    /// The group: `concurrency.group`, or the value itself when it is not a mapping.
    #[must_use]
    pub fn group(&self) -> &Template {
        self.template.get("group").unwrap_or(&self.template)
    }

    /// `cancel-in-progress`, a boolean, false when absent.
    #[must_use]
    pub fn cancel_in_progress(&self) -> Option<&Template> {
        self.template.get("cancel-in-progress")
    }

    /// `queue`: `single` (one waits, a newer one takes its place) or `max`.
    #[must_use]
    pub fn queue(&self) -> Option<&Template> {
        self.template.get("queue")
    }
}

/// `defaults.run` of a workflow or job.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunDefaults {
    /// The mapping under `defaults.run`, with `shell` and `working-directory`.
    pub run: Template,
}

impl RunDefaults {
    /// `shell`.
    #[must_use]
    pub fn shell(&self) -> Option<&Template> {
        self.run.get("shell")
    }

    /// `working-directory`.
    #[must_use]
    pub fn working_directory(&self) -> Option<&Template> {
        self.run.get("working-directory")
    }
}
