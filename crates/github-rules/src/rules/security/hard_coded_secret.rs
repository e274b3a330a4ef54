//! Secrets that are written into the file, where everybody who can read the repository reads them.
//!
//! Source: GitHub Docs, "Secure use reference", "Use secrets for sensitive information", and
//! "Workflow syntax for GitHub Actions", `jobs.<job_id>.container.credentials`. What tokens look
//! like is in [`super::token_shapes`].

use windlass_diagnostics::{Severity, Span};
use windlass_github_syntax::template::{Template, TemplateKind};

use super::token_shapes::{self, Certainty};
use crate::findings::Findings;
use crate::outline::Outline;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/hard-coded-secret",
    severity: Severity::Error,
    summary: "a secret is written into the file",
};

const HELP: &str = "take it back where it was made, store a new one under the repository's secrets, \
                    and write `${{ secrets.NAME }}`";

/// Ends of names whose values are secret.
const NAMES: [&str; 8] =
    ["PASSWORD", "PASSWD", "TOKEN", "SECRET", "API_KEY", "APIKEY", "ACCESS_KEY", "PRIVATE_KEY"];

/// Words in values that are made up.
const MADE_UP: [&str; 9] =
    ["test", "example", "dummy", "fake", "change", "password", "secret", "sample", "placeholder"];

/// Looks at a workflow.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    let mut place = outline.start();
    for (range, what, certainty) in token_shapes::find(outline.text) {
        place.start = place.start.advanced(outline.text, range.start);
        place.end = place.start.advanced(outline.text, range.end);
        report(place, format!("{what} is written into the file"), certainty, findings);
    }
    for job in &outline.jobs {
        for container in job.containers() {
            let password = container.get("credentials").and_then(|given| given.get("password"));
            let is_written = |password: &&Template| {
                let source = outline.source(password);
                password.is_literal() && !password.is_null() && !source.contains("${{")
            };
            if let Some(password) = password.filter(is_written) {
                let message = "the password of a registry is written into the file";
                report(password.span, message.to_owned(), Certainty::Sure, findings);
            }
        }
    }
    for env in outline.environments() {
        for (key, value) in env.as_mapping().into_iter().flatten() {
            check_variable(key, value, findings);
        }
    }
}

/// A variable with the name of a secret and a value that looks like nothing else.
fn check_variable(key: &Template, value: &Template, findings: &mut Findings<'_>) {
    let (Some(name), TemplateKind::String(text)) = (key.as_str(), &value.kind) else { return };
    let upper = name.to_ascii_uppercase().replace('-', "_");
    if !NAMES.iter().any(|end| upper.ends_with(end)) {
        return;
    }
    let lower = text.to_ascii_lowercase();
    let is_random = text.len() >= 12
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !text.contains([' ', '/', '$', ':', '<', '.'])
        && !MADE_UP.iter().any(|word| lower.contains(word));
    if is_random && token_shapes::find(text).next().is_none() {
        let message =
            format!("the value of `{name}` looks like a secret that is written into the file");
        report(value.span, message, Certainty::Likely, findings);
    }
}

fn report(span: Span, message: String, certainty: Certainty, findings: &mut Findings<'_>) {
    let mut finding = RULE.finding(span, message).with_help(HELP);
    if certainty == Certainty::Likely {
        finding.severity = Severity::Warning;
    }
    findings.add(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::detailed;

    #[test]
    fn tokens_passwords_of_registries_and_variables() {
        let text = "on: push
env:
  API_KEY: sk-1234567890abcdef
  DEPLOY_TOKEN: a8f5f167f44f4964e6c998de
  DB_PASSWORD: postgres
  MY_TOKEN: this-is-a-test-token-1
jobs:
  a:
    runs-on: x
    container:
      image: a:1
      credentials: { username: u, password: hunter2 }
    services:
      b: { image: b:1, credentials: { username: u, password: '${{ secrets.P }}' }, env: { P_TOKEN: a8f5f167f44f4964 } }
    steps:
      - run: make
";
        insta::assert_snapshot!(detailed("gh/hard-coded-secret", text), @r"
        error 3:12 gh/hard-coded-secret an API key is written into the file
        warning 4:17 gh/hard-coded-secret the value of `DEPLOY_TOKEN` looks like a secret that is written into the file
        error 12:45 gh/hard-coded-secret the password of a registry is written into the file
        ");
    }
}
