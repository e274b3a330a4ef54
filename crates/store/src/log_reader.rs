//! Reading logs: whole, in part, their last lines, and while they grow.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use windlass_kernel::RunId;

use crate::FileLogs;

/// Bytes read at a time.
const CHUNK_BYTES: u64 = 256 * 1024;

/// A stored log. A stream that never had a byte reads as empty.
#[derive(Debug)]
pub struct LogReader {
    path: PathBuf,
    file: Option<File>,
}

impl FileLogs {
    /// Opens a stream for reading.
    ///
    /// # Errors
    /// When the file is there but cannot be read.
    pub fn reader(&self, run: RunId, stream: &str) -> io::Result<LogReader> {
        let mut reader = LogReader { path: self.path(run, stream), file: None };
        reader.open()?;
        Ok(reader)
    }
}

impl LogReader {
    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes it has now.
    ///
    /// # Errors
    /// When the file cannot be looked at.
    pub fn length(&mut self) -> io::Result<u64> {
        self.open()?.map_or(Ok(0), |file| Ok(file.metadata()?.len()))
    }

    /// Copies bytes `start..end` to a writer in chunks, as far as they are there; answers how many.
    ///
    /// # Errors
    /// When reading or writing fails.
    pub fn copy(&mut self, start: u64, end: u64, to: &mut dyn io::Write) -> io::Result<u64> {
        let Some(file) = self.open()? else { return Ok(0) };
        file.seek(SeekFrom::Start(start))?;
        let mut rest = file.take(end.saturating_sub(start));
        let mut buffer = Vec::new();
        let mut copied = 0;
        loop {
            buffer.clear();
            let count = rest.by_ref().take(CHUNK_BYTES).read_to_end(&mut buffer)?;
            if count == 0 {
                return Ok(copied);
            }
            to.write_all(&buffer)?;
            copied += count as u64;
        }
    }

    /// The place at which the last `lines` lines of bytes `start..end` begin.
    ///
    /// Reads backwards, so the cost follows what is asked for and not the log's length. A last
    /// line without a line feed counts.
    ///
    /// # Errors
    /// When reading fails.
    pub fn tail_start(&mut self, start: u64, end: u64, lines: usize) -> io::Result<u64> {
        let end = end.min(self.length()?);
        let Some(file) = &mut self.file else { return Ok(start) };
        if lines == 0 || end <= start {
            return Ok(end.max(start));
        }
        let mut missing = lines;
        let mut upper = end;
        let mut buffer = Vec::new();
        while upper > start {
            let lower = upper.saturating_sub(CHUNK_BYTES / 4).max(start);
            buffer.clear();
            file.seek(SeekFrom::Start(lower))?;
            file.take(upper - lower).read_to_end(&mut buffer)?;
            for (place, _) in buffer.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n') {
                let next = lower + place as u64 + 1;
                // The line feed that ends the last line begins no line.
                missing -= usize::from(next < end);
                if missing == 0 {
                    return Ok(next);
                }
            }
            upper = lower;
        }
        Ok(start)
    }

    /// Goes on from here: each [`LogTail::read_more`] answers what was added meanwhile.
    pub fn follow(self, start: u64) -> LogTail {
        LogTail { reader: self, position: start }
    }

    /// The file may be made after the reader was.
    fn open(&mut self) -> io::Result<Option<&mut File>> {
        if self.file.is_none() {
            self.file = match File::open(&self.path) {
                Ok(file) => Some(file),
                Err(error) if error.kind() == io::ErrorKind::NotFound => None,
                Err(error) => return Err(error),
            };
        }
        Ok(self.file.as_mut())
    }
}

/// A log that is read while it grows.
#[derive(Debug)]
pub struct LogTail {
    reader: LogReader,
    position: u64,
}

impl LogTail {
    /// Copies what was added since the last call; answers how many bytes. A log that became
    /// shorter was begun anew, and is read from its start.
    ///
    /// # Errors
    /// When reading or writing fails.
    pub fn read_more(&mut self, to: &mut dyn io::Write) -> io::Result<u64> {
        let length = self.reader.length()?;
        if length < self.position {
            self.position = 0;
        }
        let copied = self.reader.copy(self.position, length, to)?;
        self.position += copied;
        Ok(copied)
    }

    /// The place of the next byte.
    pub fn position(&self) -> u64 {
        self.position
    }
}
