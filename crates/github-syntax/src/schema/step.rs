//! `steps` of a job.

use super::scalars::{NON_EMPTY, NULL, ONE_OR_MORE, SHELL, TEXT};
use super::{Shape, define, mapping};

define! {
    /// `steps`.
    STEPS = Shape::Sequence(&STEP);
    /// One step.
    STEP = Shape::OneOf(&[
        &RUN_STEP, &USES_STEP, &WAIT_STEP, &WAIT_ALL_STEP, &CANCEL_STEP, &PARALLEL_STEP,
    ]);
    /// `run`.
    RUN_STEP = mapping!(
        "name" => STEP_TEXT,
        "id" => NON_EMPTY,
        "if" => IF,
        "timeout-minutes" => STEP_NUMBER,
        "run" required => STEP_TEXT,
        "continue-on-error" => STEP_BOOLEAN,
        "env" => STEP_TEXTS,
        "working-directory" => STEP_TEXT,
        "shell" => SHELL,
        "background" => BACKGROUND,
    );
    /// `uses`.
    USES_STEP = mapping!(
        "name" => STEP_TEXT,
        "id" => NON_EMPTY,
        "if" => IF,
        "continue-on-error" => STEP_BOOLEAN,
        "timeout-minutes" => STEP_NUMBER,
        "uses" required => NON_EMPTY,
        "with" => STEP_TEXTS,
        "env" => STEP_TEXTS,
        "background" => BACKGROUND,
    );
    /// `wait`.
    WAIT_STEP = mapping!(
        "name" => STEP_TEXT,
        "id" => NON_EMPTY,
        "continue-on-error" => STEP_BOOLEAN,
        "wait" required => ONE_OR_MORE,
    );
    /// `wait-all`.
    WAIT_ALL_STEP = mapping!(
        "name" => STEP_TEXT,
        "id" => NON_EMPTY,
        "continue-on-error" => STEP_BOOLEAN,
        "wait-all" required => WAIT_ALL,
    );
    /// `cancel`.
    CANCEL_STEP = mapping!(
        "name" => STEP_TEXT,
        "id" => NON_EMPTY,
        "continue-on-error" => STEP_BOOLEAN,
        "cancel" required => NON_EMPTY,
    );
    /// `parallel`.
    PARALLEL_STEP = mapping!("parallel" required => STEPS);

    /// `if`.
    IF in STEP_IF = Shape::Text;
    /// A text of a step.
    STEP_TEXT in STEP = Shape::Text;
    /// A number of a step.
    STEP_NUMBER in STEP = Shape::Number;
    /// A boolean of a step.
    STEP_BOOLEAN in STEP = Shape::Boolean;
    /// `env`, `with`.
    STEP_TEXTS in STEP = mapping!(; NON_EMPTY => TEXT);
    /// `background`.
    BACKGROUND = Shape::Boolean;
    /// `wait-all`.
    WAIT_ALL = Shape::OneOf(&[&NULL, &BACKGROUND]);
}
