//! Steps in place of a script, and steps that have a file of their own.
//!
//! Source of all: "CI/CD steps" in GitLab's documentation.

use super::*;

/// Sections "Return an output", "Using prior function outputs", "Specify inputs".
#[tokio::test]
async fn steps_take_inputs_and_give_outputs() {
    let dice = "spec:\n  inputs:\n    sides: {type: number, default: 6}\n  outputs:\n    rolled: {type: \
                number}\n    colour: {type: string, default: red}\n---\nexec:\n  work_dir: ${{ step_dir \
                }}\n  command: [bash, -c, 'cat word.txt; echo \"{\\\"name\\\":\\\"rolled\\\",\\\"value\\\":${{ \
                inputs.sides }}}\" >${{ output_file }}']\n";
    let ended = Bench::new()
        .await
        .file("steps/dice/step.yml", dice)
        .file("steps/dice/word.txt", "rolling\n")
        .run(
            "a:\n  variables: {CI_WHO: Sally}\n  run:\n    - {name: first, step: ./steps/dice, inputs: \
             {sides: 20}}\n    - {name: second, step: ./steps/dice}\n    - name: tell\n      env: {WHO: \
             '${{ job.CI_WHO }}'}\n      script: echo \"$WHO ${{ steps.first.outputs.rolled }} ${{ \
             steps.second.outputs.rolled }} ${{steps.first.outputs.colour}}\"\n",
        )
        .await;
    assert_eq!(ended.word, "passed", "{}", ended.log("test/a"));
    assert_eq!(ended.printed("test/a"), ["rolling", "rolling", "Sally 20 6 red"]);
}

/// Sections "Run a sequence of functions", "Specify delegated outputs", "Export an environment
/// variable" and "Environment variables", whose order of precedence it is.
#[tokio::test]
async fn steps_call_others_and_export_variables() {
    let inner = "spec:\n  inputs: {text: {}}\n  outputs: {said: {type: string}}\n---\nenv: {LEVEL: \
                 inner}\nexec:\n  command:\n    - bash\n    - -c\n    - |\n      echo \
                 \"$LEVEL $SHARED $PASSED ${{ inputs.text }}\"\n      echo \
                 '{\"name\":\"said\",\"value\":\"${{inputs.text}}!\"}' >${{output_file}}\n      echo \
                 '{\"name\":\"EXPORTED\",\"value\":\"to all\"}' >${{export_file}}\n";
    let outer = "spec:\n  outputs: delegate\n---\nenv: {LEVEL: outer, SHARED: sequence}\nrun:\n  - {name: \
                 one, step: ../inner, inputs: {text: hello}, env: {LEVEL: passed, PASSED: \
                 here}}\ndelegate: one\n";
    let ended = Bench::new()
        .await
        .file("steps/inner/step.yml", inner)
        .file("steps/outer/step.yml", outer)
        .run(
            "a:\n  run:\n    - {name: outer, step: ./steps/outer}\n    - {name: tell, script: 'echo \
             \"${{steps.outer.outputs.said}} $EXPORTED ${{ env.EXPORTED }} ${LEVEL:-unset}\"'}\n",
        )
        .await;
    assert_eq!(ended.word, "passed", "{}", ended.log("test/a"));
    assert_eq!(
        ended.printed("test/a"),
        ["inner sequence here hello", "hello! to all to all unset"]
    );
}

#[tokio::test]
async fn steps_that_cannot_run_say_why() {
    let loops = "spec:\n---\nrun: [{name: again, step: ../loops}]\n";
    let asks = "spec: {inputs: {n: {type: number}}}\n---\nexec: {command: ['true']}\n";
    let ended = Bench::new()
        .await
        .file("loops/step.yml", loops)
        .file("asks/step.yml", asks)
        .run(
            "git: {run: [{name: s, step: gitlab.com/components/echo@v1}]}\n\
             gone: {run: [{name: s, step: ./gone}]}\n\
             loops: {run: [{name: s, step: ./loops}]}\n\
             missing: {run: [{name: s, step: ./asks}]}\n\
             wrong: {run: [{name: s, step: ./asks, inputs: {n: three}}]}\n\
             other: {run: [{name: s, step: ./asks, inputs: {n: 3, m: 4}}]}\n\
             unknown: {run: [{name: s, script: 'echo ${{ inputs.x }}'}]}\n\
             fails: {run: [{name: s, script: exit 3}, {name: t, script: echo never}]}\n",
        )
        .await;
    for (job, words) in [
        ("git", "copy it into the project"),
        ("gone", "there is no file"),
        ("loops", "more than 20 times"),
        ("missing", "the input `n` is missing"),
        ("wrong", "the input `n` is no number"),
        ("other", "it takes no input `m`"),
        ("unknown", "`${{ inputs.x }}` is not known here"),
        ("fails", "exit code 3"),
    ] {
        let node = format!("test/{job}");
        let told = format!("{} {}", ended.end(&node), ended.log(&node));
        assert!(told.contains(words) && !told.contains("never\n"), "{job}: {told}");
        assert!(told.starts_with("failed exit code"), "{job}: {told}");
    }
}
