//! What to start: a program, its arguments and everything it sees of the world.
//!
//! Nothing is inherited: a field that is not here does not reach the child. Shell templates,
//! script files and the variables of a step are made by the job driver.

use std::ffi::OsString;
use std::path::PathBuf;

/// A program to start by [`Session::exec`](crate::Session::exec).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecSpec {
    /// A path, or a bare name that is looked up on the `PATH` of [`ExecSpec::environment`].
    /// A relative path with a slash counts from [`ExecSpec::directory`].
    pub program: OsString,
    /// The arguments after the program's own name, passed as they are (no shell in between).
    pub arguments: Vec<OsString>,
    /// The complete environment: nothing of the caller's is inherited. When a name is there twice
    /// the last one counts. The session adds [`TRACKING_VARIABLE`](crate::TRACKING_VARIABLE)
    /// unless it is there; a script that sets it to something else keeps its background
    /// processes alive after the job, as on GitHub.
    pub environment: Vec<(OsString, OsString)>,
    /// The working directory; it must exist.
    pub directory: PathBuf,
    /// What the program reads from its standard input.
    pub stdin: Stdin,
    /// For messages and test logs ("Run cargo test"); no effect on the run.
    pub label: String,
}

/// The standard input of a program. It is never the terminal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Stdin {
    /// End of file at once.
    #[default]
    Null,
    /// These bytes, then end of file. A program that does not read them is not an error.
    Bytes(Vec<u8>),
}

impl ExecSpec {
    /// A program without arguments, with an empty environment, in `directory`.
    #[must_use]
    pub fn new(program: impl Into<OsString>, directory: impl Into<PathBuf>) -> Self {
        let program = program.into();
        Self {
            label: program.to_string_lossy().into_owned(),
            program,
            arguments: Vec::new(),
            environment: Vec::new(),
            directory: directory.into(),
            stdin: Stdin::Null,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn arguments<I: IntoIterator<Item: Into<OsString>>>(mut self, arguments: I) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Adds a variable of the environment.
    #[must_use]
    pub fn variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// The last value of a variable, as the child will see it.
    #[must_use]
    pub fn get_variable(&self, name: &str) -> Option<&OsString> {
        self.environment.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Program and arguments joined by spaces, for messages and for matching in tests. Not a
    /// shell command line: nothing is quoted, and bytes that are not UTF-8 are replaced.
    #[must_use]
    pub fn command_line(&self) -> String {
        let mut line = self.program.to_string_lossy().into_owned();
        for argument in &self.arguments {
            line.push(' ');
            line.push_str(&argument.to_string_lossy());
        }
        line
    }
}
