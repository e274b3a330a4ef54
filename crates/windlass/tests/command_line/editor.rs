//! `windlass lsp`: the program at the other end of two pipes, as an editor starts it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    process::{Child, ChildStdout, Stdio},
};

use crate::stage::Stage;

const WRONG: &str =
    "on: push\njobs: {a: {runs-on: x, steps: [{run: 'echo ${{ github.reff }}'}]}}\n";

/// The program with its standard output, of which nothing but messages may come.
struct Server {
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Server {
    fn start(stage: &Stage) -> Self {
        let mut command = stage.command(&["lsp", "--stdio"]);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out }
    }

    fn write(&mut self, bytes: &[u8]) {
        self.child.stdin.as_mut().unwrap().write_all(bytes).unwrap();
    }

    fn send(&mut self, body: &str) {
        self.write(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    fn read(&mut self) -> String {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.out.read_line(&mut line).unwrap();
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse().unwrap(),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.out.read_exact(&mut body).unwrap();
        String::from_utf8(body).unwrap()
    }

    /// The exit code, and what else was printed and complained of.
    fn end(mut self) -> (Option<i32>, String, String) {
        drop(self.child.stdin.take());
        let (mut out, mut err) = (String::new(), String::new());
        self.out.read_to_string(&mut out).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        (self.child.wait().unwrap().code(), out, err)
    }
}

const INITIALIZE: &str =
    r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#;

#[test]
fn an_editor_is_told_what_is_wrong() {
    let stage = Stage::new(WRONG);
    let mut server = Server::start(&stage);
    server.send(INITIALIZE);
    assert!(server.read().contains("\"serverInfo\":{\"name\":\"windlass\""));
    server.send(r#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#);
    let file = stage.project().join(".github/workflows/ci.yml");
    let text = WRONG.replace('\n', "\\n");
    server.send(&format!(
        r#"{{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{{"textDocument":{{"uri":"file://{}","languageId":"yaml","version":7,"text":"{text}"}}}}}}"#,
        file.display()
    ));
    let published = server.read();
    assert!(
        published.contains("gh/unknown-property") && published.contains("\"version\":7"),
        "{published}"
    );
    server.send(r#"{"jsonrpc":"2.0","id":2,"method":"shutdown"}"#);
    assert!(server.read().contains("\"id\":2,\"result\":null"));
    server.send(r#"{"jsonrpc":"2.0","method":"exit"}"#);
    assert_eq!(server.end(), (Some(0), String::new(), String::new()));
    stage.assert_nothing_left();
}

#[test]
fn an_editor_that_leaves_without_a_word_is_not_waited_for() {
    let stage = Stage::new(WRONG);
    let mut server = Server::start(&stage);
    server.send(INITIALIZE);
    server.read();
    assert_eq!(server.end().0, Some(1));
    stage.assert_nothing_left();
}

#[test]
fn what_is_no_protocol_ends_it_with_a_reason() {
    let stage = Stage::new(WRONG);
    for bytes in [
        &b"hello\r\n\r\n"[..],
        b"Content-Length: 3\r\n\r\n\xff\xfe\xfd",
        b"Content-Length: x\r\n\r\n",
    ] {
        let mut server = Server::start(&stage);
        server.write(bytes);
        let (code, out, err) = server.end();
        assert_eq!((code, out.as_str()), (Some(3), ""), "{err}");
        assert!(err.starts_with("error: ") && !err.contains("panicked"), "{err}");
    }
}
