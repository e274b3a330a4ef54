//! Files that cannot be used: newer, damaged, read-only, on a full disk.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use windlass_engine::{Journal, JournalError, Logs};
use windlass_kernel::NodeId;
use windlass_store::{FileLogs, Store, StoreError};

use crate::samples::{events, new_run, open, run_id};

async fn refusal(directory: &Path) -> StoreError {
    match Store::open(directory).await {
        Ok(_) => panic!("{} was opened", directory.display()),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()).await);
    // The version lies at byte 60 of the file ("Database File Format", section 1.3).
    let file = folder.path().join("windlass.db");
    wait_for_checkpoint(&file);
    let mut bytes = fs::read(&file).unwrap();
    bytes[60..64].copy_from_slice(&99_u32.to_be_bytes());
    fs::write(&file, &bytes).unwrap();
    let error = refusal(folder.path()).await;
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");
    assert!(error.to_string().contains("update this program"), "{error}");
}

/// A dropped store folds its write-ahead log in by a thread of its own.
fn wait_for_checkpoint(file: &Path) {
    for _ in 0..500 {
        if !file.with_extension("db-wal").exists() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("the write-ahead log is still there");
}

#[tokio::test]
async fn a_damaged_file_is_named_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("windlass.db");
    fs::write(&file, "not a database at all, but long enough to be looked at ".repeat(100))
        .unwrap();
    let error = refusal(folder.path()).await;
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("windlass.db"), "{error}");
}

#[tokio::test]
async fn damage_in_the_middle_is_found_when_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("windlass.db");
    let store = open(folder.path()).await;
    store.append(run_id(1), 1, &events(1, 2000)).await.unwrap();
    drop(store);
    wait_for_checkpoint(&file);
    let mut bytes = fs::read(&file).unwrap();
    let half = bytes.len() / 2;
    bytes[half..].fill(0xa5);
    fs::write(&file, &bytes).unwrap();
    let error = open(folder.path()).await.read(run_id(1), 0).await.unwrap_err();
    assert!(error.to_string().contains("the history is damaged"), "{error}");
}

#[tokio::test]
async fn a_file_where_the_directory_should_be_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state");
    fs::write(&file, "").unwrap();
    let error = refusal(&file).await;
    assert!(matches!(error, StoreError::Path { .. }), "{error}");
    let error = refusal(&file.join("below")).await;
    assert!(matches!(error, StoreError::Path { .. }), "{error}");
}

/// A small file system of its own; only root may make one.
struct Mount(PathBuf);

impl Mount {
    fn new(folder: &Path, kibibytes: u32) -> Option<Mount> {
        let options = format!("size={kibibytes}k");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "windlass-test"])
            .arg(folder)
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Mount(folder.to_owned()));
        }
        println!("skipped: a small file system cannot be mounted here");
        None
    }

    fn make_read_only(&self) {
        let done = Command::new("mount").args(["-o", "remount,ro"]).arg(&self.0).status();
        assert!(done.unwrap().success());
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test]
async fn a_full_disk_is_said_to_be_full_and_keeps_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let Some(_mount) = Mount::new(folder.path(), 400) else { return };
    let store = open(folder.path()).await;
    let mut next = 1;
    let refused = loop {
        match store.append(run_id(1), next, &events(next, 50)).await {
            Ok(()) => next += 50,
            Err(error) => break error,
        }
    };
    assert!(next > 50, "{refused}");
    assert!(
        matches!(&refused, JournalError::Storage(text) if text.contains("no space is left")),
        "{refused}"
    );
    assert_eq!(store.read(run_id(1), 0).await.unwrap(), events(1, next - 1));
}

#[test]
fn a_log_on_a_full_disk_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let Some(_mount) = Mount::new(folder.path(), 256) else { return };
    let logs = FileLogs::new(folder.path());
    let mut stream = logs.open(run_id(1), "build").unwrap();
    let refused = loop {
        if let Err(error) = stream.append(&NodeId::new("build"), &[b'x'; 100_000]) {
            break error;
        }
    };
    assert_eq!(refused.kind(), std::io::ErrorKind::StorageFull);
    assert!(refused.to_string().contains("build.log"), "{refused}");
}

#[tokio::test]
async fn a_directory_that_may_not_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mount) = Mount::new(folder.path(), 1024) else { return };
    drop(open(folder.path()).await);
    wait_for_checkpoint(&folder.path().join("windlass.db"));
    mount.make_read_only();
    // It may be read …
    let error = match Store::open(folder.path()).await {
        Ok(store) => store.begin_run(run_id(1), new_run("/a")).await.unwrap_err(),
        Err(error) => error,
    };
    assert!(matches!(error, StoreError::NotWritable { .. }), "{error}");
    // … but no new one can be made.
    let error = refusal(&folder.path().join("new")).await;
    assert!(matches!(error, StoreError::Path { .. }), "{error}");
}
