//! What is said before a run: where `github.ref` and `github.sha` come from when Git has no plain
//! answer, and that the working tree differs from the commit.

use windlass_github::event::Event;
use windlass_repository::GitFacts;

use super::project::Opened;
use crate::arguments;

/// The sentences, one a line; empty where all is as on the forge.
pub fn announce(opened: &Opened, event: &Event, arguments: &arguments::Run) -> String {
    let mut sentences = Vec::new();
    if let Some(cause) = cause_of_stand_in(&opened.git) {
        let reference_too = !opened.git.in_git && arguments.reference.is_none();
        let what = if reference_too {
            format!("github.ref is {} and github.sha {}, which", event.reference, event.sha)
        } else {
            format!("github.ref is {}; github.sha is {}, which", event.reference, event.sha)
        };
        let verb = if reference_too { "stand in" } else { "stands in" };
        sentences.push(format!("{cause}: {what} {verb} for the real one"));
    } else if opened.git.reference_is_stand_in() && arguments.reference.is_none() {
        sentences.push(format!(
            "HEAD is detached: github.ref is {}, which stands in; --ref says another",
            event.reference
        ));
    }
    if opened.git.dirty {
        let part = if arguments.strict {
            "uncommitted changes, which --strict leaves out"
        } else {
            "uncommitted changes, which are part of this run"
        };
        let sha = opened.git.sha();
        let sha = sha.get(..7).unwrap_or(sha);
        sentences.push(format!("The working tree has {part}; github.sha is HEAD, {sha}"));
    }
    sentences.join("\n")
}

fn cause_of_stand_in(git: &GitFacts) -> Option<&'static str> {
    match (git.in_git, &git.head) {
        (_, Some(_)) => None,
        (true, None) => Some("This repository has no commit yet, or git cannot be asked"),
        (false, None) => Some("This project is in no Git repository"),
    }
}
