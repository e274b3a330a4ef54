//! GitLab CI/CD configuration: from the text of `.gitlab-ci.yml` to the pipeline that GitLab would
//! create for a commit.
//!
//! Functions of texts and facts: no clock, file, network or async. Running a pipeline is not here.

mod advice;
pub mod compile;
pub mod condition;
pub mod configuration;
mod creation;
pub mod document;
pub mod duration;
mod expand;
mod extends;
pub mod facts;
mod include;
mod inputs;
pub mod keywords;
mod knowledge;
pub mod local;
#[cfg(test)]
mod official_schema;
#[cfg(test)]
mod pages;
pub mod path_pattern;
pub mod pattern;
pub mod pipeline;
mod policy;
pub mod problem;
mod reading;
mod reference;
mod rules;
pub mod scalar;
pub mod sources;
pub mod steps;
pub mod templates;
mod validation;
pub mod value;
pub mod variables;

pub use compile::{Call, Compiled, MOST_INCLUDES, Outcome, compile};
pub use configuration::Configuration;
pub use creation::NoPipeline;
pub use facts::{Facts, KnownFacts};
pub use pipeline::{Job, Pipeline};
pub use sources::{Answer, FetchedSources, Origin, SourceRequest, SourceText, Sources};
pub use variables::{Levels, Scope, Variable, Variables};
