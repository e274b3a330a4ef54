//! What people call a step, before and while it runs.
//!
//! As on GitHub: its `name`, else `Run` and the first line of the script or the action. A name
//! with expressions is shown evaluated as soon as they can be.

use windlass_github_syntax::expression::Scope;
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::{Step, StepKind};

use super::script::first_line;

/// Contexts whose values do not change while a job runs.
const EARLY: &[&str] = &["github", "inputs", "matrix", "needs", "runner", "strategy", "vars"];

/// The label of a step in this scope. `early` leaves expressions alone that could still change.
pub(crate) fn label(step: &Step, scope: &dyn Scope, early: bool) -> String {
    let written = match (&step.name, &step.kind) {
        (Some(name), _) => evaluated(name, scope, early).unwrap_or_else(|| source(name)),
        (None, StepKind::Run { script, .. }) => {
            let text = evaluated(script, scope, early).unwrap_or_else(|| source(script));
            format!("Run {}", first_line(&text))
        }
        (None, StepKind::Uses { uses, .. }) => format!("Run {}", uses.value),
        (None, StepKind::Wait { targets }) => {
            let targets: Vec<_> = targets.iter().map(|target| target.value.as_str()).collect();
            format!("Wait for {}", targets.join(", "))
        }
        (None, StepKind::WaitAll) => "Wait for all background steps".to_owned(),
        (None, StepKind::Cancel { target }) => format!("Cancel {}", target.value),
        (None, StepKind::Parallel { .. }) => "Parallel steps".to_owned(),
    };
    let line = first_line(&written);
    let end = line.floor_char_boundary(200);
    line[..end].to_owned()
}

fn evaluated(template: &Template, scope: &dyn Scope, early: bool) -> Option<String> {
    let mut expressions = Vec::new();
    template.expressions(&mut expressions);
    let can_change = |name: &str| !EARLY.contains(&name);
    let mut contexts = expressions.iter().flat_map(|expression| expression.contexts());
    if early && contexts.any(can_change) {
        return None;
    }
    template.evaluate_string(scope).ok()
}

/// The text as it was written, for want of something better.
fn source(template: &Template) -> String {
    match (template.as_expression(), template.as_str()) {
        (Some(expression), _) => {
            let source = expression.source();
            as_written(source).unwrap_or_else(|| format!("${{{{ {source} }}}}"))
        }
        (None, Some(text)) => text.to_owned(),
        (None, None) => String::new(),
    }
}

/// Text that mixes words and expressions is kept as a call of `format`; this puts the expressions
/// back between `${{` and `}}`. `None` when the source is no such call.
fn as_written(source: &str) -> Option<String> {
    let arguments = source.strip_prefix("format(")?.strip_suffix(')')?;
    let mut arguments = split_arguments(arguments)?.into_iter();
    let format = arguments.next()?.strip_prefix('\'')?.strip_suffix('\'')?.replace("\'\'", "\'");
    let arguments: Vec<&str> = arguments.collect();
    let mut written = String::with_capacity(format.len());
    let mut rest = format.as_str();
    while let Some(at) = rest.find(['{', '}']) {
        written.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("{{").or_else(|| rest.strip_prefix("}}")) {
            written.push_str(&rest[..1]);
            rest = after;
            continue;
        }
        let (number, after) = rest[1..].split_once('}')?;
        let argument = arguments.get(number.parse::<usize>().ok()?)?;
        written.push_str(&format!("${{{{ {argument} }}}}"));
        rest = after;
    }
    written.push_str(rest);
    Some(written)
}

/// The arguments of a call, at its commas outside of brackets and strings. `None` when a bracket
/// closes that was not opened: the call ends before.
fn split_arguments(text: &str) -> Option<Vec<&str>> {
    let (mut arguments, mut depth, mut in_string, mut start) = (Vec::new(), 0_usize, false, 0);
    for (at, character) in text.char_indices() {
        match character {
            '\'' => in_string = !in_string,
            '(' | '[' if !in_string => depth += 1,
            ')' | ']' if !in_string => depth = depth.checked_sub(1)?,
            ',' if !in_string && depth == 0 => {
                arguments.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    arguments.push(text[start..].trim());
    Some(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixed_text_is_shown_as_written() {
        let written = |source| as_written(source).unwrap_or_else(|| "no call".to_owned());
        assert_eq!(
            written("format('it''s {0} of {1}{{x}}', a['b,c'], f(g, 1))"),
            "it's ${{ a['b,c'] }} of ${{ f(g, 1) }}{x}"
        );
        assert_eq!(written("format('{0}', a) == format('{0}', b)"), "no call");
        assert_eq!(written("steps.a"), "no call");
        assert_eq!(written("format('{0}')"), "no call");
    }
}
