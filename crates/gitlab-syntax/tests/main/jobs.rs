//! Jobs: defaults, `extends`, matrices and `needs`, as the "CI/CD YAML syntax reference" says.

use std::time::Duration;

use windlass_gitlab_syntax::pipeline::{AllowFailure, Need, SecretProvider, TriggerTarget, When};

use crate::project::Project;

/// Source: sections `default` and `inherit`.
#[test]
fn defaults_are_for_jobs_that_say_nothing_and_inherit_chooses_among_them() {
    let text = "\
default: {image: one, before_script: [prepare], retry: 1, interruptible: true}
variables: {A: a, B: b}
all: {script: s}
own: {script: s, image: two}
none: {script: s, inherit: {default: false, variables: false}}
some: {script: s, inherit: {default: [retry], variables: [B]}}
start: {trigger: group/other}
";
    let jobs = Project::new(text).pipeline().jobs;
    let image = |name: &str| jobs[name].image.as_ref().map(|image| image.name.clone());
    assert_eq!(image("all").as_deref(), Some("one"));
    assert_eq!(image("own").as_deref(), Some("two"));
    assert_eq!((image("none"), jobs["none"].variables.is_empty()), (None, true));
    assert_eq!((image("some"), jobs["some"].retry.max), (None, 1));
    assert_eq!(jobs["some"].variables.0.keys().collect::<Vec<_>>(), ["B"]);
    assert_eq!((image("start"), jobs["start"].interruptible), (None, true));
    let target = TriggerTarget::Project { project: "group/other".to_owned(), branch: None };
    assert_eq!(jobs["start"].trigger.as_ref().unwrap().target, target);
}

/// Source: section `extends`: hashes are merged, arrays are not, and the last one wins.
#[test]
fn a_job_takes_over_what_it_extends() {
    let text = "\
.a: {variables: {X: a, Y: a}, script: [a], tags: [a]}
.b: {extends: .a, variables: {Y: b}}
.c: {script: [c]}
job: {extends: [.b, .c], variables: {Z: job}}
";
    let job = Project::new(text).pipeline().jobs.swap_remove("job").unwrap();
    let variables: Vec<&str> = job.variables.iter().map(|(_, it)| it.value.as_str()).collect();
    assert_eq!(
        (variables, job.script, job.tags),
        (vec!["a", "b", "job"], vec!["c".into()], vec!["a".into()])
    );
}

/// Source: sections `parallel`, `parallel:matrix` and `needs:parallel:matrix`; "Matrix expressions
/// in GitLab CI/CD".
#[test]
fn a_matrix_makes_jobs_and_needs_choose_among_them() {
    let text = "\
build:
  stage: build
  script: b
  parallel: {matrix: [{OS: [linux, mac], ARCH: x64}, {OS: bsd}]}
shards: {script: s, parallel: 2}
test:
  script: t
  parallel: {matrix: [{SYSTEM: [linux, mac]}]}
  needs: [{job: build, parallel: {matrix: [{OS: '$[[ matrix.SYSTEM ]]'}]}}]
all: {script: a, needs: [build]}
";
    let jobs = Project::new(text).pipeline().jobs;
    let names: Vec<&String> = jobs.keys().collect();
    assert_eq!(
        names,
        [
            "build: [linux, x64]",
            "build: [mac, x64]",
            "build: [bsd]",
            "shards 1/2",
            "shards 2/2",
            "test: [linux]",
            "test: [mac]",
            "all"
        ]
    );
    let needs = |name: &str| -> Vec<String> {
        let needs = jobs[name].needs.as_ref().unwrap().iter();
        needs
            .map(|need| match need {
                Need::Job { job, .. } => job.clone(),
                other => panic!("{other:?}"),
            })
            .collect()
    };
    assert_eq!(needs("test: [mac]"), ["build: [mac, x64]"]);
    assert_eq!(needs("all").len(), 3);
    assert_eq!(jobs["build: [bsd]"].variables.value("OS"), Some("bsd"));
    assert_eq!(jobs["shards 2/2"].parallel.as_ref().unwrap().index, 2);
}

/// Source: sections `when`, `allow_failure` and `rules:when`.
#[test]
fn a_manual_job_holds_the_pipeline_back_only_by_its_rules() {
    let text = "\
plain: {script: s, when: manual}
by_rules: {script: s, rules: [{when: manual}]}
told: {script: s, when: manual, allow_failure: false}
later: {script: s, when: delayed, start_in: 1h 30m}
codes: {script: s, allow_failure: {exit_codes: [137, 255]}}
";
    let jobs = Project::new(text).pipeline().jobs;
    let of = |name: &str| (jobs[name].when, jobs[name].allow_failure.clone());
    assert_eq!(of("plain"), (When::Manual, AllowFailure::Yes));
    assert_eq!(of("by_rules"), (When::Manual, AllowFailure::No));
    assert_eq!(of("told"), (When::Manual, AllowFailure::No));
    assert_eq!(of("codes"), (When::OnSuccess, AllowFailure::ExitCodes(vec![137, 255])));
    assert_eq!(jobs["later"].start_in, Some(Duration::from_secs(5400)));
}

/// Source: section `secrets:vault`.
#[test]
fn the_short_form_of_a_vault_secret_has_path_field_and_mount() {
    let text = "job: {script: s, secrets: {PASSWORD: {vault: production/db/password@ops}}}\n";
    let job = Project::new(text).pipeline().jobs.swap_remove("job").unwrap();
    let expected = SecretProvider::Vault {
        engine: "kv-v2".to_owned(),
        mount: "ops".to_owned(),
        path: "production/db".to_owned(),
        field: "password".to_owned(),
    };
    assert_eq!(
        (&job.secrets["PASSWORD"].provider, job.secrets["PASSWORD"].file),
        (&expected, true)
    );
}

/// Source: section `needs`.
#[test]
fn needs_that_cannot_be_met_are_told() {
    for (jobs, expected) in [
        ("a: {script: s, needs: [b]}\nb: {script: s, needs: [a]}\n", "a > b > a"),
        ("a: {script: s, needs: [b]}\nb: {script: s, stage: deploy}\n", "in a later stage"),
        ("a: {script: s, needs: [b]}\nb: {script: s, rules: [{when: never}]}\n", "does not have"),
        ("a: {script: s, dependencies: [x]}\n", "`a` depends on `x`"),
    ] {
        let errors = Project::new(jobs).errors();
        assert!(errors.iter().any(|error| error.contains(expected)), "{expected}: {errors:?}");
    }
}
