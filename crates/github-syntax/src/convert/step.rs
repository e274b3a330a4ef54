//! Steps of jobs and of composite actions.

use indexmap::IndexSet;

use super::identifier::Identifiers;
use super::{Converter, one_or_more, spanned_text};
use crate::problem::ProblemKind;
use crate::reader::suggestion;
use crate::template::Template;
use crate::workflow::{ActionReference, Step, StepId, StepKind};

impl Converter<'_> {
    /// Converts a list of steps. Written ids are taken first, in order; then the steps without one
    /// get theirs.
    pub(super) fn steps(&mut self, template: Option<&Template>) -> Vec<Step> {
        let mut steps: Vec<Step> = self.step_list(template);
        let mut identifiers = Identifiers::default();
        self.take_written_ids(&steps, &mut identifiers);
        generate_ids(&mut steps, &mut identifiers);
        self.check_background(&steps);
        steps
    }

    fn step_list(&mut self, template: Option<&Template>) -> Vec<Step> {
        let items = template.and_then(Template::as_sequence).unwrap_or_default();
        items.iter().filter_map(|item| self.step(item)).collect()
    }

    fn step(&mut self, template: &Template) -> Option<Step> {
        template.as_mapping()?;
        let span = template.span;
        let kind = self.step_kind(template)?;
        let id = template.get("id").and_then(spanned_text);
        Some(Step {
            span,
            id: StepId {
                span: id.as_ref().map(|id| id.span),
                value: id.map(|id| id.value).unwrap_or_default(),
            },
            name: template.get("name").cloned(),
            condition: self.step_condition(template.get("if"), span),
            continue_on_error: template.get("continue-on-error").cloned(),
            timeout_minutes: template.get("timeout-minutes").cloned(),
            env: template.get("env").cloned(),
            background: template.get("background").and_then(Template::as_bool).unwrap_or(false),
            kind,
        })
    }

    fn step_kind(&mut self, template: &Template) -> Option<StepKind> {
        if let Some(script) = template.get("run") {
            return Some(StepKind::Run {
                script: script.clone(),
                shell: template.get("shell").cloned(),
                working_directory: template.get("working-directory").cloned(),
            });
        }
        if let Some(uses) = template.get("uses").and_then(spanned_text) {
            let action = ActionReference::parse(&uses.value);
            if action.is_none() {
                self.problem(uses.span, ProblemKind::UsesSyntax { uses: uses.value.clone() });
            }
            let action = action.unwrap_or(ActionReference::Local { path: uses.value.clone() });
            return Some(StepKind::Uses { uses, action, with: template.get("with").cloned() });
        }
        if let Some(targets) = template.get("wait") {
            return Some(StepKind::Wait { targets: one_or_more(targets) });
        }
        if template.get("wait-all").is_some() {
            return Some(StepKind::WaitAll);
        }
        if let Some(target) = template.get("cancel").and_then(spanned_text) {
            return Some(StepKind::Cancel { target });
        }
        let parallel = template.get("parallel")?;
        Some(StepKind::Parallel { steps: self.step_list(Some(parallel)) })
    }

    fn take_written_ids(&mut self, steps: &[Step], identifiers: &mut Identifiers) {
        for step in steps {
            if let Some(span) = step.id.span
                && let Err(kind) = identifiers.add(&step.id.value, span)
            {
                self.problem(span, kind);
            }
            if let StepKind::Parallel { steps } = &step.kind {
                self.take_written_ids(steps, identifiers);
            }
        }
    }

    /// `wait` and `cancel` name background steps that were started before them.
    fn check_background(&mut self, steps: &[Step]) {
        let mut started: IndexSet<String> = IndexSet::new();
        for step in steps {
            let targets = match &step.kind {
                StepKind::Wait { targets } => targets.as_slice(),
                StepKind::Cancel { target } => std::slice::from_ref(target),
                StepKind::Parallel { steps } => {
                    self.check_parallel(steps);
                    // They are background steps with a wait behind them.
                    started.extend(steps.iter().map(|step| step.id.value.to_ascii_lowercase()));
                    continue;
                }
                StepKind::Run { .. } | StepKind::Uses { .. } | StepKind::WaitAll => &[],
            };
            for target in targets {
                if !started.contains(&target.value.to_ascii_lowercase()) {
                    let suggestion =
                        suggestion::nearest(&target.value, started.iter().map(String::as_str));
                    let id = target.value.clone();
                    self.problem(
                        target.span,
                        ProblemKind::UnknownBackgroundStep { id, suggestion },
                    );
                }
            }
            if step.background {
                started.insert(step.id.value.to_ascii_lowercase());
            }
        }
    }

    /// A group of parallel steps should hold steps that do something themselves; GitHub's
    /// documentation shows no others.
    fn check_parallel(&mut self, steps: &[Step]) {
        for step in steps {
            let found = match &step.kind {
                StepKind::Run { .. } | StepKind::Uses { .. } => continue,
                StepKind::Wait { .. } => "wait",
                StepKind::WaitAll => "wait-all",
                StepKind::Cancel { .. } => "cancel",
                StepKind::Parallel { .. } => "parallel",
            };
            self.problem(step.span, ProblemKind::ParallelStep { found });
        }
    }
}

fn generate_ids(steps: &mut [Step], identifiers: &mut Identifiers) {
    for step in steps {
        if step.id.span.is_none() {
            step.id.value = identifiers.generate(&step.kind);
        }
        if let StepKind::Parallel { steps } = &mut step.kind {
            generate_ids(steps, identifiers);
        }
    }
}
