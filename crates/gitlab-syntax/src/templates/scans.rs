//! The templates that scan a project, written from what the documentation says of their jobs,
//! variables and reports. [`table`] says what there is; here it becomes YAML.
//!
//! Source: the pages that the scans in the table name, and "Security configuration", sections
//! "Template editions" and "Use security scanning tools with merge request pipelines"
//! (<https://docs.gitlab.com/user/application_security/detect/security_configuration/>).

mod table;

use std::fmt::Write as _;

use table::{ALL, Analyzer, Scan};

/// What stands after the name of a scan.
const EXTENSION: &str = ".gitlab-ci.yml";

/// The text of a template by its name: `Jobs/NAME`, with `Security/` or nothing in the place of
/// `Jobs/` as in older versions, and with `.latest` behind.
pub(super) fn text(name: &str) -> Option<String> {
    let name = name.strip_suffix(EXTENSION)?;
    let name = ["Jobs/", "Security/"].iter().find_map(|it| name.strip_prefix(it)).unwrap_or(name);
    let (name, edition) = match name.strip_suffix(".latest") {
        Some(name) => (name, Edition::Latest),
        None => (name, Edition::Stable),
    };
    let known = |scan: &&Scan| {
        scan.name.strip_prefix("Jobs/").and_then(|it| it.strip_suffix(EXTENSION)) == Some(name)
    };
    ALL.iter().find(known).map(|scan| yaml(scan, edition))
}

/// The names of the stable editions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|scan| scan.name)
}

/// Which of the two texts that GitLab has for a scan.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edition {
    /// In branch pipelines, unless `AST_ENABLE_MR_PIPELINES` is `true`.
    Stable,
    /// In merge request pipelines, too, unless `AST_ENABLE_MR_PIPELINES` is `false`.
    Latest,
}

fn yaml(scan: &Scan, edition: Edition) -> String {
    let mut text = format!("# Written for Windlass from {}\n", scan.source);
    if !scan.variables.is_empty() {
        text.push_str("variables:\n");
        write_pairs(&mut text, "  ", scan.variables);
    }
    if let Some(base) = scan.base {
        let _ = write!(
            text,
            "\n{base}:\n  stage: test\n  rules:\n    - when: never\n  script:\n    - echo \"the job \
             {base} is used for configuration only, and its script should not be executed\"; exit 1\n",
        );
        write_artifacts(&mut text, scan);
    }
    for analyzer in scan.analyzers {
        write_job(&mut text, scan, analyzer, edition);
    }
    text
}

fn write_job(text: &mut String, scan: &Scan, analyzer: &Analyzer, edition: Edition) {
    let _ = writeln!(text, "\n{}:", analyzer.job);
    match scan.base {
        Some(base) => {
            let _ = writeln!(text, "  extends: {base}");
        }
        None => {
            text.push_str("  stage: test\n");
            write_artifacts(text, scan);
        }
    }
    let _ = writeln!(text, "  image: \"{}\"\n  allow_failure: true", analyzer.image);
    if !scan.services.is_empty() {
        let _ = writeln!(text, "  services: [{}]", scan.services.join(", "));
    }
    if !analyzer.variables.is_empty() {
        text.push_str("  variables:\n");
        write_pairs(text, "    ", analyzer.variables);
    }
    write_rules(text, scan, analyzer, edition);
    let program = scan.command.split(' ').next().unwrap_or_default();
    let _ = write!(
        text,
        "  script:\n    - |\n      if ! command -v {program} >/dev/null; then\n        echo \"{program} \
         is a program of the image {}, and this job does not run in it. Run the pipeline where a \
         container engine can start that image, or leave the scan out with {}.\" >&2\n        exit \
         1\n      fi\n    - {}\n",
        analyzer.image, scan.switch, scan.command
    );
}

fn write_artifacts(text: &mut String, scan: &Scan) {
    text.push_str("  artifacts:\n    access: developer\n    reports:\n");
    for (report, path) in scan.reports {
        let _ = writeln!(text, "      {report}: \"{path}\"");
    }
}

fn write_rules(text: &mut String, scan: &Scan, analyzer: &Analyzer, edition: Edition) {
    let mut rules = vec![never(scan.disabled)];
    if let Some(excluded) = scan.excluded {
        rules.push(never(&format!("${excluded} =~ /(^|[, ]){}([, ]|$)/", analyzer.name)));
    }
    rules.extend(analyzer.unwanted.map(never));
    if scan.knows_merge_requests {
        let enabled = match edition {
            Edition::Stable => "$AST_ENABLE_MR_PIPELINES == 'true'",
            Edition::Latest => "$AST_ENABLE_MR_PIPELINES != 'false'",
        };
        let merge_request = format!("{enabled} && $CI_PIPELINE_SOURCE == 'merge_request_event'");
        rules.push(where_files_are(&merge_request, analyzer.files));
        // The merge request's own pipeline scans the branch.
        rules.push(never(&format!("{enabled} && $CI_OPEN_MERGE_REQUESTS")));
        rules.push(where_files_are("$CI_COMMIT_BRANCH", analyzer.files));
    } else {
        rules.push(where_files_are("$CI_COMMIT_TAG || $CI_COMMIT_BRANCH", analyzer.files));
    }
    let _ = write!(text, "  rules:\n{}", rules.concat());
}

fn never(condition: &str) -> String {
    format!("    - if: {condition}\n      when: never\n")
}

/// A rule that matches where there is a file of one of these patterns, if there are any.
fn where_files_are(condition: &str, patterns: &[&str]) -> String {
    let mut rule = format!("    - if: {condition}\n");
    if !patterns.is_empty() {
        let _ = writeln!(rule, "      exists: [\"{}\"]", patterns.join("\", \""));
    }
    rule
}

fn write_pairs(text: &mut String, indent: &str, pairs: &[(&str, &str)]) {
    for (name, value) in pairs {
        let _ = writeln!(text, "{indent}{name}: \"{value}\"");
    }
}
