//! Background steps: `background`, `wait`, `wait-all`, `cancel`, `parallel`.

use super::Bench;

#[tokio::test]
async fn what_a_background_step_changes_counts_from_its_wait() {
    let ended = Bench::new()
        .steps(
            "- id: slow
  background: true
  run: |
    echo from the background
    echo v=1 >> $GITHUB_OUTPUT; echo A=1 >> $GITHUB_ENV; touch done
- run: until test -f done; do sleep 0.02; done; echo \"[${A}${{ steps.slow.outputs.v }}]\"
- wait: slow
- run: echo \"[${A}${{ steps.slow.outputs.v }} ${{ steps.slow.conclusion }}]\"",
        )
        .await;
    assert_eq!(ended.word(), "success", "{}", ended.log());
    let mut printed = ended.printed();
    printed.retain(|line| line.starts_with('['));
    assert_eq!(printed, ["[]", "[11 success]"], "{}", ended.job.logs.text("job/slow"));
    assert!(ended.job.logs.text("job/slow").contains("\nfrom the background\n"));
}

#[tokio::test]
async fn a_service_is_cancelled() {
    let ended = Bench::new()
        .steps(
            "- id: server
  background: true
  run: trap 'touch stopped; kill $!; exit 0' INT; touch up; sleep 60 & wait
- run: until test -f up; do sleep 0.02; done
- cancel: server
- run: test -f stopped && echo ${{ steps.server.outcome }}",
        )
        .await;
    assert_eq!(ended.word(), "success", "{}", ended.log());
    assert_eq!(ended.printed().last().map(String::as_str), Some("cancelled"));
}

#[tokio::test]
async fn failures_come_out_where_somebody_waits() {
    let ended = Bench::new()
        .steps(
            "- {id: a, background: true, run: exit 1}
- {id: b, background: true, run: echo}
- run: sleep 0.1; echo still going
- wait-all:
- run: echo never",
        )
        .await;
    assert_eq!(ended.word(), "failure");
    assert!(ended.log().contains("still going"));
    let conclusions = ended.conclusions();
    assert!(
        conclusions.contains(
            &"Wait for all background steps: failure (background step 'a' failed)".to_owned()
        ),
        "{conclusions:?}"
    );
    assert!(conclusions.contains(&"Run echo never: skipped (an earlier step failed)".to_owned()));
}

#[tokio::test]
async fn steps_in_parallel_meet() {
    let ended = Bench::new()
        .steps(
            "- parallel:
    - run: touch a; until test -f b; do sleep 0.02; done
    - run: touch b; until test -f a; do sleep 0.02; done
- run: echo after",
        )
        .await;
    assert_eq!(ended.word(), "success", "{}", ended.log());
    assert_eq!(ended.printed(), ["after"]);
}

#[tokio::test]
async fn nobody_waits_but_the_job() {
    let ended =
        Bench::new().steps("- {background: true, run: sleep 0.2; touch late; exit 1}").await;
    assert_eq!(ended.word(), "failure");
}
