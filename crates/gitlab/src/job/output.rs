//! What a script prints, on its way to the log: marks of sections are taken out, and lines are
//! looked at for the coverage.

use super::{coverage::Coverage, lane::Lane, sections::SectionFilter};

/// The longest line that is looked at, in bytes; of a longer one the beginning.
const LONGEST_LINE: usize = 64 * 1024;

/// What a script prints.
pub(crate) struct Output<'a> {
    pub lane: &'a mut Lane,
    coverage: Option<&'a mut Coverage>,
    sections: SectionFilter,
    /// The line for the coverage.
    line: Vec<u8>,
}

impl<'a> Output<'a> {
    pub fn new(lane: &'a mut Lane, coverage: Option<&'a mut Coverage>) -> Self {
        Output { lane, coverage, sections: SectionFilter::default(), line: Vec::new() }
    }

    /// Takes in what was printed.
    pub fn write(&mut self, bytes: &[u8]) {
        if let Some(coverage) = &mut self.coverage {
            look_for_coverage(coverage, &mut self.line, bytes);
        }
        self.sections.push(bytes, &mut |bytes| self.lane.bytes(bytes));
    }

    /// The end of the output.
    pub fn end(mut self) {
        self.sections.finish(&mut |bytes| self.lane.bytes(bytes));
        if let Some(coverage) = &mut self.coverage {
            coverage.look_at(&String::from_utf8_lossy(&self.line));
        }
    }
}

/// Looks at every line that is whole by now.
fn look_for_coverage(coverage: &mut Coverage, line: &mut Vec<u8>, bytes: &[u8]) {
    for part in bytes.split_inclusive(|byte| *byte == b'\n') {
        let room = LONGEST_LINE.saturating_sub(line.len());
        line.extend_from_slice(&part[..part.len().min(room)]);
        if part.ends_with(b"\n") {
            coverage.look_at(&String::from_utf8_lossy(line));
            line.clear();
        }
    }
}
