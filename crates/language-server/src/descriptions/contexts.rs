//! Contexts and their properties.
//!
//! Source: GitHub Docs, "Contexts reference".

use super::{Descriptions, fits};

/// What a context holds.
#[must_use]
pub fn context(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    CONTEXTS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// What a property is, by its whole path: `github.ref`, `steps.build.outcome`.
#[must_use]
pub fn property(path: &str) -> Option<&'static str> {
    let path = path.to_lowercase();
    PROPERTIES.iter().find(|(pattern, _)| fits(pattern, &path)).map(|(_, text)| *text)
}

const CONTEXTS: Descriptions = &[
    ("env", "Environment variables set so far in the workflow, job and step."),
    ("github", "The run and the event that started it."),
    ("inputs", "The inputs of a workflow that is called or started by hand, or of an action."),
    ("job", "The job that runs now."),
    ("jobs", "The jobs of a called workflow and their outputs."),
    ("matrix", "The values of this job's combination."),
    ("needs", "The jobs that this job needs directly: `outputs` and `result` of each."),
    ("runner", "The runner that has the job."),
    ("secrets", "Secrets by name. Masked in logs; never put them on a command line."),
    ("steps", "The earlier steps of this job that have an id: `outputs`, `outcome`, `conclusion`."),
    ("strategy", "How the matrix of this job is run."),
    ("vars", "Configuration variables of the organisation, repository or environment."),
];

const PROPERTIES: Descriptions = &[
    ("github.action", "The action that runs now, or the id of the step."),
    ("github.action_path", "The folder of the composite action that runs now."),
    ("github.action_ref", "The ref of the action that runs now."),
    ("github.action_repository", "The repository of the action that runs now."),
    ("github.action_status", "The result so far of the composite action that runs now."),
    ("github.actor", "Who started the first attempt of the run."),
    ("github.actor_id", "The account id of `github.actor`."),
    ("github.api_url", "The address of the REST API."),
    ("github.base_ref", "The branch that a pull request goes into. Only for pull requests."),
    ("github.env", "The file for environment variables, `GITHUB_ENV`."),
    (
        "github.event",
        "The whole payload of the event. What others write, such as titles, is not to be trusted in scripts.",
    ),
    ("github.event_name", "The event that started the run."),
    ("github.event_path", "The file with the payload of the event."),
    ("github.graphql_url", "The address of the GraphQL API."),
    (
        "github.head_ref",
        "The branch that a pull request comes from; its author chooses the name, so never put it into a script.",
    ),
    ("github.job", "The id of the job."),
    ("github.job_workflow_sha", "The commit of the workflow file of the job."),
    ("github.output", "The file for outputs, `GITHUB_OUTPUT`."),
    ("github.path", "The file for additions to `PATH`, `GITHUB_PATH`."),
    (
        "github.ref",
        "The branch or tag in full: `refs/heads/main`, `refs/tags/v1`, `refs/pull/1/merge`.",
    ),
    ("github.ref_name", "The short name of the branch or tag."),
    ("github.ref_protected", "Whether the branch or tag is protected."),
    ("github.ref_type", "`branch` or `tag`."),
    ("github.repository", "Owner and name of the repository."),
    ("github.repository_id", "The id of the repository."),
    ("github.repository_owner", "The owner of the repository."),
    ("github.repository_owner_id", "The account id of the owner."),
    ("github.repositoryurl", "The Git address of the repository."),
    ("github.retention_days", "How many days logs and artifacts are kept."),
    ("github.run_attempt", "Which attempt of the run this is, from 1."),
    ("github.run_id", "The number of the run, the same for all attempts."),
    ("github.run_number", "The number of the run among those of this workflow, from 1."),
    (
        "github.secret_source",
        "Where secrets come from: `None`, `Actions`, `Codespaces` or `Dependabot`.",
    ),
    ("github.server_url", "The address of GitHub."),
    ("github.sha", "The commit that started the run."),
    ("github.step_summary", "The file for the summary of the step, `GITHUB_STEP_SUMMARY`."),
    ("github.token", "A token for the API with the `permissions` of the job."),
    ("github.triggering_actor", "Who started this attempt."),
    ("github.workflow", "The name of the workflow."),
    ("github.workflow_ref", "Path and ref of the workflow file."),
    ("github.workflow_sha", "The commit of the workflow file."),
    (
        "github.workspace",
        "The folder in which steps start, where `actions/checkout` puts the repository.",
    ),
    ("job.status", "The result so far: `success`, `failure` or `cancelled`."),
    ("job.container", "The container of the job: `id`, `network`."),
    ("job.services", "The service containers: `id`, `network`, `ports` of each."),
    ("job.check_run_id", "The id of the job's check run."),
    ("runner.arch", "`X86`, `X64`, `ARM` or `ARM64`."),
    ("runner.debug", "`1` when debug logging is on."),
    ("runner.environment", "`github-hosted` or `self-hosted`."),
    ("runner.name", "The name of the runner."),
    ("runner.os", "`Linux`, `Windows` or `macOS`."),
    ("runner.temp", "A folder that is emptied before and after each job."),
    ("runner.tool_cache", "The folder of preinstalled tools."),
    ("runner.workspace", "The folder above the workspace."),
    ("strategy.fail-fast", "Whether the first failure cancels the other jobs of the matrix."),
    ("strategy.job-index", "The number of this job in the matrix, from 0."),
    ("strategy.job-total", "How many jobs the matrix has."),
    ("strategy.max-parallel", "How many of them may run at once."),
    ("steps.*.outputs", "What the step wrote to `GITHUB_OUTPUT`, by name."),
    (
        "steps.*.outcome",
        "`success`, `failure`, `cancelled` or `skipped`, before `continue-on-error`.",
    ),
    (
        "steps.*.conclusion",
        "`success`, `failure`, `cancelled` or `skipped`, after `continue-on-error`.",
    ),
    ("needs.*.outputs", "The outputs of the job, by name."),
    ("needs.*.result", "`success`, `failure`, `cancelled` or `skipped`."),
    ("jobs.*.outputs", "The outputs of the job, by name."),
    ("jobs.*.result", "`success`, `failure`, `cancelled` or `skipped`."),
    ("secrets.github_token", "A token for the API with the `permissions` of the job."),
];
