//! GitHub's official wording of a problem, with the position as GitHub writes it.

use crate::github_expressions::official_message;
use windlass_diagnostics::{SourceMap, Spanned};
use windlass_github_syntax::workflow::PermissionLevel;
use windlass_github_syntax::{Problem, ProblemKind};
use windlass_yaml::ScalarStyle;

/// GitHub cuts messages at this length.
const LONGEST: usize = 500;

/// What GitHub puts before a message about a called file.
pub(super) fn called_from(sources: &SourceMap, call: &Spanned<String>) -> String {
    let start = call.span.start;
    let caller = sources.name(call.span.source);
    format!(
        "In {caller} (Line: {}, Col: {}): Error from called workflow ",
        start.line, start.column
    )
}

/// The message about a default that does not fit the type of its input.
pub(super) fn default(sources: &SourceMap, problem: &Problem) -> Option<String> {
    let ProblemKind::InputDefault { text, .. } = &problem.kind else { return None };
    let start = problem.span.start;
    let file = sources.name(problem.span.source);
    Some(format!("{file} (Line: {}, Col: {}): {}", start.line, start.column, unexpected(text)))
}

/// The message; `None` for what GitHub's parser does not look at.
pub(super) fn render(sources: &SourceMap, problem: &Problem) -> Option<String> {
    let start = problem.span.start;
    let file = sources.name(problem.span.source);
    let place = format!("{file} (Line: {}, Col: {}): ", start.line, start.column);
    let text = match &problem.kind {
        ProblemKind::FileTooLarge { .. }
        | ProblemKind::ResultTooLarge { .. }
        | ProblemKind::TooDeep { .. }
        | ProblemKind::UnsupportedTag { .. }
        | ProblemKind::InvalidForTag { .. }
        | ProblemKind::KeyNotScalar
        | ProblemKind::StyleWithTag { .. } => format!("{file}: {}", without_place(problem)?),
        ProblemKind::NestedTooDeep { limit } => {
            format!("Nested reusable workflow depth exceeded {limit}.")
        }
        ProblemKind::NotCallable { uses, on } => {
            let on = on.map_or_else(Default::default, |on| on.start);
            format!(
                "In {place}Error from called workflow {uses} (Line: {}, Col: {}): workflow_call \
                 key is not defined in the referenced workflow.",
                on.line, on.column
            )
        }
        ProblemKind::TooManyJobs { limit, call } => {
            let caller = call.as_ref().map_or_else(String::new, |call| called_from(sources, call));
            format!(
                "{caller}{place}Workflows may not contain more than {limit} jobs across all \
                 referenced files"
            )
        }
        ProblemKind::CalledTooLarge { uses, .. } => {
            format!("In {place}Error from called workflow {uses}: Maximum object size exceeded")
        }
        kind => format!("{place}{}", reading(kind).or_else(|| meaning(kind))?),
    };
    Some(match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}[...]", &text[..cut]),
        None => text,
    })
}

fn without_place(problem: &Problem) -> Option<String> {
    let start = problem.span.start;
    let place = format!("on line {} and column {}", start.line, start.column);
    Some(match &problem.kind {
        ProblemKind::FileTooLarge { limit } => {
            format!("The maximum file size of {limit} characters has been exceeded")
        }
        ProblemKind::ResultTooLarge { .. } => "Maximum object size exceeded".to_owned(),
        ProblemKind::KeyNotScalar => "Expected mapping end".to_owned(),
        ProblemKind::TooDeep { .. } => "Maximum object depth exceeded".to_owned(),
        ProblemKind::UnsupportedTag { tag } => format!("Unexpected tag '{tag}'"),
        ProblemKind::InvalidForTag { tag, text } => {
            format!("The value '{text}' {place} is invalid for the type '{tag}'")
        }
        ProblemKind::StyleWithTag { tag, style } => {
            let style = style_name(*style);
            format!("The scalar style '{style}' {place} is not valid with the tag '{tag}'")
        }
        _ => return None,
    })
}

const fn style_name(style: ScalarStyle) -> &'static str {
    match style {
        ScalarStyle::Plain => "Plain",
        ScalarStyle::SingleQuoted => "SingleQuoted",
        ScalarStyle::DoubleQuoted => "DoubleQuoted",
        ScalarStyle::Literal => "Literal",
        ScalarStyle::Folded => "Folded",
    }
}

fn reading(kind: &ProblemKind) -> Option<String> {
    Some(match kind {
        ProblemKind::UnknownKey { key, .. } => unexpected(key),
        ProblemKind::UnexpectedValue { text, .. } => unexpected(text),
        ProblemKind::DuplicateKey { key, .. } => format!("'{key}' is already defined"),
        ProblemKind::MissingKey { key, .. } => format!("Required property is missing: {key}"),
        ProblemKind::OnMissing => "Required property is missing: on".to_owned(),
        ProblemKind::Ambiguous { keys } => format!(
            "There's not enough info to determine what you meant. Add one of these properties: {}",
            keys.join(", ")
        ),
        ProblemKind::UnexpectedSequence { .. } => "A sequence was not expected".to_owned(),
        ProblemKind::MergeKey | ProblemKind::UnexpectedMapping { .. } => {
            "A mapping was not expected".to_owned()
        }
        ProblemKind::ExpressionNotAllowed => {
            "A template expression is not allowed in this context".to_owned()
        }
        ProblemKind::ExpressionEmpty => "An expression was expected".to_owned(),
        ProblemKind::ExpressionNotClosed => "The expression is not closed. An unescaped ${{ \
            sequence was found, but the closing }} sequence was not found."
            .to_owned(),
        ProblemKind::InsertMisplaced => "The directive 'insert' is not allowed in this context. \
            Directives are not supported for expressions that are embedded within a string. \
            Directives are only supported when the entire value is an expression."
            .to_owned(),
        ProblemKind::InsertParameters { count } => format!(
            "Exactly 0 parameter(s) were expected following the directive 'insert'. Actual \
             parameter count: {count}"
        ),
        ProblemKind::Expression { error, source, .. } => official_message(error, source),
        _ => return None,
    })
}

fn unexpected(text: &str) -> String {
    format!("Unexpected value '{text}'")
}

fn meaning(kind: &ProblemKind) -> Option<String> {
    Some(match kind {
        ProblemKind::InvalidId { id } => format!(
            "The identifier '{id}' is invalid. IDs may only contain alphanumeric characters, '_', \
             and '-'. IDs must start with a letter or '_' and and must be less than 100 characters."
        ),
        ProblemKind::ReservedId { id } => {
            format!("The identifier '{id}' is invalid. IDs starting with '__' are reserved.")
        }
        ProblemKind::DuplicateId { id, .. } => {
            format!("The identifier '{id}' may not be used more than once within the same scope.")
        }
        ProblemKind::UnknownNeed { job, need, .. } => {
            format!("Job '{job}' depends on unknown job '{need}'.")
        }
        ProblemKind::NeedsCycle { job, need, .. } => format!(
            "Job '{job}' depends on job '{need}' which creates a cycle in the dependency graph."
        ),
        ProblemKind::NoStartingJob => {
            "The workflow must contain at least one job with no dependencies.".to_owned()
        }
        ProblemKind::RunnerGroup { group, prefix_unknown } => {
            let advice = if *prefix_unknown {
                " Please use 'organization/' or 'enterprise/' prefix to target a single runner group."
            } else {
                ""
            };
            format!("Invalid runs-on group name '{group}'.{advice}")
        }
        ProblemKind::UsesSyntax { uses } => {
            format!("Expected format {{org}}/{{repo}}[/path]@ref. Actual '{uses}'")
        }
        ProblemKind::MatrixEmpty => "Matrix must define at least one vector".to_owned(),
        ProblemKind::MatrixEntryEmpty { list: "exclude" } => {
            "Matrix exclude filter must not be empty".to_owned()
        }
        ProblemKind::MatrixEntryEmpty { .. } => {
            "Matrix include mapping does not contain any values".to_owned()
        }
        ProblemKind::MatrixExcludeKey { key, .. } => {
            format!("Matrix exclude key '{key}' does not match any key within the matrix")
        }
        ProblemKind::ConcurrencyGroupTooLong { limit } => {
            format!("Concurrency group name must be less than {limit} characters")
        }
        ProblemKind::ImageEmpty => "Container image cannot be empty".to_owned(),
        ProblemKind::SnapshotVersion { version } => {
            format!("Expected format '{{major-version}}.*' Actual '{version}'")
        }
        ProblemKind::MatrixVectorEmpty { vector } => {
            format!("Matrix vector '{vector}' does not contain any values")
        }
        _ => return calls(kind),
    })
}

fn calls(kind: &ProblemKind) -> Option<String> {
    Some(match kind {
        ProblemKind::UndefinedInput { input, .. } => {
            format!("Invalid input, {input} is not defined in the referenced workflow.")
        }
        ProblemKind::MissingInput { input } => {
            format!("Input {input} is required, but not provided while calling.")
        }
        ProblemKind::InputType { text, .. } => unexpected(text),
        ProblemKind::UndefinedSecret { secret, .. } => {
            format!("Invalid secret, {secret} is not defined in the referenced workflow.")
        }
        ProblemKind::MissingSecret { secret } => {
            format!("Secret {secret} is required, but not provided while calling.")
        }
        ProblemKind::PermissionsExceeded { uses, job, requested, allowed } => {
            let who = match job {
                Some(job) => format!("nested job '{job}'"),
                None => format!("workflow '{uses}'"),
            };
            format!(
                "Error calling workflow '{uses}'. The {who} is requesting '{}', but is only \
                 allowed '{}'.",
                levels(requested),
                levels(allowed)
            )
        }
        _ => return None,
    })
}

fn levels(levels: &[(String, PermissionLevel)]) -> String {
    let levels: Vec<_> =
        levels.iter().map(|(scope, level)| format!("{scope}: {}", level.as_str())).collect();
    levels.join(", ")
}
