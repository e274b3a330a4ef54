//! A caller against the workflows it calls.

use super::{Words, words};
use crate::problem::ProblemKind;
use crate::workflow::PermissionLevel;

pub(super) fn of(kind: &ProblemKind) -> Option<Words> {
    Some(match kind {
        ProblemKind::CalledWorkflowMissing { uses, cause } => words(
            format!("the workflow `{uses}` cannot be read: {cause}"),
            "check path and ref, or replace the source with `--action owner/repository=PATH`",
        ),
        ProblemKind::CalledTooLarge { uses, limit } => words(
            format!("with the called workflow `{uses}` all workflows take more than {limit} bytes"),
            "call fewer or smaller workflows",
        ),
        ProblemKind::NotCallable { uses, on } => words(
            format!("the workflow `{uses}` cannot be called: it has no `on: workflow_call`"),
            "add `workflow_call` to its `on`",
        )
        .beside(*on, "add it here"),
        ProblemKind::NestedTooDeep { limit } => words(
            format!("workflows call one another more than {limit} levels deep"),
            "call fewer workflows from called ones",
        ),
        ProblemKind::UndefinedInput { input, suggestion } => words(
            format!("the called workflow has no input `{input}`"),
            "remove it, or add it to `on.workflow_call.inputs` there",
        )
        .suggesting(suggestion.as_ref()),
        ProblemKind::MissingInput { input } => words(
            format!("the called workflow needs the input `{input}`"),
            &format!("add `{input}:` under `with`"),
        ),
        ProblemKind::InputType { input, kind, text } => words(
            format!("the input `{input}` is a {kind}, and `{text}` is none"),
            "correct the value; an expression that gives the right type is fine too",
        ),
        ProblemKind::UndefinedSecret { secret, suggestion } => words(
            format!("the called workflow has no secret `{secret}`"),
            "remove it, or add it to `on.workflow_call.secrets` there",
        )
        .suggesting(suggestion.as_ref()),
        ProblemKind::MissingSecret { secret } => words(
            format!("the called workflow needs the secret `{secret}`"),
            &format!("add `{secret}:` under `secrets`, or write `secrets: inherit`"),
        ),
        ProblemKind::PermissionsExceeded { uses, job, requested, allowed } => {
            let who = match job {
                Some(job) => format!("the job `{job}` of `{uses}`"),
                None => format!("the workflow `{uses}`"),
            };
            let message = format!(
                "{who} asks for {}, but the caller allows only {}",
                levels(requested),
                levels(allowed)
            );
            words(message, "raise `permissions` of the calling job")
        }
        _ => return None,
    })
}

fn levels(levels: &[(String, PermissionLevel)]) -> String {
    let levels: Vec<_> =
        levels.iter().map(|(scope, level)| format!("`{scope}: {}`", level.as_str())).collect();
    levels.join(", ")
}
