//! `on` as the parsers print it: events with filters, or the types of inputs.

use serde_json::{Map, Value, json};
use windlass_diagnostics::Spanned;
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::events::{EventFilter, EventKind, Filters, Triggers};
use windlass_github_syntax::workflow::{WorkflowCall, WorkflowDispatch};

/// Every event with its types, filters and inputs.
pub(super) fn render(on: &Triggers) -> Value {
    let events = on.events.iter().map(|(name, event)| {
        let value = match &event.kind {
            EventKind::Webhook(filter) => webhook(filter),
            EventKind::Schedule(schedules) => {
                schedules.iter().map(|schedule| json!({ "cron": schedule.cron.value })).collect()
            }
            EventKind::WorkflowDispatch(dispatch) => workflow_dispatch(dispatch),
            EventKind::WorkflowCall(call) => workflow_call(call),
        };
        (name.clone(), value)
    });
    Value::Object(events.collect())
}

/// The types of the inputs of `workflow_dispatch`, if there are any.
pub(super) fn input_types(on: &Triggers) -> Option<Value> {
    let inputs = &on.workflow_dispatch()?.inputs;
    let types = inputs.iter().map(|(name, input)| (name.clone(), json!(input.kind.as_str())));
    (!inputs.is_empty()).then(|| Value::Object(types.collect()))
}

fn webhook(filter: &EventFilter) -> Value {
    let mut out = Map::new();
    let mut put = |key: &str, texts: Option<&Vec<Spanned<String>>>| {
        if let Some(texts) = texts {
            out.insert(key.to_owned(), texts.iter().map(|text| json!(text.value)).collect());
        }
    };
    let include =
        |filters: &'_ Option<Filters>| filters.clone().and_then(|filters| filters.include);
    let ignore = |filters: &'_ Option<Filters>| filters.clone().and_then(|filters| filters.ignore);
    put("types", filter.types.as_ref());
    put("branches", include(&filter.branches).as_ref());
    put("branches-ignore", ignore(&filter.branches).as_ref());
    put("tags", include(&filter.tags).as_ref());
    put("tags-ignore", ignore(&filter.tags).as_ref());
    put("paths", include(&filter.paths).as_ref());
    put("paths-ignore", ignore(&filter.paths).as_ref());
    put("workflows", filter.workflows.as_ref());
    put("names", filter.names.as_ref());
    put("versions", filter.versions.as_ref());
    Value::Object(out)
}

fn workflow_dispatch(dispatch: &WorkflowDispatch) -> Value {
    let inputs = dispatch.inputs.iter().map(|(name, input)| {
        let mut out = Map::new();
        out.insert("type".to_owned(), json!(input.kind.as_str()));
        describe(&mut out, input.description.as_ref(), input.required, input.default.as_ref());
        if !input.options.is_empty() {
            let options = input.options.iter().map(|option| json!(option.value)).collect();
            out.insert("options".to_owned(), options);
        }
        (name.clone(), Value::Object(out))
    });
    sections([("inputs", inputs.collect())])
}

fn workflow_call(call: &WorkflowCall) -> Value {
    let inputs = call.inputs.iter().map(|(name, input)| {
        let mut out = Map::new();
        out.insert("type".to_owned(), json!(input.kind.as_str()));
        describe(&mut out, input.description.as_ref(), input.required, input.default.as_ref());
        (name.clone(), Value::Object(out))
    });
    let secrets = call.secrets.iter().map(|(name, secret)| {
        let mut out = Map::new();
        describe(&mut out, secret.description.as_ref(), secret.required, None);
        (name.clone(), Value::Object(out))
    });
    sections([("inputs", inputs.collect()), ("secrets", secrets.collect())])
}

fn sections<const COUNT: usize>(sections: [(&str, Map<String, Value>); COUNT]) -> Value {
    let present = sections.into_iter().filter(|(_, entries)| !entries.is_empty());
    Value::Object(present.map(|(key, entries)| (key.to_owned(), Value::Object(entries))).collect())
}

fn describe(
    out: &mut Map<String, Value>,
    description: Option<&String>,
    required: bool,
    default: Option<&Template>,
) {
    if let Some(description) = description {
        out.insert("description".to_owned(), json!(description));
    }
    if required {
        out.insert("required".to_owned(), json!(true));
    }
    if let Some(default) = default {
        let value = default
            .as_bool()
            .map(|value| json!(value))
            .or_else(|| default.as_number().map(|value| json!(value)))
            .or_else(|| default.literal_text().map(|value| json!(value)));
        out.insert("default".to_owned(), value.unwrap_or_default());
    }
}
