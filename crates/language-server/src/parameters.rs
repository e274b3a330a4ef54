//! What can be handed to an action or a called workflow.

use windlass_github_rules::{Neighbours, Project};
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::ActionReference;

/// An input or secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it is.
    pub description: Option<String>,
    /// Whether it has to be given.
    pub required: bool,
    /// The value when none is given, where it is a literal.
    pub default: Option<String>,
    /// Its type, for inputs of workflows.
    pub kind: Option<&'static str>,
}

/// An action or workflow that is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// Its name.
    pub name: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// Its inputs.
    pub inputs: Vec<Parameter>,
    /// The secrets that it is given, for workflows.
    pub secrets: Vec<Parameter>,
}

/// What the `uses` of a step names, as far as it is known.
#[must_use]
pub fn of_action(uses: &str, neighbours: &Neighbours<'_>) -> Option<Interface> {
    let Some(action) = neighbours.action(uses) else { return of_known(uses, neighbours) };
    let inputs = action.inputs.iter().map(|(name, input)| Parameter {
        name: name.clone(),
        description: input.description.clone(),
        required: input.required,
        default: input.default.as_ref().and_then(Template::literal_text),
        kind: None,
    });
    Some(Interface {
        name: action.name.clone(),
        description: action.description.clone(),
        inputs: inputs.collect(),
        secrets: Vec::new(),
    })
}

/// An action of another repository, of which the names of its inputs are known.
fn of_known(uses: &str, neighbours: &Neighbours<'_>) -> Option<Interface> {
    let known = neighbours.interface(&ActionReference::parse(uses)?)?;
    let inputs = known.inputs.iter().map(|input| Parameter {
        description: input.deprecation.as_ref().map(|message| format!("Deprecated: {message}")),
        name: input.name.clone(),
        required: input.is_needed,
        default: None,
        kind: None,
    });
    Some(Interface { name: None, description: None, inputs: inputs.collect(), secrets: Vec::new() })
}

/// What the `uses` of a job names, as far as it is known.
#[must_use]
pub fn of_call(uses: &str, neighbours: &Neighbours<'_>) -> Option<Interface> {
    let workflow = neighbours.workflow(uses.strip_prefix("./")?)?;
    let call = workflow.on.workflow_call()?;
    let inputs = call.inputs.iter().map(|(name, input)| Parameter {
        name: name.clone(),
        description: input.description.clone(),
        required: input.required,
        default: input.default.as_ref().and_then(Template::literal_text),
        kind: Some(input.kind.as_str()),
    });
    let secrets = call.secrets.iter().map(|(name, secret)| Parameter {
        name: name.clone(),
        description: secret.description.clone(),
        required: secret.required,
        default: None,
        kind: None,
    });
    Some(Interface {
        name: workflow.name.as_ref().map(|name| name.value.clone()),
        description: None,
        inputs: inputs.collect(),
        secrets: secrets.collect(),
    })
}

impl Parameter {
    /// Type, need and default on one line; empty when there is nothing to say.
    #[must_use]
    pub fn summary(&self) -> String {
        let required = self.required.then(|| "required".to_owned());
        let default = self.default.as_ref().filter(|default| !default.is_empty());
        let default = default.map(|default| format!("default `{}`", default.replace('`', "'")));
        let parts = [self.kind.map(str::to_owned), required, default];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

impl Interface {
    /// Name, purpose and inputs, in Markdown.
    #[must_use]
    pub fn describe(&self, uses: &str) -> String {
        let mut page = format!("**{}**", self.name.as_deref().unwrap_or(uses));
        if let Some(description) = &self.description {
            page.push_str("\n\n");
            page.push_str(description);
        }
        for (title, parameters) in [("Inputs", &self.inputs), ("Secrets", &self.secrets)] {
            if parameters.is_empty() {
                continue;
            }
            page.push_str(&format!("\n\n{title}:"));
            for parameter in parameters {
                let summary = parameter.summary();
                let summary = if summary.is_empty() { summary } else { format!(" ({summary})") };
                page.push_str(&format!("\n- `{}`{summary}", parameter.name));
            }
        }
        page
    }
}
