//! Everything that can be said of the sources without running them.

use std::fs;

use anyhow::{Result, bail};

use crate::{architecture, shell, sources};

/// A file longer than this tells more than one thing.
const LONGEST_FILE: usize = 800;

/// Runs every check; the cheap ones first.
pub fn run() -> Result<()> {
    architecture::check()?;
    files()?;
    shell::run("cargo", &["fmt", "--all", "--check"])?;
    shell::run(
        "cargo",
        &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"],
    )?;
    shell::say("check: imports, sizes, headers, format and lints are in order");
    Ok(())
}

/// Sizes, headers and marks of unfinished work.
fn files() -> Result<()> {
    let mut wrong = Vec::new();
    for path in sources::rust_files(&["crates", "conformance", "xtask"])? {
        let text = fs::read_to_string(&path)?;
        let name = path.display();
        let lines = text.lines().count();
        if lines > LONGEST_FILE {
            wrong.push(format!("{name}: {lines} lines, more than {LONGEST_FILE}"));
        }
        if !text.starts_with("//!") {
            wrong.push(format!("{name}: does not open with a //! header"));
        }
        let marks = ["TO".to_owned() + "DO", "FIX".to_owned() + "ME", "HA".to_owned() + "CK:"];
        if let Some(mark) = marks.iter().find(|mark| text.contains(mark.as_str())) {
            wrong.push(format!("{name}: {mark} marks unfinished work; open an issue instead"));
        }
    }
    if !wrong.is_empty() {
        bail!("sources:\n  {}", wrong.join("\n  "));
    }
    Ok(())
}
