//! What decides about a step: its `if`, `continue-on-error`, time limits.
//!
//! Source: GitHub Docs, "Evaluate expressions in workflows and actions", "Status check functions",
//! and "Workflow cancellation reference".

use std::time::Duration;

use windlass_github_syntax::expression::{Expression, Scope, Value};
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::Condition;
use windlass_kernel::NodeId;

use super::context::Job;
use super::lane::Lane;
use super::scope::{Built, Progress, StepScope};
use super::state::Ended;
use super::steps::fail;

/// A time limit in minutes, `None` when it is none (zero, negative, not a number).
pub(crate) fn minutes_of(minutes: f64) -> Option<Duration> {
    const MOST: f64 = 60.0 * 24.0 * 365.0;
    (minutes > 0.0).then(|| Duration::from_secs_f64(minutes.min(MOST) * 60.0))
}

/// Whether a condition holds.
///
/// # Errors
/// How the step ended, when the condition cannot be evaluated.
pub(crate) fn holds(
    job: &Job,
    lane: &mut Lane,
    condition: &Condition,
    scope: &StepScope<'_>,
    node: &NodeId,
) -> Result<bool, Ended> {
    let value = condition.expression.evaluate(scope);
    if let (true, Ok(value)) = (job.debug, &value) {
        let source = condition.expression.source();
        lane.log.line(node, &format!("##[debug]Evaluating condition: {source}"));
        lane.log.line(node, &format!("##[debug]Result: {}", value.is_truthy()));
    }
    match value {
        Ok(value) => Ok(value.is_truthy()),
        Err(error) => {
            lane.reporter.begin(node);
            Err(fail(job, lane, node, &format!("The `if` condition cannot be evaluated: {error}")))
        }
    }
}

/// Whether a step that is running goes on when the job is cancelled: its condition is looked at
/// once more, as if the job had been cancelled already (GitHub Docs, "Workflow cancellation
/// reference").
pub(crate) fn survives_cancel(condition: &Expression, scope: &StepScope<'_>) -> bool {
    if condition.source() == "success()" {
        return false;
    }
    let cancelled = StepScope {
        job_progress: Progress { cancelled: true, ..scope.job_progress },
        built: Built::default(),
        ..*scope
    };
    condition.evaluate(&cancelled).is_ok_and(|value| value.is_truthy())
}

/// Why a step is skipped, with what its condition saw.
pub(crate) fn why_skipped(condition: &Condition, scope: &StepScope<'_>) -> String {
    let Some(written) = &condition.written else {
        return if scope.job_progress.cancelled && scope.action_progress.is_none() {
            "the job was cancelled".to_owned()
        } else {
            "an earlier step failed".to_owned()
        };
    };
    let operands: Vec<_> = condition
        .expression
        .operands(scope)
        .into_iter()
        .filter(|(operand, _)| written.contains(operand.as_str()))
        .map(|(operand, value)| match value {
            Value::String(text) => format!("{operand} = '{text}'"),
            other => format!("{operand} = {other}"),
        })
        .collect();
    let mut reason = format!("if: {written} was false");
    if !operands.is_empty() {
        reason.push_str(&format!(" ({})", operands.join(", ")));
    }
    reason
}

/// A boolean; the texts `true` and `false` count as such.
pub(crate) fn evaluate_boolean(template: &Template, scope: &dyn Scope) -> Result<bool, String> {
    match template.evaluate(scope) {
        Ok(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(true),
        Ok(Value::String(text)) if text.is_empty() || text.eq_ignore_ascii_case("false") => {
            Ok(false)
        }
        Ok(Value::Null) => Ok(false),
        _ => template.evaluate_boolean(scope).map_err(|error| error.to_string()),
    }
}
