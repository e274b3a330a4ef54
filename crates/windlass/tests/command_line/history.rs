//! `windlass runs`: listing, viewing, logs, repeating.

use std::fs;

use crate::stage::Stage;

const CHAIN: &str = "on: push\njobs:\n  a:\n    runs-on: x\n    outputs: {o: '${{ steps.s.outputs.o }}'}\n    steps:\n      - id: s\n        \
    run: echo a >> \"$DIARY\"; echo o=word >> \"$GITHUB_OUTPUT\"\n  b:\n    needs: a\n    runs-on: x\n    steps:\n      - run: echo fine\n      \
    - run: echo 'b ${{ needs.a.outputs.o }} ${{ github.run_attempt }}' >> \"$DIARY\"; echo said; [ -e \"$GO\" ]\n  \
    c: {needs: b, runs-on: x, steps: [{run: 'echo c >> \"$DIARY\"'}]}\n  d: {runs-on: x, steps: [{run: 'echo d >> \"$DIARY\"'}]}\n";

fn run(stage: &Stage, arguments: &[&str]) -> crate::stage::Finished {
    let mut command = stage.command(arguments);
    command.env("DIARY", stage.beside("diary")).env("GO", stage.beside("go"));
    crate::stage::start(command).finish()
}

fn diary(stage: &Stage) -> Vec<String> {
    let text = fs::read_to_string(stage.beside("diary")).unwrap();
    fs::remove_file(stage.beside("diary")).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn runs_are_listed_viewed_and_their_logs_printed() {
    let stage = Stage::new(CHAIN);
    stage.windlass(&["runs", "list"]).expect(0);
    stage.windlass(&["runs", "view"]).expect(2).complains(&["no run", "windlass run"]);
    run(&stage, &["run"]).expect(1);
    run(&stage, &["run", "-j", "d"]).expect(0);
    stage.windlass(&["runs", "list"]).expect(0).tells(&["#1", "failed", "#2", "succeeded", "push"]);
    stage.windlass(&["runs", "list", "-n", "1"]).expect(0).tells(&["#2"]).conceals(&["#1"]);
    let json = stage.windlass(&["runs", "list", "--json"]).expect(0);
    let list: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(list.as_array().unwrap().len(), 2);
    let id = list[1]["id"].as_str().unwrap();
    for name in ["1", "#1", id, &id[..20], &id.to_lowercase()] {
        let view = stage.windlass(&["runs", "view", name]).expect(0);
        view.tells(&["b", "skipped", "exit code 1"]);
    }
    let view = stage.windlass(&["runs", "view", "--json"]).expect(0);
    assert!(serde_json::from_str::<serde_json::Value>(&view.out).is_ok());
    let logs = stage.windlass(&["runs", "logs", "1", "--job", "b"]).expect(0);
    logs.tells(&["fine", "said", "── b ›"]).conceals(&["── a ›"]);
    let logs = stage.windlass(&["runs", "logs", "1", "--failed"]).expect(0);
    logs.tells(&["said"]).conceals(&["fine"]);
    stage
        .windlass(&["runs", "logs", "1", "-j", "q"])
        .expect(2)
        .complains(&["no job 'q'", "a, b, c, d"]);
    stage.windlass(&["runs", "watch", "1"]).expect(1).tells(&["failed"]);
    for wrong in ["99", "zzz", "01ZZZZZZZZ", "-1x", "", "'; drop table runs"] {
        stage.windlass(&["runs", "view", "--", wrong]).expect(2);
    }
    stage.windlass(&["runs", "view", "99"]).expect(2).complains(&["no run '99'", "runs list"]);
}

#[test]
fn a_rerun_repeats_all_or_only_what_failed_or_one_job() {
    let stage = Stage::new(CHAIN);
    run(&stage, &["run"]).expect(1);
    assert_eq!(diary(&stage), ["a", "b word 1", "d"]);
    run(&stage, &["runs", "rerun"]).expect(1);
    assert_eq!(diary(&stage), ["a", "b word 2", "d"]);
    fs::write(stage.beside("go"), "").unwrap();
    run(&stage, &["runs", "rerun", "--failed"]).expect(0);
    assert_eq!(diary(&stage), ["b word 3", "c"]);
    run(&stage, &["runs", "rerun", "3", "--job", "c"]).expect(0);
    assert_eq!(diary(&stage), ["c"]);
    // Changed since: a rerun has the workflow of its run.
    stage.write(".github/workflows/ci.yml", "on: push\njobs: {}\n");
    let again = run(&stage, &["runs", "rerun", "1", "-j", "d"]);
    // The job that failed then is not run again: it still counts.
    again.expect(1).tells(&["taken over from the earlier run", "1 failed"]);
    assert_eq!(diary(&stage), ["d"]);
    run(&stage, &["runs", "rerun", "1", "-j", "q"]).expect(2).complains(&["'q'"]);
}

#[test]
fn projects_have_histories_of_their_own() {
    let stage = Stage::new("on: push\njobs: {a: {runs-on: x, steps: [{run: 'true'}]}}\n");
    stage.write(
        "inner/.github/workflows/in.yml",
        "on: push\njobs: {i: {runs-on: x, steps: [{run: 'true'}]}}\n",
    );
    stage.windlass(&["run"]).expect(0);
    stage.windlass(&["-C", "inner", "run"]).expect(0);
    let list = stage.windlass(&["runs", "list"]).expect(0);
    list.tells(&["ci.yml"]).conceals(&["in.yml"]);
    stage.windlass(&["runs", "list", "--all"]).expect(0).tells(&["ci.yml", "in.yml"]);
}

#[test]
fn only_so_many_runs_are_kept() {
    let stage = Stage::new("on: push\njobs: {a: {runs-on: x, steps: [{run: 'true'}]}}\n");
    for _ in 0..4 {
        let mut command = stage.command(&["run"]);
        command.env("WINDLASS_KEEP_RUNS", "2");
        crate::stage::start(command).finish().expect(0);
    }
    let list = stage.windlass(&["runs", "list"]).expect(0);
    list.tells(&["#4", "#3"]).conceals(&["#2", "#1"]);
}
