//! What the tokens of well-known services look like.
//!
//! Sources: GitHub Blog, "Behind GitHub's new authentication token formats" (the last six
//! characters are a checksum); AWS Docs, "IAM identifiers"; GitLab Docs, "Token overview"; Slack
//! Docs, "Token types"; the services' own pages for the others.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::packed::Searcher;
use aho_corasick::{AhoCorasick, Match, MatchKind};

/// How sure it is that a text is a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Certainty {
    /// It looks like one, and may be made up.
    Likely,
    /// It is made for nothing else.
    Sure,
}

/// A beginning, the least number of characters behind it, whether that is the exact number, which
/// characters these are, and what it is.
struct Shape {
    beginning: &'static str,
    length: usize,
    is_exact: bool,
    is_of_it: fn(u8) -> bool,
    what: &'static str,
}

const fn shape(
    beginning: &'static str,
    length: usize,
    is_exact: bool,
    is_of_it: fn(u8) -> bool,
    what: &'static str,
) -> Shape {
    Shape { beginning, length, is_exact, is_of_it, what }
}

const SHAPES: [Shape; 19] = [
    shape("AKIA", 16, true, is_upper, "an access key of AWS"),
    shape("ASIA", 16, true, is_upper, "an access key of AWS"),
    shape("AIza", 35, true, is_url, "an API key of Google"),
    shape("dckr_pat_", 24, false, is_url, "a token of Docker Hub"),
    shape("ghp_", 36, true, is_alphanumeric, "a personal token of GitHub"),
    shape("gho_", 36, true, is_alphanumeric, "a token of GitHub"),
    shape("ghu_", 36, true, is_alphanumeric, "a token of GitHub"),
    shape("ghs_", 36, true, is_alphanumeric, "a token of GitHub"),
    shape("ghr_", 36, true, is_alphanumeric, "a token of GitHub"),
    shape("github_pat_", 82, true, is_url, "a personal token of GitHub"),
    shape("glpat-", 20, false, is_url, "a token of GitLab"),
    shape("hooks.slack.com/services/T", 30, false, is_path, "a webhook of Slack"),
    shape("npm_", 36, true, is_alphanumeric, "a token of npm"),
    shape("pypi-AgEIcHlwaS5vcmc", 40, false, is_url, "a token of PyPI"),
    shape("rk_live_", 20, false, is_alphanumeric, "a key of Stripe"),
    shape("sk_live_", 20, false, is_alphanumeric, "a key of Stripe"),
    shape("xoxb-", 20, false, is_url, "a token of Slack"),
    shape("xoxp-", 20, false, is_url, "a token of Slack"),
    shape("sk-", 16, false, is_url, "an API key"),
];

const fn is_upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

const fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

const fn is_url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

const fn is_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'/'
}

/// The beginnings of all shapes in their order, and last that of a private key.
fn beginnings() -> impl Iterator<Item = &'static str> {
    SHAPES.iter().map(|shape| shape.beginning).chain(["-----BEGIN "])
}

/// Finds them with vector instructions: made in a fifth of the time that an automaton takes, which
/// is felt when one file is checked.
static BY_VECTORS: LazyLock<Option<Searcher>> = LazyLock::new(|| Searcher::new(beginnings()));

/// Finds them on processors that have no such instructions.
static BY_AUTOMATON: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(beginnings()).ok()
});

/// Every token in a text in its order: where, what it is, and how sure that is.
pub(super) fn find(
    text: &str,
) -> impl Iterator<Item = (Range<usize>, &'static str, Certainty)> + '_ {
    let vectors = BY_VECTORS.as_ref();
    let automaton = if vectors.is_none() { BY_AUTOMATON.as_ref() } else { None };
    let by_vectors = vectors.into_iter().flat_map(move |finder| finder.find_iter(text));
    let by_automaton = automaton.into_iter().flat_map(move |finder| finder.find_iter(text));
    by_vectors.chain(by_automaton).filter_map(move |found| seen(text, found))
}

fn seen(text: &str, found: Match) -> Option<(Range<usize>, &'static str, Certainty)> {
    match SHAPES.get(found.pattern().as_usize()) {
        Some(shape) => judge(text, found.start(), shape),
        None => private_key(text, found.start()),
    }
}

fn judge(text: &str, at: usize, shape: &Shape) -> Option<(Range<usize>, &'static str, Certainty)> {
    let before = text.as_bytes()[..at].last();
    // An address has its scheme before it; a token stands alone.
    if before.is_some_and(|byte| is_url(*byte)) {
        return None;
    }
    let behind = &text[at + shape.beginning.len()..];
    let length = behind.bytes().take_while(|byte| (shape.is_of_it)(*byte)).count();
    let fits = if shape.is_exact { length == shape.length } else { length >= shape.length };
    let token = &behind[..length];
    let is_mixed = token.bytes().any(|byte| byte.is_ascii_digit())
        && token.bytes().any(|byte| byte.is_ascii_alphabetic());
    let mut characters: Vec<u8> = token.bytes().collect();
    characters.sort_unstable();
    characters.dedup();
    if !fits || !is_mixed || characters.len() < 8 || token.ends_with("EXAMPLE") {
        return None;
    }
    let certainty = match shape.beginning {
        "ghp_" | "gho_" | "ghu_" | "ghs_" | "ghr_" if !has_checksum(token) => Certainty::Likely,
        // Anything may begin so; keys are no words with hyphens.
        "sk-" if token.matches('-').count() > 2 => return None,
        _ => Certainty::Sure,
    };
    Some((at..at + shape.beginning.len() + length, shape.what, certainty))
}

/// A key with what it is made of; the first line alone may be something that is searched for.
fn private_key(text: &str, at: usize) -> Option<(Range<usize>, &'static str, Certainty)> {
    let (line, rest) = text[at..].split_once('\n')?;
    let next = rest.lines().next()?.trim();
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    let is_key = line.trim_end().ends_with("PRIVATE KEY-----")
        && next.len() >= 40
        && next.bytes().all(is_base64);
    is_key.then(|| (at..at + line.trim_end().len(), "a private key", Certainty::Sure))
}

/// Whether the last six characters are the CRC-32 of those before, in base 62.
fn has_checksum(token: &str) -> bool {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let Some((body, checksum)) = token.split_at_checked(token.len().saturating_sub(6)) else {
        return false;
    };
    let mut rest = crc32(body.as_bytes());
    let mut expected = [b'0'; 6];
    for digit in expected.iter_mut().rev() {
        *digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    checksum.as_bytes() == expected
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
    !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(&'static str, Certainty)> {
        find(text).map(|(_, what, certainty)| (what, certainty)).collect()
    }

    #[test]
    fn every_processor_finds_the_same() {
        let text = "AKIA ghp_ hooks.slack.com/services/T sk-1 sk_live_ -----BEGIN -----BEGIN xoxb-";
        let by_automaton: Vec<Match> =
            BY_AUTOMATON.iter().flat_map(|finder| finder.find_iter(text)).collect();
        assert_eq!(by_automaton.len(), 8);
        for finder in BY_VECTORS.iter() {
            assert_eq!(finder.find_iter(text).collect::<Vec<_>>(), by_automaton);
        }
    }

    #[test]
    fn the_checksum_is_crc_32() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn tokens_and_what_only_looks_like_them() {
        assert_eq!(found("id: AKIAQYLPMN5HFIQR7XYA"), [("an access key of AWS", Certainty::Sure)]);
        assert_eq!(found("id: AKIAIOSFODNN7EXAMPLE"), []);
        assert_eq!(found("x: ghp_0123456789abcdefghijABCDEFGHIJ012345")[0].1, Certainty::Likely);
        assert_eq!(found("run: disk-1234567890abcdef; task_sk-1234567890abcdef"), []);
        assert_eq!(found("key: sk-learn-is-a-library-of-python-3"), []);
        assert_eq!(found("ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), []);
        let key = format!("k: |\n  -----BEGIN RSA PRIVATE KEY-----\n  {}\n", "MIIEabc+".repeat(8));
        assert_eq!(found(&key), [("a private key", Certainty::Sure)]);
        assert_eq!(found("grep -----BEGIN PRIVATE KEY-----\nrm"), []);
    }
}
