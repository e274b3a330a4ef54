//! What server and client can do.
//!
//! Source: Language Server Protocol 3.17, "Initialize Request".

use lsp_types::{
    ClientCapabilities, CodeActionKind, CodeActionOptions, CodeActionProviderCapability,
    CompletionOptions, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern,
    HoverProviderCapability, InitializeResult, OneOf, Registration, RegistrationParams,
    ServerCapabilities, ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions,
    notification::{DidChangeWatchedFiles, Notification as _},
};

use crate::text::Encoding;

/// What matters here of what the client can do.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    /// What the columns of its positions count.
    pub encoding: Encoding,
    /// Whether it can tell of files that change on the disk.
    pub watches_files: bool,
}

impl Client {
    /// From what it says of itself.
    #[must_use]
    pub fn of(capabilities: &ClientCapabilities) -> Self {
        let general = capabilities.general.as_ref();
        let offered = general.and_then(|general| general.position_encodings.as_deref());
        let workspace = capabilities.workspace.as_ref();
        let watching = workspace.and_then(|workspace| workspace.did_change_watched_files);
        Self {
            encoding: Encoding::choose(offered),
            watches_files: watching.and_then(|it| it.dynamic_registration).unwrap_or_default(),
        }
    }
}

/// The answer to the first request.
#[must_use]
pub fn initialize_result(client: &Client) -> InitializeResult {
    let code_actions = vec![CodeActionKind::QUICKFIX, CodeActionKind::SOURCE_FIX_ALL];
    InitializeResult {
        capabilities: ServerCapabilities {
            position_encoding: Some(client.encoding.kind()),
            text_document_sync: Some(TextDocumentSyncCapability::Options(
                TextDocumentSyncOptions {
                    open_close: Some(true),
                    change: Some(TextDocumentSyncKind::INCREMENTAL),
                    ..TextDocumentSyncOptions::default()
                },
            )),
            completion_provider: Some(CompletionOptions {
                trigger_characters: Some([".", " ", "/"].map(str::to_owned).to_vec()),
                ..CompletionOptions::default()
            }),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            definition_provider: Some(OneOf::Left(true)),
            document_symbol_provider: Some(OneOf::Left(true)),
            code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
                code_action_kinds: Some(code_actions),
                ..CodeActionOptions::default()
            })),
            ..ServerCapabilities::default()
        },
        server_info: Some(ServerInfo {
            name: "windlass".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    }
}

/// Asks to be told of workflows, actions and configurations that change on the disk.
#[must_use]
pub fn watched_files() -> RegistrationParams {
    // A configuration of GitLab may include any file.
    let globs = ["**/*.{yml,yaml}"];
    let watchers = globs.map(|glob| FileSystemWatcher {
        glob_pattern: GlobPattern::String(glob.to_owned()),
        kind: None,
    });
    let options = DidChangeWatchedFilesRegistrationOptions { watchers: watchers.to_vec() };
    RegistrationParams {
        registrations: vec![Registration {
            id: "watch".to_owned(),
            method: DidChangeWatchedFiles::METHOD.to_owned(),
            register_options: serde_json::to_value(options).ok(),
        }],
    }
}
