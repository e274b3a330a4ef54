//! Directories of this machine that a container sees, and paths translated from one side to the
//! other.
//!
//! Files on the shared directories are read and written here, not through the engine. What runs in
//! the container may put a symbolic link there, so nothing outside of the directory is followed
//! (openat2(2), `RESOLVE_BENEATH`).

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags, ResolveFlags};
use windlass_session::SessionError;

/// Files that the container's user, whoever that is, may write to.
const SHARED_FILE: u32 = 0o666;

/// A directory of this machine as a container sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Where it lies on this machine.
    pub host: PathBuf,
    /// Where the container sees it.
    pub inside: PathBuf,
    /// Whether the container may only read it.
    pub read_only: bool,
}

impl Mount {
    /// A directory that the container may write to.
    pub fn new(host: impl Into<PathBuf>, inside: impl Into<PathBuf>) -> Self {
        Mount { host: host.into(), inside: inside.into(), read_only: false }
    }

    /// The same, for reading only.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }
}

/// All directories that a container sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mounts(pub Vec<Mount>);

impl Mounts {
    /// Where a path of the container lies on this machine.
    #[must_use]
    pub fn to_host(&self, path: &Path) -> Option<PathBuf> {
        let (mount, rest) = self.below(path)?;
        Some(if rest.as_os_str().is_empty() { mount.host.clone() } else { mount.host.join(rest) })
    }

    /// How the container sees a path of this machine.
    #[must_use]
    pub fn to_inside(&self, path: &Path) -> Option<PathBuf> {
        let fitting = self.0.iter().filter_map(|mount| {
            let rest = path.strip_prefix(&mount.host).ok()?;
            Some((mount, rest))
        });
        let (mount, rest) = fitting.max_by_key(|(mount, _)| mount.host.components().count())?;
        Some(if rest.as_os_str().is_empty() {
            mount.inside.clone()
        } else {
            mount.inside.join(rest)
        })
    }

    /// The mount that holds a path of the container, and the path in it.
    fn below<'a>(&'a self, path: &'a Path) -> Option<(&'a Mount, &'a Path)> {
        let fitting = self.0.iter().filter_map(|mount| {
            let rest = path.strip_prefix(&mount.inside).ok()?;
            Some((mount, rest))
        });
        fitting.max_by_key(|(mount, _)| mount.inside.components().count())
    }

    /// Opens a file by the path that the container has for it; `None` when it is on no mount.
    fn open(&self, path: &Path, flags: OFlags) -> Option<rustix::io::Result<OwnedFd>> {
        let (mount, rest) = self.below(path)?;
        let directory = rustix::fs::open(
            &mount.host,
            OFlags::DIRECTORY | OFlags::PATH | OFlags::CLOEXEC,
            Mode::empty(),
        );
        let flags = flags | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let mode = if flags.contains(OFlags::CREATE) {
            Mode::from_raw_mode(SHARED_FILE)
        } else {
            Mode::empty()
        };
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
        Some(directory.and_then(|at| rustix::fs::openat2(at, rest, flags, mode, resolve)))
    }

    /// Writes a file in place of what was there; `None` when it is on no mount.
    pub(crate) fn put(&self, path: &Path, content: &[u8]) -> Option<Result<(), SessionError>> {
        let failed = |source: std::io::Error| SessionError::file("write", path, source);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::NOFOLLOW;
        let mut opened = self.open(path, flags)?;
        // A symbolic link, a pipe or a device is replaced.
        if let (Err(rustix::io::Errno::LOOP | rustix::io::Errno::NXIO), Some(on_host)) =
            (&opened, self.to_host(path))
        {
            if let Err(error) = std::fs::remove_file(on_host) {
                return Some(Err(failed(error)));
            }
            opened = self.open(path, flags)?;
        }
        Some(opened.map_err(|error| failed(error.into())).and_then(|descriptor| {
            let mut file = File::from(descriptor);
            if !file.metadata().map_err(failed)?.is_file() {
                return Err(SessionError::NotAFile { path: path.to_owned() });
            }
            // The process's file mask is not the container user's business.
            let _ = rustix::fs::fchmod(&file, Mode::from_raw_mode(SHARED_FILE));
            file.set_len(0).and_then(|()| file.write_all(content)).map_err(failed)
        }))
    }

    /// Reads a file; `None` when it is on no mount.
    #[allow(clippy::type_complexity, reason = "nothing would be clearer by another name")]
    pub(crate) fn get(
        &self,
        path: &Path,
        limit: u64,
    ) -> Option<Result<Option<Vec<u8>>, SessionError>> {
        let failed = |source: std::io::Error| SessionError::file("read", path, source);
        let descriptor = match self.open(path, OFlags::RDONLY)? {
            Ok(descriptor) => descriptor,
            Err(rustix::io::Errno::NOENT) => return Some(Ok(None)),
            Err(error) => return Some(Err(failed(error.into()))),
        };
        let file = File::from(descriptor);
        let read = || {
            let data = file.metadata().map_err(failed)?;
            if !data.is_file() {
                return Err(SessionError::NotAFile { path: path.to_owned() });
            }
            let mut content = Vec::new();
            let bounded = (&file).take(limit.saturating_add(1)).read_to_end(&mut content);
            bounded.map_err(failed)?;
            let size = data.len().max(content.len() as u64);
            if size > limit {
                return Err(SessionError::TooLarge { path: path.to_owned(), size, limit });
            }
            Ok(Some(content))
        };
        Some(read())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mounts() -> Mounts {
        Mounts(vec![
            Mount::new("/home/me/job/shop", "/__w/shop/shop"),
            Mount::new("/home/me/job/temp", "/__w/_temp"),
            Mount::new("/home/me/job/temp/home", "/github/home"),
        ])
    }

    #[test]
    fn the_nearest_directory_counts() {
        let mounts = mounts();
        let to_host = |path: &str| mounts.to_host(Path::new(path));
        assert_eq!(to_host("/__w/shop/shop/a/b"), Some("/home/me/job/shop/a/b".into()));
        assert_eq!(to_host("/__w/shop/shop"), Some("/home/me/job/shop".into()));
        assert_eq!(to_host("/__w/shop/shopping"), None);
        let inside = |path: &str| mounts.to_inside(Path::new(path));
        assert_eq!(inside("/home/me/job/temp/home/x"), Some("/github/home/x".into()));
        assert_eq!(inside("/home/me/job/temp/x"), Some("/__w/_temp/x".into()));
        assert_eq!(inside("/etc"), None);
    }

    #[test]
    fn links_do_not_lead_out_of_a_directory() {
        let folder = tempfile::tempdir().expect("a directory");
        let shared = folder.path().join("shared");
        std::fs::create_dir(&shared).expect("a directory");
        std::fs::write(folder.path().join("secret"), "s").expect("a file");
        std::fs::write(shared.join("plain"), "p").expect("a file");
        std::os::unix::fs::symlink("../secret", shared.join("out")).expect("a link");
        std::os::unix::fs::symlink("/etc/passwd", shared.join("absolute")).expect("a link");
        std::os::unix::fs::symlink("plain", shared.join("in")).expect("a link");
        let mounts = Mounts(vec![Mount::new(&shared, "/m")]);
        let get = |name: &str| mounts.get(&Path::new("/m").join(name), 10).expect("a mount");
        assert!(get("out").is_err() && get("absolute").is_err());
        assert_eq!(get("in").expect("a file").as_deref(), Some(b"p".as_slice()));
        assert_eq!(get("none").expect("nothing"), None);
        assert!(mounts.get(Path::new("/m/plain"), 0).expect("a mount").is_err());
        let put = |name: &str| mounts.put(&Path::new("/m").join(name), b"new").expect("a mount");
        put("out").expect("written");
        assert_eq!(std::fs::read(folder.path().join("secret")).expect("a file"), b"s");
        assert_eq!(get("out").expect("a file").as_deref(), Some(b"new".as_slice()));
        assert!(put("../secret").is_err());
    }
}
