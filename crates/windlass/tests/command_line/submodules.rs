//! Submodules with relative addresses: from what the project has of them on this machine, with the
//! forge out of reach.

use std::{fs, path::Path};

use crate::stage::{Finished, Stage, start};

/// What actions/checkout does with `submodules`, after a fetch by hash with a stored header.
const FETCH: &str = r#"
const { execFileSync } = require('child_process'), env = process.env;
const cwd = env.GITHUB_WORKSPACE + '/fetched', server = env.GITHUB_SERVER_URL;
require('fs').mkdirSync(cwd);
const git = (...words) => execFileSync('git', words, { cwd, stdio: 'inherit' });
const basic = Buffer.from('x-access-token:' + env.INPUT_TOKEN).toString('base64');
git('init', '-q', '.');
git('remote', 'add', 'origin', `${server}/${env.GITHUB_REPOSITORY}`);
git('config', '--global', `http.${server}/.extraheader`, 'AUTHORIZATION: basic ' + basic);
git('fetch', '-q', '--depth=1', 'origin', env.GITHUB_SHA);
git('checkout', '-q', 'FETCH_HEAD');
git('submodule', 'sync', '--recursive');
git('-c', 'protocol.version=2', 'submodule', 'update', '--init', '--force', '--depth=1', '--recursive');
"#;

const METADATA: &str = "name: Fetch\ndescription: Fetches the commit with its submodules
inputs:\n  token: {description: The token, default: '${{ github.token }}'}
runs: {using: node20, main: main.js}\n";

/// A project `octo/shop` with the submodule `libs/other` (`../other.git`), which has `third`
/// (`../third.git`) in turn; neither is where their addresses lead.
fn stage(workflow: &str) -> Stage {
    let stage = Stage::new(workflow);
    let repository = |name: &str| {
        let directory = stage.beside(name);
        fs::create_dir(&directory).unwrap();
        stage.git_in(&directory, &["init", "-q", "-b", "main"]);
        fs::write(directory.join("name"), name).unwrap();
        directory
    };
    let (third, other) = (repository("third-source"), repository("other-source"));
    let commit = |directory: &Path| {
        stage.git_in(directory, &["add", "-A"]);
        stage.git_in(directory, &["commit", "-qm", "A commit"]);
    };
    commit(&third);
    add(&stage, &other, &third, "third", "../third.git");
    commit(&other);
    add(&stage, &stage.project(), &other, "libs/other", "../other.git");
    let local = ["-c", "protocol.file.allow=always"];
    let third = format!("submodule.third.url={}", third.display());
    let update = ["submodule", "update", "-q", "--init"];
    stage.git_in(
        &stage.project().join("libs/other"),
        &[&local[..], &["-c", &third], &update].concat(),
    );
    stage.commit();
    // The commits that the project names are no longer on any branch of what is on this machine.
    for source in ["third-source", "other-source"] {
        fs::remove_dir_all(stage.beside(source)).unwrap();
    }
    stage.git(&["remote", "add", "origin", "https://git.invalid/octo/shop.git"]);
    let action = stage.beside("fetch");
    fs::create_dir(&action).unwrap();
    fs::write(action.join("action.yml"), METADATA).unwrap();
    fs::write(action.join("main.js"), FETCH).unwrap();
    stage
}

/// Adds a submodule from a directory, then gives it its address.
fn add(stage: &Stage, top: &Path, from: &Path, path: &str, url: &str) {
    let from = from.display().to_string();
    stage.git_in(
        top,
        &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &from, path],
    );
    stage.git_in(top, &["config", "--file", ".gitmodules", &format!("submodule.{path}.url"), url]);
}

fn run(stage: &Stage) -> Finished {
    let mut command = stage.command(&["run", "--action", "acme/fetch=../fetch"]);
    command.env_remove("GIT_CONFIG_GLOBAL").env("HOME", stage.beside("runtime"));
    start(command).finish()
}

#[test]
fn a_checkout_takes_submodules_from_the_project() {
    let stage = stage(
        "on: push
jobs:
  one:
    runs-on: x
    steps:
      - uses: actions/checkout@v4
        with: {ref: main, path: all, submodules: recursive}
      - uses: actions/checkout@v4
        with: {ref: main, path: some, submodules: true}
      - run: |
          echo \"it is $(cat all/libs/other/name) and $(cat all/libs/other/third/name)\"
          echo \"then $(cat some/libs/other/name) and $(ls some/libs/other/third | wc -l)\"
",
    );
    let done = run(&stage).expect(0);
    done.tells(&[
        "Submodule 'libs/other' is served from",
        "it is other-source and third-source",
        "then other-source and 0",
    ]);
    stage.assert_nothing_left();
}

#[test]
fn git_fetches_submodules_from_the_services() {
    let stage = stage(
        "on: push
jobs:
  one:
    runs-on: x
    steps:
      - uses: acme/fetch@v1
        env: {HOME: '${{ github.workspace }}'}
      - run: echo \"it is $(cat fetched/libs/other/name) and $(cat fetched/libs/other/third/name)\"
",
    );
    run(&stage).expect(0).tells(&["it is other-source and third-source"]);
    stage.assert_nothing_left();
}

#[test]
fn what_is_not_on_this_machine_is_named_with_the_way_to_bring_it() {
    let stage = stage(
        "on: push
jobs:
  one: {runs-on: x, steps: [{uses: acme/fetch@v1, env: {HOME: '${{ github.workspace }}'}}]}
  two:
    runs-on: x
    steps: [{uses: actions/checkout@v4, with: {ref: main, path: it, submodules: true}}]
",
    );
    stage.git(&["submodule", "deinit", "--all", "--force"]);
    fs::remove_dir_all(stage.project().join(".git/modules")).unwrap();
    let done = run(&stage).expect(1);
    done.tells(&[
        "octo/other.git is not served by this local run",
        "Submodule 'libs/other' (../other.git) is not on this machine",
    ]);
}
