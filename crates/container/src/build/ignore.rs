//! `.dockerignore`: what of an action's folder does not go to the engine.
//!
//! Source: Docker Docs, "Build context", ".dockerignore files": a pattern a line, the last one that
//! matches a path or a folder above it decides, `!` keeps, `**` stands for any folders. The
//! Dockerfile and the list itself always go; the engine leaves them out of the image's reach.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

/// The list's name.
const FILE_NAME: &str = ".dockerignore";

/// The rules of a folder.
#[derive(Debug, Default)]
pub(super) struct Ignored {
    rules: Vec<Rule>,
    /// Paths that go whatever the rules say.
    always: Vec<PathBuf>,
}

#[derive(Debug)]
struct Rule {
    keeps: bool,
    pattern: GlobMatcher,
}

impl Ignored {
    /// Reads the list of a folder, where it has one.
    ///
    /// # Errors
    /// When it cannot be read, or a line is no pattern.
    pub fn read(folder: &Path, dockerfile: &str) -> io::Result<Self> {
        match fs::read(folder.join(FILE_NAME)) {
            Ok(text) => {
                let always = vec![PathBuf::from(dockerfile), PathBuf::from(FILE_NAME)];
                Ok(Ignored { rules: parse(&String::from_utf8_lossy(&text))?, always })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Ignored::default()),
            Err(error) => Err(error),
        }
    }

    /// Whether a path, relative to the folder, stays here.
    pub fn leaves_out(&self, path: &Path) -> bool {
        let matches = |rule: &&Rule| {
            let mut above = path.ancestors().filter(|it| !it.as_os_str().is_empty());
            above.any(|path| rule.pattern.is_match(path))
        };
        let last = self.rules.iter().rev().find(matches);
        last.is_some_and(|rule| !rule.keeps) && !self.always.iter().any(|it| it == path)
    }
}

fn parse(text: &str) -> io::Result<Vec<Rule>> {
    let lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines();
    let lines = lines.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(Rule::parse).filter_map(Result::transpose).collect()
}

impl Rule {
    /// A line; `None` for one that means the folder itself.
    fn parse(line: &str) -> io::Result<Option<Self>> {
        let (keeps, written) = match line.strip_prefix('!') {
            Some(rest) => (true, rest.trim()),
            None => (false, line),
        };
        let cleaned = cleaned(written);
        if cleaned.is_empty() {
            return Ok(None);
        }
        // Braces are plain letters here.
        let escaped = cleaned.replace('{', "[{]").replace('}', "[}]");
        let mut glob = GlobBuilder::new(&escaped);
        let glob = glob.literal_separator(true).backslash_escape(true).build();
        let glob = glob.map_err(|error| {
            let message = format!("{FILE_NAME}: '{line}' is no pattern: {}", error.kind());
            io::Error::new(io::ErrorKind::InvalidData, message)
        })?;
        Ok(Some(Rule { keeps, pattern: glob.compile_matcher() }))
    }
}

/// A pattern without slashes at its ends, `.` and `..`, as engines clean them.
fn cleaned(pattern: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for component in Path::new(pattern).components() {
        match component {
            Component::Normal(part) => parts.extend(part.to_str()),
            Component::ParentDir => {
                parts.pop();
            }
            _ => {}
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_out<'a>(list: &str, paths: &[&'a str]) -> Vec<&'a str> {
        let ignored = Ignored { rules: parse(list).unwrap(), always: vec!["Dockerfile".into()] };
        paths.iter().copied().filter(|path| ignored.leaves_out(Path::new(path))).collect()
    }

    #[test]
    fn the_last_pattern_decides_for_a_path_and_what_is_below_it() {
        let paths = ["Dockerfile", "a.md", "README.md", "docs/b.md", "docs/img/c.png", "src/d.rs"];
        assert_eq!(left_out("# all\n*.md\n!README.md\n", &paths), ["a.md"]);
        assert_eq!(left_out("**/*.md", &paths), ["a.md", "README.md", "docs/b.md"]);
        assert_eq!(left_out("/docs/\n", &paths), ["docs/b.md", "docs/img/c.png"]);
        assert_eq!(left_out("docs\n!docs/img\n", &paths), ["docs/b.md"]);
        let all_but_source = ["a.md", "README.md", "docs/b.md", "docs/img/c.png"];
        assert_eq!(left_out("*\n!src\n", &paths), all_but_source);
        assert_eq!(left_out("docs/*\n", &paths), ["docs/b.md", "docs/img/c.png"]);
        assert_eq!(left_out("?.md\n!../a.md", &paths), Vec::<&str>::new());
        assert_eq!(left_out("\u{feff}docs/../a.md\n.\n\n", &paths), ["a.md"]);
    }

    #[test]
    fn a_line_that_is_no_pattern_is_named() {
        let error = parse("ok\n[a\n").unwrap_err();
        assert!(error.to_string().contains("'[a'"), "{error}");
        assert_eq!(left_out("{a,b}", &["a", "{a,b}"]), ["{a,b}"]);
    }
}
