//! What a pipeline is made for: commit, source, variables, changed and existing files.

use crate::variables::Levels;

/// What a pipeline is made for.
///
/// Everything is asked for more than once and answers the same each time. The branch, the tag and
/// the source are in the predefined variables: `CI_COMMIT_BRANCH`, `CI_COMMIT_TAG`,
/// `CI_PIPELINE_SOURCE`.
pub trait Facts {
    /// The variables outside of the configuration; [`Levels::configuration`] and
    /// [`Levels::dotenv`] are not read.
    fn levels(&self) -> &Levels;

    /// The files that the pipeline's commits changed, or those that differ from `compare_to` (a
    /// branch, tag or commit). `None` where there is nothing to compare with: `rules:changes` is
    /// then true.
    ///
    /// # Errors
    /// `compare_to` names nothing that exists; why, as a clause.
    fn changed_files(&self, compare_to: Option<&str>) -> Result<Option<Vec<String>>, String>;

    /// Paths of all files of a project at a branch, tag or commit; `None` for the commit of the
    /// pipeline. `project` is `None` for the pipeline's own.
    ///
    /// # Errors
    /// There is no such project or reference; why, as a clause.
    fn existing_files(
        &self,
        project: Option<&str>,
        reference: Option<&str>,
    ) -> Result<Vec<String>, String>;
}

/// Facts that are known beforehand.
#[derive(Debug, Clone, Default)]
pub struct KnownFacts {
    /// See [`Facts::levels`].
    pub levels: Levels,
    /// See [`Facts::changed_files`]; also the answer for every `compare_to`.
    pub changed: Option<Vec<String>>,
    /// The files of the project.
    pub files: Vec<String>,
}

impl Facts for KnownFacts {
    fn levels(&self) -> &Levels {
        &self.levels
    }

    fn changed_files(&self, _compare_to: Option<&str>) -> Result<Option<Vec<String>>, String> {
        Ok(self.changed.clone())
    }

    fn existing_files(
        &self,
        project: Option<&str>,
        _reference: Option<&str>,
    ) -> Result<Vec<String>, String> {
        match project {
            None => Ok(self.files.clone()),
            Some(project) => Err(format!("the project {project} is not known here")),
        }
    }
}
