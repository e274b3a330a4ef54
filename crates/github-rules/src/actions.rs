//! What an action asks for and gives: its inputs, outputs and runtime, wherever that is known from.
//!
//! An action of the repository is read by the [`Project`](crate::Project), and so is one from elsewhere that was
//! fetched before; for well-known ones a table ships with Windlass ([`known`]). Where none of
//! them knows, nothing is said.

mod known;

use windlass_github_syntax::action::{Action, ActionRuns};

/// The declared side of an action. Source: GitHub Docs, "Metadata syntax reference".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionInterface {
    /// `runs.using`, e.g. `node20`, `docker` or `composite`; empty where it is not known.
    pub using: String,
    /// `inputs` in the order of the metadata.
    pub inputs: Vec<InputInterface>,
    /// The names of `outputs`; `None` when the action may set others than it declares.
    pub outputs: Option<Vec<String>>,
}

/// One input of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputInterface {
    /// Its name; upper and lower case make no difference.
    pub name: String,
    /// Whether it has to be given: required, and without a default.
    pub is_needed: bool,
    /// `deprecationMessage`.
    pub deprecation: Option<String>,
}

impl ActionInterface {
    /// Of an action of another repository, by what was fetched of it and by the table of well-known
    /// ones. `name` is `owner/repository[/path]`.
    pub(crate) fn from_elsewhere(
        name: &str,
        reference: &str,
        fetched: Option<&Action>,
    ) -> Option<Self> {
        let known = || known::find(name, reference);
        let Some(fetched) = fetched.map(Self::of) else { return known() };
        let outputs = fetched.outputs.or_else(|| known()?.outputs);
        Some(Self { outputs, ..fetched })
    }

    /// From metadata. A composite action has the outputs that it declares; every other one may set
    /// what it likes.
    pub(crate) fn of(action: &Action) -> Self {
        let inputs = action.inputs.iter().map(|(name, input)| InputInterface {
            name: name.clone(),
            is_needed: input.required && input.default.is_none(),
            deprecation: input.deprecation_message.clone(),
        });
        let (using, is_composite) = match &action.runs {
            ActionRuns::JavaScript { using, .. } => (using.as_str(), false),
            ActionRuns::Docker { .. } => ("docker", false),
            ActionRuns::Composite { .. } => ("composite", true),
        };
        let outputs = is_composite.then(|| action.outputs.keys().cloned().collect());
        Self { using: using.to_owned(), inputs: inputs.collect(), outputs }
    }

    /// An input by name.
    #[must_use]
    pub fn input(&self, name: &str) -> Option<&InputInterface> {
        self.inputs.iter().find(|input| input.name.eq_ignore_ascii_case(name))
    }
}
