//! Hover, definitions, symbols and code actions.

use serde_json::{Value, json};

use crate::client::{CI, Client};

const FILES: &[(&str, &str)] = &[
    (
        "greet/action.yml",
        "name: Greet\ndescription: Greets somebody\ninputs:\n  who: {description: Whom to greet, required: true}\nruns: {using: composite, steps: []}\n",
    ),
    (
        ".github/workflows/called.yml",
        "name: Called\non:\n  workflow_call:\n    inputs:\n      target: {type: string, description: Where to}\njobs: {a: {runs-on: x, steps: [{run: x}]}}\n",
    ),
];

/// A workflow with one more step.
fn with(line: &str) -> String {
    format!(
        "on:\n  workflow_dispatch:\n    inputs:\n      level: {{description: How loud, type: number}}\njobs:\n  \
         build:\n    name: Build it\n    runs-on: x\n    outputs: {{version: x}}\n    steps: &all\n      - run: x\n  \
         test:\n    needs: build\n    strategy:\n      matrix:\n        os: [linux, windows]\n    runs-on: x\n    \
         env: {{COLOUR: red}}\n    steps:\n      - id: first\n        run: x\n{line}\n"
    )
}

fn hover(text: &str) -> String {
    let mut client = Client::with_files(FILES);
    let found = client.ask_at("textDocument/hover", CI, text);
    found["contents"]["value"].as_str().unwrap_or_default().to_owned()
}

/// The file and place of a definition, `line:column` from 1.
fn definition(text: &str) -> String {
    let mut client = Client::with_files(FILES);
    let found = client.ask_at("textDocument/definition", CI, text);
    let Some(address) = found["uri"].as_str() else { return String::new() };
    let file = address.rsplit('/').next().unwrap();
    let start = &found["range"]["start"];
    let [line, column] = ["line", "character"].map(|key| start[key].as_u64().unwrap() + 1);
    format!("{file}:{line}:{column}")
}

#[test]
fn hover_explains_keys_and_words() {
    assert!(hover("on: pu|sh\n").contains("Commits or tags were pushed"));
    assert!(hover(&with("      - r|un: x")).contains("A script for the shell"));
    assert!(hover("on: push\npermissions:\n  id-to|ken: write\n").contains("OpenID Connect"));
    assert!(hover("on: push\njobs: {a: {env: {ANY|: x}}}\n").is_empty());
}

#[test]
fn hover_explains_contexts_and_functions() {
    insta::assert_snapshot!(hover(&with("      - run: ${{ github.head_r|ef }}")), @"
    `github.head_ref`: a string

    The branch that a pull request comes from; its author chooses the name, so never put it into a script.
    ");
    insta::assert_snapshot!(hover(&with("      - run: ${{ con|tains(github.ref, 'x') }}")), @"
    ```text
    contains(search, item)
    ```

    Whether a text contains another, or a list an element. Not by case.
    ");
    insta::assert_snapshot!(hover(&with("      - run: ${{ matrix.o|s }}")), @"
    `matrix.os`: a string

    one of `linux`, `windows`
    ");
    insta::assert_snapshot!(hover(&with("      - run: ${{ inputs.lev|el }}")), @"
    `inputs.level`: a number

    How loud
    ");
    insta::assert_snapshot!(hover(&with("      - if: steps.first.outc|ome == 'success'\n        run: x")), @"
    `steps.first.outcome`: a string

    `success`, `failure`, `cancelled` or `skipped`, before `continue-on-error`.
    ");
    insta::assert_snapshot!(hover(&with("      - run: ${{ needs.build.outputs.vers|ion }}")), @"`needs.build.outputs.version`: a string");
}

#[test]
fn hover_explains_actions_and_their_inputs() {
    insta::assert_snapshot!(hover(&with("      - uses: ./gr|eet")), @"
    **Greet**

    Greets somebody

    Inputs:
    - `who` (required)
    ");
    insta::assert_snapshot!(hover(&with("      - uses: ./greet\n        with: {wh|o: x}")), @"
    `who`

    Whom to greet

    required
    ");
    let call =
        "on: push\njobs:\n  a:\n    uses: ./.github/workflows/called.yml\n    with: {tar|get: x}\n";
    insta::assert_snapshot!(hover(call), @"
    `target`

    Where to

    string
    ");
}

#[test]
fn definitions_in_the_same_file() {
    assert_eq!(definition(&with("      - run: ${{ needs.bui|ld.result }}")), "ci.yml:6:3");
    assert_eq!(
        definition(&with("      - run: ${{ needs.build.outputs.vers|ion }}")),
        "ci.yml:9:15"
    );
    assert_eq!(definition(&with("      - run: ${{ steps.FIRST.out|come }}")), "ci.yml:20:13");
    assert_eq!(definition(&with("      - run: ${{ inputs.lev|el }}")), "ci.yml:4:7");
    assert_eq!(definition(&with("      - run: ${{ matrix.o|s }}")), "ci.yml:16:9");
    assert_eq!(definition(&with("      - run: ${{ env.COLO|UR }}")), "ci.yml:18:11");
    assert_eq!(definition(&with("  last:\n    needs: [te|st]")), "ci.yml:12:3");
    assert_eq!(definition(&with("  last:\n    steps: *al|l")), "ci.yml:10:13");
    assert_eq!(definition(&with("      - run: ${{ github.re|f }}")), "");
}

#[test]
fn definitions_in_other_files() {
    assert_eq!(definition(&with("      - uses: ./gr|eet")), "action.yml:1:1");
    assert_eq!(
        definition(&with("      - uses: ./greet\n        with: {wh|o: x}")),
        "action.yml:4:3"
    );
    let call = |rest: &str| format!("on: push\njobs:\n  a:\n    uses: ./.github/workflows/{rest}");
    assert_eq!(definition(&call("cal|led.yml\n")), "called.yml:1:1");
    assert_eq!(definition(&call("called.yml\n    with: {targ|et: x}\n")), "called.yml:5:7");
    assert_eq!(definition(&call("go|ne.yml\n")), "");
}

#[test]
fn symbols_are_jobs_and_steps() {
    let mut client = Client::with_files(&[]);
    client.open(CI, &with(""));
    let document = json!({ "textDocument": { "uri": client.uri(CI) } });
    let found = client.ask("textDocument/documentSymbol", document).unwrap();
    let names = |symbols: &Value| -> Vec<String> {
        let symbols = symbols.as_array().unwrap().iter();
        symbols.map(|symbol| symbol["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&found), ["build", "test"]);
    assert_eq!(names(&found[1]["children"]), ["first"]);
}
