//! Paths as they stand in addresses.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What may not stand in the path of an address as it is (RFC 3986, section 3.3); `:` would be
/// taken for the end of a scheme in a relative one.
const NOT_IN_A_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b':')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// A path with `/` between its parts, as it stands in an address.
#[must_use]
pub fn encoded_path(path: &str) -> String {
    utf8_percent_encode(path, NOT_IN_A_PATH).to_string()
}
