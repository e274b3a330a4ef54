//! The shell scripts of a file as a shell would read them, and the way back from a line and column
//! of a script to the file.
//!
//! What an expression gives is not known before the run, so that each `${{ }}` becomes a word of
//! underscores of the same width.

use windlass_diagnostics::Span;
use windlass_github_syntax::action::{Action, ActionRuns};
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::{JobBody, JobSteps, RunDefaults, Step, StepKind, Workflow};

use crate::layout::without_expressions;

/// Which language a script is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShellLanguage {
    /// The shell of POSIX.
    Sh,
    /// Bash.
    Bash,
}

/// One script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its language.
    pub language: ShellLanguage,
    /// Its text.
    pub text: String,
    /// The scalar that it stands in.
    span: Span,
    /// Where each of its lines begins in the file, in bytes; `None` where lines of the file are
    /// not lines of the script (folded and multi-line flow scalars).
    lines: Option<Vec<usize>>,
}

impl Script {
    /// Where a stretch of the script stands in the file: lines and columns from 1, columns in
    /// characters, end exclusive. The whole scalar, where that is not known.
    #[must_use]
    pub fn span(&self, file: &str, from: (usize, usize), to: (usize, usize)) -> Span {
        let place = |(line, column): (usize, usize)| {
            let start = *self.lines.as_ref()?.get(line.checked_sub(1)?)?;
            let rest = file.get(start..)?.lines().next().unwrap_or_default();
            let skip =
                rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |it| it.0);
            Some(self.span.start.advanced(file, start + skip))
        };
        match (place(from), place(to)) {
            (Some(start), Some(end)) if start.offset <= end.offset => {
                Span { start, end, ..self.span }
            }
            (Some(start), _) => Span::at(self.span.source, start),
            _ => self.span,
        }
    }
}

/// The scripts of a workflow that are in a language of the shells. A script is left out where
/// which shell runs it is not known.
#[must_use]
pub fn of_workflow(workflow: &Workflow, text: &str) -> Vec<Script> {
    let mut scripts = Vec::new();
    for job in workflow.jobs.values() {
        let JobBody::Steps(body) = &job.body else { continue };
        let defaults = [body.defaults.as_ref(), workflow.defaults.as_ref()];
        let shell = defaults.into_iter().flatten().find_map(RunDefaults::shell);
        let default = match shell {
            Some(shell) => shell.as_str().and_then(language),
            None => default_language(body),
        };
        of_steps(&body.steps, default, text, &mut scripts);
    }
    scripts
}

/// The scripts of a composite action, which names the shell of each.
#[must_use]
pub fn of_action(action: &Action, text: &str) -> Vec<Script> {
    let mut scripts = Vec::new();
    if let ActionRuns::Composite { steps } = &action.runs {
        of_steps(steps, None, text, &mut scripts);
    }
    scripts
}

fn of_steps(steps: &[Step], default: Option<ShellLanguage>, text: &str, scripts: &mut Vec<Script>) {
    for step in steps {
        match &step.kind {
            StepKind::Run { script, shell, .. } => {
                let language = match shell {
                    Some(shell) => shell.as_str().and_then(language),
                    None => default,
                };
                scripts.extend(language.and_then(|language| read(language, script, text)));
            }
            StepKind::Parallel { steps } => of_steps(steps, default, text, scripts),
            _ => {}
        }
    }
}

/// The language of `shell`. Source: GitHub Docs, "Workflow syntax for GitHub Actions",
/// `jobs.<job_id>.steps[*].shell`.
fn language(shell: &str) -> Option<ShellLanguage> {
    match shell.split_whitespace().next()? {
        "bash" | "/bin/bash" => Some(ShellLanguage::Bash),
        "sh" | "/bin/sh" => Some(ShellLanguage::Sh),
        _ => None,
    }
}

/// The language where no shell is named: bash, but on Windows, and in a container whose image may
/// have no bash.
fn default_language(body: &JobSteps) -> Option<ShellLanguage> {
    let labels = match body.runs_on.as_sequence() {
        Some(items) => items,
        None => std::slice::from_ref(&body.runs_on),
    };
    let is_known = labels.iter().all(|label| {
        label.as_str().is_some_and(|label| !label.to_ascii_lowercase().contains("windows"))
    });
    let language = if body.container.is_some() { ShellLanguage::Sh } else { ShellLanguage::Bash };
    is_known.then_some(language)
}

fn read(language: ShellLanguage, script: &Template, file: &str) -> Option<Script> {
    let span = script.span;
    let (start, end) = (span.start.offset as usize, span.end.offset as usize);
    let slice = file.get(start..end)?;
    let (text, lines) = match slice.chars().next()? {
        '|' => literal_block(slice, start),
        '>' => (folded(slice.split_once('\n').map_or("", |(_, content)| content)), None),
        quote @ ('\'' | '"') => {
            let inner = slice.strip_prefix(quote)?.strip_suffix(quote)?;
            let is_plain = !inner.contains(['\n', '\\']) && !inner.contains("''");
            let text = if is_plain { inner.to_owned() } else { script.literal_text()? };
            (text, is_plain.then(|| vec![start + 1]))
        }
        _ if slice.contains('\n') => (folded(slice), None),
        _ => (slice.to_owned(), Some(vec![start])),
    };
    Some(Script { language, text: without_expressions(&text), span, lines })
}

/// A `|` scalar: its lines without their indentation, and where each begins.
fn literal_block(slice: &str, start: usize) -> (String, Option<Vec<usize>>) {
    let Some((header, content)) = slice.split_once('\n') else {
        return (String::new(), None);
    };
    let indentation = content.lines().find(|line| !line.trim().is_empty()).map_or(0, spaces);
    if header.bytes().any(|byte| byte.is_ascii_digit()) {
        return (content.to_owned(), None);
    }
    let (mut text, mut lines) = (String::new(), Vec::new());
    let mut at = start + header.len() + 1;
    for line in content.split_inclusive('\n') {
        let skip = spaces(line).min(indentation);
        lines.push(at + skip);
        text.push_str(line[skip..].trim_end_matches(['\r', '\n']));
        text.push('\n');
        at += line.len();
    }
    (text, Some(lines))
}

/// A scalar whose line breaks are spaces, and whose empty lines are line breaks.
fn folded(content: &str) -> String {
    let mut text = String::new();
    for line in content.lines().map(str::trim) {
        match (line.is_empty(), text.ends_with('\n') || text.is_empty()) {
            (true, _) => text.push('\n'),
            (false, true) => text.push_str(line),
            (false, false) => {
                text.push(' ');
                text.push_str(line);
            }
        }
    }
    text
}

fn spaces(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

#[cfg(test)]
mod tests {
    use windlass_diagnostics::SourceId;
    use windlass_github_syntax::parse_workflow;

    use super::*;

    fn scripts(text: &str) -> Vec<Script> {
        of_workflow(&parse_workflow(SourceId(0), "ci.yml", text).tree.unwrap(), text)
    }

    #[test]
    fn a_block_is_read_line_by_line_and_found_again() {
        let text = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          echo ä ${{ github.sha }}\n\n            x=1\n";
        let scripts = scripts(text);
        assert_eq!(scripts[0].text, "echo ä _________________\n\n  x=1\n");
        let span = scripts[0].span(text, (3, 3), (3, 4));
        assert_eq!((span.start.line, span.start.column, span.end.column), (9, 13, 14));
        let span = scripts[0].span(text, (1, 8), (1, 25));
        assert_eq!(
            &text[span.start.offset as usize..span.end.offset as usize],
            "${{ github.sha }}"
        );
    }

    #[test]
    fn other_scalars_give_their_text() {
        let of = |run: &str| {
            let text =
                format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: {run}\n");
            let script = scripts(&text).remove(0);
            let span = script.span(&text, (1, 1), (1, 2));
            (script.text, span.start.line, span.start.column)
        };
        assert_eq!(of("echo $x"), ("echo $x".to_owned(), 6, 14));
        assert_eq!(of("'echo $x'"), ("echo $x".to_owned(), 6, 15));
        assert_eq!(of("\"echo\\t$x\""), ("echo\t$x".to_owned(), 6, 14));
        assert_eq!(of(">\n          a\n          b\n\n          c"), ("a b\nc".to_owned(), 6, 14));
    }

    #[test]
    fn the_shell_decides() {
        let languages = |text: &str| -> Vec<ShellLanguage> {
            scripts(text).into_iter().map(|script| script.language).collect()
        };
        let job = |rest: &str| format!("on: push\njobs: {{a: {{{rest}}}}}\n");
        let bash = [ShellLanguage::Bash];
        assert_eq!(languages(&job("runs-on: x, steps: [{run: a}]")), bash);
        assert_eq!(languages(&job("runs-on: windows-latest, steps: [{run: a}]")), []);
        assert_eq!(languages(&job("runs-on: '${{ matrix.os }}', steps: [{run: a}]")), []);
        let with_default = job(
            "runs-on: windows-latest, defaults: {run: {shell: bash}}, steps: [{run: a}, {run: b, shell: python}, {run: c, shell: sh}]",
        );
        assert_eq!(languages(&with_default), [ShellLanguage::Bash, ShellLanguage::Sh]);
        assert_eq!(
            languages(&job("runs-on: x, container: y, steps: [{run: a}]")),
            [ShellLanguage::Sh]
        );
    }
}
