//! The coverage of a job, found in its log.
//!
//! Source: "CI/CD YAML syntax reference", `coverage`: the last line that matches counts, and of the
//! match the first number.

use regex::Regex;

/// The largest compiled expression, in bytes.
const LARGEST_EXPRESSION: usize = 1 << 20;

/// Looks for the coverage in lines.
pub(crate) struct Coverage {
    expression: Regex,
    /// The number that was found last.
    pub found: Option<String>,
}

impl Coverage {
    /// Looks for what an expression matches.
    ///
    /// # Errors
    /// When it is none.
    pub fn new(expression: &str) -> Result<Self, regex::Error> {
        let builder = regex::RegexBuilder::new(expression).size_limit(LARGEST_EXPRESSION).build();
        Ok(Coverage { expression: builder?, found: None })
    }

    /// Takes the next line in.
    pub fn look_at(&mut self, line: &str) {
        if let Some(found) = self.expression.find_iter(line).last() {
            self.found = number_in(found.as_str()).or(self.found.take());
        }
    }
}

/// The first number in a text: digits, which a point may divide.
fn number_in(text: &str) -> Option<String> {
    let start = text.find(|letter: char| letter.is_ascii_digit())?;
    let text = &text[start..];
    let whole = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let behind = text[whole..].strip_prefix('.').unwrap_or_default();
    let part = behind.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(behind.len());
    let length = if part == 0 { whole } else { whole + 1 + part };
    Some(text[..length].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_match_counts_and_of_it_the_first_number() {
        let mut coverage = Coverage::new(r"TOTAL.*\d+%|Code coverage: \d+(?:\.\d+)?").expect("one");
        for line in ["Code coverage: 10.5", "nothing", "Code coverage: 67.89% of 12 lines"] {
            coverage.look_at(line);
        }
        assert_eq!(coverage.found.as_deref(), Some("67.89"));
        assert!(Coverage::new("(").is_err());
    }
}
