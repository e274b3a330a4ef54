//! `github/expressions`: the value, or the kind and text of the error, of one expression each.
//!
//! The official texts of errors are made here, from the facts that Windlass' errors carry; what
//! people read is Windlass' own wording.

use std::io;
use std::path::Path;

use serde::Deserialize;
use windlass_github_syntax::expression::{
    Availability, EvaluationError, Expression, ExpressionError, MAXIMUM_DEPTH, MAXIMUM_LENGTH,
    Object, Scope, Stage, Value,
};

use crate::CorpusResult;

/// A file of the corpus: cases in named groups.
type Groups = serde_json::Map<String, serde_json::Value>;

#[derive(Deserialize)]
struct Case {
    expr: String,
    #[serde(default)]
    contexts: Object,
    result: Option<Expected>,
    err: Option<ExpectedError>,
}

#[derive(Deserialize)]
struct Expected {
    kind: String,
    value: serde_json::Value,
}

#[derive(Deserialize)]
struct ExpectedError {
    kind: String,
    value: String,
}

/// Evaluates every case of every file.
///
/// # Errors
/// A file cannot be read.
pub fn run(directory: &Path) -> io::Result<CorpusResult> {
    let mut files: Vec<_> =
        std::fs::read_dir(directory)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|end| end == "json"));
    files.sort();
    let mut result = CorpusResult::default();
    for path in files {
        let groups: Groups = serde_json::from_str(&std::fs::read_to_string(&path)?)?;
        let file = path.file_stem().unwrap_or_default().to_string_lossy();
        for (group, cases) in groups {
            let cases: Vec<Case> = serde_json::from_value(cases)?;
            for (place, case) in cases.iter().enumerate() {
                result.record(&format!("{file}/{group}/{}", place + 1), check(case));
            }
        }
    }
    Ok(result)
}

fn check(case: &Case) -> Result<(), String> {
    let actual = outcome(case);
    let agrees = match (&case.result, &case.err) {
        (_, Some(expected)) => matches!(
            &actual,
            Outcome::Error { kind, message } if *kind == expected.kind && message.contains(&expected.value)
        ),
        (Some(expected), None) => {
            let value = Value::from(expected.value.clone());
            matches!(&actual, Outcome::Value(actual)
                if actual.kind().to_string() == expected.kind && json(actual) == json(&value))
        }
        (None, None) => false,
    };
    if agrees {
        return Ok(());
    }
    let expected = match (&case.result, &case.err) {
        (_, Some(expected)) => format!("{} error: {}", expected.kind, expected.value),
        (Some(expected), None) => format!("{} {}", expected.kind, expected.value),
        (None, None) => "nothing".to_owned(),
    };
    let actual = match actual {
        Outcome::Value(value) => format!("{} {}", value.kind(), json(&value)),
        Outcome::Error { kind, message } => format!("{kind} error: {message}"),
    };
    Err(format!("  {}\n- {expected}\n+ {actual}", case.expr))
}

fn json(value: &Value) -> String {
    serde_json::Value::from(value).to_string()
}

enum Outcome {
    Value(Value),
    Error { kind: &'static str, message: String },
}

fn outcome(case: &Case) -> Outcome {
    let available = Availability::of_contexts(case.contexts.names().map(str::to_owned));
    let expression = match Expression::parse(&case.expr, &available) {
        Ok(expression) => expression,
        Err(error) => {
            let kind = match error.stage() {
                Stage::Lexing => "lexing",
                Stage::Parsing => "parsing",
            };
            return Outcome::Error { kind, message: official_message(&error, &case.expr) };
        }
    };
    match expression.evaluate(&Contexts(&case.contexts)) {
        Ok(value) => Outcome::Value(value),
        Err(error) => Outcome::Error {
            kind: "evaluation",
            message: official_evaluation_message(&error, &case.expr),
        },
    }
}

struct Contexts<'c>(&'c Object);

impl Scope for Contexts<'_> {
    fn context(&self, name: &str) -> Option<Value> {
        self.0.get(name).cloned()
    }

    fn call(
        &self,
        _function: &str,
        _arguments: &[Value],
    ) -> Option<Result<Value, EvaluationError>> {
        None
    }
}

/// GitHub's own words for a syntax error.
#[must_use]
pub fn official_message(error: &ExpressionError, expression: &str) -> String {
    let description = match error {
        ExpressionError::TooLong { .. } => {
            return format!("Exceeded max expression length {MAXIMUM_LENGTH}");
        }
        ExpressionError::TooDeep => {
            return format!("Exceeded max expression depth {MAXIMUM_DEPTH}");
        }
        ExpressionError::InvalidToken(_) | ExpressionError::UnexpectedSymbol(_) => {
            "Unexpected symbol"
        }
        ExpressionError::UnexpectedEnd(_) => "Unexpected end of expression",
        ExpressionError::UnrecognizedContext(_) => "Unrecognized named-value",
        ExpressionError::UnrecognizedFunction(_) => "Unrecognized function",
        ExpressionError::TooFewArguments { .. } => "Too few parameters supplied",
        ExpressionError::TooManyArguments { .. } => "Too many parameters supplied",
        ExpressionError::EvenArguments(_) => {
            "Even number of parameters supplied, requires an odd number of parameters"
        }
    };
    let (text, offset) =
        error.symbol().map_or(("", 0), |symbol| (symbol.text.as_str(), symbol.offset));
    let before = expression.get(..offset).unwrap_or_default();
    let position = before.encode_utf16().count() + 1;
    format!(
        "{description}: '{text}'. Located at position {position} within expression: {expression}"
    )
}

/// GitHub's own words for a failed evaluation.
fn official_evaluation_message(error: &EvaluationError, expression: &str) -> String {
    match error {
        EvaluationError::MemoryExceeded { .. } => format!(
            "The maximum allowed memory size was exceeded while evaluating the following expression: {expression}"
        ),
        EvaluationError::InvalidFormat { format } => {
            format!("The following format string is invalid: {format}")
        }
        EvaluationError::MissingFormatArgument { format } => format!(
            "The following format string references more arguments than were supplied: {format}"
        ),
        EvaluationError::FormatSpecifier { specifier, kind } => format!(
            "The format specifiers '{specifier}' are not valid for objects of type '{kind}'"
        ),
        EvaluationError::InvalidJson { empty: true, .. } => "empty input".to_owned(),
        EvaluationError::InvalidJson { .. } => {
            "Error parsing JSON when evaluating fromJson".to_owned()
        }
        EvaluationError::CasePredicate { .. } => {
            "case predicate must evaluate to a boolean value".to_owned()
        }
        other => other.to_string(),
    }
}
