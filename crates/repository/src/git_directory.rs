//! The directory in which Git keeps a repository, read without the `git` program: where it is, and
//! which references it has (gitrepository-layout(5)).

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use bstr::ByteSlice as _;

/// Where Git keeps a working tree's repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GitDirectory {
    /// `HEAD` and `index` of this working tree.
    pub(crate) own: PathBuf,
    /// Objects, references and configuration: another directory in a linked working tree.
    pub(crate) shared: PathBuf,
}

/// The references of a repository.
#[derive(Debug, Default)]
pub(crate) struct References {
    /// Those that name an object, in the order of their names.
    pub(crate) direct: BTreeMap<Vec<u8>, Reference>,
    /// Those that name another reference, with their text (`ref: …`).
    pub(crate) symbolic: Vec<(Vec<u8>, Vec<u8>)>,
}

/// What a reference names.
#[derive(Debug)]
pub(crate) struct Reference {
    pub(crate) object: Vec<u8>,
    /// What a tag object names in the end, where it is known.
    pub(crate) peeled: Option<Vec<u8>>,
}

impl GitDirectory {
    /// The repository of the working tree whose top is `top`.
    pub(crate) fn of(top: &Path) -> Option<Self> {
        let git = top.join(".git");
        let own = if git.is_dir() {
            git
        } else {
            let link = fs::read(&git).ok()?;
            let target =
                link.strip_prefix(b"gitdir: ")?.trim_end_with(|c| matches!(c, '\n' | '\r'));
            top.join(Path::new(std::ffi::OsStr::from_bytes(target)))
        };
        let shared = match fs::read(own.join("commondir")) {
            Ok(link) => {
                let target = link.trim_end_with(|letter| matches!(letter, '\n' | '\r'));
                own.join(Path::new(std::ffi::OsStr::from_bytes(target)))
            }
            Err(_) => own.clone(),
        };
        own.join("HEAD").symlink_metadata().is_ok().then_some(Self { own, shared })
    }

    /// Whether there is such a reference.
    pub(crate) fn has_reference(&self, name: &str) -> bool {
        self.shared.join(name).is_file()
            || fs::read(self.shared.join("packed-refs")).is_ok_and(|packed| {
                packed.lines().any(|line| line.ends_with_str(format!(" {name}")))
            })
    }

    /// All references: packed ones, and loose ones, which count more.
    pub(crate) fn references(&self) -> References {
        let mut references = References::default();
        references.add_packed(&fs::read(self.shared.join("packed-refs")).unwrap_or_default());
        let mut directories = vec![PathBuf::from("refs")];
        while let Some(below) = directories.pop() {
            let entries = fs::read_dir(self.shared.join(&below)).into_iter().flatten().flatten();
            for entry in entries {
                let name = below.join(entry.file_name());
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    directories.push(name);
                } else {
                    let content = fs::read(entry.path()).unwrap_or_default();
                    references.add_loose(name.as_os_str().as_bytes(), content.trim_end());
                }
            }
        }
        references
    }
}

impl References {
    fn add_packed(&mut self, packed: &[u8]) {
        let mut last: Option<&[u8]> = None;
        for line in packed.lines() {
            if let Some(peeled) = line.strip_prefix(b"^") {
                if let Some(reference) = last.and_then(|name| self.direct.get_mut(name)) {
                    reference.peeled = Some(peeled.to_vec());
                }
            } else if let Some((object, name)) = line.split_once_str(" ")
                && is_object_name(object)
            {
                let reference = Reference { object: object.to_vec(), peeled: None };
                self.direct.insert(name.to_vec(), reference);
                last = Some(name);
            }
        }
    }

    fn add_loose(&mut self, name: &[u8], content: &[u8]) {
        if is_object_name(content) {
            let reference = Reference { object: content.to_vec(), peeled: None };
            self.direct.insert(name.to_vec(), reference);
        } else if content.starts_with(b"ref: ") {
            self.symbolic.push((name.to_vec(), content.to_vec()));
        }
    }
}

/// 40 or 64 hexadecimal digits.
pub(crate) fn is_object_name(text: &[u8]) -> bool {
    matches!(text.len(), 40 | 64) && text.iter().all(u8::is_ascii_hexdigit)
}
