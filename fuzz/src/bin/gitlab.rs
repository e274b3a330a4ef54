//! Any bytes at all as the configuration of a GitLab pipeline: compiled with inputs and files as far
//! as that goes, and every finding rendered. Nothing may panic, and a pipeline that was made can be
//! written down and read again.

#![no_main]

use std::collections::BTreeSet;

use indexmap::IndexMap;
use libfuzzer_sys::fuzz_target;
use windlass_diagnostics::{render_github, render_json, render_sarif, render_text};
use windlass_gitlab_syntax::{
    Call, MOST_INCLUDES, Origin, Outcome, Pipeline, SourceText, compile,
    local::{LocalFiles, LocalSources, PushFacts},
};

/// A project whose files are the text itself, whatever they are called.
struct Mirror<'a>(&'a str);

impl LocalFiles for Mirror<'_> {
    fn read(&self, _path: &str) -> Result<String, String> {
        Ok(self.0.to_owned())
    }

    fn paths(&self) -> BTreeSet<String> {
        ["ci/a.yml", "src/main.rs"].map(str::to_owned).into()
    }
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let files = Mirror(&text);
    let compiled = compile(&Call {
        main: SourceText::new(".gitlab-ci.yml", text.as_ref(), Origin::Project),
        inputs: IndexMap::from([("a".to_owned(), "b".into())]),
        sources: &LocalSources(&files),
        facts: &PushFacts::new(&files),
        most_includes: MOST_INCLUDES,
    });
    for finding in compiled.diagnostics.iter().take(20) {
        render_text(finding, &compiled.texts, true);
        render_github(finding, &compiled.texts);
        render_sarif(finding, &compiled.texts);
        render_json(finding, &compiled.texts).expect("findings can be JSON");
    }
    if let Outcome::Pipeline(pipeline) = compiled.outcome {
        let written = serde_json::to_string(&pipeline).expect("a pipeline can be written down");
        let read: Pipeline = serde_json::from_str(&written).expect("and read again");
        assert_eq!(read.jobs.len(), pipeline.jobs.len());
    }
});
