//! `guides`: the mistakes that stand in the workflows printed in guides are found, and what is in
//! order beside them is left alone.
//!
//! Fragments are put into a workflow first. Files whose lines have lost their indentation, as they
//! do when they are copied from a page, are told so.

use std::path::Path;
use std::{fs, io};

use crate::CorpusResult;
use crate::cases::yaml_files;
use crate::checked::findings_of_workflow;

/// Files below the folder and the code of a mistake that stands in each.
const MISTAKES: &[(&str, &str)] = &[
    ("github-fragments/000-0404-strategy-parallel.yml", "gh/unknown-key"),
    ("github-fragments/000-0626-security-scan.yml", "gh/scan-never-fails"),
    ("github-fragments/000-1441-deploy-validate.yml", "gh/integer-comparison"),
    ("github-fragments/000-1441-deploy-validate.yml", "gh/rate-as-ratio"),
    ("github-fragments/000-1501-trufflehog.yml", "gh/unpinned-uses"),
    ("github-fragments/000-1564-image-scan.yml", "gh/unpinned-uses"),
    ("github-fragments/000-1585-iac-scan.yml", "gh/unpinned-uses"),
    ("github-fragments/000-2137-secrets-bad-good.yml", "gh/hard-coded-secret"),
    ("github/001-mlops-pipeline/.github/workflows/mlops-pipeline.yml", "gh/lost-image"),
    ("github/001-mlops-pipeline/.github/workflows/mlops-pipeline.yml", "gh/secret-in-script"),
    ("github/001-mlops-pipeline/.github/workflows/mlops-pipeline.yml", "gh/unknown-step"),
    ("github/001-model-training/.github/workflows/model-training.yml", "gh/template-injection"),
    ("github/002-ci-cd/.github/workflows/ci-cd.yml", "gh/image-tag"),
    ("github/002-ci-cd/.github/workflows/ci-cd.yml", "gh/scan-never-fails"),
    ("github/002-ci-cd/.github/workflows/ci-cd.yml", "gh/unpinned-uses"),
    ("github/003-blue-green/.github/workflows/blue-green.yml", "gh/lost-variable"),
    ("github/003-canary/.github/workflows/canary.yml", "gh/whole-canary"),
    ("github/003-gitops/.github/workflows/gitops.yml", "gh/unknown-step"),
    ("github/003-secure-deploy/.github/workflows/secure-deploy.yml", "gh/missing-permission"),
    ("github/003-security/.github/workflows/security.yml", "gh/scan-never-fails"),
    ("github/004-ci-cd/.github/workflows/ci-cd.yml", "gh/skipped-stage"),
];

/// Files that show how it is done right, and the code of the mistake that does not stand in each.
const IN_ORDER: &[(&str, &str)] = &[
    ("github-fragments/000-0827-version-tag.yml", "gh/lost-variable"),
    ("github-fragments/000-1564-image-scan.yml", "gh/scan-never-fails"),
    ("github-fragments/000-2328-trivy-gate.yml", "gh/scan-never-fails"),
    ("github/000-ci-pipeline/.github/workflows/ci.yml", "gh/lost-image"),
    ("github/000-reusable/.github/workflows/main.yml", "gh/skipped-stage"),
    ("github/001-mlops-pipeline/.github/workflows/mlops-pipeline.yml", "gh/skipped-stage"),
    ("github/002-ci-cd/.github/workflows/ci-cd.yml", "gh/skipped-stage"),
    ("github/003-canary/.github/workflows/canary.yml", "gh/integer-comparison"),
    ("github/003-gitops/.github/workflows/gitops.yml", "gh/image-tag"),
    ("github/004-ci-cd/.github/workflows/ci-cd.yml", "gh/scan-never-fails"),
];

/// Looks for each mistake.
///
/// # Errors
/// A file cannot be read.
pub fn run(directory: &Path) -> io::Result<CorpusResult> {
    let mut result = CorpusResult::default();
    let expected = MISTAKES.iter().map(|pair| (pair, true));
    for ((file, code), is_expected) in expected.chain(IN_ORDER.iter().map(|pair| (pair, false))) {
        let path = directory.join(file);
        // A set of cases may hold some of the files only.
        if !path.is_file() {
            result.except(&format!("{file} {code}"), "the file is not there");
            continue;
        }
        let found = codes(&whole(&fs::read_to_string(path)?));
        let is_found = found.contains(code);
        let difference = || {
            let sign = if is_expected { '-' } else { '+' };
            format!("{sign} {code}\n  found: {}", found.join(", "))
        };
        let outcome = if is_found == is_expected { Ok(()) } else { Err(difference()) };
        result.record(&format!("{file} {code}"), outcome);
    }
    for (name, path) in yaml_files(&directory.join("github"))? {
        if path.parent().is_some_and(|folder| folder.ends_with(".github/workflows")) {
            let found = codes(&without_indentation(&fs::read_to_string(path)?));
            let is_told = found == ["gh/indentation-lost"];
            let outcome = if is_told {
                Ok(())
            } else {
                Err(format!("- gh/indentation-lost\n  found: {}", found.join(", ")))
            };
            result.record(&format!("{name} without indentation"), outcome);
        }
    }
    Ok(result)
}

/// The codes of what is found in a workflow, each once.
fn codes(text: &str) -> Vec<&'static str> {
    let mut codes: Vec<_> =
        findings_of_workflow("guide.yml", text).into_iter().map(|finding| finding.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// A workflow around a fragment: steps, keys of a job, or keys of a workflow.
fn whole(text: &str) -> String {
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
        .unwrap_or_default();
    let indented =
        |by: usize| -> String { text.lines().map(|line| format!("{:by$}{line}\n", "")).collect() };
    let has = |key: &str| text.lines().any(|line| line.starts_with(key));
    let job = "on: push\njobs:\n  job:\n    runs-on: ubuntu-latest\n";
    if first.starts_with("- ") {
        return format!("{job}    steps:\n{}", indented(6));
    }
    if ["steps:", "strategy:", "services:"].iter().any(|key| first.starts_with(key)) {
        let steps = if has("steps:") { "" } else { "    steps: [{ run: make }]\n" };
        return format!("{job}{}{steps}", indented(4));
    }
    let rest = job.trim_start_matches("on: push\n");
    let jobs =
        if has("jobs:") { String::new() } else { format!("{rest}    steps: [{{ run: make }}]\n") };
    let on = if has("on:") { "" } else { "on: push\n" };
    format!("{on}{text}\n{jobs}")
}

fn without_indentation(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", line.trim_start())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_become_workflows() {
        for text in [
            "# a\n- run: make",
            "strategy:\n  matrix: { a: [b] }",
            "services:\n  a: { image: 'b:1' }\nsteps:\n  - run: make",
            "env:\n  A: b",
            "jobs:\n  a:\n    runs-on: x\n    steps: [{ run: make }]",
        ] {
            let mut found = codes(&whole(text));
            found.retain(|code| *code != "gh/missing-timeout");
            assert_eq!(found, [""; 0], "{}", whole(text));
        }
    }
}
