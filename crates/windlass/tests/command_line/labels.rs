//! `runs-on`: another system's label is warned of, and refused where labels are taken strictly.

use crate::stage::Stage;

const JOBS: &str = "on: push\njobs:\n  own: {runs-on: ubuntu-latest, steps: [{run: echo at home}]}\n  \
    other: {runs-on: windows-latest, steps: [{run: echo abroad}]}\n";

#[test]
fn a_label_of_another_system_is_warned_of() {
    let stage = Stage::new(JOBS);
    let run = stage.windlass(&["run"]).expect(0);
    run.tells(&["| at home", "| abroad", "This job asks for 'windows-latest' (Windows)"]);
}

#[test]
fn strict_labels_refuse_the_job_before_its_first_step() {
    let stage = Stage::new(JOBS);
    let run = stage.windlass(&["run", "--strict-labels"]).expect(1);
    run.tells(&["| at home", "--strict-labels the job runs here all the same"])
        .conceals(&["other | abroad"]);
}
