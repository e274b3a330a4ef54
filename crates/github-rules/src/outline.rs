//! A workflow as rules about what it does look at it: jobs with their steps in one row, scripts and
//! actions taken apart once. Syntax is checked elsewhere.

use windlass_diagnostics::{Position, Span};
use windlass_github_syntax::expression::{Availability, Expression, Value, View, ViewKind};
use windlass_github_syntax::template::{Template, TemplateKind};
use windlass_github_syntax::workflow::{
    ActionReference, Job, JobBody, JobSteps, Permissions, RunDefaults, SecretsPassed, Step,
    StepKind, Workflow,
};

use crate::layout::Layout;
use crate::shell::{Command, Script};

/// A workflow and its text.
pub(crate) struct Outline<'file> {
    pub(crate) workflow: &'file Workflow,
    pub(crate) text: &'file str,
    /// The jobs with steps, in the order of the file.
    pub(crate) jobs: Vec<JobOutline<'file>>,
}

/// A job with steps.
pub(crate) struct JobOutline<'file> {
    pub(crate) job: &'file Job,
    pub(crate) body: &'file JobSteps,
    pub(crate) steps: Vec<StepOutline<'file>>,
}

/// One step; those of a `parallel` group stand where the group stands.
pub(crate) struct StepOutline<'file> {
    pub(crate) step: &'file Step,
    /// The script, when a POSIX shell reads it.
    pub(crate) script: Option<Script>,
    /// The action of another repository that it uses.
    pub(crate) action: Option<ActionUse<'file>>,
}

/// A step's use of an action of another repository.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ActionUse<'file> {
    pub(crate) owner: &'file str,
    pub(crate) repository: &'file str,
    /// The folder in the repository, empty for its root.
    pub(crate) path: &'file str,
    /// Branch, tag or commit.
    pub(crate) reference: &'file str,
    /// Where `uses` stands.
    pub(crate) span: Span,
    pub(crate) with: Option<&'file Template>,
}

impl<'file> Outline<'file> {
    pub(crate) fn new(workflow: &'file Workflow, text: &'file str) -> Self {
        let mut jobs = Vec::new();
        for job in workflow.jobs.values() {
            if let JobBody::Steps(body) = &job.body {
                let shell = default_shell(workflow, body);
                jobs.push(JobOutline { job, body, steps: steps(&body.steps, shell, text) });
            }
        }
        Self { workflow, text, jobs }
    }

    /// The place where the text begins.
    pub(crate) const fn start(&self) -> Span {
        Span::at(self.workflow.source, Position { offset: 0, line: 1, column: 1 })
    }

    /// Every step with its job.
    pub(crate) fn steps(&self) -> impl Iterator<Item = (&JobOutline<'file>, &StepOutline<'file>)> {
        self.jobs.iter().flat_map(|job| job.steps.iter().map(move |step| (job, step)))
    }

    /// Every use of an action of another repository.
    pub(crate) fn actions(&self) -> impl Iterator<Item = ActionUse<'file>> {
        self.steps().filter_map(|(_, step)| step.action)
    }

    /// Every `env`: of the workflow, of its jobs and of their steps.
    pub(crate) fn environments(&self) -> impl Iterator<Item = &'file Template> {
        let of_jobs = self.jobs.iter().filter_map(|job| job.body.env.as_ref());
        let of_steps = self.steps().filter_map(|(_, step)| step.step.env.as_ref());
        self.workflow.env.iter().chain(of_jobs).chain(of_steps)
    }

    /// The `permissions` that hold for a job, where any are written.
    pub(crate) fn permissions_of(&self, job: &JobOutline<'file>) -> Option<&'file Permissions> {
        job.job.permissions.as_ref().or(self.workflow.permissions.as_ref())
    }

    /// Every value that may hold an expression, conditions left out.
    pub(crate) fn each_value(&self, look: &mut dyn FnMut(&'file Template)) {
        self.workflow.env.iter().for_each(&mut *look);
        for job in self.workflow.jobs.values() {
            job.strategy.iter().for_each(|strategy| look(&strategy.template));
            match &job.body {
                JobBody::Steps(body) => {
                    let values = [&body.env, &body.container, &body.services, &body.outputs];
                    values.into_iter().flatten().for_each(&mut *look);
                }
                JobBody::Reusable(call) => {
                    call.with.iter().for_each(&mut *look);
                    if let SecretsPassed::Named(secrets) = &call.secrets {
                        look(secrets);
                    }
                }
            }
        }
        for (_, step) in self.steps() {
            step.step.env.iter().for_each(&mut *look);
            match &step.step.kind {
                StepKind::Run { script, .. } => look(script),
                StepKind::Uses { with, .. } => with.iter().for_each(&mut *look),
                _ => {}
            }
        }
    }

    /// Every `if` that is written, parsed without what GitHub adds to it.
    pub(crate) fn each_condition(&self, look: &mut dyn FnMut(View<'_>, &Layout, Span)) {
        let of_jobs = self.workflow.jobs.values().map(|job| &job.condition);
        let of_steps = self.steps().map(|(_, step)| &step.step.condition);
        for condition in of_jobs.chain(of_steps) {
            let Some(written) = &condition.written else { continue };
            // The reader has refused what it cannot parse.
            let Ok(expression) = Expression::parse(written, &Availability::any()) else { continue };
            let layout = Layout::new(self.text, condition.span, written);
            if let Some(root) = expression.root() {
                look(root, &layout, condition.span);
            }
        }
    }

    /// What stands in the file for a value.
    pub(crate) fn source(&self, template: &Template) -> &'file str {
        source(self.text, template.span)
    }
}

/// What stands in a text at a place, without the blanks that the place of a quoted scalar in braces
/// ends with.
pub(crate) fn source(text: &str, span: Span) -> &str {
    let range = span.start.offset as usize..span.end.offset as usize;
    text.get(range).unwrap_or_default().trim_end()
}

/// The steps in one row.
pub(crate) fn steps<'file>(
    steps: &'file [Step],
    default_shell: &str,
    text: &str,
) -> Vec<StepOutline<'file>> {
    let mut found = Vec::new();
    for step in steps {
        if let StepKind::Parallel { steps: inner } = &step.kind {
            // The reader allows no group in a group.
            found.extend(inner.iter().map(|step| StepOutline::new(step, default_shell, text)));
        } else {
            found.push(StepOutline::new(step, default_shell, text));
        }
    }
    found
}

/// What `defaults` and the system of the runner make of a step without `shell`: the page "Workflow
/// syntax for GitHub Actions", `jobs.<job_id>.steps[*].shell`.
fn default_shell<'file>(workflow: &'file Workflow, body: &'file JobSteps) -> &'file str {
    let written = [body.defaults.as_ref(), workflow.defaults.as_ref()]
        .into_iter()
        .find_map(|defaults| defaults.and_then(RunDefaults::shell));
    match written {
        Some(shell) => shell.as_str().unwrap_or_default(),
        None if body.runs_on.as_str().is_some_and(|label| label.contains("windows")) => "pwsh",
        None => "bash",
    }
}

impl<'file> JobOutline<'file> {
    /// The container of the job and those of its services.
    pub(crate) fn containers(&self) -> impl Iterator<Item = &'file Template> {
        let services = self.body.services.as_ref().and_then(Template::as_mapping);
        let services = services.into_iter().flatten().map(|(_, service)| service);
        self.body.container.iter().chain(services)
    }
}

impl<'file> StepOutline<'file> {
    fn new(step: &'file Step, default_shell: &str, text: &str) -> Self {
        let (mut script, mut action) = (None, None);
        match &step.kind {
            StepKind::Run { script: template, shell, .. } => {
                let shell = shell
                    .as_ref()
                    .map_or(default_shell, |shell| shell.as_str().unwrap_or_default());
                let program = shell.split_whitespace().next().unwrap_or_default();
                if matches!(program.rsplit('/').next(), Some("bash" | "sh")) {
                    script = Script::read(template, text);
                }
            }
            StepKind::Uses {
                uses,
                action: ActionReference::Repository { owner, repository, path, reference },
                with,
            } => {
                action = Some(ActionUse {
                    owner,
                    repository,
                    path,
                    reference,
                    span: uses.span,
                    with: with.as_ref(),
                });
            }
            _ => {}
        }
        Self { step, script, action }
    }

    /// The commands of its script; none for an action.
    pub(crate) fn commands(&self) -> &[Command] {
        self.script.as_ref().map_or(&[], |script| &script.commands)
    }

    /// Whether it uses this action, written `owner/repository` or with a path behind.
    pub(crate) fn uses(&self, name: &str) -> bool {
        self.action.is_some_and(|action| action.is(name))
    }

    /// Whether it pushes an image: `docker push`, `--push`, or `push` of an action that builds.
    pub(crate) fn pushes_an_image(&self) -> bool {
        let by_action =
            self.input("push").is_some_and(|push| push.literal_text().as_deref() != Some("false"));
        let pushes = |command: &Command| {
            command.is(&["docker", "push"]) || command.name() == "docker" && command.has("--push")
        };
        by_action || self.commands().iter().any(pushes)
    }

    /// An input of its action.
    pub(crate) fn input(&self, name: &str) -> Option<&'file Template> {
        self.action.and_then(|action| action.input(name))
    }
}

impl<'file> ActionUse<'file> {
    /// Whether it is this action, written `owner/repository` or with a path behind.
    pub(crate) fn is(&self, name: &str) -> bool {
        let mut rest = name;
        let mut begins_with = |part: &str| {
            let Some((begin, behind)) = rest.split_at_checked(part.len()) else { return false };
            rest = behind;
            begin.eq_ignore_ascii_case(part)
        };
        let is_root = self.path.is_empty();
        let below = if is_root { 0 } else { 1 + self.path.len() };
        // Long tables are looked through, in which few names have the length.
        name.len() == self.owner.len() + 1 + self.repository.len() + below
            && begins_with(self.owner)
            && begins_with("/")
            && begins_with(self.repository)
            && (is_root || begins_with("/") && begins_with(self.path))
    }

    /// The first number of a version such as `v4.1`.
    pub(crate) fn major(&self) -> Option<u32> {
        self.reference.trim_start_matches('v').split('.').next()?.parse().ok()
    }

    /// Whether it is one of these.
    pub(crate) fn is_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.is(name))
    }

    /// An input as it is written; names do not differ by case.
    pub(crate) fn input(&self, name: &str) -> Option<&'file Template> {
        let pairs = self.with?.as_mapping()?;
        let is_it = |key: &Template| key.as_str().is_some_and(|key| key.eq_ignore_ascii_case(name));
        pairs.iter().find(|(key, _)| is_it(key)).map(|(_, value)| value)
    }

    /// An input without expressions, as the action sees it.
    pub(crate) fn literal(&self, name: &str) -> Option<String> {
        self.input(name)?.literal_text()
    }
}

/// Shows each expression in a value, those of a text that mixes several one by one, with its way
/// back to the file.
pub(crate) fn each_expression(
    template: &Template,
    text: &str,
    look: &mut dyn FnMut(View<'_>, &Layout),
) {
    match &template.kind {
        TemplateKind::Expression(expression) => {
            let Some(root) = expression.root() else { return };
            let layout = Layout::new(text, template.span, expression.source());
            match root.kind() {
                ViewKind::Call { arguments, .. } if layout.is_mixed => {
                    arguments.into_iter().skip(1).for_each(|argument| look(argument, &layout));
                }
                _ => look(root, &layout),
            }
        }
        TemplateKind::Sequence(items) => {
            items.iter().for_each(|item| each_expression(item, text, look));
        }
        TemplateKind::Mapping(pairs) => {
            pairs.iter().for_each(|(_, value)| each_expression(value, text, look));
        }
        _ => {}
    }
}

/// Every node of an expression, the outermost first.
pub(crate) fn each_node(view: View<'_>, look: &mut dyn FnMut(View<'_>)) {
    look(view);
    match view.kind() {
        ViewKind::Literal(_) | ViewKind::Context(_) | ViewKind::Wildcard => {}
        ViewKind::Call { arguments: nodes, .. } | ViewKind::And(nodes) | ViewKind::Or(nodes) => {
            nodes.into_iter().for_each(|node| each_node(node, look));
        }
        ViewKind::Index { base: one, index: other }
        | ViewKind::Compare { left: one, right: other, .. } => {
            each_node(one, look);
            each_node(other, look);
        }
        ViewKind::Not(operand) => each_node(operand, look),
    }
}

/// The path of a node as it is written: `github.event.issue.title`. `None` when it is no path of
/// names.
pub(crate) fn path(view: View<'_>) -> Option<String> {
    match view.kind() {
        ViewKind::Context(name) => Some(name.to_owned()),
        ViewKind::Index { base, index } => match index.kind() {
            ViewKind::Literal(Value::String(name)) => Some(format!("{}.{name}", path(base)?)),
            _ => None,
        },
        _ => None,
    }
}
