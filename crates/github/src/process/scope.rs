//! The contexts and status functions that job-level expressions see.

use windlass_github_syntax::expression::{EvaluationError, Object, Scope, Value};

/// What has become of the jobs before a job: the answer to the status functions.
///
/// GitHub Docs, "Workflow syntax", `jobs.<job_id>.needs`: "a failure or skip applies to all jobs
/// in the dependency chain from the point of failure or skip onwards", hence *all* ancestors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chain {
    /// Every ancestor succeeded.
    pub succeeded: bool,
    /// Some ancestor failed.
    pub failed: bool,
}

impl Chain {
    /// Before the first job.
    pub const START: Chain = Chain { succeeded: true, failed: false };

    /// The chain of a job that needs jobs of both chains.
    pub fn and(self, other: Chain) -> Chain {
        Chain { succeeded: self.succeeded && other.succeeded, failed: self.failed || other.failed }
    }
}

/// The contexts at one job.
#[derive(Clone)]
pub(crate) struct JobScope {
    pub github: Value,
    pub vars: Value,
    pub inputs: Value,
    pub needs: Value,
    pub strategy: Value,
    pub matrix: Value,
    /// `jobs`, only for the outputs of a called workflow.
    pub jobs: Value,
    pub chain: Chain,
    pub cancelled: bool,
}

impl JobScope {
    /// `success('a', 'b')` and `failure('a', 'b')`: the named jobs alone.
    fn named(&self, names: &[Value], wanted: &str, all: bool) -> bool {
        let has = |name: &Value| {
            let result = self.needs.property(&name.to_text()).property("result");
            result.as_str() == Some(wanted)
        };
        if all { names.iter().all(has) } else { names.iter().any(has) }
    }
}

impl Scope for JobScope {
    fn context(&self, name: &str) -> Option<Value> {
        let value = match name {
            "github" => &self.github,
            "vars" => &self.vars,
            "inputs" => &self.inputs,
            "needs" => &self.needs,
            "strategy" => &self.strategy,
            "matrix" => &self.matrix,
            "jobs" => &self.jobs,
            _ => return None,
        };
        Some(value.clone())
    }

    fn call(&self, function: &str, names: &[Value]) -> Option<Result<Value, EvaluationError>> {
        let answer = match function {
            "always" => true,
            "cancelled" => self.cancelled,
            "success" if names.is_empty() => self.chain.succeeded && !self.cancelled,
            "success" => self.named(names, "success", true) && !self.cancelled,
            "failure" if names.is_empty() => self.chain.failed,
            "failure" => self.named(names, "failure", false),
            _ => return None,
        };
        Some(Ok(Value::Boolean(answer)))
    }
}

/// A string value.
pub(crate) fn text(text: &str) -> Value {
    Value::String(text.into())
}

/// An object value of these properties.
pub(crate) fn object<'a>(properties: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let mut object = Object::new();
    for (name, value) in properties {
        object.insert(name, value);
    }
    Value::Object(object.into())
}
