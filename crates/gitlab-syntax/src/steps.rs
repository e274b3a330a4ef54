//! The file of a step (`step.yml`), which GitLab now calls a function: what it takes and gives, and
//! what it runs. [`expression`] fills in `${{ … }}`.
//!
//! Source: "CI/CD steps" (<https://docs.gitlab.com/ci/steps/>), sections "The function
//! specification" and "The function definition".

pub mod expression;

use indexmap::IndexMap;
use serde_json::Value as Json;
use windlass_diagnostics::SourceId;

use crate::document::{Document, read};
use crate::pipeline::RunStep;
use crate::reading::{self, json_by_name, text, variables};
use crate::value::Value;

/// A step, from its file.
#[derive(Debug, Clone, PartialEq)]
pub struct StepDefinition {
    /// What it takes.
    pub inputs: IndexMap<String, StepValue>,
    /// What it gives; `None` where a step of its sequence says (`outputs: delegate`).
    pub outputs: Option<IndexMap<String, StepValue>>,
    /// Environment variables of all that it runs.
    pub env: IndexMap<String, String>,
    /// What it runs.
    pub body: StepBody,
}

/// An input or output.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StepValue {
    /// `string`, `number`, `boolean`, `array` or `struct`.
    pub kind: String,
    /// What it is where nobody says.
    pub default: Option<Json>,
}

/// What a step runs.
#[derive(Debug, Clone, PartialEq)]
pub enum StepBody {
    /// A program, without a shell.
    Exec {
        /// The program and its arguments.
        command: Vec<String>,
        /// Where; the project if nothing is said.
        work_dir: Option<String>,
    },
    /// Other steps, one after another.
    Sequence {
        /// The steps.
        steps: Vec<RunStep>,
        /// The outputs, made from those of the steps.
        outputs: IndexMap<String, Json>,
        /// The step whose outputs are given as they are.
        delegate: Option<String>,
    },
}

impl StepValue {
    /// Whether a value is of this kind.
    #[must_use]
    pub fn takes(&self, value: &Json) -> bool {
        match self.kind.as_str() {
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            "struct" => value.is_object(),
            _ => value.is_string(),
        }
    }
}

impl StepDefinition {
    /// Reads the file of a step.
    ///
    /// # Errors
    /// It is none; why, as a clause.
    pub fn parse(file: &str) -> Result<Self, String> {
        let mut problems = Vec::new();
        let document = read(SourceId::default(), file, &mut problems);
        let document = document.map_err(|problem| problem.kind.to_string())?;
        let Document { header: Some(header), body: Some(body) } = document else {
            return Err("it takes two documents, `spec` and what the step does".to_owned());
        };
        let spec = header.get("spec");
        let values = |key: &str| values(spec.and_then(|spec| spec.get(key)));
        let outputs = spec.and_then(|spec| spec.get("outputs")).and_then(Value::as_text);
        Ok(Self {
            inputs: values("inputs"),
            outputs: (outputs != Some("delegate")).then(|| values("outputs")),
            env: texts(body.get("env")),
            body: read_body(&body)?,
        })
    }
}

fn read_body(body: &Value) -> Result<StepBody, String> {
    if let Some(exec) = body.get("exec") {
        let command = reading::texts(exec, "command");
        if command.is_empty() {
            return Err("`exec` has no `command`".to_owned());
        }
        return Ok(StepBody::Exec { command, work_dir: text(exec, "work_dir") });
    }
    // `steps` is the older word.
    let Some(steps) = body.get("run").or_else(|| body.get("steps")) else {
        return Err("it has neither `exec` nor `run`".to_owned());
    };
    let (steps, delegate) = (reading::steps(steps), text(body, "delegate"));
    Ok(StepBody::Sequence { steps, outputs: json_by_name(body, "outputs"), delegate })
}

fn values(declared: Option<&Value>) -> IndexMap<String, StepValue> {
    let declared = declared.and_then(Value::as_mapping).into_iter().flat_map(|all| all.iter());
    let value = |value: &Value| StepValue {
        kind: text(value, "type").unwrap_or_else(|| "string".to_owned()),
        default: value.get("default").map(Value::to_json),
    };
    declared.map(|(name, declaration)| (name.to_owned(), value(declaration))).collect()
}

fn texts(value: Option<&Value>) -> IndexMap<String, String> {
    variables(value).0.into_iter().map(|(name, it)| (name, it.value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_documents_are_read() {
        let step = StepDefinition::parse(
            "spec:\n  inputs:\n    greeting: {default: hello}\n    count: {type: number}\n  outputs: \
             delegate\n---\nenv: {A: b}\nrun:\n  - {name: one, step: ./one}\ndelegate: one\n",
        )
        .unwrap();
        assert_eq!(step.inputs["greeting"].default, Some("hello".into()));
        assert!(step.inputs["count"].takes(&3.into()) && !step.inputs["count"].takes(&"3".into()));
        assert_eq!(step.outputs, None);
        let StepBody::Sequence { steps, delegate, .. } = step.body else { panic!("a sequence") };
        assert_eq!((steps[0].name.as_str(), delegate.as_deref()), ("one", Some("one")));
    }

    #[test]
    fn what_is_no_step_is_refused() {
        for file in
            ["", "a: b\n", "spec:\n---\nexec: {}\n", "spec:\n---\nenv: {}\n", "[", "--- \n---\n"]
        {
            StepDefinition::parse(file).expect_err(file);
        }
    }
}
