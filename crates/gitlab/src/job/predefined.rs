//! The predefined variables of a job, beside those of its pipeline.
//!
//! Source: "Predefined CI/CD variables reference" in GitLab's documentation, those that are
//! available from the creation of a job on. What only the place of the job knows (directories, the
//! runner) is added by the driver.

use windlass_gitlab_syntax::pipeline::{Environment, EnvironmentAction, Job};
use windlass_gitlab_syntax::{Variable, Variables};

/// The longest slug of a name, in characters.
const LONGEST_SLUG: usize = 63;

/// What is known of a job by its definition alone.
#[must_use]
pub fn of_job(job: &Job) -> Variables {
    let mut variables = Variables::default();
    let mut set = |name: &str, value: &str| variables.insert(name, Variable::literal(value));
    set("CI_JOB_NAME", &job.name);
    set("CI_JOB_NAME_SLUG", &slug(&job.name));
    set("CI_JOB_STAGE", &job.stage);
    set("CI_JOB_GROUP_NAME", job.base_name());
    set("CI_NODE_TOTAL", "1");
    if let Some(instance) = &job.parallel {
        set("CI_NODE_INDEX", &instance.index.to_string());
        set("CI_NODE_TOTAL", &instance.total.to_string());
    }
    if let Some(image) = &job.image {
        variables.insert("CI_JOB_IMAGE", Variable::new(image.name.as_str()));
    }
    if let Some(environment) = &job.environment {
        add_environment(&mut variables, environment);
    }
    variables
}

/// The variables of an environment; name, address and tier may hold others.
fn add_environment(variables: &mut Variables, environment: &Environment) {
    let action = match environment.action {
        EnvironmentAction::Start => "start",
        EnvironmentAction::Prepare => "prepare",
        EnvironmentAction::Stop => "stop",
        EnvironmentAction::Verify => "verify",
        EnvironmentAction::Access => "access",
    };
    variables.insert("CI_ENVIRONMENT_ACTION", Variable::literal(action));
    variables.insert("CI_ENVIRONMENT_NAME", Variable::new(environment.name.as_str()));
    if let Some(url) = &environment.url {
        variables.insert("CI_ENVIRONMENT_URL", Variable::new(url.as_str()));
    }
    if let Some(tier) = &environment.deployment_tier {
        variables.insert("CI_ENVIRONMENT_TIER", Variable::new(tier.as_str()));
    }
}

/// The tier of an environment that names none, by the words in its name ("Environments",
/// deployment tier of environments).
#[must_use]
pub fn tier_of(name: &str) -> &'static str {
    let name = name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["dev", "review", "trunk"]) {
        "development"
    } else if has(&["test", "tst", "int", "acpt", "accept", "qa", "qc", "control", "quality"]) {
        "testing"
    } else if has(&["stg", "stag", "modl", "model", "pre", "demo", "non"]) {
        "staging"
    } else if has(&["prd", "prod", "live"]) {
        "production"
    } else {
        "other"
    }
}

/// A name in lower case, with `-` for all but letters and digits, at most 63 characters and
/// without `-` at its ends.
#[must_use]
pub fn slug(name: &str) -> String {
    let lower = name.to_lowercase();
    let letters = lower.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '-' });
    let cut: String = letters.take(LONGEST_SLUG).collect();
    cut.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_slugs() {
        assert_eq!(slug("Build: [linux, 3]"), "build---linux--3");
        assert_eq!(slug(&"a".repeat(80)).len(), 63);
    }

    #[test]
    fn environments_get_the_tier_that_their_name_tells() {
        for (name, tier) in [
            ("review/feature", "development"),
            ("QA-2", "testing"),
            ("staging", "staging"),
            ("production", "production"),
            ("elsewhere", "other"),
        ] {
            assert_eq!(tier_of(name), tier, "{name}");
        }
    }
}
