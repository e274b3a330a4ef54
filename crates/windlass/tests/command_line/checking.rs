//! `windlass check`: what it looks at, what it prints, how it ends.

use std::fs;

use crate::stage::{Stage, soon, start};

const FINE: &str = "on: push\njobs: {a: {runs-on: x, steps: [{run: echo hello}]}}\n";
const WRONG: &str =
    "on: push\njobs: {a: {runs-on: x, steps: [{run: 'echo ${{ github.reff }}'}]}}\n";
const DOUBTFUL: &str =
    "on: push\njobs: {a: {runs-on: x, steps: [{run: 'echo ${{ steps.b.outputs.c }}'}]}}\n";

#[test]
fn ends_as_its_findings_say() {
    let stage = Stage::new(FINE);
    stage.windlass(&["check"]).expect(0).tells(&["checked 1 file: 0 errors, 0 warnings"]);
    stage.write("doubt.yml", DOUBTFUL);
    stage.windlass(&["check", "doubt.yml"]).expect(1).tells(&["gh/unknown-step"]);
    stage.windlass(&["check", "--fail-on", "error", "doubt.yml"]).expect(0);
    stage.write("wrong.yml", WRONG);
    let words = ["error[gh/unknown-property]", "wrong.yml:2:", "1 error, 0 warnings"];
    stage.windlass(&["check", "wrong.yml"]).expect(1).tells(&words);
    stage.windlass(&["check", "nowhere.yml"]).expect(2).complains(&["nowhere.yml"]);
    stage.assert_nothing_left();
}

#[test]
fn finds_workflows_and_actions_by_itself() {
    let stage = Stage::new(FINE);
    stage.write(".github/workflows/wrong.yaml", WRONG);
    stage.write(
        "actions/greet/action.yml",
        "name: a\ndescription: b\nruns:\n  using: composite\n  steps:\n    - run: echo ${{ inputs.x }}\n      shell: bash\n",
    );
    stage.write("node_modules/x/action.yml", "nothing");
    let words = ["checked 3 files: 2 errors", "actions/greet/action.yml:6", "wrong.yaml:2"];
    stage.windlass(&["check"]).expect(1).tells(&words);
    stage.windlass(&["check", ".github/workflows"]).expect(1).tells(&["checked 2 files"]);
    stage.windlass(&["-C", "actions", "check"]).expect(1).tells(&["checked 3 files"]);
}

#[test]
fn holds_callers_against_what_they_call() {
    let stage = Stage::new(
        "on: push\njobs:\n  a:\n    uses: ./.github/workflows/called.yml\n    with: {x: 1, y: 2}\n  \
         b: {needs: a, runs-on: x, steps: [{run: 'echo ${{ needs.a.outputs.gone }}'}]}\n  \
         c: {uses: owner/name/.github/workflows/far.yml@v1}\n  \
         d: {uses: ./.github/workflows/none.yml}\n",
    );
    stage.write(
        ".github/workflows/called.yml",
        "on: {workflow_call: {inputs: {x: {type: string}}}}\njobs: {a: {runs-on: x, steps: [{run: x}]}}\n",
    );
    let check = stage.windlass(&["check"]).expect(1);
    check.tells(&["3 errors", "`y`", "`gone`", "none.yml"]);
}

#[test]
fn speaks_to_machines() {
    let stage = Stage::new(WRONG);
    let check = stage.windlass(&["check", "--format", "github"]).expect(1);
    check.tells(&["::error file=.github/workflows/ci.yml,line=2,", "title=gh/unknown-property::"]);
    let check = stage.windlass(&["check", "--format", "json"]).expect(1);
    check.tells(&["{\"code\":\"gh/unknown-property\",\"severity\":\"error\""]);
}

#[test]
fn many_findings_of_one_file_are_cut_short() {
    let steps = "      - run: echo ${{ github.reff }}\n".repeat(130);
    let stage = Stage::new(&format!(
        "on: push\njobs:\n  a:\n    runs-on: x\n    timeout-minutes: 5\n    steps:\n{steps}"
    ));
    let words = ["ci.yml has 30 more findings, not shown", "130 errors"];
    stage.windlass(&["check"]).expect(1).tells(&words);
}

#[test]
fn a_folder_is_searched_for_what_looks_like_a_workflow() {
    let stage = Stage::new(FINE);
    stage.write("templates/any.yml", WRONG);
    stage.write("templates/deep/er/ci.yaml", WRONG);
    stage.write("templates/deep/values.yaml", "replicas: 1\n");
    stage.write("templates/node_modules/ci.yml", WRONG);
    stage.windlass(&["check", "templates"]).expect(1).tells(&["checked 2 files: 2 errors"]);
}

#[test]
fn settings_and_comments_let_findings_stand() {
    let stage = Stage::new(DOUBTFUL);
    stage.windlass(&["check"]).expect(1).tells(&["1 warning"]);
    stage.write("windlass.toml", "[check.rules]\n'gh/unknown-step' = 'off'\n");
    stage.windlass(&["check"]).expect(0).tells(&["0 errors, 0 warnings"]);
    let entry = |until: &str| {
        format!(
            "[[check.suppress]]\ncode = 'gh/unknown-step'\nreason = 'not yet'\nuntil = {until}\n"
        )
    };
    stage.write("windlass.toml", entry("9999-01-01"));
    stage.windlass(&["check"]).expect(0).tells(&["1 suppressed"]);
    stage.write("windlass.toml", entry("2020-01-01"));
    let words = ["gh/unknown-step", "windlass/suppression-expired", "windlass.toml:1:1"];
    stage.windlass(&["check"]).expect(1).tells(&words);
    stage.write("windlass.toml", "[check.rules]\n'gh/unknown-steps' = 'off'\n[chekc]\n");
    let told = ["did you mean `gh/unknown-step`?", "the key `chekc` is not known"];
    stage.windlass(&["check"]).expect(1).complains(&told);
    stage.write("windlass.toml", "[check]\nfail-on = 3\n");
    stage.windlass(&["check"]).expect(2).complains(&["windlass.toml", "line 2"]);
    stage.write("windlass.toml", "");
    let comment = "# windlass: allow gh/unknown-step: shown to learners\n";
    stage.write(".github/workflows/ci.yml", DOUBTFUL.replace("jobs:", &format!("{comment}jobs:")));
    stage.windlass(&["check"]).expect(0).tells(&["1 suppressed"]);
}

#[test]
fn scripts_are_handed_to_shellcheck_where_it_is_installed() {
    let stage = Stage::new(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    timeout-minutes: 5\n    steps:\n      \
         - run: |\n          for f in `ls`; do\n            echo \"$f ${{ github.sha }}\"\n          done\n",
    );
    if std::process::Command::new("shellcheck").arg("--version").output().is_ok() {
        stage.windlass(&["check"]).expect(1).tells(&["SC2045", "ci.yml:8:20"]);
    } else {
        eprintln!("skipped in part: shellcheck is not installed");
    }
    stage.windlass(&["check", "--no-shellcheck"]).expect(0);
    stage.write("windlass.toml", "[check]\nshellcheck = false\n");
    stage.windlass(&["check"]).expect(0);
}

#[test]
fn sarif_is_one_document() {
    let stage = Stage::new(WRONG);
    stage.write(".github/workflows/second.yml", WRONG);
    let check = stage.windlass(&["check", "--format", "sarif"]).expect(1);
    let log: serde_json::Value = serde_json::from_str(&check.out).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let found = results.iter().filter(|it| it["ruleId"] == "gh/unknown-property");
    assert_eq!(found.count(), 2, "{results:?}");
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert!(rules.iter().any(|rule| rule["id"] == results[0]["ruleId"]));
}

#[test]
fn explains_a_code() {
    let stage = Stage::new(FINE);
    let words = ["gh/unknown-need\n\n", "Severity: error.", "\n    jobs:\n", "In order:"];
    stage.windlass(&["check", "--explain", "gh/unknown-need"]).expect(0).tells(&words);
    stage.windlass(&["check", "--explain", "unknown-need"]).expect(0).tells(&words);
    let check = stage.windlass(&["check", "--explain", "gh/unknown-ned"]).expect(2);
    check.complains(&["no code gh/unknown-ned; did you mean gh/unknown-need?"]);
    stage.windlass(&["check", "--explain", "../../x"]).expect(2).complains(&["no code ../../x"]);
    stage.windlass(&["check", "--explain"]).expect(2).complains(&["check --explain gh/cron"]);
}

#[test]
fn knows_actions_that_a_run_has_fetched() {
    let stage = Stage::new(
        "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: some/tool@v1\n        \
         with: {who: Ada, wh: Ada}\n",
    );
    let tool = stage.beside("some/tool");
    fs::create_dir_all(&tool).unwrap();
    let action = "name: a\ndescription: d\ninputs: {who: {required: true}}\n\
                  runs: {using: composite, steps: [{run: 'true', shell: bash}]}\n";
    fs::write(tool.join("action.yml"), action).unwrap();
    stage.git_in(&tool, &["init", "-q", "-b", "main"]);
    stage.git_in(&tool, &["add", "-A"]);
    stage.git_in(&tool, &["commit", "-qm", "first"]);
    stage.git_in(&tool, &["tag", "v1"]);
    let windlass = |words: &[&str]| {
        let mut command = stage.command(words);
        command.env("WINDLASS_ACTIONS_URL", stage.beside(""));
        start(command).finish()
    };
    windlass(&["check", "--fail-on", "error"]).expect(0).tells(&["0 errors"]);
    windlass(&["run"]).expect(0);
    windlass(&["check"]).expect(1).tells(&["`some/tool@v1` has no input `wh`", "1 error"]);
}

const TWICE: &str = "on: push\njobs:\n  a: {runs-on: x, steps: [{run: 'true'}]}\n  b:\n    runs-on: x\n    \
                     needs: [a, a]\n    steps: [{run: 'true'}]\n";

#[test]
fn safe_edits_are_shown_and_made() {
    let stage = Stage::new(TWICE);
    let file = stage.project().join(".github/workflows/ci.yml");
    let difference = ["--- a/.github/workflows/ci.yml", "-    needs: [a, a]", "+    needs: [a]"];
    stage.windlass(&["check", "--diff"]).expect(0).tells(&difference);
    assert_eq!(fs::read_to_string(&file).unwrap(), TWICE);
    stage.windlass(&["check", "--fix"]).expect(0).tells(&["0 errors", "1 mended"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), TWICE.replace("[a, a]", "[a]"));
    stage.windlass(&["check", "--fix"]).expect(0).conceals(&["mended"]);
}

#[test]
fn suggested_edits_are_made_only_when_asked_for() {
    let stage = Stage::new(&FINE.replace("runs-on", "runs-in"));
    let file = stage.project().join(".github/workflows/ci.yml");
    stage.windlass(&["check", "--fix"]).expect(1).conceals(&["mended"]);
    stage.windlass(&["check", "--fix", "--unsafe-fixes"]).expect(0).tells(&["1 mended"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), FINE);
}

#[test]
fn a_file_that_is_no_utf_8_is_not_mended() {
    let stage = Stage::new(FINE);
    let mut bytes = TWICE.as_bytes().to_vec();
    bytes.extend(b"# \xff\n");
    stage.write(".github/workflows/ci.yml", &bytes);
    stage.windlass(&["check", "--fix"]).expect(2).complains(&["cannot mend", "ci.yml"]);
    assert_eq!(fs::read(stage.project().join(".github/workflows/ci.yml")).unwrap(), bytes);
}

#[test]
fn a_link_and_its_permissions_stay() {
    use std::os::unix::fs::PermissionsExt;
    let stage = Stage::new(FINE);
    stage.write("real.yml", TWICE);
    let (real, link) = (stage.project().join("real.yml"), stage.project().join("link.yml"));
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real.yml", &link).unwrap();
    stage.windlass(&["check", "--fix", "link.yml"]).expect(0).tells(&["1 mended"]);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::read_to_string(&real).unwrap().contains("needs: [a]"));
}

#[test]
fn watches_until_it_is_stopped() {
    let stage = Stage::new(FINE);
    let out = stage.beside("out");
    let mut command = stage.command(&["check", "--watch"]);
    command.stdout(fs::File::create(&out).unwrap()).stderr(std::process::Stdio::null());
    let mut child = command.spawn().unwrap();
    let tells = |words: &str| fs::read_to_string(&out).unwrap().contains(words);
    assert!(soon(|| tells("0 errors, 0 warnings")));
    stage.write(".github/workflows/ci.yml", WRONG);
    assert!(soon(|| tells("1 error, 0 warnings")));
    child.kill().unwrap();
    child.wait().unwrap();
    let rounds = fs::read_to_string(&out).unwrap().matches("checked 1 file").count();
    assert!(rounds <= 4, "reading files leads to no further round: {rounds}");
}
