//! A part of a GitLab pipeline run again.
//!
//! What is expected is GitLab's "Retry": "CI/CD jobs" (<https://docs.gitlab.com/ci/jobs/>, Retry
//! jobs), "CI/CD pipelines" and "Downstream pipelines"
//! (<https://docs.gitlab.com/ci/pipelines/downstream_pipelines/>, recreate a downstream pipeline).

use std::fs;

use crate::stage::Stage;

/// A pipeline whose job `test` fails until there is a file, and what each job notes.
fn flaky() -> (Stage, String) {
    let stage = Stage::gitlab(
        "stages: [build, test, deploy]\ndefault: {before_script: ['echo $CI_JOB_NAME >> $LIST']}\n\
         build:\n  stage: build\n  script: ['echo made > made.txt', 'echo LEVEL=7 > b.env']\n  \
         artifacts: {paths: [made.txt], reports: {dotenv: b.env}}\n\
         test: {stage: test, script: ['cat made.txt', 'test -e $GO']}\n\
         lint: {stage: test, script: ['exit 4'], allow_failure: true}\n\
         free: {stage: test, needs: [], script: [echo free]}\n\
         report: {stage: test, when: always, script: [echo reported]}\n\
         deploy: {stage: deploy, script: ['echo \"level $LEVEL\"', 'cat made.txt']}\n\
         mend: {stage: deploy, when: on_failure, script: [echo mended]}\n",
    );
    let list = format!("LIST={}", stage.beside("list").display());
    let go = format!("GO={}", stage.beside("go").display());
    stage.windlass(&["run", "--var", &list, "--var", &go]).expect(1);
    (stage, list)
}

/// Which jobs ran since this was asked last, in the order of their names.
fn ran(stage: &Stage) -> Vec<String> {
    let list = stage.beside("list");
    let text = fs::read_to_string(&list).unwrap_or_default();
    let _ = fs::remove_file(&list);
    let mut names: Vec<String> = text.lines().map(str::to_owned).collect();
    names.sort();
    names
}

/// "Retry all failed or canceled jobs in a pipeline": jobs that were skipped get their turn, jobs
/// that passed are left alone, and so are their artifacts and variables.
#[test]
fn failed_jobs_run_again_and_what_was_skipped_because_of_them() {
    let (stage, _) = flaky();
    assert_eq!(ran(&stage), ["build", "free", "lint", "mend", "report", "test"]);
    fs::write(stage.beside("go"), "").unwrap();
    let again = stage.windlass(&["runs", "rerun", "--failed"]).expect(0);
    again.tells(&["test   | made", "level 7", "deploy | made", "taken over from the earlier run"]);
    assert_eq!(ran(&stage), ["deploy", "lint", "test"]);
    // The rerun of a rerun has what both of them left; nothing but the tolerated failure is left.
    stage.windlass(&["runs", "rerun", "--failed"]).expect(0);
    assert_eq!(ran(&stage), ["lint"]);
    stage.assert_nothing_left();
}

/// "Retry jobs": a job runs again whatever it came to, and what was skipped after it gets its turn;
/// others that failed stay failed.
#[test]
fn one_job_runs_again() {
    let (stage, _) = flaky();
    ran(&stage);
    stage.windlass(&["runs", "rerun", "--job", "build"]).expect(1);
    assert_eq!(ran(&stage), ["build"]);
    fs::write(stage.beside("go"), "").unwrap();
    stage.windlass(&["runs", "rerun", "--job", "test"]).expect(0).tells(&["level 7"]);
    assert_eq!(ran(&stage), ["deploy", "test"]);
    let wrong = stage.windlass(&["runs", "rerun", "--job", "tset"]).expect(2);
    wrong.complains(&["no job 'tset'", "build, test, lint"]);
}

/// A part of `parallel` is a job of its own; all of them have the name of the job they came from.
#[test]
fn parallel_jobs_run_again_one_by_one_or_together() {
    let stage = Stage::gitlab(
        "t: {parallel: {matrix: [{A: [x, y]}]}, script: ['echo $CI_JOB_NAME >> $LIST']}\n\
         n: {parallel: 2, script: ['echo $CI_JOB_NAME >> $LIST']}\n",
    );
    let list = format!("LIST={}", stage.beside("list").display());
    stage.windlass(&["run", "--var", &list]).expect(0);
    ran(&stage);
    stage.windlass(&["runs", "rerun", "--job", "t: [y]"]).expect(0);
    assert_eq!(ran(&stage), ["t: [y]"]);
    stage.windlass(&["runs", "rerun", "--job", "n"]).expect(0);
    assert_eq!(ran(&stage), ["n 1/2", "n 2/2"]);
}

/// "Recreate a downstream pipeline": by retrying its trigger job. The jobs of one whose trigger job
/// passed are left alone.
#[test]
fn a_downstream_pipeline_is_made_again_with_its_trigger_job() {
    let stage = Stage::gitlab(
        "good: {trigger: {include: good.yml, strategy: depend, forward: {pipeline_variables: \
         true}}}\n\
         bad: {trigger: {include: bad.yml, strategy: depend, forward: {pipeline_variables: \
         true}}}\n",
    );
    stage.write("good.yml", "fine: {script: ['echo fine >> $LIST']}\n");
    let bad = "first: {stage: build, script: ['echo first >> $LIST']}\n\
               second: {script: ['echo second >> $LIST', 'test -e $GO']}\n";
    stage.write("bad.yml", bad);
    let list = format!("LIST={}", stage.beside("list").display());
    let go = format!("GO={}", stage.beside("go").display());
    stage.windlass(&["run", "--var", &list, "--var", &go]).expect(1);
    assert_eq!(ran(&stage), ["fine", "first", "second"]);
    // A job of the child pipeline alone: what is around it stays, and is counted anew.
    fs::write(stage.beside("go"), "").unwrap();
    stage.windlass(&["runs", "rerun", "--job", "second"]).expect(0);
    assert_eq!(ran(&stage), ["second"]);
    stage.windlass(&["runs", "rerun", "1", "--failed"]).expect(0);
    assert_eq!(ran(&stage), ["first", "second"]);
}

/// What failed in an earlier run stops nothing in this one (`workflow:auto_cancel:on_job_failure`
/// is about failures of jobs that run).
#[test]
fn an_earlier_failure_cancels_nothing() {
    let stage = Stage::gitlab(
        "workflow: {auto_cancel: {on_job_failure: all}}\nstages: [a, b]\n\
         one: {stage: a, script: ['echo one >> $LIST']}\n\
         bad: {stage: b, script: ['exit 1']}\n",
    );
    let list = format!("LIST={}", stage.beside("list").display());
    stage.windlass(&["run", "--var", &list]).expect(1);
    ran(&stage);
    let again = stage.windlass(&["runs", "rerun", "--job", "one"]).expect(1);
    again.tells(&["1 succeeded", "1 failed"]).conceals(&["canceled"]);
    assert_eq!(ran(&stage), ["one"]);
}
