//! Events, and the keys below them.
//!
//! Source: GitHub Docs, "Events that trigger workflows".

use super::Descriptions;

pub(super) const KEYS: Descriptions = &[
    ("on.branch_protection_rule", "A branch protection rule was changed."),
    ("on.check_run", "Something happened to a check run."),
    ("on.check_suite", "A check suite was completed."),
    ("on.create", "A branch or tag was created."),
    ("on.delete", "A branch or tag was deleted."),
    ("on.deployment", "A deployment was created."),
    ("on.deployment_status", "A deployment's state was reported."),
    ("on.discussion", "Something happened to a discussion."),
    ("on.discussion_comment", "Something happened to a comment of a discussion."),
    ("on.fork", "Somebody forked the repository."),
    ("on.gollum", "A page of the wiki was created or changed."),
    (
        "on.image_version",
        "A version of a custom runner image was created, became ready or was deleted.",
    ),
    ("on.issue_comment", "Something happened to a comment of an issue or pull request."),
    ("on.issues", "Something happened to an issue."),
    ("on.label", "A label of the repository was created, changed or deleted."),
    ("on.merge_group", "A pull request is in a merge queue and its checks are asked for."),
    ("on.milestone", "Something happened to a milestone."),
    ("on.page_build", "GitHub Pages was published from a branch."),
    ("on.project", "Something happened to a classic project."),
    ("on.project_card", "Something happened to a card of a classic project."),
    ("on.project_column", "Something happened to a column of a classic project."),
    ("on.public", "The repository became public."),
    (
        "on.pull_request",
        "Something happened to a pull request; by default when it is opened, reopened or gets new commits. Runs on the merge of the pull request; from a fork with a token that only reads, and without secrets.",
    ),
    ("on.pull_request_comment", "Comments of pull requests: use `issue_comment`."),
    ("on.pull_request_review", "A review of a pull request was submitted, changed or dismissed."),
    (
        "on.pull_request_review_comment",
        "Something happened to a comment on the changes of a pull request.",
    ),
    (
        "on.pull_request_target",
        "As `pull_request`, but with the workflow and the commit of the base branch, with secrets and a token that may write. Never run the code of the pull request in it.",
    ),
    ("on.push", "Commits or tags were pushed."),
    ("on.registry_package", "A package was published or updated."),
    ("on.release", "Something happened to a release."),
    (
        "on.repository_dispatch",
        "Somebody called the API to start it, with a type and a payload of their own.",
    ),
    ("on.schedule", "Times, as POSIX cron expressions in UTC; on the default branch only."),
    ("on.status", "The status of a commit changed."),
    ("on.watch", "Somebody starred the repository."),
    ("on.workflow_call", "Another workflow calls this one: its inputs, secrets and outputs."),
    ("on.workflow_dispatch", "Somebody starts it by hand or by the API, with inputs."),
    (
        "on.workflow_run",
        "Another workflow, by name, was requested, started or completed. Runs with secrets on the default branch.",
    ),
    (
        "on.*.types",
        "The activity types that count. Without it GitHub's default types of the event.",
    ),
    (
        "on.*.branches",
        "Only these branches: patterns; `!` takes some out again. For pull requests the base branch.",
    ),
    ("on.*.branches-ignore", "All branches but these. Not together with `branches`."),
    ("on.*.tags", "Only these tags: patterns; `!` takes some out again."),
    ("on.*.tags-ignore", "All tags but these. Not together with `tags`."),
    ("on.*.paths", "Only when a file that fits one of these patterns is changed."),
    (
        "on.*.paths-ignore",
        "Not when all changed files fit these patterns. Not together with `paths`.",
    ),
    ("on.*.workflows", "The names of the workflows that count."),
    ("on.*.names", "The names of the images that count."),
    ("on.*.versions", "The versions of images that count."),
    (
        "on.schedule[].cron",
        "Five fields: minute, hour, day of month, month, day of week. At most every five minutes.",
    ),
    (
        "on.schedule[].timezone",
        "The time zone of the times, an IANA name such as `Europe/Berlin`; UTC without it.",
    ),
    ("on.workflow_call.inputs", "What the caller hands over, by name."),
    ("on.workflow_dispatch.inputs", "What is asked for when the workflow is started, by name."),
    ("on.workflow_call.secrets", "The secrets that the caller hands over, by name."),
    ("on.workflow_call.outputs", "What the caller gets back, by name."),
    ("on.*.secrets.*.required", "Whether the caller has to give it."),
    ("on.*.inputs.*.required", "Whether it has to be given."),
    (
        "on.*.inputs.*.type",
        "The type of the input: `string`, `boolean`, `number`; by hand also `choice` and `environment`.",
    ),
    ("on.*.inputs.*.default", "The value when none is given."),
    ("on.*.inputs.*.options", "The values to choose from, for the type `choice`."),
    ("on.*.inputs.*.deprecationMessage", "A warning for those who give the input."),
    ("on.*.*.*.description", "What it is, for those who use it."),
    (
        "on.*.outputs.*.value",
        "The value, usually from the outputs of a job: `${{ jobs.<id>.outputs.<name> }}`.",
    ),
];
