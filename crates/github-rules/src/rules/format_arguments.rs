//! `format` with placeholders that nothing fills, or arguments that nothing shows.
//!
//! Source: GitHub Docs, "Evaluate expressions in workflows and actions", section "format".

use windlass_diagnostics::Severity;
use windlass_github_syntax::expression::{Value, View, ViewKind};

use crate::registry::Rule;
use crate::types::infer::Inference;

pub(crate) const RULE: Rule = Rule {
    code: "gh/format-arguments",
    severity: Severity::Error,
    summary: "the placeholders of `format` do not fit its arguments",
};

/// Looks at the arguments of a call of `format`.
pub(crate) fn judge(inference: &mut Inference<'_>, arguments: &[View<'_>]) {
    let Some((first, rest)) = arguments.split_first() else { return };
    let ViewKind::Literal(Value::String(text)) = first.kind() else { return };
    let Some(used) = placeholders(text) else {
        let message = "a brace in the text of `format` is neither `{0}` nor the like nor doubled";
        inference.add(&RULE, first.range(), message.to_owned());
        return;
    };
    if let Some(missing) = used.iter().find(|index| **index >= rest.len()) {
        let given = rest.len();
        let message =
            format!("`{{{missing}}}` has no argument: {given} follow the text of `format`");
        inference.add(&RULE, first.range(), message);
    }
    for (index, argument) in rest.iter().enumerate() {
        if !used.contains(&index) {
            let message = format!("this argument is not shown: the text has no `{{{index}}}`");
            inference.add(&RULE, argument.range(), message);
        }
    }
}

/// The numbers between braces; `None` when the text is not well formed.
fn placeholders(text: &str) -> Option<Vec<usize>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(behind) = rest.strip_prefix(brace) {
            rest = behind;
            continue;
        }
        let end = rest.find('}')?;
        found.push((brace == "{").then(|| rest[..end].parse().ok())??);
        rest = &rest[end + 1..];
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::of_step;

    #[test]
    fn placeholders_and_arguments_fit() {
        assert_eq!(placeholders("{{0}} {1} {0}}}"), Some(vec![1, 0]));
        assert_eq!(placeholders("{x}"), None);
        let found = of_step("run: echo ${{ format('{0} {2}', 'a', 'b') }}");
        assert!(found.contains("6:30 gh/format-arguments `{2}` has no argument"), "{found}");
        assert!(found.contains("no `{1}`"), "{found}");
        assert!(of_step("run: echo ${{ format('{ }', 1) }}").contains("nor doubled"));
        assert_eq!(of_step("run: echo {9} ${{ env.A }} ${{ env.B }}"), "");
    }
}
