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
    /// One with an action, which is this script and takes these bytes, and beside it a tree of as
    /// many for those who want it.
    Action { script: &'static str, bytes: u64, has_tree: bool },
}

/// The actions.
const UPLOAD: &str = include_str!("upload.js");
const CACHE: &str = include_str!("cache.js");
const METADATA: &str = "name: Work
description: Calls the services
inputs:
  size: {description: Bytes, required: true}
  tree: {description: A folder of as many, required: true}
runs: {using: node20, main: main.js}
";

/// The files of a tree are of this size: half of it is text, half does not compress.
const TREE_FILE: u64 = 256 << 10;

/// A workflow of a usual size.
const USUAL: &str = include_str!("usual.yml");

/// What bash does where Windlass runs a workflow.
pub enum Script {
    /// A shell for each step, one after the other; the steps do nothing.
    Nothing { times: usize },
    /// A step that prints, its output stored.
    Printing { bytes: u64 },
    /// A step that does nothing, in a container of its own.
    Container,
    /// The tree beside the repository packed and unpacked.
    Packing,
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
        let workflows = Workflows::Action { script: UPLOAD, bytes, has_tree: false };
        Repository { workflows, files: 0 }
    }

    /// A job with a step that saves a tree of so many bytes in a cache and restores it.
    pub fn caching(bytes: u64) -> Self {
        let workflows = Workflows::Action { script: CACHE, bytes, has_tree: true };
        Repository { workflows, files: 0 }
    }

    /// A job in a container, with a step that does nothing.
    pub fn container() -> Self {
        Self::of(job("job", "    container: busybox\n", &["true"]))
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
            Workflows::Action { script, bytes, has_tree } => {
                let tree = folder.with_file_name("tree");
                if *has_tree {
                    make_tree(&tree, *bytes)?;
                }
                let inputs = format!("{{size: {bytes}, tree: '{}'}}", tree.display());
                let steps = format!("[{{uses: ./work, with: {inputs}}}]");
                let jobs = format!("  job: {{runs-on: ubuntu-latest, steps: {steps}}}\n");
                fs::write(workflows.join("bench.yml"), format!("on: push\njobs:\n{jobs}"))?;
                let action = folder.join("work");
                fs::create_dir_all(&action)?;
                fs::write(action.join("action.yml"), METADATA)?;
                fs::write(action.join("main.js"), script)?;
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
            Script::Container => {
                let run =
                    "docker run --rm --volume \"$PWD:/w\" --workdir /w busybox sh -e step.sh\n";
                let look = Command::new("docker").args(["image", "inspect", "busybox"]).output();
                if !look.is_ok_and(|output| output.status.success()) {
                    bail!("this needs Docker with the image busybox (DOCKER_HOST says which)");
                }
                ("true\n".to_owned(), run.to_owned())
            }
            Script::Packing => ("true\n".to_owned(), PACK.to_owned()),
        };
        fs::create_dir_all(folder)?;
        fs::write(folder.join("step.sh"), step)?;
        fs::write(folder.join("floor.sh"), floor)?;
        Ok(())
    }
}

/// What a cache does with a tree, without a server in between.
const PACK: &str = "set -e
tar --use-compress-program zstdmt -cf tree.tzst -C ../tree .
mkdir tree
tar --use-compress-program unzstd -xf tree.tzst -C tree
rm -r tree tree.tzst
";

/// Files of so many bytes together.
fn make_tree(folder: &Path, bytes: u64) -> Result<()> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let text = format!("{LINE}\n").into_bytes();
    for number in 0..bytes / TREE_FILE {
        let part = folder.join(format!("part-{}", number % 64));
        fs::create_dir_all(&part)?;
        let mut content: Vec<u8> =
            text.iter().copied().cycle().take(TREE_FILE as usize / 2).collect();
        while content.len() < TREE_FILE as usize {
            // Marsaglia's xorshift: nothing that compresses.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            content.extend_from_slice(&state.to_le_bytes());
        }
        fs::write(part.join(format!("file-{number}")), content)?;
    }
    Ok(())
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
