//! Commands on standard output that GitHub has replaced by files, or no longer obeys.
//!
//! Source: GitHub Docs, "Workflow commands for GitHub Actions".

use std::ops::Range;

use windlass_diagnostics::{Fix, Severity, Span};
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

/// A command, the words that take its place, and the file that these go to.
const COMMANDS: [(&str, &str, &str); 4] = [
    ("::set-output name=", "name=value", "GITHUB_OUTPUT"),
    ("::save-state name=", "name=value", "GITHUB_STATE"),
    ("::set-env name=", "name=value", "GITHUB_ENV"),
    ("::add-path::", "path", "GITHUB_PATH"),
];

/// Looks at the script of a step.
pub(crate) fn check(step: &Step, findings: &mut Findings<'_>) {
    let StepKind::Run { script, .. } = &step.kind else { return };
    for (start, line) in lines(script.span, findings.text(), script) {
        if !line.contains("::") || line.trim_start().starts_with('#') {
            continue;
        }
        for (command, instead, file) in COMMANDS {
            let Some(at) = line.find(command) else { continue };
            let place = |range: Range<usize>| {
                part(findings.text(), script.span, start + range.start..start + range.end)
            };
            let word = command.trim_matches(':').trim_end_matches(" name=");
            let message = format!("the workflow command `{word}` is deprecated");
            let help = format!("write `echo \"{instead}\" >> \"${file}\"`");
            let mut finding = RULE.finding(place(at..at + command.len()), message).with_help(help);
            finding.fix = redirected(line, at, command, file).map(|(range, text)| {
                Fix::suggested(format!("write to `${file}`"), place(range), text)
            });
            findings.add(finding);
        }
    }
}

/// The end of a line `echo "::set-output name=a::b"` from the command on, and what takes its place
/// in a shell of POSIX. Suggested only: which shell runs the script is not always in the file.
fn redirected(line: &str, at: usize, command: &str, file: &str) -> Option<(Range<usize>, String)> {
    let line = line.trim_end();
    let quote = line[..at].chars().next_back().filter(|last| matches!(last, '"' | '\''))?;
    let is_echo = line[..at].trim_end_matches(quote).trim_end().ends_with("echo");
    let words = line[at + command.len()..].strip_suffix(quote)?;
    if !is_echo || words.contains(quote) {
        return None;
    }
    let words = match words.split_once("::") {
        Some((name, value)) if command.ends_with('=') => format!("{name}={value}"),
        None if command.ends_with("::") => words.to_owned(),
        _ => return None,
    };
    Some((at..line.len(), format!("{words}{quote} >> \"${file}\"")))
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
    use super::RULE;
    use crate::rules::testing::{mended, of_step};

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

    #[test]
    fn an_echo_is_written_to_the_file() {
        let of = |script: &str| {
            let text = format!(
                "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          {script}\n"
            );
            let lines = mended(RULE.code, &text);
            lines.lines().last().unwrap().trim().to_owned()
        };
        assert_eq!(of("echo \"::set-output name=a::$B\""), "echo \"a=$B\" >> \"$GITHUB_OUTPUT\"");
        assert_eq!(of("x; echo '::add-path::/y'  "), "x; echo '/y' >> \"$GITHUB_PATH\"");
        for left in ["echo \"::set-output name=a::b\" | tee x", "printf \"::set-env name=a::b\""] {
            assert_eq!(of(left), left);
        }
    }
}
