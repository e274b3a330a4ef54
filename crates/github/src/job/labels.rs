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

/// The expression as it was written, for want of something better.
fn source(template: &Template) -> String {
    match (template.as_expression(), template.as_str()) {
        (Some(expression), _) => format!("${{{{ {} }}}}", expression.source()),
        (None, Some(text)) => text.to_owned(),
        (None, None) => String::new(),
    }
}
