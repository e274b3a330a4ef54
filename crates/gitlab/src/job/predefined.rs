//! The predefined variables of a job, beside those of its pipeline.
//!
//! Source: "Predefined CI/CD variables reference" in GitLab's documentation.

use std::path::Path;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use windlass_gitlab_syntax::pipeline::Job;
use windlass_gitlab_syntax::variables::predefined;
use windlass_gitlab_syntax::{Variable, Variables};

pub use windlass_gitlab_syntax::variables::predefined::slug;

/// What is known of a job by its definition alone.
#[must_use]
pub fn of_job(job: &Job) -> Variables {
    let (parallel, environment) = (job.parallel.as_deref(), job.environment.as_deref());
    let mut variables = predefined::of_job(&job.name, &job.stage, parallel, environment);
    variables.insert("CI_JOB_GROUP_NAME", Variable::literal(job.base_name()));
    if let Some(image) = &job.image {
        variables.insert("CI_JOB_IMAGE", Variable::new(image.name.as_str()));
    }
    variables
}

/// What only the place and the moment of a job tell.
pub(crate) struct Place<'a> {
    /// A number that no other job has.
    pub id: u128,
    /// A number that no other pipeline has.
    pub pipeline_id: u128,
    /// Where the project's files are.
    pub project_directory: &'a Path,
    /// What the runner is called.
    pub runner_name: &'a str,
    /// Whether other jobs use the same machine.
    pub is_shared: bool,
    /// Whether a person started the job.
    pub is_manual: bool,
    /// How long the job may take.
    pub timeout: Duration,
}

/// The variables of a running job, to be set beside those of its pipeline (`known`).
pub(crate) fn of_place(job: &Job, place: &Place<'_>, known: &Variables) -> Variables {
    let mut variables = Variables::default();
    let mut set = |name: &str, value: String| variables.insert(name, Variable::literal(value));
    let project = place.project_directory;
    set("CI_PROJECT_DIR", project.display().to_string());
    let builds = project.parent().unwrap_or(project);
    set("CI_BUILDS_DIR", builds.display().to_string());
    set("CI_JOB_ID", place.id.to_string());
    set("CI_JOB_STATUS", "running".to_owned());
    set("CI_JOB_STARTED_AT", jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    set("CI_JOB_TIMEOUT", place.timeout.as_secs().to_string());
    if place.is_manual {
        set("CI_JOB_MANUAL", "true".to_owned());
    }
    set("CI_RUNNER_ID", "1".to_owned());
    set("CI_RUNNER_DESCRIPTION", place.runner_name.to_owned());
    set("CI_RUNNER_TAGS", serde_json::to_string(&job.tags).unwrap_or_default());
    set("CI_RUNNER_VERSION", env!("CARGO_PKG_VERSION").to_owned());
    let (system, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    set("CI_RUNNER_EXECUTABLE_ARCH", format!("{system}/{machine}"));
    set("CI_CONCURRENT_ID", "0".to_owned());
    set("CI_CONCURRENT_PROJECT_ID", "0".to_owned());
    let shared =
        if place.is_shared { "CI_SHARED_ENVIRONMENT" } else { "CI_DISPOSABLE_ENVIRONMENT" };
    set(shared, "true".to_owned());
    let pipeline_id = known.value("CI_PIPELINE_ID");
    let pipeline_id = pipeline_id.map_or_else(|| place.pipeline_id.to_string(), str::to_owned);
    if let Some(url) = known.value("CI_PROJECT_URL") {
        set("CI_JOB_URL", format!("{url}/-/jobs/{}", place.id));
        set("CI_PIPELINE_URL", format!("{url}/-/pipelines/{pipeline_id}"));
        set("CI_REPOSITORY_URL", format!("{url}.git"));
    }
    set("CI_PIPELINE_ID", pipeline_id);
    variables
}

/// The variables of an environment that follow from its name, with the references in it replaced.
pub(crate) fn of_environment(name: &str, tier: Option<&str>) -> Variables {
    let mut variables = Variables::default();
    let tier = tier.unwrap_or_else(|| tier_of(name));
    variables.insert("CI_ENVIRONMENT_SLUG", Variable::literal(environment_slug(name)));
    variables.insert("CI_ENVIRONMENT_TIER", Variable::literal(tier));
    variables
}

/// The tier of an environment that names none, by the words in its name ("Environments",
/// deployment tier of environments).
fn tier_of(name: &str) -> &'static str {
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

/// The longest slug of an environment, in characters.
const LONGEST_ENVIRONMENT_SLUG: usize = 24;

/// How much of one is left that is cut, and how long the end is that it gets.
const CUT_ENVIRONMENT_SLUG: usize = 17;
const ENVIRONMENT_SLUG_END: u32 = 6;

/// The name of an environment as a part of addresses: at most 24 characters, a letter first, and
/// for a name that had to be changed an end that tells it from others, always the same for it.
///
/// Source: "Predefined CI/CD variables reference", `CI_ENVIRONMENT_SLUG`, and GitLab's issue
/// 415526, which says when there is an end. It is the last six digits, to the base 36, of the
/// name's SHA-256.
fn environment_slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        let letter = if letter.is_ascii_alphanumeric() { letter } else { '-' };
        if slug.is_empty() && !letter.is_ascii_lowercase() {
            slug.push_str("env-");
        }
        if letter != '-' || !slug.ends_with('-') {
            slug.push(letter);
        }
    }
    if slug == name && slug.len() <= LONGEST_ENVIRONMENT_SLUG {
        return slug.trim_end_matches('-').to_owned();
    }
    slug.truncate(CUT_ENVIRONMENT_SLUG);
    if !slug.ends_with('-') {
        slug.push('-');
    }
    slug + &end_of(name)
}

fn end_of(name: &str) -> String {
    let modulus = 36_u64.pow(ENVIRONMENT_SLUG_END);
    let digest = Sha256::digest(name);
    let number = digest.iter().fold(0, |rest, byte| (rest * 256 + u64::from(*byte)) % modulus);
    let digit = |place: u32| char::from_digit((number / 36_u64.pow(place) % 36) as u32, 36);
    (0..ENVIRONMENT_SLUG_END).rev().filter_map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_slug_of_an_environment_tells_it_from_others() {
        assert_eq!(environment_slug("staging"), "staging");
        assert_eq!(environment_slug("staging-eu-west-1"), "staging-eu-west-1");
        assert_eq!(environment_slug("review/main"), "review-main-yi2y9f");
        for (name, begin) in [
            ("QA", "qa-"),
            ("review/main", "review-main-"),
            ("1/x", "env-1-x-"),
            ("a//B", "a-b-"),
            ("review/a-very-long-branch-name", "review-a-very-lon-"),
        ] {
            let slug = environment_slug(name);
            let end = slug.strip_prefix(begin).unwrap_or_else(|| panic!("{name}: {slug}"));
            assert!(end.len() == 6 && end.bytes().all(|it| it.is_ascii_alphanumeric()), "{slug}");
            assert!(slug.len() <= 24 && slug == environment_slug(name));
        }
        assert_ne!(environment_slug("review/a"), environment_slug("review-a/"));
    }
}
