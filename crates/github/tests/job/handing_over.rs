//! What steps hand to later steps and jobs: command files, commands, outputs, masks.

use windlass_kernel::AnnotationLevel;

use super::Bench;

#[tokio::test]
async fn command_files() {
    let ended = Bench::new()
        .steps(
            "- id: a
  run: |
    printf 'one=1\\nmany<<E\\na\\nb\\nE\\n' >> $GITHUB_OUTPUT
    echo A=1 >> $GITHUB_ENV
    echo $PWD/bin >> $GITHUB_PATH
    echo '# Title' >> $GITHUB_STEP_SUMMARY
    mkdir bin; printf '#!/bin/sh\\necho tool' > bin/tool; chmod +x bin/tool
- run: |
    tool
    echo \"$A ${{ env.A }} ${{ steps.a.outputs.one }}\" '${{ toJSON(steps.a.outputs.many) }}'
    test ! -s $GITHUB_OUTPUT && test ! -s $GITHUB_ENV && test ! -s $GITHUB_STEP_SUMMARY",
        )
        .await;
    assert_eq!(ended.word(), "success", "{}", ended.log());
    assert_eq!(ended.printed(), ["tool", "1 1 1 \"a\\nb\""]);
    assert_eq!(ended.summaries(), ["# Title\n"]);
}

#[tokio::test]
async fn command_files_that_cannot_be_read() {
    let ended = Bench::new()
        .steps(
            "- {continue-on-error: true, run: echo nonsense >> $GITHUB_OUTPUT}
- {continue-on-error: true, run: 'printf \"A<<E\\n1\\n\" >> $GITHUB_ENV'}
- run: |
    echo GITHUB_SHA=x >> $GITHUB_ENV
    echo NODE_OPTIONS=x >> $GITHUB_ENV
    echo GITHUB_TOKEN=ok >> $GITHUB_ENV
    head -c 1200000 /dev/zero >> $GITHUB_STEP_SUMMARY
- run: echo [$NODE_OPTIONS$GITHUB_SHA$GITHUB_TOKEN]",
        )
        .await;
    let log = ended.log();
    assert_eq!(ended.word(), "success", "{log}");
    assert!(log.contains("##[error]Unable to process file command 'output' successfully."));
    assert!(log.contains("##[error]Invalid format 'nonsense'"));
    assert!(log.contains("##[error]Invalid value. Matching delimiter not found 'E'"));
    assert!(log.contains("Can't set GITHUB_SHA") && log.contains("Can't store NODE_OPTIONS"));
    assert!(log.contains("supports content up to a size of 1024k, got 1172k"));
    assert!(log.ends_with("[ok]\n"), "{log}");
    assert!(ended.summaries().is_empty());
}

#[tokio::test]
async fn commands_in_the_output() {
    let ended = Bench::new()
        .file(
            "m.json",
            r#"{"problemMatcher":[{"owner":"m","pattern":[
                {"regexp":"^(.+):(\\d+): (.+)$","file":1,"line":2,"message":3}]}]}"#,
        )
        .file("src/a.c", "")
        .steps(
            "- run: |
    echo '::warning file=src/a.c,line=3::careful'
    echo '::add-matcher::m.json'
    printf '\\033[31msrc/a.c:7: broken\\033[0m\\n'
    echo 'gone.c:1: elsewhere'
- run: |
    echo 'src/a.c:8: still there'
    echo '::remove-matcher owner=m::'
    echo 'src/a.c:9: no more'
    echo '::group::G'; echo '##[endgroup]'; echo '::debug::hidden'",
        )
        .await;
    assert_eq!(ended.word(), "success");
    let expected = [
        "##[warning]careful",
        "##[error]src/a.c:7: broken",
        "##[error]gone.c:1: elsewhere",
        "##[error]src/a.c:8: still there",
        "src/a.c:9: no more",
        "##[group]G",
        "##[endgroup]",
    ];
    assert_eq!(ended.printed(), expected);
    let annotations: Vec<_> = ended
        .job
        .annotations()
        .into_iter()
        .map(|each| (each.level, each.message.as_str(), each.file.as_deref(), each.line))
        .collect();
    let error = AnnotationLevel::Error;
    assert_eq!(
        annotations,
        [
            (AnnotationLevel::Warning, "careful", Some("src/a.c"), Some(3)),
            (error, "broken", Some("src/a.c"), Some(7)),
            (error, "elsewhere", None, Some(1)),
            (error, "still there", Some("src/a.c"), Some(8)),
        ]
    );
}

#[tokio::test]
async fn unsecure_commands_fail_the_step() {
    let ended = Bench::new()
        .steps(
            "- {continue-on-error: true, run: 'echo ::set-env name=A::1'}
- env: {ACTIONS_ALLOW_UNSECURE_COMMANDS: true}
  run: 'echo ::set-env name=B::2; echo ::add-path::/x'
- run: 'echo \"[$A$B] ${PATH%%:*}\"'",
        )
        .await;
    assert_eq!(ended.printed().last().map(String::as_str), Some("[2] /x"), "{}", ended.log());
    assert!(ended.conclusions()[0].contains("a workflow command could not be carried out"));
}

#[tokio::test]
async fn debug_lines_are_shown_on_request() {
    let mut bench = Bench::new();
    bench.options.debug = true;
    let ended = bench.steps("- run: 'echo ::debug::shown $RUNNER_DEBUG ${{ runner.debug }}'").await;
    assert_eq!(ended.printed(), ["##[debug]shown 1 1"]);
    let ended = Bench::new()
        .secret("ACTIONS_STEP_DEBUG", "true")
        .steps("- run: 'echo ::debug::by secret $RUNNER_DEBUG'")
        .await;
    assert_eq!(ended.printed(), ["##[debug]by secret 1"]);
}

#[tokio::test]
async fn secrets_are_masked_everywhere() {
    let ended = Bench::new()
        .secret("KEY", "hunter2-hunter2")
        .run(
            "jobs:
  job:
    runs-on: x
    outputs: {safe: '${{ steps.a.outputs.safe }}', leaky: 'x${{ steps.a.outputs.leaky }}'}
    steps:
      - id: a
        name: with ${{ secrets.KEY }}
        env: {KEY: '${{ secrets.KEY }}'}
        run: |
          echo plain $KEY; printf %s $KEY | base64
          printf hunter2-; sleep 0.2; echo hunter2
          echo ::add-mask::later; echo later
          echo \"safe=yes\" >> $GITHUB_OUTPUT; echo \"leaky=$KEY\" >> $GITHUB_OUTPUT
          echo \"summary $KEY\" >> $GITHUB_STEP_SUMMARY; echo \"::error::broken $KEY\"",
        )
        .await;
    assert_eq!(ended.printed()[..4], ["plain ***", "***", "***", "***"], "{}", ended.log());
    assert_eq!(ended.job.result.outputs.get("safe").map(String::as_str), Some("yes"));
    assert_eq!(ended.job.result.outputs.len(), 1);
    assert!(ended.log().contains("Skip output 'leaky' since it may contain secret."));
    assert_eq!(ended.summaries(), ["summary ***\n"]);
    let everything = format!("{}{:?}", ended.log(), ended.job.changes);
    assert!(!everything.contains("hunter2-hunter2"), "{everything}");
}

#[tokio::test]
async fn outputs_come_from_failed_jobs_too() {
    let ended = Bench::new()
        .run(
            "jobs:
  job:
    runs-on: x
    outputs: {a: '${{ steps.a.outputs.v }}', none: '${{ steps.none.outputs.v }}'}
    environment: {name: prod, url: 'https://${{ steps.a.outputs.v }}.example'}
    steps:
      - {id: a, run: 'echo v=1 >> $GITHUB_OUTPUT; exit 1'}",
        )
        .await;
    assert_eq!(ended.word(), "failure");
    let outputs: Vec<_> = ended.job.result.outputs.iter().collect();
    assert_eq!(outputs, [(&"a".to_owned(), &"1".to_owned()), (&"none".to_owned(), &String::new())]);
    assert!(format!("{:?}", ended.job.changes).contains("https://1.example"));
}

#[tokio::test]
async fn binary_and_endless_lines_pass() {
    let ended = Bench::new()
        .steps(
            "- run: |
    printf 'a\\377b\\000c\\n'; printf ': not a command\\n'; printf '  ::not one\\n'
    head -c 300000 /dev/zero | tr '\\0' x; echo; printf 'no end'",
        )
        .await;
    let log = ended.log();
    assert_eq!(ended.word(), "success");
    assert!(log.contains("a\u{fffd}b\0c\n: not a command\n  ::not one\n"), "{log:.500}");
    assert!(log.contains(&"x".repeat(300_000)) && log.ends_with("no end\n"));
}

#[tokio::test]
async fn hostile_hand_overs_fail_a_step_and_nothing_else() {
    let ended = Bench::new()
        .steps(
            "- run: printf 'A<<E\\na\\0b\\nE\\n' >> $GITHUB_ENV
- continue-on-error: true
  run: echo never
- run: echo A=1 >> $GITHUB_ENV; rm $GITHUB_OUTPUT; mkdir $GITHUB_OUTPUT; ln -sf /etc/passwd $GITHUB_PATH
- continue-on-error: true
  run: echo v=2 >> $GITHUB_OUTPUT
- run: rm -rf $(dirname $GITHUB_ENV)",
        )
        .await;
    let conclusions = ended.conclusions();
    assert!(conclusions[1].contains("nul byte"), "{conclusions:?}\n{}", ended.log());
    assert!(!ended.log().contains("\nnever\n"));
    assert!(std::path::Path::new("/etc/passwd").metadata().is_ok_and(|data| data.len() > 0));
}
