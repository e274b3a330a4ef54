//! Runs Windlass against cases that the project did not write, and compares.
//!
//! One file a corpus, each with `run(directory) -> CorpusResult`; the cases are data that is not
//! part of the project. What other projects print (trees, official messages) is rendered here from
//! Windlass' own types and never shown to users. `main.rs` prints the results and compares them
//! with the recorded rates.

pub mod cases;
pub mod checked;
pub mod github_expressions;
pub mod github_lint_err;
pub mod github_lint_ok;
pub mod github_reader;
pub mod github_run;
pub mod github_starter;
pub mod gitlab_run;
pub mod guides_github;
pub mod guides_gitlab;
pub mod guides_mistakes;
pub mod program;
pub mod rates;
pub mod stand_ins;

use std::path::{Path, PathBuf};

/// What a corpus gave.
#[derive(Debug, Clone, Default)]
pub struct CorpusResult {
    /// Cases that came out as expected.
    pub passed: usize,
    /// Cases that count: all but the excepted ones.
    pub total: usize,
    /// Cases that came out differently.
    pub failures: Vec<Failure>,
    /// Cases that do not count, each with the reason.
    pub excepted: Vec<(String, String)>,
}

/// A case that came out differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Name of the case within its corpus.
    pub case: String,
    /// What was expected (`-`) and what came (`+`).
    pub difference: String,
}

impl CorpusResult {
    /// Counts one case.
    pub fn record(&mut self, case: &str, outcome: Result<(), String>) {
        self.total += 1;
        match outcome {
            Ok(()) => self.passed += 1,
            Err(difference) => {
                self.failures.push(Failure { case: case.to_owned(), difference });
            }
        }
    }

    /// Notes a case that does not count.
    pub fn except(&mut self, case: &str, reason: &str) {
        self.excepted.push((case.to_owned(), reason.to_owned()));
    }
}

/// One corpus: its folder below the cases, and how to run it.
pub struct Corpus {
    /// Path below the folder of the cases, and its name on the command line.
    pub name: &'static str,
    /// Runs every case of the folder.
    pub run: fn(&Path) -> std::io::Result<CorpusResult>,
}

/// Every corpus there is a runner for.
pub const CORPORA: &[Corpus] = &[
    Corpus { name: "github/expressions", run: github_expressions::run },
    Corpus { name: "github/reader", run: github_reader::run },
    Corpus { name: "github/starter", run: github_starter::run },
    Corpus { name: "github/lint-ok", run: github_lint_ok::run },
    Corpus { name: "github/lint-err", run: github_lint_err::run },
    Corpus { name: "github/lint-examples", run: github_lint_err::run },
    Corpus { name: "github/run", run: github_run::run },
    Corpus { name: "gitlab/run", run: gitlab_run::run },
    Corpus { name: "guides/github", run: guides_github::run },
    Corpus { name: "guides/gitlab", run: guides_gitlab::run },
    Corpus { name: "guides", run: guides_mistakes::run },
];

/// The folder of the cases when none is named: `WINDLASS_CASES`, else `shared/cases` beside the
/// project.
#[must_use]
pub fn default_cases() -> PathBuf {
    std::env::var_os("WINDLASS_CASES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/cases"),
        PathBuf::from,
    )
}
