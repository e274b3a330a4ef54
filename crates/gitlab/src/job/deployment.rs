//! What a job does with an environment, told and noted.
//!
//! Source: "CI/CD YAML syntax reference", section `environment`; "Environments", sections "Stop an
//! environment after a certain time period" and "Access an environment for preparation or
//! verification purposes".

use std::time::Duration;

use serde::{Deserialize, Serialize};
use windlass_gitlab_syntax::duration;
use windlass_gitlab_syntax::pipeline::{Environment, EnvironmentAction};
use windlass_gitlab_syntax::{Variable, Variables};
use windlass_kernel::Status;

use super::lane::Lane;
use super::setup::Job;

/// What a job has done with an environment; references to variables are replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentUse {
    /// The environment.
    pub name: String,
    /// What was done.
    pub action: EnvironmentAction,
    /// Its address.
    pub url: Option<String>,
    /// The job that stops it.
    pub on_stop: Option<String>,
    /// How long it lives from now on, where the job says so; `Some(None)` is for ever.
    pub lifetime: Option<Option<Duration>>,
    /// The branch or tag of the pipeline.
    pub reference: String,
}

/// Keeps what is known of the environments of a project. Called by several jobs at the same time.
pub trait Environments: Send + Sync {
    /// A job that passed has used an environment.
    ///
    /// # Errors
    /// When that cannot be written down.
    fn used(&self, how: &EnvironmentUse) -> std::io::Result<()>;
}

/// Tells what the job does with its environment, and has it noted where the job passed. The address
/// may hold variables that the script reported ("Environments", set a dynamic environment URL).
pub(crate) fn tell(job: &Job, lane: &mut Lane, dotenv: &Variables, status: Status) {
    let Some(environment) = &job.order.job.environment else { return };
    let mut variables = job.variables.clone();
    variables.overlay(dotenv);
    let how = in_full(environment, &variables);
    lane.attribute("environment", &how.name);
    if let Some(url) = &how.url {
        lane.attribute("environment-url", url);
    }
    if let Some(time) = &environment.auto_stop_in {
        lane.attribute("environment-stops-in", &variables.expand(time));
    }
    if let Some(job) = &how.on_stop {
        lane.attribute("environment-stopped-by", job);
    }
    // An environment of another project is not this one's.
    if status != Status::Succeeded || job.order.pipeline.project.is_some() {
        return;
    }
    let Some(environments) = &job.options.environments else { return };
    if let Some(Some(_)) = how.lifetime {
        let time = environment.auto_stop_in.as_ref().map(|time| variables.expand(time));
        lane.line(&format!(
            "The environment '{}' is to be stopped in {}; nothing here stops it by itself, the \
             first run after that tells of it.",
            how.name,
            time.unwrap_or_default()
        ));
    }
    if let Err(error) = environments.used(&how) {
        lane.warn(&format!("the environment '{}' cannot be noted: {error}", how.name));
    }
}

fn in_full(environment: &Environment, variables: &Variables) -> EnvironmentUse {
    let expand = |text: &String| variables.expand(text);
    let lifetime = environment.auto_stop_in.as_ref().map(expand).and_then(|time| {
        let is_for_ever = time.trim().eq_ignore_ascii_case("never");
        if is_for_ever { Some(None) } else { duration::parse(&time).map(Some) }
    });
    EnvironmentUse {
        name: expand(&environment.name),
        action: environment.action,
        url: environment.url.as_ref().map(expand),
        on_stop: environment.on_stop.clone(),
        lifetime,
        reference: variables.scope().expanded_value("CI_COMMIT_REF_NAME").unwrap_or_default(),
    }
}

/// A variable of the project that is for some environments only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopedVariable {
    /// The environments: a name in which `*` stands for anything, as `review/*`.
    pub scope: String,
    /// Its name.
    pub name: String,
    /// Its value.
    pub variable: Variable,
}

/// The variables that a job has whose environment has this name. Of those with one name the most
/// specific scope wins: the name itself, then the pattern with the most characters, at last `*`
/// ("Environments", section "Limit the environment scope of a CI/CD variable"). A job without
/// environment has those for every environment.
#[must_use]
pub fn of_scope(variables: &[ScopedVariable], environment: Option<&str>) -> Variables {
    let mut fitting: Vec<&ScopedVariable> =
        variables.iter().filter(|it| fits(&it.scope, environment)).collect();
    let specific = |it: &ScopedVariable| {
        let literal = it.scope.chars().filter(|character| *character != '*').count();
        (Some(it.scope.as_str()) == environment, literal)
    };
    fitting.sort_by_key(|it| specific(it));
    fitting.into_iter().map(|it| (it.name.as_str(), it.variable.clone())).collect()
}

fn fits(scope: &str, environment: Option<&str>) -> bool {
    let Some(name) = environment else { return scope == "*" };
    let mut parts = scope.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(place) => rest = &rest[place + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "Environments", section "Limit the environment scope of a CI/CD variable".
    #[test]
    fn the_most_specific_scope_wins() {
        let variables: Vec<ScopedVariable> =
            ["review/one", "*", "review/*", "re*/o*e", "production"]
                .into_iter()
                .map(|scope| ScopedVariable {
                    scope: scope.to_owned(),
                    name: "A".to_owned(),
                    variable: Variable::literal(scope),
                })
                .collect();
        let value = |environment: Option<&str>| {
            of_scope(&variables, environment).value("A").map(str::to_owned).unwrap_or_default()
        };
        assert_eq!(value(Some("review/one")), "review/one");
        assert_eq!(value(Some("review/two")), "review/*");
        assert_eq!(value(Some("rental/one")), "re*/o*e");
        assert_eq!(value(Some("production")), "production");
        assert_eq!(value(Some("staging")), "*");
        assert_eq!(value(None), "*");
        assert!(of_scope(&variables[2..3], Some("review")).value("A").is_none());
        assert!(of_scope(&variables[2..3], None).value("A").is_none());
    }

    #[test]
    fn a_scope_is_the_whole_name() {
        for (scope, name, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("*é*", "xéy", true),
            ("", "", true),
        ] {
            assert_eq!(fits(scope, Some(name)), expected, "{scope} {name}");
        }
    }
}
