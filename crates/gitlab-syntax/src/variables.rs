//! CI/CD variables: ordered by name of first mention, and expanded as GitLab does it.
//!
//! Beside this: [`levels`] for precedence, [`expand`] for `$NAME` in texts.
//!
//! Source: "CI/CD variables" in GitLab's documentation.

pub mod expand;
pub mod levels;
pub mod predefined;
mod scope;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

pub use levels::Levels;
pub use scope::Scope;

/// The value of a variable, and what may be done with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// Its value; of a file variable the content of the file.
    pub value: String,
    /// Whether references to other variables in it are replaced (`variables:expand`).
    pub expand: bool,
    /// Whether the job gets the path of a file with the value in place of the value.
    pub file: bool,
    /// Whether the value is hidden in logs.
    pub masked: bool,
}

impl Variable {
    /// A variable as the configuration writes them: expanded, neither a file nor masked.
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: value.into(), expand: true, file: false, masked: false }
    }

    /// A value that is taken as it is, e.g. that of a predefined variable.
    pub fn literal(value: impl Into<String>) -> Self {
        Self { expand: false, ..Self::new(value) }
    }
}

/// Variables in the order in which they were first mentioned.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Variables(pub IndexMap<String, Variable>);

impl Variables {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The variable of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Variable> {
        self.0.get(name)
    }

    /// The value as it was written.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.get(name).map(|variable| variable.value.as_str())
    }

    /// Sets one; a later value takes the place of an earlier one.
    pub fn insert(&mut self, name: impl Into<String>, variable: Variable) {
        self.0.insert(name.into(), variable);
    }

    /// Sets all of `stronger` over these.
    pub fn overlay(&mut self, stronger: &Self) {
        for (name, variable) in &stronger.0 {
            self.insert(name.clone(), variable.clone());
        }
    }

    /// The same for a text that is stored or shown: nothing of masked variables is in it.
    #[must_use]
    pub fn concealed(&self) -> Self {
        let shown = |variable: &Variable| match variable.masked {
            true => Variable { masked: true, ..Variable::literal("[MASKED]") },
            false => variable.clone(),
        };
        self.iter().map(|(name, variable)| (name, shown(variable))).collect()
    }

    /// Names and variables in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Variable)> {
        self.0.iter().map(|(name, variable)| (name.as_str(), variable))
    }
}

impl<Name: Into<String>> FromIterator<(Name, Variable)> for Variables {
    fn from_iter<Pairs: IntoIterator<Item = (Name, Variable)>>(pairs: Pairs) -> Self {
        Self(pairs.into_iter().map(|(name, variable)| (name.into(), variable)).collect())
    }
}
