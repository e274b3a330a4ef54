//! Security scans that may fail: what they find stops nothing.

use super::Look;
use crate::problem::{Problem, ProblemKind};
use crate::value::Value;

/// Reports of security scans. Source: "CI/CD artifacts reports types".
const REPORTS: &[&str] = &[
    "api_fuzzing",
    "container_scanning",
    "coverage_fuzzing",
    "dast",
    "dependency_scanning",
    "sast",
    "secret_detection",
];

/// Programs that look for weaknesses.
const PROGRAMS: &[&str] = &[
    "bandit",
    "checkov",
    "gitleaks",
    "grype",
    "kubesec",
    "npm audit",
    "pip-audit",
    "safety check",
    "semgrep",
    "snyk test",
    "tfsec",
    "trivy",
    "trufflehog",
];

pub(super) fn find(look: &Look<'_>, problems: &mut Vec<Problem>) {
    for (name, allowed) in look.each("allow_failure") {
        let Some(job) = look.configuration.jobs.get(name) else { continue };
        if allowed.as_boolean() == Some(true) && is_scan(&job.value) {
            let kind = ProblemKind::ScanMayFail { job: name.to_owned() };
            problems.push(Problem::new(allowed.span, kind));
        }
    }
}

fn is_scan(job: &Value) -> bool {
    let reports = job.get("artifacts").and_then(|artifacts| artifacts.get("reports"));
    if reports.is_some_and(|reports| REPORTS.iter().any(|kind| reports.get(kind).is_some())) {
        return true;
    }
    let script = job.get("script").map(Value::texts).unwrap_or_default();
    script.iter().flat_map(|command| command.lines()).any(|line| {
        let line = line.trim_start();
        PROGRAMS.iter().any(|program| {
            line.strip_prefix(program).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })
    })
}
