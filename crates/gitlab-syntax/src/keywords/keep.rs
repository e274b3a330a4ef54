//! Keywords about what a job keeps: artifacts and caches.

use super::Shape::{Boolean, Duration, Either, List, OneOrMore, Text, Word};
use super::keys;

keys! {
    /// Source: section `artifacts`.
    pub(crate) ARTIFACTS {
        "access" => Word(&["none", "developer", "maintainer", "all"]),
        "exclude" => OneOrMore(&Text),
        "expire_in" => Duration,
        "expose_as" => Text,
        "name" => Text,
        "paths" => OneOrMore(&Text),
        "public" => Boolean,
        "reports" => REPORTS,
        "untracked" => Boolean,
        "when" => SAVE_WHEN,
    }
    /// Source: "CI/CD artifacts reports types".
    pub(crate) REPORTS {
        "accessibility" => OneOrMore(&Text),
        "annotations" => OneOrMore(&Text),
        "api_fuzzing" => OneOrMore(&Text),
        "browser_performance" => OneOrMore(&Text),
        "cluster_image_scanning" => OneOrMore(&Text),
        "codequality" => OneOrMore(&Text),
        "container_scanning" => OneOrMore(&Text),
        "coverage_fuzzing" => OneOrMore(&Text),
        "coverage_report" => COVERAGE_REPORT,
        "cyclonedx" => OneOrMore(&Text),
        "dast" => OneOrMore(&Text),
        "dependency_scanning" => OneOrMore(&Text),
        "dotenv" => OneOrMore(&Text),
        "junit" => OneOrMore(&Text),
        "license_management" => OneOrMore(&Text),
        "license_scanning" => OneOrMore(&Text),
        "load_performance" => OneOrMore(&Text),
        "lsif" => OneOrMore(&Text),
        "metrics" => OneOrMore(&Text),
        "performance" => OneOrMore(&Text),
        "repository_xray" => OneOrMore(&Text),
        "requirements" => OneOrMore(&Text),
        "requirements_v2" => OneOrMore(&Text),
        "sarif" => OneOrMore(&Text),
        "sast" => OneOrMore(&Text),
        "secret_detection" => OneOrMore(&Text),
        "terraform" => OneOrMore(&Text),
    }
    COVERAGE_REPORT {
        "coverage_format" required => Word(&["cobertura", "jacoco"]),
        "path" required => Text,
    }
    /// Source: section `cache`.
    CACHE {
        "fallback_keys" => List(&Text),
        "key" => Either(&[&Text, &CACHE_KEY]),
        "paths" => List(&Text),
        "policy" => Text,
        "unprotect" => Boolean,
        "untracked" => Boolean,
        "when" => SAVE_WHEN,
    }
    CACHE_KEY {
        "files" => List(&Text),
        "files_commits" => List(&Text),
        "prefix" => Text,
    }
}

/// One cache or several.
pub(super) static CACHES: super::Shape = OneOrMore(&CACHE);

static SAVE_WHEN: super::Shape = Word(&["on_success", "on_failure", "always"]);
