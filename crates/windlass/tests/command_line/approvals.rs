//! Environments: approved by a word, refused where nobody can be asked.

use crate::stage::Stage;

const DEPLOYS: &str = "on: push\njobs:\n  a: {runs-on: x, environment: production, steps: [{run: echo deployed}]}\n  \
    b: {runs-on: x, steps: [{run: echo built}]}\n";

#[test]
fn without_a_terminal_an_environment_has_to_be_approved() {
    let stage = Stage::new(DEPLOYS);
    let run = stage.windlass(&["run"]).expect(1);
    run.tells(&["built", "--approve production"]).conceals(&["| deployed"]);
    for name in ["production", "PRODUCTION", "*"] {
        let run = stage.windlass(&["run", "--approve", name]).expect(0);
        run.tells(&["a | deployed"]);
    }
    stage.windlass(&["run", "--approve", "staging"]).expect(1).conceals(&["| deployed"]);
    let plan = stage.windlass(&["run", "--dry-run"]).expect(0);
    plan.tells(&["when 'production' is approved"]);
    let again = stage.windlass(&["runs", "rerun", "1", "--approve", "production"]).expect(0);
    again.tells(&["a | deployed"]);
}
