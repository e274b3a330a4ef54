//! The project that is run, and what its repository says of the event.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::{Mutex, OnceLock, PoisonError},
    thread::JoinHandle,
};

use windlass_github::event::{ChangedFiles, Event, EventRequest, RepositoryFacts, full};
use windlass_repository::{
    ChangeBase, DialectName, GitError, GitFacts, Project, changed_files, files,
};

use super::terminal::{ask_at_once, somebody_is_there};
use crate::{
    arguments,
    exit::Failure,
    settings::{self, Settings},
};

/// A project with what Git knows of it.
pub struct Opened {
    /// The project.
    pub project: Project,
    /// Git's facts.
    pub git: GitFacts,
    /// The same as events need them.
    pub repository: RepositoryFacts,
    /// The project's files, listed while other things are asked.
    listing: Mutex<Option<Listing>>,
    settings: OnceLock<Settings>,
}

type Listing = JoinHandle<Result<Vec<PathBuf>, GitError>>;

/// Finds the project from the current directory upwards.
pub fn discover() -> Result<Project, Failure> {
    let here = env::current_dir().map_err(Failure::environment)?;
    Project::discover(&here).map_err(Failure::refused)
}

/// Chooses the dialect: the one that is wanted, else the only one, else GitHub's where `files` of
/// workflows are named, else the one that the user says.
pub fn choose_dialect(
    project: &Project,
    wanted: Option<&str>,
    files: bool,
) -> Result<DialectName, Failure> {
    let names: Vec<&str> = project.dialects.iter().map(|dialect| dialect_word(*dialect)).collect();
    let chosen = match (wanted, names.as_slice()) {
        (Some(wanted), _) => wanted,
        (None, [only]) => only,
        (None, _) if files && names.contains(&"github") => "github",
        (None, _) if somebody_is_there() => ask_for_dialect(&names)?,
        (None, _) => {
            let list = names.join(", ");
            return Err(Failure::refused_because(format!(
                "this project has several kinds of pipelines ({list}); choose one by --dialect"
            )));
        }
    };
    let found = project.dialects.iter().find(|dialect| dialect_word(**dialect) == chosen);
    let missing = match (found, chosen) {
        (Some(DialectName::Jenkins), _) => "Jenkinsfiles cannot be run yet".to_owned(),
        (Some(dialect), _) => return Ok(*dialect),
        (None, "github") => "this project has no .github/workflows".to_owned(),
        (None, "gitlab") => "this project has no .gitlab-ci.yml".to_owned(),
        (None, "jenkins") => "this project has no Jenkinsfile".to_owned(),
        (None, other) => {
            format!("unknown dialect '{other}'; there are github, gitlab and jenkins")
        }
    };
    Err(Failure::refused_because(missing))
}

/// Asks on the terminal which of several dialects to run.
fn ask_for_dialect<'a>(names: &[&'a str]) -> Result<&'a str, Failure> {
    let question =
        format!("This project has several kinds of pipelines. Run {}? ", names.join(" or "));
    let answer = ask_at_once(&question).map_err(Failure::environment)?;
    names.iter().copied().find(|name| name.eq_ignore_ascii_case(&answer)).ok_or_else(|| {
        Failure::refused_because(format!("'{answer}' is none of {}", names.join(", ")))
    })
}

fn dialect_word(dialect: DialectName) -> &'static str {
    match dialect {
        DialectName::GitHub => "github",
        DialectName::GitLab => "gitlab",
        DialectName::Jenkins => "jenkins",
    }
}

impl Opened {
    /// Asks Git about a project. `reference` is what the user says to be on.
    pub fn new(project: Project, reference: Option<&str>) -> Result<Self, Failure> {
        let listed = project.clone();
        let listing = std::thread::spawn(move || files(&listed));
        let git = GitFacts::read(&project).map_err(Failure::environment)?;
        let repository = facts(&project, &git, reference);
        let listing = Mutex::new(Some(listing));
        Ok(Opened { project, git, repository, listing, settings: OnceLock::new() })
    }

    /// The project's `windlass.toml`, read when it is first asked for.
    pub fn settings(&self) -> Result<&Settings, Failure> {
        if let Some(settings) = self.settings.get() {
            return Ok(settings);
        }
        let read = settings::read(&self.project.root)?.settings;
        Ok(self.settings.get_or_init(|| read))
    }

    /// The project's files, from its root.
    pub fn files(&self) -> Result<Vec<PathBuf>, Failure> {
        let listing = self.listing.lock().unwrap_or_else(PoisonError::into_inner).take();
        let listed = listing.and_then(|listing| listing.join().ok());
        listed.unwrap_or_else(|| files(&self.project)).map_err(Failure::environment)
    }

    /// The event that the command line asks for.
    pub fn event(&self, arguments: &arguments::Run) -> Result<Event, Failure> {
        let given = match &arguments.event_file {
            Some(file) => read_event(file)?,
            None => serde_json::Map::new(),
        };
        let actor = arguments.actor.clone().unwrap_or_else(|| self.actor());
        let request = EventRequest {
            name: arguments.event.clone().unwrap_or_else(|| "push".to_owned()),
            actor,
            given,
            inputs: arguments.input.clone(),
        };
        Ok(request.build(&self.repository))
    }

    fn actor(&self) -> String {
        let author = &self.repository.author.0;
        if !author.is_empty() {
            return author.clone();
        }
        env::var("USER").unwrap_or_else(|_| "windlass".to_owned())
    }

    /// The files that the event changed, for path filters; asked for only when a filter is there.
    pub fn changed_files(&self, event: &Event) -> ChangedFiles {
        let Some(head) = &self.git.head else { return ChangedFiles::Unknown };
        let base = match event.name.as_str() {
            name if name.starts_with("pull_request") => {
                ChangeBase::ThreeDot(self.repository.default_branch.clone())
            }
            _ => ChangeBase::Parent,
        };
        match changed_files(&self.project, &base, &head.sha, self.git.dirty) {
            Ok(files) => ChangedFiles::Known(files),
            Err(_) => ChangedFiles::Unknown,
        }
    }

    /// The directory of the sources of actions and called workflows.
    pub fn source_directory() -> PathBuf {
        let set = |name| env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
        let cache = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
        cache.unwrap_or_else(env::temp_dir).join("windlass/sources")
    }
}

fn facts(project: &Project, git: &GitFacts, reference: Option<&str>) -> RepositoryFacts {
    let folder = project.root.file_name().map(|name| name.to_string_lossy().into_owned());
    let folder = folder.unwrap_or_else(|| "project".to_owned());
    let remote = git.remote.as_ref();
    let full_name = match remote {
        Some(remote) if !remote.owner.is_empty() => remote.full_name(),
        Some(remote) => format!("local/{}", remote.repository),
        None => format!("local/{folder}"),
    };
    let server_url = remote.and_then(|remote| remote.server_url.clone());
    let head = git.head.as_ref();
    RepositoryFacts {
        full_name,
        server_url: server_url.unwrap_or_else(|| "https://github.com".to_owned()),
        default_branch: git.default_branch.clone(),
        sha: git.sha().to_owned(),
        before: head.and_then(|commit| commit.parents.first().cloned()),
        reference: reference.map_or_else(|| git.reference(), full),
        message: head.map(|commit| commit.message.clone()).unwrap_or_default(),
        author: head
            .map(|commit| (commit.author_name.clone(), commit.author_email.clone()))
            .unwrap_or_default(),
        committed_at: head.map(|commit| commit.committed_at.to_string()).unwrap_or_default(),
    }
}

fn read_event(file: &Path) -> Result<serde_json::Map<String, serde_json::Value>, Failure> {
    let bytes = fs::read(file).map_err(|error| {
        Failure::refused_because(format!("cannot read the event file {}: {error}", file.display()))
    })?;
    serde_json::from_slice(&bytes).map_err(|error| {
        Failure::refused_because(format!(
            "the event file {} is no JSON object: {error}",
            file.display()
        ))
    })
}
