//! Fuzzing of the readers of workflows and of GitLab's configurations, with the stable toolchain:
//! libFuzzer's coverage without a sanitizer, since the code is safe Rust.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};
use clap::ValueEnum;

use crate::shell;

/// What cargo-fuzz passes for coverage.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares \
    --cfg fuzzing -Ccodegen-units=1";

/// The largest text that is made, in bytes; large ones are slow and find little more.
const LONGEST: &str = "-max_len=8192";

/// A text that takes longer than this, in seconds, counts as a failure.
const SLOWEST: &str = "-timeout=10";

/// Where inputs and what they broke are kept.
const FOLDER: &str = "target/fuzz";

/// What the texts are taken for; each has a program of its name in `fuzz/src/bin`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Target {
    /// Workflows and actions of GitHub.
    Check,
    /// Configurations of GitLab.
    Gitlab,
}

impl Target {
    fn name(self) -> &'static str {
        match self {
            Target::Check => "check",
            Target::Gitlab => "gitlab",
        }
    }

    /// The folders of cases that are its first texts.
    fn seeds(self) -> &'static [&'static str] {
        match self {
            Target::Check => {
                &["github/lint-err", "github/lint-examples", "github/lint-ok", "github/reader"]
            }
            Target::Gitlab => &["gitlab/run", "guides/gitlab"],
        }
    }
}

/// Runs the target for some seconds, with the cases as first inputs where they are.
pub fn run(target: Target, seconds: u64, cases: Option<PathBuf>) -> Result<()> {
    let name = target.name();
    let corpus = Path::new(FOLDER).join("corpus").join(name);
    fs::create_dir_all(&corpus)?;
    let cases = shell::cases(cases);
    let seeds = target.seeds().iter().map(|folder| cases.join(folder));
    let seeds: Vec<PathBuf> = seeds.filter(|folder| folder.is_dir()).collect();
    let host = shell::output("rustc", &["--print", "host-tuple"])?;
    let status = Command::new("cargo")
        .args(["run", "--release", "--manifest-path", "fuzz/Cargo.toml", "--bin", name])
        .args(["--target", host.trim(), "--target-dir"])
        .arg(Path::new(FOLDER).join("build"))
        .arg("--")
        .arg(&corpus)
        .args(seeds)
        .args([LONGEST, SLOWEST, &format!("-max_total_time={seconds}"), "-print_final_stats=1"])
        .arg(format!("-artifact_prefix={FOLDER}/"))
        .env("RUSTFLAGS", COVERAGE)
        .env_remove("CARGO_TARGET_DIR")
        .status()?;
    if !status.success() {
        bail!("an input fails; it lies in {}", env::current_dir()?.join(FOLDER).display());
    }
    shell::say(&format!("fuzz {name}: {seconds} seconds without a failure"));
    Ok(())
}
