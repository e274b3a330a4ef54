//! `fromJSON(text)`: the value that a JSON text stands for.

mod relaxed;

use super::super::error::EvaluationError;
use super::super::evaluate::Arguments;
use super::super::value::Value;

/// Where the text is not strictly JSON, it is read once more as actions/runner reads it, which
/// forgives single quotes, comments, names without quotes and commas at the end.
pub(super) fn call(arguments: &Arguments<'_>) -> Result<Value, EvaluationError> {
    let value = arguments.value(0)?;
    let text = value.to_text();
    let strict = serde_json::from_str::<Value>(&text);
    strict.or_else(|cause| {
        let forgiven = serde_json::from_str(&relaxed::to_strict(&text));
        forgiven.map_err(|_| EvaluationError::InvalidJson {
            cause: cause.to_string(),
            empty: text.trim().is_empty(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::{Availability, EmptyScope, Expression};

    fn evaluate(json: &str) -> String {
        let source = format!("toJSON(fromJSON('{}'))", json.replace('\'', "''"));
        let expression = Expression::parse(&source, &Availability::any()).unwrap();
        match expression.evaluate(&EmptyScope) {
            Ok(value) => value.to_string().replace(['\n', ' '], ""),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn forgives_what_the_runner_forgives() {
        assert_eq!(evaluate("['a', 'it\\'s \"x\"', ]"), r#"["a","it's\"x\""]"#);
        assert_eq!(
            evaluate("{a: 1, b_2: 'c', // why\n /* , */ 'd': [],}"),
            r#"{"a":1,"b_2":"c","d":[]}"#
        );
        assert_eq!(evaluate("{\"url\": \"http://x/*y*/\",}"), r#"{"url":"http://x/*y*/"}"#);
    }

    #[test]
    fn names_the_place_of_what_is_wrong() {
        let wrong = "`fromJSON` was given text that is not JSON: ";
        assert_eq!(evaluate("[1 2]"), format!("{wrong}expected `,` or `]` at line 1 column 4"));
        for json in ["", " ", "{", "[,]", "'a", "\"a", "nope", "[1,,2]", "/*", "{a}", "1 2"] {
            assert!(evaluate(json).starts_with(wrong), "{json}");
        }
    }

    #[test]
    fn deep_texts_are_refused() {
        assert!(evaluate(&"[".repeat(5_000)).contains("recursion limit"));
    }
}
