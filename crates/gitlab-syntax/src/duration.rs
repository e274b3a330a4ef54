//! Durations in words: `1h 30m`, `3 mins 4 sec`, `2 weeks and 1 day`, `never`.
//!
//! Source: "CI/CD YAML syntax reference", sections `timeout`, `artifacts:expire_in` and
//! `environment:auto_stop_in`.

use std::time::Duration;

use crate::pipeline::Expiry;

/// Reads a duration; a number without a unit is seconds. `None` for what is none, and for none at
/// all.
#[must_use]
pub fn parse(text: &str) -> Option<Duration> {
    let mut seconds = 0.0_f64;
    let mut found = false;
    let mut rest = skip_fillers(text);
    while !rest.is_empty() {
        if let Some((clock, behind)) = clock(rest) {
            seconds += clock;
            rest = skip_fillers(behind);
            found = true;
            continue;
        }
        let digits =
            rest.len() - rest.trim_start_matches(|it: char| it.is_ascii_digit() || it == '.').len();
        let amount: f64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let letters =
            rest.len() - rest.trim_start_matches(|it: char| it.is_ascii_alphabetic()).len();
        seconds += amount * unit(&rest[..letters])?;
        rest = skip_fillers(&rest[letters..]);
        found = true;
    }
    let fits = found && seconds.is_finite() && seconds < 1e15;
    fits.then(|| Duration::from_secs_f64(seconds))
}

/// As [`parse`], and `never`.
#[must_use]
pub fn parse_expiry(text: &str) -> Option<Expiry> {
    if text.trim().eq_ignore_ascii_case("never") {
        return Some(Expiry::Never);
    }
    parse(text).map(Expiry::After)
}

/// What may stand between the parts.
fn skip_fillers(text: &str) -> &str {
    let mut rest = text.trim_start_matches(|it: char| it.is_whitespace() || it == ',');
    while let Some(behind) = rest.strip_prefix("and").or_else(|| rest.strip_prefix("with")) {
        rest = behind.trim_start_matches(|it: char| it.is_whitespace() || it == ',');
    }
    rest
}

/// `1:30` or `1:30:00` at the start of a text.
fn clock(text: &str) -> Option<(f64, &str)> {
    let length =
        text.len() - text.trim_start_matches(|it: char| it.is_ascii_digit() || it == ':').len();
    let parts: Vec<&str> = text[..length].split(':').collect();
    if !(2..=3).contains(&parts.len()) {
        return None;
    }
    let mut seconds = 0.0;
    for part in &parts {
        seconds = seconds * 60.0 + part.parse::<f64>().ok()?;
    }
    let scale = if parts.len() == 2 { 60.0 } else { 1.0 };
    Some((seconds * scale, &text[length..]))
}

/// How many seconds a unit has.
fn unit(word: &str) -> Option<f64> {
    const HOUR: f64 = 3600.0;
    Some(match word.to_ascii_lowercase().as_str() {
        "" | "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => HOUR,
        "d" | "day" | "days" => 24.0 * HOUR,
        "w" | "wk" | "wks" | "week" | "weeks" => 7.0 * 24.0 * HOUR,
        "mo" | "mon" | "mos" | "month" | "months" => 30.0 * 24.0 * HOUR,
        "y" | "yr" | "yrs" | "year" | "years" => 365.25 * 24.0 * HOUR,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_in_words_and_letters() {
        for (text, seconds) in [
            ("42", 42),
            ("42 seconds", 42),
            ("3 mins 4 sec", 184),
            ("2 hrs 20 min", 8400),
            ("2h20min", 8400),
            ("6 mos 1 day", 15_638_400),
            ("47 yrs 6 mos and 4d", 1_499_104_800),
            ("3 weeks and 2 days", 1_987_200),
            ("1.5h", 5400),
            ("1:30", 5400),
            ("0:00:10", 10),
        ] {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "soon", "1 fortnight", "h", "1..2h", "9e99 years"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse_expiry("never"), Some(Expiry::Never));
    }
}
