//! `windlass lsp`: the language server for an editor.

use windlass_language_server::serve_stdio;

use crate::exit::{Exit, Failure, Outcome};

/// Serves the editor that started the program until it is done.
pub fn serve() -> Outcome {
    serve_stdio().map(|()| Exit::Success).map_err(Failure::environment)
}
