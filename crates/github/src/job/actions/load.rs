//! Reading an action's metadata from its directory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use windlass_diagnostics::SourceId;
use windlass_github_syntax::action::{Action, ActionRuns};
use windlass_github_syntax::parse_action;

use super::LoadedAction;
use crate::job::context::Job;

/// The most bytes of an `action.yml`.
const LIMIT: u64 = 4 * 1024 * 1024;

/// Reads the metadata in a directory. `name` is what messages call the action.
///
/// # Errors
/// When there is none, or it is wrong, with the place in the file.
pub(crate) fn metadata(directory: &Path, name: &str) -> Result<Action, String> {
    for file in ["action.yml", "action.yaml"] {
        let path = directory.join(file);
        match std::fs::metadata(&path) {
            Ok(data) if data.len() > LIMIT => {
                return Err(format!("{} is too large to be action metadata.", path.display()));
            }
            Ok(_) => {
                let text = std::fs::read(&path)
                    .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
                let text = String::from_utf8_lossy(&text);
                return parse(&format!("{name}/{file}"), &text);
            }
            Err(_) => {}
        }
    }
    if directory.join("Dockerfile").is_file() {
        return Ok(dockerfile(name));
    }
    Err(format!(
        "Can't find 'action.yml', 'action.yaml' or 'Dockerfile' under '{}'.",
        directory.display()
    ))
}

fn parse(name: &str, text: &str) -> Result<Action, String> {
    let parsed = parse_action(SourceId::default(), name, text);
    let mut errors =
        parsed.diagnostics().into_iter().filter(|found| found.is_error()).map(|error| {
            let place = error.primary.map(|label| label.span.start).unwrap_or_default();
            format!("{name}:{}:{}: {}", place.line, place.column, error.message)
        });
    match (errors.next(), parsed.tree) {
        (None, Some(action)) => Ok(action),
        (Some(first), _) => Err([first].into_iter().chain(errors).collect::<Vec<_>>().join("\n")),
        (None, None) => Err(format!("{name} is no action metadata.")),
    }
}

/// A folder with a `Dockerfile` alone is an action, too.
fn dockerfile(name: &str) -> Action {
    docker(format!("{name}/Dockerfile"), "Dockerfile".to_owned())
}

/// An image that a step uses as an action (`docker://`).
pub(crate) fn image(image: &str) -> LoadedAction {
    let name = format!("docker://{image}");
    let action = docker(name.clone(), name);
    LoadedAction { directory: PathBuf::new(), action, repository: None, reference: None }
}

fn docker(source_name: String, image: String) -> Action {
    Action {
        source: SourceId::default(),
        source_name,
        name: None,
        description: None,
        branding: None,
        inputs: Default::default(),
        outputs: Default::default(),
        runs: ActionRuns::Docker {
            image,
            entrypoint: None,
            args: None,
            env: None,
            pre_entrypoint: None,
            pre_if: None,
            post_entrypoint: None,
            post_if: None,
        },
    }
}

/// A local action, read anew each time: an earlier step may have written it.
///
/// # Errors
/// As [`metadata`], with GitHub's advice.
pub(crate) async fn local(job: &Arc<Job>, path: &str) -> Result<Arc<LoadedAction>, String> {
    let directory = normal(&job.workspace_on_host().join(path.replace('\\', "/")));
    let action = metadata(&directory, path.trim_end_matches('/')).map_err(|error| {
        if error.starts_with("Can't find") {
            format!(
                "{error} Did you forget to run actions/checkout before running your local action?"
            )
        } else {
            error
        }
    })?;
    Ok(Arc::new(LoadedAction { directory, action, repository: None, reference: None }))
}

/// A path without `.` and `..` in it.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}
