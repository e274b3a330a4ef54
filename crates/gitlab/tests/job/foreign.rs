//! What jobs need of other projects.

use windlass_kernel::Status;

use super::*;

/// Knows `build` of `group/a` for `main`, and how the latest pipelines ended.
struct Known(PathBuf);

#[async_trait::async_trait]
impl OtherPipelines for Known {
    async fn artifacts(&self, project: &str, job: &str, at: &str) -> Result<PathBuf, String> {
        match (project, job, at) {
            ("group/a", "build", "main") => Ok(self.0.clone()),
            _ => Err(format!("{job} of {project} for {at} is not known")),
        }
    }

    async fn status(&self, project: &str) -> Result<Status, String> {
        match project {
            "group/good" => Ok(Status::Succeeded),
            "group/bad" => Ok(Status::Failed),
            _ => Err(format!("no pipeline of {project} is known")),
        }
    }
}

fn bench() -> Bench {
    let bench = Bench::new();
    let left = bench.directory.path().join("left");
    std::fs::create_dir_all(&left).expect("a directory");
    std::fs::write(left.join("made.txt"), "by the other\n").expect("a file");
    Bench { others: Some(Arc::new(Known(left))), ..bench }
}

/// "CI/CD YAML syntax reference", `needs:project`: variables may stand in project, job and ref; with
/// `artifacts: false` nothing is downloaded; without the artifacts the job cannot run.
#[tokio::test]
async fn artifacts_of_other_projects_are_brought_or_missed() {
    let ended = bench()
        .run(
            "variables: {NAME: a, AT: main}\n\
             gets: {needs: [{project: group/$NAME, job: build, ref: $AT, artifacts: true}], \
             script: [cat made.txt]}\n\
             ignores: {needs: [{project: group/x, job: build, ref: main, artifacts: false}], \
             script: [test ! -e made.txt]}\n\
             misses: {needs: [{project: group/a, job: test, ref: main, artifacts: true}], \
             script: [echo never]}\n",
        )
        .await;
    assert_eq!(ended.printed("test/gets"), ["by the other"], "{}", ended.log("test/gets"));
    assert_eq!(ended.end("test/ignores"), "passed");
    assert_eq!(ended.end("test/misses"), "failed missing dependency failure");
    let log = ended.log("test/misses");
    assert!(log.contains("test of group/a for main is not known"), "{log}");
    assert_eq!(ended.printed("test/misses"), Vec::<String>::new());
}

/// The same page, `needs:pipeline`: the status of the latest pipeline is that of the job.
#[tokio::test]
async fn a_job_mirrors_the_pipeline_of_another_project() {
    let ended = bench()
        .run(
            "stages: [a, b]\n\
             good: {stage: a, needs: {pipeline: group/good}}\n\
             bad: {stage: a, allow_failure: true, needs: {pipeline: group/bad}}\n\
             none: {stage: a, allow_failure: true, needs: {pipeline: group/none}}\n\
             after: {stage: b, needs: [good], script: [echo on]}\n",
        )
        .await;
    assert_eq!(ended.end("a/good"), "passed");
    assert_eq!(ended.end("a/bad"), "failed (allowed to fail)");
    assert_eq!(ended.end("a/none"), "failed (allowed to fail) missing dependency failure");
    assert!(ended.log("a/none").contains("no pipeline of group/none is known"));
    assert_eq!(ended.printed("b/after"), ["on"]);
}
