//! What makes a pattern match nothing, or be written in vain: for `check`, never for running.
//!
//! Names of branches and tags follow `git check-ref-format`; paths are relative to the root of
//! the repository and never begin with `./`.

use std::fmt;

/// What a pattern is matched against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Names of branches or tags.
    Reference,
    /// Paths of changed files.
    Path,
}

/// One reason for doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concern {
    /// The reason.
    pub kind: ConcernKind,
    /// Where: byte offset in the pattern's text.
    pub offset: usize,
}

/// The reasons for doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConcernKind {
    /// A character that no name of a branch or tag contains.
    NotInReference(char),
    /// A name of a branch or tag never begins with `/`.
    ReferenceBeginsWithSlash,
    /// A name of a branch or tag never ends with `/` or `.`.
    ReferenceEndsWith(char),
    /// `\` before a character that has no special meaning.
    NeedlessEscape(char),
    /// `[x]`, which is `x`.
    SingleCharacterClass(char),
    /// White space at an end of a path.
    SpaceAroundPath,
    /// `.` or `..` as a segment of a path.
    DotSegment,
}

impl fmt::Display for ConcernKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInReference(character) => {
                write!(formatter, "no branch or tag has `{character}` in its name")
            }
            Self::ReferenceBeginsWithSlash => {
                formatter.write_str("no name of a branch or tag begins with `/`")
            }
            Self::ReferenceEndsWith(character) => {
                write!(formatter, "no name of a branch or tag ends with `{character}`")
            }
            Self::NeedlessEscape(character) => {
                write!(formatter, "`{character}` has no special meaning, so `\\` is not needed")
            }
            Self::SingleCharacterClass(character) => {
                write!(formatter, "`[{character}]` is the same as `{character}`")
            }
            Self::SpaceAroundPath => {
                formatter.write_str("white space at the end of a path pattern belongs to the path")
            }
            Self::DotSegment => formatter.write_str(
                "paths are written from the root of the repository, without `.` or `..`",
            ),
        }
    }
}

/// The reasons for doubt about this pattern, in the order of the text.
pub(super) fn concerns(source: &str, subject: Subject) -> Vec<Concern> {
    let pattern = source.strip_prefix('!').unwrap_or(source);
    let start = source.len() - pattern.len();
    let mut found = Vec::new();
    let mut add = |kind, offset| found.push(Concern { kind, offset: start + offset });
    characters(pattern, subject, &mut add);
    match subject {
        Subject::Reference => {
            if pattern.starts_with('/') {
                add(ConcernKind::ReferenceBeginsWithSlash, 0);
            }
            if let Some(last) = pattern.chars().last().filter(|last| matches!(last, '/' | '.')) {
                add(ConcernKind::ReferenceEndsWith(last), pattern.len() - 1);
            }
        }
        Subject::Path => {
            if source.trim() != source || pattern.trim() != pattern {
                add(ConcernKind::SpaceAroundPath, 0);
            }
            let mut offset = 0;
            for segment in pattern.trim().split('/') {
                if segment == "." || segment == ".." {
                    add(ConcernKind::DotSegment, offset);
                }
                offset += segment.len() + 1;
            }
        }
    }
    found.sort_by_key(|concern| concern.offset);
    found
}

fn characters(pattern: &str, subject: Subject, add: &mut impl FnMut(ConcernKind, usize)) {
    let mut places = pattern.char_indices();
    while let Some((offset, character)) = places.next() {
        match character {
            '\\' => {
                let Some((_, escaped)) = places.next() else { return };
                if !matches!(escaped, '[' | '?' | '+' | '*' | '\\' | '!') {
                    add(ConcernKind::NeedlessEscape(escaped), offset);
                } else if subject == Subject::Reference && matches!(escaped, '[' | '?' | '*') {
                    add(ConcernKind::NotInReference(escaped), offset);
                }
            }
            '[' => {
                let mut inside = places.by_ref().take_while(|(_, character)| *character != ']');
                if let (Some((_, single)), None) = (inside.next(), inside.next()) {
                    add(ConcernKind::SingleCharacterClass(single), offset);
                }
            }
            ' ' | '~' | '^' | ':' | '\t' if subject == Subject::Reference => {
                add(ConcernKind::NotInReference(character), offset);
            }
            _ => {}
        }
    }
}
