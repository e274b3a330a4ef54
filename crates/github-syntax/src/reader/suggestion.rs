//! What to write instead: the nearest known word, and what a key expects in plain words.

use crate::schema::{Definition, Shape};

/// How many known words are looked at, so that thousands of mistakes among thousands of names are
/// still told soon.
const MOST_KNOWN: usize = 200;

/// The known word that a mistyped one most likely means.
pub fn nearest<'words>(written: &str, known: impl Iterator<Item = &'words str>) -> Option<String> {
    // Nobody mistypes a whole paragraph, and the distance costs the product of the lengths.
    if written.len() > 64 {
        return None;
    }
    let lower = written.to_lowercase().replace('_', "-");
    let furthest = (lower.chars().count() / 3).max(1);
    known
        .take(MOST_KNOWN)
        .map(|word| {
            let other = word.to_lowercase().replace('_', "-");
            (strsim::damerau_levenshtein(&lower, &other), word)
        })
        .filter(|(distance, word)| *distance <= furthest && *word != written)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word.to_owned())
}

/// The words that a key accepts.
#[must_use]
pub fn words(definition: &'static Definition) -> Vec<&'static str> {
    let mut found = Vec::new();
    definition.alternatives(&mut |shape| {
        if let Shape::Words(words) = shape {
            found.extend_from_slice(words);
        }
    });
    found
}

/// What a key accepts, e.g. ``a text, a list or one of `read`, `write` ``.
#[must_use]
pub fn expected(definition: &'static Definition) -> String {
    let mut kinds: Vec<String> = Vec::new();
    definition.alternatives(&mut |shape| {
        let kind = match shape {
            Shape::Null => "nothing".to_owned(),
            Shape::Boolean => "true or false".to_owned(),
            Shape::Number => "a number".to_owned(),
            Shape::Text => "a text".to_owned(),
            Shape::NonEmptyText => "a text that is not empty".to_owned(),
            Shape::Words([word]) => format!("`{word}`"),
            Shape::Words(words) if words.len() <= 8 => format!("one of `{}`", words.join("`, `")),
            Shape::Words(_) => "a known name".to_owned(),
            Shape::Sequence(_) => "a list".to_owned(),
            Shape::Mapping(_) => "a mapping".to_owned(),
            Shape::OneOf(_) | Shape::Any => "any value".to_owned(),
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    });
    match kinds.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => "nothing".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_word_is_suggested_and_a_far_one_is_not() {
        let known = ["runs-on", "run", "uses"];
        assert_eq!(nearest("runn", known.into_iter()).as_deref(), Some("run"));
        assert_eq!(nearest("runs_on", known.into_iter()).as_deref(), Some("runs-on"));
        assert_eq!(nearest("Uses", known.into_iter()).as_deref(), Some("uses"));
        assert_eq!(nearest("container", known.into_iter()), None);
    }
}
