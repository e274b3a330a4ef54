//! Jobs and steps of one file.

use super::{Words, words};
use crate::problem::ProblemKind;

pub(super) fn of(kind: &ProblemKind) -> Option<Words> {
    Some(match kind {
        ProblemKind::InvalidId { id } => words(
            format!("`{id}` cannot be an id"),
            "an id starts with a letter or `_`, goes on with letters, digits, `_` and `-`, and is shorter than 100 characters",
        ),
        ProblemKind::ReservedId { id } => words(
            format!("the id `{id}` is reserved: GitHub makes those that start with `__`"),
            "start it with a letter or a single `_`",
        ),
        ProblemKind::DuplicateId { id, first } => words(
            format!("the id `{id}` is taken"),
            "choose another; upper and lower case make no difference",
        )
        .beside(*first, "taken here"),
        ProblemKind::UnknownNeed { job, need, suggestion } => words(
            format!("the job `{job}` needs `{need}`, which is no job of this workflow"),
            "name the id of a job under `jobs`",
        )
        .replacing(suggestion.as_ref()),
        ProblemKind::NeedsCycle { job, need, circle } => {
            let way = match circle.as_slice() {
                [] => format!(
                    "`{job}` needs `{need}`, which needs `{job}`, directly or through others"
                ),
                ids => circle_words(ids),
            };
            words(
                format!("the jobs need one another in a circle: {way}"),
                "remove one of the `needs`",
            )
        }
        ProblemKind::NoStartingJob => words(
            "no job can start: every one has `needs`, or there is none",
            "add a job without `needs`",
        ),
        ProblemKind::TooManyJobs { limit, .. } => words(
            format!("the workflow has more than {limit} jobs, called workflows included"),
            "split the workflow",
        ),
        _ => return steps(kind),
    })
}

/// At most so many jobs of a circle are named.
const MOST_NAMED: usize = 8;

/// `a` needs `b` needs `a`.
fn circle_words(ids: &[String]) -> String {
    let quoted: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
    match quoted.as_slice() {
        [first @ .., last] if first.len() > MOST_NAMED => {
            format!("{} needs … needs {last}", first[..MOST_NAMED].join(" needs "))
        }
        all => all.join(" needs "),
    }
}

fn steps(kind: &ProblemKind) -> Option<Words> {
    Some(match kind {
        ProblemKind::RunnerGroup { group, .. } => words(
            format!("`{group}` does not name a group of runners"),
            "write the group's name, or `organization/` or `enterprise/` in front of it",
        ),
        ProblemKind::UsesSyntax { uses } => words(
            format!("`{uses}` does not name an action"),
            "write `owner/repository@ref`, `owner/repository/path@ref`, `./path` or `docker://image`",
        ),
        ProblemKind::WorkflowUsesSyntax { uses, cause } => words(
            format!("`{uses}` does not name a workflow: {cause}"),
            "write `./.github/workflows/file.yml` or `owner/repository/.github/workflows/file.yml@ref`",
        ),
        ProblemKind::WorkflowFolder { uses } => words(
            format!(
                "GitHub does not find `{uses}`: only files directly in `.github/workflows` can be called"
            ),
            "move the file there",
        ),
        ProblemKind::MatrixEmpty => words(
            "the matrix has no values",
            "add a list, e.g. `os: [ubuntu-latest, macos-latest]`, or `include`",
        ),
        ProblemKind::MatrixVectorEmpty { vector } => words(
            format!("the list `{vector}` of the matrix is empty, so that no job would run"),
            "add a value or remove the key",
        ),
        ProblemKind::MatrixEntryEmpty { list } => words(
            format!("this entry of `{list}` is empty"),
            "add a key and a value, or remove the entry",
        ),
        ProblemKind::MatrixExcludeKey { key, suggestion } => words(
            format!("`exclude` names `{key}`, which the matrix does not have"),
            "name a list of the matrix",
        )
        .suggesting(suggestion.as_ref()),
        ProblemKind::ConcurrencyGroupTooLong { limit } => words(
            format!("the name of a concurrency group has at most {limit} characters"),
            "shorten it",
        ),
        ProblemKind::ImageEmpty => words(
            "the container has no image",
            "name an image, e.g. `node:24`, or remove the container",
        ),
        ProblemKind::SnapshotVersion { version } => words(
            format!("`{version}` is no version of an image"),
            "write a major version, e.g. `1.*`",
        ),
        ProblemKind::UnknownBackgroundStep { id, suggestion } => words(
            format!("there is no background step `{id}` before this step"),
            "name the `id` of an earlier step with `background: true`",
        )
        .replacing(suggestion.as_ref()),
        ProblemKind::ParallelStep { found } => words(
            format!("a step with `{found}` has no effect of its own among parallel steps"),
            "put it before or behind the group",
        ),
        _ => return None,
    })
}
