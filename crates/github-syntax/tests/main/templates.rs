//! Templates: what becomes of `${{ }}`, and evaluating them.

use windlass_diagnostics::SourceId;
use windlass_github_syntax::expression::{EvaluationError, Scope, Value};
use windlass_github_syntax::parse_workflow;
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::JobBody;

/// A scope with one context.
struct Only(&'static str, serde_json::Value);

impl Scope for Only {
    fn context(&self, name: &str) -> Option<Value> {
        (name == self.0).then(|| Value::from(self.1.clone()))
    }

    fn call(&self, _: &str, _: &[Value]) -> Option<Result<Value, EvaluationError>> {
        None
    }
}

/// The `env` of a job written as a flow mapping.
fn env(text: &str) -> Template {
    let text = format!("on: push\njobs:\n  a:\n    runs-on: x\n    env: {text}\n");
    let parsed = parse_workflow(SourceId(0), "ci.yml", &text);
    assert!(!parsed.has_errors(), "{:?}", parsed.problems);
    let workflow = parsed.tree.unwrap();
    let JobBody::Steps(steps) = &workflow.jobs["a"].body else { panic!("no steps") };
    steps.env.clone().unwrap()
}

fn matrix() -> Only {
    Only("matrix", serde_json::json!({ "os": "linux", "n": 3, "map": { "A": 1, "B": null } }))
}

#[test]
fn text_and_expressions_become_one_format_call() {
    let template = env("{x: \"it's {${{ matrix.os }}} and ${{ matrix.n }}\"}");
    let value = template.get("x").unwrap();
    insta::assert_snapshot!(
        value.as_expression().unwrap().source(),
        @"format('it''s {{{0}}} and {1}', matrix.os, matrix.n)"
    );
    assert_eq!(value.evaluate_string(&matrix()).unwrap(), "it's {linux} and 3");
}

#[test]
fn mappings_of_texts_are_evaluated_in_order() {
    let template = env(
        "{a: 1.50, b: , c: '${{ matrix.n }}', '${{ matrix.os }}': '${{ matrix.none }}', e: 0x10}",
    );
    let pairs = template.evaluate_mapping(&matrix()).unwrap();
    let pairs: Vec<_> = pairs.iter().map(|(key, value)| (&**key, &**value)).collect();
    assert_eq!(pairs, [("a", "1.5"), ("b", ""), ("c", "3"), ("linux", ""), ("e", "16")]);
}

#[test]
fn inserted_mappings_are_merged_and_may_not_clash() {
    let template = env("{\"${{ insert }}\": '${{ matrix.map }}', c: x}");
    let pairs = template.evaluate_mapping(&matrix()).unwrap();
    let names: Vec<_> = pairs.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["A", "B", "c"]);
    let clash = env("{a: 1, \"${{ insert }}\": '${{ matrix.map }}'}");
    let error = clash.evaluate_mapping(&matrix()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the key `A` is defined twice once its expressions are evaluated"
    );
}

#[test]
fn a_value_of_another_type_is_an_error_with_its_place() {
    let template = env("{x: '${{ matrix.map }}'}");
    let error = template.evaluate_mapping(&matrix()).unwrap_err();
    assert_eq!(error.to_string(), "expected text, but the value is a mapping");
    let value = template.get("x").unwrap();
    assert_eq!(value.evaluate_number(&matrix()).unwrap_err().span.start.column, 14);
    assert!(value.evaluate_boolean(&matrix()).is_err());
}

#[test]
fn conditions_ask_for_success_unless_they_ask_for_a_status() {
    let text = "\
on: push
jobs:
  a:
    if: github.ref == 'x'
    runs-on: x
    steps:
      - {run: x, if: always()}
      - {run: x, if: '!cancelled() && true'}
      - {run: x, if: '${{ env.A }}'}
      - {run: x, if: false}
      - run: x
";
    let workflow = parse_workflow(SourceId(0), "ci.yml", text).tree.unwrap();
    let job = &workflow.jobs["a"];
    let JobBody::Steps(body) = &job.body else { panic!("no steps") };
    let mut conditions = vec![job.condition.expression.source()];
    conditions.extend(body.steps.iter().map(|step| step.condition.expression.source()));
    assert_eq!(
        conditions,
        [
            "success() && (github.ref == 'x')",
            "always()",
            "!cancelled() && true",
            "success() && (env.A)",
            "success() && (false)",
            "success()",
        ]
    );
}
