//! `run` steps: shells, variables, command files, conditions, outcomes.

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
}
