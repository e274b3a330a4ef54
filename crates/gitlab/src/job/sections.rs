//! Marks of sections in what a script prints: they are taken out, what stands behind them stays.
//!
//! Source: "Job logs", custom collapsible sections. A mark is `section_start:TIME:NAME[OPTIONS]`
//! or `section_end:TIME:NAME`, mostly between `ESC[0K` and a carriage return with another one.

/// The longest mark, in bytes.
const LONGEST_MARK: usize = 1024;
/// How a mark begins.
const MARKS: [&[u8]; 4] =
    [b"section_start:", b"section_end:", b"\x1b[0Ksection_start:", b"\x1b[0Ksection_end:"];
/// What follows a mark.
const ERASE: &[u8] = b"\x1b[0K";

/// Takes marks out of a text that comes in pieces cut anywhere.
#[derive(Debug)]
pub(crate) struct SectionFilter {
    /// The beginning of a line that may still become a mark.
    held: Vec<u8>,
    place: Place,
}

/// What came before the next byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    LineStart,
    Mark,
    Line,
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

impl Default for SectionFilter {
    fn default() -> Self {
        SectionFilter { held: Vec::new(), place: Place::LineStart }
    }
}

impl SectionFilter {
    /// Takes in the next piece, and gives out what is no mark.
    pub fn push(&mut self, piece: &[u8], out: &mut impl FnMut(&[u8])) {
        let joined;
        let mut rest = piece;
        if !self.held.is_empty() {
            self.held.extend_from_slice(piece);
            joined = std::mem::take(&mut self.held);
            rest = &joined;
        }
        while !rest.is_empty() {
            // A mark with nothing behind it leaves no empty line.
            if self.place == Place::Mark && rest[0] == b'\n' {
                self.place = Place::LineStart;
                rest = &rest[1..];
                continue;
            }
            if self.place != Place::Line {
                match Mark::at_start(rest) {
                    Mark::Whole(length) => {
                        self.place = Place::Mark;
                        rest = &rest[length..];
                        continue;
                    }
                    Mark::Unfinished => {
                        self.held = rest.to_vec();
                        return;
                    }
                    Mark::None => {}
                }
            }
            let (part, behind) = rest.split_at(self.length_without_mark(rest));
            out(part);
            let is_whole = part.last() == Some(&b'\n');
            self.place = if is_whole { Place::LineStart } else { Place::Line };
            rest = behind;
        }
    }

    /// Gives out what was held back: it is no mark.
    pub fn finish(&mut self, out: &mut impl FnMut(&[u8])) {
        out(&std::mem::take(&mut self.held));
        self.place = Place::LineStart;
    }

    /// How much of a text can be given out as it is: up to a line that begins as a mark does.
    fn length_without_mark(&self, text: &[u8]) -> usize {
        let ends = text.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let mut starts = ends.map(|(at, _)| at + 1);
        let is_marked = |start: &usize| !matches!(Mark::at_start(&text[*start..]), Mark::None);
        starts.find(is_marked).unwrap_or(text.len())
    }
}

impl Mark {
    fn at_start(line: &[u8]) -> Mark {
        // Nothing of a line is there yet.
        if line.is_empty() {
            return Mark::None;
        }
        if !MARKS.iter().any(|mark| line.starts_with(mark)) {
            let begins = MARKS.iter().any(|mark| mark.starts_with(line));
            return if begins { Mark::Unfinished } else { Mark::None };
        }
        let looked_at = &line[..line.len().min(LONGEST_MARK)];
        match looked_at.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
            None if line.len() >= LONGEST_MARK => Mark::None,
            None => Mark::Unfinished,
            Some(end) if line[end] == b'\n' => Mark::None,
            Some(end) => {
                let behind = &line[end + 1..];
                if behind.starts_with(ERASE) {
                    Mark::Whole(end + 1 + ERASE.len())
                } else if ERASE.starts_with(behind) {
                    Mark::Unfinished
                } else {
                    Mark::None
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filtered(pieces: &[&[u8]]) -> String {
        let (mut filter, mut text) = (SectionFilter::default(), Vec::new());
        let mut out = |bytes: &[u8]| text.extend_from_slice(bytes);
        pieces.iter().for_each(|piece| filter.push(piece, &mut out));
        filter.finish(&mut out);
        String::from_utf8_lossy(&text).into_owned()
    }

    #[test]
    fn marks_go_and_headings_stay() {
        let text = "a\n\x1b[0Ksection_start:1:one[collapsed=true]\r\x1b[0KHeading\ninside\n\
             section_end:2:one\r\x1b[0K\nsection_start:1:two\r\x1b[0Kx\nsection_no\nsection_end:";
        assert_eq!(filtered(&[text.as_bytes()]), "a\nHeading\ninside\nx\nsection_no\nsection_end:");
    }

    proptest! {
        #[test]
        fn it_does_not_matter_where_the_text_is_cut(
            parts in prop::collection::vec(prop::sample::select(vec![
                "section_start:", "section_end:", "1:a", "\r", "\x1b[0K", "\n", "text", "s", "\x1b",
            ]), 0..24),
            cuts in prop::collection::vec(0usize..200, 0..6),
        ) {
            let text = parts.concat();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let bytes = text.as_bytes();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(filtered(&pieces), filtered(&[bytes]));
        }
    }
}
