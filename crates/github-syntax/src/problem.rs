//! What can be wrong with a workflow or action file, as data.
//!
//! Readers make [`Problem`]s; [`rules`] says which code each has, [`wording`] turns them into what
//! people read. GitHub's official
//! wording is rendered from the same data where conformance is tested, never shown to users.

mod causes;
pub mod rules;
pub mod wording;

pub use causes::told_once;
use windlass_diagnostics::{Span, Spanned};
use windlass_yaml::{ScalarStyle, YamlError};

use crate::expression::{Availability, ExpressionError};
use crate::workflow::PermissionLevel;

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The value or key it is about, as GitHub reports it.
    pub span: Span,
    /// The very characters, where they are known more closely than `span`.
    pub focus: Option<Span>,
    /// What is wrong.
    pub kind: ProblemKind,
}

/// At which step a problem is found. GitHub looks no further when a step has found any; here all
/// are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The text, or a value against the schema.
    Reading,
    /// The meaning of a file by itself.
    Converting,
    /// The order of its jobs.
    Ordering,
    /// A caller against the workflows it calls.
    Linking,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the fields are named after what they hold; each variant says more")]
pub enum ProblemKind {
    /// The text is no YAML.
    Yaml(YamlError),
    /// Longer than the limit, in characters.
    FileTooLarge { limit: usize },
    /// The result is larger than the limit, in bytes as GitHub counts.
    ResultTooLarge { limit: usize },
    /// Nested deeper than the limit.
    TooDeep { limit: usize },
    /// More values than the limit with aliases written out.
    TooManyValues { limit: u64 },
    /// Nothing in the file.
    Empty,
    /// No line is indented, though the file has the keys of jobs.
    IndentationLost { key: &'static str },
    /// A second document in the file.
    SecondDocument,
    /// An anchor that no alias names.
    UnusedAnchor,
    /// An explicit tag that GitHub does not know.
    UnsupportedTag { tag: String },
    /// A value that does not fit its explicit tag.
    InvalidForTag { tag: String, text: String },
    /// A quoted or block scalar with the tag of a number, boolean or null.
    StyleWithTag { tag: String, style: ScalarStyle },
    /// A mapping key that is a list or mapping.
    KeyNotScalar,
    /// A key that the schema does not know here.
    UnknownKey {
        key: String,
        suggestion: Option<String>,
        known: Vec<&'static str>,
        /// The earlier key beside which it is not known; without that key it would be.
        rival: Option<Box<Spanned<String>>>,
    },
    /// A key that the schema does not know here and GitHub passes over in silence.
    IgnoredKey { key: String, suggestion: Option<String>, known: Vec<&'static str> },
    /// `<<` with a mapping: YAML 1.1's merge key, which GitHub does not have.
    MergeKey,
    /// A scalar that the schema does not allow here.
    UnexpectedValue { text: String, suggestion: Option<String>, expected: String },
    /// A key for the second time.
    DuplicateKey { key: String, first: Span },
    /// A mapping without a key it needs.
    MissingKey {
        key: &'static str,
        /// The key that needs it, where without that key the mapping would make sense.
        rival: Option<Box<Spanned<String>>>,
    },
    /// A mapping that could be several things.
    Ambiguous { keys: Vec<&'static str> },
    /// A list where none is allowed.
    UnexpectedSequence { expected: String },
    /// A mapping where none is allowed.
    UnexpectedMapping { expected: String },
    /// `${{ }}` where none is evaluated.
    ExpressionNotAllowed,
    /// `${{ }}` with nothing in it.
    ExpressionEmpty,
    /// `${{` without `}}`.
    ExpressionNotClosed,
    /// `${{ insert }}` inside a text, or not as a key.
    InsertMisplaced,
    /// `insert` with parameters.
    InsertParameters { count: usize },
    /// An expression that cannot be parsed or uses what is not available here.
    Expression { error: ExpressionError, source: String, available: &'static Availability },
    /// The file has no `on`.
    OnMissing,
    /// `on` without any event.
    NoEvents,
    /// The include and the ignore form of one filter for one event.
    FilterConflict { filter: &'static str },
    /// A filter pattern that cannot be read.
    FilterPattern { pattern: String, cause: String },
    /// A `schedule` entry that is no cron expression.
    Cron { cron: String, cause: String },
    /// A choice input without options.
    ChoiceWithoutOptions { input: String },
    /// A default that does not fit the input's type.
    InputDefault { input: String, kind: &'static str, text: String },
    /// A job or step id with characters that are not allowed.
    InvalidId { id: String },
    /// An id that starts with `__`.
    ReservedId { id: String },
    /// An id for the second time in its scope.
    DuplicateId { id: String, first: Option<Span> },
    /// `needs` names no job of the workflow.
    UnknownNeed { job: String, need: String, suggestion: Option<String> },
    /// `needs` in a circle.
    NeedsCycle {
        job: String,
        need: String,
        /// The ids around the circle from this job to itself, with the first problem of each.
        circle: Vec<String>,
    },
    /// No job without `needs`.
    NoStartingJob,
    /// More jobs than the limit; `call` is the call that leads to the job that is too many.
    TooManyJobs { limit: usize, call: Option<Spanned<String>> },
    /// `runs-on.group` with an unknown prefix or no name.
    RunnerGroup { group: String, prefix_unknown: bool },
    /// `uses` of a step in no known form.
    UsesSyntax { uses: String },
    /// `uses` of a job in no known form.
    WorkflowUsesSyntax { uses: String, cause: String },
    /// A called workflow outside of the one folder that GitHub looks in.
    WorkflowFolder { uses: String },
    /// A matrix without vectors.
    MatrixEmpty,
    /// A matrix vector without values.
    MatrixVectorEmpty { vector: String },
    /// An entry of `include` or `exclude` without keys.
    MatrixEntryEmpty { list: &'static str },
    /// An entry of `exclude` names a vector that the matrix does not have.
    MatrixExcludeKey { key: String, suggestion: Option<String> },
    /// A concurrency group that is too long.
    ConcurrencyGroupTooLong { limit: usize },
    /// An image is given, but empty.
    ImageEmpty,
    /// `snapshot.version` in another form than `1.*`.
    SnapshotVersion { version: String },
    /// `wait` or `cancel` names no background step before it.
    UnknownBackgroundStep { id: String, suggestion: Option<String> },
    /// A `parallel` group with a step that cannot be in one.
    ParallelStep { found: &'static str },
    /// A called workflow could not be found or read.
    CalledWorkflowMissing { uses: String, cause: String },
    /// With this called workflow all together are larger than the limit, in bytes as GitHub counts.
    CalledTooLarge { uses: String, limit: usize },
    /// A called workflow has no `on.workflow_call`; `on` is where its `on` stands.
    NotCallable { uses: String, on: Option<Span> },
    /// Workflows call one another in too many levels.
    NestedTooDeep { limit: usize },
    /// `with` names an input that the called workflow does not have.
    UndefinedInput { input: String, suggestion: Option<String> },
    /// A required input is not given.
    MissingInput { input: String },
    /// A value does not fit the type of the called workflow's input.
    InputType { input: String, kind: &'static str, text: String },
    /// `secrets` names a secret that the called workflow does not have.
    UndefinedSecret { secret: String, suggestion: Option<String> },
    /// A required secret is not given.
    MissingSecret { secret: String },
    /// A called workflow or one of its jobs wants more than the caller may give.
    PermissionsExceeded {
        uses: String,
        /// The nested job's name; `None` for the called workflow as a whole.
        job: Option<String>,
        requested: Vec<(String, PermissionLevel)>,
        allowed: Vec<(String, PermissionLevel)>,
    },
}

impl Problem {
    /// A problem at a place.
    #[must_use]
    pub const fn new(span: Span, kind: ProblemKind) -> Self {
        Self { span, focus: None, kind }
    }

    /// The step that finds this kind of problem.
    #[must_use]
    pub const fn step(&self) -> Step {
        use ProblemKind as Kind;
        match &self.kind {
            Kind::Yaml(_)
            | Kind::FileTooLarge { .. }
            | Kind::ResultTooLarge { .. }
            | Kind::TooDeep { .. }
            | Kind::TooManyValues { .. }
            | Kind::Empty
            | Kind::IndentationLost { .. }
            | Kind::SecondDocument
            | Kind::UnusedAnchor
            | Kind::UnsupportedTag { .. }
            | Kind::InvalidForTag { .. }
            | Kind::StyleWithTag { .. }
            | Kind::KeyNotScalar
            | Kind::UnknownKey { .. }
            | Kind::IgnoredKey { .. }
            | Kind::MergeKey
            | Kind::UnexpectedValue { .. }
            | Kind::DuplicateKey { .. }
            | Kind::MissingKey { .. }
            | Kind::Ambiguous { .. }
            | Kind::UnexpectedSequence { .. }
            | Kind::UnexpectedMapping { .. }
            | Kind::ExpressionNotAllowed
            | Kind::ExpressionEmpty
            | Kind::ExpressionNotClosed
            | Kind::InsertMisplaced
            | Kind::InsertParameters { .. }
            | Kind::Expression { .. }
            | Kind::OnMissing => Step::Reading,
            Kind::UnknownNeed { .. } | Kind::NeedsCycle { .. } | Kind::NoStartingJob => {
                Step::Ordering
            }
            Kind::CalledWorkflowMissing { .. }
            | Kind::CalledTooLarge { .. }
            | Kind::NotCallable { .. }
            | Kind::NestedTooDeep { .. }
            | Kind::UndefinedInput { .. }
            | Kind::MissingInput { .. }
            | Kind::InputType { .. }
            | Kind::UndefinedSecret { .. }
            | Kind::MissingSecret { .. }
            | Kind::TooManyJobs { .. }
            | Kind::PermissionsExceeded { .. } => Step::Linking,
            _ => Step::Converting,
        }
    }
}
