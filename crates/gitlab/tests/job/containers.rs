//! Jobs with an image and services, on a real engine of the tests' own.

use windlass_gitlab::job::ImageUse;
use windlass_testkit::{ContainerEngine, ProgramImage};

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

/// A bench with the image `web`, which says that it listens on port 80, and does so after a while.
async fn bench_with_web() -> Option<Bench> {
    static MADE: std::sync::Once = std::sync::Once::new();
    let (bench, engine) = (bench().await?, ContainerEngine::shared()?);
    MADE.call_once(|| make_web(engine));
    Some(bench)
}

fn make_web(engine: &ContainerEngine) {
    engine.import_programs(&ProgramImage {
        name: "acme/web:1",
        finish: "mkdir w; echo served >w/x",
        changes: &[
            "EXPOSE 80",
            "ENTRYPOINT [\"sh\", \"-c\", \"sleep 1; exec httpd -f -p ${PORT:-80} -h /w\"]",
        ],
        ..ProgramImage::default()
    });
    engine.docker_says(&["tag", "acme/web:1", "other/web:1"]);
}

/// "Services", accessing the services, and how the health check of services works.
#[tokio::test]
async fn a_service_is_reached_by_its_names_as_soon_as_the_script_begins() {
    let Some(bench) = bench_with_web().await else { return };
    let ended = bench
        .run(
            "a:\n  image: busybox\n  services:\n    - {name: 'acme/web:1', alias: web}\n    - name: \
             'other/web:1'\n      variables: {PORT: 8080, HEALTHCHECK_TCP_PORT: \
             8080}\n  script:\n    - for it in web acme__web other-web:8080; do wget -q -O - \
             http://$it/x; done\n",
        )
        .await;
    let log = ended.log("test/a");
    assert_eq!(ended.printed("test/a"), ["served", "served", "served"], "{log}");
    assert!(!log.contains("probably"), "{log}");
}

#[tokio::test]
async fn a_service_that_ends_is_warned_of_with_its_last_words() {
    let Some(bench) = bench_with_web().await else { return };
    let ended = bench
        .run(
            "a:\n  image: busybox\n  services:\n    - name: 'acme/web:1'\n      entrypoint: [sh, \
             -c, 'echo no port for me; exit 3']\n  script: [echo still here]\n",
        )
        .await;
    let log = ended.log("test/a");
    assert_eq!(ended.printed("test/a"), ["still here"], "{log}");
    for words in ["acme/web:1 probably didn't start properly", "exit code 3", "no port for me"] {
        assert!(log.contains(words), "{log}");
    }
}

/// The script sees where the service is as between linked containers.
#[tokio::test]
async fn a_job_on_this_machine_has_its_services_on_the_loopback() {
    let Some(bench) = bench_with_web().await else { return };
    let bench = Bench { image: ImageUse::Ignore, ..bench };
    let fetch = "exec 3<>/dev/tcp/$WEB_PORT_80_TCP_ADDR/$ACME__WEB_PORT_80_TCP_PORT; printf 'GET \
                 /x HTTP/1.0\\r\\n\\r\\n' >&3; tail -n 1 <&3; echo $WEB_PORT_80_TCP_ADDR";
    let ended = bench
        .run(&format!(
            "a:\n  image: busybox\n  services: [{{name: 'acme/web:1', alias: web}}]\n  script:\n    \
             - {fetch:?}\n"
        ))
        .await;
    assert_eq!(ended.printed("test/a"), ["served", "127.0.0.1"], "{}", ended.log("test/a"));
}

/// A command that serves on the port of the service and says which.
fn server(port: u16) -> String {
    format!("test $PORT = {port} && echo up && exec busybox httpd -f -p 0.0.0.0:$PORT -h $ROOT")
}

/// A port that nobody uses at the moment.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

#[tokio::test]
async fn a_local_process_stands_in_for_a_service_with_and_without_an_engine() {
    let Some(inside) = bench().await else { return };
    for (bench, host) in [(Bench::new().await, "127.0.0.1"), (inside, "web")] {
        let port = free_port();
        let bench = Bench { stand_ins: vec![("web", server(port))], ..bench };
        let bench = bench.file("served", "by a process\n");
        let ended = bench
            .run(&format!(
                "a:\n  image: busybox\n  services:\n    - name: 'nowhere.invalid/web:1'\n      alias: \
                 web\n      variables: {{HEALTHCHECK_TCP_PORT: {port}, ROOT: .}}\n    - {{name: busybox, command: [sleep, '60']}}\n  script: [busybox \
                 wget -q -O - http://{host}:{port}/served]\n"
            ))
            .await;
        let log = ended.log("test/a");
        assert_eq!(ended.printed("test/a"), ["by a process"], "{log}");
        assert!(log.contains("stands in for a container"), "{log}");
        let gone = std::net::TcpStream::connect(("127.0.0.1", port));
        assert!(gone.is_err(), "the process is still there");
    }
}

#[tokio::test]
async fn a_stand_in_that_ends_fails_the_job_with_its_last_words() {
    let bench =
        Bench { stand_ins: vec![("web", "echo no license; exit 4".into())], ..Bench::new().await };
    let ended = bench.run("a: {services: [{name: web, variables: {HEALTHCHECK_TCP_PORT: 1}}], script: [echo no]}\n").await;
    let log = ended.log("test/a");
    assert_eq!(ended.end("test/a"), "failed runner system failure", "{log}");
    assert!(log.contains("no license") && log.contains("exit code 4"), "{log}");
}

#[tokio::test]
async fn without_an_engine_a_missing_service_is_said() {
    let ended =
        Bench::new().await.run("a: {services: ['postgres:15'], script: [echo runs]}\n").await;
    let log = ended.log("test/a");
    assert_eq!(ended.printed("test/a"), ["runs"], "{log}");
    assert!(
        log.contains("postgres:15 is not there") && log.contains("--service postgres="),
        "{log}"
    );
}

#[tokio::test]
async fn an_image_that_cannot_be_had_fails_the_job() {
    let Some(bench) = bench().await else { return };
    let ended = bench.run("a: {image: 'nowhere.invalid/none:1', script: [echo no]}\n").await;
    assert_eq!(ended.end("test/a"), "failed runner system failure");
}
