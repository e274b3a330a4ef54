//! `docker://image:` with nothing behind the colon.

use windlass_diagnostics::Severity;
use windlass_github_syntax::workflow::{ActionReference, Step, StepKind};

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/docker-tag",
    severity: Severity::Error,
    summary: "a step uses a Docker image with an empty tag",
};

/// Looks at a step that uses an image.
pub(crate) fn check(step: &Step, findings: &mut Findings<'_>) {
    let StepKind::Uses { uses, action: ActionReference::Docker { image }, .. } = &step.kind else {
        return;
    };
    if image.ends_with(':') {
        let message = format!("`{}` ends with `:`, but no tag follows", uses.value);
        findings
            .add(RULE.finding(uses.span, message).with_help("write a tag, or leave out the `:`"));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_step;

    #[test]
    fn a_tag_follows_the_colon() {
        assert_eq!(
            of_step("uses: 'docker://alpine:'"),
            "6:15 gh/docker-tag `docker://alpine:` ends with `:`, but no tag follows"
        );
        assert_eq!(of_step("uses: docker://host:5000/alpine:3"), "");
    }
}
