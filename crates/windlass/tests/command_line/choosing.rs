//! Which project, which dialect, which workflows, which jobs of them.

use std::fs;

use crate::stage::Stage;

const HELLO: &str = "on: push\njobs: {a: {runs-on: x, steps: [{run: echo hello}]}}\n";

const GRAPH: &str = "on: push\njobs:\n  build: {runs-on: x, steps: [{run: echo built}]}\n  test:\n    needs: build\n    \
    runs-on: x\n    strategy: {matrix: {os: [linux, mac], n: [1, 2]}}\n    steps: [{run: 'echo tested ${{ matrix.os }} ${{ matrix.n }}'}]\n  \
    other: {runs-on: x, steps: [{run: echo other}]}\n";

#[test]
fn a_workflow_is_run_where_the_user_stands_or_where_c_says() {
    let stage = Stage::new(HELLO);
    stage.windlass(&["run"]).expect(0).tells(&["a | hello"]);
    fs::create_dir_all(stage.project().join("deep/down")).unwrap();
    stage.windlass(&["-C", "deep/down", "run"]).expect(0).tells(&["a | hello"]);
    stage.windlass(&["run", "-C", "deep", "ci.yml"]).expect(0).tells(&["a | hello"]);
    std::fs::write(stage.project().join("deep/event.json"), "{}").unwrap();
    stage.windlass(&["-C", "deep", "run", "--event-file", "event.json"]).expect(0);
    stage.windlass(&["-C", "nowhere", "run"]).expect(2).complains(&["nowhere"]);
    stage.assert_nothing_left();
}

#[test]
fn the_project_is_the_nearest_directory_and_never_beyond_the_git_root() {
    let stage = Stage::new(HELLO);
    stage.write("inner/.github/workflows/in.yml", HELLO.replace("hello", "inner"));
    stage.windlass(&["-C", "inner", "run"]).expect(0).tells(&["a | inner"]);
    stage.write("module/file", "");
    stage.git_in(&stage.project().join("module"), &["init", "-q"]);
    let run = stage.windlass(&["-C", "module", "run"]).expect(2);
    run.complains(&["no pipeline found", ".github/workflows", "-C"]);
    let run = stage.windlass(&["-C", "/", "run"]).expect(2);
    run.complains(&["no pipeline found"]);
}

#[test]
fn of_several_dialects_one_is_to_be_chosen() {
    let stage = Stage::new(HELLO);
    stage.write(".gitlab-ci.yml", "");
    stage.write("Jenkinsfile", "");
    let list = ["github, gitlab, jenkins", "--dialect"];
    stage.windlass(&["run"]).expect(2).complains(&list);
    stage.windlass(&["run", "--dialect", "github"]).expect(0).tells(&["a | hello"]);
    stage.windlass(&["run", "ci.yml"]).expect(0).tells(&["a | hello"]);
    stage.windlass(&["run", "--dialect", "jenkins"]).expect(2).complains(&["cannot be run yet"]);
    stage.windlass(&["run", "--dialect", "travis"]).expect(2).complains(&["unknown dialect"]);
}

#[test]
fn workflows_are_named_by_path_file_or_name() {
    let stage = Stage::new(HELLO);
    stage.write(
        ".github/workflows/other.yaml",
        "name: The other\non: push\njobs: {b: {runs-on: x, steps: [{run: echo two}]}}\n",
    );
    for name in ["other.yaml", "other", "The other", ".github/workflows/other.yaml"] {
        let run = stage.windlass(&["run", name]).expect(0);
        run.tells(&["b | two"]).conceals(&["hello"]);
    }
    let run = stage.windlass(&["run"]).expect(0);
    run.tells(&["hello", "two"]);
    stage.windlass(&["run", "third"]).expect(2).complains(&["no workflow 'third'", "other.yaml"]);
    fs::write(stage.beside("outside.yml"), HELLO).unwrap();
    stage.windlass(&["run", "../outside.yml"]).expect(2).complains(&["outside the project"]);
}

#[test]
fn jobs_are_chosen_with_what_they_need_or_without() {
    let stage = Stage::new(GRAPH);
    let run = stage.windlass(&["run", "--job", "test", "--matrix", "os=linux"]).expect(0);
    run.tells(&["built", "tested linux 1", "tested linux 2"]).conceals(&["tested mac", "| other"]);
    let run = stage.windlass(&[
        "run",
        "-j",
        "test",
        "--no-needs",
        "--matrix",
        "os=mac",
        "--matrix",
        "n=2",
    ]);
    run.expect(0).tells(&["tested mac 2"]).conceals(&["built", "tested mac 1", "tested linux"]);
    let run = stage.windlass(&["run", "-j", "build", "-j", "other"]).expect(0);
    run.tells(&["built", "| other"]).conceals(&["tested"]);
    stage
        .windlass(&["run", "-j", "nope"])
        .expect(2)
        .complains(&["no job 'nope'", "build, test, other"]);
    stage.windlass(&["run", "--no-needs"]).expect(2).complains(&["--job"]);
    let stage = Stage::new(HELLO);
    stage.windlass(&["run", "--matrix", "a=b"]).expect(2).complains(&["no job here has a matrix"]);
}

#[test]
fn a_job_in_one_of_several_workflows_is_enough() {
    let stage = Stage::new(HELLO);
    stage.write(".github/workflows/other.yml", HELLO.replace("a:", "b:"));
    let run = stage.windlass(&["run", "-j", "b"]).expect(0);
    run.tells(&["b | hello", "1 job"]).conceals(&["a | "]);
}

#[test]
fn as_many_jobs_run_at_once_as_are_allowed() {
    let job = |id: &str| {
        format!(
            "  {id}:\n    runs-on: x\n    steps:\n      - run: mkdir \"$ALONE\" || exit 1; sleep 0.5; rmdir \"$ALONE\"\n"
        )
    };
    let stage = Stage::new(&format!("on: push\njobs:\n{}{}{}", job("a"), job("b"), job("c")));
    let alone = format!("ALONE={}", stage.beside("alone").display());
    stage.windlass(&["run", "--max-jobs", "1", "--env", &alone]).expect(0);
    stage.windlass(&["run", "--max-jobs", "3", "--env", &alone]).expect(1);
    stage.windlass(&["run", "--max-jobs", "0"]).expect(2);
}

#[test]
fn a_folder_without_workflows_is_said_to_be_so() {
    let stage = Stage::new(HELLO);
    fs::remove_file(stage.project().join(".github/workflows/ci.yml")).unwrap();
    for words in [&["run"][..], &["run", "ci.yml"], &["run", "--dry-run"], &["graph"]] {
        stage.windlass(words).expect(2).complains(&["no workflow in", ".github/workflows"]);
    }
}
