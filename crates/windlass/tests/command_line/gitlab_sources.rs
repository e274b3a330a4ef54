//! Which files a job of a GitLab pipeline finds, and the token that it has.
//!
//! What is expected is told by "Configuring runners"
//! (<https://docs.gitlab.com/ci/runners/configure_runners/>): Git strategy, Git submodule strategy,
//! Git checkout; and by "GitLab CI/CD job token" (<https://docs.gitlab.com/ci/jobs/ci_job_token/>).

use std::fs;

use crate::stage::Stage;

/// A project with the submodule `lib`, which has the submodule `deep`.
fn with_submodules(configuration: &str) -> Stage {
    let stage = Stage::gitlab(configuration);
    for (name, inner) in [("deep", None), ("lib", Some("deep"))] {
        let directory = stage.beside(name);
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join(format!("{name}.txt")), "").unwrap();
        stage.git_in(&directory, &["init", "-q", "-b", "main"]);
        if let Some(inner) = inner {
            add_submodule(&stage, &directory, inner);
        }
        stage.git_in(&directory, &["add", "-A"]);
        stage.git_in(&directory, &["commit", "-q", "-m", "One"]);
    }
    add_submodule(&stage, &stage.project(), "lib");
    let update = ["submodule", "update", "-q", "--init", "--recursive"];
    stage.git(&[&["-c", "protocol.file.allow=always"], update.as_slice()].concat());
    stage.commit();
    stage
}

fn add_submodule(stage: &Stage, directory: &std::path::Path, name: &str) {
    let from = stage.beside(name).display().to_string();
    let words = ["-c", "protocol.file.allow=always", "submodule", "add", "-q", &from, name];
    stage.git_in(directory, &words);
}

/// `GIT_SUBMODULE_STRATEGY` and `GIT_SUBMODULE_PATHS`: without a strategy submodules are not there.
#[test]
fn submodules_are_there_as_far_as_the_job_asks() {
    let stage = with_submodules(
        ".look: {script: ['echo \"$CI_JOB_NAME: $(find lib -name \"*.txt\" | sort | xargs).\"']}\n\
         usual: {extends: .look}\n\
         normal: {extends: .look, variables: {GIT_SUBMODULE_STRATEGY: normal}}\n\
         deep: {extends: .look, variables: {GIT_SUBMODULE_STRATEGY: recursive}}\n\
         without: {extends: .look, variables: {GIT_SUBMODULE_STRATEGY: recursive, \
         GIT_SUBMODULE_PATHS: ':(exclude)lib'}}\n",
    );
    stage.windlass(&["run"]).expect(0).tells(&[
        "| usual: .",
        "| normal: lib/lib.txt.",
        "| deep: lib/deep/deep.txt lib/lib.txt.",
        "| without: .",
    ]);
    assert!(stage.project().join("lib/deep/deep.txt").is_file());
    // The checkout itself is nobody's to take files out of.
    stage.windlass(&["run", "--in-place", "--job", "usual"]).expect(0).tells(&["lib/lib.txt"]);
    stage.git(&["submodule", "deinit", "-q", "-f", "lib"]);
    let missing = stage.windlass(&["run", "--job", "normal"]).expect(0);
    missing.tells(&["the submodule lib is not here"]);
}

/// `GIT_STRATEGY` and `GIT_CHECKOUT`: without files, and on the default branch.
#[test]
fn strategies_say_what_is_checked_out() {
    let stage = Stage::gitlab(
        "none: {variables: {GIT_STRATEGY: none}, script: ['echo \"none: $(ls -A | xargs).\"']}\n\
         empty: {variables: {GIT_STRATEGY: empty}, script: ['echo \"empty: $(ls -A | xargs).\"']}\n\
         fetch: {variables: {GIT_STRATEGY: fetch, GIT_DEPTH: 1}, script: ['echo \"fetch: $(ls | \
         xargs).\"']}\n\
         clone: {variables: {GIT_STRATEGY: clone, GIT_CHECKOUT: 'false'}, script: ['echo \"clone: \
         $(ls | xargs) on $(git branch --show-current).\"']}\n",
    );
    stage.write("main.txt", "");
    stage.commit();
    stage.git(&["checkout", "-q", "-b", "other"]);
    stage.write("other.txt", "");
    stage.commit();
    let run = stage.windlass(&["run"]).expect(0);
    run.tells(&[
        "| none: .",
        "| empty: .",
        "| fetch: main.txt other.txt.",
        "| clone: main.txt on main.",
    ]);
    stage.write(".gitlab-ci.yml", "a: {variables: {GIT_STRATEGY: copy}, script: [echo x]}\n");
    stage.windlass(&["run"]).expect(1).tells(&["GIT_STRATEGY is 'copy'"]);
}

/// A job has a token of its own, which is masked and ends with it; one that the user gives is used.
#[test]
fn jobs_have_a_token() {
    let stage = Stage::gitlab(
        "a: {script: ['echo \"$CI_JOB_TOKEN\"', 'echo \"$CI_JOB_TOKEN\" > $OUT']}\n\
         b: {script: ['echo \"$CI_JOB_TOKEN\" >> $OUT']}\n",
    );
    let out = format!("OUT={}", stage.beside("tokens").display());
    stage.windlass(&["run", "--max-jobs", "1", "--var", &out]).expect(0).conceals(&["glcbt-"]);
    let text = fs::read_to_string(stage.beside("tokens")).unwrap();
    let tokens: Vec<&str> = text.lines().collect();
    assert!(tokens[0].starts_with("glcbt-") && tokens[0] != tokens[1], "{text}");
    assert!(stage.history_holds(tokens[0]).is_empty());
    let given = ["run", "--var", &out, "--secret", "CI_JOB_TOKEN=real-one-42", "--job", "a"];
    stage.windlass(&given).expect(0).conceals(&["real-one-42"]);
    assert_eq!(fs::read_to_string(stage.beside("tokens")).unwrap(), "real-one-42\n");
}

#[test]
fn a_project_that_cannot_be_reached_is_told_with_the_option_that_helps() {
    for include in
        ["component: 127.0.0.1:1/group/tools/lint@1.0", "{project: group/tools, file: a.yml}"]
    {
        let stage = Stage::gitlab(&format!("include: [{include}]\na: {{script: a}}\n"));
        stage.git(&["remote", "add", "origin", "https://127.0.0.1:1/group/own.git"]);
        let run = stage.windlass(&["run", "--dry-run"]).expect(2);
        let run = run.complains(&["cannot be read", "--project group/tools=FOLDER"]);
        assert!(!run.err.contains("--action"), "{}", run.err);
    }
}
