//! Writing the body of a request to a file: gathered to large writes, one of them under way while
//! the next bytes come in.
//!
//! A thread is taken for as long as a write lasts, not for as long as a client does: a slow one
//! holds none. Bytes are written from where they were received, without being copied.

use std::{
    fs::File,
    io::{self, IoSlice, Write as _},
    path::PathBuf,
};

use axum::body::Bytes;
use tokio::task::{JoinHandle, spawn_blocking};

/// How many bytes are gathered for a write.
const GATHERED: usize = 1 << 20;
/// How many pieces: each takes some memory, however few bytes a client puts into one.
const PIECES: usize = 256;

/// A file under way. What was handed over is in it when [`PartWriter::finish`] says so.
pub(crate) struct PartWriter {
    gathered: Vec<Bytes>,
    size: usize,
    /// The last write, which gives the file back.
    writing: JoinHandle<io::Result<File>>,
}

impl PartWriter {
    /// Creates the file.
    pub fn create(path: PathBuf) -> Self {
        let writing = spawn_blocking(move || File::create(path));
        PartWriter { gathered: Vec::new(), size: 0, writing }
    }

    /// Takes bytes, and waits where the disk is slower than they come.
    ///
    /// # Errors
    /// When what was handed over before could not be written.
    pub async fn push(&mut self, bytes: Bytes) -> io::Result<()> {
        self.size += bytes.len();
        self.gathered.push(bytes);
        if self.size >= GATHERED || self.gathered.len() >= PIECES {
            self.write().await
        } else {
            Ok(())
        }
    }

    /// Waits until everything is written.
    ///
    /// # Errors
    /// When it could not be.
    pub async fn finish(mut self) -> io::Result<()> {
        self.write().await?;
        self.writing.await.map_err(io::Error::other)?.map(drop)
    }

    /// Begins to write what was gathered, once the write before has ended.
    async fn write(&mut self) -> io::Result<()> {
        let mut file = (&mut self.writing).await.map_err(io::Error::other)??;
        let gathered = std::mem::take(&mut self.gathered);
        self.size = 0;
        self.writing = spawn_blocking(move || {
            let mut slices: Vec<IoSlice<'_>> = gathered.iter().map(|it| IoSlice::new(it)).collect();
            let mut left = slices.as_mut_slice();
            // An empty slice at the head would look like a disk that takes nothing.
            IoSlice::advance_slices(&mut left, 0);
            while !left.is_empty() {
                match file.write_vectored(left) {
                    Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                    Ok(count) => IoSlice::advance_slices(&mut left, count),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(file)
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn pieces_of_all_sizes_come_in_order() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("part");
        let mut writer = PartWriter::create(path.clone());
        let mut wanted = Vec::new();
        for (index, size) in
            [0, 1, GATHERED - 1, 0, GATHERED, 3 * GATHERED + 7, 0].iter().enumerate()
        {
            let piece = vec![index as u8; *size];
            wanted.extend_from_slice(&piece);
            writer.push(piece.into()).await.unwrap();
        }
        writer.finish().await.unwrap();
        assert!(std::fs::read(path).unwrap() == wanted);
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_made_is_told() {
        let writer = PartWriter::create("/nowhere/part".into());
        assert_eq!(writer.finish().await.unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
