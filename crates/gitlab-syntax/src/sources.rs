//! Where included texts come from: what is asked for, and what is answered.
//!
//! Compiling is a function of texts. A text that is not there yet is asked for by a
//! [`SourceRequest`]; whoever compiles fetches it and compiles again.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The repository a file belongs to; `include:local` stays within it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The project the pipeline is for, at the commit it is for.
    #[default]
    Project,
    /// Another project.
    Other {
        /// Host name of another GitLab; `None` for this one.
        host: Option<String>,
        /// Full path, e.g. `group/templates`.
        project: String,
        /// Branch, tag or commit; the default branch if not said.
        reference: Option<String>,
    },
    /// No repository: a file behind an address or a template. Has no local files.
    Elsewhere,
}

/// A text that an `include` names. Source: "CI/CD YAML syntax reference", section `include`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceRequest {
    /// A file of a repository.
    File {
        /// Which repository.
        origin: Origin,
        /// Path from its root, without a leading slash.
        path: String,
    },
    /// All files of a repository whose path matches
    /// [`PathPattern::of_include`](crate::path_pattern::PathPattern::of_include), by name.
    Glob {
        /// Which repository.
        origin: Origin,
        /// Pattern from its root, without a leading slash.
        pattern: String,
    },
    /// A file behind an address.
    Remote {
        /// With `https://` or `http://`.
        url: String,
        /// `sha256-` and the Base64 of the hash the text must have.
        integrity: Option<String>,
    },
    /// A template of GitLab, e.g. `Auto-DevOps.gitlab-ci.yml`.
    Template {
        /// Its name.
        name: String,
    },
    /// A component: `templates/NAME.yml` or `templates/NAME/template.yml` of its project.
    Component {
        /// Host name of its GitLab.
        host: String,
        /// Full path of its project.
        project: String,
        /// Its name.
        name: String,
        /// Commit, tag, branch, a part of a version (`1.2`), or `~latest`.
        version: String,
    },
}

impl SourceRequest {
    /// What a component asks for: `HOST/PROJECT/NAME@VERSION`.
    ///
    /// # Errors
    /// The address has another form; a sentence that says so.
    pub fn component(address: &str) -> Result<Self, String> {
        let refuse =
            || format!("`{address}` is no component; it takes `HOST/PROJECT/NAME@VERSION`");
        let (path, version) = address.rsplit_once('@').ok_or_else(refuse)?;
        let (host, path) = path.split_once('/').ok_or_else(refuse)?;
        let (project, name) = path.rsplit_once('/').ok_or_else(refuse)?;
        if [host, project, name, version].iter().any(|part| part.is_empty()) {
            return Err(refuse());
        }
        Ok(Self::Component {
            host: host.to_owned(),
            project: project.to_owned(),
            name: name.to_owned(),
            version: version.to_owned(),
        })
    }
}

/// A text with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    /// As people see it in messages: a path or an address.
    pub name: Arc<str>,
    /// The whole text.
    pub text: Arc<str>,
    /// The repository that its own `include:local` mean.
    pub origin: Origin,
    /// Of a component: what `$[[ component.… ]]` gives.
    pub component: Option<ComponentFacts>,
}

impl SourceText {
    /// A text that is no component.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<Arc<str>>, origin: Origin) -> Self {
        Self { name: name.into(), text: text.into(), origin, component: None }
    }
}

/// What a component may ask about itself. Source: "CI/CD components", section "Use component
/// context in components".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComponentFacts {
    /// Its name.
    pub name: String,
    /// The commit it was taken from.
    pub sha: String,
    /// The version it was asked for.
    pub version: String,
    /// The commit, tag or branch that this was.
    pub reference: String,
}

/// What there is for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The texts; one but for a glob, which may also give none.
    Found(Vec<SourceText>),
    /// There is no such text; why, as a clause.
    Missing(String),
    /// It has to be fetched first.
    NotFetched,
}

/// Answers requests; asked again for the same request, it gives the same answer.
pub trait Sources {
    /// What there is for this request.
    fn answer(&self, request: &SourceRequest) -> Answer;
}

/// Sources that have been fetched beforehand; what is not there has to be fetched.
#[derive(Debug, Clone, Default)]
pub struct FetchedSources(pub HashMap<SourceRequest, Answer>);

impl Sources for FetchedSources {
    fn answer(&self, request: &SourceRequest) -> Answer {
        self.0.get(request).cloned().unwrap_or(Answer::NotFetched)
    }
}
