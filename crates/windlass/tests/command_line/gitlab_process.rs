//! Pipelines of GitLab beside each other and one after another: resource groups, and what they need
//! of other projects; their drawings.

use std::{fs, thread, time::Duration};

use crate::stage::{Stage, soon, start};

/// GitLab's "Resource group": one job of a group at a time, over all pipelines of the project.
#[test]
fn runs_at_the_same_time_take_turns_in_a_resource_group() {
    let stage = Stage::gitlab(
        "deploy: {resource_group: prod, script: ['mkdir $ALONE', 'sleep 0.4', 'rmdir $ALONE']}\n",
    );
    let alone = format!("ALONE={}", stage.beside("alone").display());
    let words = ["run", "--var", &alone];
    let runs = [start(stage.command(&words)), start(stage.command(&words))];
    for run in runs {
        run.finish().expect(0);
    }
    stage.assert_nothing_left();
}

/// The same page, section "Process modes": with `oldest_first` the job of the older pipeline goes
/// first, although that of the newer one is ready before it.
#[test]
fn the_oldest_pipeline_goes_first_where_the_group_says_so() {
    let stage = Stage::gitlab(
        "stages: [build, deploy]\nbuild: {stage: build, script: ['touch $READY', 'until [ -e $GO ]; \
         do sleep 0.05; done']}\ndeploy: {stage: deploy, resource_group: prod, script: ['echo $WHO \
         >> $ORDER']}\n",
    );
    stage.write("windlass.toml", "[gitlab.resource-groups]\nprod = \"oldest_first\"\n");
    let beside = |name: &str| stage.beside(name).display().to_string();
    let (go, order) = (stage.beside("go"), stage.beside("order"));
    let run = |who: &str, go: &str| {
        let ready = beside(&format!("ready-{who}"));
        let pairs = [("WHO", who), ("GO", go), ("ORDER", &beside("order")), ("READY", &ready)];
        let pairs = pairs.map(|(name, value)| format!("{name}={value}"));
        let words = ["run", "--var", &pairs[0], "--var", &pairs[1], "--var", &pairs[2], "--var"];
        let run = start(stage.command(&[&words[..], &[&pairs[3]]].concat()));
        assert!(soon(|| stage.beside(&format!("ready-{who}")).exists()));
        run
    };
    let older = run("older", &go.display().to_string());
    let newer = run("newer", "/");
    // Time enough to deploy, if nothing held it back.
    thread::sleep(Duration::from_millis(800));
    assert!(!order.exists(), "the newer one went first");
    fs::write(&go, "").unwrap();
    older.finish().expect(0);
    newer.finish().expect(0);
    assert_eq!(fs::read_to_string(&order).unwrap(), "older\nnewer\n");
}

/// "CI/CD YAML syntax reference", `needs`, `stages` and `trigger:strategy`: stages are drawn as
/// groups; a child pipeline from a file of the project is drawn below its trigger job, and whoever
/// waits for a trigger job with `strategy: depend` waits for that pipeline's jobs.
#[test]
fn a_pipeline_is_drawn_with_its_child_pipelines() {
    let stage = Stage::gitlab(
        "stages: [build, test, deploy]\nbuild: {stage: build, script: x}\nquick: {stage: test, needs: \
         [], script: x}\nchild: {stage: test, trigger: {include: child.yml, strategy: \
         depend}}\ngenerated: {stage: test, trigger: {include: [{artifact: a.yml, job: \
         build}]}}\nfar: {stage: deploy, needs: [build], trigger: group/far}\ndeploy: {stage: deploy, needs: \
         [child], script: x}\n",
    );
    stage.write("child.yml", "one: {script: x}\ntwo: {script: x, needs: [one]}\n");
    let drawn = stage.windlass(&["graph", "--format", "mermaid"]).expect(0).out;
    let label = |name: &str| {
        let is_node =
            |line: &&str| !line.contains("subgraph") && line.contains(&format!("[\"{name}\"]"));
        let node = drawn
            .lines()
            .find(is_node)
            .map(|line| line.trim().split('[').next().unwrap().to_owned());
        node.unwrap_or_else(|| panic!("no {name} in {drawn}"))
    };
    for (one, other) in [
        ("build", "child"),
        ("child", "one"),
        ("one", "two"),
        ("two", "deploy"),
        ("build", "far (group/far)"),
    ] {
        let edge = format!("{} --> {}", label(one), label(other));
        assert!(drawn.contains(&edge), "{edge} for {one} and {other} in {drawn}");
    }
    assert!(drawn.contains("[\"child: test\"]") && drawn.contains("[\"deploy\"]"), "{drawn}");
    assert!(!drawn.contains(&format!("{} --> {}", label("build"), label("quick"))), "{drawn}");
    stage.windlass(&["graph"]).expect(0).tells(&["build", "generated", "two"]);
    let drawn = stage.windlass(&["graph", "--format", "svg"]).expect(0);
    drawn.tells(&["<svg", ">two<"]);
    stage
        .windlass(&["graph", "--dialect", "github"])
        .expect(2)
        .complains(&["no .github/workflows"]);
}

/// "CI/CD YAML syntax reference", `needs:project` (the latest successful job, whatever became of its
/// pipeline) and `needs:pipeline` (the latest pipeline of the default branch).
#[test]
fn pipelines_need_what_other_projects_made_on_this_machine() {
    let stage = Stage::gitlab(
        "stages: [a, b]\nstatus: {stage: a, allow_failure: true, needs: {pipeline: \
         group/other}}\nuse: {stage: b, needs: [{project: group/other, job: build, ref: main, artifacts: \
         true}], script: [cat made.txt]}\n",
    );
    let run = stage.windlass(&["run"]).expect(1);
    run.tells(&["group/other is known on this machine", "--project group/other=FOLDER"]);
    let other = stage.beside("other");
    fs::create_dir_all(&other).unwrap();
    let configuration = |made: &str, status: &str| {
        let text = format!(
            "stages: [a, b]\nbuild: {{stage: a, script: ['{made}'], artifacts: {{paths: \
             [made.txt]}}}}\nends: {{stage: b, script: [{status}]}}\n"
        );
        fs::write(other.join(".gitlab-ci.yml"), text).unwrap();
    };
    configuration("echo first > made.txt", "exit 1");
    let place = format!("group/other={}", other.display());
    let words = ["run", "--project", &place];
    stage.windlass(&words).expect(1).tells(&["no successful job 'build'", "`windlass run` in"]);
    let folder = other.display().to_string();
    stage.windlass(&["-C", &folder, "run"]).expect(1);
    let run = stage.windlass(&words).expect(0);
    run.tells(&["| first", "has the status 'failed'", "1 failed (allowed)"]);
    configuration("false", "exit 0");
    stage.windlass(&["-C", &folder, "run"]).expect(1);
    stage.windlass(&words).expect(0).tells(&["| first"]);
    configuration("echo second > made.txt", "exit 0");
    stage.windlass(&["-C", &folder, "run"]).expect(0);
    stage.windlass(&words).expect(0).tells(&["| second", "has the status 'passed'", "2 succeeded"]);
}

/// "Environments", sections "Limit the environment scope of a CI/CD variable" and "Stop an
/// environment after a certain time period"; `environment:action`: what does not deploy leaves the
/// environment as it is, and stopping it ends it.
#[test]
fn environments_have_variables_of_their_own_and_an_end() {
    let stage = Stage::gitlab(
        "stages: [deploy, look, stop]\nreview: {stage: deploy, environment: {name: review/$CI_COMMIT_REF_SLUG, url: \
         'https://$WHERE', on_stop: stop, auto_stop_in: 1 second}, script: ['echo to $WHERE']}\nlook: {stage: look, \
         environment: {name: review/$CI_COMMIT_REF_SLUG, action: verify}, script: ['echo see $WHERE as \
         $CI_ENVIRONMENT_ACTION']}\nplain: {stage: look, script: ['echo at $WHERE'], rules: [{if: $WHERE == \
         \"anywhere\"}]}\nscoped: {stage: look, script: [echo never], rules: [{if: $WHERE == \
         \"reviews\"}]}\nstop: {stage: stop, when: manual, environment: {name: review/$CI_COMMIT_REF_SLUG, action: \
         stop}, script: ['echo stopped $WHERE']}\n",
    );
    let variable = |value: &str, scope: &str| {
        let scope = format!("environment-scope = \"{scope}\"\n");
        format!("[[gitlab.variables]]\nname = \"WHERE\"\nvalue = \"{value}\"\n{scope}")
    };
    let settings = [variable("reviews", "review/*"), variable("anywhere", "*")].concat();
    stage.write("windlass.toml", &settings);
    let run = stage.windlass(&["run"]).expect(0);
    run.tells(&[
        "to reviews",
        "see reviews as verify",
        "| at anywhere",
        "to be stopped in 1 second",
    ])
    .conceals(&["never"]);
    thread::sleep(Duration::from_millis(1100));
    let stop = ["run", "--job", "stop", "--no-needs", "--ref", "main"];
    let run = stage.windlass(&stop).expect(0);
    let over = "'review/main' is over: `windlass run --job stop --no-needs --ref main`";
    run.tells(&[over, "stopped reviews"]);
    stage.windlass(&stop).expect(0).conceals(&["is over"]);
}

/// "Types of manual jobs": a blocking one holds the pipeline, which GitLab shows as blocked until
/// somebody starts it; the run says by which words it goes on.
#[test]
fn a_blocked_pipeline_says_how_it_goes_on() {
    let stage = Stage::gitlab(
        "stages: [a, b]\n'ask me': {stage: a, when: manual, allow_failure: false, script: [echo \
         asked]}\nb: {stage: b, script: [echo behind]}\n",
    );
    let run = stage.windlass(&["run"]).expect(0);
    run.tells(&["Pipeline is blocked", "'ask me' was not started", "use --manual 'ask me'"])
        .conceals(&["| behind"]);
    stage.windlass(&["run", "--manual", "ask me"]).expect(0).tells(&["| asked", "| behind"]);
}

/// "CI/CD inputs", "Define pipeline inputs in external files" (`spec:include`).
#[test]
fn inputs_may_be_defined_in_a_file_of_their_own() {
    let stage = Stage::gitlab(
        "spec:\n  include: [{local: /shared-inputs.yml}]\n---\ndeploy: {script: ['echo to $[[ \
         inputs.environment ]] in $[[ inputs.region ]]']}\n",
    );
    let shared =
        "inputs:\n  environment: {options: [staging, production]}\n  region: {default: here}\n";
    stage.write("shared-inputs.yml", shared);
    let run = stage.windlass(&["run", "--input", "environment=staging"]).expect(0);
    run.tells(&["| to staging in here"]);
    stage.windlass(&["run", "--input", "environment=mars"]).expect(2).complains(&["environment"]);
}
