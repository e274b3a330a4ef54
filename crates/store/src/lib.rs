//! What outlives a process: journal, history and logs, in one SQLite file and a folder of blobs.
//!
//! Several processes may use one state directory at once. Events and the list of runs lie in the
//! database; logs, which are large and only ever appended to, are plain files beside it. What the
//! events mean is not decided here: that is the fold in `reporting`.

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
