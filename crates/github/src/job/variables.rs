//! Variables of steps, in layers: those of the job, then of the actions around a step, then its
//! own. Names differ by case, as the operating system has it.

use std::ffi::OsString;
use std::sync::Arc;

use indexmap::IndexMap;
use windlass_github_syntax::expression::{Object, Value};

/// One layer of variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Variables {
    values: IndexMap<Arc<str>, Arc<str>>,
}

impl Variables {
    /// Sets a variable; one that is there keeps its place.
    pub fn set(&mut self, name: impl Into<Arc<str>>, value: impl Into<Arc<str>>) {
        self.values.insert(name.into(), value.into());
    }

    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(AsRef::as_ref)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        self.values.iter()
    }

    /// Takes another layer in, over this one.
    pub fn extend(&mut self, other: &Variables) {
        self.values.extend(other.values.iter().map(|(name, value)| (name.clone(), value.clone())));
    }

    /// Adds these variables to a context.
    pub fn add_to(&self, context: &mut Object) {
        for (name, value) in &self.values {
            context.insert(name.clone(), Value::String(value.clone()));
        }
    }

    /// Adds these variables to a process' environment.
    pub fn add_to_environment(&self, environment: &mut Vec<(OsString, OsString)>) {
        environment
            .extend(self.values.iter().map(|(name, value)| ((&**name).into(), (&**value).into())));
    }
}

impl FromIterator<(String, String)> for Variables {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        let values = pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Variables { values }
    }
}
