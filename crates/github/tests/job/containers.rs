//! Jobs in containers, services and Docker actions, on a real engine of the tests' own.

use windlass_container::StandIn;
use windlass_github::job::Platform;
use windlass_testkit::ContainerEngine;

use super::{Bench, Ended};

/// A job with this head and these steps.
pub fn job(head: &str, steps: &str) -> String {
    let indent = |text: &str, by: &str| -> String {
        text.lines().map(|line| format!("{by}{line}\n")).collect()
    };
    let (head, steps) = (indent(head, "    "), indent(steps, "      "));
    format!("jobs:\n  job:\n    runs-on: x\n{head}    steps:\n{steps}")
}

/// Runs a job, and sees to it that nothing of it is left in the engine.
pub async fn run(engine: &ContainerEngine, bench: Bench, workflow: &str) -> Ended {
    let label = format!("windlass.owner={}", bench.options.containers.owner);
    let ended = bench.run(workflow).await;
    assert_eq!(engine.labelled(&label), "", "left over:\n{}", ended.log());
    ended
}

#[tokio::test]
async fn steps_run_in_the_container_and_hand_values_over() {
    let Some(engine) = ContainerEngine::shared() else { return };
    let head =
        "container: {image: busybox, env: {KIND: '${{ matrix.os }}'}, options: --hostname box}";
    let steps = "- id: one
  run: |
    echo \"$(hostname) $KIND $HOME $PWD ${{ github.workspace }}\"
    echo out; echo err >&2; echo out
    echo key=value >> $GITHUB_OUTPUT
    echo NAME=windlass >> $GITHUB_ENV
    echo /extra/bin >> $GITHUB_PATH
    echo made > made.txt
- run: echo \"${{ steps.one.outputs.key }} $NAME ${PATH%%:*} $(cat made.txt) $(cat known.txt)\"
- run: echo \"${{ hashFiles('made.txt') != '' }} ${{ job.container.id != '' }} $(ls -d $RUNNER_TEMP)\"
- run: exit 4";
    let bench = Bench::new().engine(engine).file("known.txt", "known");
    let made = bench.workspace.join("made.txt");
    let ended = run(engine, bench, &job(head, steps)).await;
    assert_eq!(
        ended.printed()[..6],
        [
            "box linux /github/home /__w/shop/shop /__w/shop/shop",
            "out",
            "err",
            "out",
            "value windlass /extra/bin made known",
            "true true /__w/_temp",
        ],
        "{}",
        ended.log()
    );
    assert_eq!(ended.word(), "failure");
    let words = ended.conclusions();
    assert!(words.contains(&"Run exit 4: failure (exit code 4)".to_owned()), "{words:?}");
    assert!(words.contains(&"Stop containers: success".to_owned()), "{words:?}");
    assert!(made.exists() || !made.parent().is_some_and(std::path::Path::exists));
}

const SERVICE: &str = "services:
  web:
    image: busybox
    ports: [80]
    env: {WORD: hello}
    options: >-
      --health-cmd \"wget -q -O /dev/null http://localhost/index.html\"
      --health-interval 30s --entrypoint sh
    command: -c \"mkdir /www; sleep 1; echo $WORD > /www/index.html; exec httpd -f -h /www\"";

#[tokio::test]
async fn services_are_reached_by_name_from_a_container_and_by_port_from_the_host() {
    let Some(engine) = ContainerEngine::shared() else { return };
    let began = std::time::Instant::now();
    let head = format!("container: busybox\n{SERVICE}");
    let bench = Bench::new().engine(engine);
    let inside = run(engine, bench, &job(&head, "- run: wget -q -O - http://web/index.html")).await;
    assert_eq!(inside.printed()[0], "hello", "{}", inside.log());
    let step = "- run: |
    printf 'GET /index.html HTTP/1.0\\r\\n\\r\\n' > request
    exec 3<>/dev/tcp/127.0.0.1/${{ job.services.web.ports[80] }}
    cat request >&3; cat <&3
  shell: bash";
    let outside = run(engine, Bench::new().engine(engine), &job(SERVICE, step)).await;
    assert!(outside.printed().contains(&"hello".to_owned()), "{}", outside.log());
    // The first check by the engine itself would come after 30 s.
    assert!(began.elapsed().as_secs() < 25, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_docker_action_is_built_once_and_has_its_parts() {
    let Some(engine) = ContainerEngine::shared() else { return };
    let action = "name: greet
inputs: {who: {default: you}, unused: {}}
outputs: {greeting: {description: what it says}}
runs:
  using: docker
  image: Dockerfile
  env: {FROM: action, OVER: action}
  args: ['${{ inputs.who }}', two words]
  post-entrypoint: /post.sh
";
    let main = "#!/bin/sh
echo \"main $1|$2|$FROM|$OVER|$INPUT_WHO|$PWD|$HOME\"
echo greeting=hi >> $GITHUB_OUTPUT
echo kept=it >> $GITHUB_STATE
echo \"$(grep -c answer $GITHUB_EVENT_PATH) $(cat /github/workspace/known.txt) ${PATH:-none}\"
echo '::error file=known.txt,line=1::bad'
";
    let dockerfile = "FROM busybox\nCOPY *.sh /\nRUN chmod +x /*.sh && ! test -e /secret.sh\nENTRYPOINT [\"/main.sh\"]\n";
    let bench = || {
        Bench::new()
            .engine(engine)
            .file("act/action.yml", action)
            .file("act/Dockerfile", dockerfile)
            .file("act/main.sh", main)
            .file("act/post.sh", "#!/bin/sh\necho \"post $STATE_kept\"\n")
            .file("act/.dockerignore", "*.sh\n!main.sh\n!post.sh\n")
            .file("act/secret.sh", "")
            .file("known.txt", "known")
    };
    let steps = "- uses: ./act
  id: act
  with: {who: me}
  env: {OVER: step}
- run: echo \"${{ steps.act.outputs.greeting }}\"
- uses: docker://busybox
  with: {entrypoint: echo, args: 'a \"b c\"'}";
    for attempt in ["Step 1/", "built before"] {
        let ended = run(engine, bench(), &job("", steps)).await;
        let log = ended.log();
        assert!(log.contains(attempt), "{log}");
        let expected = [
            "main me|two words|action|step|me|/github/workspace|/github/home",
            "1 known /bin:/usr/bin:/sbin:/usr/sbin",
            "hi",
            "a b c",
            "post it",
        ];
        let printed = ended.printed();
        for line in expected {
            let is_there =
                printed.iter().any(|it| it.starts_with(line.split(" /bin").next().unwrap_or(line)));
            assert!(is_there, "{line}\n{log}");
        }
        assert_eq!(ended.word(), "success", "{log}");
        assert_eq!(ended.job.annotations()[0].file.as_deref(), Some("known.txt"));
    }
}

#[tokio::test]
async fn a_local_process_stands_in_for_a_service() {
    let mut bench = Bench::new();
    let command = "trap 'echo stopped; exit' INT; sleep 0.3; touch up; echo \"on $PORT $WORD\"; \
                   sleep 60 & wait";
    let stand_in = StandIn { command: command.to_owned() };
    bench.options.containers.stand_ins.insert("db".to_owned(), stand_in);
    let head = "services:
  db:
    image: postgres:15
    ports: ['5433:5432']
    env: {WORD: hello}
    options: --health-cmd \"test -f up\"";
    let ended =
        bench.run(&job(head, "- run: ls up; echo ${{ job.services.db.ports[5432] }}")).await;
    let log = ended.log();
    assert_eq!(ended.word(), "success", "{log}");
    assert_eq!(ended.printed()[..2], ["up", "5433"], "{log}");
    assert!(log.contains("stands in for a container of postgres:15"), "{log}");
    assert!(log.contains("on 5433 hello\nstopped"), "{log}");
}

#[tokio::test]
async fn a_label_stands_for_an_image_or_a_refusal() {
    let mut bench = Bench::new();
    let platform = |bench: &mut Bench, word: &str| {
        let platform = Platform::from(word.to_owned());
        bench.options.containers.platforms.0.insert("ubuntu-latest".to_owned(), platform);
    };
    platform(&mut bench, "refuse");
    let refused = bench.run(&job("", "- run: echo never")).await;
    assert_eq!(refused.word(), "failure");
    assert!(refused.log().contains("--platform ubuntu-latest=host"), "{}", refused.log());
    assert!(!refused.printed().contains(&"never".to_owned()));
    let Some(engine) = ContainerEngine::shared() else { return };
    let mut bench = Bench::new().engine(engine);
    platform(&mut bench, "busybox");
    let ended = run(engine, bench, &job("", "- run: echo $HOME")).await;
    assert_eq!(ended.printed()[0], "/github/home", "{}", ended.log());
}

#[tokio::test]
async fn an_empty_image_is_no_container() {
    let head =
        "container: {image: '${{ matrix.none }}'}\nservices: {db: {image: '${{ matrix.none }}'}}";
    let ended = Bench::new().run(&job(head, "- run: echo here")).await;
    assert_eq!(ended.printed(), ["here"], "{}", ended.log());
}

#[tokio::test]
async fn podman_does_the_same() {
    let Some(engine) = ContainerEngine::podman() else { return };
    let head = format!("container: busybox\n{SERVICE}");
    let bench = Bench::new().engine(&engine);
    let ended = run(
        &engine,
        bench,
        &job(&head, "- run: wget -q -O - http://web/index.html\n- run: exit 3"),
    )
    .await;
    assert!(ended.printed().contains(&"hello".to_owned()), "{}", ended.log());
    assert!(ended.conclusions().iter().any(|it| it.contains("exit code 3")), "{}", ended.log());
}
