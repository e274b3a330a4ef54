//! What a plain scalar is to GitLab: YAML 1.1 as its parser, Psych, reads it.
//!
//! Source: "CI/CD variables": values "are internally parsed by the Psych YAML parser", so that
//! `012345` is the number 5349; the YAML 1.1 types `bool`, `int` and `float`.

use crate::value::Data;

/// The data of a plain scalar.
#[must_use]
pub fn resolve_plain(text: &str) -> Data {
    let Some(first) = text.bytes().next() else { return Data::Null };
    match first {
        b'~' | b'n' | b'N' if matches!(text, "~" | "null" | "Null" | "NULL") => Data::Null,
        b'0'..=b'9' | b'+' | b'-' | b'.' => {
            number(text).map_or_else(|| Data::Text(text.into()), Data::Number)
        }
        _ => boolean(text).map_or_else(|| Data::Text(text.into()), Data::Boolean),
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Some(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

/// A number as GitLab shows it: whole numbers in decimal, others as they are written.
fn number(text: &str) -> Option<String> {
    let (sign, unsigned) = match text.as_bytes()[0] {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let digits: String = unsigned.chars().filter(|digit| !matches!(digit, '_' | ',')).collect();
    let whole = if let Some(hexadecimal) = digits.strip_prefix("0x") {
        i128::from_str_radix(hexadecimal, 16).ok()
    } else if let Some(binary) = digits.strip_prefix("0b") {
        i128::from_str_radix(binary, 2).ok()
    } else if digits.len() > 1 && digits.starts_with('0') {
        i128::from_str_radix(&digits, 8).ok()
    } else {
        None
    };
    if let Some(whole) = whole.filter(|_| !digits.contains('+')) {
        return Some(format!("{sign}{whole}"));
    }
    let is_octal_like = digits.len() > 1 && digits.starts_with('0') && !digits.contains('.');
    if !is_octal_like && digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Some(format!("{sign}{digits}"));
    }
    fraction(&digits).map(|fraction| format!("{sign}{fraction}"))
}

/// A number with a point, as JSON writes it.
fn fraction(digits: &str) -> Option<String> {
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let (whole, decimals) = mantissa.split_once('.')?;
    let all_digits = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
    if !all_digits(whole) || !all_digits(decimals) || (whole.is_empty() && decimals.is_empty()) {
        return None;
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    let decimals = if decimals.is_empty() { "0" } else { decimals };
    match exponent {
        None => Some(format!("{whole}.{decimals}")),
        Some(exponent) => {
            let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            let is_exponent = !unsigned.is_empty() && all_digits(unsigned);
            is_exponent.then(|| format!("{whole}.{decimals}e{exponent}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_read_as_yaml_1_1() {
        for (text, shown) in [
            ("012345", "5349"),
            ("0x1F", "31"),
            ("1_000", "1000"),
            ("-7", "-7"),
            ("1.20", "1.20"),
            (".5", "0.5"),
            ("1.0e+3", "1.0e+3"),
        ] {
            assert_eq!(resolve_plain(text), Data::Number(shown.to_owned()), "{text}");
        }
        for text in ["019", "1.2.3", "v1", "-", ".", "1e3", "10-alpine", "3:9", "+x"] {
            assert_eq!(resolve_plain(text), Data::Text(text.into()), "{text}");
        }
        assert_eq!(resolve_plain("yes"), Data::Boolean(true));
        assert_eq!(resolve_plain("OFF"), Data::Boolean(false));
        assert_eq!(resolve_plain("nope"), Data::Text("nope".into()));
        assert_eq!(resolve_plain("~"), Data::Null);
    }
}
