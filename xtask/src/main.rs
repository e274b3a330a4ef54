//! The chores of the project: `cargo xtask check|test|bench|conformance|docs|actions|fuzz`.

mod actions;
mod architecture;
mod bench;
mod check;
mod docs;
mod fuzz;
mod install;
mod shell;
mod sources;
mod test;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "The project's chores")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Format, lints, the import table, file sizes and headers
    Check,
    /// Run every test; says what it skips and why
    Test {
        /// Install the real components that tests need (root on Debian)
        #[arg(long)]
        install: bool,
    },
    /// Measure the program beside bash and, where it is installed, act
    Bench {
        /// Only benchmarks whose name contains this
        filter: Option<String>,
        /// Runs of each command
        #[arg(long, default_value_t = 15)]
        runs: usize,
    },
    /// Run other projects' cases
    Conformance {
        /// The folder of cases [default: $WINDLASS_CASES, else ../shared/cases]
        #[arg(long)]
        cases: Option<PathBuf>,
        /// Which corpora, such as github/expressions; all where none is given
        corpora: Vec<String>,
    },
    /// Build the documentation and check that the generated pages are current
    Docs {
        /// Write the generated pages instead of checking them
        #[arg(long)]
        write: bool,
    },
    /// Check that the table of well-known actions is what the facts say
    Actions {
        /// The folder of cases [default: $WINDLASS_CASES, else ../shared/cases]
        #[arg(long)]
        cases: Option<PathBuf>,
        /// Write the table instead of checking it
        #[arg(long)]
        write: bool,
    },
    /// Feed made-up texts to a reader of configurations, looking for one that it cannot take
    Fuzz {
        /// What the texts are taken for
        #[arg(default_value = "check")]
        target: fuzz::Target,
        /// How long
        #[arg(long, default_value_t = 600)]
        seconds: u64,
        /// The folder of cases, the first texts [default: $WINDLASS_CASES, else ../shared/cases]
        #[arg(long)]
        cases: Option<PathBuf>,
    },
}

fn main() -> ExitCode {
    match chore() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            shell::say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn chore() -> anyhow::Result<()> {
    std::env::set_current_dir(root())?;
    match Arguments::parse().chore {
        Chore::Check => check::run(),
        Chore::Test { install } => test::run(install),
        Chore::Bench { filter, runs } => bench::run(filter.as_deref(), runs),
        Chore::Conformance { cases, corpora } => test::conformance(cases, &corpora),
        Chore::Docs { write } => docs::run(write),
        Chore::Actions { cases, write } => actions::run(cases, write),
        Chore::Fuzz { target, seconds, cases } => fuzz::run(target, seconds, cases),
    }
}

/// The project's root: the folder above this crate's.
fn root() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.parent().map(PathBuf::from).unwrap_or(own)
}
