//! The token that a checkout leaves in `.git/config`, uploaded for everybody to read.
//!
//! Sources: the READMEs of actions/checkout (`persist-credentials`, since version 6 outside of the
//! workspace) and actions/upload-artifact (hidden files only when asked for, since version 4.4).

use windlass_diagnostics::Severity;

use super::persisted_credentials::{fix, stays_in_workspace};
use crate::findings::Findings;
use crate::outline::{ActionUse, Outline};
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/artifact-credentials",
    severity: Severity::Warning,
    summary: "an artifact holds the token that the checkout left in the workspace",
};

/// Looks at a workflow.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    for job in &outline.jobs {
        let mut checkout = None;
        for action in job.steps.iter().filter_map(|step| step.action) {
            if action.is("actions/checkout") {
                checkout = stays_in_workspace(action).then_some(action);
            }
            if let Some(checkout) = checkout
                && action.is("actions/upload-artifact")
                && takes_hidden_files(action)
                && takes_everything(action, checkout, outline)
            {
                let mut finding = RULE
                    .finding(
                        action.span,
                        "the artifact holds the token that the checkout left behind",
                    )
                    .with_secondary(checkout.span, "the token stays in `.git/config`")
                    .with_help("give the checkout `persist-credentials: false`, or upload less");
                finding.fix = fix(checkout, outline.text);
                findings.add(finding);
            }
        }
    }
}

fn takes_hidden_files(upload: ActionUse<'_>) -> bool {
    match upload.literal("include-hidden-files") {
        Some(value) => value == "true",
        None => upload.major().is_some_and(|major| major < 4),
    }
}

fn takes_everything(upload: ActionUse<'_>, checkout: ActionUse<'_>, outline: &Outline<'_>) -> bool {
    let Some(paths) = upload.input("path") else { return false };
    let folder = checkout.literal("path").unwrap_or_default();
    let paths = outline.source(paths).replace("${{ github.workspace }}", ".");
    paths.lines().any(|line| {
        let path = line.trim().trim_matches(['"', '\'']);
        let path = path.trim_start_matches("./").trim_end_matches(['*', '/']);
        path.trim_end_matches(".git") == folder.trim_start_matches("./").trim_end_matches('/')
            || path == "."
    })
}

#[cfg(test)]
mod tests {
    use windlass_diagnostics::SourceId;
    use windlass_diagnostics::fix::apply;
    use windlass_github_syntax::parse_workflow;

    use crate::rules::testing::{detailed, of_rule};
    use crate::{NoProject, check_workflow};

    const CODE: &str = "gh/artifact-credentials";

    fn text(checkout: &str, upload: &str) -> String {
        format!(
            "on: push\npermissions: {{}}\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@{checkout}\n      - uses: actions/upload-artifact@{upload}\n"
        )
    }

    #[test]
    fn the_whole_workspace_with_hidden_files() {
        let everything = "v3\n        with:\n          path: ./*";
        insta::assert_snapshot!(detailed(CODE, &text("v4", everything)), @"
        warning 8:15 gh/artifact-credentials the artifact holds the token that the checkout left behind
          7: the token stays in `.git/config`
        ");
        assert_eq!(of_rule(CODE, &text("v6", everything)), "");
        assert_eq!(
            of_rule(CODE, &text("v4\n        with: { persist-credentials: false }", everything)),
            ""
        );
        assert_eq!(of_rule(CODE, &text("v4", "v3\n        with: { path: dist }")), "");
        assert_eq!(of_rule(CODE, &text("v4", "v4\n        with: { path: . }")), "");
        let asked = "v4\n        with: { path: src, include-hidden-files: true }";
        assert!(of_rule(CODE, &text("v4\n        with: { path: ./src/ }", asked)).contains(CODE));
    }

    #[test]
    fn the_mend_fits_both_forms() {
        for checkout in ["v4 # tag", "v4\n        with:\n          lfs: true"] {
            let text = text(checkout, "v3\n        with:\n          path: .");
            let found = check_workflow(
                &parse_workflow(SourceId(0), "ci.yml", &text).tree.unwrap(),
                &text,
                &NoProject,
            );
            let fixes: Vec<_> = found.into_iter().filter_map(|finding| finding.fix).collect();
            let mended = apply(&text, &fixes).0;
            assert!(mended.contains("          persist-credentials: false"), "{mended}");
            assert_eq!(of_rule(CODE, &mended), "", "{mended}");
        }
    }
}
