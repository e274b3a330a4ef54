//! The services for actions, called from containers: those of jobs and those of actions.

use std::fs;

use windlass_testkit::{ContainerEngine, ProgramImage};

use super::services::{job, stage as toolkit_stage};
use crate::stage::{Stage, UnderWay, soon, start};

/// A Docker action that leaves an artifact by the means of busybox, and is refused what it may not.
const ACTION: &str = "
name: Leave
description: Leaves an artifact
inputs:
  token: {description: The token, default: '${{ github.token }}'}
runs: {using: docker, image: Dockerfile}
";

const DOCKERFILE: &str = "FROM busybox\nCOPY leave.sh /\nENTRYPOINT [\"sh\", \"/leave.sh\"]\n";

const LEAVE: &str = r#"
set -e
scope=$(echo "$ACTIONS_RUNTIME_TOKEN" | cut -d. -f2 | tr _- /+ | (cat; echo ==) | base64 -d 2>/dev/null |
  sed 's/.*"Actions.Results:\([^:]*\):\([^"]*\)".*/\1 \2/')
own="\"workflow_run_backend_id\":\"${scope% *}\",\"workflow_job_run_backend_id\":\"${scope#* }\",\"name\":\"note\""
call() {
  wget -q -O - --header "Authorization: Bearer $1" --header "Content-Type: application/json" \
    --post-data "$3" "$ACTIONS_RESULTS_URL/twirp/github.actions.results.api.v1.ArtifactService/$2"
}
answer=$(call "$ACTIONS_RUNTIME_TOKEN" CreateArtifact "{$own,\"mime_type\":\"text/plain\"}")
url=$(echo "$answer" | sed 's/.*"signed_upload_url":"\([^"]*\)".*/\1/')
path=/${url#http://*/}; place=${url#http://}; place=${place%%/*}
put() {
  printf 'PUT %s HTTP/1.1\r\nhost: x\r\nconnection: close\r\n' "$path"
  printf 'x-ms-blob-type: BlockBlob\r\ncontent-length: 4\r\n\r\nleft'
  sleep 1 # nc goes when its input ends, answered or not.
}
put | nc "${place%:*}" "${place#*:}" | head -n 1
call "$ACTIONS_RUNTIME_TOKEN" FinalizeArtifact "{$own,\"size\":\"4\"}"
echo
call "$INPUT_TOKEN" ListArtifacts "{$own}" 2>&1 || true
call "${ACTIONS_RUNTIME_TOKEN}x" ListArtifacts "{$own}" 2>&1 || true
wget -q -O - --header "Authorization: token $INPUT_TOKEN" "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY" |
  grep -o '"default_branch":"[^"]*"'
wget -q -O - --header "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \
  "$ACTIONS_ID_TOKEN_REQUEST_URL" | grep -o '"count"'
"#;

/// What a run of that action says.
const SAID: &[&str] =
    &["HTTP/1.1 201 Created", "\"ok\":true", "401 Unauthorized", "\"default_branch\":\"main\""];

fn with_action(workflow: &str) -> Stage {
    let stage = Stage::new(workflow);
    for (name, content) in [("action.yml", ACTION), ("Dockerfile", DOCKERFILE), ("leave.sh", LEAVE)]
    {
        stage.write(&format!("leave/{name}"), content);
    }
    stage
}

fn run(stage: &Stage, engine: &ContainerEngine, more: &[&str]) -> UnderWay {
    let mut command = stage.command(&[&["run"], more].concat());
    command.env("DOCKER_HOST", engine.address());
    start(command)
}

/// The addresses on which a process listens, as the system writes them: `0100007F:1F90`.
fn listened(pid: u32) -> Vec<String> {
    let sockets: Vec<String> = fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .flatten()
        .filter_map(|entry| fs::read_link(entry.path()).ok())
        .filter_map(|target| Some(target.to_str()?.strip_prefix("socket:[")?.replace(']', "")))
        .collect();
    let mut found = Vec::new();
    for table in ["tcp", "tcp6"] {
        let table = fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
        for line in table.lines().skip(1) {
            let words: Vec<&str> = line.split_whitespace().collect();
            if words[3] == "0A" && sockets.iter().any(|it| it == words[9]) {
                found.push(words[1].to_owned());
            }
        }
    }
    found
}

#[test]
fn a_docker_action_calls_the_services_by_the_gateway_and_nobody_listens_elsewhere() {
    let Some(engine) = ContainerEngine::shared() else { return };
    let stage = with_action(
        "on: push
permissions: {id-token: write}
jobs:
  one:
    runs-on: x
    services: {web: {image: busybox, command: sleep 600}}
    steps:
      - uses: ./leave
      - run: touch $MARK; while test -e $MARK; do sleep 0.05; done
",
    );
    let mark = stage.beside("mark");
    let under_way = run(&stage, engine, &["--env", &format!("MARK={}", mark.display())]);
    assert!(soon(|| mark.exists()), "it never came so far");
    let listened = listened(under_way.id());
    fs::remove_file(mark).unwrap();
    under_way.finish().expect(0).tells(SAID).tells(&["\"count\"", "note (4 B)"]);
    assert_eq!(listened.len(), 2, "{listened:?}");
    let (loopback, gateway): (Vec<&String>, Vec<&String>) =
        listened.iter().partition(|it| it.starts_with("0100007F:"));
    assert_eq!((loopback.len(), gateway.len()), (1, 1), "{listened:?}");
    assert!(!gateway[0].starts_with("00000000"), "{listened:?}");
    stage.assert_nothing_left();
}

#[test]
fn so_it_does_on_the_network_of_the_engine_itself() {
    let Some(engine) = ContainerEngine::podman() else { return };
    let stage = with_action(
        "on: push
permissions: {id-token: write}
jobs:
  one: {runs-on: x, steps: [{uses: ./leave}]}
",
    );
    engine.docker_says(&["tag", "busybox", "docker.io/library/busybox"]);
    let done = run(&stage, &engine, &["--pull", "never"]).finish().expect(0);
    done.tells(SAID).tells(&["\"count\""]);
}

#[test]
fn what_cannot_be_reached_is_said_and_the_rest_of_the_job_runs() {
    let Some(engine) = ContainerEngine::shared() else { return };
    // This engine has no network of its own, and a job without services gets none.
    let stage = Stage::new(
        r#"on: push
jobs:
  one:
    runs-on: x
    steps:
      - uses: docker://busybox
        with:
          entrypoint: sh
          args: -c "echo to ${ACTIONS_RESULTS_URL:-nowhere}"
"#,
    );
    let done = run(&stage, engine, &[]).finish().expect(0);
    done.tells(&["to nowhere", "cannot call the services of this run", "no gateway"]);
}

/// An image with what the clients of the toolkit need, in a job that sees their packages.
fn toolkit_job(engine: &ContainerEngine, scripts: &[&str]) -> Option<Stage> {
    let packages = fs::canonicalize(std::env::var_os("WINDLASS_TEST_NODE_MODULES")?).unwrap();
    let programs = ["node", "tar", "gzip"].map(|name| format!("/usr/bin/{name}"));
    engine.import_programs(&ProgramImage {
        name: "node:20",
        paths: &programs.each_ref().map(String::as_str),
        ..ProgramImage::default()
    });
    let packages = packages.display();
    let head = format!(
        "    permissions: {{id-token: write}}
    services: {{web: {{image: busybox, command: sleep 600}}}}
    container: {{image: 'node:20', volumes: ['{packages}:{packages}']}}
"
    );
    toolkit_stage(&format!("on: push\njobs:\n{}", job("one", &head, scripts)))
}

#[test]
fn the_clients_of_the_toolkit_work_in_the_container_of_a_job() {
    let Some(engine) = ContainerEngine::shared() else { return };
    let scripts = [
        "sized('one', 10 << 20);
assert((await upload('one')).digest);
assert(await cache.saveCache(['files/one'], 'key-one') > 0);
fs.renameSync('files/one', 'before');",
        "assert.strictEqual(await cache.restoreCache(['files/one'], 'key-', ['key']), 'key-one');
const [found] = (await artifact.listArtifacts()).artifacts;
await artifact.downloadArtifact(found.id, { path: 'got', expectedHash: found.digest });
for (const path of ['files/one', 'got/one'])
  assert(fs.readFileSync('before').equals(fs.readFileSync(path)));
const claims = JSON.parse(Buffer.from((await core.getIDToken()).split('.')[1], 'base64url'));
assert.strictEqual(claims.iss, process.env.ACTIONS_RESULTS_URL);
const octokit = github.getOctokit(core.getInput('token'));
console.log((await octokit.rest.repos.get(github.context.repo)).data.default_branch, fs.existsSync('/.dockerenv'));",
    ];
    let Some(stage) = toolkit_job(engine, &scripts) else { return };
    let done = run(&stage, engine, &["--action", "acme/script=../script"]).finish();
    done.expect(0).tells(&["main true", "Artifacts: one ("]);
    stage.assert_nothing_left();
}

#[test]
fn the_way_of_containers_is_closed_with_their_job() {
    let Some(engine) = ContainerEngine::shared() else { return };
    let stage = with_action(
        r#"on: push
jobs:
  one:
    runs-on: x
    services: {web: {image: busybox, command: sleep 600}}
    steps:
      - uses: docker://busybox
        with:
          entrypoint: sh
          args: -c "echo at $ACTIONS_RESULTS_URL"
  two: {needs: one, runs-on: x, steps: [{run: sleep 2}]}
"#,
    );
    let under_way = run(&stage, engine, &[]);
    let pid = under_way.id();
    assert!(soon(|| listened(pid).len() == 2), "no way was opened");
    assert!(soon(|| listened(pid).len() == 1), "it is still open: {:?}", listened(pid));
    under_way.finish().expect(0).tells(&["at http://172."]);
}

/// What actions/checkout does to get the commit: a fetch by its hash, with the token in a header of
/// the server's address that is stored beside the repository.
const FETCH: &str = r#"
const { execFileSync } = require('child_process'), env = process.env;
const cwd = env.GITHUB_WORKSPACE + '/fetched';
require('fs').mkdirSync(cwd);
const git = (...words) => execFileSync('git', words, { cwd, stdio: 'inherit' });
const server = env.GITHUB_SERVER_URL;
const basic = Buffer.from('x-access-token:' + env.INPUT_TOKEN).toString('base64');
git('init', '-q', '.');
git('remote', 'add', 'origin', `${server}/${env.GITHUB_REPOSITORY}`);
git('config', '--local', `http.${server}/.extraheader`, 'AUTHORIZATION: basic ' + basic);
git('-c', 'protocol.version=2', 'fetch', '-q', '--no-tags', '--depth=1', 'origin',
  `+${env.GITHUB_SHA}:refs/remotes/origin/main`);
git('checkout', '-q', '--force', '-B', 'main', 'refs/remotes/origin/main');
"#;

/// The same by a shell, in a container of its own.
const FETCH_BY_SHELL: &str = r#"
set -e; cd /tmp; git init -q .
basic=$(printf %s "x-access-token:$INPUT_TOKEN" | base64 | tr -d '\n')
git -c "http.$GITHUB_SERVER_URL/.extraheader=AUTHORIZATION: basic $basic" fetch -q --depth=1 \
  "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY" "$GITHUB_SHA"
git show FETCH_HEAD:fruit
"#;

#[test]
fn git_fetches_the_repository_from_within_containers() {
    let Some(engine) = ContainerEngine::shared() else { return };
    engine.import_programs(&ProgramImage {
        name: "checkout:1",
        paths: &["/usr/bin/node", "/usr/bin/git", "/usr/lib/git-core/git-remote-http"],
        finish: "ln -s git-remote-http usr/lib/git-core/git-remote-https",
        ..ProgramImage::default()
    });
    let stage = Stage::new(
        "on: push
jobs:
  one:
    runs-on: x
    services: {web: {image: busybox, command: sleep 600}}
    container: 'checkout:1'
    steps:
      - uses: acme/fetch@v1
      - working-directory: fetched
        run: |
          echo \"a $(cat fruit) from $(git remote get-url origin | cut -d: -f2)\"
          git fetch -q --depth=2 origin main && git log --oneline origin/main | wc -l
          grep -o '^[0-9.]*.windlass.localhost' /etc/hosts
      - uses: acme/fetch/by-shell@v1
",
    );
    stage.write("fruit", "pear\n");
    stage.commit();
    let action = stage.beside("fetch");
    let token = "inputs:\n  token: {description: The token, default: '${{ github.token }}'}\n";
    let head = format!("name: Fetch\ndescription: Fetches the commit\n{token}");
    fs::create_dir_all(action.join("by-shell")).unwrap();
    for (name, content) in [
        ("action.yml", format!("{head}runs: {{using: node20, main: main.js}}\n")),
        ("main.js", FETCH.to_owned()),
        ("by-shell/action.yml", format!("{head}runs: {{using: docker, image: Dockerfile}}\n")),
        (
            "by-shell/Dockerfile",
            "FROM checkout:1\nCOPY fetch.sh /\nENTRYPOINT [\"sh\", \"/fetch.sh\"]\n".to_owned(),
        ),
        ("by-shell/fetch.sh", FETCH_BY_SHELL.to_owned()),
    ] {
        fs::write(action.join(name), content).unwrap();
    }
    let done = run(&stage, engine, &["--action", "acme/fetch=../fetch"]).finish();
    done.expect(0).tells(&["a pear from //windlass.localhost", "| 2\n", "| pear\n"]);
    stage.assert_nothing_left();
}
