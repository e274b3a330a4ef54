//! What a script prints, on its way to the log: marks of sections are taken out, and lines are
//! looked at for the coverage.
//!
//! Source: "Job logs", custom collapsible sections. A mark is `section_start:TIME:NAME[OPTIONS]`
//! or `section_end:TIME:NAME`, mostly between `ESC[0K` and a carriage return with another one; what
//! stands behind it is shown.

use super::{coverage::Coverage, lane::Lane};

/// The longest line that is looked at, in bytes; of a longer one the beginning.
const LONGEST_LINE: usize = 64 * 1024;
/// The longest mark, in bytes.
const LONGEST_MARK: usize = 1024;
/// How a mark begins.
const MARKS: [&[u8]; 4] =
    [b"section_start:", b"section_end:", b"\x1b[0Ksection_start:", b"\x1b[0Ksection_end:"];
/// What follows a mark.
const ERASE: &[u8] = b"\x1b[0K";

/// What a script prints.
pub(crate) struct Output<'a> {
    pub lane: &'a mut Lane,
    coverage: Option<&'a mut Coverage>,
    /// The beginning of a line that may still become a mark.
    held: Vec<u8>,
    /// Whether the next byte begins a line.
    at_start: bool,
    /// The line for the coverage.
    line: Vec<u8>,
}

impl<'a> Output<'a> {
    pub fn new(lane: &'a mut Lane, coverage: Option<&'a mut Coverage>) -> Self {
        Output { lane, coverage, held: Vec::new(), at_start: true, line: Vec::new() }
    }

    /// Takes in what was printed.
    pub fn write(&mut self, bytes: &[u8]) {
        if self.coverage.is_some() {
            self.look_for_coverage(bytes);
        }
        if self.held.is_empty()
            && !bytes.windows(8).any(|it| it == b"section_")
            && !self.may_begin(bytes)
        {
            self.at_start = bytes.last() == Some(&b'\n');
            return self.lane.bytes(bytes);
        }
        let mut waiting = std::mem::take(&mut self.held);
        waiting.extend_from_slice(bytes);
        let mut rest = waiting.as_slice();
        while !rest.is_empty() {
            if self.at_start {
                match mark_at_start(rest) {
                    Mark::None => {}
                    Mark::Whole(length) => {
                        rest = &rest[length..];
                        // A mark with nothing behind it leaves no empty line.
                        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
                        continue;
                    }
                    Mark::Unfinished => {
                        self.held = rest.to_vec();
                        return;
                    }
                }
            }
            let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let end = end.map_or(rest.len(), |end| end + 1);
            self.lane.bytes(&rest[..end]);
            self.at_start = matches!(rest[end - 1], b'\n' | b'\r');
            rest = &rest[end..];
        }
    }

    /// Whether the last line of some output is the beginning of a mark.
    fn may_begin(&self, bytes: &[u8]) -> bool {
        let last = match bytes.iter().rposition(|byte| *byte == b'\n') {
            Some(at) => &bytes[at + 1..],
            None if self.at_start => bytes,
            None => return false,
        };
        !last.is_empty() && MARKS.iter().any(|mark| mark.starts_with(last))
    }

    fn look_for_coverage(&mut self, bytes: &[u8]) {
        let Some(coverage) = &mut self.coverage else { return };
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let room = LONGEST_LINE.saturating_sub(self.line.len());
            self.line.extend_from_slice(&part[..part.len().min(room)]);
            if part.ends_with(b"\n") {
                coverage.look_at(&String::from_utf8_lossy(&self.line));
                self.line.clear();
            }
        }
    }

    /// The end of the output: what was held back is no mark.
    pub fn end(mut self) {
        let held = std::mem::take(&mut self.held);
        self.lane.bytes(&held);
        if let Some(coverage) = &mut self.coverage {
            coverage.look_at(&String::from_utf8_lossy(&self.line));
        }
    }
}

/// What a line begins with.
enum Mark {
    /// No mark.
    None,
    /// A mark of so many bytes.
    Whole(usize),
    /// More has to come before this can be told.
    Unfinished,
}

fn mark_at_start(line: &[u8]) -> Mark {
    if !MARKS.iter().any(|mark| line.starts_with(mark)) {
        let begins = MARKS.iter().any(|mark| mark.starts_with(line));
        return if begins { Mark::Unfinished } else { Mark::None };
    }
    let Some(end) = line.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else {
        return if line.len() > LONGEST_MARK { Mark::None } else { Mark::Unfinished };
    };
    if line[end] == b'\n' {
        return Mark::None;
    }
    let behind = &line[end + 1..];
    if behind.starts_with(ERASE) {
        Mark::Whole(end + 1 + ERASE.len())
    } else if ERASE.starts_with(behind) {
        Mark::Unfinished
    } else {
        Mark::None
    }
}
