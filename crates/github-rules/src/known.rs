//! What is known of contexts at one place of a file, for those who help somebody to write it.
//!
//! The same types that the rules judge by, seen from outside: names of properties and what their
//! values are.

use std::rc::Rc;

use windlass_github_syntax::action::{Action, ActionRuns};
use windlass_github_syntax::workflow::{JobBody, Step, Workflow};

use crate::contexts::{self, Contexts};
use crate::project::Project;
use crate::types::Type;

/// What is known of the contexts at one place.
#[derive(Debug, Clone)]
pub struct KnownContexts(Contexts);

/// What is known of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known(Type);

impl KnownContexts {
    /// The contexts of a workflow: in a job, when its id is given, before the step at a place in
    /// its list. Past the last step all of them are known, as for the outputs of the job.
    #[must_use]
    pub fn of_workflow(
        workflow: &Workflow,
        job: Option<&str>,
        step: usize,
        project: &dyn Project,
    ) -> Self {
        let mut contexts = Contexts::new();
        contexts.inputs = contexts::inputs(&workflow.on);
        contexts.jobs = contexts::jobs(workflow, project);
        if let Some(job) = job.and_then(|id| workflow.jobs.get(id)) {
            contexts.needs = contexts::needs(workflow, job, project);
            contexts.matrix = contexts::matrix(job, &contexts);
            if let JobBody::Steps(body) = &job.body {
                contexts.steps = steps_before(&body.steps, step, project);
            }
        }
        Self(contexts)
    }

    /// The contexts of an action, as [`KnownContexts::of_workflow`] has them.
    #[must_use]
    pub fn of_action(action: &Action, step: usize, project: &dyn Project) -> Self {
        let mut contexts = Contexts::new();
        contexts.inputs = contexts::action_inputs(action);
        if let ActionRuns::Composite { steps } = &action.runs {
            contexts.steps = steps_before(steps, step, project);
        }
        Self(contexts)
    }

    /// A context by its name in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Known {
        Known(self.0.get(&name.to_lowercase()))
    }
}

fn steps_before(steps: &[Step], step: usize, project: &dyn Project) -> Type {
    let mut known = Type::closed::<&str>([]);
    steps.iter().take(step).for_each(|step| contexts::add_step(&mut known, step, project));
    known
}

impl Known {
    /// What is known of a property, `*` for that of every element. `None` when there is none of
    /// this name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<Self> {
        match &self.0 {
            Type::Object(object) if name == "*" => {
                let all = object.properties.values().chain(&object.others).cloned();
                Some(Self(Type::Projection(Rc::new(Type::any_of(all)))))
            }
            Type::Array(element) if name == "*" => Some(Self(Type::Projection(element.clone()))),
            Type::Array(element) => Some(Self((**element).clone())),
            Type::Object(object) => object.property(name).map(Self),
            Type::Projection(element) => Self((**element).clone()).property(name),
            Type::Any => Some(Self(Type::Any)),
            Type::Null | Type::Bool | Type::Number | Type::String | Type::Words(_) => None,
        }
    }

    /// The properties that are known by name, in lower case and in order.
    #[must_use]
    pub fn properties(&self) -> Vec<(String, Self)> {
        match &self.0 {
            Type::Object(object) => {
                let known = object.properties.iter();
                known.map(|(name, of)| (name.to_string(), Self(of.clone()))).collect()
            }
            Type::Projection(element) => Self((**element).clone()).properties(),
            _ => Vec::new(),
        }
    }

    /// What it is, in words: "a string", "an object"; "a value" where nothing is known.
    #[must_use]
    pub fn describe(&self) -> String {
        self.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use windlass_diagnostics::SourceId;
    use windlass_github_syntax::parse_workflow;

    use super::*;
    use crate::NoProject;

    #[test]
    fn a_place_knows_the_steps_before_it() {
        let text = "on: push
jobs:
  a:
    runs-on: x
    strategy: {matrix: {os: [a, b], node: [1, 2]}}
    steps:
      - {run: x, id: one}
      - {run: x, id: two}
";
        let workflow = parse_workflow(SourceId(0), "ci.yml", text).tree.unwrap();
        let names = |step: usize, context: &str| -> Vec<String> {
            let contexts = KnownContexts::of_workflow(&workflow, Some("a"), step, &NoProject);
            contexts.get(context).properties().into_iter().map(|(name, _)| name).collect()
        };
        assert_eq!(names(0, "steps"), [""; 0]);
        assert_eq!(names(1, "STEPS"), ["one"]);
        assert_eq!(names(usize::MAX, "steps"), ["one", "two"]);
        assert_eq!(names(0, "matrix"), ["node", "os"]);
        let contexts = KnownContexts::of_workflow(&workflow, Some("a"), 9, &NoProject);
        let one = contexts.get("steps").property("*").unwrap().property("outcome").unwrap();
        assert_eq!(one.describe(), "a string");
        assert_eq!(contexts.get("matrix").property("node").unwrap().describe(), "a number");
    }
}
