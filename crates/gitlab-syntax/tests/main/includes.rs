//! `include`, inputs and merging, as "Use CI/CD configuration from other files" and "CI/CD inputs"
//! say.

use windlass_gitlab_syntax::{Outcome, SourceRequest};

use crate::project::Project;

/// Source: "Use CI/CD configuration from other files", section "Merge method for `include`".
#[test]
fn files_are_merged_in_their_order_and_the_main_file_last() {
    let project = Project::new(
        "include: [one.yml, two.yml]\nvariables: {C: main}\ntest: {artifacts: {reports: {junit: a}}}\n",
    )
    .file("one.yml", "variables: {A: one, B: one, C: one}\ntest: {script: [one], rules: [{when: never}]}\n")
    .file("two.yml", "variables: {B: two}\ntest: {rules: [{when: always}], artifacts: {reports: {dotenv: b}}}\n");
    let pipeline = project.pipeline();
    let variable = |name: &str| pipeline.variables.value(name).unwrap().to_owned();
    assert_eq!([variable("A"), variable("B"), variable("C")], ["one", "two", "main"]);
    let reports = &pipeline.jobs["test"].artifacts.as_ref().unwrap().reports;
    assert_eq!(
        (&reports.junit[..], &reports.dotenv[..]),
        (&["a".to_owned()][..], &["b".to_owned()][..])
    );
}

/// Source: section "Use nested includes with duplicate `include` entries".
#[test]
fn a_file_that_is_included_again_counts_where_it_is_last() {
    let files = |order: &str| {
        Project::new(&format!("include: {order}\n"))
            .file("defaults.yml", "default: {before_script: [plain]}\n")
            .file(
                "unit.yml",
                "include: defaults.yml\ndefault: {before_script: [unit]}\nunit: {script: u}\n",
            )
            .file(
                "smoke.yml",
                "include: defaults.yml\ndefault: {before_script: [smoke]}\nsmoke: {script: s}\n",
            )
    };
    for (order, before) in [("[unit.yml, smoke.yml]", "smoke"), ("[smoke.yml, unit.yml]", "unit")] {
        assert_eq!(files(order).pipeline().jobs["unit"].before_script, [before]);
    }
}

/// Source: section "Use `rules` with `include`".
#[test]
fn rules_of_an_include_know_variables_and_files() {
    let text = "\
include:
  - {local: if.yml, rules: [{if: '$BUILD == \"yes\"'}]}
  - {local: exists.yml, rules: [{exists: [Cargo.toml]}]}
  - {local: never.yml, rules: [{if: $CI_COMMIT_BRANCH, when: never}]}
test: {script: t}
";
    let project = Project::new(text)
        .file("if.yml", "if: {script: i}\n")
        .file("exists.yml", "exists: {script: e}\n")
        .file("never.yml", "never: {script: n}\n");
    assert_eq!(project.jobs(), ["test"]);
    let project = project.variable("BUILD", "yes").file("Cargo.toml", "");
    assert_eq!(project.jobs(), ["if", "exists", "test"]);
}

#[test]
fn what_is_not_there_yet_is_asked_for_all_at_once() {
    let text = "\
include:
  - remote: https://example.com/a.yml
  - project: $CI_PROJECT_NAMESPACE/shared
    ref: v1
    file: [b.yml, c.yml]
  - component: $CI_SERVER_FQDN/group/tools/lint@1.2
  - remote: https://example.com/d.yml
test: {script: t}
";
    let compiled = Project::new(text).compile();
    let Outcome::Needs(requests) = compiled.outcome else { panic!("{:?}", compiled.outcome) };
    assert_eq!(requests.len(), 5);
    assert!(requests.iter().any(|request| matches!(
        request,
        SourceRequest::Component { host, project, name, version }
            if host == "gitlab.example" && project == "group/tools" && name == "lint" && version == "1.2"
    )));
}

#[test]
fn a_file_that_includes_itself_is_told_with_its_chain() {
    let project = Project::new("include: a.yml\ntest: {script: t}\n")
        .file("a.yml", "include: b.yml\n")
        .file("b.yml", "include: a.yml\n");
    let errors = project.errors();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(
        errors[0].contains("gl/include: this file includes itself: a.yml > b.yml > a.yml"),
        "{errors:?}"
    );
}

/// Source: "CI/CD inputs", sections "Input types" and "Define conditional input options".
#[test]
fn inputs_keep_their_type_and_follow_the_rules_of_other_inputs() {
    let text = "\
spec:
  inputs:
    cloud: {options: [aws, gcp], default: gcp}
    size:
      rules:
        - {if: '$[[ inputs.cloud ]] == \"aws\"', options: [t3], default: t3}
        - {options: [small, large], default: small}
    retries: {type: number, default: 2}
---
\"deploy-$[[ inputs.cloud ]]\":
  script: ./deploy $[[ inputs.size ]]
  retry: $[[ inputs.retries ]]
";
    let mut project = Project::new(text);
    let job = project.pipeline().jobs.swap_remove("deploy-gcp").unwrap();
    assert_eq!((job.script, job.retry.max), (vec!["./deploy small".to_owned()], 2));
    project.inputs.insert("cloud".to_owned(), "aws".into());
    assert_eq!(project.pipeline().jobs["deploy-aws"].script, ["./deploy t3"]);
    project.inputs.insert("size".to_owned(), "large".into());
    assert!(project.errors()[0].contains("`size` cannot be large; it is one of t3"));
    project.inputs.insert("clout".to_owned(), "aws".into());
    assert!(project.errors().iter().any(|error| error.contains("no input `clout`")));
}

/// Source: "CI/CD YAML syntax reference", section `spec:include`: files are merged in their order,
/// then the header's own inputs.
#[test]
fn definitions_of_inputs_come_from_other_files() {
    let project = |second: &str| {
        let text = format!(
            "spec:\n  include:\n    - local: /one.yml\n    - {second}\n  inputs: {{name: {{default: \
             own}}}}\n---\n\"$[[ inputs.name ]]\": {{script: './run $[[ inputs.environment ]] $[[ \
             inputs.region ]]'}}\n"
        );
        let one = "inputs: {environment: {options: [a, b]}, region: {default: x}}\n";
        Project::new(&text).file("one.yml", one).file("two.yml", "inputs: {region: {default: y}}\n")
    };
    let far = project("{project: group/shared, ref: v1, file: two.yml}").compile();
    let Outcome::Needs(requests) = far.outcome else { panic!("{:?}", far.outcome) };
    assert_eq!(requests.len(), 1);
    let mut project = project("two.yml");
    project.inputs.insert("environment".to_owned(), "b".into());
    assert_eq!(project.pipeline().jobs["own"].script, ["./run b y"]);
    project.inputs.insert("environment".to_owned(), "c".into());
    assert!(project.errors().concat().contains("environment"), "{:?}", project.errors());
}

/// The same section: what such a file may not be, and where it may not be included.
#[test]
fn files_of_inputs_hold_nothing_else_and_repeat_nothing() {
    let header = |include: &str, inputs: &str| {
        let text =
            format!("spec:\n  include: [{include}]\n  inputs: {inputs}\n---\na: {{script: x}}\n");
        Project::new(&text)
            .file("good.yml", "inputs: {a: {default: x}}\n")
            .file("more.yml", "inputs: {a: {default: x}}\njob: {script: x}\n")
            .file("none.yml", "job: {script: x}\n")
            .file("typo.yml", "inputs: {a: {defualt: x}}\n")
    };
    assert_eq!(header("good.yml", "{b: {default: x}}").jobs(), ["a"]);
    for (include, inputs, told) in [
        ("good.yml", "{a: {default: x}}", "in a file of `spec:include` as well"),
        ("more.yml", "{}", "has `inputs` and nothing else"),
        ("none.yml", "{}", "has `inputs` and nothing else"),
        ("typo.yml", "{}", "defualt"),
        ("gone.yml", "{}", "gone.yml"),
        ("{template: A.gitlab-ci.yml}", "{}", "takes `local`, `remote` and `project`"),
    ] {
        let messages = header(include, inputs).errors().concat();
        assert!(messages.contains(told), "{include}: {messages}");
    }
}
