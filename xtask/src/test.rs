//! Every test of the project, and the one line that sums them up.

use std::{
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{install, shell};

/// What the test runner's closing lines add up to.
#[derive(Default)]
struct Total {
    passed: u64,
    failed: u64,
    ignored: u64,
}

/// Runs the tests of the workspace, then the cases.
pub fn run(with_install: bool) -> Result<()> {
    if with_install {
        install::install()?;
    }
    for missing in install::missing() {
        shell::say(&format!("skipping what needs {missing}; `cargo xtask test --install` gets it"));
    }
    shell::say(&format!("{}; {}", install::version("git"), install::version("bash")));
    let total = workspace_tests()?;
    conformance(None, &[])?;
    let line =
        format!("{} passed, {} failed, {} skipped\n", total.passed, total.failed, total.ignored);
    std::io::stdout().write_all(line.as_bytes())?;
    Ok(())
}

fn workspace_tests() -> Result<Total> {
    let node = std::env::current_dir()?.join(install::NODE_FOLDER).join("node_modules");
    let mut child = Command::new("cargo")
        .args(["test", "--workspace", "--no-fail-fast"])
        .env("WINDLASS_TEST_NODE_MODULES", node)
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cargo test")?;
    let mut total = Total::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line?;
            total.add(&line);
            writeln!(std::io::stdout(), "{line}")?;
        }
    }
    if !child.wait()?.success() {
        bail!("{} passed, {} failed", total.passed, total.failed.max(1));
    }
    Ok(total)
}

impl Total {
    /// `test result: ok. 5 passed; 0 failed; 1 ignored; …`
    fn add(&mut self, line: &str) {
        let Some(counts) = line.strip_prefix("test result: ") else { return };
        let words: Vec<&str> = counts.split([' ', ';']).filter(|word| !word.is_empty()).collect();
        for pair in words.windows(2) {
            let count = pair[0].parse().unwrap_or(0);
            match pair[1] {
                "passed" => self.passed += count,
                "failed" => self.failed += count,
                "ignored" => self.ignored += count,
                _ => {}
            }
        }
    }
}

/// Runs the corpora of cases, with the program as the tests built it.
pub fn conformance(cases: Option<PathBuf>, corpora: &[String]) -> Result<()> {
    shell::run("cargo", &["build", "--quiet", "--package", "windlass"])?;
    let cases = cases.map(|path| path.display().to_string());
    let mut arguments = vec!["run", "--quiet", "--package", "windlass-conformance", "--"];
    if let Some(cases) = &cases {
        arguments.extend(["--cases", cases]);
    }
    arguments.extend(corpora.iter().map(String::as_str));
    shell::run("cargo", &arguments)
}
