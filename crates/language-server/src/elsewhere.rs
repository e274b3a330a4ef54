//! Findings in files that are not open: which document they were published for, so that they are
//! taken back when they vanish.
//!
//! A configuration of GitLab has parts in other files; what is wrong there is found by checking the
//! whole.

use std::collections::{BTreeSet, HashMap};

/// The addresses of files that are not open and have findings on display.
#[derive(Debug, Default)]
pub struct Elsewhere {
    /// By the address of the open document whose check found them.
    published: HashMap<String, BTreeSet<String>>,
}

impl Elsewhere {
    /// Notes what the check of a document, or its end, leaves on display. Answers the addresses
    /// whose findings nobody holds up any more.
    pub fn replace(&mut self, document: &str, now: BTreeSet<String>) -> Vec<String> {
        let before = match now.is_empty() {
            true => self.published.remove(document),
            false => self.published.insert(document.to_owned(), now),
        };
        let before = before.unwrap_or_default();
        let is_held = |address: &String| self.published.values().any(|held| held.contains(address));
        before.into_iter().filter(|address| !is_held(address)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_taken_back_when_the_last_document_lets_them_go() {
        let mut elsewhere = Elsewhere::default();
        let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        assert!(elsewhere.replace("main", set(&["a", "b"])).is_empty());
        assert!(elsewhere.replace("part", set(&["b"])).is_empty());
        assert_eq!(elsewhere.replace("main", set(&[])), ["a"]);
        assert_eq!(elsewhere.replace("part", set(&["c"])), ["b"]);
        assert_eq!(elsewhere.replace("part", set(&["c"])), Vec::<String>::new());
    }
}
