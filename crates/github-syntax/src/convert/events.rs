//! `on`: events, filters, schedules, inputs.

use indexmap::IndexMap;
use windlass_diagnostics::Spanned;

use super::{Converter, named, one_or_more, spanned_text};
use crate::cron::Cron;
use crate::filter_pattern::FilterPattern;
use crate::problem::ProblemKind;
use crate::template::{Template, TemplateKind};
use crate::workflow::events::{EventFilter, EventKind, EventTrigger, Filters, InputType, Schedule};
use crate::workflow::{
    Triggers, WorkflowCall, WorkflowCallInput, WorkflowCallOutput, WorkflowCallSecret,
    WorkflowDispatch, WorkflowDispatchInput,
};

impl Converter<'_> {
    pub(super) fn triggers(&mut self, template: &Template) -> Triggers {
        let mut events = IndexMap::new();
        if template.as_mapping().is_some() {
            for (name, value) in named(template) {
                let kind = self.event(&name.value, value);
                events.insert(name.value.clone(), EventTrigger { name, kind });
            }
        } else {
            for name in one_or_more(template) {
                let kind = self
                    .event(&name.value, &Template { span: name.span, kind: TemplateKind::Null });
                events.insert(name.value.clone(), EventTrigger { name, kind });
            }
        }
        if events.is_empty() && template.is_literal() {
            self.problem(template.span, ProblemKind::NoEvents);
        }
        Triggers { span: Some(template.span), events }
    }

    fn event(&mut self, name: &str, template: &Template) -> EventKind {
        match name {
            "schedule" => EventKind::Schedule(self.schedules(template)),
            "workflow_dispatch" => EventKind::WorkflowDispatch(self.dispatch(template)),
            "workflow_call" => EventKind::WorkflowCall(self.workflow_call(template)),
            _ => EventKind::Webhook(self.event_filter(template)),
        }
    }

    fn event_filter(&mut self, template: &Template) -> EventFilter {
        EventFilter {
            types: self.texts(template, "types"),
            branches: self.filters(template, "branches", "branches-ignore"),
            tags: self.filters(template, "tags", "tags-ignore"),
            paths: self.filters(template, "paths", "paths-ignore"),
            workflows: self.texts(template, "workflows"),
            names: self.texts(template, "names"),
            versions: self.texts(template, "versions"),
        }
    }

    fn filters(
        &mut self,
        template: &Template,
        include: &'static str,
        ignore: &'static str,
    ) -> Option<Filters> {
        let filters = Filters {
            include: self.texts(template, include),
            ignore: self.texts(template, ignore),
        };
        let patterns = filters.include.iter().chain(&filters.ignore).flatten();
        for pattern in patterns {
            if let Err(error) = FilterPattern::parse(&pattern.value) {
                let (pattern_text, cause) = (pattern.value.clone(), error.to_string());
                let kind = ProblemKind::FilterPattern { pattern: pattern_text, cause };
                self.problem(pattern.span, kind);
            }
        }
        if let (Some(_), Some(conflicting)) = (&filters.include, template.get(ignore)) {
            self.problem(conflicting.span, ProblemKind::FilterConflict { filter: include });
        }
        (filters.include.is_some() || filters.ignore.is_some()).then_some(filters)
    }

    fn schedules(&mut self, template: &Template) -> Vec<Schedule> {
        let mut schedules = Vec::new();
        for item in template.as_sequence().unwrap_or_default() {
            let Some(cron) = item.get("cron").and_then(spanned_text) else { continue };
            if let Err(cause) = Cron::parse(&cron.value) {
                let kind = ProblemKind::Cron { cron: cron.value.clone(), cause };
                self.problem(cron.span, kind);
            }
            schedules
                .push(Schedule { cron, timezone: item.get("timezone").and_then(spanned_text) });
        }
        schedules
    }

    fn dispatch(&mut self, template: &Template) -> WorkflowDispatch {
        let Some(inputs) = template.get("inputs") else { return WorkflowDispatch::default() };
        let inputs = named(inputs).map(|(name, input)| {
            let input = WorkflowDispatchInput {
                kind: input_type(input),
                description: text(input, "description"),
                required: flag(input, "required"),
                default: input.get("default").cloned(),
                options: self.texts(input, "options").unwrap_or_default(),
                deprecation_message: text(input, "deprecationMessage"),
                name,
            };
            self.check_dispatch_input(&input);
            (input.name.value.clone(), input)
        });
        WorkflowDispatch { inputs: inputs.collect() }
    }

    fn check_dispatch_input(&mut self, input: &WorkflowDispatchInput) {
        let name = &input.name;
        if input.kind == InputType::Choice && input.options.is_empty() {
            let kind = ProblemKind::ChoiceWithoutOptions { input: name.value.clone() };
            self.problem(name.span, kind);
            return;
        }
        let Some(default) = &input.default else { return };
        let Some(text) = default.literal_text() else { return };
        let fits = match input.kind {
            InputType::Boolean => matches!(text.as_str(), "true" | "false"),
            InputType::Number => text.trim().parse::<f64>().is_ok(),
            InputType::Choice => input.options.iter().any(|option| option.value == text),
            InputType::String | InputType::Environment => true,
        };
        if !fits {
            self.input_default(name, input.kind, default, text);
        }
    }

    fn input_default(
        &mut self,
        name: &Spanned<String>,
        kind: InputType,
        default: &Template,
        text: String,
    ) {
        let input = name.value.clone();
        self.problem(default.span, ProblemKind::InputDefault { input, kind: kind.as_str(), text });
    }

    fn workflow_call(&mut self, template: &Template) -> WorkflowCall {
        let has_secrets = template.get("secrets").is_some();
        let mut call = WorkflowCall { has_secrets, ..WorkflowCall::default() };
        for (name, input) in template.get("inputs").into_iter().flat_map(named) {
            let input = WorkflowCallInput {
                kind: input_type(input),
                description: text(input, "description"),
                required: flag(input, "required"),
                default: input.get("default").cloned(),
                name,
            };
            self.check_call_input(&input);
            call.inputs.insert(input.name.value.clone(), input);
        }
        for (name, output) in template.get("outputs").into_iter().flat_map(named) {
            let Some(value) = output.get("value").cloned() else { continue };
            let description = text(output, "description");
            call.outputs
                .insert(name.value.clone(), WorkflowCallOutput { name, description, value });
        }
        for (name, secret) in template.get("secrets").into_iter().flat_map(named) {
            let (description, required) = (text(secret, "description"), flag(secret, "required"));
            call.secrets
                .insert(name.value.clone(), WorkflowCallSecret { name, description, required });
        }
        call
    }

    fn check_call_input(&mut self, input: &WorkflowCallInput) {
        let Some(default) = &input.default else { return };
        let fits = match (&default.kind, input.kind) {
            (TemplateKind::Boolean(_), kind) => kind != InputType::Number,
            (TemplateKind::Number(_), kind) => kind != InputType::Boolean,
            (TemplateKind::String(_), kind) => kind == InputType::String,
            _ => true,
        };
        if !fits {
            let text = default.literal_text().unwrap_or_default();
            self.input_default(&input.name, input.kind, default, text);
        }
    }
}

fn input_type(input: &Template) -> InputType {
    input.get("type").and_then(Template::as_str).and_then(InputType::parse).unwrap_or_default()
}

fn text(parent: &Template, key: &str) -> Option<String> {
    parent.get(key).and_then(Template::literal_text)
}

fn flag(parent: &Template, key: &str) -> bool {
    parent.get(key).and_then(Template::as_bool).unwrap_or(false)
}
