//! The protocol itself: beginning and end, findings as somebody types, what is not understood.

use lsp_server::Message;
use serde_json::{Value, json};
use windlass_language_server::ServerError;

use crate::client::{CI, Client};

const FINE: &str = "on: push\njobs: {a: {runs-on: x, steps: [{run: echo}]}}\n";
const WRONG: &str =
    "on: push\njobs: {a: {runs-on: x, steps: [{run: 'echo ${{ github.reff }}'}]}}\n";

#[test]
fn says_what_it_can_do_and_ends_when_told() {
    let (client, result) = Client::start(json!({}));
    let capabilities = &result["capabilities"];
    assert_eq!(capabilities["positionEncoding"], "utf-16");
    assert_eq!(capabilities["hoverProvider"], true);
    assert!(client.leave().is_ok());
    let (client, _) = Client::start(json!({}));
    assert!(matches!(client.exit(), Err(ServerError::WithoutShutdown)));
}

#[test]
fn columns_count_bytes_where_the_editor_offers_it() {
    let text = "on: push\njobs: {é: {runs-on: x, steps: [{run: 'echo ${{ github.reff }}'}]}}\n";
    for (offered, agreed, column) in
        [(json!(["utf-16"]), "utf-16", 48), (json!(["utf-8"]), "utf-8", 49)]
    {
        let (mut client, result) =
            Client::start(json!({ "general": { "positionEncodings": offered } }));
        assert_eq!(result["capabilities"]["positionEncoding"], agreed);
        client.open(CI, text);
        let found = client.findings(CI, 1);
        assert!(found.contains(&format!("2:{column} gh/unknown-property")), "{found:?}");
    }
}

#[test]
fn findings_follow_the_text() {
    let mut client = Client::with_files(&[]);
    client.open(CI, FINE);
    assert_eq!(client.findings(CI, 1), [""; 0]);
    client.change(CI, 2, WRONG);
    assert_eq!(client.findings(CI, 2), ["2:48 gh/unknown-property"]);
    client.tell(
        "textDocument/didChange",
        json!({
            "textDocument": { "uri": client.uri(CI), "version": 3 },
            "contentChanges": [{
                "range": { "start": { "line": 1, "character": 57 }, "end": { "line": 1, "character": 58 } },
                "text": "",
            }],
        }),
    );
    assert_eq!(client.findings(CI, 3), ["2:48 gh/template-injection"]);
    client.tell("textDocument/didClose", json!({ "textDocument": { "uri": client.uri(CI) } }));
    client.open("docker-compose.yml", "services: {}");
    assert!(client.leave().is_ok());
}

#[test]
fn of_many_changes_the_newest_text_is_checked() {
    let mut client = Client::with_files(&[]);
    let steps = "      - run: echo ${{ github.reff }}\n".repeat(300);
    let long = format!("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n{steps}");
    client.open(CI, &long);
    for version in 2..=100 {
        client.change(CI, version, &long);
    }
    client.change(CI, 101, FINE);
    let mut checked = Vec::new();
    while checked.last() != Some(&101) {
        if let Message::Notification(notification) = client.read() {
            checked.push(notification.params["version"].as_i64().unwrap());
        }
    }
    assert!(checked.len() < 50, "{checked:?}");
}

#[test]
fn neighbours_are_read_as_they_are_in_the_editor() {
    let called = ".github/workflows/called.yml";
    let takes = |input: &str| {
        format!(
            "on: {{workflow_call: {{inputs: {{{input}: {{type: string}}}}}}}}\njobs: {{a: {{runs-on: x, steps: [{{run: x}}]}}}}\n"
        )
    };
    let mut client = Client::with_files(&[(called, &takes("x"))]);
    client.open(
        CI,
        "on: push\njobs:\n  a:\n    uses: ./.github/workflows/called.yml\n    with: {x: 1}\n",
    );
    assert_eq!(client.findings(CI, 1), [""; 0]);
    client.open(called, &takes("y"));
    client.read();
    client.read();
    assert_eq!(client.findings(CI, 1), ["5:15 gh/undefined-input"]);
}

#[test]
fn what_is_not_understood_is_refused_and_passed_over() {
    let mut client = Client::with_files(&[]);
    let code = |answer: Result<Value, Value>| answer.unwrap_err()["code"].as_i64().unwrap();
    assert_eq!(code(client.ask("textDocument/nonsense", json!(null))), -32601);
    assert_eq!(code(client.ask("textDocument/hover", json!({ "position": 1 }))), -32602);
    client.tell("$/nonsense", json!([1, 2]));
    client.tell("textDocument/didChange", json!("what"));
    client.tell("textDocument/didOpen", json!(null));
    let elsewhere = json!({ "textDocument": { "uri": "untitled:1" }, "position": { "line": 9, "character": 9 } });
    assert_eq!(client.ask("textDocument/hover", elsewhere), Ok(Value::Null));
    client.ask("shutdown", Value::Null).unwrap();
    assert_eq!(code(client.ask("textDocument/hover", json!({}))), -32600);
    assert!(client.exit().is_ok());
}

#[test]
fn asks_to_be_told_of_files_on_the_disk() {
    let watching =
        json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } });
    let (mut client, _) = Client::start(watching);
    let Message::Request(request) = client.read() else { unreachable!() };
    assert_eq!(request.method, "client/registerCapability");
    client.open(
        CI,
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps: [{uses: ./x, with: {b: 1}}]\n",
    );
    assert_eq!(client.findings(CI, 1), [""; 0]);
    client.write("x/action.yml", "name: x\nruns: {using: composite, steps: []}\n");
    client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [] }));
    client.read();
    assert_eq!(client.findings(CI, 1), ["5:32 gh/action-input"]);
}
