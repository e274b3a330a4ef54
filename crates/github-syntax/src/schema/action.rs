//! Action metadata: `action.yml`.
//!
//! As the runner reads it, which is more lenient than the Marketplace: `name` and `description`
//! may be absent, and keys that the runner does not know are left alone. Source: GitHub Docs,
//! "Metadata syntax reference".

use super::scalars::{ANY, NON_EMPTY, NULL, TEXT};
use super::{Shape, define, mapping};

define! {
    /// An action's metadata.
    ACTION = mapping!(
        "name" => TEXT,
        "description" => TEXT,
        "author" => TEXT,
        "inputs" => INPUTS,
        "outputs" => OUTPUTS,
        "runs" required => RUNS,
        "branding" => ANY;
        NON_EMPTY => ANY
    );
    /// `inputs`; nothing counts as none.
    INPUTS = Shape::OneOf(&[&NULL, &INPUTS_MAPPING]);
    /// Inputs by name.
    INPUTS_MAPPING = mapping!(; NON_EMPTY => INPUT);
    /// One input.
    INPUT = Shape::OneOf(&[&NULL, &INPUT_MAPPING]);
    /// One input that is described. Of all its keys the runner looks at the default alone.
    INPUT_MAPPING = mapping!(
        "description" => ANY,
        "required" => ANY,
        "default" => INPUT_DEFAULT,
        "deprecationMessage" => ANY;
        NON_EMPTY => ANY
    );
    /// Its default.
    INPUT_DEFAULT in ACTION_INPUT = Shape::Text;
    /// `outputs`; nothing counts as none.
    OUTPUTS = Shape::OneOf(&[&NULL, &OUTPUTS_MAPPING]);
    /// Outputs by name.
    OUTPUTS_MAPPING = mapping!(; NON_EMPTY => OUTPUT);
    /// One output.
    OUTPUT = Shape::OneOf(&[&NULL, &OUTPUT_MAPPING]);
    /// One output that is described.
    OUTPUT_MAPPING = mapping!("description" => TEXT, "value" => OUTPUT_VALUE);
    /// Its value.
    OUTPUT_VALUE in ACTION_OUTPUT = Shape::Text;

    /// `runs`.
    RUNS = Shape::OneOf(&[&CONTAINER_RUNS, &NODE_RUNS, &COMPOSITE_RUNS]);
    /// `runs.using`.
    USING = Shape::Words(&["docker", "node12", "node16", "node20", "node24", "composite"]);
    /// `using: docker`.
    CONTAINER_RUNS = mapping!(
        "using" required => USING,
        "image" required => NON_EMPTY,
        "entrypoint" => NON_EMPTY,
        "args" => CONTAINER_ARGS,
        "env" => CONTAINER_ENV,
        "pre-entrypoint" => NON_EMPTY,
        "pre-if" => IF,
        "post-entrypoint" => NON_EMPTY,
        "post-if" => IF,
    );
    /// `args`.
    CONTAINER_ARGS = Shape::Sequence(&CONTAINER_TEXT);
    /// One of `args`.
    CONTAINER_TEXT in ACTION_CONTAINER = Shape::Text;
    /// `env`.
    CONTAINER_ENV in ACTION_CONTAINER = mapping!(; NON_EMPTY => TEXT);
    /// `using: node20`.
    NODE_RUNS = mapping!(
        "using" required => USING,
        "main" required => NON_EMPTY,
        "pre" => NON_EMPTY,
        "pre-if" => IF,
        "post" => NON_EMPTY,
        "post-if" => IF,
    );
    /// `using: composite`.
    COMPOSITE_RUNS = mapping!("using" required => USING, "steps" required => STEPS);
    /// `pre-if`, `post-if`.
    IF in ACTION_IF = Shape::Text;

    /// `steps`.
    STEPS = Shape::Sequence(&STEP);
    /// One step.
    STEP = Shape::OneOf(&[&RUN_STEP, &USES_STEP]);
    /// `run`.
    RUN_STEP = mapping!(
        "name" => STEP_TEXT,
        "id" => NON_EMPTY,
        "if" => STEP_IF,
        "run" required => STEP_TEXT,
        "shell" required => STEP_TEXT,
        "env" => STEP_TEXTS,
        "continue-on-error" => STEP_BOOLEAN,
        "working-directory" => STEP_TEXT,
    );
    /// `uses`.
    USES_STEP = mapping!(
        "name" => STEP_TEXT,
        "id" => NON_EMPTY,
        "if" => STEP_IF,
        "uses" required => NON_EMPTY,
        "with" => STEP_TEXTS,
        "env" => STEP_TEXTS,
        "continue-on-error" => STEP_BOOLEAN,
    );
    /// `if`.
    STEP_IF in ACTION_STEP_IF = Shape::Text;
    /// A text of a step.
    STEP_TEXT in ACTION_STEP = Shape::Text;
    /// A boolean of a step.
    STEP_BOOLEAN in ACTION_STEP = Shape::Boolean;
    /// `env`, `with`.
    STEP_TEXTS in ACTION_STEP = mapping!(; NON_EMPTY => TEXT);
}
