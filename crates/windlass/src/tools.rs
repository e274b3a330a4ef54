//! The tool cache: where actions like `actions/setup-python` look for versions of a tool before
//! they download one.
//!
//! The layout is that of the toolkit's `@actions/tool-cache`: `NAME/VERSION/ARCH` is the tool,
//! `NAME/VERSION/ARCH.complete` says that it is whole. What [`ToolCache::add`] enters is a link to
//! what this machine has, never a copy. The link is to an absolute path, so that a job's container,
//! which sees the cache at another place and has other programs, does not find the tool.
//! What a tool of this machine is, is in [`host`].

pub mod host;

use std::{
    env, fs, io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use serde::Serialize;
use windlass_github::job::tool_architecture;

use self::host::HostTool;

/// The folder of the links to single programs, which lie in no directory of their own.
const LINKS: &str = ".links";

/// A tool in the cache.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CachedTool {
    /// Its folder.
    pub name: String,
    /// Its version, of three numbers.
    #[serde(skip)]
    order: Vec<u64>,
    pub version: String,
    /// `x64`, `arm64`, …
    pub architecture: String,
    /// Where it lies: what a link leads to.
    pub path: PathBuf,
    /// Whether it is a link to what this machine has.
    pub is_link: bool,
}

/// The cache.
#[derive(Debug)]
pub struct ToolCache {
    directory: PathBuf,
}

impl ToolCache {
    /// The one of this user: RUNNER_TOOL_CACHE, else AGENT_TOOLSDIRECTORY, else one of our own.
    pub fn of_user() -> Self {
        let set = |name| env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
        let named = set("RUNNER_TOOL_CACHE").or_else(|| set("AGENT_TOOLSDIRECTORY"));
        let directory = named.unwrap_or_else(|| {
            let home = || set("HOME").map(|home| home.join(".cache"));
            let cache = set("XDG_CACHE_HOME").or_else(home);
            cache.unwrap_or_else(env::temp_dir).join("windlass/tools")
        });
        ToolCache { directory }
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The complete tools, by name and version. What cannot be read is none.
    pub fn list(&self) -> Vec<CachedTool> {
        let mut found = Vec::new();
        for (name, folder) in folders(&self.directory) {
            if name.starts_with('.') {
                continue;
            }
            for (version, folder) in folders(&folder) {
                for (architecture, place) in folders(&folder) {
                    if !folder.join(format!("{architecture}.complete")).exists() {
                        continue;
                    }
                    let link = fs::read_link(&place).ok();
                    let order = version.split(['.', '-', '+']).map_while(|it| it.parse().ok());
                    found.push(CachedTool {
                        name: name.clone(),
                        order: order.collect(),
                        version: version.clone(),
                        architecture,
                        is_link: link.is_some(),
                        path: link.unwrap_or(place),
                    });
                }
            }
        }
        found.sort();
        found
    }

    /// Enters a tool of this machine, in place of one of the same name and version; answers its
    /// place in the cache.
    ///
    /// # Errors
    /// When the cache cannot be written to.
    pub fn add(&self, tool: &HostTool) -> io::Result<PathBuf> {
        let place = self.place(&tool.folder, &tool.version);
        let folder = place.parent().unwrap_or(&self.directory);
        fs::create_dir_all(folder)?;
        self.clear(&place)?;
        let target = match &tool.directory {
            Some(directory) => directory.clone(),
            None => {
                let links = fs::canonicalize(&self.directory)?.join(LINKS);
                let links = links.join(&tool.folder).join(&tool.version).join(tool_architecture());
                let _ = fs::remove_dir_all(&links);
                fs::create_dir_all(links.join("bin"))?;
                for (name, program) in &tool.programs {
                    symlink(program, links.join("bin").join(name))?;
                }
                links
            }
        };
        symlink(target, &place)?;
        fs::write(complete(&place), "")?;
        Ok(place)
    }

    /// Removes tools of this cache: a link alone, or what an action has downloaded.
    ///
    /// # Errors
    /// When files cannot be removed.
    pub fn remove(&self, tool: &CachedTool) -> io::Result<()> {
        let version = self.directory.join(&tool.name).join(&tool.version);
        self.clear(&version.join(&tool.architecture))?;
        let links = self.directory.join(LINKS).join(&tool.name).join(&tool.version);
        let _ = fs::remove_dir_all(links.join(&tool.architecture));
        for empty in [links.clone(), links.join(".."), version.clone(), version.join("..")] {
            // Those that hold other tools stay.
            let _ = fs::remove_dir(empty);
        }
        Ok(())
    }

    fn place(&self, folder: &str, version: &str) -> PathBuf {
        self.directory.join(folder).join(version).join(tool_architecture())
    }

    /// Removes what is at a tool's place, its mark first: a half of a tool is none.
    fn clear(&self, place: &Path) -> io::Result<()> {
        let removed = [
            fs::remove_file(complete(place)),
            match fs::symlink_metadata(place) {
                Ok(data) if data.is_dir() => fs::remove_dir_all(place),
                Ok(_) => fs::remove_file(place),
                Err(error) => Err(error),
            },
        ];
        for result in removed {
            match result {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

fn complete(place: &Path) -> PathBuf {
    place.with_added_extension("complete")
}

/// The folders in a folder, links to such included, with their names.
fn folders(folder: &Path) -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path()).filter(|path| path.is_dir());
    paths.filter_map(|path| Some((path.file_name()?.to_str()?.to_owned(), path.clone()))).collect()
}
