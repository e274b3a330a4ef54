//! Jobs with an image and services, on a real engine of the tests' own.

use windlass_testkit::ContainerEngine;

use super::*;

async fn bench() -> Option<Bench> {
    let engine = ContainerEngine::shared()?;
    Some(Bench { engine: engine.address(), ..Bench::new().await })
}

/// "Docker executor": the project is in `/builds`, the shell is `sh` where there is no bash.
#[tokio::test]
async fn a_job_runs_in_its_image_and_hands_files_over() {
    let Some(bench) = bench().await else { return };
    let file = Variable { file: true, ..Variable::literal("content\n") };
    let ended = bench
        .file("known.txt", "known")
        .variable("FILE", file)
        .run(
            "stages: [a, b]\nvariables: {TAG: latest}\n\
             inside:\n  stage: a\n  image: busybox:$TAG\n  script:\n    \
             - 'pwd; cat known.txt; echo'\n    - 'cat \"$FILE\"'\n    - 'echo made > made.txt'\n    \
             - 'false | true'\n    - echo not reached\n  after_script: [echo \"$CI_JOB_STATUS\"]\n  \
             artifacts: {paths: [made.txt], when: always}\n  allow_failure: true\n\
             outside: {stage: b, script: [cat made.txt]}\n",
        )
        .await;
    let log = ended.log("a/inside");
    let printed = ended.printed("a/inside");
    assert_eq!(printed, ["/builds/project", "known", "content", "failed"], "{log}");
    assert_eq!(ended.printed("b/outside"), ["made"], "{log}");
}

/// "Services", accessing the services.
#[tokio::test]
async fn a_service_is_reached_by_its_alias() {
    let Some(bench) = bench().await else { return };
    let ended = bench
        .run(
            "a:\n  image: busybox\n  services:\n    - name: busybox\n      alias: web\n      \
             command: [sh, -c, 'mkdir /w; echo served > /w/x; httpd -f -p 80 -h /w']\n  \
             script: ['for i in 1 2 3 4 5 6 7 8 9; do wget -q -O - http://web/x && exit 0; sleep 0.3; done; exit 1']\n",
        )
        .await;
    assert_eq!(ended.printed("test/a"), ["served"], "{}", ended.log("test/a"));
}

#[tokio::test]
async fn an_image_that_cannot_be_had_fails_the_job() {
    let Some(bench) = bench().await else { return };
    let ended = bench.run("a: {image: 'nowhere.invalid/none:1', script: [echo no]}\n").await;
    assert_eq!(ended.end("test/a"), "failed runner system failure");
}
