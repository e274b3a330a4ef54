//! JavaScript actions with the real npm packages of the toolkit (`@actions/core`, `exec`, `io`,
//! `glob`, `tool-cache`), found in the `node_modules` that `WINDLASS_TEST_NODE_MODULES` names.
//! Without it these tests skip themselves and say so.

use std::path::{Path, PathBuf};

use windlass_kernel::AnnotationLevel;

use super::Bench;

fn packages() -> Option<PathBuf> {
    let found = std::env::var_os("WINDLASS_TEST_NODE_MODULES").map(PathBuf::from);
    let found = found.filter(|path| path.join("@actions/core").is_dir());
    if found.is_none() {
        println!("skipped: WINDLASS_TEST_NODE_MODULES names no folder with @actions/core");
    }
    found
}

/// A local action of this script, with the packages beside it.
fn action(packages: &Path, script: &str) -> Bench {
    let metadata = "
name: toolkit
inputs:
  text: {default: some text}
  yes: {default: 'true'}
  several: {default: \"a\\nb\"}
outputs: {answer: {description: x}}
runs: {using: node20, main: main.js, post: main.js}
";
    let bench = Bench::new().file("a/action.yml", metadata).file("a/main.js", script);
    std::os::unix::fs::symlink(packages, bench.workspace.join("a/node_modules")).expect("a link");
    bench
}

#[tokio::test]
async fn core() {
    let Some(packages) = packages() else { return };
    let script = "
const core = require('@actions/core');
async function main() {
  if (core.getState('was')) {
    console.log('post ' + core.getState('was'));
    return;
  }
  core.saveState('was', {deep: 1});
  console.log(core.getInput('text') + core.getBooleanInput('yes') + core.getMultilineInput('several'));
  core.setOutput('answer', 'two\\nlines');
  core.exportVariable('EXPORTED', 'ex');
  core.addPath('/added');
  core.setSecret('shh-shh'); console.log('shh-shh');
  await core.group('G', async () => core.info('in it'));
  core.warning('careful', {file: 'a/main.js', startLine: 3, endLine: 4, startColumn: 1, title: 'T'});
  core.notice('look'); core.debug('hidden');
  await core.summary.addHeading('H').addTable([[{data: 'c', header: true}], ['v']]).write();
  core.setFailed('gave up');
}
main();
";
    let ended = action(&packages, script)
        .steps(
            "- {id: a, continue-on-error: true, uses: ./a}
- run: echo \"${{ toJSON(steps.a.outputs.answer) }} $EXPORTED ${PATH%%:*} ${{ steps.a.outcome }}\"",
        )
        .await;
    let mut printed = ended.printed();
    printed.retain(|line| !line.starts_with("JavaScript actions"));
    let expected = [
        "some texttruea,b",
        "***",
        "##[group]G",
        "in it",
        "##[endgroup]",
        "##[warning]careful",
        "##[notice]look",
        "##[error]gave up",
        "twonlines ex /added failure",
        "Post job cleanup.",
        "post {\"deep\":1}",
    ];
    assert_eq!(printed, expected, "{}", ended.log());
    assert!(ended.summaries()[0].starts_with("<h1>H</h1>"));
    let annotations = ended.job.annotations();
    let warning = annotations[0];
    assert_eq!((warning.level, warning.line), (AnnotationLevel::Warning, Some(3)));
    assert_eq!((warning.end_line, warning.title.as_deref()), (Some(4), Some("T")));
    assert_eq!(warning.file.as_deref(), Some("a/main.js"));
}

#[tokio::test]
async fn exec_io_glob_and_tool_cache() {
    let Some(packages) = packages() else { return };
    let script = "
const core = require('@actions/core'), exec = require('@actions/exec');
const io = require('@actions/io'), glob = require('@actions/glob');
const tc = require('@actions/tool-cache'), fs = require('fs');
async function main() {
  if (core.getState('isPost')) return;
  core.saveState('isPost', 'true');
  const out = await exec.getExecOutput('sh', ['-c', 'echo out; echo err >&2'], {silent: true});
  console.log(out.stdout.trim() + out.stderr.trim());
  await exec.exec('echo', ['loud']);
  await io.mkdirP('x/y'); await io.cp('a/action.yml', 'x/y/copy'); await io.mv('x/y/copy', 'x/moved');
  console.log(await io.which('sh', true) !== '', fs.existsSync('x/moved'));
  const found = await (await glob.create('x/**')).glob();
  console.log(found.map(f => f.replace(process.env.GITHUB_WORKSPACE, '')).join(' '));
  core.setOutput('hash', await glob.hashFiles('x/moved'));
  fs.mkdirSync('tool'); fs.writeFileSync('tool/t', '');
  const cached = await tc.cacheDir('tool', 'mytool', '1.2.3');
  console.log(tc.find('mytool', '1.x') === cached, cached.startsWith(process.env.RUNNER_TOOL_CACHE));
}
main().catch(error => core.setFailed(error));
";
    let ended = action(&packages, script)
        .steps(
            "- {id: a, uses: ./a}
- run: echo ${{ steps.a.outputs.hash == hashFiles('x/moved') }}",
        )
        .await;
    let mut printed = ended.printed();
    printed.retain(|line| !line.starts_with("JavaScript actions"));
    let expected = [
        "outerr",
        "[command]/usr/bin/echo loud",
        "loud",
        "true true",
        "/x /x/moved /x/y",
        "true true",
        "true",
        "Post job cleanup.",
    ];
    assert_eq!(printed, expected, "{}", ended.log());
    assert_eq!(ended.word(), "success");
}
