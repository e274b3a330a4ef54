//! Scripts: shells, variables, exit codes, what is shown.

use super::*;

/// "CI/CD YAML syntax reference", `script`, `before_script`, `after_script`.
#[tokio::test]
async fn before_script_shares_the_shell_of_the_script_and_after_script_does_not() {
    let ended = Bench::new()
        .await
        .file("hello.txt", "hello")
        .run(
            "a:\n  before_script: [export SEEN=yes]\n  script:\n    - echo \"$SEEN\"\n    \
             - cat hello.txt; echo\n    - |\n      if true; then\n        echo many\n      fi\n  \
             after_script: ['echo \"after ${SEEN:-no} $CI_JOB_STATUS\"']\n",
        )
        .await;
    assert_eq!(ended.printed("test/a"), ["yes", "hello", "many", "after no success"]);
    let log = ended.log("test/a");
    assert!(log.contains("$ echo \"$SEEN\""), "{log}");
    assert!(log.contains("$ if true; then # collapsed multi-line command"), "{log}");
    assert!(log.ends_with("Job succeeded\u{1b}[0;m\n"), "{log}");
    assert_eq!(ended.word, "passed");
}

#[tokio::test]
async fn the_first_command_that_fails_ends_the_script() {
    let ended = Bench::new()
        .await
        .run(
            "a:\n  script: [echo one, 'false | true', echo two]\n  \
             after_script: [echo \"$CI_JOB_STATUS\"]\n\
             b: {script: [exit 7], allow_failure: {exit_codes: 7}}\n",
        )
        .await;
    assert_eq!(ended.printed("test/a"), ["one", "failed"]);
    assert_eq!(ended.end("test/a"), "failed exit code 1");
    assert_eq!(ended.end("test/b"), "failed (allowed to fail) exit code 7");
    assert_eq!(ended.word, "failed");
}

/// "CI/CD variables": precedence, nesting, `$$`, file type; "Predefined CI/CD variables reference".
#[tokio::test]
async fn variables_are_expanded_as_documented() {
    let file = Variable { file: true, ..Variable::literal("line $A\n") };
    let configuration = "variables: {A: global, NESTED: '<$A>', PRICE: '$$5', RAW: {value: $A, expand: false}}\n\
         a:\n  variables: {A: job}\n  script:\n    - echo \"$A $NESTED $PRICE $RAW\"\n    \
         - cat \"$CONFIG\"\n    - echo \"$CI_JOB_NAME $CI_JOB_STAGE $CI_NODE_TOTAL $PROJECT\"\n    \
         - test \"$PWD\" = \"$CI_PROJECT_DIR\"\n";
    let ended = Bench::new()
        .await
        .variable("CONFIG", file)
        .variable("PROJECT", Variable::new("of $CI_JOB_NAME"))
        .run(configuration)
        .await;
    let printed = ended.printed("test/a");
    assert_eq!(printed, ["job <job> $5 $A", "line $A", "a test 1 of a"]);
    assert_eq!(ended.word, "passed", "{}", ended.log("test/a"));
}

#[tokio::test]
async fn masked_variables_do_not_reach_the_log() {
    let masked = Variable { masked: true, ..Variable::literal("hunter2hunter2") };
    let ended = Bench::new()
        .await
        .variable("SECRET", masked)
        .run("a: {script: ['echo \"it is $SECRET\"', 'printf hunter2; echo hunter2']}\n")
        .await;
    assert!(!ended.log("test/a").contains("hunter2hunter2"));
}

/// "Job logs", custom collapsible sections.
#[tokio::test]
async fn marks_of_sections_are_not_shown() {
    let ended = Bench::new().await
        .run(
            "a:\n  script:\n    - printf '\\033[0Ksection_start:1:one[collapsed=true]\\r\\033[0KHeading\\n'\n    \
             - echo inside\n    - printf 'section_end:1:one\\r\\033[0K\\n'\n    - printf 'section_no\\n'\n",
        )
        .await;
    assert_eq!(ended.printed("test/a"), ["Heading", "inside", "section_no"]);
}

#[tokio::test]
async fn coverage_is_found_in_the_log() {
    let configuration =
        "a:\n  coverage: '/TOTAL.*? (\\d+\\.\\d+)%/'\n  script: [\"echo 'TOTAL 82.50%'\"]\n";
    let ended = Bench::new().await.run(configuration).await;
    assert_eq!(ended.attribute("coverage").as_deref(), Some("82.50 %"));
}

#[tokio::test]
async fn without_an_engine_a_job_with_an_image_runs_here_and_says_so() {
    let mut bench = Bench::new().await;
    let configuration = "a: {image: 'alpine:3', script: [echo here]}\n";
    let ended = bench.run(configuration).await;
    assert_eq!(ended.printed("test/a"), ["here"]);
    assert!(ended.log("test/a").contains("no container engine was found"));
    bench.image = windlass_gitlab::job::ImageUse::Require;
    assert_eq!(bench.run(configuration).await.end("test/a"), "failed runner system failure");
}

/// "CI/CD YAML syntax reference", `run`.
#[tokio::test]
async fn steps_run_one_after_another() {
    let ended = Bench::new().await
        .run(
            "a:\n  run:\n    - {name: one, script: 'echo $GREETING', env: {GREETING: hi}}\n    \
             - {name: two, script: 'echo \"<$GREETING>\"; exit 3'}\n    - {name: three, script: echo no}\n",
        )
        .await;
    let log = ended.log("test/a");
    assert!(log.contains("\nhi\n") && log.contains("\n<>\n") && !log.contains("\nno\n"), "{log}");
    assert_eq!(ended.end("test/a"), "failed exit code 3");
}
