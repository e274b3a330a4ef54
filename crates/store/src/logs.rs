//! Logs as files: one a stream, appended to through a buffer, made with their first byte.
//!
//! Bytes are kept as they come. Which of them belong to which step is said by the events' log
//! slices, so a file needs no frame and any pager can read it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};
use windlass_engine::{LogStream, Logs};
use windlass_kernel::{NodeId, RunId};

/// Bytes gathered before they are written. Larger appends go to the file directly.
const BUFFER_BYTES: usize = 128 * 1024;

/// How old buffered bytes may become while more arrive, for those who follow the file.
const BUFFER_AGE: Duration = Duration::from_millis(200);

/// Bytes of a stream's name that a file name holds; the usual limit of a file name is 255.
const NAME_BYTES: usize = 160;

/// The logs of all runs below one folder: `<run>/<stream>.log`.
#[derive(Clone, Debug)]
pub struct FileLogs {
    root: PathBuf,
}

impl FileLogs {
    /// Logs below this folder, which is made when the first byte is written.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        FileLogs { root: root.into() }
    }

    /// The folder of a run's logs.
    pub fn run_directory(&self, run: RunId) -> PathBuf {
        self.root.join(run.to_string())
    }

    /// The file of a stream, whether it is there yet or not.
    pub fn path(&self, run: RunId, stream: &str) -> PathBuf {
        self.run_directory(run).join(file_name(stream))
    }
}

impl Logs for FileLogs {
    fn open(&self, run: RunId, stream: &str) -> io::Result<Box<dyn LogStream>> {
        let path = self.path(run, stream);
        // What an earlier attempt at the job wrote is void. The file is emptied and not removed,
        // so that whoever follows it sees that.
        let file = match OpenOptions::new().write(true).truncate(true).open(&path) {
            Ok(file) => Some(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(at(&path, &error)),
        };
        Ok(Box::new(LogFile { path, file, buffer: Vec::new(), since: None, position: 0 }))
    }
}

/// One stream being written.
struct LogFile {
    path: PathBuf,
    file: Option<File>,
    buffer: Vec<u8>,
    /// When the first of the buffered bytes came.
    since: Option<Instant>,
    position: u64,
}

impl LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(create(&self.path)?),
        };
        file.write_all(bytes).map_err(|error| at(&self.path, &error))
    }

    fn write_buffer(&mut self) -> io::Result<()> {
        self.since = None;
        if self.buffer.is_empty() {
            return Ok(());
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        let done = self.write(&buffer);
        buffer.clear();
        self.buffer = buffer;
        done
    }
}

impl LogStream for LogFile {
    fn append(&mut self, _node: &NodeId, bytes: &[u8]) -> io::Result<()> {
        self.position += bytes.len() as u64;
        if self.buffer.len() + bytes.len() > BUFFER_BYTES {
            self.write_buffer()?;
        }
        if bytes.len() >= BUFFER_BYTES / 2 {
            self.write_buffer()?;
            return self.write(bytes);
        }
        self.buffer.extend_from_slice(bytes);
        let since = *self.since.get_or_insert_with(Instant::now);
        if since.elapsed() >= BUFFER_AGE { self.write_buffer() } else { Ok(()) }
    }

    fn position(&self) -> u64 {
        self.position
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write_buffer()
    }
}

impl Drop for LogFile {
    /// A driver that ends without a last flush loses nothing that can still be written.
    fn drop(&mut self) {
        let _ = self.write_buffer();
    }
}

fn create(path: &Path) -> io::Result<File> {
    let options = || OpenOptions::new().create(true).write(true).truncate(true).open(path);
    match options() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = path.parent().unwrap_or(path);
            fs::create_dir_all(folder).map_err(|error| at(folder, &error))?;
            options()
        }
        other => other,
    }
    .map_err(|error| at(path, &error))
}

/// Names the file, and what to do where the reason is a full disk.
fn at(path: &Path, error: &io::Error) -> io::Error {
    let advice = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; free some space, or set WINDLASS_STATE_DIR to a directory that has it"
        }
        _ => "",
    };
    io::Error::new(error.kind(), format!("log {}: {error}{advice}", path.display()))
}

/// A stream's name as the name of one file: what is not a letter, a digit or one of ` -_(),+=@#.`
/// is written as `%XX`; a name too long for a file ends in a digest of the whole.
fn file_name(stream: &str) -> String {
    let mut name = String::with_capacity(stream.len() + 4);
    for (place, byte) in stream.bytes().enumerate() {
        let plain = byte.is_ascii_alphanumeric()
            || b" -_(),+=@#".contains(&byte)
            || (byte == b'.' && place > 0);
        if plain { name.push(char::from(byte)) } else { name += &format!("%{byte:02X}") }
    }
    if name.len() > NAME_BYTES {
        let digest = Sha256::digest(stream.as_bytes());
        name.truncate(NAME_BYTES);
        name.push('~');
        for byte in digest.iter().take(8) {
            name += &format!("{byte:02x}");
        }
    }
    name + ".log"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn file_names_can_be_read_by_people() {
        insta::assert_snapshot!(file_name("test (1, ubuntu)"), @"test (1, ubuntu).log");
        insta::assert_snapshot!(file_name("call/build"), @"call%2Fbuild.log");
        insta::assert_snapshot!(file_name("../../etc/passwd"), @"%2E.%2F..%2Fetc%2Fpasswd.log");
        insta::assert_snapshot!(file_name("größe\n"), @"gr%C3%B6%C3%9Fe%0A.log");
        insta::assert_snapshot!(file_name(""), @".log");
        assert_eq!(file_name(&"x".repeat(4000)).len(), NAME_BYTES + 1 + 16 + 4);
    }

    proptest! {
        #[test]
        fn streams_never_share_a_file(one in ".{0,60}", other in ".{0,60}") {
            prop_assert_eq!(one == other, file_name(&one) == file_name(&other));
            prop_assert!(!file_name(&one).contains(['/', '\0']));
        }
    }
}
