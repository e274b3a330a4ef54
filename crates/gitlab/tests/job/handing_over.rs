//! What jobs leave for others: artifacts, reported variables, caches.

use super::*;

/// "CI/CD YAML syntax reference", `artifacts:paths`, `artifacts:exclude`, `dependencies`.
#[tokio::test]
async fn artifacts_reach_later_stages() {
    let ended = Bench::new().await
        .run(
            "stages: [a, b]\n\
             make:\n  stage: a\n  script: [mkdir -p out/sub, echo 1 > out/sub/x.txt, echo 2 > out/y.log, ln -s sub/x.txt out/link]\n  \
             artifacts: {paths: [out/], exclude: ['out/*.log']}\n\
             use: {stage: b, script: [find out | sort, cat out/link]}\n\
             without: {stage: b, dependencies: [], script: [ls]}\n",
        )
        .await;
    let printed = ended.printed("b/use");
    assert_eq!(printed, ["out", "out/link", "out/sub", "out/sub/x.txt", "1"]);
    assert_eq!(ended.printed("b/without"), Vec::<String>::new());
}

#[tokio::test]
async fn artifacts_are_kept_as_the_end_of_the_job_says() {
    let job = |name: &str, when: &str, end: &str| {
        format!(
            "{name}:\n  stage: a\n  allow_failure: true\n  script: [touch {name}.txt, {end}]\n  \
             artifacts: {{paths: ['*.txt'], when: {when}}}\n"
        )
    };
    let jobs = [
        job("good", "on_failure", "'true'"),
        job("bad", "on_failure", "'false'"),
        job("both", "always", "'false'"),
        job("usual", "on_success", "'false'"),
    ];
    let configuration =
        format!("stages: [a, b]\n{}use: {{stage: b, script: ['ls']}}\n", jobs.concat());
    let ended = Bench::new().await.run(&configuration).await;
    assert_eq!(ended.printed("b/use"), ["bad.txt", "both.txt"]);
}

/// "CI/CD artifacts reports types".
#[tokio::test]
async fn reports_are_read() {
    let ended = Bench::new()
        .await
        .file("junit.xml", "<testsuite><testcase/><testcase><failure/></testcase></testsuite>")
        .run(
            "stages: [a, b]\n\
             make:\n  stage: a\n  script: [echo 'VERSION=1.2' > build.env]\n  \
             artifacts: {reports: {dotenv: build.env, junit: '*.xml'}}\n  \
             environment: {name: review/x, url: 'https://$VERSION.example'}\n\
             use: {stage: b, script: ['echo \"version $VERSION\"']}\n\
             none: {stage: b, dependencies: [], script: ['echo \"version $VERSION\"']}\n",
        )
        .await;
    assert_eq!(ended.printed("b/use"), ["version 1.2"]);
    assert_eq!(ended.printed("b/none"), ["version "]);
    assert_eq!(ended.attribute("tests").as_deref(), Some("2 tests, 1 failed, 0 skipped"));
    assert_eq!(ended.attribute("environment-url").as_deref(), Some("https://1.2.example"));
}

/// "CI/CD YAML syntax reference", `cache:key:files`, `cache:policy`, `cache:fallback_keys`.
#[tokio::test]
async fn caches_are_found_by_key() {
    let bench = Bench::new().await.file("lock", "1");
    let configuration = "stages: [a, b]\n\
         fill:\n  stage: a\n  script: [mkdir -p deps, 'echo kept > deps/x']\n  \
         cache: {key: {files: [lock], prefix: $CI_JOB_STAGE-x}, paths: [deps/], policy: push}\n\
         other:\n  stage: b\n  script: ['ls deps 2>&1 || true']\n  \
         cache: {key: none, paths: [deps/], policy: pull}\n\
         fallback:\n  stage: b\n  script: [cat deps/x]\n  \
         cache: {key: none, fallback_keys: [shared], paths: [deps/], policy: pull}\n\
         share:\n  stage: a\n  script: [mkdir deps, 'echo shared > deps/x']\n  \
         cache: {key: shared, paths: [deps/]}\n\
         found:\n  stage: b\n  script: [cat deps/x]\n  \
         cache: {key: {files: [lock], prefix: a-x}, paths: [deps/], policy: pull}\n";
    let ended = bench.run(configuration).await;
    assert_eq!(ended.printed("b/found"), ["kept"], "{}", ended.log("b/found"));
    assert_eq!(ended.printed("b/fallback"), ["shared"]);
    assert!(ended.printed("b/other")[0].contains("deps"));
    // They outlive the run.
    let alone =
        "found:\n  script: [cat deps/x]\n  cache: {key: shared, paths: [deps/], policy: pull}\n";
    assert_eq!(bench.run(alone).await.printed("test/found"), ["shared"]);
}

#[tokio::test]
async fn an_artifact_that_leads_out_of_the_project_is_left_out() {
    let bench = Bench::new().await;
    let secret = bench.directory.path().join("secret");
    std::fs::write(&secret, "x").expect("a file");
    let configuration = format!(
        "stages: [a, b]\n\
         make:\n  stage: a\n  script: [ln -s {0} way]\n  \
         artifacts: {{paths: ['../secret', '{0}/secret', 'way/secret']}}\n\
         use: {{stage: b, script: [ls]}}\n",
        bench.directory.path().display()
    );
    let ended = bench.run(&configuration).await;
    assert_eq!(ended.printed("b/use"), Vec::<String>::new());
    assert_eq!(ended.word, "passed");
    assert!(exists(&secret));
}
