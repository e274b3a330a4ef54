//! The templates that ship, by what the documentation says of their jobs and variables.

use super::project::Project;

fn project(name: &str, rest: &str) -> Project {
    Project::new(&format!("include: [{{template: {name}}}]\nown: {{script: o}}\n{rest}"))
}

/// Source: "Static application security testing (SAST)", section "Analyzers": those of the
/// languages that are there run.
#[test]
fn the_analyzers_of_the_languages_that_are_there_scan() {
    let sast = || project("Jobs/SAST.gitlab-ci.yml", "");
    assert_eq!(sast().jobs(), ["own"]);
    let python = sast().file("src/deep/a.py", "");
    assert_eq!(python.jobs(), ["semgrep-sast", "own"]);
    let job = &python.pipeline().jobs["semgrep-sast"];
    assert_eq!(job.stage, "test");
    assert_eq!(job.allow_failure, windlass_gitlab_syntax::pipeline::AllowFailure::Yes);
    let reports = &job.artifacts.as_ref().unwrap().reports;
    assert!(format!("{reports:?}").contains("gl-sast-report.json"), "{reports:?}");
    assert_eq!(sast().file("mix.exs", "").jobs(), ["sobelow-sast", "own"]);
}

/// Source: the same page, "Available CI/CD variables"; "SAST analyzers", sections "Disable all
/// default analyzers" and "Disable specific default analyzers".
#[test]
fn the_documented_variables_switch_analyzers_on_and_off() {
    let sast = || project("Security/SAST.gitlab-ci.yml", "").file("a.py", "").file("mix.exs", "");
    let jobs = |name: &str, value: &str| sast().variable(name, value).jobs();
    assert_eq!(jobs("SAST_DISABLED", "true"), ["own"]);
    assert_eq!(jobs("SAST_DISABLED", "false").len(), 3);
    assert_eq!(jobs("SAST_EXCLUDED_ANALYZERS", "spotbugs, semgrep"), ["sobelow-sast", "own"]);
    let kubesec = jobs("SCAN_KUBERNETES_MANIFESTS", "true");
    assert_eq!(kubesec, ["kubesec-sast", "semgrep-sast", "sobelow-sast", "own"]);
    assert!(jobs("GITLAB_ADVANCED_SAST_ENABLED", "true").contains(&"gitlab-advanced-sast".into()));
}

/// Source: "SAST", section "Overriding SAST jobs"; "Pipeline secret detection", section "Override
/// the analyzer jobs"; "SAST analyzers", section "Use a custom Docker mirror".
#[test]
fn what_a_project_says_of_the_jobs_goes_over_the_template() {
    let overrides = "\
stages: [build, scan]
variables: {SECURE_ANALYZERS_PREFIX: mirror.example/images}
sast: {stage: scan}
";
    let text = overrides.replace("{stage: scan}", "{stage: scan, tags: [big]}");
    let own = "own: {script: o, stage: build}\n";
    let text = format!("include: [{{template: SAST.gitlab-ci.yml}}]\n{own}{text}");
    let pipeline = Project::new(&text).file("a.go", "").pipeline();
    let job = &pipeline.jobs["semgrep-sast"];
    assert_eq!((job.stage.as_str(), job.tags.as_slice()), ("scan", ["big".to_owned()].as_slice()));
    let prefix = job.variables.value("SECURE_ANALYZERS_PREFIX");
    assert_eq!(prefix, Some("mirror.example/images"));

    let secret = "secret_detection: {variables: {SECRET_DETECTION_HISTORIC_SCAN: 'true'}}\n";
    let pipeline = project("Jobs/Secret-Detection.gitlab-ci.yml", secret).pipeline();
    let job = &pipeline.jobs["secret_detection"];
    assert_eq!(job.variables.value("SECRET_DETECTION_HISTORIC_SCAN"), Some("true"));
    assert_eq!(job.script.last().map(String::as_str), Some("/analyzer run"));
}

#[test]
fn a_job_for_configuration_only_is_not_told_to_never_run() {
    let told = |project: &Project| {
        let found = project.compile().diagnostics.into_iter();
        found.filter(|it| it.code == "gl/never-runs").count()
    };
    assert_eq!(told(&project("SAST.gitlab-ci.yml", "sast: {tags: [big]}\n")), 0);
    let own = "sast: {rules: [{when: never}], script: s}\n";
    assert_eq!(told(&Project::new(&format!("{own}own: {{script: o}}\n"))), 1);
}

/// Source: "Dependency scanning", "Container scanning", "Code Quality" and "Infrastructure as Code
/// scanning".
#[test]
fn other_scans_have_the_documented_jobs_and_switches() {
    let rows = [
        ("Jobs/Secret-Detection", "", "secret_detection", "SECRET_DETECTION_DISABLED"),
        ("Security/Container-Scanning", "", "container_scanning", "CONTAINER_SCANNING_DISABLED"),
        ("Jobs/Code-Quality", "", "code_quality", "CODE_QUALITY_DISABLED"),
        ("Jobs/SAST-IaC", "", "kics-iac-sast", "SAST_DISABLED"),
        (
            "Jobs/Dependency-Scanning",
            "web/yarn.lock",
            "gemnasium-dependency_scanning",
            "DEPENDENCY_SCANNING_DISABLED",
        ),
        (
            "Security/Dependency-Scanning",
            "pom.xml",
            "gemnasium-maven-dependency_scanning",
            "DEPENDENCY_SCANNING_DISABLED",
        ),
        (
            "Dependency-Scanning",
            "Pipfile",
            "gemnasium-python-dependency_scanning",
            "DEPENDENCY_SCANNING_DISABLED",
        ),
    ];
    for (name, file, job, switch) in rows {
        let name = format!("{name}.gitlab-ci.yml");
        let project = project(&name, "").file(file, "");
        assert_eq!(project.jobs(), [job, "own"], "{name}");
        assert_eq!(project.variable(switch, "true").jobs(), ["own"], "{name}");
    }
    let maven = project("Jobs/Dependency-Scanning.gitlab-ci.yml", "").file("pom.xml", "");
    // The name of one analyzer is the beginning of another's.
    assert_eq!(maven.variable("DS_EXCLUDED_ANALYZERS", "gemnasium").jobs().len(), 2);
}

/// Source: "Security configuration", section "Use security scanning tools with merge request
/// pipelines".
#[test]
fn merge_requests_are_scanned_where_the_edition_or_the_variable_says_so() {
    let jobs = |edition: &str, enabled: &str| {
        let name = format!("Jobs/Secret-Detection{edition}.gitlab-ci.yml");
        let mut project = project(&name, "").source("merge_request_event");
        project.facts.branch = None;
        let text = project.files.get_mut(".gitlab-ci.yml").unwrap();
        text.push_str("always: {script: a, rules: [{when: always}]}\n");
        let project = if enabled.is_empty() {
            project
        } else {
            project.variable("AST_ENABLE_MR_PIPELINES", enabled)
        };
        project.jobs().contains(&"secret_detection".to_owned())
    };
    assert!(!jobs("", "") && jobs("", "true"));
    assert!(jobs(".latest", "") && !jobs(".latest", "false"));
}

#[test]
fn a_template_that_does_not_ship_is_refused_with_what_to_do() {
    let errors = project("Bash.gitlab-ci.yml", "").errors();
    assert!(errors[0].contains("copy the file from your GitLab"), "{errors:?}");
    assert!(errors[0].contains("Jobs/SAST.gitlab-ci.yml"), "{errors:?}");
}
