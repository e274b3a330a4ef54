//! The command line: what can be said, and what each word means. No behaviour.
//!
//! The words of a command are made when it is given (`defer`), a third of the start of a short
//! command. What they stand in has no doc comment, for that would then take the place of the
//! command's own.

mod pipeline;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use windlass_container::PullPolicy;

pub use pipeline::{Expand, ImageUse, PipelineFor};

/// Run the pipelines you already have, unchanged, anywhere.
#[derive(Debug, Parser)]
#[command(name = "windlass", version = crate::version::LONG, max_term_width = 100)]
#[command(after_help = "Start with `windlass list` in a repository that has workflows, then \
    `windlass run`.\nExit codes: `windlass reference exit-codes`.")]
pub struct Arguments {
    /// Act as if started in this directory
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,

    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto", global = true)]
    pub color: ColorChoice,

    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// When output has colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On terminals, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Command {
    /// Run workflows here, as their platform would
    Run(Box<Run>),
    /// Find mistakes in workflows and actions without running them
    Check(Check),
    /// Answer an editor: the language server, over standard input and output
    #[command(after_help = LSP_HELP)]
    Lsp {
        /// Accepted because many editors pass it; there is no other way
        #[arg(long)]
        stdio: bool,
    },
    /// Print the configuration of a GitLab pipeline with everything put in place
    Expand(Expand),
    /// List workflows, their events and jobs
    List(List),
    /// Draw the jobs of a workflow or of a pipeline of GitLab
    Graph(Graph),
    /// Look at, cancel, repeat and resume runs
    #[command(subcommand)]
    Runs(Runs),
    /// List, unpack and remove what runs left for others
    #[command(subcommand)]
    Artifacts(Artifacts),
    /// List, take out and remove what runs keep for later ones
    #[command(subcommand)]
    Caches(Caches),
    /// List, register and remove tools that `setup-*` actions find without a download
    #[command(subcommand)]
    Tools(Tools),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
    /// Print a page of the reference
    #[command(hide = true)]
    Reference {
        /// The page
        page: ReferencePage,
    },
}

/// How an editor is told of the server.
const LSP_HELP: &str = "An editor starts this command by itself for .github/workflows/*.yml and \
    action.yml. It shows what\n`windlass check` finds as you type, completes keys, values and \
    expressions, explains what is\nunder the cursor and finds definitions. How to set it up: \
    docs/guides/editor.md.";

/// The pages of the reference that are made from the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReferencePage {
    /// Every command and option.
    CommandLine,
    /// Every exit code.
    ExitCodes,
    /// Every code of a finding.
    Rules,
}

// `windlass run`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  windlass run                          everything that a push \
    of this branch starts\n  windlass run ci.yml --job test        one job and what it needs\n  \
    windlass run --event pull_request     what a pull request would start\n  windlass run \
    release.yml --event workflow_dispatch --input version=1.2.0\n  windlass run --dry-run            \
    what would run, and why not\n\nSecrets come from WINDLASS_SECRET_<NAME> in the environment, \
    from --secret-file, or from\n--secret NAME, which takes NAME's value from the environment."
)]
pub struct Run {
    /// Workflow files, or names of workflows; all where none is given
    #[arg(value_name = "WORKFLOW")]
    pub workflows: Vec<String>,

    /// The event that happens
    #[arg(long, short, value_name = "EVENT")]
    pub event: Option<String>,

    /// A JSON file with the event's payload, laid over what Git tells
    #[arg(long, value_name = "FILE")]
    pub event_file: Option<PathBuf>,

    /// An input of workflow_dispatch or workflow_call
    #[arg(long, short, value_name = "NAME=VALUE", value_parser = pair)]
    pub input: Vec<(String, String)>,

    /// A configuration variable (the vars context)
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub var: Vec<(String, String)>,

    /// A secret; with a bare NAME the value is taken from the environment
    #[arg(long, short, value_name = "NAME[=VALUE]")]
    pub secret: Vec<String>,

    /// A file of secrets, NAME=VALUE lines
    #[arg(long, value_name = "FILE")]
    pub secret_file: Vec<PathBuf>,

    /// A variable in the environment of every step; of GitLab's pipelines one of the instance, which
    /// rules see, too
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub env: Vec<(String, String)>,

    /// A file of such variables, NAME=VALUE lines
    #[arg(long, value_name = "FILE")]
    pub env_file: Vec<PathBuf>,

    /// Only this job and what it needs; may be repeated
    #[arg(long, short, value_name = "JOB")]
    pub job: Vec<String>,

    /// Leave out what the chosen jobs need
    #[arg(long, requires = "job")]
    pub no_needs: bool,

    /// Only matrix combinations with this value; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub matrix: Vec<(String, String)>,

    /// The branch or tag that the event is said to be on
    #[arg(long = "ref", value_name = "REF")]
    pub reference: Option<String>,

    /// Who is said to have caused the event
    #[arg(long, value_name = "NAME")]
    pub actor: Option<String>,

    /// Take an action from a folder or Git address instead of its forge
    #[arg(long, value_name = "OWNER/REPO=PATH|URL", value_parser = pair)]
    pub action: Vec<(String, String)>,

    /// Approve deployments to this environment without asking (`*` for all)
    #[arg(long, value_name = "ENVIRONMENT")]
    pub approve: Vec<String>,

    /// Run this manual job of a GitLab pipeline without asking (`*` for all)
    #[arg(long, value_name = "JOB")]
    pub manual: Vec<String>,

    /// What the image of a GitLab job means [default: if-possible]
    #[arg(long, value_name = "USE")]
    pub image: Option<ImageUse>,

    /// Where another project of GitLab is, a folder or a Git address
    #[arg(long, value_name = "GROUP/NAME=PATH|URL", value_parser = pair)]
    pub project: Vec<(String, String)>,

    /// How many jobs may run at once [default: the number of cores]
    #[arg(long, value_name = "N")]
    pub max_jobs: Option<std::num::NonZeroUsize>,

    /// Run in the checkout itself instead of a copy for each job
    #[arg(long, conflicts_with = "strict")]
    pub in_place: bool,

    /// Start each job in an empty workspace, as the forge does
    #[arg(long)]
    pub strict: bool,

    /// Refuse jobs whose runner labels this machine does not have
    #[arg(long)]
    pub strict_labels: bool,

    /// Run jobs with this label on this machine (`host`), in an image, or not at all (`refuse`)
    #[arg(long, value_name = "LABEL=IMAGE|host|refuse", value_parser = pair)]
    pub platform: Vec<(String, String)>,

    /// Have a local process stand in for a service's container
    #[arg(long, value_name = "NAME=COMMAND", value_parser = pair)]
    pub service: Vec<(String, String)>,

    /// When container images are pulled [default: missing]
    #[arg(long, value_name = "WHEN")]
    pub pull: Option<Pull>,

    /// Give each job on this machine a HOME and a TMPDIR of its own
    #[arg(long)]
    pub isolated_home: bool,

    /// Keep the workspaces of all jobs
    #[arg(long)]
    pub keep: bool,

    /// Print the events of the run, one JSON object a line
    #[arg(long)]
    pub json: bool,

    /// Say what would run and what not, and why
    #[arg(long, short = 'n')]
    pub dry_run: bool,

    /// Open a shell where a step failed
    #[arg(long)]
    pub shell_on_failure: bool,

    /// Show debug messages of steps and actions (RUNNER_DEBUG)
    #[arg(long)]
    pub debug: bool,

    /// The dialect, where a project has several
    #[arg(long, value_name = "DIALECT")]
    pub dialect: Option<String>,
}

/// When container images are pulled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Pull {
    /// Each time they are needed.
    Always,
    /// When they are not here.
    Missing,
    /// Never.
    Never,
}

impl From<Pull> for PullPolicy {
    fn from(pull: Pull) -> Self {
        match pull {
            Pull::Always => PullPolicy::Always,
            Pull::Missing => PullPolicy::Missing,
            Pull::Never => PullPolicy::Never,
        }
    }
}

// `windlass list`.
#[derive(Debug, Args)]
pub struct List {
    /// Print JSON
    #[arg(long)]
    pub json: bool,

    /// The dialect, where a project has several
    #[arg(long, value_name = "DIALECT")]
    pub dialect: Option<String>,
}

// `windlass graph`.
#[derive(Debug, Args)]
pub struct Graph {
    /// The workflow file or name; may be left out where there is only one. Of GitLab the
    /// configuration [default: .gitlab-ci.yml]
    pub workflow: Option<String>,

    /// The form
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: GraphFormat,

    /// The dialect, where a project has several
    #[arg(long)]
    pub dialect: Option<String>,
}

// `windlass check`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  windlass check                        the workflows and actions of \
    this project\n  windlass check --diff                 what --fix would change\n  windlass check \
    --format sarif          for code scanning\n\nSettings come from [check] in windlass.toml. A finding \
    stands when a comment says why:\n  # windlass: allow gh/cron until 2027-01-31: REASON"
)]
pub struct Check {
    /// Workflow files, action.yml files, or folders; the whole project where none is given
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// The form of the findings
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: CheckFormat,

    /// Show notes, too
    #[arg(long)]
    pub notes: bool,

    /// The least severity by which the check fails; warning where nothing else is set
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,

    /// Make the edits that are safe
    #[arg(long)]
    pub fix: bool,

    /// Show as a difference what --fix would change, and change nothing
    #[arg(long)]
    pub diff: bool,

    /// With --fix or --diff: the edits that want a look first, too
    #[arg(long)]
    pub unsafe_fixes: bool,

    /// Leave out shellcheck, which looks at scripts where it is installed
    #[arg(long)]
    pub no_shellcheck: bool,

    /// Check again whenever a file changes
    #[arg(long, conflicts_with_all = ["fix", "diff"])]
    pub watch: bool,

    /// Explain the code of a finding, e.g. gh/cron, and check nothing
    #[arg(long, value_name = "CODE", num_args = 0..=1, default_missing_value = "", conflicts_with = "paths")]
    pub explain: Option<String>,
}

/// The forms of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people, with the lines of the file.
    Text,
    /// One JSON object a line.
    Json,
    /// A SARIF 2.1.0 log.
    Sarif,
    /// Annotations for a job on GitHub.
    Github,
}

/// The severities by which a check may fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Errors alone.
    Error,
    /// Warnings and errors.
    Warning,
    /// Everything that is found.
    Note,
}

/// The forms of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// A tree for terminals.
    Text,
    /// Mermaid's flowchart.
    Mermaid,
    /// A picture.
    Svg,
}

/// `windlass runs`.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Runs {
    /// List the runs of this project
    List {
        /// How many, newest first
        #[arg(long, short = 'n', default_value_t = 20)]
        limit: u32,
        /// Of all projects
        #[arg(long)]
        all: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a run: its jobs, steps, annotations
    View {
        /// Number or id of the run; the newest where none is given
        run: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the log of a run
    Logs {
        /// Number or id of the run; the newest where none is given
        run: Option<String>,
        /// Only this job
        #[arg(long, short)]
        job: Option<String>,
        /// Only steps that failed
        #[arg(long)]
        failed: bool,
    },
    /// Follow a run that is under way
    Watch {
        /// Number or id of the run; the newest where none is given
        run: Option<String>,
        /// Print the events, one JSON object a line
        #[arg(long)]
        json: bool,
    },
    /// Stop a run that is under way
    Cancel {
        /// Number or id of the run; the newest where none is given
        run: Option<String>,
    },
    /// Run the same again, with the same inputs
    Rerun {
        /// Number or id of the run; the newest where none is given
        run: Option<String>,
        /// Only jobs that failed, and what needs them; of a GitLab pipeline those that did not
        /// pass, and what was skipped because of them
        #[arg(long)]
        failed: bool,
        /// Only this job, and what needs it; of a GitLab pipeline what was skipped because of it
        #[arg(long, short)]
        job: Option<String>,
        /// How this run is done
        #[command(flatten)]
        manner: Manner,
    },
    /// Go on with a run whose process ended
    Resume {
        /// Number or id of the run; the newest where none is given
        run: Option<String>,
        /// How this run is done
        #[command(flatten)]
        manner: Manner,
    },
}

// What a run that exists already may be given anew: nothing of it is kept in the history.
#[derive(Debug, Args)]
pub struct Manner {
    /// A secret; with a bare NAME the value is taken from the environment
    #[arg(long, short, value_name = "NAME[=VALUE]")]
    pub secret: Vec<String>,

    /// A file of secrets, NAME=VALUE lines
    #[arg(long, value_name = "FILE")]
    pub secret_file: Vec<PathBuf>,

    /// Approve deployments to this environment without asking (`*` for all)
    #[arg(long, value_name = "ENVIRONMENT")]
    pub approve: Vec<String>,

    /// How many jobs may run at once [default: the number of cores]
    #[arg(long, value_name = "N")]
    pub max_jobs: Option<std::num::NonZeroUsize>,

    /// Print the events of the run, one JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// `windlass artifacts`.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Artifacts {
    /// List the artifacts of this project's runs
    List {
        /// Number or id of a run; all where none is given
        #[arg(long, short, value_name = "RUN")]
        run: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Unpack an artifact into a folder of its name
    Get {
        /// Which one
        #[command(flatten)]
        which: WhichArtifact,
        /// The folder, which must be empty or not there yet
        #[arg(long, value_name = "DIR")]
        into: Option<PathBuf>,
    },
    /// Remove an artifact
    Remove {
        /// Which one
        #[command(flatten)]
        which: WhichArtifact,
    },
}

// An artifact that is meant.
#[derive(Debug, Args)]
pub struct WhichArtifact {
    /// The name of the artifact; the newest where several runs left one
    pub name: String,
    /// Number or id of the run that left it
    #[arg(long, short, value_name = "RUN")]
    pub run: Option<String>,
    /// The job that left it, where jobs of a GitLab pipeline left some of the same name
    #[arg(long, short, value_name = "JOB")]
    pub job: Option<String>,
}

/// `windlass caches`.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Caches {
    /// List the caches of this project, the one used last first
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Copy a cache to a file, an archive as the action made it
    Get {
        /// The key, or the number from the list
        key: String,
        /// The file, which must not be there yet [default: cache-NUMBER.tar.zst, or as it is packed]
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
    },
    /// Remove caches
    Remove {
        /// Keys, or numbers from the list
        #[arg(required_unless_present = "all")]
        keys: Vec<String>,
        /// All of this project
        #[arg(long, conflicts_with = "keys")]
        all: bool,
    },
}

/// `windlass tools`.
#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Tools {
    /// List the tools in the tool cache
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Register a tool of this machine, by a link
    #[command(
        after_help = "Examples:\n  windlass tools add python 3.11\n  windlass tools add java \
        17 --from /usr/lib/jvm/java-17-openjdk-amd64"
    )]
    Add {
        /// python, node, go, java, ruby, or another program or folder of the tool cache
        name: String,
        /// The version, or its beginning; the program is asked for the rest
        version: Option<String>,
        /// The tool's directory, which has its programs in `bin`, or its program [default: what is
        /// on the PATH]
        #[arg(long, value_name = "DIRECTORY|PROGRAM")]
        from: Option<PathBuf>,
    },
    /// Remove tools from the tool cache, those that actions downloaded too
    Remove {
        /// The name from the list
        name: String,
        /// The version, or its beginning [default: all]
        version: Option<String>,
    },
}

/// `NAME=VALUE`.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("'{text}' is not of the form NAME=VALUE")),
    }
}
