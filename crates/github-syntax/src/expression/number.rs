//! Numbers: read as JavaScript's `Number()` mostly does, written with 15 significant digits as
//! .NET's `G15` does.

/// The number a text stands for: white space around it is ignored, an empty text is 0, and what
/// is no number is NaN. Knows decimals, `0x` and `0o`, `Infinity` and `-Infinity`.
///
/// As in actions/runner, a hexadecimal number is a 32-bit integer: `0xffffffff` is -1, and a
/// longer one is NaN.
pub(super) fn parse_number(text: &str) -> f64 {
    let text = text.trim();
    match text {
        "" => return 0.0,
        "Infinity" => return f64::INFINITY,
        "-Infinity" => return f64::NEG_INFINITY,
        _ => {}
    }
    // Rust also reads `inf` and `nan`, which are no numbers here.
    let is_decimal =
        |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'+' | b'-' | b'e' | b'E');
    if text.bytes().all(is_decimal) {
        return text.parse().unwrap_or(f64::NAN);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return integer(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return integer(digits, 8);
    }
    f64::NAN
}

/// Digits of a 32-bit integer in two's complement.
fn integer(digits: &str, radix: u32) -> f64 {
    if digits.starts_with('+') {
        return f64::NAN;
    }
    u32::from_str_radix(digits, radix).map_or(f64::NAN, |bits| f64::from(bits.cast_signed()))
}

/// Significant digits of a number that becomes text.
const DIGITS: usize = 15;

/// The text of a number: at most 15 significant digits, no trailing zeros, an exponent of at
/// least two digits where there would be more than 15 digits before or 3 zeros behind the point.
pub(super) fn format_number(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return format!("{number:.0}");
    }
    let scientific = format!("{number:.precision$e}", precision = DIGITS - 1);
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(|character| *character != '.').collect();
    let digits = digits.trim_end_matches('0');
    if !(-4..15).contains(&exponent) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let direction = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{first}{point}{rest}E{direction}{:02}", exponent.unsigned_abs());
    }
    format!("{sign}{}", positional(digits, exponent))
}

/// Digits without an exponent; the first stands for 10 to the power of `exponent`.
fn positional(digits: &str, exponent: i32) -> String {
    let Ok(before_point) = usize::try_from(exponent + 1) else {
        let zeros = exponent.unsigned_abs() as usize - 1;
        return format!("0.{}{digits}", "0".repeat(zeros));
    };
    if before_point == 0 {
        format!("0.{digits}")
    } else if digits.len() <= before_point {
        format!("{digits}{}", "0".repeat(before_point - digits.len()))
    } else {
        let (whole, fraction) = digits.split_at(before_point);
        format!("{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_numbers() {
        for (text, number) in [
            ("", 0.0),
            (" +1.5e2\t", 150.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("0xfF", 255.0),
            ("0xffffffff", -1.0),
            ("0o17", 15.0),
            ("1e999", f64::INFINITY),
        ] {
            assert_eq!(parse_number(text), number, "{text}");
        }
        for text in ["inf", "nan", "NaN", "0x", "0x1_", "0x+1", "0o8", "0X1", "1,5", "-0x1", "."] {
            assert!(parse_number(text).is_nan(), "{text}");
        }
    }

    #[test]
    fn writes_numbers() {
        for (number, text) in [
            (-0.0, "0"),
            (0.1 + 0.2, "0.3"),
            (-123_456.789, "-123456.789"),
            (999_999_999_999_999.0, "999999999999999"),
            (1e15, "1E+15"),
            (-1.234_567_890_123_456_7e300, "-1.23456789012346E+300"),
            (0.000_125, "0.000125"),
            (0.000_012_5, "1.25E-05"),
            (2.0 / 3.0, "0.666666666666667"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(format_number(number), text);
        }
    }
}
