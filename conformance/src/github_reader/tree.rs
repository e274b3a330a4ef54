//! The tree as GitHub's parser prints it.
//!
//! Without positions a scalar is itself; with them every value is an object with a type number
//! (0 text, 1 list, 2 mapping, 3 expression, 4 insert, 5 boolean, 6 number, 7 null), the number of
//! its file, line and column.

use serde_json::{Map, Value, json};
use windlass_diagnostics::{SourceId, Spanned};
use windlass_github_syntax::link::PERMISSION_SCOPES;
use windlass_github_syntax::template::{Template, TemplateKind};
use windlass_github_syntax::workflow::permissions::PermissionGrant;
use windlass_github_syntax::workflow::{
    Condition, Job, JobBody, JobSteps, PermissionLevel, Permissions, ReusableWorkflowCall,
    SecretsPassed, Step, StepKind, Workflow,
};

use super::case::Case;
use super::{File, Files, events};

/// A number; what JSON lacks is a word.
pub(super) fn number(number: f64) -> Value {
    if number.is_finite() {
        return json!(number + 0.0);
    }
    let word = if number.is_nan() {
        "NaN"
    } else if number > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    };
    json!(word)
}

/// Renders the workflow of a case with the workflows it calls.
pub(super) fn render(files: &Files, case: &Case) -> Map<String, Value> {
    let mut names = vec![files.root.name.clone()];
    let called = case.called.iter().map(|(uses, _)| uses.clone());
    if !case.skip_called {
        names.extend(called);
    }
    let renderer = Renderer { files, case, names };
    let mut out = Map::new();
    let Some(workflow) = &files.root.parsed.tree else { return out };
    let raw = files.root.template.as_ref();
    put(&mut out, "permissions", workflow.permissions.as_ref().map(levels));
    for key in ["env", "defaults", "concurrency"] {
        put(&mut out, key, raw.and_then(|raw| raw.get(key)).map(|value| renderer.token(value)));
    }
    // One of the parsers that the corpus was written for prints events instead of input types.
    if case.skip.iter().any(|parser| parser == "Go")
        && case.skip.iter().any(|parser| parser == "C#")
    {
        out.insert("events".to_owned(), events::render(&workflow.on));
    } else {
        put(&mut out, "input-types", events::input_types(&workflow.on));
    }
    out.insert("jobs".to_owned(), renderer.jobs(&files.root, workflow, None));
    if case.include_source {
        let mut table = renderer.names;
        if case.files_by_name() {
            table.sort();
        }
        out.insert("file-table".to_owned(), json!(table));
    }
    out
}

fn put(out: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        out.insert(key.to_owned(), value);
    }
}

struct Renderer<'case> {
    files: &'case Files,
    case: &'case Case,
    /// The table of files; they count from 1.
    names: Vec<String>,
}

impl Renderer<'_> {
    fn jobs(&self, file: &File, workflow: &Workflow, inherited: Option<&Permissions>) -> Value {
        let inherited = workflow.permissions.as_ref().or(inherited);
        let raw = file.template.as_ref().and_then(|raw| raw.get("jobs"));
        workflow.jobs.values().map(|job| self.job(job, raw, inherited)).collect()
    }

    fn job(&self, job: &Job, raw: Option<&Template>, inherited: Option<&Permissions>) -> Value {
        let mut out = Map::new();
        let raw = raw.and_then(|raw| raw.get(&job.id.value));
        let id = self.text(&job.id);
        out.insert(
            "name".to_owned(),
            job.name.as_ref().map_or_else(|| id.clone(), |name| self.token(name)),
        );
        out.insert("id".to_owned(), id);
        let needs: Vec<_> = job.needs.iter().map(|need| self.text(need)).collect();
        out.insert("if".to_owned(), self.condition(&job.condition));
        let strategy = job.strategy.as_ref().map(|strategy| self.token(&strategy.template));
        put(&mut out, "strategy", strategy);
        let concurrency = job.concurrency.as_ref();
        put(&mut out, "concurrency", concurrency.map(|value| self.token(&value.template)));
        let permissions = job.permissions.as_ref().or(inherited);
        match &job.body {
            JobBody::Steps(body) => {
                out.insert("type".to_owned(), json!("job"));
                if !needs.is_empty() {
                    out.insert("needs".to_owned(), json!(needs));
                }
                put(&mut out, "permissions", permissions.map(levels));
                self.job_steps(&mut out, body, raw);
            }
            JobBody::Reusable(call) => {
                out.insert("type".to_owned(), json!("reusableWorkflowJob"));
                out.insert("needs".to_owned(), json!(needs));
                self.call(&mut out, call, permissions);
            }
        }
        Value::Object(out)
    }

    fn job_steps(&self, out: &mut Map<String, Value>, body: &JobSteps, raw: Option<&Template>) {
        let fields = [
            ("runs-on", Some(&body.runs_on)),
            ("timeout-minutes", body.timeout_minutes.as_ref()),
            ("cancel-timeout-minutes", body.cancel_timeout_minutes.as_ref()),
            ("continue-on-error", body.continue_on_error.as_ref()),
            ("environment", body.environment.as_ref().map(|environment| &environment.template)),
            ("env", body.env.as_ref()),
            ("outputs", body.outputs.as_ref()),
            ("defaults", raw.and_then(|raw| raw.get("defaults"))),
            ("container", body.container.as_ref()),
            ("services", body.services.as_ref()),
            ("snapshot", body.snapshot.as_ref()),
        ];
        for (key, value) in fields {
            put(out, key, value.map(|value| self.token(value)));
        }
        if !body.steps.is_empty() {
            let steps = body.steps.iter().map(|step| self.step(step));
            out.insert("steps".to_owned(), steps.collect());
        }
    }

    fn step(&self, step: &Step) -> Value {
        let mut out = Map::new();
        let id = match step.id.span {
            Some(span) => self.text(&Spanned::new(step.id.value.clone(), span)),
            None => json!(step.id.value),
        };
        out.insert("id".to_owned(), id);
        out.insert("if".to_owned(), self.condition(&step.condition));
        let mut fields = vec![
            ("name", step.name.as_ref()),
            ("continue-on-error", step.continue_on_error.as_ref()),
            ("timeout-minutes", step.timeout_minutes.as_ref()),
            ("env", step.env.as_ref()),
        ];
        match &step.kind {
            StepKind::Run { script, shell, working_directory } => fields.extend([
                ("run", Some(script)),
                ("shell", shell.as_ref()),
                ("working-directory", working_directory.as_ref()),
            ]),
            StepKind::Uses { uses, with, .. } => {
                out.insert("uses".to_owned(), self.text(uses));
                fields.push(("with", with.as_ref()));
            }
            StepKind::Wait { targets } => {
                out.insert("wait".to_owned(), targets.iter().map(|id| self.text(id)).collect());
            }
            StepKind::WaitAll => {
                out.insert("wait-all".to_owned(), json!(true));
            }
            StepKind::Cancel { target } => {
                out.insert("cancel".to_owned(), self.text(target));
            }
            StepKind::Parallel { steps } => {
                let steps = steps.iter().map(|step| self.step(step));
                out.insert("parallel".to_owned(), steps.collect());
            }
        }
        for (key, value) in fields {
            put(&mut out, key, value.map(|value| self.token(value)));
        }
        Value::Object(out)
    }

    fn call(
        &self,
        out: &mut Map<String, Value>,
        call: &ReusableWorkflowCall,
        permissions: Option<&Permissions>,
    ) {
        out.insert("ref".to_owned(), self.text(&call.uses));
        let file = self.files.called.get(&call.uses.value).filter(|_| !self.case.skip_called);
        let workflow = file.and_then(|file| file.parsed.tree.as_ref());
        let effective = workflow.and_then(|workflow| workflow.permissions.as_ref()).or(permissions);
        put(out, "permissions", effective.map(levels));
        put(out, "input-values", call.with.as_ref().map(|with| self.token(with)));
        match &call.secrets {
            SecretsPassed::Nothing => {}
            SecretsPassed::Inherit => put(out, "inherit-secrets", Some(json!(true))),
            SecretsPassed::Named(secrets) => put(out, "secret-values", Some(self.token(secrets))),
        }
        let definition = file
            .and_then(|file| file.template.as_ref())
            .and_then(|raw| raw.get("on")?.get("workflow_call"));
        for (key, name) in [("inputs", "input-definitions"), ("secrets", "secret-definitions")] {
            let value = definition.and_then(|definition| definition.get(key));
            put(out, name, value.filter(|value| !value.is_null()).map(|value| self.token(value)));
        }
        let outputs = definition.and_then(|definition| definition.get("outputs"));
        put(out, "outputs", outputs.map(|outputs| self.token(outputs)));
        let raw = file.and_then(|file| file.template.as_ref());
        for (key, name) in
            [("env", "env"), ("defaults", "defaults"), ("concurrency", "embedded-concurrency")]
        {
            put(out, name, raw.and_then(|raw| raw.get(key)).map(|value| self.token(value)));
        }
        let jobs = match (file, workflow) {
            (Some(file), Some(workflow)) => self.jobs(file, workflow, permissions),
            _ => json!([]),
        };
        out.insert("jobs".to_owned(), jobs);
    }

    fn condition(&self, condition: &Condition) -> Value {
        let mut out = Map::new();
        out.insert("type".to_owned(), json!(3));
        if condition.written.is_some() && self.case.include_source {
            self.place(&mut out, condition.span);
        }
        out.insert("expr".to_owned(), json!(condition.expression.source()));
        Value::Object(out)
    }

    fn text(&self, text: &Spanned<String>) -> Value {
        self.token(&Template::string(text.value.clone(), text.span))
    }

    fn token(&self, template: &Template) -> Value {
        let (kind, content) = match &template.kind {
            TemplateKind::String(text) => (0, Some(("lit", json!(text)))),
            TemplateKind::Sequence(items) => {
                (1, Some(("seq", items.iter().map(|item| self.token(item)).collect())))
            }
            TemplateKind::Mapping(pairs) => {
                let pairs = pairs.iter().map(
                    |(key, value)| json!({ "Key": self.token(key), "Value": self.token(value) }),
                );
                (2, Some(("map", pairs.collect())))
            }
            TemplateKind::Expression(expression) => (3, Some(("expr", json!(expression.source())))),
            TemplateKind::Insert => (4, Some(("directive", json!("insert")))),
            TemplateKind::Boolean(value) => (5, Some(("bool", json!(value)))),
            TemplateKind::Number(value) => (6, Some(("num", number(*value)))),
            TemplateKind::Null => (7, None),
        };
        let bare = !self.case.include_source && matches!(kind, 0 | 5 | 6 | 7);
        if bare {
            return content.map_or(Value::Null, |(_, value)| value);
        }
        let mut out = Map::new();
        out.insert("type".to_owned(), json!(kind));
        if self.case.include_source {
            self.place(&mut out, template.span);
        }
        // An empty list or mapping has a type alone.
        let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
        if let Some((key, value)) = content.filter(|(_, value)| !is_empty(value)) {
            out.insert(key.to_owned(), value);
        }
        Value::Object(out)
    }

    fn place(&self, out: &mut Map<String, Value>, span: windlass_diagnostics::Span) {
        out.insert("file".to_owned(), json!(self.file_number(span.source)));
        out.insert("line".to_owned(), json!(span.start.line));
        out.insert("col".to_owned(), json!(span.start.column));
    }

    fn file_number(&self, source: SourceId) -> usize {
        let name = self.files.sources.name(source);
        self.names.iter().position(|known| known == name).map_or(0, |position| position + 1)
    }
}

/// The scopes of `permissions` with their levels, those without access left out.
fn levels(permissions: &Permissions) -> Value {
    let scopes: Vec<(String, PermissionLevel)> = match &permissions.grant {
        PermissionGrant::All(level) => {
            PERMISSION_SCOPES.iter().map(|scope| ((*scope).to_owned(), *level)).collect()
        }
        PermissionGrant::Scopes(scopes) => {
            scopes.iter().map(|(scope, level)| (scope.clone(), *level)).collect()
        }
    };
    let given = scopes.into_iter().filter(|(_, level)| *level != PermissionLevel::None);
    Value::Object(given.map(|(scope, level)| (scope, json!(level.as_str()))).collect())
}
