//! Where commands run: the host, and a fake for tests; processes, signals, job directories.
//!
//! A [`Session`] belongs to one job. It starts programs ([`Session::exec`]), moves small files to
//! and from the place where they run, and clears away what the job left behind
//! ([`Session::close`]). It knows nothing of workflows, steps or shells: the job driver turns a
//! step into an [`ExecSpec`], and reads what the step printed from [`Running`].
//!
//! Not here: what a workspace holds (crate `repository`), masking and commands in the output
//! (the dialect's driver).

mod error;
mod exec;
mod fake;
mod host;
mod limits;
mod running;
mod session;

pub use error::SessionError;
pub use exec::{ExecSpec, Stdin};
pub use fake::{FakeCall, FakeReply, FakeSession};
pub use host::{HostOptions, HostSession, command_file_root, kill_leftovers, tracking_id_of};
pub use limits::ResourceLimits;
pub use running::{Exit, Grace, Running, Signal};
pub use session::{Closed, Places, Session, TRACKING_VARIABLE};
