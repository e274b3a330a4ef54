//! Running other programs, with what they are for in the error.

use std::process::Command;

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
