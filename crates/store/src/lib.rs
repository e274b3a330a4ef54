//! What outlives a process: journal, history, logs, artifacts and caches, in one SQLite file and a
//! folder of blobs.
//!
//! Several processes may use one state directory at once. Events and the list of runs lie in the
//! database, and so are the lists of artifacts and caches; their bytes, and logs, which are large, are
//! plain files beside it. What the
//! events mean is not decided here: that is the fold in `reporting`.

mod archives;
mod artifacts;
mod blob;
mod caches;
mod database;
mod directory;
mod error;
mod group;
mod history;
mod journal;
mod log_reader;
mod logs;
mod owner;
mod retention;
mod run_row;
mod runs;
mod shared_locks;
mod uploads;

pub use archives::ProjectArchives;
pub use artifacts::{ArtifactRecord, NewArtifact};
pub use blob::{Blob, BlobKind, BlobReader, Part, PartName};
pub use caches::{CacheQuery, CacheRecord, NewCache};
pub use database::Store;
pub use directory::state_directory;
pub use error::StoreError;
pub use group::{GroupClaim, GroupState};
pub use history::{NewRun, RunProgress, RunRecord};
pub use log_reader::{LogReader, LogTail};
pub use logs::FileLogs;
pub use owner::Owner;
pub use runs::RunQuery;
pub use shared_locks::SharedLocks;
pub use uploads::Reservation;
pub use windlass_engine::ARCHIVE;
