//! A job that deploys to production and waits for no stage before it, where there are some.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", `jobs.<job_id>.needs`: jobs that do
//! not need one another run at the same time.

use std::collections::HashSet;

use windlass_diagnostics::Severity;
use windlass_github_syntax::workflow::{Job, JobBody, Workflow};

use crate::findings::Findings;
use crate::outline::Outline;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/skipped-stage",
    severity: Severity::Warning,
    summary: "a deployment to production does not wait for the stages before it",
};

/// Names of where users are.
const PRODUCTION: [&str; 3] = ["prod", "production", "live"];

/// Names of what comes before.
const EARLIER: [&str; 10] = [
    "dev",
    "development",
    "integration",
    "preprod",
    "qa",
    "stage",
    "staging",
    "test",
    "testing",
    "uat",
];

/// Looks at the deployments of a workflow. Those for other branches or events have other
/// conditions, and are no stages of one way.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    let workflow = outline.workflow;
    let deploys = |job: &&Job, names: &[&str]| {
        environment(job).is_some_and(|name| words(&name).any(|word| names.contains(&word)))
    };
    let jobs = || workflow.jobs.values();
    let earlier: Vec<&Job> = jobs().filter(|job| deploys(job, &EARLIER)).collect();
    if earlier.is_empty() {
        return;
    }
    for production in jobs().filter(|job| deploys(job, &PRODUCTION)) {
        let needed = needed(workflow, production);
        let is_stage = |job: &&&Job| {
            let same = job.condition.written == production.condition.written;
            (job.condition.written.is_none() || same) && job.id.value != production.id.value
        };
        let waits = earlier.iter().any(|job| needed.contains(job.id.value.as_str()));
        if let (false, Some(stage)) = (waits, earlier.iter().find(is_stage)) {
            let message = format!(
                "`{}` does not wait for `{}`: production is deployed whether or not that works",
                production.id.value, stage.id.value
            );
            let finding = RULE
                .finding(production.id.span, message)
                .with_secondary(stage.id.span, "this stage runs at the same time")
                .with_help(format!("add `{}` to `needs`", stage.id.value));
            findings.add(finding);
        }
    }
}

/// Where a job deploys to: its environment, or what its id says behind `deploy`.
fn environment(job: &Job) -> Option<String> {
    if let JobBody::Steps(body) = &job.body
        && let Some(name) = body.environment.as_ref().and_then(|given| given.name().as_str())
    {
        return Some(name.to_lowercase());
    }
    let id = job.id.value.to_lowercase();
    let deploys = words(&id).any(|word| matches!(word, "deploy" | "release" | "promote"));
    deploys.then_some(id)
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|character: char| !character.is_ascii_alphanumeric())
}

/// The ids of all jobs that a job waits for.
fn needed<'file>(workflow: &'file Workflow, job: &'file Job) -> HashSet<&'file str> {
    let mut found = HashSet::new();
    let mut pending = vec![job];
    while let Some(job) = pending.pop() {
        for need in &job.needs {
            if let Some((id, job)) = workflow.jobs.get_key_value(&need.value)
                && found.insert(id.as_str())
            {
                pending.push(job);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::detailed;

    fn of(stage: &str, production: &str) -> String {
        detailed(
            "gh/skipped-stage",
            &format!(
                "on: push\njobs:\n  build: {{ runs-on: x, steps: [{{ run: x }}] }}\n  deploy-dev: {{ needs: build, runs-on: x, {stage} steps: [{{ run: x }}] }}\n  check: {{ needs: deploy-dev, runs-on: x, steps: [{{ run: x }}] }}\n  release: {{ runs-on: x, {production} environment: {{ name: production }}, steps: [{{ run: x }}] }}\n"
            ),
        )
    }

    #[test]
    fn stages_of_one_way() {
        insta::assert_snapshot!(of("", "needs: build,"), @"
        warning 6:3 gh/skipped-stage `release` does not wait for `deploy-dev`: production is deployed whether or not that works
          4: this stage runs at the same time
        ");
        assert_eq!(of("", "needs: check,"), "");
        assert_eq!(of("if: github.ref == 'a',", "needs: build,"), "");
        assert_ne!(of("if: github.ref == 'a',", "needs: build, if: github.ref == 'a',"), "");
    }
}
