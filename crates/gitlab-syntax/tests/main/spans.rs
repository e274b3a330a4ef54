//! Places survive includes and `extends`.

use crate::project::Project;

#[test]
fn an_error_in_an_included_file_names_the_file_and_the_chain_that_led_there() {
    let project = Project::new("include:\n  - local: a.yml\ntest: {script: t}\n")
        .file("a.yml", "include:\n  - local: b.yml\n")
        .file("b.yml", ".base:\n  retry: 7\n\njob:\n  extends: .base\n  script: s\n");
    let compiled = project.compile();
    let error = compiled.diagnostics.iter().find(|diagnostic| diagnostic.is_error()).unwrap();
    let name = |span: windlass_diagnostics::Span| {
        format!("{}:{}", compiled.texts.name(span.source), span.start.line)
    };
    assert_eq!(name(error.primary.as_ref().unwrap().span), "b.yml:2");
    let chain: Vec<String> = error.secondary.iter().map(|label| name(label.span)).collect();
    assert_eq!(chain, ["a.yml:2", ".gitlab-ci.yml:2"]);
}

#[test]
fn a_job_stands_where_it_is_defined_last() {
    let project =
        Project::new("include: a.yml\n\njob:\n  script: s\n").file("a.yml", "job: {image: i}\n");
    let pipeline = project.pipeline();
    assert_eq!(pipeline.jobs["job"].span.start.line, 3);
}
