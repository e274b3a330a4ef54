//! What a container sees of this machine, and where.
//!
//! Source: GitHub Docs, "Dockerfile support for GitHub Actions", "Docker container filesystem"
//! (`/github/workspace`, `/github/home`, `/github/workflow`), and actions/runner's
//! `ContainerOperationProvider` for jobs (`/__w`, `/__t`, `/__e`). Unlike there only the job's own
//! directories are shared, not those of other jobs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use windlass_container::{Mount, Mounts};
use windlass_repository::SourceOverride;
use windlass_session::Places;

use crate::job::actions::node;
use crate::job::context::Job;

/// `HOME` of everything that runs in a container.
pub(crate) const HOME: &str = "/github/home";
/// The tool cache in a job's container.
pub(crate) const TOOL_CACHE: &str = "/__t";
/// The program that runs JavaScript actions, where the image has none.
pub(crate) const NODE: &str = "/__e/node";
/// The directory of the event's file.
const WORKFLOW: &str = "/github/workflow";
/// The jobs' directories.
const WORK: &str = "/__w";
/// The directory of command files below that of temporary files.
const COMMAND_FILES: &str = "_runner_file_commands";
/// The socket of the engine, where programs look for it.
const ENGINE_SOCKET: &str = "/var/run/docker.sock";
/// What everybody may do, for directories that a container's user has to write to. They lie below
/// one that is the user's alone.
const EVERYBODY: u32 = 0o777;

/// A container's view.
pub(crate) struct Inside {
    /// The job's directories.
    pub places: Places,
    /// What is shared.
    pub mounts: Mounts,
}

/// `GITHUB_EVENT_PATH` in every container.
pub(crate) fn event_path_inside() -> PathBuf {
    Path::new(WORKFLOW).join("event.json")
}

impl Inside {
    /// What the job's own container sees. Makes the directories that are missing.
    ///
    /// # Errors
    /// When a directory cannot be made.
    pub fn job(job: &Job) -> Result<Self, String> {
        let host = job.host.places();
        let name = name_of(job);
        let top = top_of(job);
        let below = host.workspace.strip_prefix(&top).unwrap_or(Path::new(""));
        let work = Path::new(WORK).join(&name).join(&name);
        let temp = Path::new(WORK).join("_temp");
        // In the directory of the host's command files, which only we may enter.
        let command_files = host.command_files.join("container");
        let shared = shared_directories(&host.temp)?;
        for directory in [&host.temp.join(COMMAND_FILES), &command_files] {
            make(directory)?;
        }
        let actions = job.options.sources.directory().to_owned();
        make_private(&actions)?;
        let mut mounts = vec![
            Mount::new(&top, &work),
            Mount::new(&host.temp, &temp),
            Mount::new(command_files, temp.join(COMMAND_FILES)),
            Mount::new(actions, Path::new(WORK).join("_actions")),
        ];
        mounts.extend(shared);
        mounts.extend(tools(job));
        mounts.extend(overrides(job));
        mounts.extend(alternates(&top));
        mounts.extend(engine_socket(job));
        let places = Places {
            workspace: work.components().chain(below.components()).collect(),
            command_files: temp.join(COMMAND_FILES),
            temp,
        };
        Ok(Inside { places, mounts: Mounts(mounts) })
    }

    /// What the container of a Docker action sees.
    ///
    /// # Errors
    /// When a directory cannot be made.
    pub fn action(job: &Job) -> Result<Self, String> {
        let host = job.host.places();
        let command_files = job
            .session
            .on_host(&job.session.places().command_files)
            .ok_or("the job's command files are not on this machine")?;
        let github = Path::new("/github");
        let places = Places {
            workspace: github.join("workspace"),
            temp: github.join("runner_temp"),
            command_files: github.join("file_commands"),
        };
        let mut mounts = vec![
            Mount::new(&host.workspace, &places.workspace),
            Mount::new(&host.temp, &places.temp),
            Mount::new(command_files, &places.command_files),
        ];
        mounts.extend(shared_directories(&host.temp)?);
        mounts.extend(alternates(&host.workspace));
        mounts.extend(engine_socket(job));
        Ok(Inside { places, mounts: Mounts(mounts) })
    }
}

/// The directories of a job in which its containers may have left files.
pub(crate) fn shared_with_containers(job: &Job) -> Mounts {
    let host = job.host.places();
    let places =
        [(top_of(job), "/__w"), (host.temp.clone(), "/__t"), (host.command_files.clone(), "/__c")];
    let mount = |(directory, inside)| Mount::new(directory, inside);
    Mounts(places.into_iter().map(mount).collect())
}

/// `/github/home` and `/github/workflow`, which all containers of a job share.
fn shared_directories(temp: &Path) -> Result<[Mount; 2], String> {
    let (home, workflow) = (temp.join("_github_home"), temp.join("_github_workflow"));
    make(&home)?;
    make(&workflow)?;
    // Git refuses repositories of another user than its own, and a container's user is one.
    let configuration = home.join(".gitconfig");
    if !configuration.exists() {
        fs::write(&configuration, "[safe]\n\tdirectory = *\n")
            .map_err(|error| format!("cannot write {}: {error}", configuration.display()))?;
    }
    Ok([Mount::new(home, HOME), Mount::new(workflow, WORKFLOW)])
}

fn make(directory: &Path) -> Result<(), String> {
    make_private(directory)?;
    fs::set_permissions(directory, fs::Permissions::from_mode(EVERYBODY))
        .map_err(|error| format!("cannot open {} to containers: {error}", directory.display()))
}

fn make_private(directory: &Path) -> Result<(), String> {
    fs::create_dir_all(directory)
        .map_err(|error| format!("cannot create {}: {error}", directory.display()))
}

/// The repository's own name, which is twice in the path as on GitHub.
fn name_of(job: &Job) -> String {
    let repository = job.contexts.github.get("repository").map(|name| name.to_text().into_owned());
    let repository = repository.unwrap_or_default();
    let name = repository.rsplit('/').next().unwrap_or_default();
    let is_plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.');
    let is_name = !name.is_empty() && !name.starts_with('.') && name.chars().all(is_plain);
    if is_name { name.to_owned() } else { "workspace".to_owned() }
}

/// The top of the repository that the workspace is a part of: Git's directory is there.
fn top_of(job: &Job) -> PathBuf {
    let workspace = &job.host.places().workspace;
    let prefix = job.options.repository.prefix().filter(|prefix| workspace.ends_with(prefix));
    let depth = prefix.map_or(0, |prefix| prefix.components().count());
    workspace.ancestors().nth(depth).unwrap_or(workspace).to_owned()
}

/// The tool cache, and this machine's node for images that have none.
fn tools(job: &Job) -> Vec<Mount> {
    let mut mounts = Vec::new();
    let cache = &job.options.tool_cache;
    if cache.is_dir() {
        mounts.push(Mount::new(cache, TOOL_CACHE));
    }
    let path = job.base_environment.iter().rev().find(|(name, _)| name == "PATH");
    let node = path.and_then(|(_, path)| node::find(path, cache, "node").ok());
    if let Some(node) = node.and_then(|node| fs::canonicalize(node).ok()) {
        mounts.push(Mount::new(node, NODE).read_only());
    }
    mounts
}

/// Folders that replace actions (`--action`).
fn overrides(job: &Job) -> Vec<Mount> {
    let folders = job.options.overrides.values().filter_map(|source| match source {
        SourceOverride::Folder(folder) => fs::canonicalize(folder).ok(),
        SourceOverride::Git(_) => None,
    });
    let mut folders: Vec<PathBuf> = folders.collect();
    folders.sort();
    folders.dedup();
    let place = |(number, folder)| {
        Mount::new(folder, Path::new(WORK).join("_replaced").join(format!("{number}")))
    };
    folders.into_iter().enumerate().map(place).collect()
}

/// The object stores of other repositories that a workspace's Git borrows from
/// (gitrepository-layout(5), `objects/info/alternates`), at the same paths.
fn alternates(top: &Path) -> Vec<Mount> {
    let list = fs::read_to_string(top.join(".git/objects/info/alternates")).unwrap_or_default();
    let directories = list.lines().map(PathBuf::from);
    directories
        .filter(|directory| directory.is_absolute() && directory.is_dir())
        .map(|directory| Mount::new(&directory, &directory).read_only())
        .collect()
}

/// The engine's socket, as GitHub's runner shares it: steps build and run containers of their own.
fn engine_socket(job: &Job) -> Option<Mount> {
    let socket = job.options.containers.engine.known()?.socket();
    Some(Mount::new(socket, ENGINE_SOCKET))
}
