//! Pipelines of GitLab from their configuration to their end.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use crate::stage::{Stage, soon, start};

#[test]
fn stages_hand_on_artifacts_and_variables() {
    let stage = Stage::gitlab(
        "stages: [build, test]\nbuild:\n  stage: build\n  script: ['echo made > made.txt', 'echo \
         LEVEL=7 > b.env']\n  artifacts: {paths: [made.txt], reports: {dotenv: b.env}}\ntest:\n  \
         stage: test\n  parallel: {matrix: [{OS: [one, two]}]}\n  script: ['cat made.txt', 'echo \
         $OS has $LEVEL in $CI_JOB_STAGE']\nalone: {stage: test, dependencies: [], script: \
         ['test ! -e made.txt']}\n",
    );
    let run = stage.windlass(&["run"]).expect(0);
    let words =
        ["one has 7 in test", "two has 7 in test", "test: [one] | made", "4 jobs (4 succeeded)"];
    run.tells(&words);
    stage.assert_nothing_left();
}

#[test]
fn failures_are_allowed_tried_again_and_cleaned_up_after() {
    let stage = Stage::gitlab(
        "stages: [one, two, three]\nwarns: {stage: one, script: [exit 3], allow_failure: \
         {exit_codes: [3]}}\ntries: {stage: one, retry: 1, script: ['test $CI_PIPELINE_SOURCE = push', \
         'echo tried', 'exit 1']}\nafter: {stage: two, script: [echo never]}\nmend: {stage: two, \
         when: on_failure, script: [echo mended], after_script: ['echo $CI_JOB_STATUS']}\nlast: \
         {stage: three, when: always, script: [echo last]}\n",
    );
    let run = stage.windlass(&["run"]).expect(1);
    assert_eq!(run.out.matches("tries | tried").count(), 2, "{}", run.out);
    run.tells(&["mended", "last", "success", "1 failed (allowed)", "1 failed", "1 skipped"])
        .conceals(&["never"]);
}

#[test]
fn manual_jobs_run_when_they_are_named() {
    let stage = Stage::gitlab(
        "a: {script: [echo first]}\nb: {when: manual, script: [echo by hand]}\nc: {script: [echo \
         third], rules: [{when: manual}]}\n",
    );
    let run = stage.windlass(&["run"]).expect(0);
    run.tells(&["echo first", "--manual b"]).conceals(&["| by hand"]);
    stage.windlass(&["run", "--manual", "b"]).expect(0).tells(&["| by hand"]);
    stage.windlass(&["run", "--manual", "nobody"]).expect(2).complains(&["no job 'nobody'"]);
    let chosen = stage.windlass(&["run", "--job", "b"]).expect(0);
    chosen.tells(&["| by hand", "1 job"]).conceals(&["| first"]);
}

#[test]
fn a_path_of_needs_waits_for_nothing_else() {
    let stage = Stage::gitlab(
        "stages: [one, two]\nslow: {stage: one, script: ['while [ ! -e $DONE ]; do sleep 0.02; \
         done']}\nquick: {stage: one, script: [echo quick]}\nnext: {stage: two, needs: [quick], \
         script: [touch $DONE]}\n",
    );
    let done = format!("DONE={}", stage.beside("done").display());
    stage.windlass(&["run", "--max-jobs", "2", "--var", &done]).expect(0);
}

#[test]
fn pipelines_start_others() {
    let stage = Stage::gitlab(
        "stages: [make, start]\nmake: {stage: make, script: ['echo \"made: {script: [echo from \
         \\$WHO]}\" > child.yml'], artifacts: {paths: [child.yml]}}\nchild: {stage: start, variables: \
         {WHO: parent}, trigger: {include: [{artifact: child.yml, job: make}], strategy: \
         depend}}\nother: {stage: start, variables: {WHO: upstream}, trigger: {project: group/other, \
         strategy: depend}}\nbroken: {stage: start, allow_failure: true, trigger: {include: \
         gone.yml}}\n",
    );
    let other = stage.beside("other");
    fs::create_dir_all(&other).unwrap();
    let configuration = "far: {script: ['cat here.txt', 'echo $WHO to $CI_PROJECT_PATH by \
                         $CI_PIPELINE_SOURCE']}\n";
    fs::write(other.join(".gitlab-ci.yml"), configuration).unwrap();
    fs::write(other.join("here.txt"), "a file of the other\n").unwrap();
    let place = format!("group/other={}", other.display());
    let run = stage.windlass(&["run", "--project", &place]).expect(0);
    run.tells(&[
        "| from parent",
        "| a file of the other",
        "| upstream to group/other by pipeline",
        "gone.yml: there is no such file",
    ]);
}

#[test]
fn secrets_come_from_a_vault_by_an_identity_token_and_are_hidden() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let vault = thread::spawn(move || {
        let mut asked = Vec::new();
        for stream in listener.incoming().take(2) {
            let mut stream = stream.unwrap();
            let mut request = vec![0; 16 * 1024];
            let length = stream.read(&mut request).unwrap();
            let request = String::from_utf8_lossy(&request[..length]).into_owned();
            let body = if request.starts_with("POST /v1/auth/jwt/login ") {
                r#"{"auth":{"client_token":"let-me-in"}}"#
            } else {
                r#"{"data":{"data":{"password":"open-sesame-42"}}}"#
            };
            asked.push(request);
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n", body.len());
            let answer = head + "connection: close\r\n\r\n" + body;
            stream.write_all(answer.as_bytes()).unwrap();
        }
        asked
    });
    let stage = Stage::gitlab(&format!(
        "job:\n  variables: {{VAULT_SERVER_URL: 'http://{address}', VAULT_AUTH_ROLE: ci}}\n  \
         id_tokens: {{TOKEN: {{aud: here}}}}\n  secrets: {{PASSWORD: {{vault: shop/db/password@kv, \
         file: false, token: $TOKEN}}}}\n  script: ['echo \"it is $PASSWORD\"', 'test \
         ${{#PASSWORD}} = 14', 'echo $TOKEN']\n"
    ));
    stage.windlass(&["run"]).expect(0).tells(&["it is ***"]).conceals(&["open-sesame-42", "eyJ"]);
    let asked = vault.join().unwrap();
    assert!(asked[0].contains("\"role\":\"ci\"") && asked[0].contains("eyJ"), "{asked:?}");
    assert!(asked[1].starts_with("GET /v1/kv/data/shop/db "), "{asked:?}");
    assert!(asked[1].to_lowercase().contains("x-vault-token: let-me-in"), "{asked:?}");
    assert!(stage.history_holds("open-sesame-42").is_empty());
}

#[test]
fn a_killed_run_goes_on_where_it_was() {
    let stage = Stage::gitlab(
        "stages: [one, two]\nfirst: {stage: one, script: [echo once >> $LIST]}\nsecond: {stage: two, \
         script: ['echo begun >> $LIST', 'while [ ! -e $GO ]; do sleep 0.02; done', 'echo done']}\n",
    );
    let (list, go) = (stage.beside("list"), stage.beside("go"));
    let variables = [format!("LIST={}", list.display()), format!("GO={}", go.display())];
    let run = start(stage.command(&["run", "--var", &variables[0], "--var", &variables[1]]));
    assert!(soon(|| fs::read_to_string(&list).is_ok_and(|text| text.contains("begun"))));
    run.signal(rustix::process::Signal::KILL);
    run.finish();
    fs::write(&go, "").unwrap();
    stage.windlass(&["runs", "resume"]).expect(0).tells(&["| done", "2 jobs (2 succeeded)"]);
    let text = fs::read_to_string(&list).unwrap();
    assert_eq!(text.matches("once").count(), 1, "{text}");
    stage.windlass(&["runs", "rerun"]).expect(0).tells(&["2 jobs (2 succeeded)"]);
    stage.assert_nothing_left();
}

#[test]
fn artifacts_go_with_their_run() {
    let stage = Stage::gitlab("a: {script: [date > kept.txt], artifacts: {paths: [kept.txt]}}\n");
    for _ in 0..3 {
        let mut run = stage.command(&["run"]);
        run.env("WINDLASS_KEEP_RUNS", "2");
        start(run).finish().expect(0);
    }
    let kept = fs::read_dir(stage.state().join("blobs/artifacts")).unwrap().count();
    assert_eq!(kept, 2);
}

/// Source: "CI/CD variables", sections "For a project", "For an instance" and "CI/CD variable
/// precedence"; "CI/CD YAML syntax reference", `rules:if`. Masking is about logs, not about rules.
#[test]
fn rules_see_the_variables_of_project_instance_and_pipeline() {
    let stage = Stage::gitlab(
        "workflow: {name: 'for $MODE with $API_TOKEN', rules: [{if: $MODE}]}\nneeds-token: {script: \
         [echo token], rules: [{if: '$API_TOKEN =~ /^glpat/'}]}\nin-region: {script: ['echo region \
         $REGION'], rules: [{if: '$REGION == \"north\"'}]}\nfull: {script: [echo full], rules: [{if: \
         '$MODE == \"full\"'}]}\nchild: {trigger: {include: child.yml}}\nvariables: {REGION: \
         south}\n",
    );
    fs::write(
        stage.project().join("child.yml"),
        "inner: {script: [echo inner], rules: [{if: '$API_TOKEN'}]}\nalways: \
         {script: [echo always]}\n",
    )
    .unwrap();
    let all = ["run", "--var", "MODE=full", "--secret", "API_TOKEN=glpat-1234567890", "--env"];
    let run = stage.windlass(&[&all[..], &["REGION=north"]].concat()).expect(0);
    run.tells(&["for full with [MASKED]", "| token", "| region north", "| full", "| inner"])
        .conceals(&["glpat-1234567890"]);
    let run = stage.windlass(&["run", "--var", "MODE=small", "--dry-run"]).expect(0);
    run.tells(&["child"]).tells(&["needs-token would not run", "in-region would not run"]);
    stage.windlass(&["run", "--dry-run"]).expect(2).complains(&["create no pipeline"]);
}
