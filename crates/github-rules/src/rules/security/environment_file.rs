//! Text from outside in `$GITHUB_ENV` or `$GITHUB_PATH`: it sets what later steps run with.
//!
//! Source: GitHub Docs, "Workflow commands for GitHub Actions", "Environment files", and "Secure use
//! reference". What `${{ }}` puts into a script is [`super::template_injection`]'s.

use windlass_diagnostics::Severity;

use crate::findings::Findings;
use crate::outline::{Outline, StepOutline};
use crate::registry::Rule;
use crate::shell::Command;
use crate::untrusted::{Scope, Writer, written};

pub(crate) const RULE: Rule = Rule {
    code: "gh/environment-file",
    severity: Severity::Warning,
    summary: "text that outsiders write sets variables or the path of later steps",
};

/// Texts that may have several lines.
const LONG: [&str; 3] = [".body", ".message", ".description"];

/// Actions that bring the artifacts of another run.
const DOWNLOADS: [&str; 2] = ["actions/download-artifact", "dawidd6/action-download-artifact"];

/// Looks at variables that a step writes on.
pub(crate) fn check(step: &StepOutline<'_>, scope: &Scope, findings: &mut Findings<'_>) {
    let Some(script) = &step.script else { return };
    for one in written(script, scope) {
        let is_dangerous = match one.file {
            "GITHUB_PATH" => true,
            "GITHUB_ENV" => LONG.iter().any(|end| one.origin.source.ends_with(end)),
            _ => false,
        };
        let by_variable = !one.word.raw.contains("${{");
        let by_anybody = one.origin.writer == Writer::Anybody;
        if by_anybody && is_dangerous && by_variable && !one.is_enclosed {
            let message = format!(
                "`{}` is written to `${}`: whoever writes it decides what later steps run",
                one.origin.source, one.file
            );
            let finding = RULE.finding(script.span(findings.text(), one.word), message).with_help(
                "hand it on by `$GITHUB_OUTPUT` between delimiters that nobody can guess",
            );
            findings.add(one.origin.shown_in(finding));
        }
    }
}

/// Looks at files of an artifact that a privileged workflow writes on.
pub(crate) fn check_artifacts(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    if !outline.workflow.on.contains("workflow_run") {
        return;
    }
    for job in &outline.jobs {
        let brings = |step: &StepOutline<'_>| {
            step.action.is_some_and(|action| action.is_any(&DOWNLOADS))
                || step.commands().iter().any(|command| command.is(&["gh", "run", "download"]))
        };
        let Some(first) = job.steps.iter().position(brings) else { continue };
        for step in &job.steps[first..] {
            let Some(script) = &step.script else { continue };
            for command in &script.commands {
                let files = ["GITHUB_ENV", "GITHUB_PATH"];
                let file = files.into_iter().find(|file| command.writes_to(file));
                let (Some(file), Some(word)) = (file, command.words.last()) else { continue };
                if reads_a_file(command) {
                    let message = format!(
                        "a file of another run's artifact is written to `${file}`: that run decides \
                         what later steps run"
                    );
                    let span = script.span(findings.text(), word);
                    findings.add(RULE.finding(span, message).with_help(
                        "check that the file holds nothing but what is expected, such as a number",
                    ));
                }
            }
        }
    }
}

fn reads_a_file(command: &Command) -> bool {
    let inside = |word: &str| word.contains("$(cat ") || word.contains("$(<");
    command.name() == "cat" || command.words.iter().any(|word| inside(&word.raw))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_rule;

    const CODE: &str = "gh/environment-file";

    #[test]
    fn lines_and_paths_from_outside() {
        let of = |line: &str| {
            of_rule(
                CODE,
                &format!(
                    "on: issues\njobs:\n  a:\n    runs-on: x\n    steps:\n      - env:\n          B: ${{{{ github.event.issue.body }}}}\n          R: ${{{{ github.head_ref }}}}\n        run: {line}\n"
                ),
            )
        };
        assert!(
            of("echo \"A=$B\" >> $GITHUB_ENV")
                .starts_with("9:19 gh/environment-file `github.event")
        );
        assert!(of("echo \"$R\" >> $GITHUB_PATH").contains("`github.head_ref` is written"));
        assert_eq!(of("echo \"A=$R\" >> $GITHUB_ENV"), "");
        assert_eq!(of("echo \"A=$B\" >> $GITHUB_OUTPUT"), "");
        // An end that is known beforehand may stand in the text, and one that is made may not.
        let enclosed = |end: &str| {
            of(&format!(
                "E=$(uuidgen); {{ echo \"A<<{end}\"; echo \"$B\"; echo \"{end}\"; }} >> $GITHUB_ENV"
            ))
        };
        assert!(enclosed("EOF").contains(CODE));
        assert_eq!(enclosed("$E"), "");
    }

    #[test]
    fn artifacts_of_another_run() {
        let of = |event: &str| {
            of_rule(
                CODE,
                &format!(
                    "on: {{ {event} }}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/download-artifact@v4\n      - run: echo PR=$(cat pr) >> $GITHUB_ENV\n      - run: echo PR=1 >> $GITHUB_ENV\n"
                ),
            )
        };
        assert!(of("workflow_run: { workflows: [a] }").starts_with("7:"));
        assert_eq!(of("push: {}"), "");
    }
}
