//! What jobs of GitLab pipelines keep: artifacts, reports and caches.
//!
//! What is expected is told by "Job artifacts" (<https://docs.gitlab.com/ci/jobs/job_artifacts/>),
//! "CI/CD YAML syntax reference" (<https://docs.gitlab.com/ci/yaml/>, `artifacts` and `cache`) and
//! "Caching in GitLab CI/CD" (<https://docs.gitlab.com/ci/caching/>).

use std::{fs, thread, time::Duration};

use jiff::Timestamp;

use crate::stage::{Stage, files_below, soon, start};

/// `artifacts:name` (`artifacts` where there is none), `artifacts:reports`: each kind is an
/// artifact of its own.
#[test]
fn artifacts_are_listed_by_job_unpacked_and_removed() {
    let stage = Stage::gitlab(
        "build:\n  script: [mkdir -p out, 'echo one > out/a.txt', ln -s a.txt out/link, 'echo \
         \"<testsuite><testcase/></testsuite>\" > t.xml']\n  artifacts: {name: \
         'build-$CI_COMMIT_REF_NAME', paths: [out/], reports: {junit: t.xml}}\n\
         left: {script: ['echo two > b.txt'], artifacts: {paths: [b.txt]}}\n\
         other/side: {script: ['echo three > b.txt'], artifacts: {paths: [b.txt]}}\n",
    );
    stage.windlass(&["run"]).expect(0);
    let list = stage.windlass(&["artifacts", "list"]).expect(0);
    list.tells(&["build-main  archive", "junit       junit    build", "other/side", "#1"]);
    let get = stage.windlass(&["artifacts", "get", "build-main", "--into", "../got"]).expect(0);
    get.tells(&["2 files in ../got"]);
    assert_eq!(fs::read_to_string(stage.beside("got/out/link")).unwrap(), "one\n");
    stage.windlass(&["artifacts", "get", "junit", "--into", "../junit"]).expect(0);
    assert!(stage.beside("junit/t.xml").is_file());
    let several = stage.windlass(&["artifacts", "get", "artifacts"]).expect(2);
    several.complains(&["several jobs", "--job", "left, other/side"]);
    let words = ["artifacts", "get", "artifacts", "--job", "other/side", "--into", "../other"];
    stage.windlass(&words).expect(0);
    assert_eq!(fs::read_to_string(stage.beside("other/b.txt")).unwrap(), "three\n");
    stage.windlass(&["artifacts", "remove", "artifacts", "--job", "left"]).expect(0);
    let list = stage.windlass(&["artifacts", "list"]).expect(0);
    list.tells(&["other/side"]).conceals(&["left"]);
}

/// `artifacts:expire_in`: human words, `never`, and thirty days where nothing is said.
#[test]
fn artifacts_are_kept_as_long_as_they_say() {
    let stage = Stage::gitlab(
        "a: {script: [touch x], artifacts: {paths: [x], expire_in: 3 mins 4 sec}}\n\
         b: {script: [touch x], artifacts: {paths: [x], expire_in: never}}\n\
         c: {script: [touch x], artifacts: {paths: [x]}}\n",
    );
    stage.windlass(&["run"]).expect(0);
    let json = stage.windlass(&["artifacts", "list", "--json"]).expect(0);
    let listed: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let expiry = |job: &str| {
        let artifacts = listed.as_array().unwrap().iter();
        let found = artifacts.filter(|it| it["node"] == format!("test/{job}"));
        found.map(|it| it["expires_at"].clone()).next().unwrap()
    };
    let seconds_left = |job: &str| {
        let at: Timestamp = expiry(job).as_str().unwrap().parse().unwrap();
        at.duration_since(Timestamp::now()).as_secs()
    };
    assert!((100..=184).contains(&seconds_left("a")));
    assert_eq!(expiry("b"), serde_json::Value::Null);
    let month = 30 * 24 * 60 * 60;
    assert!((month - 84..=month).contains(&seconds_left("c")));
}

/// Expired artifacts are removed, and a job does not run without what it needs ("Job artifacts",
/// a job that depends on expired artifacts fails).
#[test]
fn expired_artifacts_are_removed_and_handed_to_nobody() {
    let stage = Stage::gitlab(
        "stages: [a, b]\n\
         make: {stage: a, script: ['echo x > x.txt'], artifacts: {paths: [x.txt], expire_in: 1 \
         sec}}\n\
         use: {stage: b, script: ['sleep 1.2', 'test -e $GO']}\n",
    );
    let go = format!("GO={}", stage.beside("go").display());
    stage.windlass(&["run", "--var", &go]).expect(1);
    fs::write(stage.beside("go"), "").unwrap();
    let again = stage.windlass(&["runs", "rerun", "--failed"]).expect(1);
    again.tells(&["the artifacts of 'make' cannot be had: they have expired"]);
    stage.windlass(&["artifacts", "list"]).expect(0).conceals(&["make"]);
    assert!(soon(|| files_below(&stage.state().join("blobs/artifacts")).is_empty()));
}

/// A job that makes more than it may fails, as one whose archive GitLab refuses.
#[test]
fn artifacts_have_a_largest_size() {
    let stage =
        Stage::gitlab("a: {script: ['head -c 1500000 /dev/zero > x'], artifacts: {paths: [x]}}\n");
    let mut run = stage.command(&["run"]);
    run.env("WINDLASS_ARTIFACT_LIMIT", "1");
    let run = start(run).finish().expect(1);
    run.tells(&["the artifacts cannot be kept: they take more than the 1000000 bytes"]);
    assert!(files_below(&stage.state().join("blobs/artifacts")).is_empty());
}

/// A job that is tried again is a new job, whose artifacts count ("CI/CD YAML syntax reference",
/// `retry`).
#[test]
fn artifacts_of_the_last_attempt_count() {
    let stage = Stage::gitlab(
        "stages: [a, b]\n\
         make: {stage: a, retry: 1, script: ['echo x >> $LIST', 'cp $LIST out.txt', 'test $(wc -l < \
         $LIST) = 2'], artifacts: {paths: [out.txt], when: always}}\n\
         use: {stage: b, script: ['test $(wc -l < out.txt) = 2']}\n",
    );
    let list = format!("LIST={}", stage.beside("list").display());
    stage.windlass(&["run", "--var", &list]).expect(0);
    let list = stage.windlass(&["artifacts", "list"]).expect(0);
    assert_eq!(list.out.lines().count(), 2, "{}", list.out);
}

/// Caches lie until somebody clears them; they are found by the whole key.
#[test]
fn caches_are_listed_and_removed() {
    let stage = Stage::gitlab(
        "a:\n  script: [mkdir -p deps, 'ls deps', 'echo x > deps/x']\n  cache: {key: \
         deps-$CI_COMMIT_REF_NAME, paths: [deps/]}\n",
    );
    stage.windlass(&["run"]).expect(0).tells(&["no cache deps-main"]);
    stage.windlass(&["run"]).expect(0).tells(&["Successfully extracted cache deps-main", "| x"]);
    let list = stage.windlass(&["caches", "list"]).expect(0);
    list.tells(&["deps-main-protected"]);
    let get = stage.windlass(&["caches", "get", "deps-main-protected", "--to", "../c.tar"]);
    get.expect(0);
    let mut tar = std::process::Command::new("tar");
    tar.arg("-tf").arg(stage.beside("c.tar"));
    let listed = String::from_utf8(tar.output().unwrap().stdout).unwrap();
    assert!(listed.contains("deps/x"), "{listed}");
    stage.windlass(&["caches", "remove", "deps-main-protected"]).expect(0);
    stage.windlass(&["run"]).expect(0).tells(&["no cache deps-main"]);
}

/// A masked variable in a key or a name is written down nowhere.
#[test]
fn secrets_in_names_and_keys_are_hidden() {
    let stage = Stage::gitlab(
        "a: {script: ['ls', 'echo x > x'], artifacts: {name: n-$WORD, paths: [x]}, cache: {key: \
         k-$WORD, paths: [x]}}\n",
    );
    let run = |word: &str| {
        let secret = format!("WORD={word}");
        stage.windlass(&["run", "--secret", &secret]).expect(0)
    };
    run("open-sesame-42").conceals(&["extracted cache"]);
    run("open-sesame-42").tells(&["extracted cache"]);
    run("close-sesame-43").conceals(&["extracted cache"]);
    assert!(stage.history_holds("open-sesame-42").is_empty());
    stage.windlass(&["artifacts", "list"]).expect(0).tells(&["n-***"]);
    stage.windlass(&["caches", "list"]).expect(0).tells(&["k-***"]);
}

/// All caches of a project have one limit; the one used least recently goes first.
#[test]
fn caches_make_room_for_those_used_last() {
    let stage = Stage::gitlab(
        "a:\n  script: ['head -c 400000 /dev/zero > x']\n  cache: {key: $KEY, paths: [x], unprotect: \
         true, policy: $POLICY}\n",
    );
    let run = |key: &str, policy: &str| {
        let (key, policy) = (format!("KEY={key}"), format!("POLICY={policy}"));
        let mut run = stage.command(&["run", "--var", &key, "--var", &policy]);
        run.env("WINDLASS_CACHE_LIMIT", "1");
        thread::sleep(Duration::from_millis(5));
        start(run).finish().expect(0)
    };
    run("one", "push");
    run("two", "push");
    run("one", "pull");
    run("three", "push");
    let list = stage.windlass(&["caches", "list"]).expect(0);
    list.tells(&["one", "three"]).conceals(&["two"]);
    // What is larger than all caches may be is not kept, and the job does not fail by it.
    stage.write(
        ".gitlab-ci.yml",
        "a: {script: ['head -c 1400000 /dev/zero > x'], cache: {key: big, paths: [x]}}\n",
    );
    let run = run("big", "push");
    run.tells(&["the cache cannot be kept: they take more than the 1000000 bytes"]);
    stage.windlass(&["caches", "list"]).expect(0).tells(&["one", "three"]).conceals(&["big"]);
}

/// Jobs that keep and bring one cache at the same time have a whole one each.
#[test]
fn jobs_at_the_same_time_share_a_cache() {
    let stage = Stage::gitlab(
        "fill: {stage: .pre, script: ['for i in 1 2 3; do head -c 100000 /dev/zero > $i.bin; done'], \
         cache: {key: k, paths: ['*.bin']}}\n\
         use:\n  parallel: 12\n  script: ['test $(ls *.bin | wc -l) = 3', 'test $(cat *.bin | wc -c) \
         = 300000']\n  cache: {key: k, paths: ['*.bin']}\n",
    );
    let run = stage.windlass(&["run", "--max-jobs", "6"]).expect(0);
    run.conceals(&["cannot be"]);
    let blobs = fs::read_dir(stage.state().join("blobs/caches")).unwrap().count();
    assert_eq!(blobs, 1, "one cache is left of thirteen");
}

/// A run that is killed while it keeps a cache leaves nothing that anybody sees, and the next run
/// clears it away.
#[test]
fn a_killed_save_leaves_nothing() {
    let stage = Stage::gitlab("a: {script: ['echo x > x'], cache: {key: k, paths: [x]}}\n");
    stage.windlass(&["run"]).expect(0);
    // A large file takes a while to be packed.
    let script = "a: {script: [truncate -s 600M x], cache: {key: k, paths: [x]}}\n";
    stage.write(".gitlab-ci.yml", script);
    let run = start(stage.command(&["run"]));
    let work = stage.state().join("work");
    assert!(soon(|| files_below(&work).iter().any(|file| file.ends_with("archive"))));
    run.signal(rustix::process::Signal::KILL);
    run.finish();
    let list = stage.windlass(&["caches", "list"]).expect(0);
    list.tells(&["k-protected"]).conceals(&[" MB"]);
    stage.write(".gitlab-ci.yml", "a: {script: ['cat x'], cache: {key: k, paths: [x]}}\n");
    stage.windlass(&["run"]).expect(0).tells(&["| x"]);
    let blobs = fs::read_dir(stage.state().join("blobs/caches")).unwrap().count();
    assert_eq!(blobs, 1);
}
