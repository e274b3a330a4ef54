//! The `Range` of a download.
//!
//! Source: RFC 9110, section 14. One range of bytes is served; a request for several, or one that
//! is no range of bytes, is answered with the whole, as the RFC allows.

use axum::http::{HeaderMap, header};

/// What a request wants of a whole of some size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it.
    Whole,
    /// These bytes, the end not included.
    Part(u64, u64),
    /// Something that lies behind its end.
    Outside,
}

/// Azure's clients put the range into a header of their own.
const OWN_HEADER: &str = "x-ms-range";

/// What the headers ask for.
pub(crate) fn wanted(headers: &HeaderMap, size: u64) -> Wanted {
    let value = headers.get(OWN_HEADER).or_else(|| headers.get(header::RANGE));
    let range =
        value.and_then(|value| value.to_str().ok()).and_then(|it| it.strip_prefix("bytes="));
    let Some((first, last)) = range.and_then(|range| range.split_once('-')) else {
        return Wanted::Whole;
    };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    match (number(first), number(last)) {
        (Some(first), _) if first >= size => Wanted::Outside,
        (Some(first), Some(last)) if last >= first => {
            Wanted::Part(first, last.saturating_add(1).min(size))
        }
        (Some(first), None) if last.trim().is_empty() => Wanted::Part(first, size),
        (None, Some(0)) if first.trim().is_empty() => Wanted::Outside,
        (None, Some(count)) if first.trim().is_empty() => {
            Wanted::Part(size.saturating_sub(count), size)
        }
        _ => Wanted::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_understood_and_anything_odd_means_the_whole() {
        for (value, expected) in [
            ("bytes=0-0", Wanted::Part(0, 1)),
            ("bytes=2-5", Wanted::Part(2, 6)),
            ("bytes=2-", Wanted::Part(2, 10)),
            ("bytes=2-99", Wanted::Part(2, 10)),
            ("bytes=0-18446744073709551615", Wanted::Part(0, 10)),
            ("bytes=-3", Wanted::Part(7, 10)),
            ("bytes=-30", Wanted::Part(0, 10)),
            ("bytes=-0", Wanted::Outside),
            ("bytes=10-", Wanted::Outside),
            ("bytes=5-2", Wanted::Whole),
            ("bytes=1-2,4-5", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("lines=1-2", Wanted::Whole),
        ] {
            for name in ["range", OWN_HEADER] {
                let mut headers = HeaderMap::new();
                headers.insert(name, value.parse().unwrap());
                assert_eq!(wanted(&headers, 10), expected, "{name}: {value}");
            }
        }
        assert_eq!(wanted(&HeaderMap::new(), 10), Wanted::Whole);
    }
}
