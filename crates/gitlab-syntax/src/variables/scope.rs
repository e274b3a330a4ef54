//! Variables of several places at once, without making one map of them for each job.

use super::{Levels, Variable, Variables};

/// Variables one over the other, the weakest first.
#[derive(Debug, Clone, Default)]
pub struct Scope<'variables>(pub Vec<&'variables Variables>);

impl<'variables> Scope<'variables> {
    /// The strongest variable of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'variables Variable> {
        self.0.iter().rev().find_map(|variables| variables.get(name))
    }

    /// Its value as it was written.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&'variables str> {
        self.get(name).map(|variable| variable.value.as_str())
    }
}

impl Variables {
    /// These variables alone.
    #[must_use]
    pub fn scope(&self) -> Scope<'_> {
        Scope(vec![self])
    }
}

impl Levels {
    /// What a part of the configuration sees while a pipeline is created: these levels with other
    /// variables of the configuration, the weakest of them first.
    #[must_use]
    pub fn scope<'all>(&'all self, configuration: &[&'all Variables]) -> Scope<'all> {
        let weaker = [&self.predefined, &self.deployment];
        let stronger = [&self.dotenv, &self.instance, &self.group, &self.project, &self.pipeline];
        Scope([&weaker[..], configuration, &stronger[..]].concat())
    }
}
