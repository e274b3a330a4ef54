//! The text that a shell is given for the commands of a job.
//!
//! As GitLab's runner does it, each command is announced by a green line before it runs, the first
//! one that fails ends the script, and one that has several lines is announced by its first
//! ("Scripts and job logs"; "Types of shells supported by GitLab Runner").

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

use windlass_session::ExecSpec;

/// What runs scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shell {
    /// Bash, which is known to be there.
    Bash,
    /// Bash where there is one, else `sh`.
    Either,
}

/// Starts the better of two shells on the script that is its first argument.
const CHOICE: &str =
    "if command -v bash >/dev/null 2>&1; then exec bash \"$0\"; fi; exec sh \"$0\"";

impl Shell {
    /// The shell of a machine with this environment.
    pub fn of(environment: &[(OsString, OsString)]) -> Self {
        let path = environment.iter().rev().find(|(name, _)| name == "PATH");
        let directories = path.map(|(_, path)| std::env::split_paths(path));
        let has_bash = directories.is_some_and(|mut all| all.any(|it| it.join("bash").is_file()));
        if has_bash { Shell::Bash } else { Shell::Either }
    }

    /// How a script file is started.
    pub fn start(self, script: &Path, directory: &Path) -> ExecSpec {
        match self {
            Shell::Bash => ExecSpec::new("bash", directory).arguments([script]),
            Shell::Either => ExecSpec::new("sh", directory).arguments([
                "-c".as_ref(),
                CHOICE.as_ref(),
                script.as_os_str(),
            ]),
        }
    }

    /// The script that runs these commands one after another.
    pub fn script<'a>(self, commands: impl IntoIterator<Item = &'a String>) -> String {
        let mut text = String::from(match self {
            Shell::Bash => "set -eo pipefail\nset +o noclobber\n",
            Shell::Either => {
                "if set -o | grep pipefail >/dev/null; then set -o pipefail; fi\n\
                 set -o errexit\nset +o noclobber\n"
            }
        });
        for command in commands {
            let shown = quoted(&announcement(command));
            let _ = writeln!(text, "printf '\\033[32;1m%s\\033[0;m\\n' {shown}\n{command}");
        }
        text
    }
}

/// What the log says of a command before it runs.
fn announcement(command: &str) -> String {
    let command = command.trim();
    match command.split_once('\n') {
        Some((first, _)) => format!("$ {first} # collapsed multi-line command"),
        None => format!("$ {command}"),
    }
}

/// A text as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_announced_and_run_as_they_are() {
        let commands = ["echo 'it'".to_owned(), "if true\nthen x\nfi".to_owned()];
        let script = Shell::Bash.script(&commands);
        assert_eq!(
            script,
            "set -eo pipefail\nset +o noclobber\n\
             printf '\\033[32;1m%s\\033[0;m\\n' '$ echo '\\''it'\\'''\necho 'it'\n\
             printf '\\033[32;1m%s\\033[0;m\\n' '$ if true # collapsed multi-line command'\n\
             if true\nthen x\nfi\n"
        );
    }
}
