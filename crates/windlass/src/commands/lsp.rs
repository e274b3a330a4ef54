//! `windlass lsp`: the language server for an editor.

use std::path::Path;

use windlass_diagnostics::Policy;
use windlass_language_server::{ServerError, serve_stdio};

use crate::{
    exit::{Exit, Failure, Outcome},
    settings,
};

/// Serves the editor that started the program until it is done. Language Server Protocol 3.17,
/// "Exit Notification", asks for 1 where the shutdown was not asked for first.
pub fn serve() -> Outcome {
    match serve_stdio(Box::new(policy)) {
        Ok(()) => Ok(Exit::Success),
        Err(ServerError::WithoutShutdown) => Ok(Exit::RunFailed),
        Err(error) => Err(Failure::environment(error)),
    }
}

/// What a project's settings say. Settings that cannot be read say nothing: `windlass check` tells
/// why.
fn policy(root: &Path) -> Policy {
    let settings = settings::read(root).unwrap_or_default().settings.check;
    Policy { settings, today: settings::today() }
}
