//! An image that is pushed under the short hash of its commit and deployed by the long one.
//!
//! Source: the README of docker/metadata-action, `type=sha`: seven characters unless `format=long`.

use windlass_diagnostics::{Severity, Span};

use crate::findings::Findings;
use crate::outline::{Outline, StepOutline};
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/image-tag",
    severity: Severity::Warning,
    summary: "an image is deployed by a tag that nothing pushes",
};

/// The whole hash as a tag.
const LONG: [&str; 4] = ["${{ github.sha }}", "${{github.sha}}", "$GITHUB_SHA", "${GITHUB_SHA}"];

/// Programs that deploy images.
const DEPLOYS: [&str; 7] = ["helm", "kubectl", "kustomize", "nomad", "oc", "sed", "yq"];

/// Looks at a workflow.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    let Some(short) = outline.steps().find_map(|(_, step)| short_tags(step, outline)) else {
        return;
    };
    if outline.steps().any(|(_, step)| pushes_long_tag(step, outline)) {
        return;
    }
    for (_, step) in outline.steps() {
        let Some(script) = &step.script else { continue };
        for command in script.commands.iter().filter(|command| DEPLOYS.contains(&command.name())) {
            for word in command.words.iter().filter(|word| is_tagged(&word.raw)) {
                let message = "no image has this tag: it is pushed under the short hash";
                let finding = RULE
                    .finding(script.span(outline.text, word), message)
                    .with_secondary(short, "this makes a tag of seven characters")
                    .with_help(
                        "add `format=long` there, or hand the tag on as an output of the job",
                    );
                findings.add(finding);
            }
        }
    }
}

/// Where a step makes short tags and no long ones.
fn short_tags(step: &StepOutline<'_>, outline: &Outline<'_>) -> Option<Span> {
    if !step.uses("docker/metadata-action") {
        return None;
    }
    let tags = step.input("tags")?;
    let lines = outline.source(tags).lines().map(str::trim);
    let mut by_hash =
        lines.filter(|line| line.contains("type=sha") && !line.contains("enable=false"));
    let is_short = by_hash.next().is_some_and(|line| !line.contains("format=long"));
    (is_short && by_hash.next().is_none() && !outline.source(tags).contains("github.sha"))
        .then_some(tags.span)
}

fn pushes_long_tag(step: &StepOutline<'_>, outline: &Outline<'_>) -> bool {
    let by_action = step.uses("docker/build-push-action")
        && step.input("tags").is_some_and(|tags| is_tagged(outline.source(tags)));
    let by_command = step.commands().iter().any(|command| {
        matches!(command.name(), "docker" | "podman" | "buildah" | "crane" | "skopeo")
            && command.words.iter().any(|word| is_tagged(&word.raw))
    });
    by_action || by_command
}

/// Whether the whole hash stands as a tag: `image:${{ github.sha }}`, `tag=$GITHUB_SHA`.
fn is_tagged(text: &str) -> bool {
    LONG.iter().any(|long| {
        text.match_indices(long).any(|(at, _)| {
            let before = text[..at].trim_end_matches(['"', '\'']);
            before.ends_with(':') || before.to_ascii_lowercase().ends_with("tag=")
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::detailed;

    fn of(tags: &str, push: &str, deploy: &str) -> String {
        detailed(
            "gh/image-tag",
            &format!(
                "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: docker/metadata-action@v5\n        with:\n          tags: {tags}\n      - uses: docker/build-push-action@v5\n        with: {{ push: true, tags: '{push}' }}\n  b:\n    needs: a\n    runs-on: x\n    steps:\n      - run: {deploy}\n"
            ),
        )
    }

    #[test]
    fn short_and_long() {
        let tags = "${{ steps.a.outputs.tags }}";
        let helm = "helm upgrade a b --set image.tag=${{ github.sha }}";
        insta::assert_snapshot!(of("type=sha,format=short", tags, helm), @"
        warning 15:37 gh/image-tag no image has this tag: it is pushed under the short hash
          8: this makes a tag of seven characters
        ");
        assert_eq!(of("type=sha,format=long", tags, helm), "");
        assert_eq!(of("type=sha", "a/b:${{ github.sha }}", helm), "");
        assert_eq!(of("type=sha", tags, "helm upgrade a b --set image.tag=1.2"), "");
        assert_eq!(of("type=sha", tags, "kubectl annotate a commit=${{ github.sha }}"), "");
    }
}
