//! Names that nobody should choose: of branches, files, jobs, steps and outputs.

use crate::stage::Stage;

fn is_harmless(text: &str) -> bool {
    text.chars().all(|letter| letter == '\n' || letter == '\t' || !letter.is_control())
}

#[test]
fn what_a_terminal_would_obey_is_not_passed_on() {
    let stage = Stage::new(
        "name: \"CI \\e]0;owned\\a\\e[2J\"\non: push\njobs:\n  a:\n    name: \"job \
         \\e]0;owned\\a\\e[31mred\\nsecond\"\n    runs-on: x\n    outputs: {o: '${{ steps.s.outputs.o }}'}\n    \
         steps:\n      - name: \"step \\e]52;c;b3duZWQ=\\a\"\n        id: s\n        run: |\n          printf 'o<<E\\n\\033[2J::error::x\\n\
         ::stop-commands::y\\nE\\n' >> \"$GITHUB_OUTPUT\"\n          printf '# \\033[2Jsummary\\n' >> \"$GITHUB_STEP_SUMMARY\"\n  \
         b:\n    needs: a\n    runs-on: x\n    steps:\n      - name: 'got ${{ needs.a.outputs.o }}'\n        env: {O: '${{ needs.a.outputs.o }}'}\n        \
         run: printf '%s' \"$O\" | wc -c; exit 1\n",
    );
    let run = stage.windlass(&["run"]).expect(1);
    assert!(is_harmless(&run.out), "{:?}", run.out);
    for arguments in
        [&["list"][..], &["graph"], &["run", "--dry-run"], &["runs", "list"], &["runs", "view"]]
    {
        let shown = stage.windlass(arguments).expect(0);
        assert!(is_harmless(&shown.out), "{arguments:?}: {:?}", shown.out);
    }
    let wrong = stage.windlass(&["run", "--job", "\u{1b}]0;owned\u{7}"]).expect(2);
    assert!(is_harmless(&wrong.err), "{:?}", wrong.err);
}

#[test]
fn hostile_branches_and_files_are_data() {
    let stage = Stage::new(
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - env: {REF: '${{ github.ref }}'}\n        \
         run: echo \"[$REF]\"; ls | wc -l\n",
    );
    stage.write("-rf", "");
    stage.write("new\nline", "");
    stage.write("$(touch owned)", "");
    stage.write("\u{1b}[2J", "");
    let invalid = {
        use std::os::unix::ffi::OsStrExt as _;
        stage.project().join(std::ffi::OsStr::from_bytes(b"in\xffvalid"))
    };
    std::fs::write(invalid, "").unwrap();
    stage.git(&["checkout", "-q", "-b", "$(touch${IFS}owned);`id`&&'\"x"]);
    stage.commit();
    let run = stage.windlass(&["run"]).expect(0);
    run.tells(&["[refs/heads/$(touch${IFS}owned);`id`&&'\"x]", "a | 6"]);
    assert!(!stage.project().join("owned").exists());
}

#[test]
fn invalid_utf_8_is_no_obstacle() {
    let stage = Stage::new("");
    let mut text = b"on: push\njobs: {a: {name: ".to_vec();
    text.extend(b"'\xff\xfe', runs-on: x, steps: [{run: \"printf 'o=\\\\xff\\\\n' >> $GITHUB_OUTPUT; echo fine\"}]}}\n");
    stage.write(".github/workflows/ci.yml", text);
    let run = stage.windlass(&["run"]);
    assert!(run.code() == 0 || run.code() == 2, "{}\n{}", run.out, run.err);
    assert!(!run.err.contains("panicked"));
}

#[test]
fn an_event_file_may_be_huge_but_not_wrong() {
    let stage = Stage::new(
        "on: push\njobs: {a: {runs-on: x, steps: [{run: 'wc -c < \"$GITHUB_EVENT_PATH\"; echo ${{ github.event.x }}'}]}}\n",
    );
    let huge = format!("{{\"x\": 5, \"y\": \"{}\"}}", "z".repeat(20_000_000));
    std::fs::write(stage.beside("huge.json"), huge).unwrap();
    stage.windlass(&["run", "--event-file", "../huge.json"]).expect(0).tells(&["a | 5"]);
    let deep = format!("{{\"x\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    for (content, cause) in [
        ("{\"x\": 5", "line 1 column 7"),
        ("[1]", "no JSON object"),
        ("\u{0}\u{1}", "no JSON object"),
        (&deep, "no JSON object"),
    ] {
        std::fs::write(stage.beside("event.json"), content).unwrap();
        let run = stage.windlass(&["run", "--event-file", "../event.json"]).expect(2);
        run.complains(&["../event.json", cause]);
    }
    let run = stage.windlass(&["run", "--event-file", "nowhere.json"]).expect(2);
    run.complains(&["cannot read the event file nowhere.json", "No such file"]);
    stage.windlass(&["run", "--event-file", "."]).expect(2).complains(&["directory"]);
}
