//! The bytes of an artifact or a cache: a folder of parts, and a list that says which parts make
//! up the whole, in which order.
//!
//! A client sends large files as blocks in any order. Each becomes a file of its own and stays
//! where it is: putting the whole together is writing the list, so 5 GB cost no second copy.
//! Which blobs people can see is not decided here but by the rows of `artifacts` and `caches`.

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// The list's file; a name that no part has.
const LIST: &str = "parts.json";

/// What a blob belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlobKind {
    /// An artifact of a run.
    Artifact,
    /// A cache of a project.
    Cache,
}

impl BlobKind {
    /// Its word, as in addresses and names of folders.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            BlobKind::Artifact => "artifacts",
            BlobKind::Cache => "caches",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [BlobKind::Artifact, BlobKind::Cache].into_iter().find(|kind| kind.word() == word)
    }
}

/// The name of a part: safe as a file's name, whatever the client called the block.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PartName(String);

impl PartName {
    /// The most bytes of a block's id (Azure Storage, "Put Block": 64).
    pub const LIMIT: usize = 64;

    /// The name for a block's id; `None` for one that is too long.
    #[must_use]
    pub fn of(id: &[u8]) -> Option<Self> {
        if id.len() > Self::LIMIT {
            return None;
        }
        let mut name = String::with_capacity(2 + 2 * id.len());
        name.push_str("p-");
        for byte in id {
            let _ = write!(name, "{byte:02x}");
        }
        Some(PartName(name))
    }
}

/// A part in its place in the whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name.
    pub name: PartName,
    /// Its bytes.
    pub size: u64,
}

/// The folder of one blob.
#[derive(Clone, Debug)]
pub struct Blob {
    folder: PathBuf,
}

impl Blob {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Blob { folder }
    }

    /// Makes the folder.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn create(&self) -> io::Result<()> {
        fs::create_dir_all(&self.folder)
    }

    /// Where a part lies. One that is being written lies beside it under a name that ends in
    /// `unique`, and is moved here when it is whole.
    #[must_use]
    pub fn part(&self, name: &PartName) -> PathBuf {
        self.folder.join(&name.0)
    }

    /// Where a part is written before it is whole; `unique` tells attempts apart.
    #[must_use]
    pub fn unfinished_part(&self, unique: &str) -> PathBuf {
        self.folder.join(format!("unfinished-{unique}"))
    }

    /// Puts the whole together from parts that are here; what else lies in the folder goes.
    /// Answers how large it is. May be called again, with other parts.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] when a part is missing; when the file system refuses.
    pub fn put_together(&self, names: &[PartName]) -> io::Result<u64> {
        let mut parts = Vec::with_capacity(names.len());
        for name in names {
            let size = fs::metadata(self.part(name))?.len();
            parts.push(Part { name: name.clone(), size });
        }
        let draft = self.unfinished_part("list");
        fs::write(&draft, serde_json::to_vec(&parts)?)?;
        fs::rename(&draft, self.folder.join(LIST))?;
        self.sweep(&parts)?;
        Ok(parts.iter().map(|part| part.size).sum())
    }

    fn sweep(&self, parts: &[Part]) -> io::Result<()> {
        let kept: std::collections::HashSet<&str> =
            parts.iter().map(|part| part.name.0.as_str()).collect();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name != LIST && !kept.contains(name.as_ref()) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// The parts of the whole, in order, each as large as it was when it was put together.
    ///
    /// # Errors
    /// When the blob is not whole: never put together, or damaged since.
    pub fn parts(&self) -> io::Result<Vec<Part>> {
        let parts: Vec<Part> = serde_json::from_slice(&fs::read(self.folder.join(LIST))?)?;
        for part in &parts {
            if fs::metadata(self.part(&part.name))?.len() != part.size {
                let message = format!("{} is damaged", self.part(&part.name).display());
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
        }
        Ok(parts)
    }

    /// A reader over the whole.
    ///
    /// # Errors
    /// As [`parts`](Self::parts).
    pub fn open(&self) -> io::Result<BlobReader> {
        Ok(BlobReader { parts: self.parts()?, blob: self.clone(), position: 0, open: None })
    }

    /// Removes everything; a blob that is not there is no failure.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn remove(&self) -> io::Result<()> {
        match fs::remove_dir_all(&self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The folder, for messages.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Reads a blob from any position, its parts one after the other.
#[derive(Debug)]
pub struct BlobReader {
    blob: Blob,
    parts: Vec<Part>,
    position: u64,
    /// The part that is open, and where in it the next byte lies.
    open: Option<(usize, u64, File)>,
}

impl BlobReader {
    /// How large the whole is.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.parts.iter().map(|part| part.size).sum()
    }

    /// The part at the position, and how far into it that is; `None` at the end.
    fn place(&self) -> Option<(usize, u64)> {
        let mut start = 0;
        for (index, part) in self.parts.iter().enumerate() {
            if self.position < start + part.size {
                return Some((index, self.position - start));
            }
            start += part.size;
        }
        None
    }
}

impl Read for BlobReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some((index, offset)) = self.place() else { return Ok(0) };
        let is_there = matches!(&self.open, Some((at, next, _)) if (*at, *next) == (index, offset));
        if !is_there {
            let mut file = File::open(self.blob.part(&self.parts[index].name))?;
            file.seek(SeekFrom::Start(offset))?;
            self.open = Some((index, offset, file));
        }
        let Some((_, next, file)) = &mut self.open else { return Ok(0) };
        let count = file.read(buffer)?;
        if count == 0 && !buffer.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        *next += count as u64;
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for BlobReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.size().checked_add_signed(by),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
        };
        self.position = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(id: &str) -> PartName {
        PartName::of(id.as_bytes()).unwrap()
    }

    #[test]
    fn the_list_orders_parts_that_came_in_any_order_and_the_rest_goes() {
        let folder = tempfile::tempdir().unwrap();
        let blob = Blob::new(folder.path().join("7"));
        blob.create().unwrap();
        for (id, content) in [("2", "world"), ("1", "hello "), ("3", "never listed")] {
            fs::write(blob.part(&name(id)), content).unwrap();
        }
        fs::write(blob.unfinished_part("x"), "half").unwrap();
        assert!(blob.open().is_err(), "nothing was put together yet");
        assert_eq!(blob.put_together(&[name("1"), name("2")]).unwrap(), 11);
        let mut text = String::new();
        let mut reader = blob.open().unwrap();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "hello world");
        reader.seek(SeekFrom::End(-7)).unwrap();
        text.clear();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "o world");
        assert_eq!(fs::read_dir(blob.folder()).unwrap().count(), 3);
        assert!(blob.put_together(&[name("3")]).is_err(), "it is gone");
        fs::write(blob.part(&name("2")), "wor").unwrap();
        assert!(blob.open().is_err(), "a part is damaged");
    }

    #[test]
    fn no_id_of_a_block_leads_out_of_the_folder() {
        assert_eq!(name("../../x").0, "p-2e2e2f2e2e2f78");
        assert_eq!(PartName::of(&[0; 65]), None);
    }
}
