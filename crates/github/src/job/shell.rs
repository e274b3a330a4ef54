//! How a `run` step's script is handed to its shell.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", `jobs.<job_id>.steps[*].shell`, with
//! the exact arguments of actions/runner's `ScriptHandlerHelpers`.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A shell that was found on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shell {
    /// The program's full path.
    pub program: PathBuf,
    /// Its arguments; `{0}` stands for the script.
    pub arguments: String,
    /// How the script file's name ends, with the dot.
    pub extension: &'static str,
    /// What is put before and after the script.
    wrapping: (&'static str, &'static str),
}

/// A shell cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum ShellError {
    /// The program is not on the PATH.
    #[error("{program}: command not found. Install it, or choose another `shell` for the step")]
    NotFound {
        /// The program's name.
        program: String,
    },
    /// A template without a place for the script.
    #[error(
        "Invalid shell option '{0}'. Shell must be a valid built-in (bash, sh, python, pwsh, \
         powershell, cmd) or a format string containing '{{0}}'"
    )]
    Template(String),
}

struct BuiltIn {
    name: &'static str,
    arguments: &'static str,
    extension: &'static str,
    wrapping: (&'static str, &'static str),
}

const POWERSHELL: (&str, &str) = (
    "$ErrorActionPreference = 'stop'\n",
    "\nif ((Test-Path -LiteralPath variable:\\LASTEXITCODE)) { exit $LASTEXITCODE }",
);

const BUILT_IN: &[BuiltIn] = &[
    BuiltIn {
        name: "bash",
        arguments: "--noprofile --norc -e -o pipefail {0}",
        extension: ".sh",
        wrapping: ("", ""),
    },
    BuiltIn { name: "sh", arguments: "-e {0}", extension: ".sh", wrapping: ("", "") },
    BuiltIn { name: "python", arguments: "{0}", extension: ".py", wrapping: ("", "") },
    BuiltIn {
        name: "pwsh",
        arguments: "-command \". '{0}'\"",
        extension: ".ps1",
        wrapping: POWERSHELL,
    },
    BuiltIn {
        name: "powershell",
        arguments: "-command \". '{0}'\"",
        extension: ".ps1",
        wrapping: POWERSHELL,
    },
    BuiltIn {
        name: "cmd",
        arguments: "/D /E:ON /V:OFF /S /C \"CALL \"{0}\"\"",
        extension: ".cmd",
        wrapping: ("@echo off\n", ""),
    },
];

impl Shell {
    /// The shell that `written` asks for, or the default: bash without its strict options, else
    /// sh.
    ///
    /// # Errors
    /// When the program is missing or a template has no `{0}`.
    pub fn find(written: Option<&str>, path: &OsStr) -> Result<Self, ShellError> {
        let default = || which("bash", path).map_or_else(|| require("sh", path), Ok);
        Self::choose(written, default, |name| match require(name, path) {
            Err(_) if name == "python" => require("python3", path).or_else(|_| require(name, path)),
            found => found,
        })
    }

    /// The same in a job's container, whose engine looks programs up; the default is sh (GitHub
    /// Docs, "Running jobs in a container", "Customizing the shell").
    ///
    /// # Errors
    /// When a template has no `{0}`.
    pub fn in_container(written: Option<&str>) -> Result<Self, ShellError> {
        Self::choose(written, || Ok(PathBuf::from("sh")), |name| Ok(PathBuf::from(name)))
    }

    fn choose(
        written: Option<&str>,
        default: impl FnOnce() -> Result<PathBuf, ShellError>,
        look_up: impl Fn(&str) -> Result<PathBuf, ShellError>,
    ) -> Result<Self, ShellError> {
        let Some(written) = written.map(str::trim).filter(|text| !text.is_empty()) else {
            let (program, arguments) = (default()?, "-e {0}".to_owned());
            return Ok(Shell { program, arguments, extension: ".sh", wrapping: ("", "") });
        };
        let (name, arguments) = written.split_once(' ').unwrap_or((written, ""));
        let arguments = arguments.trim();
        let base = Path::new(name).file_name().and_then(OsStr::to_str).unwrap_or(name);
        let built_in = BUILT_IN.iter().find(|known| known.name.eq_ignore_ascii_case(base));
        let arguments = match built_in {
            Some(known) if arguments.is_empty() => known.arguments.to_owned(),
            _ => arguments.to_owned(),
        };
        if !arguments.contains("{0}") {
            return Err(ShellError::Template(written.to_owned()));
        }
        let program = look_up(name)?;
        let extension = built_in.map_or("", |known| known.extension);
        let wrapping = built_in.map_or(("", ""), |known| known.wrapping);
        Ok(Shell { program, arguments, extension, wrapping })
    }

    /// The arguments that run a script.
    pub fn arguments_for(&self, script: &Path) -> Vec<OsString> {
        let script = script.to_string_lossy();
        split(&self.arguments).map(|word| word.replace("{0}", &script).into()).collect()
    }

    /// The script as it is written to its file.
    pub fn file_content(&self, script: &str) -> String {
        let (before, after) = self.wrapping;
        [before, script, after].concat()
    }

    /// Program and arguments as GitHub prints them.
    pub fn display(&self) -> String {
        format!("{} {}", self.program.display(), self.arguments)
    }
}

fn require(name: &str, path: &OsStr) -> Result<PathBuf, ShellError> {
    which(name, path).ok_or_else(|| ShellError::NotFound { program: name.to_owned() })
}

/// The program of this name in the directories of a `PATH`.
#[must_use]
pub fn which(name: &str, path: &OsStr) -> Option<PathBuf> {
    if name.contains('/') {
        let program = PathBuf::from(name);
        return is_program(&program).then_some(program);
    }
    std::env::split_paths(path)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(name))
        .find(|program| is_program(program))
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path)
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// Words of a command line: separated by white space, double quotes hold one together.
fn split(line: &str) -> impl Iterator<Item = String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '\\' if characters.peek() == Some(&'"') => {
                word.get_or_insert_default().push('"');
                characters.next();
            }
            space if space.is_whitespace() && !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    words.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path() -> OsString {
        std::env::var_os("PATH").expect("a PATH")
    }

    fn arguments(written: Option<&str>) -> Vec<OsString> {
        let shell = Shell::find(written, &path()).expect("a shell");
        shell.arguments_for(Path::new("/a b/1.sh"))
    }

    #[test]
    fn documented_arguments() {
        assert_eq!(arguments(None), ["-e", "/a b/1.sh"]);
        let strict = ["--noprofile", "--norc", "-e", "-o", "pipefail", "/a b/1.sh"];
        assert_eq!(arguments(Some("bash")), strict);
        assert_eq!(arguments(Some("sh")), ["-e", "/a b/1.sh"]);
        assert_eq!(arguments(Some("bash -l {0}")), ["-l", "/a b/1.sh"]);
        assert_eq!(
            arguments(Some("env A=1 \"x y\" bash {0}")),
            ["A=1", "x y", "bash", "/a b/1.sh"]
        );
    }

    #[test]
    fn a_container_looks_programs_up_itself() {
        let shell = Shell::in_container(None).expect("a shell");
        assert_eq!((shell.display().as_str(), shell.extension), ("sh -e {0}", ".sh"));
        let shell = Shell::in_container(Some("bash")).expect("a shell");
        assert_eq!(shell.display(), "bash --noprofile --norc -e -o pipefail {0}");
        assert!(matches!(Shell::in_container(Some("x")), Err(ShellError::Template(_))));
    }

    #[test]
    fn what_cannot_be_used() {
        let find = |written| Shell::find(Some(written), &path()).unwrap_err();
        assert!(matches!(find("no-such-shell {0}"), ShellError::NotFound { .. }));
        assert!(matches!(find("bash -c"), ShellError::Template(_)));
        assert!(matches!(find("perl"), ShellError::Template(_)));
    }

    #[test]
    fn powershell_fails_on_errors() {
        let shell = Shell {
            program: "/usr/bin/pwsh".into(),
            arguments: BUILT_IN[3].arguments.to_owned(),
            extension: ".ps1",
            wrapping: POWERSHELL,
        };
        assert!(shell.file_content("ls").starts_with("$ErrorActionPreference"));
        let arguments = shell.arguments_for(Path::new("/t/1.ps1"));
        assert_eq!(arguments, ["-command", ". '/t/1.ps1'"]);
    }

    #[test]
    fn the_default_is_sh_without_bash() {
        let directory = tempfile::tempdir().expect("a directory");
        let sh = which("sh", &path()).expect("sh");
        std::os::unix::fs::symlink(sh, directory.path().join("sh")).expect("a link");
        let shell = Shell::find(None, directory.path().as_os_str()).expect("a shell");
        assert_eq!(shell.program, directory.path().join("sh"));
    }
}
