//! `--action`: a source from a folder or a Git repository.

use std::fs;

use crate::stage::Stage;

fn action(text: &str) -> String {
    format!(
        "name: a\ndescription: d\nruns: {{using: composite, steps: [{{run: echo {text}, shell: bash}}]}}\n"
    )
}

const USES: &str = "on: push\njobs: {a: {runs-on: x, steps: [{uses: some/tool@v1}]}}\n";

#[test]
fn a_plain_folder_is_used_as_it_is() {
    let stage = Stage::new(USES);
    fs::create_dir(stage.beside("tool")).unwrap();
    fs::write(stage.beside("tool/action.yml"), action("from-folder")).unwrap();
    stage.windlass(&["run", "--action", "some/tool=../tool"]).expect(0).tells(&["a | from-folder"]);
    stage.write("deep/down/file", "");
    let again = stage.windlass(&["-C", "deep/down", "runs", "rerun", "1"]).expect(0);
    again.tells(&["a | from-folder"]);
    stage.windlass(&["run", "--action", "Some/Tool=../tool"]).expect(0).tells(&["a | from-folder"]);
    stage.windlass(&["run", "--action", "tool=../tool"]).expect(2).complains(&["OWNER/REPO"]);
    stage
        .windlass(&["run", "--action", "some/tool=../no"])
        .expect(2)
        .complains(&["no folder '../no'"]);
}

#[test]
fn in_a_repository_the_reference_is_looked_up() {
    let stage = Stage::new(USES);
    let (work, bare) = (stage.beside("work"), stage.beside("tool.git"));
    fs::create_dir(&work).unwrap();
    stage.git_in(&work, &["init", "-q", "-b", "main"]);
    for (text, tag) in [("first", "v1"), ("second", "v2")] {
        fs::write(work.join("action.yml"), action(text)).unwrap();
        stage.git_in(&work, &["add", "-A"]);
        stage.git_in(&work, &["commit", "-qm", text]);
        stage.git_in(&work, &["tag", tag]);
    }
    stage.git_in(&work, &["clone", "-q", "--bare", ".", &bare.to_string_lossy()]);
    let url = format!("some/tool=file://{}", bare.display());
    for place in ["some/tool=../work", "some/tool=../tool.git", &url] {
        let run = stage.windlass(&["run", "--action", place]).expect(0);
        run.tells(&["a | first"]).conceals(&["a | second"]);
    }
}
