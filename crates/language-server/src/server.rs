//! The conversation with the editor: what comes in, in which order it is dealt with, how it ends.
//!
//! Messages are read ahead, so that of several changes only the newest text is checked and a
//! request that is cancelled while it waits is not answered in full. Documents are checked when no
//! message waits. Source: Language Server Protocol 3.17, "Base Protocol" and "Lifecycle Messages".

use std::collections::{BTreeSet, VecDeque};
use std::path::Path;
use std::str::FromStr as _;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;

use lsp_server::{
    Connection, ErrorCode, Message, Notification, ProtocolError, Request, RequestId, Response,
};
use lsp_types::notification::{
    Cancel, DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument,
    DidOpenTextDocument, Exit, Initialized, Notification as _, PublishDiagnostics,
};
use lsp_types::request::{RegisterCapability, Request as _, Shutdown};
use lsp_types::{InitializeParams, PublishDiagnosticsParams, Uri};
use serde::Serialize;
use serde::de::DeserializeOwned;
use windlass_diagnostics::Policy;

use crate::answers::{Refusal, answer};
use crate::capabilities::{self, Client};
use crate::documents::{Document, Documents};
use crate::elsewhere::Elsewhere;
use crate::findings;
use crate::gitlab::FileFindings;
use crate::text::Text;
use crate::workspace::{Identity, ProjectFiles, path_of, uri_of};

/// Why the conversation ended otherwise than the protocol has it.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The client did not begin as the protocol asks.
    #[error("the editor did not begin with the request `initialize`: {0}")]
    Beginning(#[from] ProtocolError),
    /// What was read or could not be written.
    #[error("the connection to the editor broke: {0}")]
    Connection(#[from] std::io::Error),
    /// The client went away, or told to exit, without asking for the shutdown first.
    #[error("the editor ended the connection without the request `shutdown`")]
    WithoutShutdown,
}

/// Says what the project at a root says of findings; asked anew for each check.
pub type Policies = Box<dyn Fn(&Path) -> Policy>;

/// Serves an editor over standard input and output until it says that it is done.
///
/// # Errors
/// When the conversation ends otherwise.
pub fn serve_stdio(policies: Policies) -> Result<(), ServerError> {
    let (connection, threads) = Connection::stdio();
    match serve(connection, policies) {
        Ok(()) => Ok(threads.join()?),
        // Reading may wait for a client that says nothing more; what it met is the better reason.
        Err(ServerError::WithoutShutdown) => {
            threads.join()?;
            Err(ServerError::WithoutShutdown)
        }
        Err(error) => Err(error),
    }
}

/// Serves an editor over a connection.
///
/// # Errors
/// When the conversation ends otherwise than by `shutdown` and `exit`.
pub fn serve(connection: Connection, policies: Policies) -> Result<(), ServerError> {
    let (id, parameters) = connection.initialize_start()?;
    let parameters: InitializeParams = serde_json::from_value(parameters).unwrap_or_default();
    let client = Client::of(&parameters.capabilities);
    let result = capabilities::initialize_result(&client);
    let Connection { sender, receiver } = connection;
    let (read, incoming) = mpsc::channel();
    thread::spawn(move || receiver.into_iter().all(|message| read.send(message).is_ok()));
    let mut server = Server::new(
        client,
        Box::new(move |message| sender.send(message).is_ok()),
        incoming,
        policies,
    );
    server.respond(Response::new_ok(id, result));
    server.run()
}

/// Sends a message; false when the client has gone. Then reading ends as well.
type Send = Box<dyn Fn(Message) -> bool>;

struct Server {
    client: Client,
    send: Send,
    incoming: Receiver<Message>,
    /// Messages that were read ahead.
    waiting: VecDeque<Message>,
    documents: Documents,
    elsewhere: Elsewhere,
    policies: Policies,
    shut_down: bool,
}

impl Server {
    fn new(client: Client, send: Send, incoming: Receiver<Message>, policies: Policies) -> Self {
        Self {
            client,
            send,
            incoming,
            waiting: VecDeque::new(),
            documents: Documents::default(),
            elsewhere: Elsewhere::default(),
            policies,
            shut_down: false,
        }
    }

    fn run(&mut self) -> Result<(), ServerError> {
        while let Some(message) = self.next_message() {
            match message {
                Message::Request(request) => self.request(request),
                Message::Notification(notification) if notification.method == Exit::METHOD => break,
                Message::Notification(notification) => self.notification(notification),
                // The one request of ours has no answer that matters.
                Message::Response(_) => {}
            }
        }
        if self.shut_down { Ok(()) } else { Err(ServerError::WithoutShutdown) }
    }

    /// The next message. While there is none, documents are checked.
    fn next_message(&mut self) -> Option<Message> {
        loop {
            self.waiting.extend(self.incoming.try_iter());
            if let Some(message) = self.waiting.pop_front() {
                return Some(message);
            }
            match self.incoming.try_recv() {
                Ok(message) => return Some(message),
                Err(TryRecvError::Disconnected) => return None,
                Err(TryRecvError::Empty) if self.check_next() => {}
                Err(TryRecvError::Empty) => return self.incoming.recv().ok(),
            }
        }
    }

    fn request(&mut self, request: Request) {
        let id = request.id.clone();
        let response = if self.shut_down {
            refused(id, ErrorCode::InvalidRequest, "the server has been shut down")
        } else if self.is_cancelled(&id) {
            refused(id, ErrorCode::RequestCanceled, "the request was cancelled")
        } else if request.method == Shutdown::METHOD {
            self.shut_down = true;
            Response::new_ok(id, ())
        } else {
            self.bring_up_to_date(&request);
            match answer(&request, &self.documents) {
                Ok(result) => Response::new_ok(id, result),
                Err(Refusal::UnknownMethod) => {
                    let message = format!("there is no request `{}` here", request.method);
                    refused(id, ErrorCode::MethodNotFound, &message)
                }
                Err(Refusal::Parameters(error)) => {
                    refused(id, ErrorCode::InvalidParams, &error.to_string())
                }
            }
        };
        self.respond(response);
    }

    /// Whether a message that waits cancels the request.
    fn is_cancelled(&self, id: &RequestId) -> bool {
        self.waiting.iter().any(|message| match message {
            Message::Notification(notification) if notification.method == Cancel::METHOD => {
                let cancelled = notification.params.get("id").cloned();
                let cancelled =
                    cancelled.and_then(|id| serde_json::from_value::<RequestId>(id).ok());
                cancelled.as_ref() == Some(id)
            }
            _ => false,
        })
    }

    /// Code actions are edits of the text as it is now.
    fn bring_up_to_date(&mut self, request: &Request) {
        let address = &request.params["textDocument"]["uri"];
        if request.method == lsp_types::request::CodeActionRequest::METHOD
            && let Ok(uri) = serde_json::from_value::<Uri>(address.clone())
            && self.documents.is_pending(&uri)
        {
            self.check(&uri);
        }
    }

    fn notification(&mut self, notification: Notification) {
        match notification.method.as_str() {
            Initialized::METHOD if self.client.watches_files => {
                let method = RegisterCapability::METHOD.to_owned();
                let id = RequestId::from("watch".to_owned());
                let request = Request::new(id, method, capabilities::watched_files());
                (self.send)(Message::Request(request));
            }
            DidOpenTextDocument::METHOD => {
                if let Some(opened) = parameters::<DidOpenTextDocument>(notification)
                    && let Some(identity) = Identity::of(&opened.text_document.uri, &self.documents)
                {
                    let item = opened.text_document;
                    self.documents.open(Document {
                        uri: item.uri,
                        identity,
                        text: Text::new(item.text, self.client.encoding),
                        version: item.version,
                        findings: Vec::new(),
                    });
                }
            }
            DidChangeTextDocument::METHOD => {
                if let Some(changed) = parameters::<DidChangeTextDocument>(notification) {
                    let document = changed.text_document;
                    self.documents.change(
                        &document.uri,
                        document.version,
                        &changed.content_changes,
                    );
                }
            }
            DidCloseTextDocument::METHOD => {
                if let Some(closed) = parameters::<DidCloseTextDocument>(notification)
                    && self.documents.close(&closed.text_document.uri)
                {
                    let uri = closed.text_document.uri;
                    let gone = self.elsewhere.replace(uri.as_str(), BTreeSet::new());
                    self.take_back(gone);
                    self.notify::<PublishDiagnostics>(PublishDiagnosticsParams::new(
                        uri,
                        Vec::new(),
                        None,
                    ));
                }
            }
            DidChangeWatchedFiles::METHOD => self.documents.touch_all(),
            // Others need not be understood; a notification has no answer.
            _ => {}
        }
    }

    /// Checks the next document that waits for it; false when there is none.
    fn check_next(&mut self) -> bool {
        let Some(uri) = self.documents.next_pending().map(|document| document.uri.clone()) else {
            return false;
        };
        self.check(&uri);
        true
    }

    /// Checks a document and publishes what was found.
    fn check(&mut self, uri: &Uri) {
        let Some(document) = self.documents.get(uri) else { return };
        let files = ProjectFiles { root: &document.identity.root, documents: &self.documents };
        let policy = (self.policies)(&document.identity.root);
        let (found, elsewhere) = findings::check(document, &files, &policy);
        let root = document.identity.root.clone();
        self.documents.keep_findings(uri, found);
        if let Some(document) = self.documents.get(uri) {
            let Document { uri, text, version, findings, .. } = document;
            self.notify::<PublishDiagnostics>(PublishDiagnosticsParams {
                uri: uri.clone(),
                diagnostics: findings::diagnostics(findings, uri, text),
                version: Some(*version),
            });
        }
        self.publish_elsewhere(uri, &root, elsewhere);
    }

    /// Publishes what the check of a document found in files that are not open, and takes back what
    /// it no longer finds there.
    fn publish_elsewhere(&mut self, by: &Uri, root: &Path, found: Vec<FileFindings>) {
        let mut now = BTreeSet::new();
        for file in found {
            let place = root.join(&file.path);
            let Some(uri) = uri_of(&place).filter(|_| self.documents.at(&place).is_none()) else {
                continue;
            };
            if file.findings.is_empty() {
                continue;
            }
            now.insert(uri.as_str().to_owned());
            let text = Text::new(file.text, self.client.encoding);
            let diagnostics = findings::diagnostics(&file.findings, &uri, &text);
            self.notify::<PublishDiagnostics>(PublishDiagnosticsParams::new(
                uri,
                diagnostics,
                None,
            ));
        }
        let gone = self.elsewhere.replace(by.as_str(), now);
        self.take_back(gone);
    }

    /// Has the client forget the findings of files; a file that is open has its own.
    fn take_back(&self, addresses: Vec<String>) {
        for uri in addresses.iter().filter_map(|address| Uri::from_str(address).ok()) {
            let is_open = path_of(&uri).is_some_and(|file| self.documents.at(&file).is_some());
            if !is_open {
                let nothing = PublishDiagnosticsParams::new(uri, Vec::new(), None);
                self.notify::<PublishDiagnostics>(nothing);
            }
        }
    }

    fn respond(&self, response: Response) {
        (self.send)(Message::Response(response));
    }

    fn notify<N: lsp_types::notification::Notification>(&self, parameters: N::Params)
    where
        N::Params: Serialize,
    {
        (self.send)(Message::Notification(Notification::new(N::METHOD.to_owned(), parameters)));
    }
}

fn refused(id: RequestId, code: ErrorCode, message: &str) -> Response {
    Response::new_err(id, code as i32, message.to_owned())
}

/// The parameters of a notification. One that is not as the protocol has it is passed over: there
/// is nobody to tell.
fn parameters<N: lsp_types::notification::Notification>(
    notification: Notification,
) -> Option<N::Params>
where
    N::Params: DeserializeOwned,
{
    serde_json::from_value(notification.params).ok()
}

#[cfg(test)]
mod tests {
    use lsp_types::ClientCapabilities;
    use serde_json::{Value, json};

    use super::*;

    /// What is answered to messages that have all arrived before the first is dealt with.
    fn answers(messages: Vec<Message>) -> Vec<Value> {
        let (send, incoming) = mpsc::channel();
        messages.into_iter().for_each(|message| send.send(message).unwrap());
        drop(send);
        let (said, heard) = mpsc::channel();
        let client = Client::of(&ClientCapabilities::default());
        let send = Box::new(move |message| said.send(message).is_ok());
        let ended = Server::new(client, send, incoming, Box::new(|_| Policy::default())).run();
        assert!(matches!(ended, Err(ServerError::WithoutShutdown)));
        heard.iter().map(|message| serde_json::to_value(message).unwrap()).collect()
    }

    #[test]
    fn a_request_that_is_cancelled_while_it_waits_is_not_answered_in_full() {
        let hover = |id: i32| Request::new(id.into(), "textDocument/hover".to_owned(), json!({}));
        let cancel = Notification::new("$/cancelRequest".to_owned(), json!({ "id": 2 }));
        let answers = answers(vec![hover(1).into(), hover(2).into(), cancel.into()]);
        let codes: Vec<&Value> = answers.iter().map(|answer| &answer["error"]["code"]).collect();
        assert_eq!(codes, [-32602, -32800]);
    }
}
