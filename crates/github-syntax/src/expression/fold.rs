//! Comparison of strings without regard to case, as .NET's `OrdinalIgnoreCase` does it, which is
//! what GitHub uses: character by character in upper case, then by UTF-16 code unit.

use std::cmp::Ordering;
use std::hash::Hasher;

/// The upper case of one character where that is one character of the same kind, else itself. No
/// letter outside ASCII folds into ASCII (`ı` and `ſ` stay), and `ß` stays too.
pub(super) fn fold(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_uppercase();
    }
    let mut upper = character.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) if !single.is_ascii() => single,
        _ => character,
    }
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(fold)
}

/// Whether the two are the same text in any case.
pub(super) fn equal(left: &str, right: &str) -> bool {
    if left.is_ascii() && right.is_ascii() {
        return left.eq_ignore_ascii_case(right);
    }
    folded(left).eq(folded(right))
}

/// Their order.
pub(super) fn compare(left: &str, right: &str) -> Ordering {
    folded(left).map(code_unit_order).cmp(folded(right).map(code_unit_order))
}

/// Sorts as UTF-16 does: what needs surrogates stands before U+E000.
fn code_unit_order(character: char) -> (u16, char) {
    let mut units = [0; 2];
    (character.encode_utf16(&mut units)[0], character)
}

/// Whether `text` begins with `prefix`.
pub(super) fn starts_with(text: &str, prefix: &str) -> bool {
    let mut characters = folded(text);
    folded(prefix).all(|expected| characters.next() == Some(expected))
}

/// Whether `text` ends with `suffix`.
pub(super) fn ends_with(text: &str, suffix: &str) -> bool {
    let mut characters = text.chars().rev().map(fold);
    suffix.chars().rev().map(fold).all(|expected| characters.next() == Some(expected))
}

/// Whether `part` stands somewhere in `text`. Linear in the lengths' sum.
pub(super) fn contains(text: &str, part: &str) -> bool {
    if part.is_empty() {
        return true;
    }
    let (text, part): (String, String) = (folded(text).collect(), folded(part).collect());
    text.contains(&part)
}

/// Feeds the text so that texts equal in any case have equal hashes.
pub(super) fn hash<H: Hasher>(text: &str, state: &mut H) {
    let mut buffer = [0; 4];
    for character in folded(text) {
        state.write(character.encode_utf8(&mut buffer).as_bytes());
    }
    state.write_u8(0xff);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_one_character_at_a_time() {
        assert!(equal("Straße", "STRAßE"));
        assert!(!equal("Straße", "STRASSE"));
        assert!(equal("ΑΣ", "ας"));
        assert!(!equal("ı", "I"));
        assert!(!equal("ſ", "s"));
    }

    #[test]
    fn orders_by_utf16_code_unit() {
        assert_eq!(compare("a", "B"), Ordering::Less);
        assert_eq!(compare("_", "a"), Ordering::Greater);
        assert_eq!(compare("\u{1F600}", "\u{FFFD}"), Ordering::Less);
        assert_eq!(compare("ab", "a"), Ordering::Greater);
    }

    #[test]
    fn finds_prefixes_suffixes_and_parts() {
        assert!(starts_with("Refs/heads", "refs/"));
        assert!(!starts_with("ref", "refs"));
        assert!(ends_with("a.TXT", ".txt"));
        assert!(contains("Hello", "ELL") && contains("x", "") && !contains("", "x"));
    }
}
