//! Trigger jobs: a child pipeline that an earlier job wrote, and what it is given.

use windlass_gitlab::downstream::{DownstreamPipeline, DownstreamRequest};
use windlass_gitlab::order::OtherProject;
use windlass_gitlab_syntax::pipeline::{ChildSource, TriggerTarget};

use super::*;

/// Compiles the file that the first include names among the artifacts.
struct FromArtifacts;

#[async_trait::async_trait]
impl DownstreamPipelines for FromArtifacts {
    async fn create(&self, request: DownstreamRequest) -> Result<DownstreamPipeline, String> {
        let TriggerTarget::Child(includes) = &request.trigger.target else {
            return Err("no child".to_owned());
        };
        let ChildSource::Artifact { artifact, .. } = &includes[0].source else {
            return Err("no artifact".to_owned());
        };
        let found = &request.artifacts[0];
        assert_eq!(&found.artifact, artifact);
        Ok(DownstreamPipeline { pipeline: pipeline(&found.text), context: request.context })
    }

    async fn workspace(&self, _: &OtherProject) -> Result<WorkspaceSource, String> {
        Ok(WorkspaceSource::Empty)
    }
}

/// "Downstream pipelines", dynamic child pipelines and `trigger:forward`.
#[tokio::test]
async fn a_child_pipeline_that_a_job_wrote_runs_with_what_is_forwarded() {
    let bench = Bench { downstream: Some(Arc::new(FromArtifacts)), ..Bench::new().await }.file(
        "child.yml",
        "inner:\n  needs: [{pipeline: $PARENT_PIPELINE_ID, job: write}]\n  \
         script: ['echo \"$CI_PIPELINE_SOURCE $GIVEN\"', cat note, 'test -n \"$PARENT_PIPELINE_ID\"']\n",
    );
    let ended = bench
        .run(
            "stages: [a, b]\n\
             write: {stage: a, script: [cp child.yml made.yml, echo noted > note], artifacts: {paths: [made.yml, note]}}\n\
             child:\n  stage: b\n  variables: {GIVEN: 'by $CI_JOB_NAME'}\n  \
             trigger: {include: [{artifact: made.yml, job: write}], strategy: depend}\n",
        )
        .await;
    let inner = ended.printed("b/child/test/inner");
    assert_eq!(inner, ["parent_pipeline by child", "noted"], "{}", ended.end("b/child"));
    assert_eq!(ended.word, "passed");
}

#[tokio::test]
async fn a_pipeline_that_cannot_be_made_fails_the_trigger_job() {
    let bench = Bench { downstream: Some(Arc::new(FromArtifacts)), ..Bench::new().await };
    let ended = bench
        .run(
            "stages: [a, b]\nwrite: {stage: a, script: ['true']}\n\
             child: {stage: b, trigger: {include: [{artifact: made.yml, job: write}]}}\n",
        )
        .await;
    assert_eq!(ended.end("b/child"), "failed downstream pipeline creation failed");
    assert!(ended.log("b/child").contains("the job 'write' left no artifacts"));
}
