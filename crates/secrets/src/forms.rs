//! The forms in which a secret may be printed: plain, per line, encoded, escaped, quoted.
//!
//! The list is that of actions/runner (its value encoders: base64 in three alignments, JSON, URI,
//! XML, command line, expression, PowerShell) with the quoting of shells and the URL-safe and
//! wrapped forms of base64 added. GitHub's page "Using secrets in GitHub Actions" warns that only
//! exact forms can be recognized; a secret that a program transforms otherwise must be registered
//! by `::add-mask::`.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// An encoded form that is shorter than this is not looked for: it would turn up everywhere, and
/// what it encodes is shorter still.
const SHORTEST_ENCODED: usize = 4;

/// Columns at which `base64` and `openssl` break their output.
const WRAP_COLUMNS: [usize; 2] = [76, 64];

/// Characters that stay as they are in a URI's data, as .NET's `EscapeDataString` has it.
const URI_DATA: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// All texts to look for, without line breaks in them, so that a line can be judged by itself.
///
/// A value of white space alone gives none. A value of one character gives that character, as on
/// GitHub, however unreadable it makes the log. Of a value of several lines each line is looked
/// for by itself, but one without any letter or digit (`{` and `},` of a JSON document) is not:
/// it tells nothing about the secret and would make the log unreadable.
pub(crate) fn forms(value: &str) -> Vec<Vec<u8>> {
    let mut forms = Forms::default();
    if value.trim().is_empty() {
        return forms.found;
    }
    forms.add_text(value);
    let unquoted = [('"', '"'), ('\'', '\'')].iter().find_map(|(open, close)| {
        value.strip_prefix(*open).and_then(|rest| rest.strip_suffix(*close))
    });
    if let Some(unquoted) = unquoted.filter(|unquoted| tells_something(unquoted)) {
        forms.add_text(unquoted);
    }
    let lines = value.split(['\r', '\n']);
    for line in lines.filter(|line| tells_something(line)) {
        if line.len() < value.len() {
            forms.add_text(line);
        }
    }
    forms.found.sort_unstable();
    forms.found.dedup();
    forms.found
}

fn tells_something(part: &str) -> bool {
    part.chars().any(char::is_alphanumeric)
}

#[derive(Default)]
struct Forms {
    found: Vec<Vec<u8>>,
}

impl Forms {
    /// The text, also without the space around it, in every form.
    fn add_text(&mut self, text: &str) {
        self.add_forms(text);
        let trimmed = text.trim();
        if trimmed.len() < text.len() {
            self.add_forms(trimmed);
        }
    }

    fn add_forms(&mut self, text: &str) {
        self.add(text.to_owned());
        self.add_escaped(text);
        self.add_quoted(text);
        self.add_power_shell_sections(text);
        self.add_base64(text);
    }

    fn add(&mut self, form: String) {
        if !form.is_empty() && !form.contains(['\r', '\n']) {
            self.found.push(form.into_bytes());
        }
    }

    fn add_escaped(&mut self, text: &str) {
        let json = serde_json::Value::from(text).to_string();
        if let Some(inside) = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            self.add(inside.to_owned());
            self.add(inside.replace('/', "\\/"));
            self.add(
                inside.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e"),
            );
        }
        let uri = utf8_percent_encode(text, URI_DATA).to_string();
        self.add(uri.replace("%20", "+"));
        self.add(lower_case_escapes(&uri));
        self.add(uri);
        // A path or a user name in a URL keeps more characters than its data does.
        self.add(text.replace('%', "%25").replace(' ', "%20"));
        let xml = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        self.add(xml.replace('"', "&quot;").replace('\'', "&apos;"));
        self.add(xml.replace('"', "&#34;").replace('\'', "&#39;"));
        self.add(xml);
    }

    fn add_quoted(&mut self, text: &str) {
        self.add(text.replace('"', "\\\""));
        self.add(text.replace('\'', "''"));
        self.add(text.replace('\'', "'\\''"));
        self.add(backslashed(text, |character| matches!(character, '"' | '\\' | '$' | '`')));
        self.add(backslashed(text, |character| {
            character.is_ascii()
                && !character.is_ascii_alphanumeric()
                && !"%+,-./:=@_".contains(character)
        }));
    }

    /// PowerShell prints what stands before and behind the last `&` in different colours.
    fn add_power_shell_sections(&mut self, text: &str) {
        const SHORTEST_SECTION: usize = 6;
        let Some(last) = text.rfind('&') else { return };
        for section in [&text[..=last], &text[..last], &text[last + 1..]] {
            if section.chars().count() >= SHORTEST_SECTION {
                self.add(section.to_owned());
            }
        }
    }

    /// In base64 the same bytes look different at each of three distances from the start. What is
    /// looked for is the part that the secret alone determines, so that it is also found within
    /// the encoded form of a longer text (`user:password`), and the whole with its padding.
    fn add_base64(&mut self, text: &str) {
        for engine in [STANDARD, URL_SAFE] {
            for before in 0..3 {
                let mut bytes = vec![0; before];
                bytes.extend_from_slice(text.as_bytes());
                let encoded = engine.encode(&bytes);
                // Each character stands for six bits.
                let first = (8 * before).div_ceil(6);
                let beyond = 8 * bytes.len() / 6;
                for end in [beyond, encoded.trim_end_matches('=').len(), encoded.len()] {
                    if end >= first + SHORTEST_ENCODED {
                        self.add(encoded[first..end].to_owned());
                    }
                }
                if before == 0 {
                    self.add_wrapped(&encoded);
                }
            }
        }
    }

    fn add_wrapped(&mut self, encoded: &str) {
        for columns in WRAP_COLUMNS {
            if encoded.len() <= columns {
                continue;
            }
            for line in encoded.as_bytes().chunks(columns) {
                if line.len() >= SHORTEST_ENCODED {
                    self.found.push(line.to_vec());
                }
            }
        }
    }
}

fn backslashed(text: &str, special: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if special(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// `%2F` as `%2f`.
fn lower_case_escapes(uri: &str) -> String {
    let mut escape_digits = 0;
    let lower = |character: char| {
        if character == '%' {
            escape_digits = 2;
        } else if escape_digits > 0 {
            escape_digits -= 1;
            return character.to_ascii_lowercase();
        }
        character
    };
    uri.chars().map(lower).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(value: &str, form: &str) -> bool {
        forms(value).iter().any(|each| each == form.as_bytes())
    }

    #[test]
    fn knows_the_documented_forms() {
        let secret = "p&ss \"w'rd/\\<é";
        for form in [
            "p&ss \"w'rd/\\<é",
            r#"p&ss \"w'rd/\\<é"#,
            "p%26ss%20%22w%27rd%2F%5C%3C%C3%A9",
            "p%26ss+%22w%27rd%2F%5C%3C%C3%A9",
            "p%26ss%20%22w%27rd%2f%5c%3c%c3%a9",
            "p&amp;ss &quot;w&apos;rd/\\&lt;é",
            "p&ss \"w''rd/\\<é",
            "p&ss \"w'\\''rd/\\<é",
            "p\\&ss\\ \\\"w\\'rd/\\\\\\<é",
        ] {
            assert!(has(secret, form), "{form}");
        }
    }

    #[test]
    fn knows_base64_in_every_alignment() {
        for prefix in ["", "u", "us", "use", "user:"] {
            for suffix in ["", "x", "xy", "\n"] {
                let encoded = STANDARD.encode(format!("{prefix}correct horse{suffix}"));
                let found = forms("correct horse").into_iter().filter(|form| {
                    form.len() > 12 && encoded.contains(&String::from_utf8_lossy(form).into_owned())
                });
                assert!(found.count() > 0, "{prefix}…{suffix}: {encoded}");
            }
        }
        assert!(has("a>?b>?c>?", "YT4_Yj4_Yz4_"));
        let long = "k".repeat(100);
        let wrapped: String = STANDARD.encode(&long).chars().take(76).collect();
        assert!(has(&long, &wrapped));
    }

    #[test]
    fn takes_lines_apart() {
        let key = "{\n  \"id\": 7,\r\n  x\n}";
        assert!(has(key, "\"id\": 7,") && has(key, "x") && has(key, "  x"));
        assert!(!has(key, "{") && !has(key, "}"));
        assert!(forms(key).iter().all(|form| !form.contains(&b'\n') && !form.contains(&b'\r')));
        assert!(has(key, "{\\n  \\\"id\\\": 7,\\r\\n  x\\n}"), "as one JSON string");
    }

    #[test]
    fn short_and_blank_values() {
        assert!(has("x", "x"));
        assert_eq!(forms("x"), [b"eA==".to_vec(), b"x".to_vec()]);
        assert!(forms(" \n\t").is_empty());
        assert!(has("\"quoted\"", "quoted"));
    }
}
