//! `:latest`, or no tag at all: which image runs is decided on another day by somebody else.
//!
//! Source: Docker Docs, "docker image tag": without a tag `latest` is meant.

use windlass_diagnostics::{Severity, Span};
use windlass_github_syntax::workflow::{ActionReference, StepKind};

use crate::findings::Findings;
use crate::outline::Outline;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/mutable-image",
    severity: Severity::Warning,
    summary: "a container image is used without a fixed version",
};

/// Looks at a workflow.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    for job in &outline.jobs {
        for container in job.containers() {
            let image = container.get("image").unwrap_or(container);
            if image.as_mapping().is_none() {
                judge(outline.source(image).trim_matches(['"', '\'']), image.span, findings);
            }
        }
        for step in &job.steps {
            if let StepKind::Uses { uses, action: ActionReference::Docker { image }, .. } =
                &step.step.kind
            {
                judge(image, uses.span, findings);
            }
        }
    }
}

fn judge(image: &str, span: Span, findings: &mut Findings<'_>) {
    let name = image.rsplit('/').next().unwrap_or(image);
    let message = match name.split_once(':') {
        _ if image.is_empty() || image.contains('@') => return,
        Some((_, "latest")) => format!("`{image}` is another image from one day to the next"),
        None if !image.contains("${{") => format!("`{image}` without a tag means `{image}:latest`"),
        _ => return,
    };
    findings.add(RULE.finding(span, message).with_help("name a version, best with its digest"));
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_rule;

    #[test]
    fn containers_services_and_steps() {
        let text = "on: push
jobs:
  a:
    runs-on: x
    container: ghcr.io:443/o/i
    services:
      a: { image: 'redis:latest' }
      b: { image: 'redis:7' }
      c: { image: '${{ matrix.image }}' }
      d: { image: '' }
    steps:
      - uses: docker://alpine:latest
      - uses: docker://alpine@sha256:0123
";
        insta::assert_snapshot!(of_rule("gh/mutable-image", text), @"
        5:16 gh/mutable-image `ghcr.io:443/o/i` without a tag means `ghcr.io:443/o/i:latest`
        7:19 gh/mutable-image `redis:latest` is another image from one day to the next
        12:15 gh/mutable-image `alpine:latest` is another image from one day to the next
        ");
    }
}
