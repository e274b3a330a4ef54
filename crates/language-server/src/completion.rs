//! Completion: what may stand where the cursor is.
//!
//! The cursor is put into the text as a character of its own, so that it is always part of a word,
//! also where there is none yet. `keys`, `values` and `expressions` say what may be there.

mod expressions;
pub(crate) mod form;
mod keys;
mod values;

use std::ops::Range;

use form::Form;

use crate::CURSOR;
use crate::outline::Outline;
use crate::place::{Place, Target};
use crate::schema::Accepted;
use crate::subject::{Subject, operand};

/// What may stand at the cursor.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// The bytes of the text that a choice takes the place of.
    pub range: Range<usize>,
    /// The choices, the likelier first.
    pub items: Vec<Completion>,
}

/// One choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// Its name, which is shown.
    pub label: String,
    /// What is written.
    pub insert: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words beside the name.
    pub detail: Option<String>,
    /// What it means, in Markdown.
    pub words: Option<String>,
}

/// What a choice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionKind {
    /// A key of a mapping.
    Key,
    /// One of the words that fit.
    Word,
    /// Something that the file or project names itself.
    Name,
    /// A context or a property of one.
    Property,
    /// A function.
    Function,
    /// A file or folder.
    File,
}

impl Completion {
    pub(crate) fn new(label: impl Into<String>, kind: CompletionKind) -> Self {
        let label = label.into();
        Self { insert: label.clone(), label, kind, detail: None, words: None }
    }

    pub(crate) fn inserting(mut self, insert: String) -> Self {
        self.insert = insert;
        self
    }

    pub(crate) fn detailed(mut self, detail: Option<String>) -> Self {
        self.detail = detail.filter(|detail| !detail.is_empty());
        self
    }

    pub(crate) fn described(mut self, words: Option<impl Into<String>>) -> Self {
        self.words = words.map(Into::into);
        self
    }
}

/// Where a completion is asked for.
struct Cursor<'run, 'outline, 'text> {
    subject: &'run Subject<'run>,
    outline: &'outline Outline<'text>,
    place: &'run Place<'outline, 'text>,
    accepted: &'run Accepted,
    offset: usize,
}

/// The choices at a byte of the text.
#[must_use]
pub fn complete(subject: &Subject<'_>, offset: usize) -> Completions {
    let marked = mark(subject.text.as_str(), offset);
    let outline = Outline::new(&marked);
    let place = Place::at(&outline, offset);
    let accepted = Accepted::at(subject.kind, &place);
    let cursor = Cursor { subject, outline: &outline, place: &place, accepted: &accepted, offset };
    if let Some(operand) = operand(&marked, &place, offset) {
        let items = expressions::choices(&cursor, &operand);
        return Completions { range: unmarked(&operand.range), items };
    }
    let (range, items) = match place.target {
        Target::Key(entry) => {
            let form = Form::of(&marked, offset, entry);
            (entry.key_range.clone(), keys::choices(&cursor, place.node, &form))
        }
        Target::Value => (place.node.range.clone(), cursor.value(&marked)),
        Target::Nothing => return Completions { range: offset..offset, items: Vec::new() },
    };
    Completions::within(&marked, &range, items)
}

impl Completions {
    /// Choices that take the place of a range around the cursor.
    pub(crate) fn within(marked: &str, range: &Range<usize>, items: Vec<Completion>) -> Self {
        // In a script or another text of several lines nothing is to be replaced.
        if marked[range.clone()].contains('\n') {
            return Self::default();
        }
        Self { range: unmarked(range), items }
    }
}

/// The text with the cursor in it.
pub(crate) fn mark(text: &str, offset: usize) -> String {
    let mut marked = text.to_owned();
    marked.insert(offset, CURSOR);
    marked
}

/// A range around the cursor in the text without it.
fn unmarked(range: &Range<usize>) -> Range<usize> {
    range.start..range.end.saturating_sub(CURSOR.len_utf8()).max(range.start)
}

impl Cursor<'_, '_, '_> {
    /// What may be a value here; alone on its line it may become a key or an item as well.
    fn value(&self, marked: &str) -> Vec<Completion> {
        let form = Form::at(marked, self.offset);
        if !form.is_block {
            return values::choices(self);
        }
        let mut items = keys::choices(self, self.place.node, &form);
        if items.is_empty() {
            items = values::choices(self);
        }
        if items.is_empty() && !form.has_dash {
            items = self.items(&form);
        }
        items
    }

    /// What may be an item of a list that has none yet.
    fn items(&self, form: &Form) -> Vec<Completion> {
        let accepted = self.accepted.item();
        let inside = Cursor { accepted: &accepted, ..*self };
        let form = form.of_item();
        let mut items = keys::choices(&inside, self.place.node, &form);
        if items.is_empty() {
            items = values::choices(&inside);
        }
        for item in &mut items {
            item.insert.insert_str(0, "- ");
        }
        items
    }
}
