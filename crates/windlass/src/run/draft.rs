//! A run before it has a number: its title and its checked inputs.

use std::{
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use windlass_github::{
    event::Event,
    inputs::{GithubRunInputs, Selection},
    launch::{Compiled, RunIdentity, github_context},
    program::Program,
};
use windlass_github_syntax::expression::Value;
use windlass_kernel::RunInputs;

use super::project::Opened;
use crate::{arguments, exit::Failure};

/// A run before it has a number.
pub struct Draft<'a> {
    compiled: &'a Compiled,
    /// What people call the workflow.
    pub title: String,
    inputs: Value,
}

impl<'a> Draft<'a> {
    /// The inputs are checked before anything of the run exists.
    pub fn new(compiled: &'a Compiled, event: &Event) -> Result<Self, Failure> {
        let inputs = compiled.inputs(event).map_err(|errors| {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            Failure::refused_because(format!("{}: {}", compiled.name, lines.join("\n  ")))
        })?;
        let name = compiled.workflow().and_then(|it| it.name.as_ref());
        let title = name.map_or_else(|| compiled.name.clone(), |name| name.value.clone());
        Ok(Draft { compiled, title, inputs })
    }

    /// The name of the workflow's file.
    pub fn workflow(&self) -> &str {
        &self.compiled.name
    }

    /// What the run starts from.
    pub fn run_inputs(
        self,
        arguments: &arguments::Run,
        opened: &Opened,
        event: &Event,
        number: u64,
    ) -> Result<RunInputs, Failure> {
        let (inputs, title) = self.inputs(arguments, opened, event, number);
        inputs.into_run_inputs(title).map_err(Failure::environment)
    }

    /// The same for a plan, with the sources that were parsed for the checks.
    pub fn program(
        self,
        arguments: &arguments::Run,
        opened: &Opened,
        event: &Event,
    ) -> Result<(RunInputs, Arc<Program>), Failure> {
        let compiled = self.compiled;
        let (inputs, title) = self.inputs(arguments, opened, event, 1);
        let program = Arc::new(compiled.program(&inputs));
        Ok((inputs.into_run_inputs(title).map_err(Failure::environment)?, program))
    }

    fn inputs(
        self,
        arguments: &arguments::Run,
        opened: &Opened,
        event: &Event,
        number: u64,
    ) -> (GithubRunInputs, String) {
        let identity = RunIdentity {
            id: numeric_id(),
            number,
            attempt: 1,
            workflow_file: self.compiled.name.clone(),
            workflow_name: self.title.clone(),
        };
        let github = github_context(event, &opened.repository, &identity);
        let selection = Selection {
            jobs: arguments.job.clone(),
            without_needs: arguments.no_needs,
            matrix: arguments.matrix.clone(),
            ..Selection::default()
        };
        let vars = arguments.var.iter().cloned().collect();
        (self.compiled.run_inputs(github, self.inputs, vars, selection), self.title)
    }
}

/// `github.run_id`: GitHub's are numbers, so the time in microseconds stands in.
fn numeric_id() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_micros()).unwrap_or(u64::MAX)
}
