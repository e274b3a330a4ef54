//! The record of a run: facts and commands in the order in which they were journalled.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Command, Fact};

/// The version of the events' JSON shape, as `--json` prints and the journal stores it.
///
/// Fields and variants are only ever added under one number; anything else raises it.
pub const EVENT_SCHEMA: u32 = 1;

/// One line of a run's record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its place in the run, from 1, without gaps.
    pub seq: u64,
    /// When it was journalled, in UTC.
    pub at: Timestamp,
    /// What it says.
    pub body: Body,
}

/// An event is something that happened or something that was decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Body {
    /// The process was told this.
    Fact(Fact),
    /// The process answered this.
    Command(Command),
}
