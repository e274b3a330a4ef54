//! A configuration looked at with the files of its project alone, as `windlass check` and an editor
//! do: nothing is fetched, and the pipeline is that of a push to the default branch.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::compile::{Call, Compiled, MOST_INCLUDES, compile};
use crate::facts::Facts;
use crate::path_pattern::PathPattern;
use crate::sources::{Answer, Origin, SourceRequest, SourceText, Sources};
use crate::templates;
use crate::variables::Levels;
use crate::variables::predefined::{PipelineFacts, of_pipeline};

/// The files below a folder, by their path from there with `/`. Asked more than once for the same
/// thing, it answers the same.
pub trait LocalFiles {
    /// The text of a file.
    ///
    /// # Errors
    /// It cannot be read; why, as a clause.
    fn read(&self, path: &str) -> Result<String, String>;

    /// The paths of all files.
    fn paths(&self) -> BTreeSet<String>;
}

/// Sources that are the files of the project and the templates that ship with Windlass.
pub struct LocalSources<F>(pub F);

impl<F: LocalFiles> Sources for LocalSources<F> {
    fn answer(&self, request: &SourceRequest) -> Answer {
        let found = match request {
            SourceRequest::File { origin: Origin::Project, path } => (self.0.read(path))
                .map(|text| vec![SourceText::new(path.as_str(), text, Origin::Project)]),
            SourceRequest::Glob { origin: Origin::Project, pattern } => {
                matching(&self.0, pattern, &Origin::Project)
            }
            SourceRequest::Template { name } => template(name),
            _ => return Answer::NotFetched,
        };
        found.map_or_else(Answer::Missing, Answer::Found)
    }
}

/// The files that fit a pattern of `include:local`, in the order of their paths.
///
/// Source: "CI/CD YAML syntax reference", section `include:local`.
///
/// # Errors
/// The pattern or a file cannot be read; why, as a clause.
pub fn matching(
    files: &dyn LocalFiles,
    pattern: &str,
    origin: &Origin,
) -> Result<Vec<SourceText>, String> {
    let fits =
        PathPattern::of_include(pattern).ok_or_else(|| "the pattern is invalid".to_owned())?;
    let paths = files.paths().into_iter().filter(|path| fits.matches(path));
    paths.map(|path| Ok(SourceText::new(&*path, files.read(&path)?, origin.clone()))).collect()
}

/// The text of a template.
///
/// # Errors
/// It does not ship with Windlass; a clause that says so, and what to do.
pub fn template(name: &str) -> Result<Vec<SourceText>, String> {
    match templates::text(name) {
        Some(text) => Ok(vec![SourceText::new(name, text, Origin::Elsewhere)]),
        None => Err(format!(
            "it does not ship with Windlass, which has {}; copy the file from your GitLab into the \
             project and include it by `local`",
            templates::names().collect::<Vec<_>>().join(", ")
        )),
    }
}

/// The facts of a push to the default branch, whatever is checked out, and without a Git to ask.
pub struct PushFacts<'a> {
    files: &'a dyn LocalFiles,
    levels: Levels,
}

impl<'a> PushFacts<'a> {
    /// In the project with these files.
    #[must_use]
    pub fn new(files: &'a dyn LocalFiles) -> Self {
        let facts = PipelineFacts {
            branch: Some("main".to_owned()),
            default_branch: "main".to_owned(),
            source: "push".to_owned(),
            ..PipelineFacts::default()
        };
        let levels = Levels { predefined: of_pipeline(&facts), ..Levels::default() };
        Self { files, levels }
    }
}

impl Facts for PushFacts<'_> {
    fn levels(&self) -> &Levels {
        &self.levels
    }

    fn changed_files(&self, _compare_to: Option<&str>) -> Result<Option<Vec<String>>, String> {
        Ok(None)
    }

    fn existing_files(
        &self,
        project: Option<&str>,
        _reference: Option<&str>,
    ) -> Result<Vec<String>, String> {
        match project {
            None => Ok(self.files.paths().into_iter().collect()),
            Some(project) => Err(format!("the files of {project} are not here")),
        }
    }
}

/// Looks at a configuration alone. Where it includes something that would have to be fetched, only
/// what goes before that is looked at.
#[must_use]
pub fn check<F: LocalFiles>(files: &F, name: &str, text: &str) -> Compiled {
    compile(&Call {
        main: SourceText::new(name, text, Origin::Project),
        inputs: IndexMap::new(),
        sources: &LocalSources(files),
        facts: &PushFacts::new(files),
        most_includes: MOST_INCLUDES,
    })
}

impl<F: LocalFiles> LocalFiles for &F {
    fn read(&self, path: &str) -> Result<String, String> {
        (**self).read(path)
    }

    fn paths(&self) -> BTreeSet<String> {
        (**self).paths()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::compile::Outcome;

    struct Files(BTreeMap<&'static str, &'static str>);

    impl LocalFiles for Files {
        fn read(&self, path: &str) -> Result<String, String> {
            let text = self.0.get(path).ok_or("there is no such file")?;
            Ok((*text).to_owned())
        }

        fn paths(&self) -> BTreeSet<String> {
            self.0.keys().map(|path| (*path).to_owned()).collect()
        }
    }

    #[test]
    fn files_of_the_project_are_included_and_others_are_not_fetched() {
        let files = Files(BTreeMap::from([
            ("ci/a.yml", "a: {script: x}\n"),
            ("ci/deep/b.yml", "b: {script: x, rules: [{exists: [ci/a.yml]}]}\n"),
        ]));
        let jobs = |text: &str| match check(&files, ".gitlab-ci.yml", text).outcome {
            Outcome::Pipeline(pipeline) => Some(pipeline.jobs.len()),
            _ => None,
        };
        assert_eq!(jobs("include: /ci/a.yml\n"), Some(1));
        assert_eq!(jobs("include: ci/**.yml\n"), Some(2));
        assert_eq!(jobs("include: ci/c.yml\n"), None);
        let needs = check(&files, ".gitlab-ci.yml", "include: {project: a/b, file: c.yml}\n");
        assert!(matches!(needs.outcome, Outcome::Needs(_)));
    }
}
