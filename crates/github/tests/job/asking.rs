//! The hook that asks a person after a failure.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use windlass_github::job::{AfterFailure, FailedStep, FailureHook};

use super::Bench;

/// Answers from a list, and remembers what it was asked.
#[derive(Default)]
struct Scripted {
    answers: Mutex<Vec<AfterFailure>>,
    asked: Mutex<Vec<FailedStep>>,
}

#[async_trait]
impl FailureHook for Scripted {
    async fn decide(&self, step: FailedStep) -> AfterFailure {
        self.asked.lock().expect("a lock").push(step);
        self.answers.lock().expect("a lock").pop().unwrap_or(AfterFailure::Continue)
    }
}

fn asked(answers: &[AfterFailure]) -> (Bench, Arc<Scripted>) {
    let hook = Arc::new(Scripted::default());
    hook.answers.lock().expect("a lock").extend(answers.iter().rev());
    let mut bench = Bench::new();
    bench.options.on_failure = Some(hook.clone());
    (bench, hook)
}

const STEPS: &str = "- {name: one, run: 'test -f mended || { touch mended; exit 7; }', env: {A: b}}
- run: echo two
- {if: always(), run: echo three}";

#[tokio::test]
async fn a_step_is_retried() {
    let (bench, hook) = asked(&[AfterFailure::Retry]);
    let ended = bench.steps(STEPS).await;
    assert_eq!(ended.word(), "success", "{}", ended.log());
    let asked = hook.asked.lock().expect("a lock");
    assert_eq!((asked[0].label.as_str(), asked[0].reason.as_str()), ("one", "exit code 7"));
    assert!(asked[0].environment.contains(&("A".into(), "b".into())));
    assert!(asked[0].script.is_some() && asked[0].directory.ends_with("work"));
}

#[tokio::test]
async fn a_job_is_ended() {
    let (bench, _) = asked(&[AfterFailure::Stop]);
    let ended = bench.steps(STEPS).await;
    assert_eq!(ended.word(), "failure");
    assert!(!ended.log().contains("three"), "{}", ended.log());
    assert_eq!(ended.conclusions()[2], "Run echo three: skipped (the job was ended by hand)");
}

#[tokio::test]
async fn a_job_is_ended_from_inside_an_action() {
    let action = "name: c\nruns:\n  using: composite\n  steps:\n    \
                  - {shell: bash, run: exit 2}\n    - {if: always(), shell: bash, run: echo inner}\n";
    let (bench, _) = asked(&[AfterFailure::Stop]);
    let ended = bench
        .file("a/action.yml", action)
        .steps("- uses: ./a\n- {if: always(), run: echo outer}")
        .await;
    assert!(!ended.log().contains("\ninner\n") && !ended.log().contains("\nouter\n"));
}

#[tokio::test]
async fn it_goes_on_as_the_workflow_says() {
    let (bench, _) = asked(&[AfterFailure::Continue]);
    let ended = bench.steps(STEPS).await;
    assert_eq!(ended.word(), "failure");
    assert!(ended.log().contains("\nthree\n") && !ended.log().contains("\ntwo\n"));
}

#[tokio::test]
async fn an_excused_step_asks_nobody() {
    let (bench, hook) = asked(&[]);
    bench.steps("- {continue-on-error: true, run: exit 1}").await;
    assert!(hook.asked.lock().expect("a lock").is_empty());
}

#[tokio::test]
async fn a_step_inside_an_action_asks_once() {
    let action = "name: c\nruns:\n  using: composite\n  steps:\n    \
                  - {name: inside, shell: bash, run: exit 2}\n    - {name: js, if: always(), uses: ./j}\n";
    let (bench, hook) = asked(&[]);
    let ended = bench
        .file("a/action.yml", action)
        .file("j/action.yml", "name: j\nruns: {using: node20, main: m.js}\n")
        .file("j/m.js", "process.exit(4)")
        .steps("- uses: ./a")
        .await;
    assert_eq!(ended.word(), "failure");
    let asked = hook.asked.lock().expect("a lock");
    let asked: Vec<_> = asked.iter().map(|step| (&*step.label, &*step.reason)).collect();
    assert_eq!(asked, [("inside", "exit code 2"), ("js", "exit code 4")]);
}
