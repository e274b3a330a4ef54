//! A mapping as expressions see it: names in any case, in the order they were put in.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use indexmap::{Equivalent, IndexMap};

use super::fold;
use super::value::Value;

/// Names to values. Looking up a name ignores its case; iterating follows the order of insertion.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Object {
    entries: IndexMap<Name, Value>,
}

#[derive(Debug, Clone)]
struct Name(Arc<str>);

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        fold::equal(&self.0, &other.0)
    }
}

impl Eq for Name {}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        fold::hash(&self.0, state);
    }
}

/// A name that is only looked for.
struct Sought<'a>(&'a str);

impl Hash for Sought<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        fold::hash(self.0, state);
    }
}

impl Equivalent<Name> for Sought<'_> {
    fn equivalent(&self, key: &Name) -> bool {
        fold::equal(self.0, &key.0)
    }
}

impl Object {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty one with room for this many names.
    #[must_use]
    pub fn with_capacity(names: usize) -> Self {
        Self { entries: IndexMap::with_capacity(names) }
    }

    /// How many names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no names.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value of a name, in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.entries.get(&Sought(name))
    }

    /// Whether it has this name, in any case.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.entries.contains_key(&Sought(name))
    }

    /// Sets a name's value and answers the one it had. A name that is there, in any case, keeps
    /// its place and its spelling.
    pub fn insert(&mut self, name: impl Into<Arc<str>>, value: impl Into<Value>) -> Option<Value> {
        self.entries.insert(Name(name.into()), value.into())
    }

    /// Takes a name away, keeping the others in order.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.entries.shift_remove(&Sought(name))
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.entries.iter().map(|(name, value)| (&*name.0, value))
    }

    /// Names in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.entries.keys().map(|name| &*name.0)
    }

    /// Values in order of their names.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.entries.values()
    }
}

impl<N: Into<Arc<str>>, V: Into<Value>> FromIterator<(N, V)> for Object {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(entries: I) -> Self {
        let mut object = Self::new();
        object.extend(entries);
        object
    }
}

impl<N: Into<Arc<str>>, V: Into<Value>> Extend<(N, V)> for Object {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, entries: I) {
        for (name, value) in entries {
            self.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_in_any_case_and_keep_their_order() {
        let mut object: Object = [("Path", 1.0), ("b", 2.0)].into_iter().collect();
        assert_eq!(object.get("PATH"), Some(&Value::Number(1.0)));
        object.insert("pAth", 3.0);
        let entries: Vec<_> = object.iter().map(|(name, value)| (name, value.clone())).collect();
        assert_eq!(entries, [("Path", Value::Number(3.0)), ("b", Value::Number(2.0))]);
        assert!(object.contains("B") && !object.contains("c"));
        assert_eq!(object.remove("PATH"), Some(Value::Number(3.0)));
        assert_eq!(object.names().collect::<Vec<_>>(), ["b"]);
    }
}
