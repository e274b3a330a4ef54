//! Which rule each problem belongs to: codes, severities and summaries, one line a rule.
//!
//! The words of a single problem are in `wording`, the page of each code in `docs/rules`.

use windlass_diagnostics::{Rule, rules};

use super::ProblemKind;
use crate::expression::{ExpressionError, Symbol};

rules! { ProblemKind:
    Error "gh/file-too-large" = FileTooLarge, "the file has more characters than GitHub reads";
    Error "gh/result-too-large" = ResultTooLarge | CalledTooLarge, "a workflow and those that it calls are larger than GitHub allows";
    Error "gh/too-deep" = TooDeep, "lists and mappings are nested deeper than GitHub reads";
    Error "gh/too-many-values" = TooManyValues, "with its aliases written out the file has more values than GitHub reads";
    Error "gh/empty" = Empty, "the file is empty";
    Error "gh/indentation-lost" = IndentationLost, "no line of the file is indented";
    Error "gh/second-document" = SecondDocument, "a second YAML document in the file";
    Error "gh/unsupported-tag" = UnsupportedTag, "an explicit YAML tag that GitHub does not know";
    Error "gh/invalid-for-tag" = InvalidForTag, "a value that does not fit its explicit YAML tag";
    Error "gh/quoted-with-tag" = StyleWithTag, "a quoted value with the YAML tag of a number, boolean or null";
    Error "gh/key-not-scalar" = KeyNotScalar, "a list or mapping where a key stands";
    Error "gh/unknown-key" = UnknownKey, "a key that does not exist at this place";
    Warning "gh/ignored-key" = IgnoredKey, "a key that does not exist at this place and that GitHub passes over in silence";
    Error "gh/merge-key" = MergeKey, "YAML's old merge key `<<`, which GitHub does not have";
    Error "gh/unexpected-value" = UnexpectedValue, "a value that the key does not allow";
    Error "gh/duplicate-key" = DuplicateKey, "a key that is there twice";
    Error "gh/missing-key" = MissingKey, "a mapping lacks a key that it needs";
    Error "gh/incomplete" = Ambiguous, "a mapping lacks the key that would tell what it is";
    Error "gh/unexpected-list" = UnexpectedSequence, "a list where none is allowed";
    Error "gh/unexpected-mapping" = UnexpectedMapping, "a mapping where none is allowed";
    Error "gh/expression-not-allowed" = ExpressionNotAllowed, "`${{ }}` where no expression is evaluated";
    Error "gh/expression-empty" = ExpressionEmpty, "`${{ }}` with nothing in it";
    Error "gh/expression-not-closed" = ExpressionNotClosed, "`${{` without `}}`";
    Error "gh/insert-misplaced" = InsertMisplaced, "`${{ insert }}` that is not the whole key of a mapping";
    Error "gh/insert-parameters" = InsertParameters, "`${{ insert }}` with parameters";
    Error "gh/not-available" = Expression if is_available_elsewhere, "a context or function that exists, but not at this place";
    Error "gh/expression" = Expression, "an expression that cannot be read, or names what does not exist";
    Warning "gh/unused-anchor" = UnusedAnchor, "a YAML anchor that no alias names";
    Error "gh/on-missing" = OnMissing, "the workflow has no `on`";
    Error "gh/no-events" = NoEvents, "`on` names no event";
    Error "gh/filter-conflict" = FilterConflict, "a filter and its `-ignore` form for one event";
    Error "gh/filter-pattern" = FilterPattern, "a filter pattern that cannot be read";
    Error "gh/cron" = Cron, "a schedule that is no cron expression as GitHub takes it";
    Error "gh/choice-without-options" = ChoiceWithoutOptions, "an input of type `choice` without `options`";
    Error "gh/input-default" = InputDefault, "a default that does not fit the type of its input";
    Error "gh/invalid-id" = InvalidId, "an id with characters that are not allowed, or too many";
    Error "gh/reserved-id" = ReservedId, "an id that starts with `__`";
    Error "gh/duplicate-id" = DuplicateId, "an id that is taken";
    Error "gh/unknown-need" = UnknownNeed, "`needs` names a job that does not exist";
    Error "gh/needs-cycle" = NeedsCycle, "jobs need one another in a circle";
    Error "gh/no-starting-job" = NoStartingJob, "every job has `needs`, so that none can start";
    Error "gh/too-many-jobs" = TooManyJobs, "more jobs than GitHub allows, called workflows included";
    Error "gh/runner-group" = RunnerGroup, "`runs-on.group` does not name a group of runners";
    Error "gh/uses" = UsesSyntax, "`uses` of a step in no form that names an action";
    Error "gh/workflow-uses" = WorkflowUsesSyntax, "`uses` of a job in no form that names a workflow";
    Warning "gh/workflow-folder" = WorkflowFolder, "a called workflow that is not directly in `.github/workflows`";
    Error "gh/matrix-empty" = MatrixEmpty, "a matrix without any list of values";
    Error "gh/matrix-vector-empty" = MatrixVectorEmpty, "a list of the matrix has no values";
    Error "gh/matrix-entry-empty" = MatrixEntryEmpty, "an entry of `include` or `exclude` without keys";
    Error "gh/matrix-exclude-key" = MatrixExcludeKey, "`exclude` names a key that the matrix does not have";
    Error "gh/concurrency-group-too-long" = ConcurrencyGroupTooLong, "the name of a concurrency group is longer than GitHub allows";
    Error "gh/image-empty" = ImageEmpty, "a container whose image is empty";
    Error "gh/snapshot-version" = SnapshotVersion, "`snapshot.version` is no major version such as `1.*`";
    Error "gh/unknown-background-step" = UnknownBackgroundStep, "`wait` or `cancel` names no background step before it";
    Warning "gh/parallel-step" = ParallelStep, "a step in a `parallel` group that has no effect of its own there";
    Error "gh/called-workflow-missing" = CalledWorkflowMissing, "a called workflow that cannot be read";
    Error "gh/not-callable" = NotCallable, "a called workflow without `on: workflow_call`";
    Error "gh/nested-too-deep" = NestedTooDeep, "workflows call one another in more levels than GitHub allows";
    Error "gh/undefined-input" = UndefinedInput, "`with` names an input that the called workflow does not have";
    Error "gh/missing-input" = MissingInput, "an input that the called workflow needs is not given";
    Error "gh/input-type" = InputType, "a value that does not fit the type of the called workflow's input";
    Error "gh/undefined-secret" = UndefinedSecret, "`secrets` names a secret that the called workflow does not have";
    Error "gh/missing-secret" = MissingSecret, "a secret that the called workflow needs is not given";
    Error "gh/permissions-exceeded" = PermissionsExceeded, "a called workflow asks for more permissions than its caller may give";
    .. Self::Yaml(error) => error.rule();
}

/// Every rule of the reader, those of YAML included.
pub fn every() -> impl Iterator<Item = &'static Rule> {
    windlass_yaml::error::RULES.iter().chain(RULES)
}

/// Contexts that exist somewhere.
const CONTEXTS: [&str; 12] = [
    "github", "inputs", "vars", "secrets", "needs", "strategy", "matrix", "steps", "job", "jobs",
    "runner", "env",
];
/// Functions that exist somewhere, but not everywhere.
const FUNCTIONS: [&str; 5] = ["hashFiles", "success", "failure", "always", "cancelled"];

/// Whether an expression asks for something that other places have.
pub(super) fn is_available_elsewhere(kind: &ProblemKind) -> bool {
    let is_one_of = |symbol: &Symbol, names: &[&str]| {
        names.iter().any(|name| name.eq_ignore_ascii_case(&symbol.text))
    };
    match kind {
        ProblemKind::Expression { error: ExpressionError::UnrecognizedContext(symbol), .. } => {
            is_one_of(symbol, &CONTEXTS)
        }
        ProblemKind::Expression {
            error: ExpressionError::UnrecognizedFunction(symbol), ..
        } => is_one_of(symbol, &FUNCTIONS),
        _ => false,
    }
}
