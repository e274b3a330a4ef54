//! Keys of action metadata.
//!
//! Source: GitHub Docs, "Metadata syntax reference".

use super::Descriptions;

pub(super) const KEYS: Descriptions = &[
    ("name", "The name of the action."),
    ("description", "What the action does, in one sentence."),
    ("author", "Who wrote it."),
    ("inputs", "What the action can be given, by name."),
    ("inputs.*.description", "What the input is."),
    ("inputs.*.required", "Whether it has to be given. GitHub does not enforce it."),
    ("inputs.*.default", "The value when none is given."),
    ("inputs.*.deprecationMessage", "A warning for those who give the input."),
    ("outputs", "What the action gives back, by name."),
    ("outputs.*.description", "What the output is."),
    (
        "outputs.*.value",
        "The value, in composite actions: usually `${{ steps.<id>.outputs.<name> }}`.",
    ),
    ("runs", "How the action runs."),
    (
        "runs.using",
        "What runs it: `composite` for steps, `node20` or `node24` for JavaScript, `docker` for a container.",
    ),
    ("runs.image", "`Dockerfile`, or `docker://image`."),
    ("runs.entrypoint", "What is started in place of the image's entry point."),
    ("runs.args", "The arguments of the container."),
    ("runs.env", "Environment variables of the container."),
    ("runs.pre-entrypoint", "A script before the action."),
    ("runs.post-entrypoint", "A script at the end of the job."),
    ("runs.main", "The script, relative to the action."),
    ("runs.pre", "A script at the start of the job."),
    ("runs.pre-if", "The condition of `pre`; `always()` without it."),
    ("runs.post", "A script at the end of the job."),
    ("runs.post-if", "The condition of `post`; `always()` without it."),
    ("runs.steps", "The steps of a composite action; `run` needs a `shell`."),
    ("branding", "Icon and colour in the Marketplace."),
];
