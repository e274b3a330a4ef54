//! What can be wrong with a configuration, as data, and the codes under which it is told.
//!
//! What to do about each is in [`help`].

mod help;

use windlass_diagnostics::{Diagnostic, Span, rules};
use windlass_yaml::YamlError;

/// One thing that is wrong, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: ProblemKind,
    /// A place that explains it, with a few words.
    pub related: Option<(Span, &'static str)>,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[allow(missing_docs, reason = "the fields are named after what they hold; the message says more")]
pub enum ProblemKind {
    #[error("{0}")]
    Yaml(YamlError),
    #[error("the configuration has no content")]
    Empty,
    #[error("a configuration is a mapping of keywords and jobs, and this is {found}")]
    NotMapping { found: &'static str },
    #[error("with its aliases written out the file has more than {limit} values")]
    TooManyValues { limit: u64 },
    #[error("with its aliases written out the file is nested more than {limit} levels deep")]
    TooDeep { limit: u32 },
    #[error("with its aliases written out the file has more than {limit} bytes of text")]
    TooMuchText { limit: usize },
    #[error("with all that jobs take over the configuration has more than {limit} bytes")]
    TooHeavy { limit: usize },
    #[error("the file has more than two documents; a header and the configuration are read")]
    TooManyDocuments,
    #[error("this key is a list or a mapping; keys are text")]
    KeyNotText,
    #[error("the key `{key}` is here for the second time; the first one has no effect")]
    DuplicateKey { key: String },
    #[error("`<<` merges mappings, and this is {found}")]
    MergeNotMapping { found: &'static str },

    #[error("{cause}")]
    Include { cause: String },
    #[error("{what} is not there: {cause}")]
    IncludeMissing { what: String, cause: String },
    #[error("more than {limit} files are included")]
    TooManyIncludes { limit: usize },
    #[error("this file includes itself: {chain}")]
    IncludeCycle { chain: String },

    #[error("the input `{input}` {cause}")]
    Input { input: String, cause: String },
    #[error("the file has no input `{input}`")]
    UnknownInput { input: String, suggestion: Option<String> },
    #[error("`{block}` cannot be filled in: {cause}")]
    Interpolation { block: String, cause: String },

    #[error("`{job}` extends `{parent}`, which is not there")]
    UnknownParent { job: String, parent: String, suggestion: Option<String> },
    #[error("`{job}` extends itself: {chain}")]
    ExtendsCycle { job: String, chain: String },
    #[error("`{job}` extends through more than {limit} levels")]
    ExtendsTooDeep { job: String, limit: usize },
    #[error("`!reference [{path}]` leads nowhere")]
    UnknownReference { path: String },
    #[error("`!reference [{path}]` leads back to itself")]
    ReferenceCycle { path: String },
    #[error("`!reference` takes a list of names, e.g. `!reference [.job, script]`")]
    ReferenceNotList,
    #[error("`!reference` leads through more than {limit} levels")]
    ReferenceTooDeep { limit: usize },

    #[error("there is no keyword `{keyword}` {place}")]
    UnknownKeyword { keyword: String, place: String, suggestion: Option<String> },
    #[error("`{keyword}` is {found}; {expected} is expected")]
    WrongType { keyword: String, found: String, expected: String },
    #[error("`{keyword}` is missing in `{place}`")]
    MissingKeyword { keyword: &'static str, place: String },
    #[error("`{first}` and `{second}` exclude one another")]
    Conflict { first: &'static str, second: &'static str },

    #[error("the job `{job}` has neither `script` nor `run` nor `trigger`")]
    NoScript { job: String },
    #[error("the script of `{job}` is empty")]
    EmptyScript { job: String },
    #[error("lists in `{keyword}` are nested more than {limit} levels deep")]
    ScriptTooDeep { keyword: String, limit: usize },
    #[error("the job `{job}` is in the stage `{stage}`, which is not in `stages`")]
    UnknownStage { job: String, stage: String, suggestion: Option<String> },
    #[error("`{job}` needs `{need}`, which is not there")]
    UnknownNeed { job: String, need: String, suggestion: Option<String> },
    #[error("`{job}` needs `{need}`, which this pipeline does not have")]
    ExcludedNeed { job: String, need: String },
    #[error("`{job}` needs `{need}`, which is in a later stage")]
    LaterNeed { job: String, need: String },
    #[error("`{job}` depends on `{dependency}`, which is not there")]
    UnknownDependency { job: String, dependency: String, suggestion: Option<String> },
    #[error("`{job}` depends on `{dependency}`, which is in a later stage")]
    LaterDependency { job: String, dependency: String },
    #[error("`{job}` depends on `{dependency}`, and its `needs` do not name that")]
    DependencyNotNeeded { job: String, dependency: String },
    #[error("`{job}` starts a pipeline from artifacts of `{source_job}`, which is not there")]
    UnknownArtifactJob { job: String, source_job: String, suggestion: Option<String> },
    #[error("the jobs need one another: {circle}")]
    NeedsCycle { circle: String },
    #[error("`needs` of `{job}` fits no combination of the matrix of `{need}`")]
    NoSuchCombination { job: String, need: String },
    #[error("{cause}")]
    Matrix { cause: String },
    #[error("the configuration has no job that can run")]
    NoJobs,
    #[error("`{job}` names the job `{other}` in `on_stop`, which is not there")]
    UnknownStopJob { job: String, other: String },
    #[error("`{job}` names the job `{other}` in `on_stop`, which {cause}")]
    WrongStopJob { job: String, other: String, cause: &'static str },

    #[error("this condition makes no sense: {cause}")]
    Condition { cause: String },
    #[error("this is no regular expression: {cause}")]
    Pattern { cause: String },
    #[error("`{text}` is no duration")]
    Duration { text: String },
    #[error("`rules:{keyword}` cannot be decided: {cause}")]
    Undecided { keyword: &'static str, cause: String },

    #[error("`{name}` is set only once the job runs, and is empty in this condition")]
    JobOnlyVariable { name: String },
    #[error("this rule can never be reached, since the rule before it always matches")]
    UnreachableRule,
    #[error("the job `{job}` can never run")]
    NeverRuns { job: String },
    #[error("`{keyword}` is deprecated")]
    Deprecated { keyword: String, instead: &'static str },
    #[error("the value of `{name}` looks like a secret that everyone who reads the file can see")]
    PlainSecret { name: String },
    #[error("the security scan `{job}` may fail without anyone noticing")]
    ScanMayFail { job: String },
    #[error("the image `{image}` is another one whenever its publisher changes it")]
    FloatingImage { image: String },
}

rules! { ProblemKind:
    Error "gl/condition" = Condition, "a condition of `if` cannot be read";
    Error "gl/conflict" = Conflict, "two keywords exclude one another";
    Note "gl/deprecated" = Deprecated, "a keyword is deprecated";
    Warning "gl/duplicate-key" = DuplicateKey, "a key is in a mapping twice";
    Error "gl/duration" = Duration, "a duration cannot be read";
    Error "gl/empty" = Empty | NotMapping | NoJobs, "the configuration makes no pipeline";
    Error "gl/extends" = UnknownParent | ExtendsCycle | ExtendsTooDeep, "`extends` leads nowhere or in a circle";
    Warning "gl/floating-image" = FloatingImage, "an image has no fixed version";
    Error "gl/include" = Include | IncludeMissing | TooManyIncludes | IncludeCycle, "a file cannot be included";
    Error "gl/input" = Input | UnknownInput | Interpolation, "an input is missing or does not fit";
    Error "gl/job-needs" = UnknownNeed | ExcludedNeed | LaterNeed | UnknownDependency | LaterDependency | DependencyNotNeeded | UnknownArtifactJob | NeedsCycle | NoSuchCombination, "a job needs what it cannot get";
    Warning "gl/job-only-variable" = JobOnlyVariable, "a condition asks for a variable that only running jobs have";
    Error "gl/key" = KeyNotText, "a key is no text";
    Error "gl/matrix" = Matrix, "`parallel` cannot be written out";
    Error "gl/merge-key" = MergeNotMapping, "`<<` merges something that is no mapping";
    Error "gl/missing-keyword" = MissingKeyword, "a mapping lacks a keyword that it needs";
    Warning "gl/never-runs" = NeverRuns, "a job can never run";
    Error "gl/no-script" = NoScript | EmptyScript | ScriptTooDeep, "a job has nothing to run";
    Error "gl/pattern" = Pattern, "a regular expression cannot be read";
    Warning "gl/plain-secret" = PlainSecret, "a secret is written into the configuration";
    Error "gl/reference" = UnknownReference | ReferenceCycle | ReferenceNotList | ReferenceTooDeep, "`!reference` leads nowhere or in a circle";
    Warning "gl/scan-may-fail" = ScanMayFail, "a security scan is allowed to fail";
    Error "gl/too-large" = TooManyValues | TooDeep | TooMuchText | TooHeavy | TooManyDocuments, "the configuration is larger than what is read";
    Warning "gl/undecided" = Undecided, "a rule cannot be decided with what is known";
    Error "gl/unknown-keyword" = UnknownKeyword, "there is no such keyword";
    Error "gl/unknown-stage" = UnknownStage, "a job is in a stage that is not there";
    Error "gl/unknown-stop-job" = UnknownStopJob, "`on_stop` names a job that is not there";
    Warning "gl/unreachable-rule" = UnreachableRule, "a rule can never be reached";
    Error "gl/wrong-stop-job" = WrongStopJob, "`on_stop` names a job that does not stop the environment";
    Error "gl/wrong-type" = WrongType, "a value is not of the kind that its keyword takes";
    .. Self::Yaml(error) => error.rule();
}

impl Problem {
    /// A problem at a place.
    #[must_use]
    pub const fn new(span: Span, kind: ProblemKind) -> Self {
        Self { span, kind, related: None }
    }

    /// The same with a place that explains it.
    #[must_use]
    pub fn related(self, span: Span, words: &'static str) -> Self {
        Self { related: Some((span, words)), ..self }
    }

    /// Whether no pipeline is created because of it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.kind.rule().severity == windlass_diagnostics::Severity::Error
    }

    /// The problem as people read it.
    #[must_use]
    pub fn to_diagnostic(&self) -> Diagnostic {
        if let ProblemKind::Yaml(error) = &self.kind {
            return error.to_diagnostic();
        }
        let finding = self.kind.rule().finding(self.span, self.kind.to_string());
        let finding = match help::of(&self.kind) {
            Some(help) => finding.with_help(help),
            None => finding,
        };
        match self.related {
            Some((span, words)) => finding.with_secondary(span, words),
            None => finding,
        }
    }
}

/// How many names are compared with a mistyped one: of thousands of jobs, each of which names what
/// is not there, it would take for ever.
const MOST_COMPARED: usize = 500;

/// The name among those known that is most like a mistyped one.
pub(crate) fn nearest<'names>(
    mistyped: &str,
    known: impl Iterator<Item = &'names str>,
) -> Option<String> {
    let allowed = (mistyped.chars().count() / 3).max(1);
    known
        .take(MOST_COMPARED)
        .map(|name| (strsim::osa_distance(mistyped, name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name.to_owned())
}
