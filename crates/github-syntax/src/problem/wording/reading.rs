//! The text, and its values against the schema.

use super::{Words, list, words};
use crate::problem::ProblemKind;

/// The text and its values against the schema.
pub(super) fn of(kind: &ProblemKind) -> Option<Words> {
    Some(match kind {
        ProblemKind::FileTooLarge { limit } => words(
            format!("the file has more than {limit} characters, the most that GitHub reads"),
            "move long scripts into files of their own, or split the workflow",
        ),
        ProblemKind::ResultTooLarge { limit } => words(
            format!("the workflow takes more than {limit} bytes, called workflows included"),
            "move long scripts into files of their own, or split the workflow",
        ),
        ProblemKind::TooDeep { limit } => words(
            format!("lists and mappings are nested more than {limit} levels deep here"),
            "flatten the nested values",
        ),
        ProblemKind::TooManyValues { limit } => words(
            format!("the file has more than {limit} values with its aliases written out"),
            "use fewer aliases of aliases",
        ),
        ProblemKind::Empty => words("the file is empty", "write at least `on` and `jobs`"),
        ProblemKind::IndentationLost { key } => words(
            format!("no line of this file is indented, so `{key}` belongs to no job"),
            "indent what belongs to the key above it, by two blanks for each level; text copied from \
             a page often loses them",
        ),
        ProblemKind::SecondDocument => words(
            "a workflow file holds one YAML document, and a second one starts here",
            "remove the `---` line, or move what follows into a file of its own",
        ),
        ProblemKind::UnusedAnchor => words(
            "no alias names this anchor",
            "remove it, or write `*` and its name where the value is meant",
        ),
        ProblemKind::UnsupportedTag { tag } => words(
            format!("GitHub does not know the tag `{tag}`"),
            "remove the tag; numbers, booleans and texts are told apart without it",
        ),
        ProblemKind::InvalidForTag { tag, text } => words(
            format!("`{text}` does not fit its tag `{tag}`"),
            "remove the tag or correct the value",
        ),
        ProblemKind::StyleWithTag { tag, .. } => words(
            format!("a value with the tag `{tag}` must not be quoted"),
            "remove the quotes or the tag",
        ),
        ProblemKind::KeyNotScalar => words(
            "a key must be a text, not a list or mapping",
            "write the key as plain text; in front of `{` there may be a `$` missing",
        ),
        _ => return schema(kind),
    })
}

/// Values against the schema.
fn schema(kind: &ProblemKind) -> Option<Words> {
    Some(match kind {
        ProblemKind::UnknownKey { key, rival: Some(rival), .. } => words(
            format!("the key `{key}` does not go together with `{}`", rival.value),
            "remove one of them",
        )
        .beside(Some(rival.span), "stands here"),
        ProblemKind::UnknownKey { key, suggestion, known, .. } => {
            let help = match known.as_slice() {
                [] => String::new(),
                known => format!("known here: {}", list(known)),
            };
            words(format!("there is no key `{key}` here"), &help).replacing(suggestion.as_ref())
        }
        ProblemKind::IgnoredKey { key, suggestion, known } => words(
            format!("there is no key `{key}` here; GitHub passes over it"),
            &format!("known here: {}", list(known)),
        )
        .replacing(suggestion.as_ref()),
        ProblemKind::MergeKey => words(
            "GitHub has no merge key `<<`",
            "write the keys out; an alias can only stand for a whole value",
        ),
        ProblemKind::UnexpectedValue { text, suggestion, expected } => {
            let found = if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") };
            words(format!("expected {expected}, found {found}"), "").replacing(suggestion.as_ref())
        }
        ProblemKind::DuplicateKey { key, first } => words(
            format!("the key `{key}` is there twice"),
            "remove one of them, or merge them; upper and lower case make no difference",
        )
        .beside(Some(*first), "first here"),
        ProblemKind::MissingKey { key, rival: Some(rival) } => words(
            format!("the key `{}` needs the key `{key}` beside it", rival.value),
            &format!("add `{key}:`, or remove `{}`", rival.value),
        ),
        ProblemKind::MissingKey { key, .. } => {
            words(format!("the key `{key}` is missing"), &format!("add `{key}:`"))
        }
        ProblemKind::Ambiguous { keys } => words(
            "it is not clear what this is meant to be",
            &format!("add one of these keys: {}", list(keys)),
        ),
        ProblemKind::UnexpectedSequence { expected } => {
            words(format!("expected {expected}, found a list"), "")
        }
        ProblemKind::UnexpectedMapping { expected } => {
            words(format!("expected {expected}, found a mapping"), "")
        }
        _ => return None,
    })
}
