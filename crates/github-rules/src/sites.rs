//! Where expressions stand in a file, what each place wants, and which contexts it has.

use std::rc::Rc;

use windlass_diagnostics::Fix;
use windlass_github_syntax::action::{Action, ActionRuns};
use windlass_github_syntax::expression::{Availability, Expression};
use windlass_github_syntax::template::{Template, TemplateKind};
use windlass_github_syntax::workflow::{
    Concurrency, Condition, Environment, Job, JobBody, JobSteps, ReusableWorkflowCall, RunDefaults,
    SecretsPassed, Step, StepKind, Strategy, Triggers, Workflow, WorkflowReference,
};

use crate::contexts::{self, Contexts};
use crate::findings::Findings;
use crate::layout::Layout;
use crate::project::Project;
use crate::rules;
use crate::types::Type;
use crate::types::infer::{Inference, Mistake};

/// What a place does with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// It becomes part of a text.
    Text,
    /// It is a mapping under this key; the values in it become texts.
    Mapping(&'static str),
    /// It is a value of this type.
    Scalar(Type),
    /// It is a label of a runner, a list of them, or a mapping with `group` and `labels`.
    Labels,
    /// It may be anything.
    Anything,
}

/// Goes through the places of one file.
struct Walk<'run, 'text> {
    contexts: Contexts,
    project: &'run dyn Project,
    findings: &'run mut Findings<'text>,
}

/// Every expression of a workflow.
pub(crate) fn workflow(workflow: &Workflow, project: &dyn Project, findings: &mut Findings<'_>) {
    let mut contexts = Contexts::new();
    contexts.inputs = Type::closed::<&str>([]);
    contexts.secrets = contexts::secrets(&workflow.on);
    contexts.narrow_github(&workflow.on);
    contexts.step_ids = Rc::new(contexts::step_ids(workflow));
    let mut walk = Walk { contexts, project, findings };
    walk.defaults_of_inputs(&workflow.on);
    walk.contexts.inputs = contexts::inputs(&workflow.on);
    walk.texts(workflow.run_name.as_ref());
    walk.mapping("env", workflow.env.as_ref());
    walk.concurrency(workflow.concurrency.as_ref());
    walk.defaults(workflow.defaults.as_ref());
    if let Some(call) = workflow.on.workflow_call() {
        walk.contexts.jobs = contexts::jobs(workflow, project);
        call.outputs.values().for_each(|output| walk.template(&output.value, Wanted::Text));
    }
    for job in workflow.jobs.values() {
        walk.contexts.needs = contexts::needs(workflow, job, project);
        walk.job(job);
    }
}

/// Every expression of an action.
pub(crate) fn action(action: &Action, project: &dyn Project, findings: &mut Findings<'_>) {
    let mut contexts = Contexts::new();
    contexts.inputs = contexts::action_inputs(action);
    let mut walk = Walk { contexts, project, findings };
    let ActionRuns::Composite { steps } = &action.runs else { return };
    walk.steps(steps);
    let values = action.outputs.values().filter_map(|output| output.value.as_ref());
    values.for_each(|value| walk.template(value, Wanted::Text));
}

impl Walk<'_, '_> {
    /// The defaults of a called workflow's inputs: each sees the inputs before it.
    fn defaults_of_inputs(&mut self, on: &Triggers) {
        for (name, input) in on.workflow_call().into_iter().flat_map(|call| &call.inputs) {
            if let Some(default) = &input.default {
                self.template(default, Wanted::Anything);
                rules::input_type::check(name, input.kind, default, &self.contexts, self.findings);
            }
            self.contexts.inputs.insert(name, contexts::of(input.kind));
        }
    }

    /// What a call of a workflow in the project gives to its inputs.
    fn inputs_of_call(&mut self, call: &ReusableWorkflowCall) {
        let WorkflowReference::Local { path } = &call.reference else { return };
        let Some(called) = self.project.workflow(path) else { return };
        let Some(declared) = called.on.workflow_call() else { return };
        let given = call.with.as_ref().and_then(Template::as_mapping).unwrap_or_default();
        for (key, value) in given {
            let named =
                |name: &String| key.as_str().is_some_and(|key| key.eq_ignore_ascii_case(name));
            let input = declared.inputs.iter().find(|(name, _)| named(name));
            if let Some((name, input)) = input {
                rules::input_type::check(name, input.kind, value, &self.contexts, self.findings);
            }
        }
    }

    fn job(&mut self, job: &Job) {
        if let Some(strategy) = &job.strategy {
            self.strategy(strategy);
        }
        self.contexts.matrix = contexts::matrix(job, &self.contexts);
        self.texts(job.name.as_ref());
        self.condition(&job.condition);
        self.concurrency(job.concurrency.as_ref());
        match &job.body {
            JobBody::Steps(body) => self.job_steps(body),
            JobBody::Reusable(call) => {
                self.anything(call.with.as_ref());
                self.inputs_of_call(call);
                if let SecretsPassed::Named(secrets) = &call.secrets {
                    self.template(secrets, Wanted::Anything);
                }
            }
        }
    }

    fn job_steps(&mut self, body: &JobSteps) {
        self.template(&body.runs_on, Wanted::Labels);
        self.scalar(Type::Number, body.timeout_minutes.as_ref());
        self.scalar(Type::Number, body.cancel_timeout_minutes.as_ref());
        self.scalar(Type::Bool, body.continue_on_error.as_ref());
        self.mapping("env", body.env.as_ref());
        self.defaults(body.defaults.as_ref());
        self.anything(body.container.as_ref());
        match &body.services {
            Some(services) if services.as_expression().is_some() => {
                self.mapping("services", Some(services));
            }
            services => self.anything(services.as_ref()),
        }
        self.snapshot(body.snapshot.as_ref());
        self.steps(&body.steps);
        self.mapping("outputs", body.outputs.as_ref());
        self.environment(body.environment.as_ref());
    }

    /// The steps in order: each sees the ids of those before it, and what follows sees all.
    fn steps(&mut self, steps: &[Step]) {
        self.contexts.steps = Type::closed::<&str>([]);
        for step in steps {
            self.step(step);
            contexts::add_step(&mut self.contexts.steps, step, self.project);
            if let StepKind::Parallel { steps: inner } = &step.kind {
                // In which order these run is not known.
                inner.iter().for_each(|step| self.step(step));
            }
        }
    }

    fn step(&mut self, step: &Step) {
        self.condition(&step.condition);
        self.texts(step.name.as_ref());
        self.scalar(Type::Number, step.timeout_minutes.as_ref());
        self.scalar(Type::Bool, step.continue_on_error.as_ref());
        self.mapping("env", step.env.as_ref());
        match &step.kind {
            StepKind::Run { script, shell, working_directory } => {
                self.template(script, Wanted::Text);
                self.texts(shell.as_ref());
                self.texts(working_directory.as_ref());
            }
            StepKind::Uses { with, .. } => self.mapping("with", with.as_ref()),
            _ => {}
        }
    }

    fn strategy(&mut self, strategy: &Strategy) {
        let Some(pairs) = strategy.template.as_mapping() else {
            self.mapping("strategy", Some(&strategy.template));
            return;
        };
        for (key, value) in pairs {
            let wanted = match key.as_str() {
                Some("fail-fast") => Wanted::Scalar(Type::Bool),
                Some("max-parallel") => Wanted::Scalar(Type::Number),
                Some("matrix") if value.as_expression().is_some() => Wanted::Mapping("matrix"),
                _ => Wanted::Anything,
            };
            self.template(value, wanted);
        }
    }

    fn snapshot(&mut self, snapshot: Option<&Template>) {
        self.anything(snapshot);
        let Some(condition) = snapshot.and_then(|snapshot| snapshot.get("if")) else { return };
        let parsed = match (&condition.kind, condition.literal_text()) {
            (TemplateKind::Expression(expression), _) => Ok(expression.clone()),
            (_, text) => Expression::parse(&text.unwrap_or_default(), &Availability::any()),
        };
        if let Ok(expression) = parsed {
            rules::constant_condition::judge(&expression, condition.span, self.findings);
        }
    }

    fn concurrency(&mut self, concurrency: Option<&Concurrency>) {
        let Some(concurrency) = concurrency else { return };
        if concurrency.template.as_mapping().is_some() {
            self.template(concurrency.group(), Wanted::Text);
            self.scalar(Type::Bool, concurrency.cancel_in_progress());
        } else {
            self.template(&concurrency.template, Wanted::Anything);
        }
    }

    fn environment(&mut self, environment: Option<&Environment>) {
        let Some(environment) = environment else { return };
        self.template(environment.name(), Wanted::Anything);
        self.texts(environment.url());
    }

    fn defaults(&mut self, defaults: Option<&RunDefaults>) {
        self.texts(defaults.and_then(RunDefaults::shell));
        self.texts(defaults.and_then(RunDefaults::working_directory));
    }

    fn texts(&mut self, template: Option<&Template>) {
        template.into_iter().for_each(|template| self.template(template, Wanted::Text));
    }

    fn anything(&mut self, template: Option<&Template>) {
        template.into_iter().for_each(|template| self.template(template, Wanted::Anything));
    }

    fn scalar(&mut self, of: Type, template: Option<&Template>) {
        template
            .into_iter()
            .for_each(|template| self.template(template, Wanted::Scalar(of.clone())));
    }

    fn mapping(&mut self, key: &'static str, template: Option<&Template>) {
        template.into_iter().for_each(|template| self.template(template, Wanted::Mapping(key)));
    }

    fn template(&mut self, template: &Template, wanted: Wanted) {
        match &template.kind {
            TemplateKind::Expression(expression) => self.expression(template, expression, wanted),
            TemplateKind::Sequence(items) => {
                items.iter().for_each(|item| self.template(item, Wanted::Anything));
            }
            TemplateKind::Mapping(pairs) => {
                let inner = match wanted {
                    Wanted::Mapping(_) => Wanted::Text,
                    _ => Wanted::Anything,
                };
                for (key, value) in pairs {
                    self.template(key, Wanted::Text);
                    self.template(value, inner.clone());
                }
            }
            _ => {}
        }
    }

    fn expression(&mut self, template: &Template, expression: &Expression, wanted: Wanted) {
        let layout = Layout::new(self.findings.text(), template.span, expression.source());
        let Some(root) = expression.root() else { return };
        let mut inference = Inference::new(&self.contexts);
        let of = inference.of(root);
        match wanted {
            _ if layout.is_mixed => rules::object_as_text::judge_mixed(&mut inference, root),
            Wanted::Text => rules::object_as_text::judge(&mut inference, root.range(), &of),
            Wanted::Mapping(key) => {
                rules::mapping_expected::judge(&mut inference, root.range(), key, &of);
            }
            Wanted::Scalar(wanted) => {
                rules::value_type::judge(&mut inference, root.range(), &wanted, &of);
            }
            Wanted::Labels => rules::value_type::judge_labels(&mut inference, root.range(), &of),
            Wanted::Anything => {}
        }
        let mistakes = inference.mistakes;
        self.report(mistakes, &layout);
    }

    fn condition(&mut self, condition: &Condition) {
        let Some(written) = &condition.written else { return };
        // The reader has refused what it cannot parse.
        let Ok(expression) = Expression::parse(written, &Availability::any()) else { return };
        let layout = Layout::new(self.findings.text(), condition.span, written);
        let mut inference = Inference::new(&self.contexts);
        let of = expression.root().map_or(Type::Null, |root| inference.of(root));
        let mistakes = inference.mistakes;
        self.report(mistakes, &layout);
        if layout.is_mixed {
            rules::condition_text::report(condition.span, self.findings);
        } else {
            rules::constant_condition::judge(&expression, condition.span, self.findings);
            rules::constant_condition::judge_type(&of, condition.span, self.findings);
        }
    }

    fn report(&mut self, mistakes: Vec<Mistake>, layout: &Layout) {
        for mistake in mistakes {
            let span = layout.span(self.findings.text(), &mistake.range);
            let mut finding = mistake.rule.finding(span, mistake.message);
            finding.help = mistake.help;
            finding.fix = mistake.meant.and_then(|(written, meant)| {
                let start = mistake.range.end.checked_sub(written.len())?;
                let word = layout.span(self.findings.text(), &(start..mistake.range.end));
                let at = word.start.offset as usize..word.end.offset as usize;
                let is_there = self.findings.text().get(at) == Some(&*written);
                is_there.then(|| Fix::suggested(format!("write `{meant}`"), word, meant))
            });
            self.findings.add(finding);
        }
    }
}
