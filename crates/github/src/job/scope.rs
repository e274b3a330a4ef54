//! What expressions of a step see: contexts as they are at that moment, and the functions that
//! ask about the job.
//!
//! Source: GitHub Docs, "Contexts reference" and "Evaluate expressions in workflows and actions".
//! Contexts that are costly to build (`github`, `env`) are built when an expression first asks.

use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;

use windlass_github_syntax::expression::{EvaluationError, Object, Scope, Value};

use super::hash_files::hash_files;
use super::variables::Variables;

/// The contexts that stay the same during a job.
#[derive(Clone, Debug, Default)]
pub(crate) struct JobContexts {
    pub github: Arc<Object>,
    pub vars: Value,
    pub needs: Value,
    pub strategy: Value,
    pub matrix: Value,
    pub inputs: Value,
    pub secrets: Value,
    pub runner: Value,
    pub job: Arc<Object>,
}

/// How the job, or the composite action that a step belongs to, is getting on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// A step has failed.
    pub failed: bool,
    /// The job was cancelled.
    pub cancelled: bool,
}

impl Progress {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Progress { cancelled: true, .. } => "cancelled",
            Progress { failed: true, .. } => "failure",
            Progress { .. } => "success",
        }
    }
}

/// The scope of one step at one moment.
pub(crate) struct StepScope<'a> {
    /// The contexts of the job.
    pub contexts: &'a JobContexts,
    /// `GITHUB_WORKSPACE`, for `hashFiles`.
    pub workspace: &'a Path,
    /// How the job is getting on.
    pub job_progress: Progress,
    /// How the composite action around the step is getting on; `None` outside of one.
    pub action_progress: Option<Progress>,
    /// The layers of `env`, the weakest first.
    pub env: &'a [&'a Variables],
    /// `steps`.
    pub steps: &'a Arc<Object>,
    /// `inputs` of the action around the step; `None` outside of one.
    pub inputs: Option<&'a Value>,
    /// What `github` says of the action or step.
    pub github: &'a [(&'static str, Value)],
    /// Contexts built so far.
    pub built: Built,
}

/// Contexts that were asked for.
#[derive(Default)]
pub(crate) struct Built {
    github: OnceCell<Value>,
    env: OnceCell<Value>,
    job: OnceCell<Value>,
}

impl StepScope<'_> {
    fn github(&self) -> Value {
        let built = self.built.github.get_or_init(|| {
            if self.github.is_empty() {
                return Value::Object(self.contexts.github.clone());
            }
            let mut github = (*self.contexts.github).clone();
            for (name, value) in self.github {
                github.insert(*name, value.clone());
            }
            if let Some(progress) = self.action_progress {
                github.insert("action_status", progress.word());
            }
            Value::from(github)
        });
        built.clone()
    }

    fn env(&self) -> Value {
        let built = self.built.env.get_or_init(|| {
            let mut env = Object::new();
            self.env.iter().for_each(|layer| layer.add_to(&mut env));
            Value::from(env)
        });
        built.clone()
    }

    fn job(&self) -> Value {
        let built = self.built.job.get_or_init(|| {
            let mut job = (*self.contexts.job).clone();
            job.insert("status", self.job_progress.word());
            Value::from(job)
        });
        built.clone()
    }

    fn hash_files(&self, arguments: &[Value]) -> Result<Value, EvaluationError> {
        let patterns: Vec<_> = arguments.iter().map(Value::to_text).collect();
        let patterns: Vec<&str> = patterns.iter().map(AsRef::as_ref).collect();
        hash_files(self.workspace, &patterns).map(Value::from).map_err(|cause| {
            EvaluationError::FunctionFailed { function: "hashFiles".to_owned(), cause }
        })
    }
}

impl Scope for StepScope<'_> {
    fn context(&self, name: &str) -> Option<Value> {
        Some(match name {
            "github" => self.github(),
            "env" => self.env(),
            "steps" => Value::Object(self.steps.clone()),
            "inputs" => self.inputs.unwrap_or(&self.contexts.inputs).clone(),
            "vars" => self.contexts.vars.clone(),
            "needs" => self.contexts.needs.clone(),
            "strategy" => self.contexts.strategy.clone(),
            "matrix" => self.contexts.matrix.clone(),
            "secrets" if self.inputs.is_none() => self.contexts.secrets.clone(),
            "runner" => self.contexts.runner.clone(),
            "job" => self.job(),
            _ => return None,
        })
    }

    fn call(&self, function: &str, arguments: &[Value]) -> Option<Result<Value, EvaluationError>> {
        let progress = self.action_progress.unwrap_or(self.job_progress);
        let answer = match function.to_ascii_lowercase().as_str() {
            "always" => true,
            "cancelled" => self.job_progress.cancelled,
            "success" => !progress.failed && !progress.cancelled,
            "failure" => progress.failed && !progress.cancelled,
            "hashfiles" => return Some(self.hash_files(arguments)),
            _ => return None,
        };
        Some(Ok(Value::Boolean(answer)))
    }
}
