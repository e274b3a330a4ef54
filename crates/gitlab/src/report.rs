//! What the driver found out about a job, on its way back to the process.
//!
//! The kernel carries texts by name beside the status of a job; this is their form here.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use windlass_gitlab_syntax::Variables;
use windlass_kernel::{JobResult, Status};

use crate::downstream::DownstreamPipeline;

/// The name of the value that holds a report.
const REPORT: &str = "report";

/// Why a job failed: the words that `retry:when` takes ("CI/CD YAML syntax reference").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// None of those below.
    #[default]
    UnknownFailure,
    /// The script failed, or the image could not be had.
    ScriptFailure,
    /// The job could not be set up.
    RunnerSystemFailure,
    /// It ran longer than it was allowed.
    JobExecutionTimeout,
    /// Artifacts or pipelines of others that it needs are not there.
    MissingDependencyFailure,
    /// A downstream pipeline could not be made.
    DownstreamPipelineCreationFailed,
}

impl FailureReason {
    /// The word in `retry:when`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::UnknownFailure => "unknown_failure",
            Self::ScriptFailure => "script_failure",
            Self::RunnerSystemFailure => "runner_system_failure",
            Self::JobExecutionTimeout => "job_execution_timeout",
            Self::MissingDependencyFailure => "missing_dependency_failure",
            Self::DownstreamPipelineCreationFailed => "downstream_pipeline_creation_failed",
        }
    }
}

/// What is known of a job that has ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobReport {
    /// The exit code of its script, where it failed by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureReason>,
    /// Whether it left artifacts for later jobs.
    pub has_artifacts: bool,
    /// What it reported as `dotenv`.
    #[serde(skip_serializing_if = "Variables::is_empty")]
    pub dotenv: Variables,
    /// The pipeline that it triggered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub downstream: Option<DownstreamPipeline>,
}

impl JobReport {
    /// The kernel's form of a job that ended so.
    #[must_use]
    pub fn into_result(self, status: Status) -> JobResult {
        let word = match status {
            Status::Succeeded | Status::Warning => "passed",
            Status::Skipped => "skipped",
            Status::Cancelled => "canceled",
            Status::TimedOut | Status::Failed => "failed",
        };
        let report = serde_json::to_string(&self).ok();
        let outputs = report.map(|report| (REPORT.to_owned(), report)).into_iter();
        JobResult { status, word: word.to_owned(), outputs: outputs.collect::<IndexMap<_, _>>() }
    }

    /// The report in a result; an empty one for a result that has none.
    #[must_use]
    pub fn of(result: &JobResult) -> Self {
        let report = result.outputs.get(REPORT).and_then(|text| serde_json::from_str(text).ok());
        report.unwrap_or_default()
    }
}
