//! An image that one job builds and another one runs: each job has a machine of its own.
//!
//! Source: GitHub Docs, "Using GitHub-hosted runners" ("each workflow job runs in a fresh
//! instance"), and "Store and share data with workflow artifacts".

use windlass_diagnostics::{Severity, Span};

use crate::findings::Findings;
use crate::outline::{JobOutline, Outline, StepOutline};
use crate::registry::Rule;
use crate::shell::Command;

pub(crate) const RULE: Rule = Rule {
    code: "gh/lost-image",
    severity: Severity::Warning,
    summary: "a job runs an image that was only built in another job",
};

/// Looks at jobs that need one that builds an image and keeps it to itself.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    for builder in &outline.jobs {
        let Some(built) = built(builder, outline) else { continue };
        if builder.steps.iter().any(hands_on) {
            continue;
        }
        for job in &outline.jobs {
            let needs = job.job.needs.iter();
            let waits = needs.into_iter().any(|need| need.value == builder.job.id.value);
            if waits && !job.steps.iter().any(brings) {
                check_job(job, &built, outline, findings);
            }
        }
    }
}

/// An image and where it is built.
struct Built<'file> {
    span: Span,
    /// The names that it gets, as they are written.
    tags: Vec<&'file str>,
}

fn check_job(
    job: &JobOutline<'_>,
    built: &Built<'_>,
    outline: &Outline<'_>,
    findings: &mut Findings<'_>,
) {
    for step in &job.steps {
        let Some(script) = &step.script else { continue };
        for command in &script.commands {
            let named = command.words.iter().find(|word| {
                let plain = word.unquoted();
                built.tags.iter().any(|tag| *tag == plain)
            });
            // What the services of a file run is not known; it may be this image.
            let (severity, word) = match named {
                Some(word) if command.is(&["docker", "run"]) => (RULE.severity, Some(word)),
                _ if starts_services(command) => (Severity::Note, command.words.first()),
                _ => continue,
            };
            let Some(word) = word else { continue };
            let message = "the image that another job has built is not on this machine";
            let mut finding = RULE
                .finding(script.span(outline.text, word), message)
                .with_secondary(built.span, "it is built here, and gone when this job ends")
                .with_help(
                    "push it to a registry, or hand it on by `docker save` and an artifact; or run \
                     this in the job that builds it",
                );
            finding.severity = severity;
            findings.add(finding);
        }
    }
}

/// The image that a job builds without pushing it.
fn built<'file>(job: &JobOutline<'file>, outline: &Outline<'file>) -> Option<Built<'file>> {
    job.steps.iter().find_map(|step| {
        if let Some(action) = step.action.filter(|action| action.is("docker/build-push-action")) {
            let tags = action.input("tags").map_or("", |tags| outline.source(tags));
            let tags = tags.split([',', '\n']).map(str::trim).filter(|tag| !tag.is_empty());
            return Some(Built { span: action.span, tags: tags.collect() });
        }
        let script = step.script.as_ref()?;
        let command = script.commands.iter().find(|command| builds(command))?;
        let tags =
            command.words.windows(2).filter(|pair| matches!(pair[0].raw.as_str(), "-t" | "--tag"));
        let tags = tags.map(|pair| script.span(outline.text, &pair[1]));
        let tags =
            tags.map(|span| crate::outline::source(outline.text, span).trim_matches(['"', '\'']));
        let span = script.span(outline.text, command.words.first()?);
        Some(Built { span, tags: tags.collect() })
    })
}

fn builds(command: &Command) -> bool {
    command.is(&["docker", "build"]) || command.is(&["docker", "buildx", "build"])
}

fn starts_services(command: &Command) -> bool {
    let starts = command.has("up") || command.has("run");
    let builds = command.has("--build");
    let is_compose = command.name() == "docker-compose" || command.is(&["docker", "compose"]);
    is_compose && starts && !builds
}

/// Whether others can get what the step leaves.
fn hands_on(step: &StepOutline<'_>) -> bool {
    let saves = |command: &Command| {
        command.is(&["docker", "save"]) || command.is(&["docker", "image", "save"])
    };
    step.pushes_an_image()
        || step.uses("actions/upload-artifact")
        || step.commands().iter().any(saves)
}

/// Whether a step brings or builds images of its own.
fn brings(step: &StepOutline<'_>) -> bool {
    step.uses("actions/download-artifact")
        || step.uses("docker/build-push-action")
        || step.commands().iter().any(|command| {
            builds(command)
                || command.is(&["docker", "pull"])
                || command.is(&["docker", "load"])
                || command.has("build")
        })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::detailed;

    fn of(build: &str, run: &str) -> String {
        detailed(
            "gh/lost-image",
            &format!(
                "on: push\njobs:\n  build:\n    runs-on: x\n    steps:\n      - run: docker build -t app:1 .\n      - {build}\n  test:\n    needs: build\n    runs-on: x\n    steps:\n      - run: {run}\n"
            ),
        )
    }

    #[test]
    fn each_job_has_its_own_machine() {
        insta::assert_snapshot!(of("run: docker run app:1", "docker run --rm \"app:1\" pytest"), @"
        warning 12:30 gh/lost-image the image that another job has built is not on this machine
          6: it is built here, and gone when this job ends
        ");
        assert!(of("run: make", "docker compose -f a.yml up").starts_with("note"));
        assert_eq!(of("run: make", "docker run postgres:16"), "");
        assert_eq!(of("run: docker push app:1", "docker run app:1"), "");
        assert_eq!(of("uses: actions/upload-artifact@v4", "docker run app:1"), "");
        assert_eq!(of("run: make", "docker compose up --build"), "");
    }
}
