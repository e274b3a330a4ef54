//! What a pipeline of GitLab is made for.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use super::pair;

// `windlass expand`.
#[derive(Debug, Args)]
#[command(after_help = "Prints the configuration as it is after include, extends, !reference, \
    default and inputs were\nput in place, for one commit and source.\n\nExamples:\n  windlass \
    expand                                the configuration of this project\n  windlass expand \
    --event merge_request_event    as a merge request sees it\n  windlass expand --project \
    group/templates=../templates")]
pub struct Expand {
    /// What it is expanded for.
    #[command(flatten)]
    pub pipeline: PipelineFor,
}

// What a pipeline of GitLab is made for, where it is not the checked out commit alone.
#[derive(Clone, Debug, Default, Args)]
pub struct PipelineFor {
    /// The configuration [default: .gitlab-ci.yml]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// The source of the pipeline (CI_PIPELINE_SOURCE) [default: push]
    #[arg(long, short, value_name = "SOURCE")]
    pub event: Option<String>,

    /// An input of the pipeline
    #[arg(long, short, value_name = "NAME=VALUE", value_parser = pair)]
    pub input: Vec<(String, String)>,

    /// A variable that the pipeline is started with
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub var: Vec<(String, String)>,

    /// The branch or tag that the pipeline is said to be for
    #[arg(long = "ref", value_name = "REF")]
    pub reference: Option<String>,

    /// Who is said to have started it
    #[arg(long, value_name = "NAME")]
    pub actor: Option<String>,

    /// Where another project is, a folder or a Git address
    #[arg(long, value_name = "GROUP/NAME=PATH|URL", value_parser = pair)]
    pub project: Vec<(String, String)>,
}

/// What the image of a job means here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImageUse {
    /// A container of it where there is an engine, else this machine.
    #[default]
    IfPossible,
    /// This machine.
    Ignore,
    /// A container of it, or the job fails.
    Require,
}
