//! What all jobs of a run share: its workflows, parsed, and the contexts that never change.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use windlass_diagnostics::SourceMap;
use windlass_github_syntax::{
    expression::Value,
    workflow::{Workflow, WorkflowReference},
};
use windlass_kernel::{ProcessError, RunId, RunInputs};

use crate::inputs::GithubRunInputs;

/// The workflows of a run by the names of their sources: the one that is run and all it calls.
pub struct Program {
    workflows: HashMap<String, Arc<Workflow>>,
    /// The `github` context as far as all jobs share it.
    pub github: Value,
    /// The `vars` context.
    pub vars: Value,
}

impl Program {
    /// Parses every source of a run. Errors in them were shown before the run was made; here only
    /// a file that gives no workflow at all matters.
    ///
    /// # Errors
    /// When a source gives no workflow.
    pub fn new(inputs: &GithubRunInputs) -> Result<Self, ProcessError> {
        let (mut workflows, mut map) = (HashMap::new(), SourceMap::new());
        for (name, text) in &inputs.sources {
            let workflow = crate::sources::parse(&mut map, name, text).tree.ok_or_else(|| {
                ProcessError::Inputs(format!("'{name}' cannot be read as a workflow"))
            })?;
            workflows.insert(name.clone(), Arc::new(workflow));
        }
        let (github, vars) = (inputs.github.clone(), inputs.vars.clone());
        Ok(Program { workflows, github, vars })
    }

    /// The same from sources that have been parsed already.
    pub(crate) fn parsed(
        workflows: HashMap<String, Arc<Workflow>>,
        inputs: &GithubRunInputs,
    ) -> Self {
        Program { workflows, github: inputs.github.clone(), vars: inputs.vars.clone() }
    }

    /// The workflow of a source.
    pub fn get(&self, name: &str) -> Option<&Arc<Workflow>> {
        self.workflows.get(name)
    }
}

/// How many runs' programs a driver keeps; a server's worker moves on from run to run.
const KEPT: usize = 16;

/// The programs of the runs whose jobs a driver has seen last.
#[derive(Default)]
pub struct Programs {
    latest: Mutex<Vec<(RunId, Arc<Program>)>>,
}

impl Programs {
    /// The program of a run.
    ///
    /// # Errors
    /// When the inputs cannot be read.
    pub fn of(&self, run: RunId, inputs: &RunInputs) -> Result<Arc<Program>, ProcessError> {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, program)) = latest.iter().find(|(known, _)| *known == run) {
            return Ok(program.clone());
        }
        let program = Arc::new(Program::new(&GithubRunInputs::read(inputs)?)?);
        if latest.len() == KEPT {
            latest.remove(0);
        }
        latest.push((run, program.clone()));
        Ok(program)
    }
}

/// The name of the source that a call means, seen from the source it stands in: `./…` in a
/// workflow from elsewhere lies beside that workflow, at the same reference.
pub fn called_source(caller: &str, reference: &WorkflowReference) -> String {
    match reference {
        WorkflowReference::Remote { owner, repository, path, reference } => {
            format!("{owner}/{repository}/{path}@{reference}")
        }
        WorkflowReference::Local { path } => match remote_parts(caller) {
            Some((repository, reference)) => format!("{repository}/{path}@{reference}"),
            None => path.clone(),
        },
    }
}

/// `owner/name` and the reference of a source from elsewhere; `None` for one of the project.
pub fn remote_parts(source: &str) -> Option<(&str, &str)> {
    let (path, reference) = source.split_once('@')?;
    let end = path.match_indices('/').nth(1)?.0;
    Some((&path[..end], reference))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_call_in_a_remote_workflow_stays_with_it() {
        let local = WorkflowReference::Local { path: ".github/workflows/b.yml".into() };
        assert_eq!(called_source(".github/workflows/a.yml", &local), ".github/workflows/b.yml");
        assert_eq!(
            called_source("octo/tools/.github/workflows/a.yml@v1", &local),
            "octo/tools/.github/workflows/b.yml@v1"
        );
    }
}
