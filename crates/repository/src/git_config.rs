//! Reads simple configuration files of Git without the `git` program (git-config(1), "Syntax").
//!
//! Only what `git init`, `clone` and `remote add` write is understood. Whatever else stands in a
//! file that could matter (includes, quotes, escapes, a configuration for each working tree) makes
//! it "not simple", and the caller asks Git itself, which costs a millisecond more.

use bstr::ByteSlice as _;

/// The variables of a file, in order: names as `git config --list` writes them
/// (`remote.origin.url`). `None` when the file is not simple.
pub(crate) fn parse(file: &[u8]) -> Option<Vec<(String, String)>> {
    let mut variables = Vec::new();
    let mut section = String::new();
    for line in file.to_str().ok()?.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            section = parse_header(header.strip_suffix(']')?)?;
            continue;
        }
        let (name, value) = line.split_once('=').unwrap_or((line, "true"));
        let name = name.trim().to_ascii_lowercase();
        if value.contains(['"', '\\', '#', ';']) || name == "worktreeconfig" {
            return None;
        }
        variables.push((format!("{section}.{name}"), value.trim().to_owned()));
    }
    Some(variables)
}

fn parse_header(header: &str) -> Option<String> {
    let (name, subsection) = match header.split_once(' ') {
        None => (header, None),
        Some((name, rest)) => (name, Some(rest.trim().strip_prefix('"')?.strip_suffix('"')?)),
    };
    let name = name.to_ascii_lowercase();
    let is_plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_plain || name == "include" || name == "includeif" {
        return None;
    }
    match subsection {
        None => Some(name),
        Some(sub) if sub.contains(['"', '\\', ']']) => None,
        Some(sub) => Some(format!("{name}.{sub}")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_ordinary_file_is_read() {
        let file = b"# x\n[core]\n\tbare = false\n\tlogAllRefUpdates\n[remote \"my origin\"]\n\
            \turl = git@github.com:a/b.git\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n\
            ; y\n[branch \"a.b\"]\nremote=origin\n";
        let variables = parse(file).unwrap();
        let text: Vec<String> = variables.iter().map(|(k, v)| format!("{k}={v}")).collect();
        insta::assert_snapshot!(text.join("\n"), @"
        core.bare=false
        core.logallrefupdates=true
        remote.my origin.url=git@github.com:a/b.git
        remote.my origin.fetch=+refs/heads/*:refs/remotes/origin/*
        branch.a.b.remote=origin
        ");
    }

    #[test]
    fn what_is_not_simple_is_left_to_git() {
        for file in [
            "[include]\n\tpath = x\n",
            "[includeIf \"gitdir:x\"]\n\tpath = x\n",
            "[extensions]\n\tworktreeConfig = true\n",
            "[remote \"a\"]\n\turl = \"x\"\n",
            "[remote \"a\"]\n\turl = x\\\ny\n",
            "[remote \"a\"]\n\turl = x # y\n",
            "[remote \"a\\\"b\"]\n\turl = x\n",
            "[core\nbroken",
            "[remote.a]\n\turl = x\n",
            "[remote \"a\"] url = x\n",
            "[ core ]\n",
        ] {
            assert_eq!(parse(file.as_bytes()), None, "{file}");
        }
        assert_eq!(parse(b"\xff"), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(file in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&file);
        }
    }
}
