//! `run` steps: order, conditions, outcomes, shells, directories, variables.

use super::Bench;

#[tokio::test]
async fn steps_run_in_order_until_one_fails() {
    let ended = Bench::new()
        .steps(
            "- run: echo one
- name: fails
  run: exit 3
- run: echo never
- if: failure()
  run: echo clean up
- if: always()
  name: always ${{ job.status }}
  run: echo ${{ job.status }}",
        )
        .await;
    let expected = [
        "Run echo one: success",
        "fails: failure (exit code 3)",
        "Run echo never: skipped (an earlier step failed)",
        "Run echo clean up: success",
        "always failure: success",
    ];
    assert_eq!(ended.conclusions(), expected);
    let printed = ["one", "##[error]Process completed with exit code 3.", "clean up", "failure"];
    assert_eq!(ended.printed(), printed);
    assert_eq!(ended.word(), "failure");
    assert_eq!(ended.job.annotations()[0].message, "Process completed with exit code 3.");
}

#[tokio::test]
async fn outcome_and_conclusion_differ_by_continue_on_error() {
    let ended = Bench::new()
        .steps(
            "- id: a
  continue-on-error: ${{ matrix.os == 'linux' }}
  run: exit 1
- run: echo ${{ steps.a.outcome }} ${{ steps.a.conclusion }}
- if: steps.a.outcome == 'success'
  run: echo never",
        )
        .await;
    assert_eq!(ended.word(), "success");
    assert_eq!(ended.printed().last().map(String::as_str), Some("failure success"));
    let reason = "Run echo never: skipped (if: steps.a.outcome == 'success' was false \
                  (steps.a.outcome = 'failure'))";
    assert_eq!(ended.conclusions()[2], reason);
    assert_eq!(ended.conclusions()[0], "Run exit 1: success (exit code 1 (continue-on-error))");
}

#[tokio::test]
async fn variables_of_all_levels() {
    let ended = Bench::new()
        .run(
            "env: {LEVEL: workflow, W: w}
jobs:
  job:
    runs-on: x
    env: {LEVEL: job, FROM: '${{ matrix.os }}'}
    steps:
      - run: echo \"$LEVEL $W $FROM ${{ env.LEVEL }}\"
      - env: {LEVEL: step, BOTH: '${{ env.LEVEL }}'}
        if: env.LEVEL == 'step'
        run: echo \"$LEVEL $BOTH ${{ env.LEVEL }}\"
      - run: echo \"$LEVEL\"",
        )
        .await;
    assert_eq!(ended.printed(), ["job w linux job", "step job step", "job"]);
}

#[tokio::test]
async fn what_the_runner_tells_a_step() {
    let ended = Bench::new()
        .steps(
            "- id: here
  env: {GITHUB_SHA: mine, RUNNER_NAME: mine, CI: 'no'}
  run: |
    echo \"$CI $GITHUB_ACTIONS $GITHUB_ACTION $GITHUB_JOB $GITHUB_REPOSITORY $GITHUB_EVENT_NAME\"
    echo \"$RUNNER_OS $RUNNER_NAME $RUNNER_ENVIRONMENT\"
    test \"$PWD\" = \"$GITHUB_WORKSPACE\" && test -d \"$RUNNER_TEMP\" && grep -q 42 $GITHUB_EVENT_PATH
    test \"$PWD\" = \"${{ github.workspace }}\" && test \"$RUNNER_TEMP\" = \"${{ runner.temp }}\"
    test -n \"$RUNNER_TOOL_CACHE\" && test -z \"$RUNNER_DEBUG\" && test -n \"$RUNNER_TRACKING_ID\"
    test -f \"$GITHUB_ENV\" -a -f \"$GITHUB_OUTPUT\" -a -f \"$GITHUB_PATH\" -a -f \"$GITHUB_STATE\"",
        )
        .await;
    assert_eq!(ended.word(), "success", "{}", ended.log());
    let os = std::env::consts::OS;
    let os = if os == "linux" { "Linux" } else { os };
    assert_eq!(
        ended.printed(),
        ["no true here job octo/shop push", &format!("{os} bench self-hosted")]
    );
}

#[tokio::test]
async fn shells() {
    let ended = Bench::new()
        .steps(
            "- run: 'echo $0 $- | grep -v B-; false | true; echo default goes on'
- shell: bash
  continue-on-error: true
  run: 'false | true; echo never'
- shell: sh
  run: echo sh ${0##*.}
- shell: python
  run: |
    import sys
    print('python', sys.argv[0].rsplit('.', 1)[1])
- shell: cat -n {0}
  run: custom",
        )
        .await;
    assert_eq!(ended.word(), "success", "{}", ended.log());
    let printed = ended.printed();
    assert_eq!(printed[1], "default goes on");
    assert_eq!(printed[2], "##[error]Process completed with exit code 1.");
    assert_eq!(printed[3..5], ["sh sh", "python py"]);
    assert_eq!(printed[5].trim_start(), "1\tcustom");
}

#[tokio::test]
async fn defaults_and_directories() {
    let ended = Bench::new()
        .file("a/b/f", "")
        .run(
            "defaults: {run: {shell: 'sh -e {0}', working-directory: a}}
jobs:
  job:
    runs-on: x
    defaults: {run: {working-directory: a/b}}
    steps:
      - run: echo ${PWD##*/} $0 | sed 's/[^ ]*[/]//'
      - {working-directory: a, shell: bash, run: 'echo ${PWD##*/}'}
      - {working-directory: nowhere, run: 'true'}",
        )
        .await;
    let printed = ended.printed();
    assert!(printed[0].starts_with("b ") && printed[1] == "a", "{printed:?}");
    assert!(printed[2].contains("nowhere does not exist"), "{printed:?}");
    assert_eq!(ended.word(), "failure");
}

#[tokio::test]
async fn what_cannot_run_says_why() {
    let ended = Bench::new()
        .steps(
            "- shell: no-such-shell {0}
  continue-on-error: true
  run: echo
- env: {A: '${{ fromJSON(matrix.os) }}'}
  continue-on-error: true
  run: echo
- if: fromJSON(matrix.os)
  continue-on-error: true
  run: echo",
        )
        .await;
    let conclusions = ended.conclusions();
    assert!(conclusions[0].contains("no-such-shell: command not found"), "{conclusions:?}");
    assert!(conclusions[1].contains("`env`"), "{conclusions:?}");
    assert_eq!(ended.word(), "failure", "an error in `env` or `if` is not excused");
}

#[tokio::test]
async fn hash_files_looks_into_the_workspace() {
    let ended = Bench::new()
        .file("a.lock", "x")
        .steps(
            "- run: echo ${{ hashFiles('*.lock') }}
- if: hashFiles('*.none') == ''
  run: echo none",
        )
        .await;
    let printed = ended.printed();
    assert_eq!(printed[0].len(), 64);
    assert_eq!(printed[1], "none");
}

#[tokio::test]
async fn a_step_that_takes_too_long_is_stopped() {
    let ended = Bench::new()
        .steps(
            "- timeout-minutes: 0.005
  run: echo start; sleep 30
- if: failure()
  run: echo after",
        )
        .await;
    assert_eq!(ended.word(), "failure");
    let printed = ended.printed();
    assert_eq!(printed[0], "start");
    let message =
        "##[error]The action 'Run echo start; sleep 30' has timed out after 0.005 minutes.";
    assert_eq!(printed[1], message);
    assert_eq!(printed[2], "after");
}
