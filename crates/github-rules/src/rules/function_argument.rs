//! Arguments from which a function can only give nothing, or fails.
//!
//! Source: GitHub Docs, "Evaluate expressions in workflows and actions", section "Functions".

use windlass_diagnostics::Severity;
use windlass_github_syntax::expression::{Value, View, ViewKind};

use crate::registry::Rule;
use crate::types::Type;
use crate::types::infer::Inference;

pub(crate) const RULE: Rule = Rule {
    code: "gh/function-argument",
    severity: Severity::Error,
    summary: "a function is given a value that it can do nothing with",
};

/// Looks at the arguments of a call.
pub(crate) fn judge(
    inference: &mut Inference<'_>,
    name: &str,
    arguments: &[View<'_>],
    types: &[Type],
) {
    let wants_text = |position: usize| match name.to_ascii_lowercase().as_str() {
        "startswith" | "endswith" | "fromjson" | "hashfiles" => true,
        "format" => position == 0,
        "join" => position == 1,
        _ => false,
    };
    for (position, (argument, of)) in arguments.iter().zip(types).enumerate() {
        let ordinal = position + 1;
        if wants_text(position) && of.is_collection() {
            let message = format!("argument {ordinal} of `{name}` is {of}, but a string is wanted");
            inference.add(&RULE, argument.range(), message);
        } else if position == 1
            && name.eq_ignore_ascii_case("contains")
            && types[0].is_text()
            && of.is_collection()
        {
            let message =
                format!("argument 2 of `contains` is {of}, which is never part of a text");
            inference.add(&RULE, argument.range(), message);
        } else if position == 0
            && matches!(of, Type::Object(_))
            && ["contains", "join"].iter().any(|known| name.eq_ignore_ascii_case(known))
        {
            let message =
                format!("argument 1 of `{name}` is an object, but a string or a list is wanted");
            inference.add(&RULE, argument.range(), message);
        }
    }
    if name.eq_ignore_ascii_case("fromjson")
        && let Some(argument) = arguments.first()
        && let ViewKind::Literal(Value::String(text)) = argument.kind()
        && let Err(error) = serde_json::from_str::<serde_json::Value>(text)
    {
        inference.add(&RULE, argument.range(), format!("this is no JSON: {error}"));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_step;

    #[test]
    fn fits_or_not() {
        let of = |expression: &str| of_step(&format!("run: echo ${{{{ {expression} }}}}"));
        assert!(of("contains(github, 'x')").contains("`contains` is an object"));
        assert!(of("startsWith(github.event, 'x')").contains("but a string is wanted"));
        assert!(of("fromJSON('[1')").contains("this is no JSON"));
        assert!(of("contains(github.ref, fromJSON('[]'))").contains("never part of a text"));
        assert_eq!(of("contains(github.event.labels.*.name, 'x')"), "");
        assert_eq!(of("join(github.event.labels.*.name, ', ')"), "");
    }
}
