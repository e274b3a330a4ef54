//! `windlass check`: what it looks at, what it prints, how it ends.

use crate::stage::Stage;

const FINE: &str = "on: push\njobs: {a: {runs-on: x, steps: [{run: echo hello}]}}\n";
const WRONG: &str =
    "on: push\njobs: {a: {runs-on: x, steps: [{run: 'echo ${{ github.reff }}'}]}}\n";
const DOUBTFUL: &str = "on: push\njobs: {a: {runs-on: x, steps: [{run: echo, if: false}]}}\n";

#[test]
fn ends_as_its_findings_say() {
    let stage = Stage::new(FINE);
    stage.windlass(&["check"]).expect(0).tells(&["checked 1 file: 0 errors, 0 warnings"]);
    stage.write("doubt.yml", DOUBTFUL);
    stage.windlass(&["check", "doubt.yml"]).expect(0).tells(&["gh/constant-condition"]);
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
