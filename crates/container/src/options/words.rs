//! Cutting `options` into words, as the runner's process library does before Docker sees them:
//! white space separates, double quotes hold together, a backslash before a double quote keeps it.

use super::OptionsError;

pub(super) fn split(text: &str) -> Result<Vec<String>, OptionsError> {
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '\\' if matches!(characters.peek(), Some('"' | '\\')) => {
                word.get_or_insert_default().extend(characters.next());
            }
            space if space.is_whitespace() && !quoted => words.extend(word.take()),
            other => word.get_or_insert_default().push(other),
        }
    }
    if quoted {
        return Err(OptionsError::Quote);
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_words_together() {
        let words = split(" a \"b c\"d \"\" \\\"e \n--f=\"g h\"").expect("words");
        assert_eq!(words, ["a", "b cd", "", "\"e", "--f=g h"]);
        assert_eq!(split("a \"b"), Err(OptionsError::Quote));
    }
}
