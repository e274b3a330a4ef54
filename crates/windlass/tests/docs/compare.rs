//! Whether what a program prints is what a page shows.
//!
//! Times, hashes and ids differ from run to run: they are made the same on both sides.

use regex::Regex;

/// Compares; the error is the first stretch that is not there.
pub fn lines(expected: &[String], actual: &str) -> Result<(), String> {
    if expected.is_empty() {
        return Ok(());
    }
    let actual: Vec<String> = actual.trim_end().lines().map(levelled).collect();
    let expected: Vec<String> = expected.iter().map(|line| levelled(line)).collect();
    let stretches: Vec<&[String]> = expected.split(|line| line == "...").collect();
    let mut from = 0;
    for (index, stretch) in stretches.iter().enumerate() {
        let is_first = index == 0;
        let is_last = index + 1 == stretches.len();
        let found = (from..=actual.len()).find(|start| {
            let end = start + stretch.len();
            (!is_first || *start == 0)
                && (!is_last || end == actual.len())
                && actual.get(*start..end).is_some_and(|lines| {
                    lines.iter().zip(*stretch).all(|(line, pattern)| fits(pattern, line))
                })
        });
        from = found.ok_or_else(|| stretch.join("\n"))? + stretch.len();
    }
    Ok(())
}

/// Whether a line is as shown, `[..]` standing for any text.
fn fits(pattern: &str, line: &str) -> bool {
    let pieces: Vec<&str> = pattern.split("[..]").collect();
    let [first, middle @ .., last] = pieces.as_slice() else { return pattern == line };
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    for piece in middle {
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last)
}

fn levelled(line: &str) -> String {
    let replacements = [
        (r"\b\d+(\.\d+)?(ms|s)\b", "0.0s"),
        (r"\b[0-9A-HJKMNP-TV-Z]{26}\b", "ULID"),
        (r"\b[0-9a-f]{16,64}\b", "HASH"),
        (r"\([0-9a-f]{7}\)", "(HASH)"),
        (r"\s+$", ""),
    ];
    replacements.iter().fold(line.to_owned(), |line, (pattern, replacement)| {
        Regex::new(pattern).unwrap().replace_all(&line, *replacement).into_owned()
    })
}

#[test]
fn compares_stretches_and_wildcards() {
    let shown = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&shown("a\n...\nd [..] in 0.3s"), "a\nb\nc\nd e in 1.5s\n"), Ok(()));
    assert_eq!(lines(&shown("a\nc"), "a\nb\nc"), Err("a\nc".to_owned()));
    assert_eq!(lines(&shown("...\nb"), "a\nb\nc"), Err("b".to_owned()));
    assert_eq!(lines(&shown("b\n..."), "a\nb"), Err("b".to_owned()));
}
