//! A `run` step: its script is written to a file and handed to a shell.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", `jobs.<job_id>.steps[*].run`; what
//! the log shows follows actions/runner's `ScriptHandler`.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::sync::Arc;

use windlass_github_syntax::template::{Template, TemplateError};
use windlass_kernel::NodeId;
use windlass_session::ExecSpec;

use super::context::Job;
use super::lane::Lane;
use super::scope::StepScope;
use super::shell::Shell;
use super::state::{Frame, JobState};
use super::variables::Variables;

/// A script with everything evaluated.
#[derive(Debug)]
pub(crate) struct Script {
    /// The text.
    pub text: String,
    /// `shell`, where one is asked for.
    pub shell: Option<String>,
    /// `working-directory`, relative to the workspace.
    pub directory: Option<String>,
}

impl Script {
    /// Evaluates the parts of a `run` step. The defaults of job and workflow do not reach into
    /// composite actions.
    ///
    /// # Errors
    /// The first part that cannot be evaluated.
    pub fn evaluate(
        job: &Job,
        frame: &Frame,
        scope: &StepScope<'_>,
        (script, shell, directory): (&Template, Option<&Template>, Option<&Template>),
    ) -> Result<Self, TemplateError> {
        let defaults: Vec<_> = if frame.action.is_some() {
            Vec::new()
        } else {
            let of_job = job.order.job.defaults.as_ref();
            of_job.into_iter().chain(job.order.workflow_defaults.as_deref()).collect()
        };
        let text = |template: Option<&Template>| match template {
            Some(template) => {
                template.evaluate_string(scope).map(|text| (!text.is_empty()).then_some(text))
            }
            None => Ok(None),
        };
        let default_shell = || defaults.iter().find_map(|defaults| defaults.shell());
        let default_directory = || defaults.iter().find_map(|each| each.working_directory());
        Ok(Script {
            text: script.evaluate_string(scope)?,
            shell: text(shell.or_else(default_shell))?,
            directory: text(directory.or_else(default_directory))?,
        })
    }
}

/// A script ready to run.
pub(crate) struct Launch {
    /// What to run.
    pub spec: ExecSpec,
    /// Where the script was written.
    pub file: PathBuf,
}

/// Writes the script and shows it in the log.
///
/// # Errors
/// When the shell is missing or the script cannot be written, as a message.
pub(crate) async fn launch(
    job: &Job,
    lane: &mut Lane,
    state: &JobState,
    node: &NodeId,
    script: &Script,
    env: &[&Variables],
    step: &[(&str, &OsStr)],
) -> Result<Launch, String> {
    let path = job.path(state, env);
    let shell = job.shell(script.shell.as_deref(), &path);
    show(lane, node, script, shell.as_deref().ok(), env);
    let shell: Arc<Shell> = shell.map_err(|error| error.to_string())?;
    lane.scripts += 1;
    let name = format!("{}{}{}", lane.name, lane.scripts, shell.extension);
    let file = job.session.places().command_files.join(name);
    let content = shell.file_content(&script.text);
    job.session.put(&file, content.as_bytes()).await.map_err(|error| error.to_string())?;
    let workspace = job.workspace();
    let directory =
        script.directory.as_ref().map_or_else(|| workspace.to_owned(), |path| workspace.join(path));
    let mut spec = ExecSpec::new(&shell.program, directory).arguments(shell.arguments_for(&file));
    spec.environment = job.environment(state, env, &lane.files, step);
    Ok(Launch { spec, file })
}

/// The head of a step's log, folded away by those who show it.
fn show(
    lane: &mut Lane,
    node: &NodeId,
    script: &Script,
    shell: Option<&Shell>,
    env: &[&Variables],
) {
    let mut head = format!("##[group]Run {}\n", first_line(&script.text));
    for line in script.text.trim_end_matches('\n').lines() {
        head.push_str("\u{1b}[36;1m");
        head.push_str(line);
        head.push_str("\u{1b}[0m\n");
    }
    if let Some(shell) = shell {
        head.push_str("shell: ");
        head.push_str(&shell.display());
        head.push('\n');
    }
    show_env(&mut head, env);
    head.push_str("##[endgroup]\n");
    lane.log.bytes(node, head.as_bytes());
}

/// The variables that the workflow sets, as GitHub prints them.
pub(crate) fn show_env(head: &mut String, env: &[&Variables]) {
    let mut all = Variables::default();
    env.iter().for_each(|layer| all.extend(layer));
    if !all.is_empty() {
        head.push_str("env:\n");
    }
    for (name, value) in all.iter() {
        for part in ["  ", name, ": ", value, "\n"] {
            head.push_str(part);
        }
    }
}

/// The first line of a script that says something.
pub(crate) fn first_line(script: &str) -> &str {
    script.trim_start().lines().next().unwrap_or_default()
}
