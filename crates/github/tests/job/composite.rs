//! Composite actions in depth: nesting, failures, conditions, posts of inner actions.

use super::Bench;

fn composite(steps: &str) -> String {
    format!("name: c\ninputs: {{a: {{default: d}}}}\nruns:\n  using: composite\n  steps:\n{steps}")
}

#[tokio::test]
async fn actions_use_actions() {
    let outer = "
name: outer
inputs: {who: {required: true}}
outputs: {all: {value: 'outer(${{ steps.in.outputs.v }})'}}
runs:
  using: composite
  steps:
    - {id: in, uses: ./inner, with: {x: '${{ inputs.who }}!'}}
    - {shell: bash, run: 'echo outer sees [${{ inputs.x }}] ${{ steps.in.outcome }}'}
";
    let inner = "
name: inner
inputs: {x: {default: none}, y: {default: '${{ github.job }}'}}
outputs: {v: {value: '${{ steps.s.outputs.v }}'}}
runs:
  using: composite
  steps:
    - {id: s, shell: bash, run: 'echo v=${{ inputs.x }}${{ inputs.y }} >> $GITHUB_OUTPUT'}
";
    let ended = Bench::new()
        .file("outer/action.yml", outer)
        .file("inner/action.yaml", inner)
        .steps(
            "- {id: o, uses: ./outer, with: {who: me, unknown: x}}
- run: echo '${{ steps.o.outputs.all }} ${{ toJSON(steps.in) }}'",
        )
        .await;
    assert_eq!(ended.word(), "success", "{}", ended.log());
    assert_eq!(ended.printed(), ["outer sees [] success", "outer(me!job) null"]);
    assert!(ended.log().contains("Unexpected input(s) 'unknown', valid inputs are ['who']"));
    let parents: Vec<_> = ended.job.labels().into_keys().map(|node| node.to_string()).collect();
    assert!(parents.contains(&"job/o/in/s".to_owned()), "{parents:?}");
}

#[tokio::test]
async fn an_action_that_uses_itself_ends() {
    let ended = Bench::new()
        .file("a/action.yml", &composite("    - uses: ./a\n"))
        .steps("- uses: ./a")
        .await;
    assert_eq!(ended.word(), "failure");
    assert!(ended.log().contains("Composite action depth exceeded"), "{}", ended.log());
}

#[tokio::test]
async fn conditions_inside_look_at_the_action_alone() {
    let action = composite(
        "    - {shell: bash, run: 'echo inside'}
    - {shell: bash, run: 'exit 2', continue-on-error: true}
    - {shell: bash, run: 'echo goes on; exit 3'}
    - {shell: bash, run: 'echo never'}
    - {if: 'failure()', shell: bash, run: 'echo cleans up ${{ github.action_status }}'}
",
    );
    let ended = Bench::new()
        .file("a/action.yml", &action)
        .steps(
            "- run: exit 1
- {id: c, if: always(), uses: ./a}
- {if: always(), run: 'echo ${{ steps.c.outcome }}'}",
        )
        .await;
    let mut printed = ended.printed();
    printed.retain(|line| !line.starts_with("##["));
    assert_eq!(printed, ["inside", "goes on", "cleans up failure", "failure"]);
    assert!(ended.conclusions().iter().any(|line| line.starts_with("Run echo never: skipped")));
}

#[tokio::test]
async fn what_is_wrong_with_an_action_is_told() {
    let docker = "name: d\nruns: {using: docker, image: 'docker://x'}\n";
    let broken = "name: b\nruns:\n  using: composite\n  steps:\n    - run: echo\n";
    let ended = Bench::new()
        .file("d/action.yml", docker)
        .file("b/action.yml", broken)
        .steps(
            "- {continue-on-error: true, uses: ./none}
- {continue-on-error: true, uses: ./d}
- {continue-on-error: true, uses: ./b}
- {continue-on-error: true, uses: 'docker://alpine'}",
        )
        .await;
    let log = ended.log();
    assert!(log.contains("Did you forget to run actions/checkout before"), "{log}");
    assert!(log.contains("'./d/action.yml' runs in a container, and no container engine"), "{log}");
    assert!(log.contains("./b/action.yml:5:7:"), "{log}");
    assert!(log.contains("'docker://alpine' runs in a container"), "{log}");
    assert_eq!(ended.word(), "success");
}

#[tokio::test]
async fn posts_of_inner_actions_run_at_the_end() {
    let js = "name: j\ninputs: {n: {default: x}}\nruns: {using: node20, main: m.js, post: p.js, \
              post-if: \"success()\"}\n";
    let ended = Bench::new()
        .file("j/action.yml", js)
        .file("j/m.js", "console.log('main ' + process.env.INPUT_N + process.env.OUTER)")
        .file("j/p.js", "console.log('post ' + process.env.INPUT_N + process.env.OUTER)")
        .file("c/action.yml", &composite("    - {uses: ./j, with: {n: '${{ inputs.a }}'}}\n"))
        .steps("- {uses: ./c, env: {OUTER: o}}\n- {uses: ./j, with: {n: two}}\n- run: echo last")
        .await;
    let mut printed = ended.printed();
    printed.retain(|line| !line.starts_with("JavaScript") && line != "Post job cleanup.");
    let expected = ["main do", "main twoundefined", "last", "post twoundefined", "post do"];
    assert_eq!(printed, expected, "{}", ended.log());
    let failed = Bench::new()
        .file("j/action.yml", js)
        .file("j/m.js", "")
        .file("j/p.js", "console.log('never')")
        .steps("- uses: ./j\n- run: exit 1")
        .await;
    assert!(!failed.log().contains("never"), "{}", failed.log());
    let conclusions = failed.conclusions();
    assert!(
        conclusions.iter().any(|line| line.starts_with("Post Run ./j: skipped")),
        "{conclusions:?}"
    );
}

#[tokio::test]
async fn without_node_the_next_step_is_told() {
    let mut bench = Bench::new()
        .file("j/action.yml", "name: j\nruns: {using: node20, main: m.js}\n")
        .file("j/m.js", "");
    bench.options.environment = vec![("PATH".into(), "/nowhere".into())];
    let ended = bench.steps("- uses: ./j").await;
    assert_eq!(ended.word(), "failure");
    assert!(ended.log().contains("Install Node.js"), "{}", ended.log());
}
