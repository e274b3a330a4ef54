//! One part (pre, main or post) of a JavaScript action.
//!
//! Source: GitHub Docs, "Metadata syntax reference", `runs` for JavaScript actions. Inputs come as
//! `INPUT_<NAME>`, what an earlier part saved as `STATE_<name>`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use windlass_github_syntax::action::ActionRuns;
use windlass_session::ExecSpec;

use super::node;
use super::phases::{Part, Phase};
use crate::job::containers::places;
use crate::job::context::Job;
use crate::job::lane::Lane;
use crate::job::run::{Execution, Program, remember, run_spec};
use crate::job::state::{Ended, JobState};
use crate::job::steps::fail;
use crate::job::variables::Variables;

/// Runs a part of an action. `layers` are the variables of the job and those above them.
pub(crate) async fn run(
    job: &Arc<Job>,
    lane: &mut Lane,
    state: &mut JobState,
    layers: Vec<&Variables>,
    part: Part<'_>,
) -> Ended {
    let ActionRuns::JavaScript { using, main, pre, post, .. } = &part.loaded.action.runs else {
        return fail(job, lane, part.node, "the action is no JavaScript");
    };
    let script = match part.phase {
        Phase::Pre => pre.as_deref().unwrap_or_default(),
        Phase::Main => main,
        Phase::Post => post.as_deref().unwrap_or_default(),
    };
    let program = match program(job, using).await {
        Ok(program) => program,
        Err(problem) => return fail(job, lane, part.node, &problem),
    };
    if !job.actions.told_node.swap(true, Ordering::Relaxed) {
        let line = format!("JavaScript actions ({using}) are run by {}", program.display());
        lane.log.line(part.node, &line);
    }
    let script = part.loaded.directory.join(script);
    let Some(inside) = job.session.inside(&script).filter(|_| script.is_file()) else {
        let message = format!("File not found: '{}'", script.display());
        return fail(job, lane, part.node, &message);
    };
    let mut spec = ExecSpec::new(program, job.workspace()).arguments([inside]);
    let here = job.services_for_steps().map(|(_, here)| here);
    let over = (&*job.base_environment, here);
    spec.environment = part.environment(job, state, &layers, &lane.files, over);
    remember(job, lane, part.node, &spec, None);
    let execution = Execution { session: &*job.session, spec, program: Program::Action };
    let ran = run_spec(job, lane, state, part.node, execution, &layers).await;
    part.instance.save(ran.saved);
    ran.ended
}

/// The `node` for actions where the job's steps run: in a container the image's own, else that of
/// this machine, which is shared with it.
async fn program(job: &Job, using: &str) -> Result<PathBuf, String> {
    let found = job.actions.node.get_or_try_init(|| async {
        if job.own_container.is_none() {
            let path = job.base_environment.iter().rev().find(|(name, _)| name == "PATH");
            let path = path.map(|(_, path)| path.clone()).unwrap_or_default();
            return node::find(&path, &job.options.tool_cache, using);
        }
        for program in ["node", places::NODE] {
            if runs(job, program).await {
                return Ok(Path::new(program).to_owned());
            }
        }
        Err(format!(
            "This action is JavaScript ({using}) and needs `node`: the image of the job's \
             container has none, and that of this machine, if there is one, does not run in it. \
             Choose an image with Node.js."
        ))
    });
    found.await.cloned()
}

/// Whether a program starts and says its version.
async fn runs(job: &Job, program: &str) -> bool {
    let mut spec = ExecSpec::new(program, "/").arguments(["--version"]);
    spec.environment.clone_from(&job.base_environment);
    match job.session.exec(spec).await {
        Ok(mut running) => running.wait().await.is_ok_and(|exit| exit.success()),
        Err(_) => false,
    }
}
