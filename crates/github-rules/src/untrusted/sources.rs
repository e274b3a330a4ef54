//! The parts of `github` that carry text from outside.
//!
//! Source: GitHub Docs, "Script injections" ("Understanding the risk of script injections": what
//! ends in body, default_branch, email, head_ref, label, message, name, page_name, ref and title)
//! and "Webhook events and payloads" for the places of these.

use super::{Origin, Writer};

/// One step of a path into a context: a name in lower case, or `None` for any.
pub(super) type Segment = Option<String>;

/// What anybody may write. `*` is an entry of a list.
const ANYBODY: &[&str] = &[
    "event.changes.body.from",
    "event.changes.title.from",
    "event.comment.body",
    "event.commits.*.author.email",
    "event.commits.*.author.name",
    "event.commits.*.committer.email",
    "event.commits.*.committer.name",
    "event.commits.*.message",
    "event.discussion.body",
    "event.discussion.title",
    "event.head_commit.author.email",
    "event.head_commit.author.name",
    "event.head_commit.committer.email",
    "event.head_commit.committer.name",
    "event.head_commit.message",
    "event.issue.body",
    "event.issue.title",
    "event.merge_group.head_commit.message",
    "event.pages.*.page_name",
    "event.pull_request.body",
    "event.pull_request.head.label",
    "event.pull_request.head.ref",
    "event.pull_request.head.repo.default_branch",
    "event.pull_request.head.repo.description",
    "event.pull_request.head.repo.homepage",
    "event.pull_request.title",
    "event.review.body",
    "event.review_comment.body",
    "event.workflow_run.display_title",
    "event.workflow_run.head_branch",
    "event.workflow_run.head_commit.author.email",
    "event.workflow_run.head_commit.author.name",
    "event.workflow_run.head_commit.message",
    "event.workflow_run.head_repository.description",
    "event.workflow_run.pull_requests.*.head.ref",
    "head_ref",
];

/// What takes the right to push or to start a workflow. Names of branches and tags may hold
/// anything that a shell reads, save blanks.
const COLLABORATORS: &[&str] =
    &["event.base_ref", "event.client_payload", "event.ref", "ref", "ref_name"];

/// The origin of what this path of `github` gives. `is_whole` when objects are turned into text
/// with all that is in them.
pub(super) fn of_github(path: &[Segment], is_whole: bool) -> Option<Origin> {
    let find =
        |list: &[&'static str]| list.iter().copied().find(|known| covers(path, known, is_whole));
    let (known, writer) = find(ANYBODY)
        .map(|known| (known, Writer::Anybody))
        .or_else(|| find(COLLABORATORS).map(|known| (known, Writer::Collaborator)))?;
    let written: Option<Vec<&str>> = path.iter().map(Option::as_deref).collect();
    let source = match written {
        Some(names) if is_whole => format!("github.{}", names.join(".")),
        _ => format!("github.{known}"),
    };
    Some(Origin { writer, source: source.trim_end_matches('.').to_owned(), way: Vec::new() })
}

/// Whether a path leads to a known one; the start of it does when it is taken whole.
fn covers(path: &[Segment], known: &str, is_whole: bool) -> bool {
    let mut parts = known.split('.');
    for segment in path {
        match (segment, parts.next()) {
            (_, None) => return known == "event.client_payload",
            (Some(name), Some(part)) if name != part && part != "*" => return false,
            _ => {}
        }
    }
    is_whole || parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, is_whole: bool) -> Option<String> {
        let path: Vec<Segment> =
            path.split('.').map(|part| (part != "*").then(|| part.to_owned())).collect();
        of_github(&path, is_whole).map(|origin| origin.source)
    }

    #[test]
    fn paths_lead_to_text_from_outside() {
        assert_eq!(source("event.issue.title", false).unwrap(), "github.event.issue.title");
        assert_eq!(source("event.*.body", false).unwrap(), "github.event.comment.body");
        assert!(source("event.commits.0.message", false).is_some());
        assert!(source("event.client_payload.a.b", false).is_some());
        assert_eq!(source("event.issue", true).unwrap(), "github.event.issue");
        assert_eq!(source("event.issue", false), None);
        assert_eq!(source("event.issue.number", true), None);
        assert_eq!(source("event.pull_request.head.sha", false), None);
    }
}
