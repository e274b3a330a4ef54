//! `GITHUB_PATH`: one directory a line, each put before all others.

/// The directories of a file in the order in which they were written.
pub(crate) fn parse(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.lines().filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_directory_a_line() {
        assert_eq!(parse("/a\r\n\n/b c").collect::<Vec<_>>(), ["/a", "/b c"]);
    }
}
