//! GitLab CI/CD configuration: from the text of `.gitlab-ci.yml` to the pipeline that GitLab would
//! create for a commit.
//!
//! Functions of texts and facts: no clock, file, network or async. Running a pipeline is not here.

pub mod facts;
pub mod pipeline;
pub mod sources;
pub mod variables;

pub use facts::{Facts, KnownFacts};
pub use pipeline::{Job, Pipeline};
pub use sources::{Answer, FetchedSources, Origin, SourceRequest, SourceText, Sources};
pub use variables::{Levels, Variable, Variables};
