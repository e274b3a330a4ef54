//! `windlass lsp`: the language server for an editor.

use windlass_language_server::{ServerError, serve_stdio};

use crate::exit::{Exit, Failure, Outcome};

/// Serves the editor that started the program until it is done. Language Server Protocol 3.17,
/// "Exit Notification", asks for 1 where the shutdown was not asked for first.
pub fn serve() -> Outcome {
    match serve_stdio() {
        Ok(()) => Ok(Exit::Success),
        Err(ServerError::WithoutShutdown) => Ok(Exit::RunFailed),
        Err(error) => Err(Failure::environment(error)),
    }
}
