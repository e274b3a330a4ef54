//! Where jobs work: copies that leave the checkout alone, the checkout itself, or nothing.

use crate::stage::Stage;

const CHANGES: &str = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: ls; cat file; echo changed > file; rm -f gone; \
    mkdir new; git add -A; git -c user.name=x -c user.email=x commit -qm x || true\n";

#[test]
fn a_run_never_changes_the_checkout() {
    let stage = Stage::new(CHANGES);
    stage.write("file", "as it was");
    stage.write("gone", "");
    stage.write("untracked", "");
    stage.write(".gitignore", "ignored\n");
    stage.write("ignored", "");
    stage.git(&["add", "file", "gone"]);
    stage.git(&["commit", "-qm", "Files"]);
    stage.write("file", "as it is");
    let (before, head) = (stage.tree(), stage.git(&["rev-parse", "HEAD"]));
    let status = stage.git(&["status", "--porcelain"]);
    let run = stage.windlass(&["run"]).expect(0);
    run.tells(&["a | as it is", "a | untracked"]).conceals(&["a | ignored"]);
    assert_eq!(stage.tree(), before);
    assert_eq!(stage.git(&["rev-parse", "HEAD"]), head);
    assert_eq!(stage.git(&["status", "--porcelain"]), status);
    stage.windlass(&["run", "--in-place"]).expect(0).tells(&["a | ignored", "the checkout itself"]);
    assert_ne!(stage.tree(), before);
    stage.assert_nothing_left();
}

#[test]
fn strict_starts_empty_and_checkout_brings_the_commit() {
    let stage = Stage::new(
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: echo \"[$(ls -A)]\"\n      - uses: actions/checkout@v4\n      - run: cat file\n",
    );
    stage.write("file", "committed\n");
    stage.commit();
    stage.write("file", "edited\n");
    stage.windlass(&["run", "--strict"]).expect(0).tells(&["a | []", "a | committed"]);
    let run = stage.windlass(&["run"]).expect(0);
    run.tells(&["a | edited", "local repository"]);
    stage
        .windlass(&["run", "--strict", "--in-place"])
        .expect(2)
        .complains(&["cannot be used with"]);
}

#[test]
fn keep_leaves_the_workspaces_and_says_where() {
    let stage = Stage::new("on: push\njobs: {a: {runs-on: x, steps: [{run: touch kept-file}]}}\n");
    let run = stage.windlass(&["run", "--keep"]).expect(0);
    run.tells(&["kept in", &stage.state().display().to_string()]);
    let kept = crate::stage::files_below(&stage.state().join("work"));
    assert!(kept.iter().any(|path| path.ends_with("kept-file")), "{kept:?}");
}

#[test]
fn a_failed_run_says_where_its_log_is() {
    let stage = Stage::new("on: push\njobs: {a: {runs-on: x, steps: [{run: echo why; exit 4}]}}\n");
    let run = stage.windlass(&["run"]).expect(1).tells(&["exit code 4", "| why", "log: "]);
    let path = run.out.lines().find_map(|line| line.trim().strip_prefix("log: ")).unwrap();
    assert!(std::fs::read_to_string(path).unwrap().contains("why"));
}

#[test]
fn in_a_hook_of_git_the_checkout_is_left_alone_too() {
    let stage = Stage::new(CHANGES);
    stage.write("file", "as it was");
    stage.commit();
    let program = env!("CARGO_BIN_EXE_windlass");
    stage.write(".git/hooks/pre-commit", format!("#!/bin/sh\nexec {program} run\n"));
    stage.git(&["config", "core.hooksPath", ".git/hooks"]);
    let hook = stage.project().join(".git/hooks/pre-commit");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(hook, mode).unwrap();
    stage.write("next", "");
    stage.git(&["add", "next"]);
    let before = stage.tree();
    stage.git(&["commit", "-m", "By way of the hook"]);
    assert_eq!(stage.tree(), before);
    assert_eq!(stage.git(&["show", "--format=", "--name-only", "HEAD"]), "next");
    assert_eq!(stage.git(&["rev-list", "--count", "HEAD"]), "3");
    stage.windlass(&["runs", "list"]).expect(0).tells(&["#1", "succeeded"]);
}

#[test]
fn a_shell_on_failure_needs_a_terminal() {
    let stage = Stage::new(CHANGES);
    let run = stage.windlass(&["run", "--shell-on-failure"]).expect(2);
    run.complains(&["needs a terminal"]);
}
