//! The benchmarks: what is done, and how much it may cost.

use super::repositories::{Repository, Script};

/// One benchmark.
pub struct Work {
    /// What is done, in words.
    pub name: &'static str,
    /// The repository it is done in; `None` for a command that needs none.
    pub repository: Option<Repository>,
    /// The words of Windlass's command line.
    pub windlass: &'static [&'static str],
    /// A program of the same kind, and the words of its command line.
    pub peer: Option<(Peer, &'static [&'static str])>,
    /// What bash does in its place.
    pub floor: Option<Script>,
    /// Bytes that its steps print or upload, and that have to be stored.
    pub stored: u64,
    /// What is to be reached.
    pub target: Target,
    /// No more runs of it than this.
    pub most_runs: usize,
}

/// A program that is measured beside Windlass where it is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// nektos/act, which runs workflows.
    Act,
    /// rhysd/actionlint, which checks them.
    Actionlint,
    /// firecow/gitlab-ci-local, which runs GitLab's pipelines.
    GitlabCiLocal,
}

impl Peer {
    /// The name of its program.
    pub fn name(self) -> &'static str {
        match self {
            Peer::Act => "act",
            Peer::Actionlint => "actionlint",
            Peer::GitlabCiLocal => "gitlab-ci-local",
        }
    }
}

/// What is to be reached, by the median of the time and the largest memory.
pub enum Target {
    /// At most so many milliseconds.
    Milliseconds(f64),
    /// At most so many times the floor, and milliseconds more.
    Floor { times: f64, plus: f64, mebibytes: Option<f64> },
    /// At least so many megabytes (of a million bytes) a second, in at most so many mebibytes.
    Throughput { megabytes: f64, mebibytes: f64 },
    /// At most so many times the cost that the smallest chain has for each job.
    Linear { jobs: usize, times: f64 },
    /// At most so many times the peer.
    Peer { times: f64 },
    /// At most so many times the cost that a file has in the smallest set of files, in at most so
    /// many times its memory.
    Files { files: usize, times: f64 },
    /// None; it is there to be compared with.
    Nothing,
}

/// act in host mode, where its configuration says the same of the platform.
const ACT: Option<(Peer, &[&str])> =
    Some((Peer::Act, &["push", "--platform", "ubuntu-latest=-self-hosted"]));

/// Checking alone: shellcheck would be most of the time, and is the same for both.
const CHECK: &[&str] = &["check", "--no-shellcheck", "--fail-on", "error"];
const ACTIONLINT: Option<(Peer, &[&str])> =
    Some((Peer::Actionlint, &["-shellcheck=", "-pyflakes="]));

/// A secret for what is printed, so that masking is on.
const PRINT: &[&str] = &["run", "--secret", "TOKEN=correct-horse-battery-staple"];

/// Bytes that the largest step prints.
const GIGABYTE: u64 = 1_000_000_000;

/// Every benchmark, in the order of the table.
pub fn all() -> Vec<Work> {
    let mut works = vec![version()];
    works.extend(small());
    works.extend(matrices());
    works.extend(gitlab());
    works.push(printing("a step that prints 100 MB", GIGABYTE / 10));
    works.push(printing("a step that prints 1 GB", GIGABYTE));
    works.push(uploading());
    works.push(caching());
    works.push(container());
    works.extend([500, 1_000, 2_000].map(chain));
    works.push(plan("--dry-run of 10,000 jobs", Repository::layers(100, 100)));
    works.push(plan("--dry-run of 100 matrices of 100", Repository::chained_matrices(100, 100)));
    works.push(check("check of one file", Repository::steps(10), Target::Milliseconds(3.0)));
    let starters = Repository::starters();
    works.push(Work {
        peer: ACTIONLINT,
        ..check("check of the starter workflows", starters, Target::Peer { times: 0.7 })
    });
    works.extend([1_000, 10_000].map(check_of_many));
    works.push(typing());
    works
}

impl Work {
    /// The name of the folder it is done in.
    pub fn file_name(&self) -> String {
        self.name.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '-' }).collect()
    }
}

fn version() -> Work {
    Work {
        name: "--version",
        repository: None,
        windlass: &["--version"],
        peer: Some((Peer::Act, &["--version"])),
        floor: None,
        stored: 0,
        target: Target::Milliseconds(5.0),
        most_runs: usize::MAX,
    }
}

fn small() -> [Work; 3] {
    let floor = |times, plus| Target::Floor { times, plus, mebibytes: None };
    [
        run("1 step", Repository::steps(1), 1, floor(3.0, 8.0)),
        run("1 job of 100 steps", Repository::steps(100), 100, floor(1.3, 0.0)),
        run("20 chained jobs", Repository::chain(20), 20, floor(4.0, 0.0)),
    ]
}

fn matrices() -> [Work; 2] {
    let floor = |times| Target::Floor { times, plus: 0.0, mebibytes: Some(60.0) };
    [
        run("matrix of 100 jobs", Repository::matrix(100, 0), 100, floor(2.0)),
        run("matrix of 100 jobs, 100 files", Repository::matrix(100, 99), 100, floor(4.0)),
    ]
}

fn gitlab() -> [Work; 4] {
    let floor = |times, plus| Target::Floor { times, plus, mebibytes: None };
    let of = |name, repository, scripts, target| Work {
        peer: Some((Peer::GitlabCiLocal, &["--state-dir", "../peer"])),
        ..run(name, repository, scripts, target)
    };
    [
        of("GitLab: 1 job", Repository::gitlab_jobs(1), 1, floor(3.0, 8.0)),
        of("GitLab: 100 jobs", Repository::gitlab_jobs(100), 100, floor(1.5, 0.0)),
        of("GitLab: 20 stages", Repository::gitlab_stages(20), 20, floor(4.0, 0.0)),
        Work {
            name: "GitLab: list of 1,000 jobs",
            repository: Some(Repository::gitlab_usual(1_000)),
            windlass: &["list"],
            peer: Some((Peer::GitlabCiLocal, &["--list", "--state-dir", "../peer"])),
            floor: None,
            stored: 0,
            target: Target::Milliseconds(40.0),
            most_runs: usize::MAX,
        },
    ]
}

fn run(name: &'static str, repository: Repository, scripts: usize, target: Target) -> Work {
    Work {
        name,
        repository: Some(repository),
        windlass: &["run"],
        peer: ACT,
        floor: Some(Script::Nothing { times: scripts }),
        stored: 0,
        target,
        most_runs: usize::MAX,
    }
}

fn printing(name: &'static str, bytes: u64) -> Work {
    let target = match bytes {
        GIGABYTE => Target::Throughput { megabytes: 150.0, mebibytes: 60.0 },
        _ => Target::Nothing,
    };
    Work {
        name,
        repository: Some(Repository::printing(bytes)),
        windlass: PRINT,
        peer: None,
        floor: Some(Script::Printing { bytes }),
        stored: bytes,
        target,
        most_runs: 5,
    }
}

/// The client is curl, which takes part of the time, and of a machine's processors.
fn uploading() -> Work {
    let bytes = 5 * GIGABYTE;
    Work {
        name: "an artifact of 5 GB",
        repository: Some(Repository::uploading(bytes)),
        windlass: &["run"],
        peer: None,
        floor: None,
        stored: bytes,
        target: Target::Throughput { megabytes: 300.0, mebibytes: 60.0 },
        most_runs: 2,
    }
}

/// The same tree through a cache, client included, and through tar and zstd alone.
fn caching() -> Work {
    Work {
        name: "a cache of 1 GiB, saved and restored",
        repository: Some(Repository::caching(1 << 30)),
        windlass: &["run"],
        peer: None,
        floor: Some(Script::Packing),
        stored: 0,
        target: Target::Floor { times: 1.3, plus: 0.0, mebibytes: Some(60.0) },
        most_runs: 5,
    }
}

fn container() -> Work {
    let target = Target::Floor { times: 1.3, plus: 100.0, mebibytes: None };
    Work {
        peer: None,
        floor: Some(Script::Container),
        ..run("1 step in a container", Repository::container(), 1, target)
    }
}

fn chain(jobs: usize) -> Work {
    let name = match jobs {
        500 => "chain of 500 jobs",
        1_000 => "chain of 1,000 jobs",
        _ => "chain of 2,000 jobs",
    };
    Work {
        peer: None,
        most_runs: 3,
        ..run(name, Repository::chain(jobs), jobs, Target::Linear { jobs, times: 1.25 })
    }
}

fn check(name: &'static str, repository: Repository, target: Target) -> Work {
    Work {
        name,
        repository: Some(repository),
        windlass: CHECK,
        peer: None,
        floor: None,
        stored: 0,
        target,
        most_runs: usize::MAX,
    }
}

fn check_of_many(files: usize) -> Work {
    let name = if files == 1_000 { "check of 1,000 files" } else { "check of 10,000 files" };
    let target = Target::Files { files, times: 1.25 };
    Work { most_runs: 5, ..check(name, Repository::workflows(files), target) }
}

fn plan(name: &'static str, repository: Repository) -> Work {
    Work {
        name,
        repository: Some(repository),
        windlass: &["run", "--dry-run"],
        peer: None,
        floor: None,
        stored: 0,
        target: Target::Milliseconds(1_000.0),
        most_runs: 5,
    }
}

/// A letter that is typed into a file of 2,000 lines, until the editor is told what is wrong.
fn typing() -> Work {
    Work {
        windlass: &["lsp"],
        ..check("a keystroke in 2,000 lines", Repository::chain(333), Target::Milliseconds(20.0))
    }
}
