//! What a workflow may refer to in its own repository; how it is read is the caller's business.

use std::rc::Rc;

use windlass_github_syntax::action::Action;
use windlass_github_syntax::workflow::{ActionReference, Workflow};

use crate::actions::ActionInterface;

/// The files beside the one that is checked. The same file is asked for again and again, so what
/// was read should be kept.
pub trait Project {
    /// The action in a folder, given as in `uses`: `./path`. `None` when it cannot be read.
    fn action(&self, path: &str) -> Option<Rc<Action>>;

    /// The workflow in a file, given as in `uses` without the leading `./`. `None` when it cannot
    /// be read.
    fn workflow(&self, path: &str) -> Option<Rc<Workflow>>;

    /// The interface of an action that a step uses, if anything is known of it.
    fn interface(&self, action: &ActionReference) -> Option<Rc<ActionInterface>> {
        let interface = match action {
            ActionReference::Local { path } => ActionInterface::of(&*self.action(path)?),
            ActionReference::Repository { reference, .. } => {
                ActionInterface::from_elsewhere(&action.name()?, reference, None)?
            }
            ActionReference::Docker { .. } => return None,
        };
        Some(Rc::new(interface))
    }
}

/// No other files: what is referred to is unknown, and nothing is said about it.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProject;

impl Project for NoProject {
    fn action(&self, _: &str) -> Option<Rc<Action>> {
        None
    }

    fn workflow(&self, _: &str) -> Option<Rc<Workflow>> {
        None
    }
}
