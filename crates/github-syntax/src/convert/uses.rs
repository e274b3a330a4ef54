//! `uses` taken apart: actions of steps, and workflows that jobs call.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", `jobs.<job_id>.steps[*].uses` and
//! `jobs.<job_id>.uses`; "Reuse workflows".

use crate::workflow::WorkflowReference;

/// The folder that workflows live in.
const WORKFLOW_FOLDER: &str = ".github/workflows";

/// Takes a called workflow apart, or says what is wrong with it.
///
/// Whether the file stands in `.github/workflows` is [`is_in_workflow_folder`]'s question.
pub(super) fn workflow(uses: &str) -> Result<WorkflowReference, &'static str> {
    if let Some(path) = uses.strip_prefix("./") {
        if path.contains('@') {
            return Err("a workflow of this repository takes no `@ref`");
        }
        check_path(path)?;
        return Ok(WorkflowReference::Local { path: path.to_owned() });
    }
    let Some((name, reference)) = uses.split_once('@') else {
        return Err("behind the path comes `@` and a branch, tag or commit");
    };
    if reference.is_empty() {
        return Err("behind `@` comes a branch, tag or commit");
    }
    let mut parts = name.splitn(3, '/');
    let (Some(owner), Some(repository), Some(path)) = (parts.next(), parts.next(), parts.next())
    else {
        return Err("write `owner/repository/.github/workflows/file.yml@ref`");
    };
    if owner.is_empty() || repository.is_empty() {
        return Err("write `owner/repository/.github/workflows/file.yml@ref`");
    }
    check_path(path)?;
    Ok(WorkflowReference::Remote {
        owner: owner.to_owned(),
        repository: repository.to_owned(),
        path: path.to_owned(),
        reference: reference.to_owned(),
    })
}

fn check_path(path: &str) -> Result<(), &'static str> {
    let file = path.rsplit('/').next().unwrap_or_default();
    let has_extension = |extension: &str| file.len() > extension.len() && file.ends_with(extension);
    if !has_extension(".yml") && !has_extension(".yaml") {
        return Err("the file's name ends in `.yml` or `.yaml`");
    }
    Ok(())
}

/// Whether GitHub would find the workflow: only files directly in `.github/workflows` are.
pub(super) fn is_in_workflow_folder(reference: &WorkflowReference) -> bool {
    let (WorkflowReference::Local { path } | WorkflowReference::Remote { path, .. }) = reference;
    path.rsplit_once('/').is_some_and(|(folder, _)| folder == WORKFLOW_FOLDER)
}
