//! What a pipeline is made for, as Git and the command line say.

use std::cell::OnceCell;

use jiff::Timestamp;
use windlass_gitlab::order::{OtherProject, PipelineContext};
use windlass_gitlab_syntax::{
    Facts, Levels, Variable, Variables,
    variables::predefined::{PipelineFacts, of_pipeline},
};
use windlass_repository::{ChangeBase, changed_files};

use crate::{arguments::PipelineFor, run::project::Opened};

/// The source of a pipeline that came about by a merge request.
const MERGE_REQUEST: &str = "merge_request_event";

/// The facts of a project.
pub struct ProjectFacts<'a> {
    opened: &'a Opened,
    facts: PipelineFacts,
    levels: Levels,
    files: OnceCell<Result<Vec<String>, String>>,
}

impl<'a> ProjectFacts<'a> {
    /// Of the checked out commit, for a pipeline of the configuration `file`.
    pub fn new(opened: &'a Opened, wanted: &PipelineFor, file: &str) -> Self {
        let facts = pipeline_facts(opened, wanted, file);
        let mut predefined = of_pipeline(&facts);
        if facts.source == MERGE_REQUEST {
            predefined.overlay(&merge_request(&facts));
        }
        let typed = |pairs: &[(String, String)]| -> Variables {
            pairs.iter().map(|(name, value)| (name, Variable::new(value))).collect()
        };
        let pipeline = typed(&wanted.var);
        let levels = Levels { predefined, pipeline, ..Levels::default() };
        ProjectFacts { opened, facts, levels, files: OnceCell::new() }
    }
}

impl ProjectFacts<'_> {
    /// The pipeline is of another project, whose files are those of the opened one.
    pub fn belongs_to(&mut self, project: &OtherProject) {
        self.facts.project_path.clone_from(&project.path);
        if !project.commit.is_empty() {
            self.facts.sha.clone_from(&project.commit);
        }
        self.levels.predefined = of_pipeline(&self.facts);
    }

    /// The predefined variables of the project and its commit.
    pub fn of_project(&self) -> Variables {
        let is_own = |name: &str| name.starts_with("CI_PROJECT_") || name.starts_with("CI_COMMIT_");
        let own = self.levels.predefined.iter().filter(|(name, _)| is_own(name));
        own.map(|(name, variable)| (name, variable.clone())).collect()
    }

    /// The instance and the project have these variables; rules see masked ones, too. Those for
    /// some environments alone are not among them: no rule can use them ("Environments", limit the
    /// environment scope of a CI/CD variable).
    pub fn know(&mut self, levels: &Levels) {
        self.levels.instance.clone_from(&levels.instance);
        self.levels.project.clone_from(&levels.project);
    }

    /// The pipeline is started by another one, with what that hands on.
    pub fn start_with(&mut self, context: &PipelineContext) {
        self.levels.predefined.overlay(&context.predefined);
        let source = self.levels.predefined.value("CI_PIPELINE_SOURCE");
        self.facts.source = source.unwrap_or_default().to_owned();
        self.levels.pipeline = context.variables.clone().unwrap_or_default();
    }
}

impl Facts for ProjectFacts<'_> {
    fn levels(&self) -> &Levels {
        &self.levels
    }

    /// Source: "CI/CD YAML syntax reference", `rules:changes`: branch and merge request pipelines
    /// have something to compare with, for all others the rule matches.
    fn changed_files(&self, compare_to: Option<&str>) -> Result<Option<Vec<String>>, String> {
        let Opened { project, git, repository, .. } = self.opened;
        let Some(head) = &git.head else { return Ok(None) };
        let base = match (compare_to, self.facts.source.as_str()) {
            (Some(reference), _) => ChangeBase::ThreeDot(reference.to_owned()),
            (None, MERGE_REQUEST) => ChangeBase::ThreeDot(repository.default_branch.clone()),
            (None, "push") if repository.reference.starts_with("refs/heads/") => ChangeBase::Parent,
            (None, _) => return Ok(None),
        };
        let changed = changed_files(project, &base, &head.sha, git.dirty);
        changed.map(Some).map_err(|error| error.to_string())
    }

    fn existing_files(
        &self,
        project: Option<&str>,
        _reference: Option<&str>,
    ) -> Result<Vec<String>, String> {
        if let Some(project) = project {
            return Err(format!("the files of {project} cannot be listed from here"));
        }
        let list = || {
            let files = self.opened.files().map_err(|failure| format!("{:#}", failure.error))?;
            Ok(files.iter().map(|path| path.to_string_lossy().into_owned()).collect())
        };
        self.files.get_or_init(list).clone()
    }
}

fn pipeline_facts(opened: &Opened, wanted: &PipelineFor, file: &str) -> PipelineFacts {
    let repository = &opened.repository;
    let (name, email) = repository.author.clone();
    let reference = |kind: &str| repository.reference.strip_prefix(kind).map(str::to_owned);
    PipelineFacts {
        branch: reference("refs/heads/"),
        tag: reference("refs/tags/"),
        sha: repository.sha.clone(),
        before_sha: repository.before.clone(),
        message: repository.message.clone(),
        author: format!("{name} <{email}>"),
        timestamp: repository.committed_at.clone(),
        default_branch: repository.default_branch.clone(),
        protected: reference("refs/heads/").as_ref() == Some(&repository.default_branch),
        project_path: repository.full_name.clone(),
        server_url: server_url(opened),
        source: wanted.event.clone().unwrap_or_else(|| "push".to_owned()),
        configuration_path: file.to_owned(),
        iid: 1,
        created_at: Timestamp::now().to_string(),
        user_login: wanted.actor.clone().unwrap_or_else(|| login(&email, &name)),
        user_name: name,
        user_email: email,
    }
}

/// The predefined variables of a pipeline.
pub fn predefined(opened: &Opened, wanted: &PipelineFor, file: &str) -> Variables {
    ProjectFacts::new(opened, wanted, file).levels.predefined
}

/// The predefined variables that a run of the history adds. A run has one number; GitLab has an id
/// for everybody and another within the project.
pub fn of_run(number: u64) -> Variables {
    let number = Variable::literal(number.to_string());
    [("CI_PIPELINE_ID", number.clone()), ("CI_PIPELINE_IID", number)].into_iter().collect()
}

/// The GitLab that the project comes from; the one of everybody where nothing says.
pub fn server_url(opened: &Opened) -> String {
    let remote = opened.git.remote.as_ref().and_then(|remote| remote.server_url.clone());
    remote.unwrap_or_else(|| "https://gitlab.com".to_owned())
}

/// What stands before the `@` of an address is the usual login name.
fn login(email: &str, name: &str) -> String {
    email.split('@').next().filter(|login| !login.is_empty()).unwrap_or(name).to_owned()
}

/// Source: "Predefined CI/CD variables reference", "Predefined variables for merge request
/// pipelines".
fn merge_request(facts: &PipelineFacts) -> Variables {
    let source = facts.branch.clone().unwrap_or_default();
    let pairs = [
        ("CI_MERGE_REQUEST_ID", "1"),
        ("CI_MERGE_REQUEST_IID", "1"),
        ("CI_MERGE_REQUEST_EVENT_TYPE", "detached"),
        ("CI_MERGE_REQUEST_TITLE", facts.message.lines().next().unwrap_or_default()),
        ("CI_MERGE_REQUEST_PROJECT_PATH", &facts.project_path),
        ("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", &facts.project_path),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", &source),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", &facts.default_branch),
        ("CI_MERGE_REQUEST_REF_PATH", "refs/merge-requests/1/head"),
        ("CI_OPEN_MERGE_REQUESTS", &format!("{}!1", facts.project_path)),
    ]
    .map(|(name, value)| (name, Variable::literal(value)));
    pairs.into_iter().collect()
}
