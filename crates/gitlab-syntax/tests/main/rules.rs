//! When jobs and pipelines exist: `rules`, `only`/`except` and `workflow`, as "Specify when jobs run
//! with `rules`" and the "CI/CD YAML syntax reference" say.

use windlass_gitlab_syntax::pipeline::{ExclusionReason, Need, OnNewCommit};
use windlass_gitlab_syntax::{NoPipeline, Outcome};

use crate::project::Project;

/// Source: section `rules:changes`.
#[test]
fn changes_match_paths_and_are_true_where_nothing_is_known() {
    let text = "\
docs: {script: s, rules: [{changes: ['docs/**/*']}]}
code: {script: s, rules: [{changes: {paths: ['src/*.rs', $EXTRA]}}]}
all: {script: s}
";
    let project = Project::new(text).variable("EXTRA", "Cargo.toml");
    assert_eq!(project.jobs(), ["docs", "code", "all"]);
    assert_eq!(project.changed(&["docs/a/b.md"]).jobs(), ["docs", "all"]);
    let project = Project::new(text).variable("EXTRA", "Cargo.toml");
    assert_eq!(project.changed(&["Cargo.toml"]).jobs(), ["code", "all"]);
}

/// Source: sections `rules:variables`, `rules:needs`, `rules:interruptible`.
#[test]
fn the_rule_that_matches_changes_the_job() {
    let text = "\
one: {script: s, stage: build}
two: {script: s, stage: build}
job:
  script: s
  needs: [one]
  variables: {LEVEL: low}
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      variables: {LEVEL: high}
      needs: [two]
      interruptible: true
    - when: on_success
";
    let job = |project: Project| project.pipeline().jobs.swap_remove("job").unwrap();
    let need = |name: &str| {
        Some(vec![Need::Job { job: name.to_owned(), artifacts: true, optional: false }])
    };
    let main = job(Project::new(text));
    assert_eq!(
        (main.variables.value("LEVEL"), main.needs, main.interruptible),
        (Some("high"), need("two"), true)
    );
    let other = job(Project::new(text).branch("topic"));
    assert_eq!((other.variables.value("LEVEL"), other.needs), (Some("low"), need("one")));
}

/// Source: section "`only` / `except`": without either, `only: [branches, tags]`.
#[test]
fn only_and_except_know_references_sources_and_variables() {
    let text = "\
plain: {script: s}
main: {script: s, only: [main]}
tags: {script: s, only: [tags]}
pattern: {script: s, only: ['/^rel-.*$/i'], except: [schedules]}
request: {script: s, only: [merge_requests]}
both: {script: s, only: {refs: [branches], variables: [$DEPLOY]}}
own: {script: s, only: [main@group/project], except: [main@other/project]}
";
    assert_eq!(Project::new(text).jobs(), ["plain", "main", "own"]);
    assert_eq!(Project::new(text).tag("v1").jobs(), ["plain", "tags"]);
    assert_eq!(Project::new(text).branch("REL-1").jobs(), ["plain", "pattern"]);
    assert_eq!(Project::new(text).branch("rel-1").source("schedule").jobs(), ["plain"]);
    assert_eq!(Project::new(text).source("merge_request_event").jobs(), ["request"]);
    let deploying = Project::new(text).branch("x").variable("DEPLOY", "1");
    assert_eq!(deploying.jobs(), ["plain", "both"]);
}

/// Source: section `workflow`.
#[test]
fn a_workflow_decides_about_the_pipeline_its_name_and_variables() {
    let text = "\
workflow:
  name: '$KIND of $CI_COMMIT_BRANCH'
  auto_cancel: {on_new_commit: interruptible}
  rules:
    - {if: $CI_COMMIT_TAG, when: never}
    - {if: $CI_COMMIT_BRANCH == 'main', variables: {KIND: release}, auto_cancel: {on_new_commit: none}}
    - if: $CI_COMMIT_BRANCH =~ /^topic/
variables: {KIND: check}
job: {script: s, variables: {OWN: $KIND}}
";
    let pipeline = Project::new(text).pipeline();
    assert_eq!(pipeline.name.as_deref(), Some("release of main"));
    assert_eq!(pipeline.auto_cancel.on_new_commit, OnNewCommit::None);
    assert_eq!(pipeline.jobs["job"].variables.value("KIND"), Some("release"));
    let pipeline = Project::new(text).branch("topic-1").pipeline();
    assert_eq!(pipeline.name.as_deref(), Some("check of topic-1"));
    assert_eq!(pipeline.auto_cancel.on_new_commit, OnNewCommit::Interruptible);
    for project in [Project::new(text).tag("v1"), Project::new(text).branch("other")] {
        assert!(matches!(project.compile().outcome, Outcome::None(NoPipeline::Workflow)));
    }
}

/// With `workflow:rules` a job that says nothing is in pipelines for merge requests too.
#[test]
fn a_workflow_opens_other_pipelines_to_jobs_without_rules() {
    let text = "workflow: {rules: [{when: always}]}\njob: {script: s}\n";
    assert_eq!(Project::new(text).source("merge_request_event").jobs(), ["job"]);
    let without = Project::new("job: {script: s}\n").source("merge_request_event").compile();
    assert!(matches!(without.outcome, Outcome::None(NoPipeline::NoJobs)));
}

#[test]
fn a_job_that_is_left_out_says_why() {
    let text = "\
a: {script: s}
b: {script: s, rules: [{if: $NO}]}
c: {script: s, rules: [{when: never}]}
d: {script: s, when: never}
e: {script: s, only: [tags]}
f: {script: s, except: [branches]}
";
    let excluded = Project::new(text).pipeline().excluded;
    let reasons: Vec<ExclusionReason> = excluded.iter().map(|job| job.reason).collect();
    use ExclusionReason as Reason;
    assert_eq!(
        reasons,
        [
            Reason::NoRuleMatched,
            Reason::RuleSaysNever,
            Reason::WhenNever,
            Reason::NotInOnly,
            Reason::InExcept
        ]
    );
}

/// Source: section "CI/CD variable precedence": what a pipeline is started with is the strongest.
#[test]
fn conditions_see_the_strongest_variable() {
    let text =
        "variables: {A: file}\njob: {script: s, rules: [{if: $A == 'started'}]}\nx: {script: s}\n";
    assert_eq!(Project::new(text).jobs(), ["x"]);
    assert_eq!(Project::new(text).variable("A", "started").jobs(), ["job", "x"]);
}
