//! Actions: composite, JavaScript, local and from Git, and a checkout without a forge.

use std::path::Path;
use std::process::Command;

use windlass_repository::{SourceOverride, WorkspaceSource};

use super::{Bench, Ended};

fn git(directory: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.current_dir(directory).args(["-c", "user.name=T", "-c", "user.email=t@example.org"]);
    let output = command.args(arguments).output().expect("git");
    assert!(output.status.success(), "git {arguments:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A Git repository with these files, tagged `v1`.
fn repository(directory: &Path, files: &[(&str, &str)]) {
    for (path, content) in files {
        let path = directory.join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, content).expect("a file");
    }
    git(directory, &["init", "-q", "-b", "main"]);
    git(directory, &["add", "-A"]);
    git(directory, &["commit", "-qm", "one"]);
    git(directory, &["tag", "v1"]);
}

impl Bench {
    /// Replaces `owner/repo` by a Git repository with these files.
    fn action(mut self, name: &str, files: &[(&str, &str)]) -> Self {
        let directory = self.directory.path().join(name.replace('/', "_"));
        std::fs::create_dir_all(&directory).expect("a directory");
        repository(&directory, files);
        self.options.overrides.insert(name.to_owned(), SourceOverride::Folder(directory));
        self
    }
}

const GREET: &str = "
name: greet
inputs:
  who: {default: world, description: whom}
  Loud: {default: 'no'}
outputs:
  said: {value: '${{ steps.say.outputs.text }}'}
runs:
  using: composite
  steps:
    - id: say
      shell: bash
      env: {INNER: inner}
      run: |
        echo \"hello ${{ inputs.who }} $OUTER $INNER\"
        echo \"text=said ${{ inputs.who }}\" >> $GITHUB_OUTPUT
        echo \"KEPT=kept\" >> $GITHUB_ENV
        test -f \"$GITHUB_ACTION_PATH/action.yml\"
    - if: failure()
      shell: bash
      run: echo never
";

#[tokio::test]
async fn a_composite_action_has_a_scope_of_its_own() {
    let ended = Bench::new()
        .file("greet/action.yml", GREET)
        .steps(
            "- id: greet
  uses: ./greet
  with: {WHO: you}
  env: {OUTER: outer}
- run: echo \"${{ steps.greet.outputs.said }} [$KEPT] [$INNER$OUTER] [${{ steps.say.outcome }}]\"",
        )
        .await;
    assert_eq!(ended.word(), "success", "{}", ended.log());
    assert_eq!(ended.printed(), ["hello you outer inner", "said you [kept] [] []"]);
    let expected = [
        "Run echo \"hello you $OUTER $INNER\": success",
        "Run echo never: skipped (if: failure() was false (failure() = false))",
        "Run ./greet: success",
        "Run echo \"said you [$KEPT] [$INNER$OUTER] []\": success",
    ];
    assert_eq!(ended.conclusions(), expected);
}

const NOISY: &[(&str, &str)] = &[
    (
        "action.yml",
        "
name: noisy
inputs:
  a name: {default: '${{ github.repository }}'}
outputs:
  answer: {description: x}
runs: {using: node20, pre: pre.js, main: main.js, post: post.js}
",
    ),
    (
        "pre.js",
        "console.log('pre ' + process.env['INPUT_A_NAME']);
console.log('::save-state name=from_pre::p')",
    ),
    (
        "main.js",
        "const fs = require('fs');
console.log('main ' + process.env['INPUT_A_NAME'] + ' ' + process.env.STATE_from_pre);
console.log(process.env.GITHUB_ACTION_REPOSITORY + '@' + process.env.GITHUB_ACTION_REF);
fs.appendFileSync(process.env.GITHUB_STATE, 'from_main=m\\n');
fs.appendFileSync(process.env.GITHUB_OUTPUT, 'answer=42\\n');",
    ),
    (
        "post.js",
        "console.log('post ' + process.env['INPUT_A_NAME'] + ' ' + process.env.STATE_from_pre \
         + process.env.STATE_from_main)",
    ),
];

#[tokio::test]
async fn a_javascript_action_runs_in_three_parts() {
    let ended = Bench::new()
        .action("octo/noisy", NOISY)
        .steps(
            "- run: echo first
- id: one
  uses: octo/noisy@v1
- uses: octo/noisy@main
  with: {A name: second}
- run: echo answer ${{ steps.one.outputs.answer }}; false",
        )
        .await;
    let mut printed = ended.printed();
    printed.retain(|line| !line.starts_with("JavaScript actions") && !line.contains("deprecated"));
    let expected = [
        "pre octo/shop",
        "pre second",
        "first",
        "main octo/shop p",
        "octo/noisy@v1",
        "main second p",
        "octo/noisy@main",
        "answer 42",
        "##[error]Process completed with exit code 1.",
        "Post job cleanup.",
        "post second pm",
        "Post job cleanup.",
        "post octo/shop pm",
    ];
    assert_eq!(printed, expected, "{}", ended.log());
    assert_eq!(ended.word(), "failure");
}

#[tokio::test]
async fn an_action_that_is_missing_fails_before_the_first_step() {
    let ended = Bench::new()
        .action("octo/noisy", NOISY)
        .steps("- run: echo first\n- uses: octo/noisy@v2")
        .await;
    assert_eq!(ended.word(), "failure");
    assert!(ended.printed().is_empty(), "{}", ended.log());
    let annotations = ended.job.annotations();
    assert_eq!(annotations[0].file.as_deref(), Some("ci.yml"));
    assert_eq!((annotations[0].line, annotations[0].column), (Some(7), Some(15)));
    assert!(annotations[0].message.contains("v2"), "{annotations:?}");
}

fn shop() -> Bench {
    let bench = Bench::new();
    let project = bench.directory.path().join("project");
    std::fs::create_dir(&project).expect("a directory");
    repository(&project, &[("a.txt", "one\n")]);
    std::fs::write(project.join("a.txt"), "two\n").expect("a file");
    git(&project, &["commit", "-qam", "two"]);
    let mut bench = bench;
    let commit = git(&project, &["rev-parse", "HEAD"]);
    let own = &mut bench.options.repository;
    own.name = "octo/shop".to_owned();
    own.git_root = Some(project.clone());
    own.project_root = project;
    own.commit = Some(commit);
    bench
}

fn commits(ended: &Ended) -> Vec<String> {
    let mut printed = ended.printed();
    printed.retain(|line| line.starts_with("got"));
    printed
}

#[tokio::test]
async fn a_checkout_with_a_ref_is_a_real_one() {
    let ended = shop()
        .steps(
            "- uses: actions/checkout@v4
- run: ls -A | wc -l | sed 's/^/got /'
- uses: actions/checkout@v4
  with: {ref: v1, path: old}
- run: echo got $(cat old/a.txt)
- id: again
  uses: actions/checkout@v4
  with: {path: new}
- run: echo got $(cat new/a.txt) ${{ steps.again.outputs.ref }}",
        )
        .await;
    assert_eq!(ended.word(), "success", "{}", ended.log());
    assert_eq!(commits(&ended), ["got 0", "got one", "got two refs/heads/main"]);
    assert!(ended.log().contains("Served from the local repository"));
}

#[tokio::test]
async fn a_strict_workspace_is_filled_by_the_checkout() {
    let mut bench = shop();
    bench.options.workspace_source = WorkspaceSource::Empty;
    let ended = bench
        .steps(
            "- run: echo got [$(ls)]
- {id: c, uses: actions/checkout@v4}
- run: echo got $(cat a.txt) $(git status --short) $(git branch --show-current)
- run: test ${{ steps.c.outputs.commit }} = $(git rev-parse HEAD)
- {uses: actions/checkout@v4, with: {ref: main, fetch-depth: 0}}
- run: echo got $(git log --oneline origin/main | wc -l) $(git branch --show-current) $(git tag)
- {uses: actions/checkout@v4, with: {ref: v1}}
- run: echo got $(cat a.txt) [$(git branch --show-current)] $(git remote get-url origin)
- {uses: actions/checkout@v4, with: {ref: refs/pull/7/merge}}
- run: echo got $(cat a.txt)
- {continue-on-error: true, uses: actions/checkout@v4, with: {ref: no-such-branch}}
- {continue-on-error: true, uses: actions/checkout@v4, with: {path: ../outside}}",
        )
        .await;
    assert_eq!(ended.word(), "success", "{}", ended.log());
    assert_eq!(
        commits(&ended),
        [
            "got []",
            "got two main",
            "got 2 main v1",
            "got one [] https://github.invalid/octo/shop",
            "got two",
        ]
    );
    assert!(ended.log().contains("is not under"), "{}", ended.log());
}

/// A run in place in the project itself.
fn in_place() -> Bench {
    let mut bench = shop();
    let project = bench.options.repository.project_root.clone();
    bench.options.workspace_source = WorkspaceSource::InPlace(project);
    bench
}

#[tokio::test]
async fn a_checkout_never_overwrites_uncommitted_work_in_place() {
    let mut bench = in_place();
    bench.options.repository.is_dirty = true;
    let ended = bench.steps("- {uses: actions/checkout@v4, with: {ref: v1}}").await;
    assert_eq!(ended.word(), "failure");
    assert!(ended.log().contains("Commit or stash them"), "{}", ended.log());
}

#[tokio::test]
async fn a_checkout_in_place_switches_and_nothing_else() {
    let bench = in_place();
    let project = bench.options.repository.project_root.clone();
    std::fs::write(project.join(".git/info/exclude"), "ignored\n").expect("a file");
    std::fs::write(project.join("ignored"), "").expect("a file");
    let ended = bench
        .steps(
            "- {id: c, uses: actions/checkout@v4, with: {ref: v1}}
- run: echo got $(cat a.txt) $(ls) $(git rev-parse --is-shallow-repository)
- run: test ${{ steps.c.outputs.commit }} = $(git rev-parse v1)
- {uses: actions/checkout@v4, with: {ref: refs/heads/main}}
- run: echo got $(cat a.txt) $(git branch --show-current)",
        )
        .await;
    assert_eq!(ended.word(), "success", "{}", ended.log());
    assert_eq!(commits(&ended), ["got one a.txt ignored false", "got two main"]);
}

#[tokio::test]
async fn another_repository_is_fetched_by_git() {
    let ended = shop()
        .action("octo/noisy", NOISY)
        .steps(
            "- {uses: actions/checkout@v4, with: {repository: octo/noisy, path: n, ref: v1}}
- run: ls n | sed 's/^/got /'",
        )
        .await;
    assert_eq!(ended.word(), "success", "{}", ended.log());
    assert_eq!(commits(&ended), ["got action.yml", "got main.js", "got post.js", "got pre.js"]);
}

#[tokio::test]
async fn pre_parts_reach_out_of_remote_actions() {
    let outer = "
name: outer
inputs: {who: {default: nobody}}
runs:
  using: composite
  steps: [{uses: octo/noisy@v1, with: {a name: '${{ inputs.who }}'}}]
";
    let ended = Bench::new()
        .action("octo/noisy", NOISY)
        .action("octo/outer", &[("deep/action.yml", outer)])
        .steps("- run: echo first\n- {uses: octo/outer/deep@v1, with: {who: somebody}}")
        .await;
    assert_eq!(ended.word(), "success", "{}", ended.log());
    let mut printed = ended.printed();
    printed.retain(|line| line.starts_with("p") || line.starts_with("main") || line == "first");
    assert_eq!(printed, ["pre somebody", "first", "main somebody p", "post somebody pm"]);
    let labels: Vec<_> = ended.conclusions();
    assert_eq!(labels[0], "Pre Run octo/noisy@v1: success");
    assert_eq!(labels.last().map(String::as_str), Some("Post Run octo/noisy@v1: success"));
}
