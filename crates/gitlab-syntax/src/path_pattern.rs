//! Patterns of paths: [`PathPattern::new`] as `changes` and `exists` have them, and
//! [`PathPattern::of_include`]. Not for artifacts and caches, whose patterns the runner reads.
//!
//! Source of the former: "CI/CD YAML syntax reference", sections `rules:changes` and
//! `rules:exists`: "Glob patterns are interpreted with Ruby's `File.fnmatch` with the flags `File::FNM_PATHNAME |
//! File::FNM_DOTMATCH | File::FNM_EXTGLOB`".

use regex::{Regex, RegexBuilder};

/// A pattern that has been read.
#[derive(Debug, Clone)]
pub struct PathPattern(Regex);

impl PathPattern {
    /// Reads a pattern of `changes` or `exists`: `*` and `?` stay within a folder, `**/` crosses
    /// folders, `[a-z]` is a class and `{a,b}` a choice; a leading dot needs no mention. `None` for
    /// one that is too large.
    #[must_use]
    pub fn new(pattern: &str) -> Option<Self> {
        Self::of_expression(&translated(pattern.trim_start_matches('/')))
    }

    /// Reads a pattern of `include:local`: `*` stays within a folder and `**` crosses folders, so
    /// that `configs/**.yml` is every such file below a folder and `configs/**/*.yml` leaves out
    /// those directly in it. `None` for one that is too large.
    ///
    /// Source: "CI/CD YAML syntax reference", section `include:local`.
    #[must_use]
    pub fn of_include(pattern: &str) -> Option<Self> {
        let pattern = regex::escape(pattern.trim_start_matches('/'));
        Self::of_expression(&pattern.replace(r"\*\*", ".*").replace(r"\*", "[^/]*"))
    }

    fn of_expression(expression: &str) -> Option<Self> {
        let whole = format!("^{expression}$");
        RegexBuilder::new(&whole).dot_matches_new_line(true).build().ok().map(Self)
    }

    /// Whether a path from the root fits, without a leading slash.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        self.0.is_match(path)
    }
}

/// The pattern as a regular expression.
fn translated(pattern: &str) -> String {
    let mut expression = String::with_capacity(pattern.len() * 2);
    let mut choices = 0;
    let mut at = 0;
    while let Some(character) = pattern[at..].chars().next() {
        let rest = &pattern[at..];
        let starts_folder = at == 0 || pattern[..at].ends_with('/');
        let (piece, length) = match character {
            '*' if starts_folder && rest.starts_with("**/") => ("(?:[^/]+/)*".to_owned(), 3),
            '*' => {
                let stars = rest.len() - rest.trim_start_matches('*').len();
                ("[^/]*".to_owned(), stars)
            }
            '?' => ("[^/]".to_owned(), 1),
            '[' => class(rest).unwrap_or_else(|| ("\\[".to_owned(), 1)),
            '{' if rest.contains('}') => {
                choices += 1;
                ("(?:".to_owned(), 1)
            }
            ',' if choices > 0 => ("|".to_owned(), 1),
            '}' if choices > 0 => {
                choices -= 1;
                (")".to_owned(), 1)
            }
            '\\' => {
                let escaped: String = rest.chars().skip(1).take(1).collect();
                (regex::escape(&escaped), 1 + escaped.len())
            }
            other => (regex::escape(&other.to_string()), other.len_utf8()),
        };
        expression.push_str(&piece);
        at += length;
    }
    expression.push_str(&")".repeat(choices));
    expression
}

/// The class a text begins with, as a class of regular expressions, and its length.
fn class(text: &str) -> Option<(String, usize)> {
    let end = text[1..].find(']').filter(|end| *end > 0)? + 1;
    let inner = &text[1..end];
    let (negated, members) = match inner.strip_prefix(['!', '^']) {
        Some(members) => ("^/", members),
        None => ("", inner),
    };
    if members.is_empty() {
        return None;
    }
    let mut escaped = String::new();
    for member in members.chars() {
        if matches!(member, '[' | ']' | '\\' | '&' | '~' | '^') {
            escaped.push('\\');
        }
        escaped.push(member);
    }
    Some((format!("[{negated}{escaped}]"), end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        PathPattern::new(pattern).expect(pattern).matches(path)
    }

    #[test]
    fn stars_stay_in_their_folder_and_two_stars_cross_folders() {
        for (pattern, path) in [
            ("*.md", "README.md"),
            ("docs/*", "docs/.hidden"),
            ("**/*.rb", "a/b/c.rb"),
            ("**/*.rb", "c.rb"),
            ("src/**/*", "src/a/b"),
            ("/Dockerfile", "Dockerfile"),
            ("*.{js,ts}", "main.ts"),
            ("v[0-9]?", "v1x"),
            ("[!a]bc", "xbc"),
        ] {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("*.md", "docs/README.md"),
            ("docs/*", "docs/a/b"),
            ("docs/**", "docs/a/b"),
            ("Dockerfile", "a/Dockerfile"),
            ("[!a]bc", "abc"),
            ("a.c", "abc"),
        ] {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn two_stars_of_an_include_cross_folders_without_a_slash() {
        let matches = |pattern: &str, path: &str| {
            PathPattern::of_include(pattern).expect(pattern).matches(path)
        };
        assert!(matches("configs/**.yml", "configs/a.yml"));
        assert!(matches("configs/**.yml", "configs/a/b.yml"));
        assert!(matches("configs/**/*.yml", "configs/a/b/c.yml"));
        assert!(!matches("configs/**/*.yml", "configs/a.yml"));
        assert!(matches("/configs/*.yml", "configs/.a.yml"));
        assert!(!matches("configs/*.yml", "configs/a/b.yml"));
    }

    #[test]
    fn odd_patterns_are_plain_text() {
        assert!(matches("a[b", "a[b"));
        assert!(matches("a{b", "a{b"));
        assert!(matches("a\\*", "a*"));
    }
}
