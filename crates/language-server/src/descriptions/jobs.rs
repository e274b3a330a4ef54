//! Keys of jobs and steps.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", `jobs`.

use super::Descriptions;

/// Keys of jobs.
pub(super) const KEYS: Descriptions = &[
    (
        "jobs.*.needs",
        "The jobs that have to end first, by id. When one fails or is skipped, this job is skipped unless its `if` says otherwise.",
    ),
    (
        "jobs.*.if",
        "The condition under which the job runs; without a status function `success()` is part of it.",
    ),
    ("jobs.*.strategy", "How the job is multiplied."),
    (
        "jobs.*.strategy.fail-fast",
        "Whether the first failure cancels the other jobs of the matrix; true unless given.",
    ),
    ("jobs.*.strategy.max-parallel", "How many jobs of the matrix may run at once."),
    (
        "jobs.*.strategy.matrix",
        "Lists of values by name: one job for each combination, at most 256. The values are in the context `matrix`.",
    ),
    (
        "jobs.*.strategy.matrix.include",
        "Further combinations, or further values for combinations that fit.",
    ),
    ("jobs.*.strategy.matrix.exclude", "Combinations to leave out."),
    ("jobs.*.name", "The name of the job, as GitHub shows it; its id without it."),
    (
        "jobs.*.runs-on",
        "The runner: a label such as `ubuntu-latest`, a list of labels that it must all have, or a group.",
    ),
    ("jobs.*.runs-on.group", "The group of runners."),
    ("jobs.*.runs-on.labels", "The labels that the runner must have."),
    ("jobs.*.timeout-minutes", "After how many minutes the job is cancelled; 360 unless given."),
    ("jobs.*.cancel-timeout-minutes", "How many minutes a cancelled job has to end."),
    ("jobs.*.continue-on-error", "Whether the run succeeds when this job fails."),
    ("jobs.*.container", "The container in which the steps run: an image, or a mapping."),
    ("jobs.*.services", "Containers that run beside the job, by name, such as databases."),
    ("jobs.*.container.image", "The image."),
    ("jobs.*.container.options", "More options of `docker create`."),
    ("jobs.*.container.env", "Environment variables of the container."),
    ("jobs.*.container.ports", "Ports to publish: `8080:80`."),
    ("jobs.*.container.volumes", "Volumes: `name:/path` or `/host:/path`."),
    ("jobs.*.container.credentials", "How to sign in to the registry."),
    ("jobs.*.container.credentials.username", "The user of the registry."),
    ("jobs.*.container.credentials.password", "The password, from a secret."),
    ("jobs.*.services.*.image", "The image; an empty one means that the service is not started."),
    ("jobs.*.services.*.options", "More options of `docker create`, such as `--health-cmd`."),
    ("jobs.*.services.*.env", "Environment variables of the service."),
    ("jobs.*.services.*.ports", "Ports to publish: `5432:5432`."),
    ("jobs.*.services.*.volumes", "Volumes: `name:/path` or `/host:/path`."),
    ("jobs.*.services.*.credentials", "How to sign in to the registry."),
    ("jobs.*.services.*.credentials.username", "The user of the registry."),
    ("jobs.*.services.*.credentials.password", "The password, from a secret."),
    ("jobs.*.services.*.entrypoint", "What is started in place of the image's entry point."),
    ("jobs.*.services.*.command", "The arguments in place of the image's command."),
    ("jobs.*.env", "Environment variables of all steps of the job."),
    (
        "jobs.*.environment",
        "The environment that the job deploys to; its protection rules come first.",
    ),
    ("jobs.*.environment.name", "The name of the environment."),
    ("jobs.*.environment.url", "The address of what was deployed, evaluated after the last step."),
    ("jobs.*.environment.deployment", "Whether a deployment is recorded; true unless given."),
    (
        "jobs.*.permissions",
        "What `GITHUB_TOKEN` may do in this job, in place of what the workflow says.",
    ),
    ("jobs.*.concurrency", "Lets only one job of a group go on at a time."),
    ("jobs.*.concurrency.group", "The name of the group."),
    (
        "jobs.*.concurrency.cancel-in-progress",
        "Whether a new job stops the one of the same group that is under way.",
    ),
    ("jobs.*.concurrency.queue", "`single` keeps the newest of those that wait, `max` keeps all."),
    (
        "jobs.*.outputs",
        "Values for the jobs that need this one, by name, usually from `steps.<id>.outputs`.",
    ),
    ("jobs.*.defaults", "Settings for all `run` steps of the job."),
    (
        "jobs.*.defaults.run",
        "Shell and working directory of the job's `run` steps that have none of their own.",
    ),
    ("jobs.*.defaults.run.shell", "The shell of the job's `run` steps."),
    (
        "jobs.*.defaults.run.working-directory",
        "The directory in which the job's `run` steps start.",
    ),
    ("jobs.*.steps", "What the job does, in order."),
    ("jobs.*.snapshot", "The image that is made of the runner after the job."),
    ("jobs.*.snapshot.image-name", "The name of the image."),
    ("jobs.*.snapshot.if", "The condition under which it is made."),
    ("jobs.*.snapshot.version", "The version: `1.*` counts on."),
    (
        "jobs.*.uses",
        "A workflow to call: `./.github/workflows/file.yml`, or `owner/repository/.github/workflows/file.yml@ref`.",
    ),
    ("jobs.*.with", "The inputs of the called workflow."),
    ("jobs.*.secrets", "The secrets handed to the called workflow: by name, or `inherit` for all."),
];

/// Keys of steps, in workflows and in composite actions.
pub(super) const STEPS: Descriptions = &[
    ("jobs.*.steps[].name", "The name of the step, as GitHub shows it."),
    ("jobs.*.steps[].id", "The name by which expressions refer to the step: `steps.<id>`."),
    (
        "jobs.*.steps[].if",
        "The condition under which the step runs; without a status function `success()` is part of it.",
    ),
    ("jobs.*.steps[].timeout-minutes", "After how many minutes the step is stopped."),
    (
        "jobs.*.steps[].run",
        "A script for the shell. Values from outside belong into `env`, not into the script.",
    ),
    (
        "jobs.*.steps[].continue-on-error",
        "Whether the job goes on as if the step had succeeded when it fails.",
    ),
    ("jobs.*.steps[].env", "Environment variables of this step."),
    ("jobs.*.steps[].working-directory", "The directory in which the script starts."),
    (
        "jobs.*.steps[].shell",
        "The shell: `bash`, `sh`, `pwsh`, `powershell`, `cmd`, `python`, or a command with `{0}` for the script.",
    ),
    ("jobs.*.steps[].background", "Whether the next step starts without waiting for this one."),
    (
        "jobs.*.steps[].uses",
        "An action: `owner/repository@ref`, `./path` in the workspace, or `docker://image`.",
    ),
    ("jobs.*.steps[].with", "The inputs of the action."),
    ("jobs.*.steps[].wait", "The background steps to wait for, by id."),
    ("jobs.*.steps[].wait-all", "Waits for all background steps so far."),
    ("jobs.*.steps[].cancel", "The background step to stop, by id."),
    (
        "jobs.*.steps[].parallel",
        "Steps that run at the same time; the group ends when all of them have ended.",
    ),
];
