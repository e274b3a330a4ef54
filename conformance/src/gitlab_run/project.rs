//! A case's folder as a project: its files, what stands in for remote ones, the facts about Git
//! that the corpus fixes.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::{fs, io};

use indexmap::IndexMap;
use windlass_diagnostics::SourceId;
use windlass_gitlab_syntax::document::read;
use windlass_gitlab_syntax::path_pattern::PathPattern;
use windlass_gitlab_syntax::sources::ComponentFacts;
use windlass_gitlab_syntax::variables::predefined::{PipelineFacts, of_pipeline};
use windlass_gitlab_syntax::{
    Answer, Compiled, KnownFacts, Levels, MOST_INCLUDES, Origin, SourceRequest, SourceText,
    Sources, Variable, Variables, compile,
};

use super::call::Call;

const PROJECT_PATH: &str = "gcl/test-project";
const COMMIT: &str = "02618988a1864b3d06cfee3bd79f8baa2dd21407";

/// A case's folder.
pub(super) struct Project {
    folder: PathBuf,
    facts: KnownFacts,
    /// The addresses that were asked for, in the order of their stand-ins.
    addresses: RefCell<Vec<String>>,
}

impl Project {
    pub(super) fn open(folder: &Path, call: &Call) -> io::Result<Self> {
        let levels = Levels {
            predefined: of_pipeline(&PipelineFacts {
                branch: Some("master".to_owned()),
                sha: COMMIT.to_owned(),
                message: "Message".to_owned(),
                author: "Testersen <test@test.com>".to_owned(),
                default_branch: "main".to_owned(),
                project_path: PROJECT_PATH.to_owned(),
                server_url: "https://gitlab.com".to_owned(),
                source: "push".to_owned(),
                configuration_path: ".gitlab-ci.yml".to_owned(),
                user_login: "test".to_owned(),
                user_name: "Testersen".to_owned(),
                user_email: "test@test.com".to_owned(),
                ..PipelineFacts::default()
            }),
            project: project_variables(folder),
            pipeline: call
                .args
                .variable
                .iter()
                .filter_map(|pair| pair.split_once('='))
                .map(variable)
                .collect(),
            ..Levels::default()
        };
        let mut files = Vec::new();
        list(folder, "", &mut files)?;
        files.sort();
        let facts = KnownFacts { levels, changed: None, files };
        Ok(Self { folder: folder.to_owned(), facts, addresses: RefCell::default() })
    }

    pub(super) fn levels(&self) -> &Levels {
        &self.facts.levels
    }

    pub(super) fn compile(&self, call: &Call) -> Compiled {
        let file = call.args.file.as_deref().unwrap_or(".gitlab-ci.yml");
        let text = fs::read_to_string(self.folder.join(file)).unwrap_or_default();
        compile(&windlass_gitlab_syntax::Call {
            main: text_of(file, text, Origin::Project),
            inputs: IndexMap::new(),
            sources: self,
            facts: &self.facts,
            most_includes: call.args.maximum_includes.unwrap_or(MOST_INCLUDES),
        })
    }

    fn file(&self, path: &str, name: &str, origin: Origin) -> Option<SourceText> {
        let text = fs::read_to_string(self.folder.join(path)).ok()?;
        Some(text_of(name, text, origin))
    }

    /// The stand-in for an address: the first file named remote-mock for the first address.
    fn remote(&self, url: &str) -> Option<SourceText> {
        let mut addresses = self.addresses.borrow_mut();
        if !addresses.iter().any(|known| known == url) {
            addresses.push(url.to_owned());
        }
        let number = addresses.iter().position(|known| known == url)?;
        let mut mocks = self.facts.files.iter().filter(|file| file.starts_with("remote-mock"));
        self.file(mocks.nth(number)?, url, Origin::Elsewhere)
    }
}

impl Sources for Project {
    fn answer(&self, request: &SourceRequest) -> Answer {
        let found = match request {
            SourceRequest::File { origin: Origin::Other { .. }, path } => {
                self.file(&format!("mock-{path}"), path, Origin::Elsewhere)
            }
            SourceRequest::File { path, .. } => self.file(path, path, Origin::Project),
            SourceRequest::Glob { pattern, .. } => {
                let pattern = PathPattern::of_include(pattern);
                let fits = |path: &&String| pattern.as_ref().is_some_and(|it| it.matches(path));
                let paths = self.facts.files.iter().filter(fits);
                let texts = paths.filter_map(|path| self.file(path, path, Origin::Project));
                return Answer::Found(texts.collect());
            }
            SourceRequest::Remote { url, .. } => self.remote(url),
            SourceRequest::Template { name } => self.remote(name),
            SourceRequest::Component { name, version, project, .. } => {
                let facts = ComponentFacts {
                    name: name.clone(),
                    sha: COMMIT.to_owned(),
                    version: version.clone(),
                    reference: version.clone(),
                };
                let paths =
                    [format!("templates/{name}.yml"), format!("templates/{name}/template.yml")];
                let own = (project == PROJECT_PATH).then_some(paths).into_iter().flatten();
                let text =
                    own.into_iter().find_map(|path| self.file(&path, &path, Origin::Project));
                text.map(|text| SourceText { component: Some(facts), ..text })
            }
        };
        found.map_or_else(
            || Answer::Missing("there is no such file".to_owned()),
            |text| Answer::Found(vec![text]),
        )
    }
}

fn text_of(name: &str, text: String, origin: Origin) -> SourceText {
    SourceText { name: name.into(), text: text.into(), origin, component: None }
}

fn variable((name, value): (&str, &str)) -> (String, Variable) {
    (name.to_owned(), Variable::new(value))
}

/// The variables of the project, which that tool keeps in a file: a value, or one for each
/// environment.
fn project_variables(folder: &Path) -> Variables {
    let text = fs::read_to_string(folder.join(".gitlab-ci-local-variables.yml"));
    let document = text.ok().and_then(|text| read(SourceId(0), &text, &mut Vec::new()).ok());
    let body = document.and_then(|document| document.body);
    let pairs = body.as_ref().and_then(|body| body.as_mapping());
    let pairs = pairs.into_iter().flat_map(|pairs| pairs.iter());
    pairs
        .filter_map(|(name, value)| {
            let everywhere = value.get("values").and_then(|values| values.get("*"));
            let value = everywhere.unwrap_or(value).as_scalar()?;
            Some((name.to_owned(), Variable::new(value)))
        })
        .collect()
}

/// All files below a folder, as paths from it.
fn list(folder: &Path, prefix: &str, files: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder.join(prefix))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if entry.file_type()?.is_dir() {
            list(folder, &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
