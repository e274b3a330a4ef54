//! Caches, artifacts, identity tokens and the API, called by the toolkit's own packages from
//! JavaScript actions, and the commands about what they leave.
//!
//! The packages are found in the folder that `WINDLASS_TEST_NODE_MODULES` names; without it these
//! tests skip themselves and say so.

use std::{fs, path::PathBuf, thread, time::Duration};

use rustix::process::Signal;

use crate::stage::{Finished, Stage, files_below, soon, start};

/// An action that runs a script with the toolkit at hand, as actions/github-script does.
const METADATA: &str = "
name: Script
description: Runs a script with the packages of the toolkit
inputs:
  script: {description: The script, required: true}
  clients: {description: today or newest, default: today}
  token: {description: The token, default: '${{ github.token }}'}
  public-token:
    description: The token, for the public forge alone
    default: ${{ github.server_url == 'https://github.com' && github.token || '' }}
runs: {using: node20, main: main.js}
";

const MAIN: &str = "
const assert = require('assert'), crypto = require('crypto'), fs = require('fs');
const core = require('@actions/core'), github = require('@actions/github');
const AsyncFunction = (async () => {}).constructor;
async function main() {
  const isNewest = core.getInput('clients') === 'newest';
  const cache = isNewest ? await import('newest-cache') : require('@actions/cache');
  const client = isNewest ? await import('newest-artifact') : require('@actions/artifact');
  const artifact = new client.DefaultArtifactClient();
  const sized = (path, size) => {
    fs.mkdirSync('files', { recursive: true });
    fs.writeFileSync('files/' + path, crypto.randomBytes(size));
  };
  const upload = (name, options) =>
    artifact.uploadArtifact(name, ['files/' + name], 'files', { compressionLevel: 0, ...options });
  const scope = { assert, artifact, cache, core, fs, github, sized, upload };
  await new AsyncFunction(...Object.keys(scope), core.getInput('script'))(...Object.values(scope));
}
main().then(() => process.exit(), error => { core.setFailed(error.stack); process.exit(1); });
";

/// A stage whose `acme/script` is that action; nothing where the packages are missing.
pub fn stage(workflow: &str) -> Option<Stage> {
    let packages = std::env::var_os("WINDLASS_TEST_NODE_MODULES").map(PathBuf::from);
    let Some(packages) = packages.filter(|path| path.join("newest-cache").is_dir()) else {
        println!("skipped: WINDLASS_TEST_NODE_MODULES names no folder with @actions/cache");
        return None;
    };
    let stage = Stage::new(workflow);
    let action = stage.beside("script");
    fs::create_dir(&action).unwrap();
    fs::write(action.join("action.yml"), METADATA).unwrap();
    fs::write(action.join("main.js"), MAIN).unwrap();
    std::os::unix::fs::symlink(packages, action.join("node_modules")).unwrap();
    Some(stage)
}

pub fn run(stage: &Stage, more: &[&str]) -> Finished {
    stage.windlass(&[&["run", "--action", "acme/script=../script"], more].concat())
}

/// A job of script steps; `head` is what stands before `steps`.
pub fn job(name: &str, head: &str, scripts: &[&str]) -> String {
    let mut text = format!("  {name}:\n    runs-on: x\n{head}    steps:\n");
    for script in scripts {
        text.push_str("      - uses: acme/script@v1\n        with:\n          script: |\n");
        script.trim().lines().for_each(|line| text.push_str(&format!("            {line}\n")));
    }
    text
}

/// What the round trip of one file of some size prints and asserts.
fn round_trip(clients: &str, sizes: &[(&str, usize)]) -> String {
    let list = sizes.iter().map(|(name, size)| format!("['{name}', {size}]"));
    let list = format!("[{}]", list.collect::<Vec<_>>().join(", "));
    let up = format!(
        "
for (const [name, size] of {list}) {{
  sized(name, size);
  const {{ digest }} = await upload(name);
  assert(digest);
  assert(await cache.saveCache(['files/' + name], 'key-' + name) > 0);
}}
assert.strictEqual(await cache.restoreCache(['files/x'], 'absent', ['abs']), undefined);
await artifact.getArtifact('absent').then(() => assert(false), () => 0);"
    );
    let down = format!(
        "
const {{ artifacts }} = await artifact.listArtifacts();
for (const [name, size] of {list}) {{
  const found = artifacts.find(one => one.name === name);
  const got = await artifact.downloadArtifact(found.id, {{ path: 'got', expectedHash: found.digest }});
  assert(!got.digestMismatch);
  assert.strictEqual(await cache.restoreCache(['files/' + name], 'key-' + name), 'key-' + name);
  const [one, other] = ['files/', 'got/'].map(folder => fs.readFileSync(folder + name));
  assert(one.equals(other) && one.length === size);
  console.log('round', name);
}}
// The key is a beginning, too. The paths belong to the version: no other file's cache is found.
assert.strictEqual(await cache.restoreCache(['files/' + {list}[0][0]], 'key'), 'key-' + {list}[0][0]);"
    );
    let workflow = format!(
        "on: push\njobs:\n{}{}",
        job("up", "", &[&up]),
        job("down", "    needs: up\n", &[&down])
    );
    workflow.replace("        with:\n", &format!("        with:\n          clients: {clients}\n"))
}

const SIZES: &[(&str, usize)] = &[("one", 1), ("some", 8 << 20), ("much", 140 << 20)];

#[test]
fn artifacts_and_caches_come_back_as_they_went() {
    let Some(stage) = stage(&round_trip("today", SIZES)) else { return };
    let done = run(&stage, &[]).expect(0);
    done.tells(&["round one", "round some", "round much", "Artifacts: one (", "much (146.8 MB)"]);
    // Caches outlive their run; artifacts stay with theirs.
    let again = "
assert.strictEqual(await cache.restoreCache(['files/one'], 'key-other', ['x', 'key-o']), 'key-one');
assert.strictEqual((await artifact.listArtifacts()).artifacts.length, 0);
assert(await cache.saveCache(['files/one'], 'key-one') < 0);";
    stage.write(".github/workflows/ci.yml", format!("on: push\njobs:\n{}", job("a", "", &[again])));
    run(&stage, &[]).expect(0);
    stage.assert_nothing_left();
}

#[test]
fn so_they_do_by_the_newest_clients() {
    let Some(stage) = stage(&round_trip("newest", SIZES)) else { return };
    run(&stage, &[]).expect(0).tells(&["round one", "round some", "round much"]);
}

#[test]
#[ignore = "writes several GiB"]
fn so_they_do_with_a_gibibyte() {
    let Some(stage) = stage(&round_trip("today", &[("huge", 1 << 30)])) else { return };
    // This may take longer than the patience of other tests.
    let mut command = stage.command(&["run", "--action", "acme/script=../script"]);
    let output = command.output().unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && out.contains("round huge"), "{out}");
}

#[test]
fn a_name_is_taken_until_it_is_removed() {
    let script = "
sized('dist', 100);
const first = await upload('dist');
await upload('dist').then(() => assert(false), error => assert.match(error.message, /409/));
await artifact.deleteArtifact('dist');
await artifact.deleteArtifact('dist').then(() => assert(false), error => console.log(error.name));
const second = await upload('dist');
assert.notStrictEqual(first.id, second.id);
assert.deepStrictEqual((await artifact.listArtifacts()).artifacts.map(one => one.id), [second.id]);";
    let Some(stage) = stage(&format!("on: push\njobs:\n{}", job("a", "", &[script]))) else {
        return;
    };
    run(&stage, &[]).expect(0).tells(&["ArtifactNotFoundError"]);
}

/// Begins an upload and says so when some of it has arrived.
const BEGUN: &str = "
sized('dist', 300 << 20);
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (text, ...more) => {
  if (String(text).includes('Uploaded bytes')) { AT_THAT_MOMENT }
  return write(text, ...more);
};
await upload('dist');";

#[test]
fn an_upload_that_is_killed_leaves_nothing_and_the_next_one_works() {
    let killed = BEGUN.replace("AT_THAT_MOMENT", "process.kill(process.pid, 'SIGKILL');");
    let after = "
assert.strictEqual((await artifact.listArtifacts()).artifacts.length, 0);
sized('dist', 10);
await upload('dist');";
    let workflow = format!("on: push\njobs:\n{}", job("a", "", &[&killed, after]));
    let workflow =
        workflow.replacen("      - uses", "      - continue-on-error: true\n        uses", 1);
    let Some(stage) = stage(&workflow) else { return };
    run(&stage, &[]).expect(0).tells(&["Artifacts: dist ("]);
    let parts = files_below(&stage.state().join("blobs/artifacts"));
    let size: u64 = parts.iter().map(|path| path.metadata().unwrap().len()).sum();
    assert!(size < 10_000, "what had arrived is still there: {parts:?}");
}

#[test]
fn a_killed_run_leaves_nothing_that_is_seen_and_the_next_one_clears_it_away() {
    let waiting = BEGUN.replace("AT_THAT_MOMENT", "fs.writeFileSync(process.env.BEGUN, '');");
    let Some(stage) = stage(&format!("on: push\njobs:\n{}", job("a", "", &[&waiting]))) else {
        return;
    };
    let (mark, blobs) = (stage.beside("begun"), stage.state().join("blobs/artifacts"));
    let mut command = stage.command(&["run", "--action", "acme/script=../script"]);
    command.env("BEGUN", &mark);
    let under_way = start(command);
    assert!(soon(|| mark.exists()), "no upload began");
    under_way.signal(Signal::KILL);
    under_way.finish().expect(128 + 9);
    assert!(!files_below(&blobs).is_empty());
    stage.windlass(&["artifacts", "list"]).expect(0).conceals(&["dist"]);
    let next = "assert.strictEqual((await artifact.listArtifacts()).artifacts.length, 0);
sized('dist', 10);
await upload('dist');";
    stage.write(".github/workflows/ci.yml", format!("on: push\njobs:\n{}", job("a", "", &[next])));
    run(&stage, &[]).expect(0).tells(&["Artifacts: dist ("]);
    let left = files_below(&blobs);
    assert_eq!(left.iter().filter(|path| path.ends_with("parts.json")).count(), 1, "{left:?}");
    // The action of the killed run ends when it notices that nobody is there.
    thread::sleep(Duration::from_millis(10));
}

#[test]
fn identity_tokens_are_for_jobs_that_may_have_them() {
    let script = "
const token = await core.getIDToken('https://vault.example.com');
const claims = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
console.log(claims.sub, claims.aud, claims.job_workflow_ref);
assert.strictEqual(claims.iss, process.env.ACTIONS_RESULTS_URL);";
    let refused =
        "await core.getIDToken().then(() => assert(false), error => console.log(error.message));";
    let script_step = "      - run: |
          curl=\"$ACTIONS_ID_TOKEN_REQUEST_URL&audience=x\"
          echo \"asks $curl\" runtime=$ACTIONS_RUNTIME_TOKEN
";
    let workflow = format!(
        "on: push\njobs:\n{}{script_step}{}",
        job("may", "    permissions: {id-token: write}\n", &[script]),
        job("may-not", "    permissions: {contents: read}\n", &[refused])
    );
    let Some(stage) = stage(&workflow) else { return };
    let done = run(&stage, &[]).expect(0);
    done.tells(&[
        "repo:local/project:ref:refs/heads/main https://vault.example.com \
         local/project/.github/workflows/ci.yml@refs/heads/main",
        "&audience=x runtime=\n",
        "Unable to get ACTIONS_ID_TOKEN_REQUEST_URL",
    ]);
}

#[test]
fn without_a_token_the_services_stand_in_for_the_forge() {
    let script = "
const { context } = github;
const octokit = github.getOctokit(core.getInput('token'));
console.log((await octokit.rest.repos.get(context.repo)).data.default_branch, context.serverUrl);
await octokit.rest.issues.listForRepo(context.repo).catch(error => console.log(error.status));
assert.strictEqual(core.getInput('public-token'), '');";
    let show =
        "      - run: echo \"$GITHUB_SERVER_URL ${{ github.server_url }}\" ${{ github.token }}\n";
    let Some(stage) = stage(&format!("on: push\njobs:\n{}{show}", job("a", "", &[script]))) else {
        return;
    };
    let done = run(&stage, &[]).expect(0);
    done.tells(&[
        "main http://windlass.localhost:",
        "a | 404",
        // Scripts and conditions keep the forge's name; the token is masked.
        "https://github.com https://github.com ***",
    ]);
}

#[test]
fn artifacts_are_found_by_the_api_too() {
    let up = "
sized('one', 1000); sized('two', 2000);
await upload('one'); await upload('two');";
    let by_api = "
const { context } = github, octokit = github.getOctokit(core.getInput('token'));
const findBy = run => ({
  token: core.getInput('token'), workflowRunId: run, repositoryOwner: context.repo.owner,
  repositoryName: context.repo.repo });
const run = FIRST_RUN;
const { artifacts } = await artifact.listArtifacts({ findBy: findBy(run) });
assert.deepStrictEqual(artifacts.map(one => one.name).sort(), ['one', 'two']);
const found = (await artifact.getArtifact('two', { findBy: findBy(run) })).artifact;
const got = await artifact.downloadArtifact(found.id,
  { path: 'got', findBy: findBy(run), expectedHash: found.digest });
assert(!got.digestMismatch);
assert.strictEqual(fs.statSync('got/two').size, 2000);
await artifact.getArtifact('six', { findBy: findBy(run) }).then(() => assert(false), () => 0);
const page = await octokit.rest.actions.listArtifactsForRepo({ ...context.repo, per_page: 1, page: 2 });
assert.strictEqual(page.data.total_count, 2);
assert.strictEqual(page.data.artifacts.length, 1);
const asked = { ...context.repo, artifact_id: found.id };
assert.strictEqual((await octokit.rest.actions.getArtifact(asked)).data.size_in_bytes, found.size);
if (DELETE) {
  await artifact.deleteArtifact('two', { findBy: findBy(run) });
  await octokit.rest.actions.getArtifact(asked).catch(error => console.log('gone', error.status));
}
await octokit.rest.actions.listArtifactsForRepo({ owner: 'octo', repo: 'other' })
  .then(() => assert(false), error => assert.strictEqual(error.status, 404));";
    let own = by_api.replace("FIRST_RUN", "context.runId").replace("DELETE", "false");
    let workflow = |jobs: &str| format!("on: push\njobs:\n{jobs}");
    let Some(stage) = stage(&workflow(&job("a", "", &[up, &own]))) else { return };
    run(&stage, &[]).expect(0);
    // A later run names an earlier one by its number.
    let later = by_api.replace("FIRST_RUN", "1").replace("DELETE", "true");
    stage.write(".github/workflows/ci.yml", workflow(&job("a", "", &[&later])));
    run(&stage, &[]).expect(0).tells(&["gone 404"]);
    stage.windlass(&["artifacts", "list"]).expect(0).tells(&["one"]).conceals(&["two"]);
}

#[test]
fn with_a_token_steps_talk_to_the_forge_itself() {
    let script = "
console.log(process.env.GITHUB_API_URL, process.env.GITHUB_SERVER_URL);
assert.strictEqual(core.getInput('public-token'), 'given-token');
assert.strictEqual(core.getInput('token'), 'given-token');
sized('dist', 10);
await upload('dist');";
    let Some(stage) = stage(&format!("on: push\njobs:\n{}", job("a", "", &[script]))) else {
        return;
    };
    let done = run(&stage, &["--secret", "GITHUB_TOKEN=given-token"]).expect(0);
    done.tells(&["https://api.github.com https://github.com", "Artifacts: dist ("]);
    // A server that the clients would refuse to work with is not shown to actions.
    stage.git(&["remote", "add", "origin", "https://git.example.com/octo/shop.git"]);
    let script = "
console.log(process.env.GITHUB_API_URL, process.env.GITHUB_SERVER_URL);
sized('dist', 10);
await upload('dist');";
    stage
        .write(".github/workflows/ci.yml", format!("on: push\njobs:\n{}", job("a", "", &[script])));
    let done = run(&stage, &["--secret", "GITHUB_TOKEN=given-token"]).expect(0);
    done.tells(&["https://git.example.com/api/v3 http://windlass.localhost:", "Artifacts: dist ("]);
}

#[test]
fn a_job_of_scripts_alone_has_no_services() {
    let stage = Stage::new(
        "on: push\njobs: {a: {runs-on: x, steps: [{uses: actions/checkout@v4}, \
         {run: 'echo services: $(env | grep -c ^ACTIONS_) token=${{ github.token }}.'}]}}\n",
    );
    stage.windlass(&["run"]).expect(0).tells(&["services: 0 token=."]);
}

#[test]
fn the_commands_list_take_out_and_remove() {
    let script = "
sized('one', 10); sized('two', 20);
await artifact.uploadArtifact('both', ['files/one', 'files/two'], '.');
await upload('one');
await cache.saveCache(['files/one'], 'the-key');";
    let Some(stage) = stage(&format!("on: push\njobs:\n{}", job("a", "", &[script]))) else {
        return;
    };
    stage.windlass(&["artifacts", "list"]).expect(0).conceals(&["both"]);
    run(&stage, &[]).expect(0);
    stage.windlass(&["artifacts", "list"]).expect(0).tells(&["NAME", "both", "one", "#1"]);
    let json = stage.windlass(&["artifacts", "list", "--run", "1", "--json"]).expect(0);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((&json[1]["name"], &json[1]["run_number"]), (&"both".into(), &1.into()));
    stage.windlass(&["artifacts", "get", "both"]).expect(0).tells(&["2 files in both"]);
    let size = |path: &str| fs::metadata(stage.project().join(path)).unwrap().len();
    assert_eq!((size("both/files/one"), size("both/files/two")), (10, 20));
    stage.windlass(&["artifacts", "get", "both"]).expect(2).complains(&["not empty", "--into"]);
    stage.windlass(&["artifacts", "get", "one", "--into", "deep/out", "-r", "1"]).expect(0);
    assert_eq!(size("deep/out/one"), 10);
    stage.windlass(&["artifacts", "get", "three"]).expect(2).complains(&["no artifact 'three'"]);
    stage.windlass(&["artifacts", "remove", "one"]).expect(0);
    stage.windlass(&["artifacts", "remove", "one"]).expect(2);
    stage.windlass(&["caches", "list"]).expect(0).tells(&["NUMBER", "the-key", "refs/heads/main"]);
    let json = stage.windlass(&["caches", "list", "--json"]).expect(0);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(json[0]["key"], "the-key");
    stage.windlass(&["caches", "get", "the-key"]).expect(0).tells(&["cache-1.tar"]);
    stage.windlass(&["caches", "get", "1", "--to", "cache-1.tar.zst"]).expect(2);
    stage.windlass(&["caches", "remove", "other"]).expect(2).complains(&["no cache 'other'"]);
    stage.windlass(&["caches", "remove", "the-key"]).expect(0);
    stage.windlass(&["caches", "remove", "--all"]).expect(0);
    stage.windlass(&["caches", "list"]).expect(0).conceals(&["the-key"]);
}
