//! A scan for vulnerabilities or secrets that passes whatever it finds.
//!
//! Sources: the README of aquasecurity/trivy-action (`exit-code`, 0 when it is not given), the
//! documentation of Trivy (`--exit-code`) and Grype (`--fail-on`), and GitHub Docs, "Workflow syntax
//! for GitHub Actions", `continue-on-error`.

use windlass_diagnostics::{Severity, Span};
use windlass_github_syntax::template::Template;

use crate::findings::Findings;
use crate::outline::{JobOutline, Outline, StepOutline};
use crate::registry::Rule;
use crate::shell::{Command, End};

pub(crate) const RULE: Rule = Rule {
    code: "gh/scan-never-fails",
    severity: Severity::Warning,
    summary: "a security scan passes whatever it finds",
};

/// Commands that scan.
const COMMANDS: [&[&str]; 19] = [
    &["bandit"],
    &["cargo", "audit"],
    &["cargo", "deny"],
    &["checkov"],
    &["gitleaks"],
    &["govulncheck"],
    &["grype"],
    &["hadolint"],
    &["npm", "audit"],
    &["osv-scanner"],
    &["pip-audit"],
    &["pnpm", "audit"],
    &["safety"],
    &["semgrep"],
    &["snyk", "test"],
    &["tfsec"],
    &["trivy"],
    &["trufflehog"],
    &["yarn", "audit"],
];

/// Actions that scan.
const ACTIONS: [&str; 10] = [
    "anchore/scan-action",
    "aquasecurity/tfsec-action",
    "aquasecurity/trivy-action",
    "bridgecrewio/checkov-action",
    "gitleaks/gitleaks-action",
    "returntocorp/semgrep-action",
    "snyk/actions/node",
    "snyk/actions/python",
    "trufflesecurity/trufflehog",
    "zaproxy/action-baseline",
];

/// Commands that pass after another has failed.
const EXCUSES: [&[&str]; 4] = [&["true"], &[":"], &["echo"], &["exit", "0"]];

/// Looks at a workflow.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    for job in &outline.jobs {
        for (at, step) in job.steps.iter().enumerate() {
            let Some((span, why)) = never_fails(step, job, outline) else { continue };
            let later = &job.steps[at + 1..];
            if later.iter().any(|step| is_gate(step, job, outline)) {
                continue;
            }
            let mut finding =
                RULE.finding(span, format!("this scan passes whatever it finds: {why}")).with_help(
                    "let it fail on what you do not accept: `exit-code: 1`, `--exit-code 1`",
                );
            if let Some(upload) =
                later.iter().find(|step| step.uses("github/codeql-action/upload-sarif"))
            {
                finding.severity = Severity::Note;
                finding = finding.with_secondary(
                    upload.step.span,
                    "its findings are shown there, and stop nothing unless a ruleset says so",
                );
            }
            findings.add(finding);
        }
    }
}

/// Why a scan passes, and where.
fn never_fails(
    step: &StepOutline<'_>,
    job: &JobOutline<'_>,
    outline: &Outline<'_>,
) -> Option<(Span, &'static str)> {
    let span_of = |command: &Command| {
        let script = step.script.as_ref()?;
        Some(script.span(outline.text, command.words.first()?))
    };
    let scan = step.commands().iter().find(|command| scans(command));
    let action = step.action.filter(|action| action.is_any(&ACTIONS));
    let place = action.map(|action| action.span).or_else(|| scan.and_then(&span_of))?;
    let is_on = |value: &Option<Template>| value.as_ref().and_then(Template::as_bool) == Some(true);
    if is_on(&step.step.continue_on_error) || is_on(&job.body.continue_on_error) {
        return Some((place, "`continue-on-error` is set"));
    }
    if let Some(action) = action {
        let code = action.literal("exit-code");
        let passes = action.input("exit-code").is_none() || code.as_deref() == Some("0");
        return (action.is("aquasecurity/trivy-action") && passes)
            .then_some((place, "without `exit-code` Trivy ends with 0"));
    }
    let commands = step.commands();
    for pair in commands.windows(2) {
        let [command, next] = pair else { continue };
        let is_excuse = EXCUSES.iter().any(|words| next.is(words));
        if scans(command) && command.end == End::Or && is_excuse {
            return Some((span_of(command)?, "what comes after `||` passes"));
        }
    }
    let silent = commands.iter().find(|command| scans(command) && ends_with_zero(command))?;
    Some((span_of(silent)?, "without an exit code it ends with 0"))
}

fn scans(command: &Command) -> bool {
    let only_asks = ["--version", "--help", "version", "--download-db-only"];
    COMMANDS.iter().any(|words| command.is(words))
        && !only_asks.iter().any(|word| command.has(word))
}

/// Whether the program ends with 0 unless an option says otherwise.
fn ends_with_zero(command: &Command) -> bool {
    let given =
        |option: &str| command.words.iter().any(|word| word.raw.split('=').next() == Some(option));
    match command.name() {
        "trivy" => !given("--exit-code") && !given("--config") && !given("-c"),
        "grype" => !given("--fail-on") && !given("-f") && !given("--config") && !given("-c"),
        _ => false,
    }
}

/// Whether a step scans and fails when something is found.
fn is_gate(step: &StepOutline<'_>, job: &JobOutline<'_>, outline: &Outline<'_>) -> bool {
    let is_scan = step.action.is_some_and(|action| action.is_any(&ACTIONS))
        || step.commands().iter().any(scans);
    is_scan && never_fails(step, job, outline).is_none()
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::detailed;

    fn of(steps: &str) -> String {
        detailed(
            "gh/scan-never-fails",
            &format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n{steps}\n"),
        )
    }

    #[test]
    fn scans_that_pass() {
        insta::assert_snapshot!(of("      - uses: aquasecurity/trivy-action@v1
        with: { format: sarif }
      - run: npm audit || true
      - run: |
          trivy image --severity HIGH x
      - run: bandit -r src
        continue-on-error: true"), @"
        warning 6:15 gh/scan-never-fails this scan passes whatever it finds: without `exit-code` Trivy ends with 0
        warning 8:14 gh/scan-never-fails this scan passes whatever it finds: what comes after `||` passes
        warning 10:11 gh/scan-never-fails this scan passes whatever it finds: without an exit code it ends with 0
        warning 11:14 gh/scan-never-fails this scan passes whatever it finds: `continue-on-error` is set
        ");
    }

    #[test]
    fn scans_that_fail_or_are_followed_by_one() {
        let gate = "\n      - run: trivy image --exit-code 1 x";
        assert_eq!(of(&format!("      - uses: aquasecurity/trivy-action@v1{gate}")), "");
        assert_eq!(of("      - run: npm audit\n      - run: trivy --version"), "");
        assert_eq!(of("      - run: bandit -r src || exit 1"), "");
        let upload = "\n      - uses: github/codeql-action/upload-sarif@v3";
        assert!(
            of(&format!("      - uses: aquasecurity/trivy-action@v1{upload}")).starts_with("note")
        );
    }
}
