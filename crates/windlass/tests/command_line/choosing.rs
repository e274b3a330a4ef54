//! Which project, which dialect, which workflows.

use crate::stage::Stage;

const HELLO: &str = "on: push\njobs: {a: {runs-on: x, steps: [{run: echo hello}]}}\n";

#[test]
fn a_workflow_is_run_where_the_user_stands_or_where_c_says() {
    let stage = Stage::new(HELLO);
    stage.windlass(&["run"]).expect(0).tells(&["a | hello"]);
    std::fs::create_dir_all(stage.project().join("deep/down")).unwrap();
    stage.windlass(&["-C", "deep/down", "run"]).expect(0).tells(&["a | hello"]);
    stage.windlass(&["-C", "nowhere", "run"]).expect(2).complains(&["nowhere"]);
    stage.assert_nothing_left();
}
