//! Views of a run: the fold over its events, and the terminal, plain and JSON surfaces.
//!
//! [`RunView`] is the only thing that knows what events mean for people; every surface draws from
//! it and holds no truth of its own. Nothing here touches a journal or a file: events, log bytes,
//! stored logs and the writer are handed in.

mod fit;
mod follow;
mod frame;
mod json;
mod junit;
mod log_line;
mod log_writer;
mod node_view;
pub mod outline;
mod output;
mod plain;
mod replay;
mod run_view;
mod style;
mod summary;
mod surface;
mod tables;
mod tails;
mod terminal;
mod xml;

pub use follow::{FollowedLogs, LogFollower};
pub use frame::TerminalSize;
pub use json::JsonSurface;
pub use junit::junit;
pub use log_writer::LogWriter;
pub use node_view::{NodeState, NodeView};
pub use output::Output;
pub use plain::PlainSurface;
pub use replay::{Replay, StreamSource};
pub use run_view::{CancelNote, RunView, StatusCounts, Walk};
pub use style::{Appearance, can_redraw};
pub use surface::{LogSource, Surface, SurfaceSettings};
pub use tables::{RunRow, RunRowState, run_list, run_page};
pub use terminal::{TerminalFacts, TerminalSurface};
