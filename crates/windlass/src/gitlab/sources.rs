//! Where the files come from that a configuration includes: the project, other projects by Git,
//! addresses, and the templates that ship with Windlass.

use std::{
    collections::{BTreeSet, HashMap},
    fs, io,
    path::{Component as PathPart, Path, PathBuf},
};

use windlass_gitlab_syntax::{
    Answer, FetchedSources, Origin, SourceRequest, SourceText, Sources,
    local::{LocalFiles, LocalSources, matching},
    sources::ComponentFacts,
};
use windlass_repository::{FetchedTree, SourceCache, SourceError, SourceOverride};

use super::facts::server_url;
use crate::{
    exit::Failure,
    run::{driver::source_cache, project::Opened, sources::overrides},
};

/// The largest file that is included, in bytes; a generated one may have megabytes.
const LARGEST: u64 = 10 << 20;

/// The files below a folder.
#[derive(Clone, Copy)]
pub struct Folder<'a>(pub &'a Path);

impl LocalFiles for Folder<'_> {
    /// What leads out of the folder, by links too, is not read.
    fn read(&self, path: &str) -> Result<String, String> {
        read(self.0, path)
    }

    fn paths(&self) -> BTreeSet<String> {
        let mut paths = BTreeSet::new();
        collect(self.0, PathBuf::new(), &mut paths);
        paths
    }
}

/// The sources of a project.
pub struct ProjectSources<'a> {
    local: LocalSources<Folder<'a>>,
    cache: SourceCache,
    /// Where other projects are, by their path in lower case.
    places: HashMap<String, SourceOverride>,
    server_url: String,
    fetched: FetchedSources,
}

/// Where other projects are, by their path in lower case: as the settings say, and what is given
/// over that.
pub fn places(
    opened: &Opened,
    given: &[(String, String)],
) -> Result<HashMap<String, SourceOverride>, Failure> {
    let root = &opened.project.root;
    let settled = opened.settings()?.gitlab.projects.iter().map(|(name, place)| {
        let beside = root.join(place);
        let place = if beside.exists() { beside.display().to_string() } else { place.clone() };
        (name.clone(), place)
    });
    let mut all: Vec<(String, String)> = settled.collect();
    all.extend(given.iter().cloned());
    Ok(overrides(&all))
}

impl<'a> ProjectSources<'a> {
    /// Those of a project; `places` says where others are.
    pub fn new(opened: &'a Opened, places: &[(String, String)]) -> Result<Self, Failure> {
        Ok(ProjectSources {
            local: LocalSources(Folder(&opened.project.root)),
            cache: source_cache(),
            places: self::places(opened, places)?,
            server_url: server_url(opened),
            fetched: FetchedSources::default(),
        })
    }

    /// A file of the project.
    pub fn file(&self, path: &str) -> Result<SourceText, String> {
        self.local.0.read(path).map(|text| SourceText::new(path, text, Origin::Project))
    }

    /// The text that a request asks for, fetched where that is necessary.
    pub async fn text(&mut self, request: &SourceRequest) -> Result<SourceText, String> {
        if self.answer(request) == Answer::NotFetched {
            self.fetch(request).await;
        }
        match self.answer(request) {
            Answer::Found(texts) => {
                texts.into_iter().next().ok_or_else(|| "there is no such file".to_owned())
            }
            Answer::Missing(cause) => Err(cause),
            Answer::NotFetched => Err("it cannot be fetched".to_owned()),
        }
    }

    /// The files of another project.
    pub fn project(&self, project: &str, reference: Option<&str>) -> Result<FetchedTree, String> {
        self.tree(None, project, reference.unwrap_or("HEAD"))
    }

    /// Gets what a request asks for; why it cannot be had is an answer, too.
    pub async fn fetch(&mut self, request: &SourceRequest) {
        let found = match request {
            SourceRequest::Remote { url, integrity } => {
                super::remote::get(&self.cache, url, integrity.as_deref())
                    .await
                    .map(|text| vec![SourceText::new(url.as_str(), text, Origin::Elsewhere)])
            }
            SourceRequest::File { origin, path } => self.other(origin).and_then(|tree| {
                read(&tree.path, path)
                    .map(|text| vec![SourceText::new(path.as_str(), text, origin.clone())])
            }),
            SourceRequest::Glob { origin, pattern } => {
                self.other(origin).and_then(|tree| matching(&Folder(&tree.path), pattern, origin))
            }
            SourceRequest::Component { host, project, name, version } => {
                self.component(host, project, name, version).map(|text| vec![text])
            }
            // Answered by what is here.
            SourceRequest::Template { .. } => return,
        };
        let answer = found.map_or_else(Answer::Missing, Answer::Found);
        self.fetched.0.insert(request.clone(), answer);
    }

    /// The tree of another project.
    fn other(&self, origin: &Origin) -> Result<FetchedTree, String> {
        let Origin::Other { host, project, reference } = origin else {
            return Err("it belongs to no repository".to_owned());
        };
        self.tree(host.as_deref(), project, reference.as_deref().unwrap_or("HEAD"))
    }

    fn tree(
        &self,
        host: Option<&str>,
        project: &str,
        reference: &str,
    ) -> Result<FetchedTree, String> {
        let found = match self.places.get(&project.to_lowercase()) {
            Some(place) => self.cache.fetch_override(place, reference),
            None => self.cache.fetch(&self.address(host, project), reference),
        };
        found.map_err(|error| not_fetched(project, &error))
    }

    fn address(&self, host: Option<&str>, project: &str) -> String {
        let server = host.map_or_else(|| self.server_url.clone(), |host| format!("https://{host}"));
        format!("{server}/{project}.git")
    }

    /// Source: "CI/CD components", section "Use a component": `templates/NAME.yml` or
    /// `templates/NAME/template.yml`; a version is a commit, a tag, a branch, a part of a semantic
    /// version or `~latest`.
    fn component(
        &self,
        host: &str,
        project: &str,
        name: &str,
        version: &str,
    ) -> Result<SourceText, String> {
        let reference = self.version(host, project, version)?;
        let tree = self.tree(Some(host), project, &reference)?;
        let paths = [format!("templates/{name}.yml"), format!("templates/{name}/template.yml")];
        let found = paths.iter().find_map(|path| Some((path, read(&tree.path, path).ok()?)));
        let (path, text) =
            found.ok_or_else(|| format!("the project has neither {}", paths.join(" nor ")))?;
        let component = ComponentFacts {
            name: name.to_owned(),
            sha: tree.pinned.map(|pinned| pinned.sha).unwrap_or_default(),
            version: version.to_owned(),
            reference: reference.clone(),
        };
        let origin = Origin::Other {
            host: Some(host.to_owned()),
            project: project.to_owned(),
            reference: Some(reference),
        };
        Ok(SourceText {
            component: Some(component),
            ..SourceText::new(path.as_str(), text, origin)
        })
    }

    /// The reference that a version means.
    fn version(&self, host: &str, project: &str, version: &str) -> Result<String, String> {
        let is_part = !version.is_empty()
            && version.split('.').count() < 3
            && version.split('.').all(|part| part.parse::<u64>().is_ok());
        if version != "~latest" && !is_part {
            return Ok(version.to_owned());
        }
        let url = match self.places.get(&project.to_lowercase()) {
            Some(SourceOverride::Git(url)) => url.clone(),
            // What is used as it is has no versions.
            Some(SourceOverride::Folder(folder)) if !folder.join(".git").exists() => {
                return Ok("HEAD".to_owned());
            }
            Some(SourceOverride::Folder(folder)) => folder.display().to_string(),
            None => self.address(Some(host), project),
        };
        let tags = self.cache.tags(&url).map_err(|error| not_fetched(project, &error))?;
        let wanted: Vec<u64> = version.split('.').filter_map(|part| part.parse().ok()).collect();
        let of_version = tags.into_iter().filter_map(|tag| Some((released(&tag)?, tag)));
        let newest = of_version.filter(|(numbers, _)| numbers.starts_with(&wanted)).max();
        let none = || format!("the project has no released version for `{version}`");
        newest.map(|(_, tag)| tag).ok_or_else(none)
    }
}

impl Sources for ProjectSources<'_> {
    fn answer(&self, request: &SourceRequest) -> Answer {
        match self.local.answer(request) {
            Answer::NotFetched => self.fetched.answer(request),
            answer => answer,
        }
    }
}

/// Why a project cannot be had, and what to do about it, in the words of GitLab's side.
fn not_fetched(project: &str, error: &SourceError) -> String {
    let cause = match error {
        SourceError::Unreachable { url, message } => format!(
            "{url} cannot be read: {message}; check the address and that `git ls-remote` can read it"
        ),
        SourceError::Offline { url, reference } => format!(
            "{url}@{reference} is not in the cache and the network is not to be used; run once online"
        ),
        error => error.to_string(),
    };
    format!(
        "{cause}; --project {project}=FOLDER or [gitlab.projects] in windlass.toml can say where the \
         project is"
    )
}

/// The numbers of a released version such as `1.2.3` or `v1.2.3`; none of a pre-release.
fn released(tag: &str) -> Option<Vec<u64>> {
    let numbers: Vec<u64> = tag
        .strip_prefix('v')
        .unwrap_or(tag)
        .split('.')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    (numbers.len() == 3).then_some(numbers)
}

/// A file below a folder. What leads out of it, by links too, is not read.
fn read(folder: &Path, path: &str) -> Result<String, String> {
    let is_inside = |path: &Path| path.components().all(|it| matches!(it, PathPart::Normal(_)));
    let file = folder.join(path).canonicalize().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    })?;
    let folder = folder.canonicalize().map_err(|error| error.to_string())?;
    if !is_inside(Path::new(path)) || !file.starts_with(folder) {
        return Err("it lies outside of the repository".to_owned());
    }
    let size = fs::metadata(&file).map_err(|error| error.to_string())?.len();
    if size > LARGEST {
        return Err(format!("it is larger than {} MiB", LARGEST >> 20));
    }
    fs::read_to_string(file).map_err(|error| error.to_string())
}

/// Adds the path of every file below a folder; links to folders are not followed.
fn collect(root: &Path, inside: PathBuf, paths: &mut BTreeSet<String>) {
    let Ok(listing) = fs::read_dir(root.join(&inside)) else { return };
    for entry in listing.flatten() {
        let path = inside.join(entry.file_name());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if entry.file_name() != ".git" {
                collect(root, path, paths);
            }
        } else if let Some(path) = path.to_str() {
            paths.insert(path.to_owned());
        }
    }
}
