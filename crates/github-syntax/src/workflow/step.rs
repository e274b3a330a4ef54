//! One step of a job, and of a composite action.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", `jobs.<job_id>.steps`; background
//! steps: `background`, `wait`, `wait-all`, `cancel` and `parallel` in the same place.

use serde::{Deserialize, Serialize};
use windlass_diagnostics::{Span, Spanned};

use super::job::Condition;
use crate::template::Template;

/// One step. Where a property does not exist for a kind of step it is `None`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Step {
    /// Where the step's mapping starts.
    pub span: Span,
    /// Its id, written or generated.
    pub id: StepId,
    /// `name`.
    pub name: Option<Template>,
    /// `if`, made whole: `success()` when there is none, `success() && (…)` when no status
    /// function is called.
    pub condition: Condition,
    /// `continue-on-error`, a boolean.
    pub continue_on_error: Option<Template>,
    /// `timeout-minutes`, a number.
    pub timeout_minutes: Option<Template>,
    /// `env`, a mapping of strings.
    pub env: Option<Template>,
    /// `background: true`: the next step starts without waiting for this one.
    pub background: bool,
    /// What the step does.
    pub kind: StepKind,
}

/// The id of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepId {
    /// The id; a generated one starts with `__` (`__run`, `__actions_checkout_2`).
    pub value: String,
    /// Where it was written; `None` when it is generated and no expression can name it.
    pub span: Option<Span>,
}

impl StepId {
    /// Whether the author wrote it, so that `steps.<id>` may name it.
    #[must_use]
    pub const fn is_explicit(&self) -> bool {
        self.span.is_some()
    }
}

/// What a step does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepKind {
    /// `run`.
    Run {
        /// The script.
        script: Template,
        /// `shell`; without it the defaults of job and workflow count.
        shell: Option<Template>,
        /// `working-directory`.
        working_directory: Option<Template>,
    },
    /// `uses`.
    Uses {
        /// The action as written.
        uses: Spanned<String>,
        /// The action, taken apart.
        action: ActionReference,
        /// `with`, a mapping of strings.
        with: Option<Template>,
    },
    /// `wait`: until these background steps have ended.
    Wait {
        /// Ids of background steps.
        targets: Vec<Spanned<String>>,
    },
    /// `wait-all`: until every background step so far has ended.
    WaitAll,
    /// `cancel`: stop this background step.
    Cancel {
        /// Id of a background step.
        target: Spanned<String>,
    },
    /// `parallel`: all of these at once, then wait for them.
    Parallel {
        /// The steps.
        steps: Vec<Step>,
    },
}

/// Where an action comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActionReference {
    /// `./path` in the workspace.
    Local {
        /// The path as written, with the leading `./` (or `.\`).
        path: String,
    },
    /// `owner/repository[/path]@ref`.
    Repository {
        /// Owner of the repository.
        owner: String,
        /// Name of the repository.
        repository: String,
        /// Folder of the action inside it, empty for the root.
        path: String,
        /// Branch, tag or commit.
        reference: String,
    },
    /// `docker://image`.
    Docker {
        /// The image with tag or digest.
        image: String,
    },
}

impl ActionReference {
    /// Takes `uses` of a step apart; `None` for a text in none of the three forms.
    #[must_use]
    pub fn parse(uses: &str) -> Option<Self> {
        if let Some(image) = uses.strip_prefix("docker://") {
            return Some(Self::Docker { image: image.to_owned() });
        }
        if uses.starts_with("./") || uses.starts_with(".\\") {
            return Some(Self::Local { path: uses.to_owned() });
        }
        let (name, reference) = uses.split_once('@')?;
        if reference.is_empty() || reference.contains('@') {
            return None;
        }
        let mut segments = name.split(['/', '\\']);
        let owner = segments.next().filter(|owner| !owner.is_empty())?;
        let repository = segments.next().filter(|repository| !repository.is_empty())?;
        let path: Vec<_> = segments.filter(|segment| !segment.is_empty()).collect();
        Some(Self::Repository {
            owner: owner.to_owned(),
            repository: repository.to_owned(),
            path: path.join("/"),
            reference: reference.to_owned(),
        })
    }

    /// `owner/repository[/path]` of an action of another repository.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let Self::Repository { owner, repository, path, .. } = self else { return None };
        let separator = if path.is_empty() { "" } else { "/" };
        Some(format!("{owner}/{repository}{separator}{path}"))
    }
}
