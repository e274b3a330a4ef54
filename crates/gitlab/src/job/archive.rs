//! Archives: files of a workspace that are kept outside of it, and brought into another.
//!
//! Symbolic links are kept as links. Into a workspace nothing is written through a link that is
//! there already, so that nothing leaves it.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read as _, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Component, Path, PathBuf};

use tar::{Archive, Builder, EntryType, Header};

/// The largest file that is read into memory, in bytes.
const LARGEST_TEXT: u64 = 16 << 20;

/// How much is read and written at once, in bytes.
const BUFFER: usize = 128 << 10;

/// Packs the given files below a project. An archive of more than `limit` bytes is not finished.
///
/// # Errors
/// The first file that could not be packed.
pub(crate) fn pack(
    project: &Path,
    files: &BTreeSet<PathBuf>,
    archive: &Path,
    limit: u64,
) -> io::Result<()> {
    let to = BufWriter::with_capacity(
        BUFFER,
        Limited { to: File::create(archive)?, limit, room: limit },
    );
    let mut builder = Builder::new(to);
    files.iter().try_for_each(|file| add(&mut builder, project, file))?;
    builder.into_inner()?.flush()
}

fn add(builder: &mut Builder<impl Write>, project: &Path, path: &Path) -> io::Result<()> {
    let source = project.join(path);
    let data = match source.symlink_metadata() {
        Ok(data) => data,
        Err(error) if is_gone(&error) => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut header = Header::new_gnu();
    header.set_metadata(&data);
    if data.is_symlink() {
        header.set_size(0);
        return builder.append_link(&mut header, path, fs::read_link(&source)?);
    }
    if data.is_dir() {
        header.set_size(0);
        // What is in it has to be unpacked after it, and removed one day.
        header.set_mode(data.permissions().mode() | 0o700);
        return builder.append_data(&mut header, path, io::empty());
    }
    // Pipes and sockets are nothing that could be kept.
    if !data.is_file() {
        return Ok(());
    }
    let file = match File::open(&source) {
        Ok(file) => file,
        Err(error) if is_gone(&error) => return Ok(()),
        Err(error) => return Err(error),
    };
    header.set_entry_type(EntryType::Regular);
    header.set_size(data.len());
    // A process that the job left may still write to it; the archive has to fit its header.
    let content = file.chain(io::repeat(0)).take(data.len());
    builder.append_data(&mut header, path, content)
}

/// Whether a file vanished since it was chosen.
fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// A file that takes no more than so many bytes.
struct Limited {
    to: File,
    limit: u64,
    room: u64,
}

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = bytes.len() as u64;
        let Some(room) = self.room.checked_sub(length) else {
            let message = format!("they take more than the {} bytes that they may", self.limit);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        };
        self.room = room;
        self.to.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Unpacks an archive over what is in `to`.
///
/// # Errors
/// The first file that could not be written, and an entry that leads elsewhere.
pub(crate) fn unpack(archive: &Path, to: &Path) -> io::Result<()> {
    let mut archive = open(archive)?;
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        if !path.components().all(|part| matches!(part, Component::Normal(_))) {
            let message = format!("{} leads out of the project", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        make_directories(to, path.parent().unwrap_or(Path::new("")))?;
        let target = to.join(&path);
        match target.symlink_metadata() {
            Ok(there) if there.is_dir() && !entry.header().entry_type().is_dir() => {
                fs::remove_dir_all(&target)?;
            }
            Ok(there) if !there.is_dir() => fs::remove_file(&target)?,
            _ => {}
        }
        entry.unpack(&target)?;
    }
    Ok(())
}

fn open(archive: &Path) -> io::Result<Archive<impl io::Read>> {
    Ok(Archive::new(BufReader::with_capacity(BUFFER, File::open(archive)?)))
}

/// The text of a single file of an archive.
///
/// # Errors
/// When it is not there, too large, or no text.
pub(crate) fn text(archive: &Path, wanted: &str) -> io::Result<String> {
    let wanted = Path::new(wanted.trim_start_matches('/').trim_start_matches("./"));
    let mut archive = open(archive)?;
    for entry in archive.entries()? {
        let entry = entry?;
        if entry.path()? != wanted || !entry.header().entry_type().is_file() {
            continue;
        }
        if entry.size() > LARGEST_TEXT {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large"));
        }
        return io::read_to_string(entry);
    }
    Err(io::Error::new(io::ErrorKind::NotFound, "there is no such file"))
}

/// Makes directories below `root`. A link in the place of one is replaced, never followed.
fn make_directories(root: &Path, path: &Path) -> io::Result<()> {
    let mut whole = root.to_owned();
    for part in path.components() {
        whole.push(part);
        match whole.symlink_metadata() {
            Ok(there) if there.is_dir() => continue,
            Ok(_) => fs::remove_file(&whole)?,
            Err(_) => {}
        }
        fs::create_dir(&whole)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn files(names: &[&str]) -> BTreeSet<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn what_is_unpacked_does_not_leave_the_workspace() {
        let [kept, workspace, outside] =
            [(); 3].map(|()| tempfile::tempdir().expect("a directory"));
        fs::create_dir(kept.path().join("d")).expect("a directory");
        fs::write(kept.path().join("d/file"), "new").expect("a file");
        fs::write(outside.path().join("file"), "old").expect("a file");
        symlink(outside.path(), workspace.path().join("d")).expect("a link");
        let archive = kept.path().join("archive");
        pack(kept.path(), &files(&["d", "d/file", "gone"]), &archive, 1 << 20).expect("packed");
        unpack(&archive, workspace.path()).expect("unpacked");
        let text_of = |path: &Path| fs::read_to_string(path).expect("a file");
        assert_eq!(text_of(&workspace.path().join("d/file")), "new");
        assert_eq!(text_of(&outside.path().join("file")), "old");
        assert_eq!(text(&archive, "/d/file").expect("a text"), "new");
        assert!(text(&archive, "../old").is_err());
    }

    #[test]
    fn files_keep_their_times_modes_and_links_and_replace_what_is_there() {
        let [kept, workspace] = [(); 2].map(|()| tempfile::tempdir().expect("a directory"));
        let tool = kept.path().join("tool");
        fs::write(&tool, "#!/bin/sh\n").expect("a file");
        fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).expect("a mode");
        let day = std::time::UNIX_EPOCH + std::time::Duration::from_secs(86_400);
        let opened = File::options().write(true).open(&tool).expect("a file");
        opened.set_modified(day).expect("a time");
        symlink("tool", kept.path().join("link")).expect("a link");
        fs::create_dir_all(workspace.path().join("tool/in/the/way")).expect("a directory");
        let archive = kept.path().join("archive");
        pack(kept.path(), &files(&["link", "tool"]), &archive, 1 << 20).expect("packed");
        unpack(&archive, workspace.path()).expect("unpacked");
        let data = fs::metadata(workspace.path().join("link")).expect("a file behind the link");
        assert_eq!(data.permissions().mode() & 0o777, 0o755);
        assert_eq!(data.modified().expect("a time"), day);
    }

    #[test]
    fn an_archive_ends_at_its_limit() {
        let kept = tempfile::tempdir().expect("a directory");
        fs::write(kept.path().join("large"), vec![b'x'; 100_000]).expect("a file");
        let archive = kept.path().join("archive");
        let error = pack(kept.path(), &files(&["large"]), &archive, 50_000).expect_err("too much");
        assert!(error.to_string().contains("50000 bytes"), "{error}");
        assert!(fs::metadata(&archive).expect("a file").len() <= 50_000);
    }
}
