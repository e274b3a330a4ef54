//! Fuzzing of `windlass check`, with the stable toolchain: libFuzzer's coverage without a sanitizer,
//! since the code is safe Rust.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, bail};

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

/// Runs the target for some seconds, with the cases as first inputs where they are.
pub fn run(seconds: u64, cases: Option<PathBuf>) -> Result<()> {
    let corpus = Path::new(FOLDER).join("corpus");
    fs::create_dir_all(&corpus)?;
    let cases = shell::cases(cases);
    let seeds =
        ["lint-err", "lint-examples", "lint-ok", "reader"].map(|it| cases.join("github").join(it));
    let seeds: Vec<PathBuf> = seeds.into_iter().filter(|folder| folder.is_dir()).collect();
    let host = shell::output("rustc", &["--print", "host-tuple"])?;
    let status = Command::new("cargo")
        .args(["run", "--release", "--manifest-path", "fuzz/Cargo.toml", "--bin", "check"])
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
    shell::say(&format!("fuzz: {seconds} seconds without a failure"));
    Ok(())
}
