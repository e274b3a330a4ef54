//! A token that may do more than the job does, and the least that the job needs.
//!
//! Source: GitHub Docs, "Use GITHUB_TOKEN for authentication in workflows" and "Workflow syntax for
//! GitHub Actions", `permissions`: without it the repository's setting decides, which may be to
//! write everything.

use windlass_diagnostics::{Fix, Severity, Span};
use windlass_github_syntax::workflow::{PermissionGrant, PermissionLevel, Permissions};

use super::permission_needs::{self, Needs};
use crate::findings::Findings;
use crate::layout::indentation;
use crate::outline::{JobOutline, Outline};
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/excessive-permissions",
    severity: Severity::Warning,
    summary: "the token may do more than the jobs need",
};

/// Looks at a workflow and its jobs.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    match &outline.workflow.permissions {
        Some(permissions) => of_workflow(permissions, outline, findings),
        None => undeclared(outline, findings),
    }
    for job in &outline.jobs {
        if let Some(permissions) = &job.job.permissions
            && permissions.grant == PermissionGrant::All(PermissionLevel::Write)
        {
            let needs = permission_needs::of(job);
            findings.add(everything(permissions.span, &needs));
        }
    }
}

fn everything(span: Span, needs: &Needs) -> windlass_diagnostics::Diagnostic {
    RULE.finding(span, "the token may write everything").with_help(format!(
        "as far as can be seen, this is enough: `{}`",
        permission_needs::entries(needs).join(", ")
    ))
}

/// What the whole workflow is given, each job has.
fn of_workflow(permissions: &Permissions, outline: &Outline<'_>, findings: &mut Findings<'_>) {
    let scopes = match &permissions.grant {
        PermissionGrant::All(PermissionLevel::Write) => {
            let mut union = Needs::new();
            outline.jobs.iter().for_each(|job| union.extend(permission_needs::of(job)));
            findings.add(everything(permissions.span, &union));
            return;
        }
        PermissionGrant::All(_) => return,
        PermissionGrant::Scopes(scopes) => scopes,
    };
    let written: Vec<&str> = scopes
        .iter()
        .filter(|(_, level)| **level == PermissionLevel::Write)
        .map(|(scope, _)| scope.as_str())
        .collect();
    if outline.workflow.jobs.len() > 1 && !written.is_empty() {
        let message = format!("every job may write {}", written.join(", "));
        let mut finding = RULE
            .finding(permissions.span, message)
            .with_help("give it to the jobs that need it, by `permissions` of the job");
        finding.severity = Severity::Note;
        findings.add(finding);
    }
}

/// No `permissions` at all. A job that gives its token to no action can do no harm with it.
fn undeclared(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    let gives_its_token = |job: &&JobOutline<'_>| {
        job.job.permissions.is_none() && job.steps.iter().any(|step| step.action.is_some())
    };
    let jobs: Vec<&JobOutline<'_>> = outline.jobs.iter().filter(gives_its_token).collect();
    let Some(first) = jobs.first() else { return };
    let message = "without `permissions` the repository's setting decides, which may be everything";
    let mut finding = RULE
        .finding(first.job.id.span, message)
        .with_help("say what each job may do, by `permissions`");
    finding.severity = Severity::Note;
    let mut fix: Option<Fix> = None;
    for job in jobs {
        let needs = permission_needs::of(job);
        let words = format!(
            "needs `{}`, as far as can be seen",
            permission_needs::entries(&needs).join(", ")
        );
        finding = finding.with_secondary(job.job.id.span, words);
        if let Some((span, lines)) = insertion(job, &needs, outline.text) {
            fix = Some(match fix {
                Some(fix) => fix.and(span, lines),
                None => Fix::suggested("say what each job may do", span, lines),
            });
        }
    }
    finding.fix = fix;
    findings.add(finding);
}

/// The lines for a job and where they go: before its `runs-on`. `None` where the job is written in
/// braces.
fn insertion(job: &JobOutline<'_>, needs: &Needs, text: &str) -> Option<(Span, String)> {
    let value = job.body.runs_on.span;
    let id = job.job.id.span;
    let offset = text.get(..value.start.offset as usize)?.rfind("runs-on")?;
    let indent = " ".repeat(indentation(text, offset)?);
    let entries: String = permission_needs::entries(needs)
        .iter()
        .map(|entry| format!("{indent}  {entry}\n"))
        .collect();
    let lines = format!("permissions:\n{entries}{indent}");
    Some((Span::at(id.source, id.start.advanced(text, offset)), lines))
}

#[cfg(test)]
mod tests {
    use windlass_diagnostics::SourceId;
    use windlass_diagnostics::fix::apply;
    use windlass_github_syntax::parse_workflow;

    use crate::rules::testing::detailed;
    use crate::{NoProject, check_workflow};

    const CODE: &str = "gh/excessive-permissions";

    const UNDECLARED: &str = "on: push
jobs:
  a:
    runs-on: x
    steps:
      - uses: actions/checkout@v4
      - run: git push
  b:
    runs-on: x
    steps:
      - run: make
  c:
    name: C
    runs-on: x
    steps:
      - uses: o/r@v1
";

    #[test]
    fn the_least_is_proposed() {
        insta::assert_snapshot!(detailed(CODE, UNDECLARED), @"
        note 3:3 gh/excessive-permissions without `permissions` the repository's setting decides, which may be everything
          3: needs `contents: write`, as far as can be seen
          12: needs `contents: read`, as far as can be seen
        ");
        let tree = parse_workflow(SourceId(0), "ci.yml", UNDECLARED).tree.unwrap();
        let mut found = check_workflow(&tree, UNDECLARED, &NoProject);
        found.retain(|finding| finding.code == CODE);
        let fixes: Vec<_> = found.into_iter().filter_map(|finding| finding.fix).collect();
        insta::assert_snapshot!(apply(UNDECLARED, &fixes).0, @"
        on: push
        jobs:
          a:
            permissions:
              contents: write
            runs-on: x
            steps:
              - uses: actions/checkout@v4
              - run: git push
          b:
            runs-on: x
            steps:
              - run: make
          c:
            name: C
            permissions:
              contents: read
            runs-on: x
            steps:
              - uses: o/r@v1
        ");
    }

    #[test]
    fn everything_and_what_every_job_has() {
        let jobs = "jobs:\n  a:\n    runs-on: x\n    permissions: write-all\n    steps: [{ uses: actions/checkout@v4 }]\n  b: { runs-on: x, steps: [{ run: x }] }\n";
        let of = |permissions: &str| {
            detailed(CODE, &format!("on: push\npermissions: {permissions}\n{jobs}"))
        };
        insta::assert_snapshot!(of("write-all"), @r"
        warning 2:14 gh/excessive-permissions the token may write everything
        warning 6:18 gh/excessive-permissions the token may write everything
        ");
        insta::assert_snapshot!(of("{ contents: write, issues: read }"), @r"
        note 2:14 gh/excessive-permissions every job may write contents
        warning 6:18 gh/excessive-permissions the token may write everything
        ");
    }
}
