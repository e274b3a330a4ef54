//! What steps change for the steps after them.
//!
//! Every change goes through [`JobState::apply`], so that those of a background step can be kept
//! aside until somebody waits for it, as on GitHub (actions/runner, `BackgroundStepCoordinator`).

pub(crate) use crate::outcome::Outcome;
use std::sync::Arc;

use windlass_github_syntax::expression::{Object, Value};
use windlass_kernel::NodeId;

use super::actions::PostStep;
use super::matchers::Definition;
use super::output::MatcherChange;
use super::scope::Progress;
use super::variables::Variables;

/// How one step ended.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    /// Before `continue-on-error`.
    pub outcome: Outcome,
    /// After `continue-on-error`.
    pub conclusion: Outcome,
    /// Why, in a few words.
    pub reason: Option<String>,
    /// Its outputs.
    pub outputs: Object,
    /// The user wants the job to end here.
    pub stop: bool,
}

impl Ended {
    /// An end without outputs.
    pub fn new(outcome: Outcome, reason: Option<String>) -> Self {
        Ended { outcome, conclusion: outcome, reason, outputs: Object::new(), stop: false }
    }
}

/// One change.
#[derive(Clone, Debug)]
pub(crate) enum StateChange {
    /// `GITHUB_ENV` and `set-env`.
    Variable(String, String),
    /// `GITHUB_PATH` and `add-path`.
    Path(String),
    /// A problem matcher.
    AddMatcher(Arc<Definition>),
    /// A problem matcher less.
    RemoveMatcher(String),
    /// Something to be done when all steps have ended.
    Post(Arc<PostStep>),
}

impl From<MatcherChange> for StateChange {
    fn from(change: MatcherChange) -> Self {
        match change {
            MatcherChange::Add(definition) => StateChange::AddMatcher(definition),
            MatcherChange::Remove(owner) => StateChange::RemoveMatcher(owner),
        }
    }
}

/// What the steps of a job share.
#[derive(Clone, Debug, Default)]
pub(crate) struct JobState {
    /// `env` of workflow and job, and what steps added.
    pub env: Variables,
    /// Directories before the `PATH`, the last one first in it.
    pub paths: Vec<String>,
    /// The problem matchers, the newest first.
    pub matchers: Vec<Arc<Definition>>,
    /// What is to be done at the end, the last one first.
    pub posts: Vec<Arc<PostStep>>,
    /// Whether a step of the job has failed.
    pub failed: bool,
    /// The changes so far, where they have to be told apart.
    recorded: Option<Vec<StateChange>>,
}

impl JobState {
    /// A copy that also records what is changed in it.
    pub fn recording(&self) -> Self {
        let posts = Vec::new();
        JobState { recorded: Some(Vec::new()), posts, ..self.clone() }
    }

    /// What was changed since [`JobState::recording`].
    pub fn into_changes(self) -> Vec<StateChange> {
        self.recorded.unwrap_or_default()
    }

    /// Makes a change.
    pub fn apply(&mut self, change: StateChange) {
        if let Some(recorded) = &mut self.recorded {
            recorded.push(change.clone());
        }
        match change {
            StateChange::Variable(name, value) => self.env.set(name, value),
            StateChange::Path(path) => {
                self.paths.retain(|other| *other != path);
                self.paths.push(path);
            }
            StateChange::AddMatcher(definition) => {
                self.remove_matcher(&definition.owner);
                self.matchers.insert(0, definition);
            }
            StateChange::RemoveMatcher(owner) => self.remove_matcher(&owner),
            StateChange::Post(post) => self.posts.push(post),
        }
    }

    fn remove_matcher(&mut self, owner: &str) {
        self.matchers.retain(|matcher| !matcher.owner.eq_ignore_ascii_case(owner));
    }
}

/// The steps that belong together: those of the job, or of one composite action.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// The node above the steps.
    pub node: NodeId,
    /// The `steps` context.
    pub steps: Arc<Object>,
    /// Variables that the `uses` steps around these set.
    pub env: Variables,
    /// The action; `None` for the job.
    pub action: Option<ActionFrame>,
}

/// What is particular to the steps of a composite action.
#[derive(Clone, Debug)]
pub(crate) struct ActionFrame {
    /// `inputs`.
    pub inputs: Value,
    /// `github.action_path`, `github.action_repository`, `github.action_ref`.
    pub github: Vec<(&'static str, Value)>,
    /// Whether one of its steps has failed.
    pub failed: bool,
    /// Whether one of its steps was stopped.
    pub cancelled: bool,
    /// Whether the user ended the job in one of its steps.
    pub stopped: bool,
    /// How many actions are around these steps, this one included.
    pub depth: usize,
}

impl Frame {
    /// The frame of a job's own steps.
    pub fn job(node: NodeId) -> Self {
        Frame { node, steps: Arc::default(), env: Variables::default(), action: None }
    }

    /// How the action is getting on; `None` for the job.
    pub fn action_progress(&self) -> Option<Progress> {
        let action = self.action.as_ref()?;
        Some(Progress { failed: action.failed, cancelled: action.cancelled })
    }

    /// Notes how a step ended: `steps.<id>`, and whether the frame has failed.
    pub fn record(&mut self, id: &str, ended: &Ended, state: &mut JobState) {
        // Generated ids start so; no expression sees them.
        if !id.starts_with("__") {
            let mut step = Object::with_capacity(3);
            step.insert("outputs", Value::from(ended.outputs.clone()));
            step.insert("outcome", ended.outcome.word());
            step.insert("conclusion", ended.conclusion.word());
            Arc::make_mut(&mut self.steps).insert(id, Value::from(step));
        }
        if let (Outcome::Cancelled, Some(action)) = (ended.conclusion, &mut self.action) {
            action.cancelled = true;
        }
        if ended.conclusion == Outcome::Failure {
            match &mut self.action {
                Some(action) => action.failed = true,
                None => state.failed = true,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_can_be_replayed() {
        let mut job = JobState::default();
        job.apply(StateChange::Path("/a".to_owned()));
        let mut aside = job.recording();
        aside.apply(StateChange::Variable("A".to_owned(), "1".to_owned()));
        aside.apply(StateChange::Path("/b".to_owned()));
        aside.apply(StateChange::Path("/a".to_owned()));
        assert_eq!(aside.paths, ["/b", "/a"]);
        assert_eq!(job.paths, ["/a"]);
        aside.into_changes().into_iter().for_each(|change| job.apply(change));
        assert_eq!(job.paths, ["/b", "/a"]);
        assert_eq!(job.env.get("A"), Some("1"));
    }

    #[test]
    fn a_failed_step_fails_its_frame() {
        let mut state = JobState::default();
        let mut frame = Frame::job(NodeId::new("job"));
        let mut ended = Ended::new(Outcome::Failure, None);
        ended.conclusion = Outcome::Success;
        frame.record("excused", &ended, &mut state);
        assert!(!state.failed);
        frame.record("failed", &Ended::new(Outcome::Failure, None), &mut state);
        assert!(state.failed);
        let excused = frame.steps.get("excused").expect("a step");
        assert_eq!(excused.property("outcome"), Value::from("failure"));
        assert_eq!(excused.property("conclusion"), Value::from("success"));
    }
}
