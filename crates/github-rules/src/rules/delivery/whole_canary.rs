//! A canary that puts the new image into the one Deployment there is: all requests go to it.
//!
//! Source: Kubernetes Docs, "Managing Workloads", "Canary deployments": two Deployments stand
//! behind one Service. Certain only as far as names tell: a Deployment for canaries says so.

use windlass_diagnostics::Severity;

use crate::findings::Findings;
use crate::outline::{JobOutline, Outline, StepOutline};
use crate::registry::Rule;
use crate::shell::Command;

pub(crate) const RULE: Rule = Rule {
    code: "gh/whole-canary",
    severity: Severity::Warning,
    summary: "a canary replaces the whole Deployment",
};

/// Words for a part of the traffic in names of Deployments.
const PARTS: [&str; 4] = ["canary", "candidate", "preview", "green"];

/// Looks at steps that are called canary.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    for (job, step) in outline.steps().filter(|(job, step)| is_canary(job, step)) {
        let Some(script) = &step.script else { continue };
        for command in script.commands.iter().filter(|command| sets_image(command)) {
            let Some(word) = command.words.iter().find(|word| deployment(&word.raw).is_some())
            else {
                continue;
            };
            let name = deployment(&word.raw).unwrap_or_default();
            if PARTS.iter().any(|part| name.contains(part)) || name.contains('$') {
                continue;
            }
            let promoted = job.steps.iter().flat_map(|step| step.commands()).any(|other| {
                let scales = other.is(&["kubectl", "scale"]) || other.is(&["kubectl", "patch"]);
                scales
                    && other
                        .words
                        .iter()
                        .any(|word| word.raw.trim_start_matches("deployment/") == name)
            });
            if promoted {
                let message = format!(
                    "this replaces the image of the whole Deployment `{name}`: every request goes to \
                     the new version"
                );
                findings.add(RULE.finding(script.span(outline.text, word), message).with_help(
                    "give the canary a Deployment of its own behind the same Service, or a share of \
                     the traffic by the ingress",
                ));
            }
        }
    }
}

fn is_canary(job: &JobOutline<'_>, step: &StepOutline<'_>) -> bool {
    let name = step.step.name.as_ref().and_then(|name| name.as_str()).unwrap_or_default();
    [name, &job.job.id.value].iter().any(|name| name.to_ascii_lowercase().contains("canary"))
}

fn sets_image(command: &Command) -> bool {
    command.is(&["kubectl", "set", "image"])
}

/// The Deployment that a word names.
fn deployment(word: &str) -> Option<&str> {
    ["deployment/", "deploy/", "deployments/"].iter().find_map(|kind| word.strip_prefix(kind))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_rule;

    fn of(name: &str, script: &str) -> String {
        of_rule(
            "gh/whole-canary",
            &format!(
                "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - name: {name}\n        run: |\n          {script}\n      - run: kubectl scale deployment app --replicas=5\n"
            ),
        )
    }

    #[test]
    fn the_only_deployment_and_one_of_its_own() {
        assert_eq!(
            of("Deploy canary", "kubectl set image deployment/app app=a:1"),
            "8:29 gh/whole-canary this replaces the image of the whole Deployment `app`: every request \
             goes to the new version"
        );
        assert_eq!(of("Deploy canary", "kubectl set image deployment/app-canary app=a:1"), "");
        assert_eq!(of("Deploy", "kubectl set image deployment/app app=a:1"), "");
    }
}
