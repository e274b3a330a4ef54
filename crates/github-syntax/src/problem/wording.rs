//! Problems as people read them: a stable code, what is wrong, what to do next.
//!
//! Codes never change once released. The words are Windlass' own.

use windlass_diagnostics::{Diagnostic, Severity, Span};

use super::{Problem, ProblemKind};
use crate::workflow::PermissionLevel;

/// One problem in words.
struct Words {
    code: &'static str,
    message: String,
    help: Option<String>,
    /// Another place that explains it, and why.
    other: Option<(Span, &'static str)>,
    severity: Severity,
}

fn words(code: &'static str, message: impl Into<String>, help: &str) -> Words {
    Words {
        code,
        message: message.into(),
        help: (!help.is_empty()).then(|| help.to_owned()),
        other: None,
        severity: Severity::Error,
    }
}

impl Words {
    /// The help becomes the suggestion, where there is one.
    fn suggesting(mut self, suggestion: Option<&String>) -> Self {
        if let Some(word) = suggestion {
            self.help = Some(format!("did you mean `{word}`?"));
        }
        self
    }

    fn beside(mut self, other: Option<Span>, why: &'static str) -> Self {
        self.other = other.map(|span| (span, why));
        self
    }

    /// GitHub may refuse it, but the file can be used here.
    const fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

impl Problem {
    /// The problem as people read it.
    #[must_use]
    pub fn to_diagnostic(&self) -> Diagnostic {
        if let ProblemKind::Yaml(error) = &self.kind {
            return error.to_diagnostic();
        }
        let words = reading(&self.kind)
            .or_else(|| expressions(&self.kind))
            .or_else(|| triggers(&self.kind))
            .or_else(|| jobs(&self.kind))
            .or_else(|| calls(&self.kind))
            .unwrap_or_else(|| words("gh/problem", format!("{:?}", self.kind), ""));
        let span = self.focus.unwrap_or(self.span);
        let mut diagnostic = Diagnostic::error(words.code, span, words.message);
        diagnostic.severity = words.severity;
        diagnostic.help = words.help;
        match words.other {
            Some((other, why)) => diagnostic.with_secondary(other, why),
            None => diagnostic,
        }
    }
}

/// The text and its values against the schema.
fn reading(kind: &ProblemKind) -> Option<Words> {
    Some(match kind {
        ProblemKind::FileTooLarge { limit } => words(
            "gh/file-too-large",
            format!("the file has more than {limit} characters, the most that GitHub reads"),
            "move long scripts into files of their own, or split the workflow",
        ),
        ProblemKind::ResultTooLarge { limit } => words(
            "gh/result-too-large",
            format!("the workflow takes more than {limit} bytes, called workflows included"),
            "move long scripts into files of their own, or split the workflow",
        ),
        ProblemKind::TooDeep { limit } => words(
            "gh/too-deep",
            format!("lists and mappings are nested more than {limit} levels deep here"),
            "flatten the nested values",
        ),
        ProblemKind::TooManyValues { limit } => words(
            "gh/too-many-values",
            format!("the file has more than {limit} values with its aliases written out"),
            "use fewer aliases of aliases",
        ),
        ProblemKind::Empty => {
            words("gh/empty", "the file is empty", "write at least `on` and `jobs`")
        }
        ProblemKind::SecondDocument => words(
            "gh/second-document",
            "a workflow file holds one YAML document, and a second one starts here",
            "remove the `---` line, or move what follows into a file of its own",
        ),
        ProblemKind::UnsupportedTag { tag } => words(
            "gh/unsupported-tag",
            format!("GitHub does not know the tag `{tag}`"),
            "remove the tag; numbers, booleans and texts are told apart without it",
        ),
        ProblemKind::InvalidForTag { tag, text } => words(
            "gh/invalid-for-tag",
            format!("`{text}` does not fit its tag `{tag}`"),
            "remove the tag or correct the value",
        ),
        ProblemKind::StyleWithTag { tag, .. } => words(
            "gh/quoted-with-tag",
            format!("a value with the tag `{tag}` must not be quoted"),
            "remove the quotes or the tag",
        ),
        ProblemKind::KeyNotScalar => words(
            "gh/key-not-scalar",
            "a key must be a text, not a list or mapping",
            "write the key as plain text; in front of `{` there may be a `$` missing",
        ),
        _ => return schema(kind),
    })
}

/// Values against the schema.
fn schema(kind: &ProblemKind) -> Option<Words> {
    Some(match kind {
        ProblemKind::UnknownKey { key, suggestion, known } => {
            let help = match known.as_slice() {
                [] => String::new(),
                known => format!("known here: {}", list(known)),
            };
            words("gh/unknown-key", format!("there is no key `{key}` here"), &help)
                .suggesting(suggestion.as_ref())
        }
        ProblemKind::IgnoredKey { key, suggestion, known } => words(
            "gh/ignored-key",
            format!("there is no key `{key}` here; GitHub passes over it"),
            &format!("known here: {}", list(known)),
        )
        .suggesting(suggestion.as_ref())
        .warning(),
        ProblemKind::MergeKey => words(
            "gh/merge-key",
            "GitHub has no merge key `<<`",
            "write the keys out; an alias can only stand for a whole value",
        ),
        ProblemKind::UnexpectedValue { text, suggestion, expected } => {
            let found = if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") };
            words("gh/unexpected-value", format!("expected {expected}, found {found}"), "")
                .suggesting(suggestion.as_ref())
        }
        ProblemKind::DuplicateKey { key, first } => words(
            "gh/duplicate-key",
            format!("the key `{key}` is there twice"),
            "remove one of them, or merge them; upper and lower case make no difference",
        )
        .beside(Some(*first), "first here"),
        ProblemKind::MissingKey { key } => {
            words("gh/missing-key", format!("the key `{key}` is missing"), &format!("add `{key}:`"))
        }
        ProblemKind::Ambiguous { keys } => words(
            "gh/incomplete",
            "it is not clear what this is meant to be",
            &format!("add one of these keys: {}", list(keys)),
        ),
        ProblemKind::UnexpectedSequence { expected } => {
            words("gh/unexpected-list", format!("expected {expected}, found a list"), "")
        }
        ProblemKind::UnexpectedMapping { expected } => {
            words("gh/unexpected-mapping", format!("expected {expected}, found a mapping"), "")
        }
        _ => return None,
    })
}

fn expressions(kind: &ProblemKind) -> Option<Words> {
    Some(match kind {
        ProblemKind::ExpressionNotAllowed => words(
            "gh/expression-not-allowed",
            "expressions are not evaluated here",
            "write the value itself instead of `${{ … }}`",
        ),
        ProblemKind::ExpressionEmpty => words(
            "gh/expression-empty",
            "there is no expression between `${{` and `}}`",
            "write one, or `${{ '${{' }}` for the characters themselves",
        ),
        ProblemKind::ExpressionNotClosed => words(
            "gh/expression-not-closed",
            "`}}` is missing behind this `${{`",
            "close the expression; strings in it stand in single quotes",
        ),
        ProblemKind::InsertMisplaced => words(
            "gh/insert-misplaced",
            "`insert` can only be the whole key of a mapping",
            "write `${{ insert }}: ${{ … }}`",
        ),
        ProblemKind::InsertParameters { .. } => words(
            "gh/insert-parameters",
            "`insert` takes no parameters",
            "write `${{ insert }}: ${{ … }}`",
        ),
        ProblemKind::Expression { error, source } => {
            let help = format!("in the expression `{}`", shortened(source));
            words("gh/expression", error.to_string(), &help)
        }
        _ => return None,
    })
}

fn triggers(kind: &ProblemKind) -> Option<Words> {
    Some(match kind {
        ProblemKind::OnMissing => words(
            "gh/on-missing",
            "the workflow does not say when it runs: `on` is missing",
            "add for example `on: push`, or choose an event with `--event`",
        ),
        ProblemKind::NoEvents => {
            words("gh/no-events", "`on` names no event", "name one, for example `on: push`")
        }
        ProblemKind::FilterConflict { filter } => words(
            "gh/filter-conflict",
            format!("`{filter}` and `{filter}-ignore` cannot both be used for one event"),
            &format!("use `{filter}` alone, with `!` in front of what is not meant"),
        ),
        ProblemKind::FilterPattern { pattern, cause } => words(
            "gh/filter-pattern",
            format!("the pattern `{pattern}` cannot be read: {cause}"),
            "see \"Filter pattern cheat sheet\" in GitHub's documentation",
        ),
        ProblemKind::Cron { cron, cause } => words(
            "gh/cron",
            format!("`{cron}` is not a time table: {cause}"),
            "write five fields, e.g. `30 5 * * 1-5` for 5:30 on working days",
        ),
        ProblemKind::ChoiceWithoutOptions { input } => words(
            "gh/choice-without-options",
            format!("the input `{input}` is a choice without `options`"),
            "add `options:` with a list of texts",
        ),
        ProblemKind::InputDefault { input, kind, text } => words(
            "gh/input-default",
            format!("the default `{text}` of the input `{input}` does not fit its type {kind}"),
            "correct the default or the type",
        ),
        _ => return None,
    })
}

fn jobs(kind: &ProblemKind) -> Option<Words> {
    Some(match kind {
        ProblemKind::InvalidId { id } => words(
            "gh/invalid-id",
            format!("`{id}` cannot be an id"),
            "an id starts with a letter or `_`, goes on with letters, digits, `_` and `-`, and is shorter than 100 characters",
        ),
        ProblemKind::ReservedId { id } => words(
            "gh/reserved-id",
            format!("the id `{id}` is reserved: GitHub makes those that start with `__`"),
            "start it with a letter or a single `_`",
        ),
        ProblemKind::DuplicateId { id, first } => words(
            "gh/duplicate-id",
            format!("the id `{id}` is taken"),
            "choose another; upper and lower case make no difference",
        )
        .beside(*first, "taken here"),
        ProblemKind::UnknownNeed { job, need, suggestion } => words(
            "gh/unknown-need",
            format!("the job `{job}` needs `{need}`, which is no job of this workflow"),
            "name the id of a job under `jobs`",
        )
        .suggesting(suggestion.as_ref()),
        ProblemKind::NeedsCycle { job, need } => words(
            "gh/needs-cycle",
            format!(
                "the jobs need one another in a circle: `{job}` needs `{need}`, which needs `{job}`, directly or through others"
            ),
            "remove one of the `needs`",
        ),
        ProblemKind::NoStartingJob => words(
            "gh/no-starting-job",
            "no job can start: every one has `needs`, or there is none",
            "add a job without `needs`",
        ),
        ProblemKind::TooManyJobs { limit, .. } => words(
            "gh/too-many-jobs",
            format!("the workflow has more than {limit} jobs, called workflows included"),
            "split the workflow",
        ),
        _ => return steps(kind),
    })
}

fn steps(kind: &ProblemKind) -> Option<Words> {
    Some(match kind {
        ProblemKind::RunnerGroup { group, .. } => words(
            "gh/runner-group",
            format!("`{group}` does not name a group of runners"),
            "write the group's name, or `organization/` or `enterprise/` in front of it",
        ),
        ProblemKind::UsesSyntax { uses } => words(
            "gh/uses",
            format!("`{uses}` does not name an action"),
            "write `owner/repository@ref`, `owner/repository/path@ref`, `./path` or `docker://image`",
        ),
        ProblemKind::WorkflowUsesSyntax { uses, cause } => words(
            "gh/workflow-uses",
            format!("`{uses}` does not name a workflow: {cause}"),
            "write `./.github/workflows/file.yml` or `owner/repository/.github/workflows/file.yml@ref`",
        ),
        ProblemKind::WorkflowFolder { uses } => words(
            "gh/workflow-folder",
            format!("GitHub does not find `{uses}`: only files directly in `.github/workflows` can be called"),
            "move the file there",
        )
        .warning(),
        ProblemKind::MatrixEmpty => words(
            "gh/matrix-empty",
            "the matrix has no values",
            "add a list, e.g. `os: [ubuntu-latest, macos-latest]`, or `include`",
        ),
        ProblemKind::MatrixVectorEmpty { vector } => words(
            "gh/matrix-vector-empty",
            format!("the list `{vector}` of the matrix is empty, so that no job would run"),
            "add a value or remove the key",
        ),
        ProblemKind::MatrixEntryEmpty { list } => words(
            "gh/matrix-entry-empty",
            format!("this entry of `{list}` is empty"),
            "add a key and a value, or remove the entry",
        ),
        ProblemKind::MatrixExcludeKey { key, suggestion } => words(
            "gh/matrix-exclude-key",
            format!("`exclude` names `{key}`, which the matrix does not have"),
            "name a list of the matrix",
        )
        .suggesting(suggestion.as_ref()),
        ProblemKind::ConcurrencyGroupTooLong { limit } => words(
            "gh/concurrency-group-too-long",
            format!("the name of a concurrency group has at most {limit} characters"),
            "shorten it",
        ),
        ProblemKind::ImageEmpty => words(
            "gh/image-empty",
            "the container has no image",
            "name an image, e.g. `node:24`, or remove the container",
        ),
        ProblemKind::SnapshotVersion { version } => words(
            "gh/snapshot-version",
            format!("`{version}` is no version of an image"),
            "write a major version, e.g. `1.*`",
        ),
        ProblemKind::UnknownBackgroundStep { id, suggestion } => words(
            "gh/unknown-background-step",
            format!("there is no background step `{id}` before this step"),
            "name the `id` of an earlier step with `background: true`",
        )
        .suggesting(suggestion.as_ref()),
        ProblemKind::ParallelStep { found } => words(
            "gh/parallel-step",
            format!("a step with `{found}` cannot be one of parallel steps"),
            "only steps with `run` or `uses` can; put this one before or behind the group",
        ),
        _ => return None,
    })
}

/// A caller against the workflows it calls.
fn calls(kind: &ProblemKind) -> Option<Words> {
    Some(match kind {
        ProblemKind::CalledWorkflowMissing { uses, cause } => words(
            "gh/called-workflow-missing",
            format!("the workflow `{uses}` cannot be read: {cause}"),
            "check path and ref, or replace the source with `--action owner/repository=PATH`",
        ),
        ProblemKind::CalledTooLarge { uses, limit } => words(
            "gh/result-too-large",
            format!("with the called workflow `{uses}` all workflows take more than {limit} bytes"),
            "call fewer or smaller workflows",
        ),
        ProblemKind::NotCallable { uses, on } => words(
            "gh/not-callable",
            format!("the workflow `{uses}` cannot be called: it has no `on: workflow_call`"),
            "add `workflow_call` to its `on`",
        )
        .beside(*on, "add it here"),
        ProblemKind::NestedTooDeep { limit } => words(
            "gh/nested-too-deep",
            format!("workflows call one another more than {limit} levels deep"),
            "call fewer workflows from called ones",
        ),
        ProblemKind::UndefinedInput { input, suggestion } => words(
            "gh/undefined-input",
            format!("the called workflow has no input `{input}`"),
            "remove it, or add it to `on.workflow_call.inputs` there",
        )
        .suggesting(suggestion.as_ref()),
        ProblemKind::MissingInput { input } => words(
            "gh/missing-input",
            format!("the called workflow needs the input `{input}`"),
            &format!("add `{input}:` under `with`"),
        ),
        ProblemKind::InputType { input, kind, text } => words(
            "gh/input-type",
            format!("the input `{input}` is a {kind}, and `{text}` is none"),
            "correct the value; an expression that gives the right type is fine too",
        ),
        ProblemKind::UndefinedSecret { secret, suggestion } => words(
            "gh/undefined-secret",
            format!("the called workflow has no secret `{secret}`"),
            "remove it, or add it to `on.workflow_call.secrets` there",
        )
        .suggesting(suggestion.as_ref()),
        ProblemKind::MissingSecret { secret } => words(
            "gh/missing-secret",
            format!("the called workflow needs the secret `{secret}`"),
            &format!("add `{secret}:` under `secrets`, or write `secrets: inherit`"),
        ),
        ProblemKind::PermissionsExceeded { uses, job, requested, allowed } => {
            let who = match job {
                Some(job) => format!("the job `{job}` of `{uses}`"),
                None => format!("the workflow `{uses}`"),
            };
            let message = format!(
                "{who} asks for {}, but the caller allows only {}",
                levels(requested),
                levels(allowed)
            );
            words("gh/permissions-exceeded", message, "raise `permissions` of the calling job")
        }
        _ => return None,
    })
}

fn levels(levels: &[(String, PermissionLevel)]) -> String {
    let levels: Vec<_> =
        levels.iter().map(|(scope, level)| format!("`{scope}: {}`", level.as_str())).collect();
    levels.join(", ")
}

fn list(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// The beginning of an expression on one line.
fn shortened(source: &str) -> String {
    const LONGEST: usize = 80;
    let line: String = source.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    line.chars().take(LONGEST).chain(['…']).collect()
}
