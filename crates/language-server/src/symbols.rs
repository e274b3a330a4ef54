//! Document symbols: the jobs and steps of a file.

use std::ops::Range;

use windlass_github_rules::FileKind;

use crate::outline::{Entry, Node, Outline};

/// A job, step or other thing with a name.
#[derive(Debug, PartialEq, Eq)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of its bytes.
    pub range: Range<usize>,
    /// The bytes of its name.
    pub name_range: Range<usize>,
    /// What is in it.
    pub children: Vec<Symbol>,
}

/// What a symbol is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// A job.
    Job,
    /// A step.
    Step,
    /// An input of an action.
    Input,
}

impl Symbol {
    /// What an entry is, without what is in it.
    pub(crate) fn of(entry: &Entry<'_>, kind: SymbolKind) -> Self {
        Self {
            name: entry.key.to_owned(),
            kind,
            range: entry.key_range.start..entry.value.range.end.max(entry.key_range.end),
            name_range: entry.key_range.clone(),
            children: Vec::new(),
        }
    }
}

/// The symbols of a text.
#[must_use]
pub fn symbols(kind: FileKind, text: &str) -> Vec<Symbol> {
    let outline = Outline::new(text);
    match kind {
        FileKind::Workflow => named(outline.root.get("jobs"), SymbolKind::Job),
        FileKind::Action => {
            let mut symbols = named(outline.root.get("inputs"), SymbolKind::Input);
            symbols.extend(steps(outline.root.at(&["runs", "steps"])));
            symbols
        }
    }
}

fn named(list: Option<&Node<'_>>, kind: SymbolKind) -> Vec<Symbol> {
    let entries = list.map(Node::entries).unwrap_or_default();
    // A client refuses a symbol without a name.
    let entries = entries.iter().filter(|entry| !entry.key.is_empty());
    let steps = |entry: &Entry<'_>| steps(entry.value.get("steps"));
    entries.map(|entry| Symbol { children: steps(entry), ..Symbol::of(entry, kind) }).collect()
}

fn steps(list: Option<&Node<'_>>) -> Vec<Symbol> {
    let items = list.map(Node::items).unwrap_or_default();
    let step = |step: &Node<'_>| {
        let keys = ["name", "id", "uses", "run", "wait", "cancel"];
        let title = keys.iter().find_map(|key| step.get(key).filter(|it| it.as_str().is_some()))?;
        let name = title.as_str()?.lines().next().filter(|line| !line.trim().is_empty())?;
        let start = title.range.start;
        Some(Symbol {
            name: name.to_owned(),
            kind: SymbolKind::Step,
            range: step.range.clone(),
            name_range: start..start + name.len(),
            children: Vec::new(),
        })
    };
    items.iter().filter_map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_hold_their_steps() {
        let text = "on: push\njobs:\n  a:\n    steps:\n      - name: First\n        run: x\n      \
                    - run: |\n          make\n          test\n      -\n  b: {uses: ./x}\n";
        let symbols = symbols(FileKind::Workflow, text);
        let names: Vec<(&str, Vec<&str>)> = symbols
            .iter()
            .map(|job| {
                (job.name.as_str(), job.children.iter().map(|step| step.name.as_str()).collect())
            })
            .collect();
        assert_eq!(names, [("a", vec!["First", "make"]), ("b", vec![])]);
        assert_eq!(&text[symbols[0].children[1].name_range.clone()], "make");
        assert!(text[symbols[0].range.clone()].ends_with("test\n      -"));
    }
}
