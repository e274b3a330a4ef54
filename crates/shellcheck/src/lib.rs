//! Shell scripts looked at by the program shellcheck, where it is installed.
//!
//! All scripts of a file in one language go to one process: starting it is most of the cost. What
//! a comment means for the file that a script stands in is the caller's business. Source:
//! shellcheck's manual page, format `json1`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

/// The program.
#[derive(Debug, Clone)]
pub struct Shellcheck {
    program: PathBuf,
    /// What the project has set for it.
    settings: Option<Vec<u8>>,
}

/// The names of its settings, the first before the second. Source: its manual page, "RC files".
const SETTINGS: [&str; 2] = [".shellcheckrc", "shellcheckrc"];

/// What shellcheck says of a script. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Which of the scripts.
    pub script: usize,
    /// Its number, as in `SC2086`.
    pub code: u32,
    /// How bad it is there: `error`, `warning`, `info` or `style`.
    pub level: String,
    /// What is wrong.
    pub message: String,
    /// Line and column where it starts.
    pub from: (usize, usize),
    /// Line and column just behind its end.
    pub to: (usize, usize),
}

/// Why shellcheck gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ShellcheckError {
    /// It could not be started, or the scripts could not be written for it.
    #[error("cannot run shellcheck")]
    Run(#[from] std::io::Error),
    /// It printed something else than comments.
    #[error("shellcheck printed what is no comment: {0}")]
    Output(#[source] serde_json::Error, String),
}

/// Comments that say nothing of a script whose expressions are stood in for by words: a condition
/// or loop over a constant (2043, 2050, 2157, 2193, 2194), a variable that comes from the
/// environment (2154), a file that is not followed (1091).
const LEFT_OUT: &str = "SC1091,SC2043,SC2050,SC2154,SC2157,SC2193,SC2194";

/// A longer script is not looked at: shellcheck takes minutes for megabytes.
const LONGEST_SCRIPT: usize = 128 << 10;

#[derive(Deserialize)]
struct Report {
    comments: Vec<Reported>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reported {
    file: String,
    line: usize,
    end_line: usize,
    column: usize,
    end_column: usize,
    level: String,
    code: u32,
    message: String,
}

impl Shellcheck {
    /// The program on this search path (the value of `PATH`), if it is there.
    #[must_use]
    pub fn find(path: &std::ffi::OsStr) -> Option<Self> {
        let programs = std::env::split_paths(path).map(|folder| folder.join("shellcheck"));
        let program = programs.into_iter().find(|program| program.is_file())?;
        Some(Self { program, settings: None })
    }

    /// The same with the settings that are at the root of a project, if there are any: shellcheck
    /// looks for them beside a script, and a script of a workflow has no place of its own.
    #[must_use]
    pub fn with_settings_of(mut self, root: &Path) -> Self {
        self.settings = SETTINGS.into_iter().find_map(|name| fs::read(root.join(name)).ok());
        self
    }

    /// Looks at scripts in one language, `sh` or `bash`.
    ///
    /// # Errors
    /// See [`ShellcheckError`].
    pub fn check(&self, shell: &str, scripts: &[&str]) -> Result<Vec<Comment>, ShellcheckError> {
        if scripts.is_empty() {
            return Ok(Vec::new());
        }
        let folder = tempfile::tempdir()?;
        if let Some(settings) = &self.settings {
            fs::write(folder.path().join(SETTINGS[0]), settings)?;
        }
        let mut files = Vec::new();
        for (index, script) in scripts.iter().enumerate() {
            if script.len() <= LONGEST_SCRIPT {
                let file = index.to_string();
                fs::write(folder.path().join(&file), script)?;
                files.push(file);
            }
        }
        self.run(shell, folder.path(), &files)
    }

    fn run(
        &self,
        shell: &str,
        folder: &Path,
        files: &[String],
    ) -> Result<Vec<Comment>, ShellcheckError> {
        let output = Command::new(&self.program)
            .args(["--format", "json1", "--exclude", LEFT_OUT, "--shell", shell])
            .args(files)
            .current_dir(folder)
            .stdin(Stdio::null())
            .output()?;
        let report: Report = serde_json::from_slice(&output.stdout).map_err(|error| {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            ShellcheckError::Output(error, said)
        })?;
        Ok(report.comments.into_iter().filter_map(Reported::into_comment).collect())
    }
}

impl Reported {
    fn into_comment(self) -> Option<Comment> {
        Some(Comment {
            script: self.file.parse().ok()?,
            code: self.code,
            level: self.level,
            message: self.message,
            from: (self.line, self.column),
            to: (self.end_line, self.end_column),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_name_script_place_and_code() {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let Some(shellcheck) = Shellcheck::find(&path) else {
            eprintln!("skipped: shellcheck is not installed");
            return;
        };
        let found =
            shellcheck.check("bash", &["true\n", "echo hi\nä=1; echo \"$A\" $ä$B\n"]).unwrap();
        let quoted = found.iter().find(|comment| comment.code == 2086).unwrap();
        assert_eq!((quoted.script, quoted.from.0, quoted.level.as_str()), (1, 2, "info"));
        assert!(found.iter().all(|comment| comment.script == 1), "{found:?}");
        assert!(shellcheck.check("sh", &["a=(1 2)\n"]).unwrap().iter().any(|it| it.code == 3030));
        assert_eq!(shellcheck.check("sh", &[]).unwrap(), []);
    }

    #[test]
    fn settings_of_the_project_hold() {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let Some(shellcheck) = Shellcheck::find(&path) else {
            eprintln!("skipped: shellcheck is not installed");
            return;
        };
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join(".shellcheckrc"), "disable=SC2086\n").unwrap();
        let script = "a=1; echo $a$B\n";
        let found = |shellcheck: &Shellcheck| {
            let found = shellcheck.check("bash", &[script]).unwrap();
            found.iter().filter(|comment| comment.code == 2086).count()
        };
        assert!(found(&shellcheck) > 0);
        assert_eq!(found(&shellcheck.with_settings_of(root.path())), 0);
    }

    #[test]
    fn a_program_that_prints_something_else_is_told() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/bin/echo", folder.path().join("shellcheck")).unwrap();
        let shellcheck = Shellcheck::find(folder.path().as_os_str()).unwrap();
        let error = shellcheck.check("sh", &["true"]).unwrap_err();
        assert!(matches!(error, ShellcheckError::Output(..)), "{error}");
    }
}
