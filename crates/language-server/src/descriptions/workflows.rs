//! Keys at the top of a workflow.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions" and, for permissions, "Controlling
//! permissions for GITHUB_TOKEN".

use super::Descriptions;

pub(super) const KEYS: Descriptions = &[
    (
        "on",
        "The events that start the workflow: one name, a list of names, or a mapping with activity types and filters.",
    ),
    (
        "name",
        "The name of the workflow, as GitHub shows it. Without it the path of the file is shown.",
    ),
    ("description", "What the workflow is for."),
    ("run-name", "The name of each run. May use `github`, `inputs` and `vars`."),
    ("defaults", "Settings for all `run` steps of the workflow."),
    ("defaults.run", "Shell and working directory of all `run` steps that have none of their own."),
    (
        "*.run.shell",
        "The shell of `run` steps: `bash`, `sh`, `pwsh`, `powershell`, `cmd`, `python`, or a command with `{0}` for the script.",
    ),
    ("*.run.working-directory", "The directory in which `run` steps start."),
    ("env", "Environment variables of all steps of all jobs."),
    (
        "permissions",
        "What `GITHUB_TOKEN` may do. Once it is given, every scope that is not named has no access.",
    ),
    (
        "concurrency",
        "Lets only one run of a group go on at a time; of those that wait, by default only the newest is kept.",
    ),
    ("*.group", "The name of the group, usually with an expression such as `${{ github.ref }}`."),
    (
        "*.cancel-in-progress",
        "Whether a new run stops the one of the same group that is under way.",
    ),
    ("*.queue", "`single` keeps the newest of those that wait, `max` keeps all."),
    ("jobs", "The jobs by id. They run at the same time unless `needs` puts them in order."),
];

/// The scopes of `permissions`, of a workflow and of a job.
pub(super) const PERMISSIONS: Descriptions = &[
    ("actions", "Workflows and their runs: cancel, rerun, delete; artifacts and caches."),
    ("artifact-metadata", "Records about artifacts, such as where they are deployed."),
    ("attestations", "Attestations of where artifacts come from."),
    ("checks", "Check runs and check suites."),
    ("code-quality", "Findings of code quality."),
    (
        "contents",
        "The repository's files, commits, branches, tags and releases. `read` is what `actions/checkout` needs.",
    ),
    ("copilot-requests", "Requests to Copilot on behalf of the user."),
    ("deployments", "Deployments and their states."),
    ("discussions", "Discussions of the repository."),
    ("drives", "Drives of the repository."),
    (
        "id-token",
        "Asking for an OpenID Connect token (`write`), as a cloud's sign-in without stored secrets needs.",
    ),
    ("issues", "Issues, their comments and labels."),
    ("models", "Using GitHub Models (`read`)."),
    ("packages", "Packages of GitHub Packages: download (`read`), publish (`write`)."),
    ("pages", "GitHub Pages: asking for a build of the site."),
    ("pull-requests", "Pull requests, their reviews, comments and labels."),
    ("repository-projects", "Classic projects of the repository."),
    ("security-events", "Code scanning alerts; `write` to upload SARIF."),
    ("statuses", "Commit statuses."),
    ("vulnerability-alerts", "Dependabot alerts (`read`)."),
];
