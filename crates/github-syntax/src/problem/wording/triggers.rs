//! `on`: events, filters, inputs.

use super::{Words, words};
use crate::problem::ProblemKind;

pub(super) fn of(kind: &ProblemKind) -> Option<Words> {
    Some(match kind {
        ProblemKind::OnMissing => words(
            "the workflow does not say when it runs: `on` is missing",
            "add for example `on: push`, or choose an event with `--event`",
        ),
        ProblemKind::NoEvents => words("`on` names no event", "name one, for example `on: push`"),
        ProblemKind::FilterConflict { filter } => words(
            format!("`{filter}` and `{filter}-ignore` cannot both be used for one event"),
            &format!("use `{filter}` alone, with `!` in front of what is not meant"),
        ),
        ProblemKind::FilterPattern { pattern, cause } => words(
            format!("the pattern `{pattern}` cannot be read: {cause}"),
            "see \"Filter pattern cheat sheet\" in GitHub's documentation",
        ),
        ProblemKind::Cron { cron, cause } => words(
            format!("`{cron}` is not a time table: {cause}"),
            "write five fields, e.g. `30 5 * * 1-5` for 5:30 on working days",
        ),
        ProblemKind::ChoiceWithoutOptions { input } => words(
            format!("the input `{input}` is a choice without `options`"),
            "add `options:` with a list of texts",
        ),
        ProblemKind::InputDefault { input, kind, text } => words(
            format!("the default `{text}` of the input `{input}` does not fit its type {kind}"),
            "correct the default or the type",
        ),
        _ => return None,
    })
}
