//! A pattern's text to a list of steps, and the walk over them.
//!
//! All places where a pattern may stand are followed at once, so that no pattern takes more than
//! (steps × characters).

use super::{FilterPatternError, FilterPatternErrorKind};

/// The steps of one pattern; all must be taken, in order.
#[derive(Debug)]
pub(super) struct Program {
    steps: Vec<Step>,
    /// Set where nothing but plain characters must match.
    literal: Option<String>,
}

#[derive(Debug, Clone)]
enum Step {
    /// One character.
    One(Characters),
    /// Any number of characters, also none.
    Many(Characters),
    /// The next steps, so many, may be left out.
    Optional(usize),
}

#[derive(Debug, Clone)]
enum Characters {
    Any,
    NoSlash,
    Only(char),
    /// Both ends belong to a range.
    Ranges(Vec<(char, char)>),
}

impl Characters {
    fn include(&self, character: char) -> bool {
        match self {
            Self::Any => true,
            Self::NoSlash => character != '/',
            Self::Only(only) => *only == character,
            Self::Ranges(ranges) => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&character))
            }
        }
    }
}

impl Program {
    pub(super) fn matches(&self, text: &str) -> bool {
        if let Some(literal) = &self.literal {
            return literal == text;
        }
        let mut current = vec![false; self.steps.len() + 1];
        let mut next = current.clone();
        current[0] = true;
        for character in text.chars() {
            self.skip_optional(&mut current);
            next.fill(false);
            let mut alive = false;
            for (place, step) in self.steps.iter().enumerate().filter(|(place, _)| current[*place])
            {
                let follows = match step {
                    Step::One(characters) if characters.include(character) => place + 1,
                    Step::Many(characters) if characters.include(character) => place,
                    _ => continue,
                };
                next[follows] = true;
                alive = true;
            }
            if !alive {
                return false;
            }
            std::mem::swap(&mut current, &mut next);
        }
        self.skip_optional(&mut current);
        current[self.steps.len()]
    }

    /// Adds the places that are reached without taking a character.
    fn skip_optional(&self, places: &mut [bool]) {
        for (place, step) in self.steps.iter().enumerate() {
            if !places[place] {
                continue;
            }
            match step {
                Step::One(_) => {}
                Step::Many(_) => places[place + 1] = true,
                Step::Optional(length) => {
                    places[place + 1] = true;
                    places[place + 1 + length] = true;
                }
            }
        }
    }
}

/// Compiles a pattern that stands without its `!`; `start` is where it begins in the source.
pub(super) fn compile(pattern: &str, start: usize) -> Result<Program, FilterPatternError> {
    let mut compiler = Compiler { pattern, start, offset: 0, steps: Vec::new() };
    while let Some(character) = compiler.peek() {
        match character {
            '*' => compiler.wildcard(),
            '[' => compiler.class()?,
            '+' | '?' => {
                return Err(compiler.error(FilterPatternErrorKind::NothingRepeated(character)));
            }
            '\\' => compiler.escaped()?,
            _ => {
                compiler.advance();
                compiler.repeatable(Characters::Only(character));
            }
        }
    }
    let literal = compiler
        .steps
        .iter()
        .map(|step| match step {
            Step::One(Characters::Only(character)) => Some(*character),
            _ => None,
        })
        .collect();
    Ok(Program { steps: compiler.steps, literal })
}

struct Compiler<'p> {
    pattern: &'p str,
    start: usize,
    offset: usize,
    steps: Vec<Step>,
}

impl Compiler<'_> {
    fn peek(&self) -> Option<char> {
        self.pattern[self.offset..].chars().next()
    }

    fn advance(&mut self) {
        self.offset += self.peek().map_or(0, char::len_utf8);
    }

    fn error(&self, kind: FilterPatternErrorKind) -> FilterPatternError {
        FilterPatternError { kind, offset: self.start + self.offset }
    }

    /// `*`, `**`, and `**/`, which also stands for no directory at all where it begins a segment.
    fn wildcard(&mut self) {
        let begins_segment = self.offset == 0 || self.pattern[..self.offset].ends_with('/');
        let stars = self.pattern[self.offset..].bytes().take_while(|byte| *byte == b'*').count();
        self.offset += stars;
        if stars == 1 {
            self.steps.push(Step::Many(Characters::NoSlash));
        } else if begins_segment && self.peek() == Some('/') {
            self.offset += 1;
            self.steps.push(Step::Optional(2));
            self.steps.push(Step::Many(Characters::Any));
            self.steps.push(Step::One(Characters::Only('/')));
        } else {
            self.steps.push(Step::Many(Characters::Any));
        }
    }

    fn escaped(&mut self) -> Result<(), FilterPatternError> {
        let backslash = self.offset;
        self.advance();
        let Some(character) = self.peek() else {
            self.offset = backslash;
            return Err(self.error(FilterPatternErrorKind::NothingEscaped));
        };
        self.advance();
        self.repeatable(Characters::Only(character));
        Ok(())
    }

    /// `[abc]`, `[0-9a-f]`
    fn class(&mut self) -> Result<(), FilterPatternError> {
        let rest = &self.pattern[self.offset + 1..];
        let Some(length) = rest.find(']') else {
            return Err(self.error(FilterPatternErrorKind::UnclosedClass));
        };
        if length == 0 {
            return Err(self.error(FilterPatternErrorKind::EmptyClass));
        }
        let mut ranges = Vec::new();
        let mut characters = rest[..length].char_indices().peekable();
        while let Some((place, first)) = characters.next() {
            let mut ahead = characters.clone();
            let last = match (ahead.next(), ahead.next()) {
                (Some((_, '-')), Some((_, last))) => {
                    characters = ahead;
                    last
                }
                _ => first,
            };
            if last < first {
                self.offset += 1 + place;
                return Err(self.error(FilterPatternErrorKind::BackwardRange(first, last)));
            }
            ranges.push((first, last));
        }
        self.offset += length + 2;
        self.repeatable(Characters::Ranges(ranges));
        Ok(())
    }

    /// Adds what may be followed by `+` (once or more) or `?` (once or not at all).
    fn repeatable(&mut self, characters: Characters) {
        match self.peek() {
            Some('+') => {
                self.offset += 1;
                self.steps.push(Step::One(characters.clone()));
                self.steps.push(Step::Many(characters));
            }
            Some('?') => {
                self.offset += 1;
                self.steps.push(Step::Optional(1));
                self.steps.push(Step::One(characters));
            }
            _ => self.steps.push(Step::One(characters)),
        }
    }
}
