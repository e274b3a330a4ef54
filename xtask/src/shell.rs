//! Running other programs, with what they are for in the error.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};

/// Runs a program to its end, its output shown.
pub fn run(program: &str, arguments: &[&str]) -> Result<()> {
    say(&format!("$ {program} {}", arguments.join(" ")));
    let status = Command::new(program)
        .args(arguments)
        .status()
        .with_context(|| format!("cannot start {program}"))?;
    if !status.success() {
        bail!("{program} {} failed: {status}", arguments.join(" "));
    }
    Ok(())
}

/// What a program prints.
pub fn output(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .with_context(|| format!("cannot start {program}"))?;
    if !output.status.success() {
        bail!("{program} {} failed: {}", arguments.join(" "), output.status);
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The folder of cases: as named, else `WINDLASS_CASES`, else beside the project.
pub fn cases(named: Option<PathBuf>) -> PathBuf {
    let named = named.or_else(|| std::env::var_os("WINDLASS_CASES").map(PathBuf::from));
    named.unwrap_or_else(|| "../shared/cases".into())
}

/// Whether a program is there.
pub fn has(program: &str) -> bool {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&paths).any(|folder| folder.join(program).is_file())
}

/// Says something to the person at the terminal.
#[allow(clippy::print_stderr, reason = "the one place where the chores speak")]
pub fn say(text: &str) {
    eprintln!("{text}");
}
