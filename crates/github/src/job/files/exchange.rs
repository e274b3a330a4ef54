//! One set of command files: made once, read and emptied after each step.
//!
//! They lie in the session's command-file directory, which is on a memory file system where the
//! host has one; a step that writes none of them costs five reads of empty files.

use std::path::{Path, PathBuf};

use windlass_session::{Session, SessionError};

use super::summary;

/// The most that is read of one file, in bytes. GitHub allows 1 MiB an output and 50 MiB a job.
const LIMIT: u64 = 64 * 1024 * 1024;

/// The paths of one set.
#[derive(Clone, Debug)]
pub(crate) struct CommandFiles {
    environment: PathBuf,
    output: PathBuf,
    path: PathBuf,
    state: PathBuf,
    summary: PathBuf,
}

/// What a step wrote; empty text where it wrote nothing.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// `GITHUB_ENV`.
    pub environment: String,
    /// `GITHUB_OUTPUT`.
    pub output: String,
    /// `GITHUB_PATH`.
    pub path: String,
    /// `GITHUB_STATE`.
    pub state: String,
    /// `GITHUB_STEP_SUMMARY`.
    pub summary: String,
    /// Files that were too large or unreadable, as messages for people.
    pub problems: Vec<String>,
}

impl CommandFiles {
    /// Makes the empty files of a set whose names end in `suffix`.
    ///
    /// # Errors
    /// When the session cannot write them.
    pub async fn create(session: &dyn Session, suffix: &str) -> Result<Self, SessionError> {
        let directory = &session.places().command_files;
        let files = CommandFiles {
            environment: directory.join(format!("set_env_{suffix}")),
            output: directory.join(format!("set_output_{suffix}")),
            path: directory.join(format!("add_path_{suffix}")),
            state: directory.join(format!("save_state_{suffix}")),
            summary: directory.join(format!("step_summary_{suffix}")),
        };
        for (_, path) in files.variables() {
            session.put(path, b"").await?;
        }
        Ok(files)
    }

    /// The variables that tell a step where the files are.
    pub fn variables(&self) -> [(&'static str, &Path); 5] {
        [
            ("GITHUB_ENV", &self.environment),
            ("GITHUB_OUTPUT", &self.output),
            ("GITHUB_PATH", &self.path),
            ("GITHUB_STATE", &self.state),
            (summary::VARIABLE, &self.summary),
        ]
    }

    /// Reads what a step wrote and empties the files for the next one.
    pub async fn take(&self, session: &dyn Session) -> Written {
        let mut problems = Vec::new();
        let environment = read(session, &self.environment, "GITHUB_ENV", &mut problems).await;
        let output = read(session, &self.output, "GITHUB_OUTPUT", &mut problems).await;
        let path = read(session, &self.path, "GITHUB_PATH", &mut problems).await;
        let state = read(session, &self.state, "GITHUB_STATE", &mut problems).await;
        let summary = read(session, &self.summary, summary::VARIABLE, &mut problems).await;
        Written { environment, output, path, state, summary, problems }
    }
}

async fn read(
    session: &dyn Session,
    path: &Path,
    variable: &str,
    problems: &mut Vec<String>,
) -> String {
    let limit = if variable == summary::VARIABLE { summary::LIMIT } else { LIMIT };
    match session.get(path, limit).await {
        Ok(Some(bytes)) if bytes.is_empty() => String::new(),
        Ok(content) => {
            empty(session, path, variable, problems).await;
            String::from_utf8_lossy(&content.unwrap_or_default()).into_owned()
        }
        Err(error) => {
            problems.push(match error {
                SessionError::TooLarge { size, .. } if variable == summary::VARIABLE => {
                    summary::too_large(size)
                }
                error => format!("Unable to process file command '{variable}': {error}"),
            });
            empty(session, path, variable, problems).await;
            String::new()
        }
    }
}

async fn empty(session: &dyn Session, path: &Path, variable: &str, problems: &mut Vec<String>) {
    if let Err(error) = session.put(path, b"").await {
        problems.push(format!("Unable to empty the file of {variable}: {error}"));
    }
}
