//! How long a keystroke takes. Run in release:
//! `cargo test --release -p windlass-language-server -- --ignored --nocapture keystroke`.

#![allow(clippy::print_stdout, reason = "figures are for people")]

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::{CI, Client};

/// The longest that a keystroke may take, by the median.
const TARGET: Duration = Duration::from_millis(20);

/// A workflow of some 2,000 lines: jobs with matrices, expressions, actions and scripts.
fn long() -> String {
    let mut text = "on: push\nenv: {LEVEL: 1}\njobs:\n".to_owned();
    for job in 0..80 {
        let needs = if job == 0 { String::new() } else { format!("    needs: job{}\n", job - 1) };
        write!(text, "  job{job}:\n{needs}    runs-on: ${{{{ matrix.os }}}}\n    strategy:\n      matrix:\n        os: [ubuntu-latest, windows-latest]\n    steps:\n").unwrap();
        for step in 0..3 {
            write!(text, "      - id: step{step}\n        if: github.ref == 'refs/heads/main' && success()\n        uses: ./greet\n        with:\n          who: ${{{{ github.actor }}}}\n      - run: |\n          echo ${{{{ matrix.os }}}} $LEVEL\n").unwrap();
        }
    }
    text
}

#[test]
#[ignore = "a measurement, for a release build"]
fn a_keystroke_in_2000_lines_is_answered_in_time() {
    let mut client = Client::with_files(&[(
        "greet/action.yml",
        "name: x\ninputs: {who: {required: true}}\nruns: {using: composite, steps: []}\n",
    )]);
    let text = long();
    client.open(CI, &text);
    assert_eq!(client.findings(CI, 1), [""; 0]);
    let line = text.lines().position(|line| line.contains("$LEVEL")).unwrap() + 25 * 40;
    let line = line + text.lines().skip(line).position(|line| line.contains("$LEVEL")).unwrap();
    let character = "          echo ${{ matrix.".len();
    let at = json!({ "line": line, "character": character });
    let (mut checks, mut completions) = (Vec::new(), Vec::new());
    for version in 2..52 {
        let began = Instant::now();
        client.tell(
            "textDocument/didChange",
            json!({
                "textDocument": { "uri": client.uri(CI), "version": version },
                "contentChanges": [{ "range": { "start": at, "end": at }, "text": "x" }],
            }),
        );
        client.findings(CI, version);
        checks.push(began.elapsed());
        let began = Instant::now();
        let document = json!({ "uri": client.uri(CI) });
        let asked = json!({ "textDocument": document, "position": at });
        client.ask("textDocument/completion", asked).unwrap();
        completions.push(began.elapsed());
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    let (check, completion) = (median(&mut checks), median(&mut completions));
    let lines = text.lines().count();
    println!("{lines} lines: findings {check:?}, completion {completion:?} (medians of 50)");
    assert!(check < TARGET && completion < TARGET);
}
