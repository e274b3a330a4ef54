//! The workflows of a run, parsed: the one that is run and all that it calls.

use std::{collections::HashMap, sync::Arc};

use windlass_diagnostics::SourceMap;
use windlass_github_syntax::workflow::{Workflow, WorkflowReference};
use windlass_kernel::ProcessError;

use crate::inputs::GithubRunInputs;

/// Parsed workflows by the name of their source.
pub(crate) struct Program {
    workflows: HashMap<String, Arc<Workflow>>,
}

impl Program {
    /// Parses every source of a run. Errors in them were shown before the run was made; here only
    /// a file that gives no workflow at all matters.
    pub fn parse(inputs: &GithubRunInputs) -> Result<Self, ProcessError> {
        let (mut workflows, mut map) = (HashMap::new(), SourceMap::new());
        for (name, text) in &inputs.sources {
            let workflow = crate::sources::parse(&mut map, name, text).tree.ok_or_else(|| {
                ProcessError::Inputs(format!("'{name}' cannot be read as a workflow"))
            })?;
            workflows.insert(name.clone(), Arc::new(workflow));
        }
        Ok(Program { workflows })
    }

    pub fn get(&self, name: &str) -> Option<&Arc<Workflow>> {
        self.workflows.get(name)
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
