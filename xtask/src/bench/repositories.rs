//! The repositories that the benchmarks run in, and the scripts that are their floor.

use std::{fmt::Write as _, fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use crate::shell;

/// A line that steps print: 79 letters, blanks and digits, and the line's end.
const LINE: &str =
    "2026-11-21T10:00:00Z INFO  compiling module 0123 of the application, all is well";

/// A repository of workflows.
pub struct Repository {
    workflows: Workflows,
    /// Files beside the workflows.
    files: usize,
}

enum Workflows {
    /// One with these jobs, which a push starts.
    One { jobs: String },
    /// So many of a usual size.
    Many { count: usize },
    /// The templates among the cases of other projects.
    Starters,
    /// A configuration of GitLab.
    Configuration { text: String },
    /// One with an action that uploads an artifact of so many bytes.
    Uploading { bytes: u64 },
}

/// That action.
const UPLOAD: &str = include_str!("upload.js");
const UPLOAD_METADATA: &str = "name: Upload
description: Uploads an artifact
inputs: {size: {description: Its bytes, required: true}}
runs: {using: node20, main: main.js}
";

/// A workflow of a usual size.
const USUAL: &str = include_str!("usual.yml");

/// What bash does where Windlass runs a workflow.
pub enum Script {
    /// A shell for each step, one after the other; the steps do nothing.
    Nothing { times: usize },
    /// A step that prints, its output stored.
    Printing { bytes: u64 },
}

impl Repository {
    /// One job with so many steps that do nothing.
    pub fn steps(count: usize) -> Self {
        Self::of(job("job", "", &["true"].repeat(count)))
    }

    /// Jobs that each need the one before.
    pub fn chain(count: usize) -> Self {
        let needs = |index: usize| match index {
            0 => String::new(),
            _ => format!("    needs: job-{}\n", index - 1),
        };
        let jobs = (0..count).map(|index| job(&format!("job-{index}"), &needs(index), &["true"]));
        Self::of(jobs.collect())
    }

    /// A job with so many combinations, and so many files for each of their workspaces.
    pub fn matrix(combinations: usize, files: usize) -> Self {
        Repository { files, ..Self::of(job("job", &strategy(combinations), &["true"])) }
    }

    /// A job with a step that prints so many bytes.
    pub fn printing(bytes: u64) -> Self {
        Self::of(job("job", "", &[&print(bytes)]))
    }

    /// Layers of jobs, each of which needs two of the layer before; written briefly, for GitHub
    /// reads no file of more than 1,048,576 characters.
    pub fn layers(layers: usize, width: usize) -> Self {
        let mut jobs = String::new();
        for (layer, place) in (0..layers).flat_map(|layer| (0..width).map(move |it| (layer, it))) {
            let needs = match layer {
                0 => String::new(),
                _ => {
                    let (above, beside) = (layer - 1, (place + 1) % width);
                    format!("needs: [j-{above}-{place}, j-{above}-{beside}], ")
                }
            };
            // Writing to a string cannot fail.
            let _ = writeln!(
                jobs,
                "  j-{layer}-{place}: {{runs-on: ubuntu-latest, {needs}steps: [{{run: \"true\"}}]}}"
            );
        }
        Self::of(jobs)
    }

    /// A chain of jobs, each with a matrix of so many combinations.
    pub fn chained_matrices(count: usize, combinations: usize) -> Self {
        let matrix = strategy(combinations);
        let keys = |index: usize| match index {
            0 => matrix.clone(),
            _ => format!("    needs: job-{}\n{matrix}", index - 1),
        };
        let jobs = (0..count).map(|index| job(&format!("job-{index}"), &keys(index), &["true"]));
        Self::of(jobs.collect())
    }

    /// So many workflows to check.
    pub fn workflows(count: usize) -> Self {
        Repository { workflows: Workflows::Many { count }, files: 0 }
    }

    /// A job with a step that uploads an artifact of so many bytes.
    pub fn uploading(bytes: u64) -> Self {
        Repository { workflows: Workflows::Uploading { bytes }, files: 0 }
    }

    /// The starter workflows among the cases, to check.
    pub fn starters() -> Self {
        Repository { workflows: Workflows::Starters, files: 0 }
    }

    /// Jobs of GitLab in one stage, each with a script that does nothing.
    pub fn gitlab_jobs(count: usize) -> Self {
        let jobs = (0..count).map(|index| format!("job-{index}:\n  script: \"true\"\n"));
        Self::configuration(jobs.collect())
    }

    /// Stages of GitLab, each with one such job.
    pub fn gitlab_stages(count: usize) -> Self {
        let names: Vec<String> = (0..count).map(|index| format!("stage-{index}")).collect();
        let jobs = names
            .iter()
            .map(|stage| format!("of-{stage}:\n  stage: {stage}\n  script: \"true\"\n"));
        Self::configuration(format!("stages: [{}]\n", names.join(", ")) + &jobs.collect::<String>())
    }

    /// Jobs of GitLab of a usual length: seven lines each.
    pub fn gitlab_usual(count: usize) -> Self {
        let jobs = (0..count).map(|index| {
            format!(
                "job-{index}:\n  stage: test\n  variables:\n    NUMBER: \"{index}\"\n  rules:\n    - if: \
                 $CI_COMMIT_BRANCH\n  script: [make job-{index}]\n"
            )
        });
        Self::configuration(jobs.collect())
    }

    fn configuration(text: String) -> Self {
        Repository { workflows: Workflows::Configuration { text }, files: 0 }
    }

    fn of(jobs: String) -> Self {
        Repository { workflows: Workflows::One { jobs }, files: 0 }
    }

    /// Writes the repository and commits it.
    pub fn make(&self, folder: &Path) -> Result<()> {
        let workflows = folder.join(".github/workflows");
        if !matches!(self.workflows, Workflows::Configuration { .. }) {
            fs::create_dir_all(&workflows)?;
        }
        match &self.workflows {
            Workflows::Configuration { text } => fs::write(folder.join(".gitlab-ci.yml"), text)?,
            Workflows::One { jobs } => {
                fs::write(workflows.join("bench.yml"), format!("on: push\njobs:\n{jobs}"))?;
            }
            Workflows::Many { count } => {
                for number in 0..*count {
                    fs::write(workflows.join(format!("w-{number}.yml")), USUAL)?;
                }
            }
            Workflows::Starters => copy_starters(&workflows)?,
            Workflows::Uploading { bytes } => {
                let steps = format!("[{{uses: ./upload, with: {{size: {bytes}}}}}]");
                let jobs = format!("  job: {{runs-on: ubuntu-latest, steps: {steps}}}\n");
                fs::write(workflows.join("bench.yml"), format!("on: push\njobs:\n{jobs}"))?;
                let action = folder.join("upload");
                fs::create_dir_all(&action)?;
                fs::write(action.join("action.yml"), UPLOAD_METADATA)?;
                fs::write(action.join("main.js"), UPLOAD)?;
            }
        }
        for number in 0..self.files {
            let part = folder.join(format!("part-{}", number % 10));
            fs::create_dir_all(&part)?;
            fs::write(part.join(format!("file-{number}.txt")), format!("{LINE}\n").repeat(25))?;
        }
        git(folder, &["init", "--quiet", "--initial-branch=main"])?;
        git(folder, &["add", "--all"])?;
        let author = ["-c", "user.name=Bench", "-c", "user.email=bench@example.invalid"];
        git(folder, &[&author[..], &["commit", "--quiet", "--message=Begin"]].concat())
    }
}

impl Script {
    /// Writes the script into a folder and answers its text: `bash` runs it there.
    pub fn make(&self, folder: &Path) -> Result<()> {
        let (step, floor) = match self {
            Script::Nothing { times } => {
                let loops = format!("for ((i = 0; i < {times}; i++)); do bash -e step.sh; done\n");
                ("true\n".to_owned(), loops)
            }
            Script::Printing { bytes } => {
                (print(*bytes) + "\n", "bash -e step.sh >floor.log; rm floor.log\n".to_owned())
            }
        };
        fs::create_dir_all(folder)?;
        fs::write(folder.join("step.sh"), step)?;
        fs::write(folder.join("floor.sh"), floor)?;
        Ok(())
    }
}

/// The templates with values in place of their placeholders.
fn copy_starters(folder: &Path) -> Result<()> {
    let cases = shell::cases(None).join("github/starter");
    let sets = fs::read_dir(&cases).with_context(|| cases.display().to_string())?;
    for set in sets.flatten().filter(|set| set.path().is_dir()) {
        for file in fs::read_dir(set.path())?.flatten() {
            let name = format!("{}-{}", set.file_name().display(), file.file_name().display());
            if name.ends_with(".yml") {
                let text = fs::read_to_string(file.path())?;
                let text = text
                    .replace("$default-branch", "main")
                    .replace("$protected-branches", "main")
                    .replace("$cron-daily", "30 5 * * *")
                    .replace("$cron-weekly", "30 5 * * 1");
                fs::write(folder.join(name), text)?;
            }
        }
    }
    Ok(())
}

fn print(bytes: u64) -> String {
    format!("yes '{LINE}' | head --bytes={bytes}")
}

/// A matrix of so many combinations.
fn strategy(combinations: usize) -> String {
    let numbers: Vec<String> = (1..=combinations).map(|number| number.to_string()).collect();
    format!("    strategy:\n      matrix:\n        number: [{}]\n", numbers.join(", "))
}

fn job(name: &str, keys: &str, scripts: &[&str]) -> String {
    let mut job = format!("  {name}:\n    runs-on: ubuntu-latest\n{keys}    steps:\n");
    for script in scripts {
        // Writing to a string cannot fail.
        let _ = writeln!(job, "      - run: |\n          {script}");
    }
    job
}

fn git(folder: &Path, arguments: &[&str]) -> Result<()> {
    let status = Command::new("git").arg("-C").arg(folder).args(arguments).status();
    if !status.context("cannot start git")?.success() {
        bail!("git {} failed", arguments.join(" "));
    }
    Ok(())
}
