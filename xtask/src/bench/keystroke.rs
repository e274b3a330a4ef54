//! How soon the language server answers a letter that is typed: an editor's part, by its messages.
//!
//! Source: Language Server Protocol 3.17, "Base Protocol", `textDocument/didOpen`,
//! `textDocument/didChange` and `textDocument/publishDiagnostics`.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// Letters that are typed before the one that counts: nobody opens a file for a single one.
const WARM_UP: i64 = 5;

/// The two ends of a server.
struct Editor {
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

/// Opens the workflow of a folder and types into it; how long the last letter took, from the
/// message that tells of it to the findings for the text that has it.
pub fn time(mut command: Command, folder: &Path) -> Result<Duration> {
    let file = folder.join("repository/.github/workflows/bench.yml");
    let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let address = format!("file://{}", file.display());
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = piped.spawn()?;
    let (to, from) = (server.stdin.take(), server.stdout.take());
    let (to, from) = to.zip(from).context("a server without pipes")?;
    let mut editor = Editor { to, from: BufReader::new(from) };
    editor.send(&json!({ "id": 1, "method": "initialize", "params": { "capabilities": {} } }))?;
    editor.receive()?;
    editor.send(&json!({ "method": "initialized", "params": {} }))?;
    let document = json!({ "uri": address, "languageId": "yaml", "version": 0, "text": text });
    let opened = json!({ "textDocument": document });
    editor.send(&json!({ "method": "textDocument/didOpen", "params": opened }))?;
    editor.findings(0)?;
    let mut took = Duration::ZERO;
    for version in 1..=WARM_UP + 1 {
        let began = Instant::now();
        let place = json!({ "line": 0, "character": 0 });
        let letter = json!({ "range": { "start": place, "end": place }, "text": "#" });
        let document = json!({ "uri": address, "version": version });
        let changed = json!({ "textDocument": document, "contentChanges": [letter] });
        editor.send(&json!({ "method": "textDocument/didChange", "params": changed }))?;
        editor.findings(version)?;
        took = began.elapsed();
    }
    editor.send(&json!({ "id": 2, "method": "shutdown" }))?;
    editor.receive()?;
    editor.send(&json!({ "method": "exit" }))?;
    server.wait()?;
    Ok(took)
}

impl Editor {
    fn send(&mut self, message: &Value) -> Result<()> {
        let mut message = message.clone();
        message["jsonrpc"] = "2.0".into();
        let body = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        Ok(self.to.flush()?)
    }

    /// The next message. Nothing takes it apart: that would be a part of the time.
    fn receive(&mut self) -> Result<String> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.from.read_line(&mut line)? == 0 {
                bail!("the server has ended");
            }
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse()?,
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body)?;
        Ok(String::from_utf8(body)?)
    }

    /// Waits for what is found in this version of the text.
    fn findings(&mut self, version: i64) -> Result<()> {
        let is_it = |message: &str| {
            message.contains("textDocument/publishDiagnostics")
                && message.contains(&format!("\"version\":{version}"))
        };
        while !is_it(&self.receive()?) {}
        Ok(())
    }
}
