//! Jobs without a limit of their own, which GitHub ends after six hours.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", `jobs.<job_id>.timeout-minutes`: 360
//! where nothing is said.

use windlass_diagnostics::{Fix, Position, Severity, Span};
use windlass_github_syntax::workflow::{Job, JobBody, JobSteps};

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/missing-timeout",
    severity: Severity::Note,
    summary: "a job without `timeout-minutes` that hangs is ended after six hours only",
};

/// What the edit proposes: long for most jobs, a twelfth of what counts without it.
const PROPOSED_MINUTES: u32 = 30;

/// Looks at a job with steps. Where every step has a limit, the job has one too.
pub(crate) fn check(job: &Job, findings: &mut Findings<'_>) {
    let JobBody::Steps(body) = &job.body else { return };
    let is_limited = body.timeout_minutes.is_some()
        || body.steps.iter().all(|step| step.timeout_minutes.is_some());
    if is_limited {
        return;
    }
    let message = format!("the job `{}` may hang for six hours", job.id.value);
    let finding = RULE.finding(job.id.span, message).with_help("add `timeout-minutes`");
    let fix = insertion(body, findings.text());
    findings.add(match fix {
        Some(fix) => finding.with_fix(fix),
        None => finding,
    });
}

/// A line in front of `runs-on`, where that has a line of its own.
fn insertion(body: &JobSteps, text: &str) -> Option<Fix> {
    let value = body.runs_on.span.start;
    let line_start = text.get(..value.offset as usize)?.rfind('\n')? + 1;
    let line = text.get(line_start..value.offset as usize)?;
    let key = line.trim_start_matches(' ');
    if key.strip_prefix("runs-on:")?.trim() != "" {
        return None;
    }
    let start = Position { offset: u32::try_from(line_start).ok()?, line: value.line, column: 1 };
    let indentation = &line[..line.len() - key.len()];
    Some(Fix::suggested(
        format!("end the job after {PROPOSED_MINUTES} minutes"),
        Span::at(body.runs_on.span.source, start),
        format!("{indentation}timeout-minutes: {PROPOSED_MINUTES}\n"),
    ))
}

#[cfg(test)]
mod tests {
    use windlass_diagnostics::fix::apply;
    use windlass_diagnostics::{Diagnostic, SourceId};
    use windlass_github_syntax::parse_workflow;

    use crate::{NoProject, check_workflow};

    fn found(text: &str) -> Vec<Diagnostic> {
        check_workflow(&parse_workflow(SourceId(0), "ci.yml", text).tree.unwrap(), text, &NoProject)
    }

    #[test]
    fn the_edit_puts_it_in_front_of_runs_on() {
        let text = "on: push\njobs:\n  a:\n    runs-on: [x]\n    steps: [{run: x}]\n";
        let findings = found(text);
        assert_eq!(findings[0].message, "the job `a` may hang for six hours");
        let (fixed, made) = apply(text, findings.iter().filter_map(|it| it.fix.as_ref()));
        assert_eq!(fixed, text.replace("    runs", "    timeout-minutes: 30\n    runs"));
        assert_eq!((made, found(&fixed)), (1, Vec::new()));
    }

    #[test]
    fn steps_with_limits_are_enough() {
        let job = |step: &str| format!("on: push\njobs: {{a: {{runs-on: x, steps: [{step}]}}}}\n");
        assert_eq!(found(&job("{run: x, timeout-minutes: 5}")), []);
        assert!(found(&job("{run: x}")).iter().all(|finding| finding.fix.is_none()));
    }
}
