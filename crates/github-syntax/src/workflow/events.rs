//! `on`: which events start a workflow, and what the caller may hand over.
//!
//! Filters are kept as written; matching them is the business of [`crate::filter_pattern`] and of
//! the crate that decides triggers. Source: GitHub Docs, "Events that trigger workflows".

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use windlass_diagnostics::{Span, Spanned};

use crate::template::Template;

/// The value of `on`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Triggers {
    /// Where `on` was written; `None` when the file has no `on`.
    pub span: Option<Span>,
    /// The events by name, in the order of the file.
    pub events: IndexMap<String, EventTrigger>,
}

/// One event under `on`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EventTrigger {
    /// Its name, e.g. `pull_request`.
    pub name: Spanned<String>,
    /// What is said about it.
    pub kind: EventKind,
}

/// What is said about an event.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// An event of the repository, with activity types and filters.
    Webhook(EventFilter),
    /// `schedule`.
    Schedule(Vec<Schedule>),
    /// `workflow_dispatch`.
    WorkflowDispatch(WorkflowDispatch),
    /// `workflow_call`.
    WorkflowCall(WorkflowCall),
}

/// Activity types and filters of one event. `None` means that the key is absent, which is not the
/// same as an empty list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct EventFilter {
    /// `types`; without it GitHub's default types of the event count.
    pub types: Option<Vec<Spanned<String>>>,
    /// `branches` or `branches-ignore`.
    pub branches: Option<Filters>,
    /// `tags` or `tags-ignore`.
    pub tags: Option<Filters>,
    /// `paths` or `paths-ignore`.
    pub paths: Option<Filters>,
    /// `workflows` of `workflow_run`: names of workflows.
    pub workflows: Option<Vec<Spanned<String>>>,
    /// `names` of `image_version`.
    pub names: Option<Vec<Spanned<String>>>,
    /// `versions` of `image_version`.
    pub versions: Option<Vec<Spanned<String>>>,
}

/// The patterns of one filter, in order: a later pattern overrides an earlier one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filters {
    /// `branches`, `tags` or `paths`, patterns that may start with `!`.
    pub include: Option<Vec<Spanned<String>>>,
    /// The `-ignore` form. GitHub refuses both forms for one event.
    pub ignore: Option<Vec<Spanned<String>>>,
}

/// One entry of `schedule`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// POSIX cron with five fields.
    pub cron: Spanned<String>,
    /// `timezone`, an IANA name; UTC when absent.
    pub timezone: Option<Spanned<String>>,
}

/// `workflow_dispatch`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct WorkflowDispatch {
    /// The inputs by name.
    pub inputs: IndexMap<String, WorkflowDispatchInput>,
}

/// The type of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputType {
    /// Any text; the type when none is given.
    #[default]
    String,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// One of `options`.
    Choice,
    /// The name of an environment.
    Environment,
}

impl InputType {
    /// The word used in workflow files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::Choice => "choice",
            Self::Environment => "environment",
        }
    }

    /// Reads the word used in workflow files.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::String, Self::Boolean, Self::Number, Self::Choice, Self::Environment]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

/// One input of `workflow_dispatch`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WorkflowDispatchInput {
    /// Its name and where it stands.
    pub name: Spanned<String>,
    /// `type`.
    pub kind: InputType,
    /// `description`.
    pub description: Option<String>,
    /// `required`.
    pub required: bool,
    /// `default`, a literal.
    pub default: Option<Template>,
    /// `options` of a choice.
    pub options: Vec<Spanned<String>>,
    /// `deprecationMessage`.
    pub deprecation_message: Option<String>,
}

/// `workflow_call`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct WorkflowCall {
    /// The inputs by name.
    pub inputs: IndexMap<String, WorkflowCallInput>,
    /// The outputs by name.
    pub outputs: IndexMap<String, WorkflowCallOutput>,
    /// The secrets by name.
    pub secrets: IndexMap<String, WorkflowCallSecret>,
    /// Whether `secrets` was written, be it with nothing under it.
    #[serde(default)]
    pub has_secrets: bool,
}

/// One input of `workflow_call`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WorkflowCallInput {
    /// Its name and where it stands.
    pub name: Spanned<String>,
    /// `type`: string, boolean or number.
    pub kind: InputType,
    /// `description`.
    pub description: Option<String>,
    /// `required`.
    pub required: bool,
    /// `default`, for which `github`, `inputs` and `vars` are available.
    pub default: Option<Template>,
}

/// One output of `workflow_call`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WorkflowCallOutput {
    /// Its name and where it stands.
    pub name: Spanned<String>,
    /// `description`.
    pub description: Option<String>,
    /// `value`, for which `github`, `inputs`, `vars` and `jobs` are available.
    pub value: Template,
}

/// One secret of `workflow_call`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkflowCallSecret {
    /// Its name and where it stands.
    pub name: Spanned<String>,
    /// `description`.
    pub description: Option<String>,
    /// `required`.
    pub required: bool,
}

impl Triggers {
    /// Whether the workflow names this event.
    #[must_use]
    pub fn contains(&self, event: &str) -> bool {
        self.events.contains_key(event)
    }

    /// Activity types and filters of an event of the repository.
    #[must_use]
    pub fn webhook(&self, event: &str) -> Option<&EventFilter> {
        match &self.events.get(event)?.kind {
            EventKind::Webhook(filter) => Some(filter),
            _ => None,
        }
    }

    /// The entries of `schedule`, empty without it.
    #[must_use]
    pub fn schedules(&self) -> &[Schedule] {
        match self.events.get("schedule").map(|event| &event.kind) {
            Some(EventKind::Schedule(schedules)) => schedules,
            _ => &[],
        }
    }

    /// `workflow_dispatch`, if the workflow can be started by hand.
    #[must_use]
    pub fn workflow_dispatch(&self) -> Option<&WorkflowDispatch> {
        match &self.events.get("workflow_dispatch")?.kind {
            EventKind::WorkflowDispatch(dispatch) => Some(dispatch),
            _ => None,
        }
    }

    /// `workflow_call`, if the workflow can be called by another.
    #[must_use]
    pub fn workflow_call(&self) -> Option<&WorkflowCall> {
        match &self.events.get("workflow_call")?.kind {
            EventKind::WorkflowCall(call) => Some(call),
            _ => None,
        }
    }
}
