//! What is known while a pipeline is created, each thing found out once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::condition::Conditions;
use crate::facts::Facts;

/// The files of a project at a reference, or why they are not known.
type Files = Result<Vec<String>, String>;

/// The files that were changed, `None` where nothing is known of changes.
type Changes = Result<Option<Vec<String>>, String>;

/// A project and a reference; `None` for those of the pipeline.
type Place = (Option<String>, Option<String>);

/// Facts, and what was read of conditions.
pub(crate) struct Knowledge<'call> {
    pub facts: &'call dyn Facts,
    pub conditions: Conditions,
    files: RefCell<HashMap<Place, Rc<Files>>>,
    changes: RefCell<HashMap<Option<String>, Rc<Changes>>>,
}

impl<'call> Knowledge<'call> {
    pub(crate) fn new(facts: &'call dyn Facts) -> Self {
        Self {
            facts,
            conditions: Conditions::default(),
            files: RefCell::default(),
            changes: RefCell::default(),
        }
    }

    /// As [`Facts::existing_files`].
    pub(crate) fn existing_files(&self, place: Place) -> Rc<Files> {
        let find = |(project, reference): &Place| {
            self.facts.existing_files(project.as_deref(), reference.as_deref())
        };
        once(&self.files, place, find)
    }

    /// As [`Facts::changed_files`].
    pub(crate) fn changed_files(&self, compare_to: Option<String>) -> Rc<Changes> {
        let find = |compare_to: &Option<String>| self.facts.changed_files(compare_to.as_deref());
        once(&self.changes, compare_to, find)
    }
}

/// What is known about a key, or is found out and kept.
fn once<Key: Eq + std::hash::Hash, Value>(
    known: &RefCell<HashMap<Key, Rc<Value>>>,
    key: Key,
    find: impl FnOnce(&Key) -> Value,
) -> Rc<Value> {
    if let Some(value) = known.borrow().get(&key) {
        return Rc::clone(value);
    }
    let value = Rc::new(find(&key));
    known.borrow_mut().insert(key, Rc::clone(&value));
    value
}
