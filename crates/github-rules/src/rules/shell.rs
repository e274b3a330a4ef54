//! Shells that GitHub does not know, or that the job's runner does not have.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", `jobs.<job_id>.steps[*].shell`, with
//! its table of shells and systems. Another program needs `{0}` where the script's file goes.

use windlass_diagnostics::Severity;
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::{JobSteps, RunDefaults, Step, StepKind, Workflow};

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/shell",
    severity: Severity::Error,
    summary: "a `shell` that GitHub does not know, or that the runner's system does not have",
};

/// The shells that need no `{0}`; upper and lower case make no difference.
const KNOWN: [&str; 6] = ["bash", "sh", "python", "pwsh", "powershell", "cmd"];
/// Those that are part of Windows and of nothing else.
const OF_WINDOWS: [&str; 2] = ["powershell", "cmd"];

/// Looks at the defaults of a workflow, which may be meant for jobs on any system.
pub(crate) fn check_defaults(workflow: &Workflow, findings: &mut Findings<'_>) {
    check_shell(workflow.defaults.as_ref().and_then(RunDefaults::shell), None, findings);
}

/// Looks at the defaults of a job.
pub(crate) fn check_job(job: &JobSteps, findings: &mut Findings<'_>) {
    check_shell(job.defaults.as_ref().and_then(RunDefaults::shell), system(job), findings);
}

/// Looks at a step; `job` is the one it stands in, if it is not in an action.
pub(crate) fn check_step(step: &Step, job: Option<&JobSteps>, findings: &mut Findings<'_>) {
    if let StepKind::Run { shell, .. } = &step.kind {
        check_shell(shell.as_ref(), job.and_then(system), findings);
    }
}

fn check_shell(shell: Option<&Template>, system: Option<&str>, findings: &mut Findings<'_>) {
    let Some((template, shell)) = shell.and_then(|it| Some((it, it.as_str()?.trim()))) else {
        return;
    };
    // An expression that the reader has refused.
    if shell.contains("${{") {
        return;
    }
    let is_one_of = |shells: &[&str]| shells.iter().any(|it| it.eq_ignore_ascii_case(shell));
    if !is_one_of(&KNOWN) && !shell.contains("{0}") {
        let message = format!("`{shell}` is no shell that GitHub knows, and has no `{{0}}`");
        let help = "write one of `bash`, `sh`, `python`, `pwsh`, `powershell`, `cmd`, or a command \
                    with `{0}` for the script";
        findings.add(RULE.finding(template.span, message).with_help(help));
    } else if let Some(system) = system
        && is_one_of(&OF_WINDOWS)
    {
        let message = format!("`{shell}` is part of Windows, and this job runs on {system}");
        let instead = if shell.eq_ignore_ascii_case("cmd") { "bash" } else { "pwsh" };
        let finding = RULE.finding(template.span, message);
        findings.add(finding.with_help(format!("write `shell: {instead}`")));
    }
}

/// The system of a job, where its labels say for certain that it is not Windows.
fn system(job: &JobSteps) -> Option<&'static str> {
    let labels = job.runs_on.get("labels").unwrap_or(&job.runs_on);
    let labels = labels.as_sequence().unwrap_or(std::slice::from_ref(labels));
    labels.iter().filter_map(Template::as_str).find_map(|label| {
        let label = label.to_ascii_lowercase();
        match label.split_once('-').map_or(label.as_str(), |(system, _)| system) {
            "ubuntu" | "linux" => Some("Linux"),
            "macos" => Some("macOS"),
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, of_step};

    #[test]
    fn a_shell_has_a_name_or_a_place_for_the_script() {
        assert_eq!(
            of_step("run: x\n        shell: node"),
            "7:16 gh/shell `node` is no shell that GitHub knows, and has no `{0}`"
        );
        assert!(of_step("run: x\n        shell: bash -e").contains("gh/shell"));
        for fine in ["perl {0}", "bash -l {0}", "BASH"] {
            assert_eq!(of_step(&format!("run: x\n        shell: {fine}")), "", "{fine}");
        }
    }

    #[test]
    fn windows_has_its_own() {
        let of = |labels: &str, shell: &str| {
            findings(&format!(
                "on: push\njobs: {{a: {{runs-on: {labels}, defaults: {{run: {{shell: {shell}}}}}, steps: [{{run: x}}]}}}}"
            ))
        };
        assert!(of("ubuntu-24.04", "cmd").contains("this job runs on Linux"));
        assert!(of("{labels: [self-hosted, macOS]}", "powershell").contains("runs on macOS"));
        for labels in ["windows-latest", "large", "'${{ github.ref }}'"] {
            assert_eq!(of(labels, "cmd"), "", "{labels}");
        }
        assert_eq!(of("ubuntu-latest", "pwsh"), "");
    }
}
