//! Workflow files that are wrong, enormous or malicious, and actions that are not there.

use std::{
    fmt::Write,
    fs,
    os::unix::fs::symlink,
    path::Path,
    time::{Duration, Instant},
};

use crate::stage::Stage;

/// A workflow of one job with these steps in flow style.
fn steps(steps: &str) -> String {
    format!("on: push\njobs: {{a: {{runs-on: x, steps: [{steps}]}}}}\n")
}

/// The program without anything but these on the PATH.
fn with_programs(stage: &Stage, programs: &[&str]) -> String {
    let folder = stage.beside("programs");
    fs::create_dir_all(&folder).unwrap();
    let path = std::env::var("PATH").unwrap();
    for program in programs {
        let found = path.split(':').map(|it| Path::new(it).join(program)).find(|it| it.is_file());
        symlink(found.unwrap(), folder.join(program)).unwrap();
    }
    folder.to_string_lossy().into_owned()
}

#[test]
fn malformed_yaml_is_refused_with_its_place() {
    let stage = Stage::new("on: push\njobs:\n  a:\n    steps:\n      - run: \"unclosed\n");
    let told = ["not valid YAML", ".github/workflows/ci.yml:5:14", "help:"];
    stage.windlass(&["run"]).expect(2).complains(&told);
    stage.windlass(&["graph"]).expect(2).complains(&told);
    stage.windlass(&["run", "--dry-run"]).expect(2).complains(&told);
    stage.windlass(&["list"]).expect(0).tells(&["has errors"]);
    stage.windlass(&["runs", "list"]).expect(0).conceals(&["#1"]);
}

#[test]
fn a_file_of_a_hundred_megabytes_is_refused_within_seconds() {
    let stage = Stage::new("on: push\n");
    let line = "  a: {runs-on: x, steps: [{run: x}]}\n";
    stage.write(".github/workflows/ci.yml", format!("on: push\njobs:\n{}", line.repeat(2_700_000)));
    let run = stage.windlass(&["run"]).expect(2).complains(&["more than 1048576 characters"]);
    assert!(run.took < Duration::from_secs(5), "{:?}", run.took);
}

#[test]
fn deep_nesting_and_bombs_of_aliases_are_refused_at_once() {
    let mut bomb = "on: push\nx0: &x0 [a, a, a, a, a, a, a, a, a]\n".to_owned();
    for level in 1..30 {
        let items = vec![format!("*x{}", level - 1); 9].join(", ");
        writeln!(bomb, "x{level}: &x{level} [{items}]").unwrap();
    }
    let mut block = "on: push\njobs:\n".to_owned();
    for depth in 1..1000 {
        writeln!(block, "{}a:", " ".repeat(depth)).unwrap();
    }
    let files = [
        (format!("on: push\njobs: {}{}", "[".repeat(10_000), "]".repeat(10_000)), "recursion"),
        (format!("on: push\njobs: {}", "{a: ".repeat(10_000)), "ci.yml:2"),
        (block, "ci.yml:"),
        (bomb, "1000000 values"),
        ("on: push\njobs: &a\n  b: *a\n".to_owned(), "ci.yml:"),
    ];
    let stage = Stage::new("");
    for (text, cause) in files {
        stage.write(".github/workflows/ci.yml", &text);
        let run = stage.windlass(&["run"]).expect(2).complains(&[cause]);
        assert!(run.took < Duration::from_secs(5), "{cause}: {:?}", run.took);
    }
}

#[test]
fn all_mistakes_of_a_file_are_told_at_once_with_suggestions() {
    let stage = Stage::new(
        "on: push\njobz: 1\njobs:\n  a:\n    needs: b\n    runs-on: x\n    stepz: 1\n    steps: [{run: a, \
         run: b}]\n  b: {needs: a, runs-on: x, steps: [{run: '${{ github.nope( }}'}]}\n",
    );
    stage.windlass(&["run"]).expect(2).complains(&[
        "ci.yml:2:1",
        "did you mean `jobs`?",
        "ci.yml:4:3",
        "need one another in a circle",
        "ci.yml:7:5",
        "did you mean `steps`?",
        "`run` is there twice",
        "error: .github/workflows/ci.yml has errors",
    ]);
}

#[test]
fn a_matrix_of_more_than_256_fails_the_job_and_names_its_place() {
    let values: Vec<String> = (0..257).map(|it| it.to_string()).collect();
    let stage = Stage::new(&format!(
        "on: push\njobs:\n  a:\n    runs-on: x\n    strategy: {{matrix: {{n: [{}]}}}}\n    steps: [{{run: x}}]\n",
        values.join(", ")
    ));
    let run = stage.windlass(&["run"]).expect(1);
    run.tells(&["257 jobs", "at most 256", ".github/workflows/ci.yml:3:3"]);
}

#[test]
fn a_missing_action_is_named_with_its_place_and_a_next_step() {
    let stage = Stage::new(&steps("{uses: ./nowhere}"));
    let run = stage.windlass(&["run"]).expect(1);
    run.tells(&["Can't find 'action.yml'", "nowhere", "written at: .github/workflows/ci.yml:2:"]);
    let stage = Stage::new(&steps("{uses: some/action@v9}, {run: echo never}"));
    let bare = stage.beside("action.git");
    stage.git(&["init", "-q", "--bare", &bare.to_string_lossy()]);
    let replacement = format!("some/action={}", bare.display());
    let run = stage.windlass(&["run", "--action", &replacement]).expect(1);
    run.tells(&["no branch, tag or commit `v9`", "ci.yml:2:", "check the name after the `@`"])
        .conceals(&["| never"]);
    stage.assert_nothing_left();
}

#[test]
fn an_action_that_cannot_be_fetched_says_what_can_be_done() {
    let stage = Stage::new(&steps("{uses: some/action@v1}"));
    let mut command = stage.command(&["run"]);
    command.env("WINDLASS_ACTIONS_URL", "http://127.0.0.1:9");
    let run = crate::stage::start(command).finish().expect(1);
    run.tells(&["127.0.0.1:9/some/action cannot be read", "--action"]);
}

#[test]
fn javascript_without_node_says_how_to_get_it() {
    let stage = Stage::new(&steps("{uses: ./act}"));
    stage.write("act/action.yml", "{name: a, description: d, runs: {using: node20, main: i.js}}\n");
    stage.write("act/i.js", "");
    let mut command = stage.command(&["run"]);
    command.env("PATH", with_programs(&stage, &["git", "bash"]));
    let run = crate::stage::start(command).finish().expect(1);
    run.tells(&["needs `node`", "Install Node.js", "written at: .github/workflows/ci.yml:2:"]);
}

#[test]
fn without_git_the_program_still_runs() {
    let stage = Stage::new(&steps("{run: echo hello}"));
    let mut command = stage.command(&["run"]);
    command.env("PATH", with_programs(&stage, &["bash"]));
    crate::stage::start(command).finish().expect(0).tells(&["a | hello", "stand"]);
}

#[test]
fn without_an_engine_jobs_fail_before_their_first_step() {
    let stage = Stage::new(
        "on: push\njobs:\n  a: {runs-on: x, container: alpine, steps: [{run: echo never}]}\n  b: \
         {runs-on: x, services: {db: {image: x}}, steps: [{run: echo never}]}\n  c: {runs-on: x, \
         steps: [{run: echo never}, {uses: 'docker://alpine:3'}]}\n  d: {runs-on: x, steps: [{if: \
         runner.os == 'None', uses: 'docker://alpine:3'}, {run: echo passes by}]}\n",
    );
    let run = stage.windlass(&["run"]).expect(1);
    run.tells(&[
        "This job runs in a container, and no container engine was found",
        "Service 'db' runs in a container (a local process can stand in for it: --service db=",
        "ci.yml:5:53: 'docker://alpine:3' runs in a container, and no container engine",
        "d | passes by",
        "Install Docker or Podman",
    ])
    .conceals(&["| never"]);
}

#[test]
fn two_thousand_jobs_in_a_chain_end_in_good_time() {
    let mut text = "on: push\njobs:\n  j0: {runs-on: x, if: false, steps: [{run: x}]}\n".to_owned();
    for number in 1..2000 {
        let before = number - 1;
        writeln!(text, "  j{number}: {{needs: j{before}, runs-on: x, steps: [{{run: x}}]}}")
            .unwrap();
    }
    let stage = Stage::new(&text);
    let began = Instant::now();
    stage.windlass(&["run", "--dry-run"]).expect(0).tells(&["j1999"]);
    stage.windlass(&["run"]).expect(0).tells(&["2000 skipped"]);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}
