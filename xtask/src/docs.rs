//! The documentation: built without a warning, its generated pages current.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use crate::{actions, shell};

/// Pages made from the code: the file, and the words that print it.
const GENERATED: &[(&str, &[&str])] = &[
    ("docs/reference/command-line.md", &["reference", "command-line"]),
    ("docs/reference/exit-codes.md", &["reference", "exit-codes"]),
    ("docs/rules/README.md", &["reference", "rules"]),
];

/// Builds, and checks or writes the generated pages.
pub fn run(write: bool) -> Result<()> {
    let mut stale = Vec::new();
    for (file, words) in GENERATED {
        let page = page(words)?;
        let path = Path::new(file);
        if write {
            fs::write(path, page).with_context(|| (*file).to_owned())?;
        } else if fs::read_to_string(path).unwrap_or_default() != page {
            stale.push(*file);
        }
    }
    if !stale.is_empty() {
        bail!("not current: {}; run `cargo xtask docs --write`", stale.join(", "));
    }
    actions::run(None, false)?;
    let arguments = ["doc", "--workspace", "--no-deps", "--quiet", "--document-private-items"];
    // The pages are for those who work on the project: links to private items lead somewhere.
    let flags = "-D warnings -A rustdoc::private_intra_doc_links";
    let status = Command::new("cargo")
        .args(arguments)
        .env("RUSTDOCFLAGS", flags)
        .status()
        .context("cannot start cargo doc")?;
    if !status.success() {
        bail!("the documentation has errors");
    }
    shell::say("docs: built, generated pages are current");
    Ok(())
}

fn page(words: &[&str]) -> Result<String> {
    let output = Command::new("cargo")
        .args(["run", "--quiet", "--package", "windlass", "--"])
        .args(words)
        .output()
        .context("cannot start windlass")?;
    if !output.status.success() {
        bail!("windlass {}: {}", words.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}
