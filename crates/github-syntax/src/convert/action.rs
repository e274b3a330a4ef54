//! Action metadata.

use indexmap::IndexMap;
use windlass_diagnostics::SourceId;

use super::condition::ALWAYS;
use super::{Converter, named};
use crate::action::{Action, ActionInput, ActionOutput, ActionRuns};
use crate::problem::Problem;
use crate::schema::availability;
use crate::template::Template;
use crate::workflow::Condition;

/// Converts `action.yml`; `None` when it does not say how it runs.
pub(crate) fn convert_action(
    source: SourceId,
    source_name: &str,
    text: &str,
    template: &Template,
) -> (Option<Action>, Vec<Problem>) {
    let mut converter = Converter {
        text,
        problems: Vec::new(),
        empty_lists: Vec::new(),
        job_condition: &availability::ACTION_IF,
        step_condition: &availability::ACTION_STEP_IF,
    };
    let action = template.get("runs").and_then(|runs| converter.runs(runs)).map(|runs| Action {
        source,
        source_name: source_name.to_owned(),
        name: literal(template, "name"),
        description: literal(template, "description"),
        branding: template.get("branding").cloned(),
        inputs: template.get("inputs").map(inputs).unwrap_or_default(),
        outputs: template.get("outputs").map(outputs).unwrap_or_default(),
        runs,
    });
    (action, converter.problems)
}

impl Converter<'_> {
    fn runs(&mut self, runs: &Template) -> Option<ActionRuns> {
        let using = literal(runs, "using")?;
        match using.as_str() {
            "composite" => Some(ActionRuns::Composite { steps: self.steps(runs.get("steps")) }),
            "docker" => Some(ActionRuns::Docker {
                image: literal(runs, "image")?,
                entrypoint: literal(runs, "entrypoint"),
                args: runs.get("args").cloned(),
                env: runs.get("env").cloned(),
                pre_entrypoint: literal(runs, "pre-entrypoint"),
                pre_if: self.hook_condition(runs, "pre-if"),
                post_entrypoint: literal(runs, "post-entrypoint"),
                post_if: self.hook_condition(runs, "post-if"),
            }),
            _ => Some(ActionRuns::JavaScript {
                main: literal(runs, "main")?,
                pre: literal(runs, "pre"),
                pre_if: self.hook_condition(runs, "pre-if"),
                post: literal(runs, "post"),
                post_if: self.hook_condition(runs, "post-if"),
                using,
            }),
        }
    }

    fn hook_condition(&mut self, runs: &Template, key: &str) -> Option<Condition> {
        let template = runs.get(key)?;
        let available = self.job_condition;
        Some(self.condition(Some(template), template.span, available, &ALWAYS))
    }
}

fn inputs(template: &Template) -> IndexMap<String, ActionInput> {
    named(template)
        .map(|(name, input)| {
            let input = ActionInput {
                description: literal(input, "description"),
                required: literal(input, "required").is_some_and(|word| word == "true"),
                default: input.get("default").cloned(),
                deprecation_message: literal(input, "deprecationMessage"),
                name,
            };
            (input.name.value.clone(), input)
        })
        .collect()
}

fn outputs(template: &Template) -> IndexMap<String, ActionOutput> {
    named(template)
        .map(|(name, output)| {
            let output = ActionOutput {
                description: literal(output, "description"),
                value: output.get("value").cloned(),
                name,
            };
            (output.name.value.clone(), output)
        })
        .collect()
}

fn literal(parent: &Template, key: &str) -> Option<String> {
    parent.get(key).and_then(Template::literal_text)
}
