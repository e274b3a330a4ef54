//! `guides/gitlab`: configurations printed in guides make pipelines.

use std::io;
use std::path::Path;

use windlass_gitlab_syntax::variables::predefined::{PipelineFacts, of_pipeline};
use windlass_gitlab_syntax::{
    Call, FetchedSources, KnownFacts, Levels, MOST_INCLUDES, Origin, Outcome, SourceText, compile,
};

use crate::CorpusResult;
use crate::cases::{errors, yaml_files};

/// Compiles every configuration for a push to the default branch.
///
/// # Errors
/// A file cannot be read.
pub fn run(directory: &Path) -> io::Result<CorpusResult> {
    let mut result = CorpusResult::default();
    let facts = KnownFacts {
        levels: Levels {
            predefined: of_pipeline(&PipelineFacts {
                branch: Some("main".to_owned()),
                default_branch: "main".to_owned(),
                project_path: "group/project".to_owned(),
                source: "push".to_owned(),
                ..PipelineFacts::default()
            }),
            ..Levels::default()
        },
        ..KnownFacts::default()
    };
    for (name, path) in yaml_files(directory)? {
        let text = std::fs::read_to_string(&path)?;
        let compiled = compile(&Call {
            main: SourceText {
                name: name.as_str().into(),
                text: text.into(),
                origin: Origin::Project,
                component: None,
            },
            inputs: indexmap::IndexMap::new(),
            sources: &FetchedSources::default(),
            facts: &facts,
            most_includes: MOST_INCLUDES,
        });
        result.record(
            &name,
            match &compiled.outcome {
                Outcome::Pipeline(_) => Ok(()),
                outcome => Err(format!("{}+{outcome:?}\n", errors(&compiled.diagnostics))),
            },
        );
    }
    Ok(result)
}
