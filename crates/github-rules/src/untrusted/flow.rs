//! The way of text from outside through a workflow: `env`, `$GITHUB_ENV`, outputs, `needs`.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use windlass_diagnostics::{Label, Span};
use windlass_github_syntax::action::Action;
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::{InputType, Workflow};

use super::javascript::{self, Target};
use super::scope::{ANY_OUTPUT, Outputs, Scope, passed};
use super::{Origin, Writer};
use crate::outline::{JobOutline, Outline, StepOutline, source};
use crate::shell::{Script, Word};

/// Actions whose outputs are texts of a pull request: names of its files and of its branch.
/// Sources: the README of each.
const ACTIONS: [(&str, &str); 5] = [
    ("tj-actions/changed-files", "names of files in the pull request"),
    ("jitterbit/get-changed-files", "names of files in the pull request"),
    ("trilom/file-changes-action", "names of files in the pull request"),
    ("tj-actions/branch-names", "the name of the pull request's branch"),
    ("xt0rted/pull-request-comment-branch", "the name of the pull request's branch"),
];

/// What looks at a step, with what is known when the step starts.
pub(crate) type Look<'look> = &'look mut dyn FnMut(&StepOutline<'_>, &Scope);

/// Shows every step of a workflow. Jobs come after those that they need.
pub(crate) fn walk(outline: &Outline<'_>, look: Look<'_>) {
    let text = outline.text;
    let mut scope = Scope::default();
    inputs(outline.workflow, &mut scope);
    scope.add_env(outline.workflow.env.as_ref(), text);
    for job in in_order(&outline.jobs) {
        let mut inside = scope.clone();
        matrix(job, text, &mut inside);
        inside.add_env(job.body.env.as_ref(), text);
        walk_steps(&job.steps, text, &mut inside, look);
        let id = &job.job.id.value;
        let outputs = outputs(job.body.outputs.as_ref(), text, &inside, id);
        if !outputs.is_empty() {
            Rc::make_mut(&mut scope.jobs).insert(id.to_lowercase(), outputs);
        }
    }
}

/// Shows every step of a composite action, whose inputs may be any text.
pub(crate) fn walk_action(action: &Action, steps: &[StepOutline<'_>], text: &str, look: Look<'_>) {
    let mut scope = Scope::default();
    for (name, input) in &action.inputs {
        scope.add_input(name, input.name.span);
    }
    walk_steps(steps, text, &mut scope, look);
}

fn walk_steps(steps: &[StepOutline<'_>], text: &str, inside: &mut Scope, look: Look<'_>) {
    for step in steps {
        let mut at_step = inside.clone();
        at_step.add_env(step.step.env.as_ref(), text);
        look(step, &at_step);
        leave(step, text, &at_step, inside);
    }
}

/// Jobs after those that they need; those in a circle are left out.
fn in_order<'a, 'file>(jobs: &'a [JobOutline<'file>]) -> Vec<&'a JobOutline<'file>> {
    let by_id: HashMap<String, usize> =
        jobs.iter().enumerate().map(|(at, job)| (job.job.id.value.to_lowercase(), at)).collect();
    let mut waits = vec![0_usize; jobs.len()];
    let mut needed_by = vec![Vec::new(); jobs.len()];
    for (at, job) in jobs.iter().enumerate() {
        for need in job.job.needs.iter().filter_map(|need| by_id.get(&need.value.to_lowercase())) {
            waits[at] += 1;
            needed_by[*need].push(at);
        }
    }
    let mut ready: VecDeque<usize> = (0..jobs.len()).filter(|at| waits[*at] == 0).collect();
    let mut ordered = Vec::with_capacity(jobs.len());
    while let Some(at) = ready.pop_front() {
        ordered.push(&jobs[at]);
        for next in &needed_by[at] {
            waits[*next] -= 1;
            if waits[*next] == 0 {
                ready.push_back(*next);
            }
        }
    }
    ordered
}

/// Inputs that are free text: those of other types hold what was declared.
fn inputs(workflow: &Workflow, scope: &mut Scope) {
    let dispatch = workflow.on.workflow_dispatch().into_iter();
    let call = workflow.on.workflow_call().into_iter();
    let inputs = dispatch
        .flat_map(|dispatch| dispatch.inputs.values().map(|input| (&input.name, input.kind)))
        .chain(call.flat_map(|call| call.inputs.values().map(|input| (&input.name, input.kind))));
    for (name, kind) in inputs {
        if kind == InputType::String {
            scope.add_input(&name.value, name.span);
        }
    }
}

fn matrix(job: &JobOutline<'_>, text: &str, scope: &mut Scope) {
    let matrix = job.job.strategy.as_ref().and_then(|strategy| strategy.matrix());
    for (key, value) in matrix.and_then(Template::as_mapping).into_iter().flatten() {
        let (Some(name), Some(origin)) = (key.as_str(), scope.of_template(value, text)) else {
            continue;
        };
        let label = passed(key.span, &origin, &format!("matrix.{name}"));
        scope.matrix.insert(name.to_lowercase(), origin.through(label));
    }
}

fn outputs(outputs: Option<&Template>, text: &str, scope: &Scope, job: &str) -> Outputs {
    let mut found = Outputs::new();
    for (key, value) in outputs.and_then(Template::as_mapping).into_iter().flatten() {
        let (Some(name), Some(origin)) = (key.as_str(), scope.of_template(value, text)) else {
            continue;
        };
        let label = passed(key.span, &origin, &format!("needs.{job}.outputs.{name}"));
        found.insert(name.to_lowercase(), origin.through(label));
    }
    found
}

/// What a step leaves behind for those after it.
fn leave(step: &StepOutline<'_>, text: &str, at_step: &Scope, after: &mut Scope) {
    let id = step.step.id.value.to_lowercase();
    let mut hand_on = |target, name: String, origin: Origin, span| {
        let (shown, values) = match target {
            Target::Variable => (format!("env.{name}"), &mut after.env),
            Target::Output => (
                format!("steps.{}.outputs.{name}", step.step.id.value),
                after.steps.entry(id.clone()).or_default(),
            ),
        };
        let origin = origin.through(passed(span, &origin, &shown));
        values.insert(name.to_lowercase(), origin);
    };
    if let Some(script) = &step.script {
        for Written { file, name, word, origin, .. } in written(script, at_step) {
            let target = match file {
                "GITHUB_ENV" => Target::Variable,
                "GITHUB_OUTPUT" => Target::Output,
                _ => continue,
            };
            if let Some(name) = name {
                hand_on(target, name, origin, script.span(text, word));
            }
        }
    }
    if let Some(script) = step.input("script").filter(|_| step.uses("actions/github-script")) {
        for (target, name, origin) in javascript::handed_on(source(text, script.span)) {
            hand_on(target, name, origin, script.span);
        }
    }
    let action = step.action.and_then(|action| {
        let known = ACTIONS.iter().find(|(name, _)| action.is(name))?;
        Some((action.span, *known))
    });
    if let Some((span, (name, what))) = action {
        let origin = by_action(name, what, span);
        after.steps.entry(id).or_default().insert(ANY_OUTPUT.to_owned(), origin);
    }
}

fn by_action(name: &str, what: &str, span: Span) -> Origin {
    let label = Label { span, text: format!("`{name}` gives {what}") };
    Origin { writer: Writer::Anybody, source: what.to_owned(), way: vec![label] }
}

/// The files that hand something on to later steps: the page "Workflow commands for GitHub
/// Actions", section "Environment files".
const FILES: [&str; 3] = ["GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH"];

/// A word from outside that a script writes to one of the [`FILES`].
pub(crate) struct Written<'script> {
    pub(crate) file: &'static str,
    /// The name that it is part of the value of.
    pub(crate) name: Option<String>,
    /// Whether what ends the value is made by the script, so that nobody outside can guess it.
    pub(crate) is_enclosed: bool,
    pub(crate) word: &'script Word,
    pub(crate) origin: Origin,
}

/// The words from outside that a script writes to the files for later steps.
pub(crate) fn written<'script>(script: &'script Script, scope: &Scope) -> Vec<Written<'script>> {
    let mut variables = Outputs::new();
    let mut found = Vec::new();
    let mut under_way = None;
    for command in &script.commands {
        for assignment in &command.assignments {
            if let Some(origin) = scope.of_word(&assignment.value, &variables) {
                variables.insert(assignment.name.to_lowercase(), origin);
            }
        }
        let Some(file) = FILES.into_iter().find(|file| command.writes_to(file)) else { continue };
        let mut of_format = None;
        for word in command.words.iter().skip(1).chain(&command.documents) {
            let name = of_format.clone().or_else(|| name_of(&word.unquoted(), &mut under_way));
            if command.name() == "printf" {
                // What follows is put into the first word.
                of_format.clone_from(&name);
            }
            if let Some(origin) = scope.of_word(word, &variables) {
                let is_enclosed = under_way.as_ref().is_some_and(UnderWay::has_secret_end);
                found.push(Written { file, name, is_enclosed, word, origin });
            }
        }
    }
    found
}

/// A value of several lines that is being written: `NAME<<END`, the lines, `END` ("Workflow
/// commands for GitHub Actions", "Multiline strings").
struct UnderWay {
    name: String,
    end: String,
}

impl UnderWay {
    fn has_secret_end(&self) -> bool {
        self.end.contains(['$', '`'])
    }
}

/// The name that a word gives a value, or that it adds to.
fn name_of(word: &str, under_way: &mut Option<UnderWay>) -> Option<String> {
    if let Some(value) = under_way {
        let name = value.name.clone();
        if word.lines().any(|line| line.trim() == value.end) {
            *under_way = None;
        }
        return Some(name);
    }
    let sign = word.find('=').unwrap_or(word.len());
    if let Some((name, rest)) = word.split_once("<<").filter(|(name, _)| name.len() < sign) {
        // What a program such as printf makes lines of counts as a new line.
        let rest = rest.replace("\\n", "\n");
        let mut lines = rest.lines().map(str::trim);
        let end = lines.next().unwrap_or_default().to_owned();
        if !lines.any(|line| line == end) {
            *under_way = Some(UnderWay { name: name.to_owned(), end });
        }
        return Some(name.to_owned());
    }
    word.get(..sign).filter(|_| sign < word.len()).map(str::to_owned)
}
