//! Views of a run: the fold over its events, and the terminal, plain and JSON surfaces.
//!
//! [`RunView`] is the only thing that knows what events mean for people; every surface draws from
//! it and holds no truth of its own. Nothing here touches a journal, a clock or a file: events,
//! log bytes, the time and the writer are handed in.

mod follow;
mod node_view;
mod run_view;

pub use follow::{FollowedLogs, LogFollower};
pub use node_view::{NodeState, NodeView};
pub use run_view::{CancelNote, RunView, StatusCounts};
