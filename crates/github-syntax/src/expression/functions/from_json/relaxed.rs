//! Nearly-JSON to JSON, as text. What it does not understand it leaves as it is, for the strict
//! reader to refuse.

use std::iter::Peekable;
use std::str::Chars;

/// Drops comments and commas before a closing bracket; puts double quotes around strings that
/// have single ones and around names that have none.
pub(super) fn to_strict(text: &str) -> String {
    let mut characters = text.chars().peekable();
    let mut output = Output::default();
    while let Some(character) = characters.next() {
        match character {
            '"' | '\'' => {
                output.keep_comma();
                string(character, &mut characters, &mut output.text);
            }
            '/' if matches!(characters.peek(), Some('/' | '*')) => comment(&mut characters),
            ',' => {
                output.keep_comma();
                // A comma with nothing before it stays, so that it is refused.
                output.comma = output.ends_value();
                if !output.comma {
                    output.text.push(',');
                }
            }
            ']' | '}' => {
                output.comma = false;
                output.text.push(character);
            }
            _ if character.is_whitespace() => output.text.push(character),
            _ if character.is_alphabetic() || character == '_' => {
                output.keep_comma();
                word(character, &mut characters, &mut output.text);
            }
            _ => {
                output.keep_comma();
                output.text.push(character);
            }
        }
    }
    output.keep_comma();
    output.text
}

#[derive(Default)]
struct Output {
    text: String,
    /// A comma that was read but not yet written.
    comma: bool,
}

impl Output {
    fn keep_comma(&mut self) {
        if std::mem::take(&mut self.comma) {
            self.text.push(',');
        }
    }

    fn ends_value(&self) -> bool {
        !self.text.trim_end().ends_with(['[', '{', ',', ':']) && !self.text.trim_end().is_empty()
    }
}

/// The rest of a string, in double quotes.
fn string(quote: char, characters: &mut Peekable<Chars<'_>>, text: &mut String) {
    text.push('"');
    while let Some(character) = characters.next() {
        match character {
            _ if character == quote => {
                text.push('"');
                return;
            }
            '\\' => match characters.next() {
                Some('\'') => text.push('\''),
                Some(escaped) => text.extend(['\\', escaped]),
                None => text.push('\\'),
            },
            '"' => text.push_str("\\\""),
            _ => text.push(character),
        }
    }
}

/// The rest of a comment, which the first slash began.
fn comment(characters: &mut Peekable<Chars<'_>>) {
    if characters.next() == Some('/') {
        for character in characters.by_ref() {
            if character == '\n' {
                return;
            }
        }
        return;
    }
    while let Some(character) = characters.next() {
        if character == '*' && characters.next_if_eq(&'/').is_some() {
            return;
        }
    }
}

/// A word; in quotes where a colon follows it.
fn word(first: char, characters: &mut Peekable<Chars<'_>>, text: &mut String) {
    let mut word = String::from(first);
    let belongs = |character: &char| character.is_alphanumeric() || matches!(character, '_' | '$');
    while let Some(character) = characters.next_if(belongs) {
        word.push(character);
    }
    let mut space = String::new();
    while let Some(character) = characters.next_if(|character| character.is_whitespace()) {
        space.push(character);
    }
    let quote = if characters.peek() == Some(&':') { "\"" } else { "" };
    text.extend([quote, &word, quote, &space]);
}
