//! Which variable wins when several places set the same name.

use super::Variables;

/// The places that set variables, from the weakest to the strongest.
///
/// Source: "CI/CD variables", section "CI/CD variable precedence". The levels that policies add
/// are not here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels {
    /// Set by GitLab itself.
    pub predefined: Variables,
    /// Of a deployment, e.g. `KUBECONFIG`.
    pub deployment: Variables,
    /// Of the configuration: [`crate::pipeline::Job::variables`].
    pub configuration: Variables,
    /// From `artifacts:reports:dotenv` of earlier jobs.
    pub dotenv: Variables,
    /// Of the instance.
    pub instance: Variables,
    /// Of the groups the project is in.
    pub group: Variables,
    /// Of the project.
    pub project: Variables,
    /// The pipeline was started with: by a person, a schedule, a trigger or an upstream pipeline.
    pub pipeline: Variables,
}

impl Levels {
    /// All of them, the strongest of each name.
    #[must_use]
    pub fn merged(&self) -> Variables {
        let mut merged = self.predefined.clone();
        for stronger in [
            &self.deployment,
            &self.configuration,
            &self.dotenv,
            &self.instance,
            &self.group,
            &self.project,
            &self.pipeline,
        ] {
            merged.overlay(stronger);
        }
        merged
    }

    /// The same with the variables of the configuration.
    #[must_use]
    pub fn with_configuration(&self, configuration: Variables) -> Self {
        Self { configuration, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::variables::Variable;

    fn one(value: &str) -> Variables {
        [("NAME", Variable::new(value))].into_iter().collect()
    }

    #[test]
    fn the_pipeline_is_stronger_than_the_project_and_dotenv_stronger_than_the_configuration() {
        let mut levels = Levels { predefined: one("set by GitLab"), ..Levels::default() };
        levels.configuration = one("configuration");
        assert_eq!(levels.merged().value("NAME"), Some("configuration"));
        levels.dotenv = one("dotenv");
        assert_eq!(levels.merged().value("NAME"), Some("dotenv"));
        levels.project = one("project");
        levels.pipeline = one("pipeline");
        assert_eq!(levels.merged().value("NAME"), Some("pipeline"));
    }
}
