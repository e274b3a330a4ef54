//! A small editor.

use std::collections::HashMap;
use std::path::PathBuf;
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{fs, path::Path};

use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};
use windlass_diagnostics::policy::settings::Level;
use windlass_diagnostics::{CheckSettings, Policy};
use windlass_language_server::{ServerError, serve};

/// A server that says nothing for so long hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// The file that is mostly open.
pub const CI: &str = ".github/workflows/ci.yml";

/// An editor with a project and a server of its own.
pub struct Client {
    folder: tempfile::TempDir,
    connection: Connection,
    server: JoinHandle<Result<(), ServerError>>,
    last_id: i32,
    /// What was published last, by address.
    published: HashMap<String, Value>,
}

impl Client {
    /// Starts a server and says what this editor can do.
    pub fn start(capabilities: Value) -> (Self, Value) {
        let (ours, theirs) = Connection::memory();
        let server = thread::spawn(move || serve(theirs, Box::new(|_| policy())));
        let folder = tempfile::tempdir().unwrap();
        let mut client =
            Self { folder, connection: ours, server, last_id: 0, published: HashMap::new() };
        let result = client.ask("initialize", json!({ "capabilities": capabilities })).unwrap();
        client.tell("initialized", json!({}));
        (client, result)
    }

    /// An editor with some files on the disk.
    pub fn with_files(files: &[(&str, &str)]) -> Self {
        let (client, _) = Self::start(json!({}));
        files.iter().for_each(|(path, text)| client.write(path, text));
        client
    }

    pub fn write(&self, path: &str, text: &str) {
        let file = self.file(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn file(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    pub fn uri(&self, path: &str) -> String {
        format!("file://{}", Path::new(&self.file(path)).display())
    }

    pub fn send(&self, message: Message) {
        self.connection.sender.send(message).unwrap();
    }

    pub fn tell(&self, method: &str, parameters: Value) {
        self.send(Message::Notification(Notification::new(method.to_owned(), parameters)));
    }

    /// Sends a request without waiting for its answer.
    pub fn request(&mut self, method: &str, parameters: Value) -> RequestId {
        self.last_id += 1;
        let id = RequestId::from(self.last_id);
        self.send(Message::Request(Request::new(id.clone(), method.to_owned(), parameters)));
        id
    }

    /// The result of a request, or its error.
    pub fn ask(&mut self, method: &str, parameters: Value) -> Result<Value, Value> {
        let id = self.request(method, parameters);
        self.answer(&id)
    }

    pub fn answer(&mut self, id: &RequestId) -> Result<Value, Value> {
        loop {
            if let Message::Response(Response { id: answered, response_result }) = self.read()
                && answered == *id
            {
                return response_result.map_err(|error| serde_json::to_value(error).unwrap());
            }
        }
    }

    /// The next message; what is published is kept.
    pub fn read(&mut self) -> Message {
        let message = self.connection.receiver.recv_timeout(PATIENCE).unwrap();
        if let Message::Notification(notification) = &message
            && notification.method == "textDocument/publishDiagnostics"
        {
            let address = notification.params["uri"].as_str().unwrap().to_owned();
            self.published.insert(address, notification.params.clone());
        }
        message
    }

    pub fn open(&self, path: &str, text: &str) {
        let document =
            json!({ "uri": self.uri(path), "languageId": "yaml", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces the whole text.
    pub fn change(&self, path: &str, version: i32, text: &str) {
        self.tell(
            "textDocument/didChange",
            json!({
                "textDocument": { "uri": self.uri(path), "version": version },
                "contentChanges": [{ "text": text }],
            }),
        );
    }

    /// The findings of a version, `line:column code` each, from 1.
    pub fn findings(&mut self, path: &str, version: i32) -> Vec<String> {
        let address = self.uri(path);
        loop {
            let published = self.published.get(&address);
            if let Some(published) = published.filter(|it| it["version"] == version) {
                let found = published["diagnostics"].as_array().unwrap().iter();
                return found.map(short).collect();
            }
            self.read();
        }
    }

    /// The next findings that are published of a file that is not open.
    pub fn findings_beside(&mut self, path: &str) -> Vec<String> {
        let address = self.uri(path);
        loop {
            if let Some(published) = self.published.remove(&address) {
                assert!(published["version"].is_null(), "{path} is open");
                return published["diagnostics"].as_array().unwrap().iter().map(short).collect();
            }
            self.read();
        }
    }

    pub fn close(&mut self, path: &str) {
        let document = json!({ "uri": self.uri(path) });
        self.published.remove(&self.uri(path));
        self.tell("textDocument/didClose", json!({ "textDocument": document }));
    }

    /// Opens a text with `|` at the cursor and asks about that place.
    pub fn ask_at(&mut self, method: &str, path: &str, text: &str) -> Value {
        let offset = text.find('|').unwrap();
        let text = format!("{}{}", &text[..offset], &text[offset + 1..]);
        let line = text[..offset].matches('\n').count();
        let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
        let character = text[start..offset].encode_utf16().count();
        self.open(path, &text);
        let position = json!({ "line": line, "character": character });
        let document = json!({ "uri": self.uri(path) });
        self.ask(method, json!({ "textDocument": document, "position": position })).unwrap()
    }

    /// Ends the conversation as the protocol has it.
    pub fn leave(mut self) -> Result<(), ServerError> {
        self.ask("shutdown", Value::Null).unwrap();
        self.exit()
    }

    /// Ends it without a shutdown.
    pub fn exit(self) -> Result<(), ServerError> {
        self.tell("exit", Value::Null);
        self.server.join().unwrap()
    }
}

fn short(diagnostic: &Value) -> String {
    let start = &diagnostic["range"]["start"];
    let [line, column] = ["line", "character"].map(|key| start[key].as_u64().unwrap() + 1);
    format!("{line}:{column} {}", diagnostic["code"].as_str().unwrap())
}

/// A project that wants to hear nothing of jobs without a limit, which the samples have.
fn policy() -> Policy {
    let rules = [("gh/missing-timeout".to_owned(), Level::Off)].into();
    let settings = CheckSettings { rules, ..CheckSettings::default() };
    Policy { settings, ..Policy::default() }
}
