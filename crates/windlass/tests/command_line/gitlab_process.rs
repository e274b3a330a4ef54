//! Pipelines of GitLab beside each other and one after another: resource groups.

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
