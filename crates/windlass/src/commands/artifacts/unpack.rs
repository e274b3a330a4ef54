//! Unpacking an artifact: a zip file that an action made, or a tar file with what a job of GitLab
//! kept. Neither is trusted.
//!
//! Nothing is written outside of the folder, over a file, or through a link: names and links that
//! lead elsewhere are refused, and the folder has to be empty.

use std::{
    fs::{self, File},
    io::{self, BufReader, Read, Seek},
    path::{Component, Path},
};

use anyhow::{Context, Result, bail};
use windlass_store::{ArtifactRecord, Blob};
use zip::ZipArchive;

use crate::exit::Failure;

/// Unpacks an artifact, or copies one that is a single file; answers how many files it had.
pub fn unpack(blob: &Blob, artifact: &ArtifactRecord, into: &Path) -> Result<usize, Failure> {
    let mut bytes = blob
        .open()
        .with_context(|| format!("the artifact '{}' is damaged", artifact.name))
        .map_err(Failure::environment)?;
    be_empty(into).map_err(Failure::refused)?;
    match artifact.media_type.as_str() {
        "application/zip" => unzip(bytes, into).map_err(Failure::refused),
        "application/x-tar" if !artifact.node.is_empty() => {
            untar(bytes, into).map_err(Failure::refused)
        }
        _ => {
            let copied = write(&mut bytes, &into.join(&artifact.name));
            copied.map(|()| 1).map_err(Failure::environment)
        }
    }
}

/// Unpacks what a job kept. Links are made where they lead to something in the folder.
fn untar(bytes: impl Read, into: &Path) -> Result<usize> {
    let mut archive = tar::Archive::new(BufReader::new(bytes));
    let mut count = 0;
    for entry in archive.entries().context("the archive is damaged")? {
        let mut entry = entry.context("the archive is damaged")?;
        let path = entry.path().context("the archive is damaged")?.into_owned();
        let target = entry.link_name().context("the archive is damaged")?;
        let leads_out = !stays_inside(Path::new(""), &path)
            || target.is_some_and(|to| !stays_inside(path.parent().unwrap_or(&path), &to));
        // The library looks once more whether a link is on the way.
        let is_written = !leads_out
            && entry
                .unpack_in(into)
                .with_context(|| format!("cannot write {}", into.join(&path).display()))?;
        if !is_written {
            bail!("the artifact has an entry that leads out of its folder: {path:?}");
        }
        if !entry.header().entry_type().is_dir() {
            count += 1;
        }
    }
    Ok(count)
}

/// Whether a path from a directory of the folder never leaves it.
fn stays_inside(from: &Path, path: &Path) -> bool {
    let mut depth = from.components().count();
    path.components().all(|part| match part {
        Component::Normal(_) => {
            depth += 1;
            true
        }
        Component::CurDir => true,
        Component::ParentDir if depth > 0 => {
            depth -= 1;
            true
        }
        Component::ParentDir | Component::RootDir | Component::Prefix(_) => false,
    })
}

/// Makes the folder where it is missing.
fn be_empty(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    if entries.next().is_some() {
        bail!("{} is not empty; choose another folder by --into", folder.display());
    }
    Ok(())
}

fn unzip(bytes: impl Read + Seek, into: &Path) -> Result<usize> {
    let mut archive = ZipArchive::new(bytes).context("the artifact is no zip file")?;
    let mut count = 0;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).context("the zip file is damaged")?;
        let name = entry.name().context("the zip file is damaged")?.into_owned();
        // The library takes the slash off a name that begins at the root; nobody meant such a name.
        let is_odd = entry.is_symlink() || name.starts_with(['/', '\\']);
        let Some(path) = entry.enclosed_name().filter(|_| !is_odd) else {
            bail!("the artifact has an entry that leads out of its folder: {name:?}");
        };
        let path = into.join(path);
        if entry.is_dir() {
            fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
            continue;
        }
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)
                .with_context(|| format!("cannot make {}", parent.display()))?;
        }
        write(&mut entry, &path)?;
        count += 1;
    }
    Ok(count)
}

fn write(from: &mut impl Read, path: &Path) -> Result<()> {
    let copied = File::create_new(path).and_then(|mut file| io::copy(from, &mut file));
    copied.map(drop).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use zip::{ZipWriter, write::SimpleFileOptions};

    use super::*;

    fn archive(make: impl FnOnce(&mut ZipWriter<Cursor<Vec<u8>>>)) -> Cursor<Vec<u8>> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        make(&mut writer);
        writer.finish().unwrap()
    }

    fn plain() -> SimpleFileOptions {
        SimpleFileOptions::default()
    }

    #[test]
    fn files_land_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let bytes = archive(|zip| {
            zip.start_file("a/b.txt", plain()).unwrap();
            zip.write_all(b"hello").unwrap();
        });
        assert_eq!(unzip(bytes, folder.path()).unwrap(), 1);
        assert_eq!(fs::read(folder.path().join("a/b.txt")).unwrap(), b"hello");
        assert!(be_empty(folder.path()).is_err(), "there is something in it now");
    }

    #[test]
    fn links_of_a_tar_file_stay_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let packed = |links: &[(&str, &str)]| {
            let mut builder = tar::Builder::new(Vec::new());
            let mut header = tar::Header::new_gnu();
            header.set_size(5);
            header.set_mode(0o644);
            builder.append_data(&mut header, "a/b.txt", b"hello".as_slice()).unwrap();
            for (name, target) in links {
                let mut header = tar::Header::new_gnu();
                header.set_entry_type(tar::EntryType::Symlink);
                header.set_size(0);
                builder.append_link(&mut header, name, target).unwrap();
            }
            Cursor::new(builder.into_inner().unwrap())
        };
        let good = folder.path().join("good");
        fs::create_dir(&good).unwrap();
        assert_eq!(untar(packed(&[("c", "a/b.txt"), ("a/d", "../c")]), &good).unwrap(), 3);
        assert_eq!(fs::read(good.join("a/d")).unwrap(), b"hello");
        for target in ["..", "/etc", "a/../../x"] {
            let into = tempfile::tempdir().unwrap();
            assert!(untar(packed(&[("link", target)]), into.path()).is_err(), "{target}");
            assert!(!into.path().join("link").exists());
        }
    }

    #[test]
    fn names_that_lead_elsewhere_and_links_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        for name in ["../out", "/out", "a/../../out"] {
            let bytes = archive(|zip| zip.start_file(name, plain()).unwrap());
            assert!(unzip(bytes, &inner).is_err(), "{name}");
        }
        let link = archive(|zip| zip.add_symlink("link", "/etc", plain()).unwrap());
        assert!(unzip(link, &inner).is_err());
        assert!(!folder.path().join("out").exists() && !inner.join("link").exists());
    }
}
