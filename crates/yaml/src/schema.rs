//! The core schema of YAML 1.2: what a plain scalar is, judged by its text.
//!
//! Source: YAML 1.2.2, chapter 10.3 "Core Schema". `yes`, `on` and `0777` are no booleans and no
//! octal numbers here.

/// A scalar by the core schema.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CoreValue {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number; beyond 2^53 it loses digits, beyond about 1.8e308 it is infinite.
    Integer(f64),
    /// A number with a point or exponent, `.inf`, `.nan`.
    Float(f64),
}

/// What a plain scalar with this text is; `None` for a string.
#[must_use]
pub fn resolve_plain(text: &str) -> Option<CoreValue> {
    // Nearly all scalars are words: look at the first byte before trying anything.
    match text.as_bytes().first() {
        None | Some(b'n' | b'N' | b'~') => resolve_null(text),
        Some(b't' | b'T' | b'f' | b'F') => resolve_boolean(text).map(CoreValue::Boolean),
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => resolve_integer(text)
            .map(CoreValue::Integer)
            .or_else(|| resolve_float(text).map(CoreValue::Float)),
        _ => None,
    }
}

fn resolve_null(text: &str) -> Option<CoreValue> {
    is_null(text).then_some(CoreValue::Null)
}

/// Whether the text is a null of the core schema.
#[must_use]
pub fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Reads a boolean of the core schema.
#[must_use]
pub fn resolve_boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// Reads a whole number of the core schema: decimal with a sign, `0x…`, `0o…`.
#[must_use]
pub fn resolve_integer(text: &str) -> Option<f64> {
    if let Some(digits) = text.strip_prefix("0x") {
        return with_radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return with_radix(digits, 8);
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits { text.parse().ok() } else { None }
}

fn with_radix(digits: &str, radix: u32) -> Option<f64> {
    if digits.is_empty() {
        return None;
    }
    digits.chars().try_fold(0.0_f64, |number, digit| {
        digit.to_digit(radix).map(|digit| number.mul_add(f64::from(radix), f64::from(digit)))
    })
}

/// Reads a number of the core schema in any notation but `0x` and `0o`.
#[must_use]
pub fn resolve_float(text: &str) -> Option<f64> {
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    match unsigned {
        ".inf" | ".Inf" | ".INF" => {
            return Some(if negative { f64::NEG_INFINITY } else { f64::INFINITY });
        }
        ".nan" | ".NaN" | ".NAN" if unsigned.len() == text.len() => return Some(f64::NAN),
        _ => {}
    }
    if is_decimal(unsigned) { text.parse().ok() } else { None }
}

/// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && digits(fraction),
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => !mantissa.is_empty() && digits(mantissa),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    mantissa_fits && exponent_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_look_like_values_elsewhere_are_strings() {
        for text in [
            "yes", "no", "on", "off", "tRue", "nil", "0b1", "1_000", "1.2.3", ".", "-", "+.nan",
            "0x", "1e", "inf", "NaN", "0xg", "12e03x",
        ] {
            assert_eq!(resolve_plain(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_read_as_the_core_schema_says() {
        for (text, number) in [("0o17", 15.0), ("0xFf", 255.0), ("-007", -7.0), ("+12", 12.0)] {
            assert_eq!(resolve_plain(text), Some(CoreValue::Integer(number)), "{text}");
        }
        for (text, number) in [
            ("1.", 1.0),
            (".5", 0.5),
            ("-1.5e+2", -150.0),
            ("12e03", 12000.0),
            ("-.INF", f64::NEG_INFINITY),
        ] {
            assert_eq!(resolve_plain(text), Some(CoreValue::Float(number)), "{text}");
        }
    }
}
