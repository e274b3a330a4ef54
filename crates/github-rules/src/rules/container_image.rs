//! A `container` without an image: the job runs without a container.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", `jobs.<job_id>.container`: with an
//! expression that gives nothing a job can be run without its container; written out, nobody
//! means that.

use windlass_diagnostics::Severity;
use windlass_github_syntax::template::Template;

use crate::findings::Findings;
use crate::layout::key_before;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/container-image",
    severity: Severity::Error,
    summary: "`container` names no image, so the job runs without a container",
};

/// Looks at the `container` of a job.
pub(crate) fn check(container: &Template, findings: &mut Findings<'_>) {
    let is_mapping = container.as_mapping().is_some();
    let image = if is_mapping { container.get("image") } else { Some(container) };
    if image.is_none_or(|image| image.is_null() || image.as_str() == Some("")) {
        let key = || key_before(findings.text(), container.span, "container");
        let span = image.map_or_else(key, |image| image.span);
        let message = "this container has no image, so the job runs without a container";
        let help = "name an image, e.g. `node:24`, or remove `container`";
        findings.add(RULE.finding(span, message).with_help(help));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    #[test]
    fn an_image_is_named_or_computed() {
        let of = |container: &str| {
            findings(&format!(
                "on: push\njobs:\n  a:\n    runs-on: x\n    container: {container}\n    steps: \
                 [{{ run: x }}]\n"
            ))
        };
        assert!(of("''").starts_with("5:16 gh/container-image"));
        assert!(of("{ env: { A: b } }").starts_with("5:5 gh/container-image"));
        assert!(of("\n      env: { A: b }").starts_with("5:5 gh/container-image"));
        assert!(of("").contains("gh/container-image"));
        assert_eq!(of("node:24"), "");
        assert_eq!(of("{ image: \"${{ matrix && '' }}\" }"), "");
    }
}
