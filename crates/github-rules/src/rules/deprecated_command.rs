//! Commands on standard output that GitHub has replaced by files, or no longer obeys.
//!
//! Source: GitHub Docs, "Workflow commands for GitHub Actions".

use windlass_diagnostics::{Severity, Span};
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::{Step, StepKind};

use crate::findings::Findings;
use crate::layout::part;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/deprecated-command",
    severity: Severity::Error,
    summary: "a script prints a workflow command that GitHub has replaced",
};

/// A command and what has taken its place.
const COMMANDS: [(&str, &str); 4] = [
    ("::set-output name=", "echo \"name=value\" >> \"$GITHUB_OUTPUT\""),
    ("::save-state name=", "echo \"name=value\" >> \"$GITHUB_STATE\""),
    ("::set-env name=", "echo \"name=value\" >> \"$GITHUB_ENV\""),
    ("::add-path::", "echo \"path\" >> \"$GITHUB_PATH\""),
];

/// Looks at the script of a step.
pub(crate) fn check(step: &Step, findings: &mut Findings<'_>) {
    let StepKind::Run { script, .. } = &step.kind else { return };
    for (start, line) in lines(script.span, findings.text(), script) {
        if line.trim_start().starts_with('#') {
            continue;
        }
        for (command, instead) in COMMANDS {
            let Some(at) = line.find(command) else { continue };
            let at = start + at;
            let span = part(findings.text(), script.span, at..at + command.len());
            let word = command.trim_matches(':').trim_end_matches(" name=");
            let message = format!("the workflow command `{word}` is deprecated");
            let finding = RULE.finding(span, message).with_help(format!("write `{instead}`"));
            findings.add(finding);
        }
    }
}

/// The lines of a script as they stand in the file, with their offsets from its start.
fn lines<'text>(
    span: Span,
    text: &'text str,
    script: &Template,
) -> impl Iterator<Item = (usize, &'text str)> + use<'text> {
    let slice = text.get(span.start.offset as usize..script.span.end.offset as usize);
    let mut at = 0;
    slice.unwrap_or_default().split_inclusive('\n').map(move |line| {
        at += line.len();
        (at - line.len(), line)
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_step;

    #[test]
    fn is_found_on_its_line() {
        let found = of_step(
            "run: |\n          # ::set-output name=a::b\n          echo \"::set-output name=a::b\"",
        );
        assert_eq!(
            found,
            "8:17 gh/deprecated-command the workflow command `set-output` is deprecated"
        );
    }
}
