//! A tool of this machine as actions expect it in the tool cache: its folder's name there, its
//! version, and its programs.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Result, anyhow, bail};
use windlass_github::job::which;

/// A tool to be entered in the cache.
#[derive(Debug, PartialEq, Eq)]
pub struct HostTool {
    /// The name of its folder in the cache.
    pub folder: String,
    /// Its version, of three numbers.
    pub version: String,
    /// The directory with its `bin`, where it has one of its own.
    pub directory: Option<PathBuf>,
    /// Else its programs, by the name that actions look for.
    pub programs: Vec<(String, PathBuf)>,
}

/// What is known of a tool that a `setup-*` action looks for.
struct Known {
    /// What people call it.
    name: &'static str,
    /// The folder that the action looks in.
    folder: &'static str,
    /// The words by which it says its version.
    ask: &'static str,
    /// Its own names; the first is the one that has to be there. `{}` is the version asked for.
    own: &'static [&'static str],
    /// Programs that come with it.
    others: &'static [&'static str],
}

/// The folders are those of actions/setup-python, setup-node, setup-go, setup-java (Temurin, its
/// default in all examples) and ruby/setup-ruby.
const KNOWN: &[Known] = &[
    Known {
        name: "python",
        folder: "Python",
        ask: "--version",
        own: &["python", "python3", "python{}"],
        others: &["pip", "pip3"],
    },
    Known {
        name: "node",
        folder: "node",
        ask: "--version",
        own: &["node", "nodejs"],
        others: &["npm", "npx", "corepack"],
    },
    Known { name: "go", folder: "go", ask: "version", own: &["go"], others: &["gofmt"] },
    Known {
        name: "java",
        folder: "Java_Temurin-Hotspot_jdk",
        ask: "-version",
        own: &["java"],
        others: &["javac", "jar"],
    },
    Known {
        name: "ruby",
        folder: "Ruby",
        ask: "--version",
        own: &["ruby", "ruby{}"],
        others: &["gem", "bundle", "bundler", "irb", "rake"],
    },
];

/// Directories that many programs share: none of them is a tool.
const SHARED: &[&str] = &["/", "/usr", "/usr/local"];

/// Finds a tool of this machine: on the PATH, or where it is said to be.
///
/// # Errors
/// When it is not there, or is there in another version only.
pub fn find(name: &str, version: Option<&str>, from: Option<&Path>) -> Result<HostTool> {
    let is_fit = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '_' | '-');
    if name.starts_with('.') || name.is_empty() || !name.chars().all(is_fit) {
        bail!("'{name}' is no name of a tool: it is of letters, digits, '.', '_' and '-'");
    }
    let wanted = match version {
        Some(written) => numbers(written)?,
        None => Vec::new(),
    };
    let known = KNOWN.iter().find(|known| {
        known.name.eq_ignore_ascii_case(name) || known.folder.eq_ignore_ascii_case(name)
    });
    let own: Vec<String> = match known {
        Some(known) => {
            let version = version.unwrap_or_default();
            known.own.iter().map(|it| it.replace("{}", version)).collect()
        }
        None => vec![name.to_owned()],
    };
    let ask = known.map_or("--version", |known| known.ask);
    let from = from.map(|from| std::path::absolute(from).unwrap_or_else(|_| from.to_owned()));
    let candidates = candidates(&own, from.as_deref())?;
    let (program, version) = choose(&candidates, &wanted, ask, from.is_some())?;
    let directory = directory_of(program.as_deref(), from).filter(|home| {
        // Actions look for the first name.
        program.is_none() || own.first().is_some_and(|first| home.join("bin").join(first).exists())
    });
    let others = known.map_or(&[][..], |known| known.others);
    let programs = match (program, &directory) {
        (Some(program), None) => programs(&program, &own, others),
        _ => Vec::new(),
    };
    let folder = known.map_or(name, |known| known.folder).to_owned();
    Ok(HostTool { folder, version, directory, programs })
}

/// The directory that is the tool's own: the one that was named, else that above the `bin` with
/// its program, also where only a link to it is on the PATH.
fn directory_of(program: Option<&Path>, from: Option<PathBuf>) -> Option<PathBuf> {
    if let Some(from) = from.filter(|from| from.is_dir()) {
        return Some(from);
    }
    let home = |program: &Path| home_of(program).map(Path::to_owned);
    home(program?).or_else(|| home(&std::fs::canonicalize(program?).ok()?))
}

/// A program by all its names, and those beside it that come with it.
fn programs(program: &Path, own: &[String], others: &[&str]) -> Vec<(String, PathBuf)> {
    let mut programs: Vec<(String, PathBuf)> = Vec::new();
    let beside = program.parent().unwrap_or(Path::new("/")).as_os_str();
    let others = others.iter().filter_map(|name| Some(((*name).to_owned(), which(name, beside)?)));
    for (name, program) in own.iter().map(|name| (name.clone(), program.to_owned())).chain(others) {
        if !programs.iter().any(|(known, _)| *known == name) {
            programs.push((name, program));
        }
    }
    programs
}

/// The programs that may be it.
fn candidates(own: &[String], from: Option<&Path>) -> Result<Vec<PathBuf>> {
    let path = match from {
        None => env::var_os("PATH").unwrap_or_default(),
        Some(from) if from.is_dir() => from.join("bin").into_os_string(),
        Some(from) => {
            let program = from.to_str().and_then(|it| which(it, OsStr::new("")));
            return program
                .map(|it| vec![it])
                .ok_or_else(|| anyhow!("{} is neither a directory nor a program", from.display()));
        }
    };
    // The most special name first: `python3.11` before `python3` before `python`.
    let found: Vec<PathBuf> = own.iter().rev().filter_map(|name| which(name, &path)).collect();
    if found.is_empty() && from.is_none() {
        let names = own.join(" or ");
        bail!(
            "{names} is not on the PATH; install it, or say where it is by --from DIRECTORY or \
             --from PROGRAM"
        );
    }
    Ok(found)
}

/// The first program of the version that is wanted, and that version in full. A version in full of
/// what lies at a place that was named is believed.
fn choose(
    candidates: &[PathBuf],
    wanted: &[u64],
    ask: &str,
    is_named: bool,
) -> Result<(Option<PathBuf>, String)> {
    if is_named && wanted.len() == 3 {
        return Ok((candidates.first().cloned(), text(wanted)));
    }
    let mut others = Vec::new();
    for program in candidates {
        match version_of(program, ask) {
            Some(version) if version.starts_with(wanted) => {
                return Ok((Some(program.clone()), text(&version)));
            }
            Some(version) => others.push(format!("{} is {}", program.display(), text(&version))),
            None => others.push(format!("{} does not say its version", program.display())),
        }
    }
    if others.is_empty() {
        bail!("nothing there says its version: give it as three numbers, such as 1.2.3");
    }
    bail!("{}; --from says where another one is", others.join(", "))
}

/// What a program says of its version, filled up to three numbers.
fn version_of(program: &Path, ask: &str) -> Option<Vec<u64>> {
    let output = Command::new(program).arg(ask).stdin(Stdio::null()).output().ok()?;
    let said = [output.stdout, output.stderr].concat();
    let mut version = first_version(&String::from_utf8_lossy(&said))?;
    version.resize(3, 0);
    Some(version)
}

/// The first two or more numbers with points between them.
fn first_version(said: &str) -> Option<Vec<u64>> {
    let is_part = |letter: char| letter.is_ascii_digit() || letter == '.';
    let mut parts = said.split(|letter| !is_part(letter)).filter(|part| part.contains('.'));
    parts.find_map(|part| {
        let found: Vec<u64> = part.split('.').map_while(|it| it.parse().ok()).collect();
        (found.len() > 1).then_some(found)
    })
}

/// A version that somebody wrote.
fn numbers(written: &str) -> Result<Vec<u64>> {
    let parts = written.strip_prefix('v').unwrap_or(written).split('.');
    let numbers: Option<Vec<u64>> = parts.map(|part| part.parse().ok()).collect();
    numbers.filter(|numbers| numbers.len() <= 3).ok_or_else(|| {
        anyhow!("'{written}' is no version: it is of up to three numbers, such as 3.11 or 3.11.2")
    })
}

fn text(version: &[u64]) -> String {
    let numbers: Vec<String> = version.iter().map(u64::to_string).collect();
    numbers.join(".")
}

/// The directory that a program's `bin` is in, if that is the tool's own.
fn home_of(program: &Path) -> Option<&Path> {
    let bin = program.parent().filter(|bin| bin.file_name() == Some(OsStr::new("bin")))?;
    bin.parent().filter(|home| !SHARED.iter().any(|shared| home.as_os_str() == *shared))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_in_what_programs_say() {
        for (said, version) in [
            ("Python 3.11.2\n", "3.11.2"),
            ("v20.19.2", "20.19.2"),
            ("go version go1.22 linux/amd64", "1.22"),
            ("openjdk version \"17.0.15\" 2025-04-15\n", "17.0.15"),
            ("ruby 3.1.2p20 (2022-04-12 revision 4491bb740a)", "3.1.2"),
            ("tool. It is 2 years old, version 1.4-beta", "1.4"),
        ] {
            let found = first_version(said).unwrap_or_else(|| panic!("{said}"));
            assert_eq!(text(&found), version);
        }
        assert_eq!(first_version("no version 7."), None);
        assert_eq!(numbers("v3.11").unwrap(), [3, 11]);
        for odd in ["", "3.x", "1.2.3.4", "../3", "3..1"] {
            assert!(numbers(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_directory_that_is_shared_is_no_tool() {
        let home = |program: &str| home_of(Path::new(program)).map(|it| it.display().to_string());
        assert_eq!(home("/usr/bin/python3"), None);
        assert_eq!(home("/usr/lib/jvm/java-17/bin/java").as_deref(), Some("/usr/lib/jvm/java-17"));
        assert_eq!(home("/opt/tool/program"), None);
    }

    #[test]
    fn names_that_lead_elsewhere_are_none() {
        for name in ["", "..", "../x", "a/b", ".hidden", "a b"] {
            assert!(find(name, None, None).is_err(), "{name}");
        }
    }
}
