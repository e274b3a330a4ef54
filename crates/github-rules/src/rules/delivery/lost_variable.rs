//! A variable of the shell, read in a later step: each step has a shell of its own.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", `jobs.<job_id>.steps[*].run` ("each
//! `run` keyword represents a new process and shell"), and "Workflow commands", "Setting an
//! environment variable".

use std::collections::{HashMap, HashSet};

use windlass_diagnostics::{Severity, Span};
use windlass_github_syntax::template::Template;

use crate::findings::Findings;
use crate::outline::{JobOutline, Outline, StepOutline};
use crate::registry::Rule;
use crate::shell::{Command, Script, Word};

pub(crate) const RULE: Rule = Rule {
    code: "gh/lost-variable",
    severity: Severity::Warning,
    summary: "a step reads a shell variable that only an earlier step has set",
};

/// Variables that every step has.
const GIVEN: [&str; 9] = ["CI", "HOME", "IFS", "LANG", "PATH", "PWD", "SHELL", "TMPDIR", "USER"];

/// Looks at a workflow.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    for job in &outline.jobs {
        check_job(job, outline, findings);
    }
}

fn check_job(job: &JobOutline<'_>, outline: &Outline<'_>, findings: &mut Findings<'_>) {
    let mut known: HashSet<String> = GIVEN.iter().map(|name| (*name).to_owned()).collect();
    known.extend(names(outline.workflow.env.as_ref()));
    known.extend(names(job.body.env.as_ref()));
    let mut set: HashMap<String, Span> = HashMap::new();
    for step in &job.steps {
        let Some(script) = &step.script else { continue };
        if let Some(here) = names_set_here(step, script) {
            let mut told = HashSet::new();
            for word in words(script) {
                for name in word.variables() {
                    let Some(span) = set.get(&name) else { continue };
                    let is_lost = !known.contains(&name) && !here.contains(&name);
                    if is_lost && !has_default(word, &name) && told.insert(name.clone()) {
                        findings.add(finding(&name, script.span(outline.text, word), *span));
                    }
                }
            }
        }
        match exported(script) {
            Some(names) => known.extend(names),
            // Which variables it hands on is not known.
            None => return,
        }
        for command in &script.commands {
            // Before a command it is set for that command alone.
            if command.words.is_empty() || command.name() == "export" {
                for one in &command.assignments {
                    set.insert(one.name.clone(), script.span(outline.text, &one.value));
                }
            }
        }
    }
}

fn finding(name: &str, span: Span, set: Span) -> windlass_diagnostics::Diagnostic {
    RULE.finding(span, format!("`${name}` is empty here: only the shell of an earlier step has it"))
        .with_secondary(set, "it is set here, and gone when this step ends")
        .with_help(format!(
            "hand it on where it is set: `echo \"{name}=${name}\" >> \"$GITHUB_ENV\"`"
        ))
}

fn names(env: Option<&Template>) -> impl Iterator<Item = String> + '_ {
    let pairs = env.and_then(Template::as_mapping).into_iter().flatten();
    pairs.filter_map(|(key, _)| key.as_str().map(str::to_owned))
}

fn words(script: &Script) -> impl Iterator<Item = &Word> {
    script.commands.iter().flat_map(|command| {
        let values = command.assignments.iter().map(|assignment| &assignment.value);
        command.words.iter().chain(values)
    })
}

/// What the step itself sets; `None` when that cannot be seen.
fn names_set_here(step: &StepOutline<'_>, script: &Script) -> Option<HashSet<String>> {
    let mut here: HashSet<String> = names(step.step.env.as_ref()).collect();
    for command in &script.commands {
        here.extend(command.assignments.iter().map(|assignment| assignment.name.clone()));
        match command.name() {
            "source" | "." | "eval" => return None,
            "for" | "select" | "read" | "mapfile" | "readarray" | "getopts" | "printf" | "let" => {
                here.extend(command.words.iter().skip(1).map(|word| word.raw.clone()));
            }
            _ => {}
        }
    }
    Some(here)
}

/// The variables that a script hands on; `None` when that cannot be seen.
fn exported(script: &Script) -> Option<Vec<String>> {
    let writes = |command: &&Command| command.writes_to("GITHUB_ENV");
    let is_plain = |command: &Command| matches!(command.name(), "echo" | "printf");
    if script.commands.iter().filter(writes).any(|command| !is_plain(command)) {
        return None;
    }
    let printed = script.commands.iter().filter(|command| is_plain(command));
    let names = printed
        .flat_map(|command| command.words.iter().skip(1))
        .filter_map(|word| word.unquoted().split_once('=').map(|(name, _)| name.to_owned()));
    Some(names.collect())
}

/// Whether the word says what to take when there is none: `${NAME:-default}`.
fn has_default(word: &Word, name: &str) -> bool {
    word.raw
        .match_indices(&format!("${{{name}"))
        .any(|(at, found)| word.raw[at + found.len()..].starts_with([':', '-', '=', '+', '?']))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::detailed;

    fn of(first: &str, second: &str) -> String {
        detailed(
            "gh/lost-variable",
            &format!(
                "on: push\nenv: {{ A: a }}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          {first}\n      - run: {second}\n"
            ),
        )
    }

    #[test]
    fn each_step_has_its_own_shell() {
        insta::assert_snapshot!(of("if x; then T=green; fi", "./switch $T \"$T\""), @"
        warning 9:23 gh/lost-variable `$T` is empty here: only the shell of an earlier step has it
          8: it is set here, and gone when this step ends
        ");
    }

    #[test]
    fn what_is_handed_on_or_set_again_is_there() {
        for (first, second) in [
            ("T=a; echo \"T=$T\" >> $GITHUB_ENV", "echo $T"),
            ("T=a; env >> $GITHUB_ENV", "echo $T"),
            ("T=a", "T=b; echo $T"),
            ("T=a", "for T in 1 2; do echo $T; done"),
            ("T=a", "echo ${T:-none}"),
            ("T=a", "source ./env; echo $T"),
            ("T=a make", "echo $T"),
            ("A=b", "echo $A"),
            ("T=a", "echo '$T'"),
        ] {
            assert_eq!(of(first, second), "", "{first} / {second}");
        }
    }
}
