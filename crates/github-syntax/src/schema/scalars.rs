//! Definitions that many keys share.

use super::{Shape, define};

define! {
    /// Nothing.
    NULL = Shape::Null;
    /// `true` or `false`.
    BOOLEAN = Shape::Boolean;
    /// A number.
    NUMBER = Shape::Number;
    /// Any text.
    TEXT = Shape::Text;
    /// Any text but the empty one.
    NON_EMPTY = Shape::NonEmptyText;
    /// Anything.
    ANY = Shape::Any;
    /// A list of texts.
    TEXTS = Shape::Sequence(&TEXT);
    /// A list of texts, none empty.
    NON_EMPTY_TEXTS = Shape::Sequence(&NON_EMPTY);
    /// One text or several, none empty.
    ONE_OR_MORE = Shape::OneOf(&[&NON_EMPTY, &NON_EMPTY_TEXTS]);
    /// A boolean for which `matrix` is known.
    STRATEGY_BOOLEAN in STRATEGY = Shape::Boolean;
    /// A number for which `matrix` is known.
    STRATEGY_NUMBER in STRATEGY = Shape::Number;
    /// A text for which `matrix` is known.
    STRATEGY_TEXT in STRATEGY = Shape::Text;
    /// A text evaluated on the runner.
    RUNNER_TEXT in RUNNER = Shape::Text;
    /// A text evaluated on the runner, without secrets.
    RUNNER_TEXT_WITHOUT_SECRETS in RUNNER_WITHOUT_SECRETS = Shape::Text;
    /// `shell`.
    SHELL = Shape::NonEmptyText;
    /// `working-directory`.
    WORKING_DIRECTORY = Shape::NonEmptyText;
}
