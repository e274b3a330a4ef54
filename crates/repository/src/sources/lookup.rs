//! Which commit a reference means, asked of the remote or remembered.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use bstr::ByteSlice as _;
use sha2::{Digest as _, Sha256};

use super::{Pinned, Resolution, SourceCache, SourceError, address};
use crate::GitError;
use crate::git::Git;
use crate::git_directory::is_object_name;

/// What the remote said.
pub(super) enum Answer {
    Commit(String),
    /// No branch or tag of that name.
    Nothing,
}

impl SourceCache {
    pub(super) fn look_up(&self, url: &str, reference: &str) -> Result<Pinned, SourceError> {
        address::check_address(url)?;
        address::check_reference(reference)?;
        if is_object_name(reference.as_bytes()) {
            let sha = reference.to_ascii_lowercase();
            return Ok(Pinned { sha, resolution: Resolution::Exact });
        }
        let reason = if self.options.offline && !address::is_local(url) {
            None
        } else {
            match self.ask(url, reference) {
                Ok(Answer::Commit(sha)) => {
                    self.remember(url, reference, &sha)?;
                    return Ok(Pinned { sha, resolution: Resolution::Asked });
                }
                Ok(Answer::Nothing) => return Err(no_such(url, reference)),
                Err(error) => Some(error),
            }
        };
        match (self.remembered(url, reference), reason) {
            (Some(sha), reason) => {
                let reason =
                    reason.map_or_else(|| "offline".to_owned(), |error| first_line(&error));
                Ok(Pinned { sha, resolution: Resolution::Remembered(reason) })
            }
            (None, None) => {
                Err(SourceError::Offline { url: url.to_owned(), reference: reference.to_owned() })
            }
            (None, Some(error)) => Err(unreachable(url, error)),
        }
    }

    /// The tree that was last fetched for `reference`, if it is still here. Nobody is asked and
    /// nothing is started or written.
    #[must_use]
    pub fn kept(&self, url: &str, reference: &str) -> Option<PathBuf> {
        let sha = if is_object_name(reference.as_bytes()) {
            reference.to_ascii_lowercase()
        } else {
            self.remembered(url, reference)?
        };
        Some(self.tree_path(&sha)).filter(|path| path.is_dir())
    }

    /// The tags of a repository, without `refs/tags/`; as many as the remote has.
    ///
    /// # Errors
    /// When the address is refused or the remote does not answer.
    pub fn tags(&self, url: &str) -> Result<Vec<String>, SourceError> {
        address::check_address(url)?;
        let listed = self.list_remote(url, &["refs/tags/*".to_owned()]);
        let listed = listed.map_err(|error| unreachable(url, error))?;
        let names = listed.iter().filter_map(|(_, name)| name.strip_prefix("refs/tags/"));
        Ok(names.filter(|name| !name.ends_with("^{}")).map(str::to_owned).collect())
    }

    /// Asks the remote for a branch, a tag or the beginning of an object name.
    fn ask(&self, url: &str, reference: &str) -> Result<Answer, GitError> {
        let names = if reference == "HEAD" {
            vec![reference.to_owned()]
        } else if reference.starts_with("refs/") {
            vec![format!("{reference}^{{}}"), reference.to_owned()]
        } else {
            vec![
                format!("refs/tags/{reference}^{{}}"),
                format!("refs/tags/{reference}"),
                format!("refs/heads/{reference}"),
            ]
        };
        let listed = self.list_remote(url, &names)?;
        // In the order of `names`: what a tag object names in the end, a tag, a branch.
        let found = names.iter().find_map(|name| Some(&listed.iter().find(|it| it.1 == *name)?.0));
        if let Some(sha) = found {
            return Ok(Answer::Commit(sha.clone()));
        }
        if !is_abbreviation(reference) {
            return Ok(Answer::Nothing);
        }
        self.ask_abbreviated(url, &reference.to_ascii_lowercase())
    }

    /// A short object name: of the tip of a branch or tag, else of any commit below them.
    fn ask_abbreviated(&self, url: &str, short: &str) -> Result<Answer, GitError> {
        let mut tips: Vec<String> = self
            .list_remote(url, &[])?
            .into_iter()
            .filter(|(sha, _)| sha.starts_with(short))
            .map(|(sha, _)| sha)
            .collect();
        tips.sort_unstable();
        tips.dedup();
        if let [only] = tips.as_slice() {
            return Ok(Answer::Commit(only.clone()));
        }
        self.search_history(url, short)
    }

    /// Object names and reference names, as `git ls-remote` lists them.
    fn list_remote(&self, url: &str, names: &[String]) -> Result<Vec<(String, String)>, GitError> {
        let output = self
            .git(&std::env::temp_dir())
            .arguments(["ls-remote", "--quiet", "--", url])
            .arguments(names)
            .run_limited(self.options.timeout)?;
        let lines = output.lines().filter_map(|line| line.split_once_str("\t"));
        Ok(lines
            .filter(|(sha, _)| is_object_name(sha))
            .map(|(sha, name)| (sha.to_str_lossy().into_owned(), name.to_str_lossy().into_owned()))
            .collect())
    }

    /// `git` as it may be used with addresses of strangers.
    pub(super) fn git(&self, directory: &std::path::Path) -> Git {
        Git::new(directory)
            .variable("GIT_ALLOW_PROTOCOL", address::PROTOCOLS)
            .arguments(["-c", "gc.auto=0", "-c", "maintenance.auto=false"])
            .arguments(["-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false"])
    }

    fn note(&self, url: &str, reference: &str) -> PathBuf {
        let digest = Sha256::new().chain_update(url).chain_update("\0").chain_update(reference);
        let digest = digest.finalize();
        let first = digest.first_chunk().copied().unwrap_or_default();
        let name = format!("{:032x}", u128::from_be_bytes(first));
        self.directory.join("references").join(name)
    }

    fn remembered(&self, url: &str, reference: &str) -> Option<String> {
        let text = fs::read_to_string(self.note(url, reference)).ok()?;
        let sha = text.lines().next()?;
        is_object_name(sha.as_bytes()).then(|| sha.to_owned())
    }

    fn remember(&self, url: &str, reference: &str, sha: &str) -> Result<(), SourceError> {
        if self.remembered(url, reference).as_deref() == Some(sha) {
            return Ok(());
        }
        let path = self.note(url, reference);
        let directory = self.directory.join("references");
        let write = || {
            fs::create_dir_all(&directory)?;
            let mut file = tempfile::NamedTempFile::new_in(&directory)?;
            // The rest of the file is for people who look into it.
            writeln!(file, "{sha}\n{reference}")?;
            file.persist(&path).map_err(|error| error.error)
        };
        let written = write();
        written.map(|_| ()).map_err(|error| SourceError::cache("write", path, error))
    }
}

/// At least seven hexadecimal digits, as Git itself abbreviates.
fn is_abbreviation(reference: &str) -> bool {
    (7..40).contains(&reference.len()) && reference.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(super) fn no_such(url: &str, reference: &str) -> SourceError {
    SourceError::NoSuchReference { url: url.to_owned(), reference: reference.to_owned() }
}

/// Says of a failed call that the remote cannot be had, with what git said.
pub(super) fn unreachable(url: &str, error: GitError) -> SourceError {
    match error {
        GitError::Failed { .. } | GitError::TimedOut { .. } => {
            SourceError::Unreachable { url: url.to_owned(), message: first_line(&error) }
        }
        other => SourceError::Git(other),
    }
}

fn first_line(error: &GitError) -> String {
    let message = match error {
        GitError::Failed { message, .. } => message.clone(),
        other => other.to_string(),
    };
    let told = message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    told.trim().trim_start_matches("fatal: ").to_owned()
}
