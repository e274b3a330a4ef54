//! `hashFiles`: one hash over the files of the workspace that match some patterns.
//!
//! Source: GitHub Docs, "Evaluate expressions in workflows and actions", "hashFiles". As in
//! actions/runner the hash is the SHA-256 of the files' SHA-256 digests, the files in the order of
//! a walk with sorted names, and empty when nothing matches. Patterns are those of @actions/glob:
//! `*`, `?`, `[…]`, `**`, `!` to take files out again; a directory that matches brings in all
//! below it; hidden files match; symbolic links are not followed into directories.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

/// One pattern, split into the names of a path relative to the workspace.
struct Pattern {
    negated: bool,
    segments: Vec<String>,
}

/// The hash in hexadecimal digits, or an empty text when no file matches.
///
/// # Errors
/// When the workspace or a file that matches cannot be read.
pub(crate) fn hash_files(workspace: &Path, patterns: &[&str]) -> Result<String, String> {
    let mut follow = false;
    let mut parsed = Vec::new();
    for written in patterns.iter().flat_map(|pattern| pattern.lines()) {
        match written.trim() {
            "" => {}
            "--follow-symbolic-links" => follow = true,
            comment if comment.starts_with('#') => {}
            pattern => parsed.extend(Pattern::parse(pattern, workspace)),
        }
    }
    let mut walk = Walk { patterns: parsed, follow, files: Vec::new(), depth: 0 };
    if walk.patterns.iter().any(|pattern| !pattern.negated) {
        walk.directory(workspace, &mut Vec::new())
            .map_err(|error| format!("cannot read {}: {error}", workspace.display()))?;
    }
    if walk.files.is_empty() {
        return Ok(String::new());
    }
    let mut all = Sha256::new();
    for file in &walk.files {
        let digest =
            digest(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        all.update(digest);
    }
    Ok(all.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn digest(file: &Path) -> io::Result<impl AsRef<[u8]>> {
    let mut reader = fs::File::open(file)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match io::Read::read(&mut reader, &mut buffer)? {
            0 => return Ok(hash.finalize()),
            read => hash.update(&buffer[..read]),
        }
    }
}

impl Pattern {
    /// `None` when it can match nothing inside the workspace.
    fn parse(written: &str, workspace: &Path) -> Option<Self> {
        let mut negated = false;
        let mut pattern = written;
        while let Some(rest) = pattern.strip_prefix('!') {
            negated = !negated;
            pattern = rest.trim_start();
        }
        let inside = match Path::new(pattern).strip_prefix(workspace) {
            Ok(inside) => inside,
            Err(_) if pattern.starts_with('/') => return None,
            Err(_) => Path::new(pattern),
        };
        let mut segments = Vec::new();
        for component in inside.components() {
            match component {
                Component::Normal(name) => segments.push(name.to_string_lossy().into_owned()),
                Component::ParentDir => {
                    segments.pop()?;
                }
                _ => {}
            }
        }
        Some(Pattern { negated, segments })
    }

    /// Whether a path matches, or lies below one that does.
    fn matches(&self, path: &[String]) -> bool {
        (0..=path.len()).rev().any(|length| matches(&self.segments, &path[..length]))
    }

    /// Whether something below a directory may match.
    fn may_match_below(&self, directory: &[String]) -> bool {
        let fixed = self.segments.iter().take_while(|segment| *segment != "**");
        fixed.zip(directory).all(|(segment, name)| matches_name(segment, name))
    }
}

fn matches(segments: &[String], path: &[String]) -> bool {
    match (segments.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first == "**" => {
            matches(rest, path)
                || path.split_first().is_some_and(|(_, path)| matches(segments, path))
        }
        (Some((first, rest)), Some((name, path))) => {
            matches_name(first, name) && matches(rest, path)
        }
        _ => false,
    }
}

/// Whether one name matches one segment with `*`, `?` and `[…]`.
fn matches_name(segment: &str, name: &str) -> bool {
    let segment: Vec<char> = segment.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut at, mut in_name) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while in_name < name.len() {
        match one_matches(&segment[at..], name[in_name]) {
            Some(length) => {
                at += length;
                in_name += 1;
            }
            None if segment.get(at) == Some(&'*') => {
                star = Some((at, in_name));
                at += 1;
            }
            None => {
                let Some((star_at, taken)) = star else { return false };
                star = Some((star_at, taken + 1));
                at = star_at + 1;
                in_name = taken + 1;
            }
        }
    }
    segment[at..].iter().all(|character| *character == '*')
}

/// How many characters of the pattern match this one; `None` when they do not.
fn one_matches(pattern: &[char], character: char) -> Option<usize> {
    match *pattern.first()? {
        '*' => None,
        '?' => Some(1),
        '\\' if pattern.len() > 1 => (pattern[1] == character).then_some(2),
        '[' => class_matches(pattern, character),
        literal => (literal == character).then_some(1),
    }
}

fn class_matches(pattern: &[char], character: char) -> Option<usize> {
    let negated = matches!(pattern.get(1), Some('!' | '^'));
    let start = 1 + usize::from(negated);
    let Some(end) = pattern.iter().skip(start + 1).position(|&c| c == ']') else {
        return (character == '[').then_some(1);
    };
    let end = end + start + 1;
    let class = &pattern[start..end];
    let mut found = false;
    let mut at = 0;
    while at < class.len() {
        if at + 2 < class.len() && class[at + 1] == '-' {
            found |= (class[at]..=class[at + 2]).contains(&character);
            at += 3;
        } else {
            found |= class[at] == character;
            at += 1;
        }
    }
    (found != negated).then_some(end + 1)
}

struct Walk {
    patterns: Vec<Pattern>,
    follow: bool,
    files: Vec<PathBuf>,
    depth: usize,
}

/// No workspace is this deep; a link that leads into itself is.
const MAXIMUM_DEPTH: usize = 200;

impl Walk {
    fn directory(&mut self, directory: &Path, path: &mut Vec<String>) -> io::Result<()> {
        let mut entries: Vec<_> = fs::read_dir(directory)?.collect::<Result<_, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            path.push(entry.file_name().to_string_lossy().into_owned());
            self.entry(&entry, path)?;
            path.pop();
        }
        Ok(())
    }

    fn entry(&mut self, entry: &fs::DirEntry, path: &mut Vec<String>) -> io::Result<()> {
        let mut kind = entry.file_type()?;
        if kind.is_symlink() {
            let Ok(target) = fs::metadata(entry.path()) else { return Ok(()) };
            if target.is_dir() && !self.follow {
                return Ok(());
            }
            kind = target.file_type();
        }
        if kind.is_dir() {
            let wanted = self.patterns.iter().filter(|pattern| !pattern.negated);
            if self.depth < MAXIMUM_DEPTH && { wanted }.any(|pattern| pattern.may_match_below(path))
            {
                self.depth += 1;
                self.directory(&entry.path(), path)?;
                self.depth -= 1;
            }
        } else if kind.is_file() {
            let included = self.patterns.iter().fold(false, |included, pattern| {
                if pattern.matches(path) { !pattern.negated } else { included }
            });
            if included {
                self.files.push(entry.path());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(files: &[&str]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().expect("a directory");
        for file in files {
            let path = directory.path().join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, file).expect("a file");
        }
        directory
    }

    fn expected(files: &[&str]) -> String {
        let mut all = Sha256::new();
        for file in files {
            all.update(Sha256::digest(file.as_bytes()));
        }
        all.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    const FILES: &[&str] = &[
        "a/package-lock.json",
        "a/b/.hidden",
        "a/b/x1.txt",
        "a/b/x2.txt",
        "z.lock",
        "package-lock.json",
    ];

    fn check(patterns: &[&str], files: &[&str]) {
        let directory = workspace(FILES);
        let hash = hash_files(directory.path(), patterns).expect("a hash");
        let expected = if files.is_empty() { String::new() } else { expected(files) };
        assert_eq!(hash, expected, "{patterns:?}");
    }

    #[test]
    fn patterns_of_the_documentation() {
        check(&["**/package-lock.json"], &["a/package-lock.json", "package-lock.json"]);
        check(&["**/package-lock.json", "!a/**"], &["package-lock.json"]);
        check(&["*.lock"], &["z.lock"]);
        check(&["none"], &[]);
        check(&["a/b/x?.txt"], &["a/b/x1.txt", "a/b/x2.txt"]);
        check(&["./a/b/x[!1].txt"], &["a/b/x2.txt"]);
    }

    #[test]
    fn a_directory_brings_in_all_below_it() {
        check(&["a/b"], &["a/b/.hidden", "a/b/x1.txt", "a/b/x2.txt"]);
        check(&["a\n!a/b/**\na/b/x1.txt"], &["a/b/x1.txt", "a/package-lock.json"]);
    }

    #[test]
    fn nothing_outside_the_workspace() {
        check(&["/etc/passwd"], &[]);
        check(&["../*"], &[]);
    }

    #[test]
    fn a_walk_ignores_links_that_lead_nowhere_or_round() {
        let directory = workspace(&["a/f"]);
        std::os::unix::fs::symlink("..", directory.path().join("a/up")).expect("a link");
        std::os::unix::fs::symlink("nowhere", directory.path().join("a/gone")).expect("a link");
        let hash = |patterns: &[&str]| hash_files(directory.path(), patterns).expect("a hash");
        assert_eq!(hash(&["**/f"]), expected(&["a/f"]));
        assert!(!hash(&["--follow-symbolic-links", "a/f"]).is_empty());
    }
}
