//! `credentials` of a container or service with only one of their two halves.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions",
//! `jobs.<job_id>.container.credentials`.

use windlass_diagnostics::Severity;
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::JobSteps;

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/registry-credentials",
    severity: Severity::Error,
    summary: "`credentials` of a registry lack the user name or the password",
};

/// Looks at the containers of a job.
pub(crate) fn check(body: &JobSteps, findings: &mut Findings<'_>) {
    let services = body.services.as_ref().and_then(Template::as_mapping).unwrap_or_default();
    let containers = body.container.iter().chain(services.iter().map(|(_, service)| service));
    for (key, credentials) in containers.filter_map(Template::as_mapping).flatten() {
        let Some(given) = credentials.as_mapping() else { continue };
        if key.as_str() != Some("credentials")
            || given.iter().any(|(key, _)| key.as_str().is_none())
        {
            continue;
        }
        for half in ["username", "password"] {
            if credentials.get(half).is_none() {
                let message = format!("these credentials have no `{half}`, so they are not used");
                findings.add(RULE.finding(key.span, message));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::of_rule;

    #[test]
    fn both_halves_are_needed() {
        let text = "on: push
jobs:
  a:
    runs-on: x
    container:
      image: a
      credentials: { username: a }
    services:
      b: { image: b, credentials: { password: '${{ secrets.P }}', username: b } }
    steps: [{ run: x }]
";
        assert_eq!(
            of_rule(RULE.code, text),
            "7:7 gh/registry-credentials these credentials have no `password`, so they are not used"
        );
    }
}
