//! The table of well-known actions that ships with Windlass.
//!
//! `known.tsv` is written by `cargo xtask actions --write` from the actions' own metadata. A line
//! is one version, its columns apart by tabs: `owner/repository[/path]@reference` in lower case,
//! `using`, inputs (`!` behind those that have to be given), outputs (`*` when there may be
//! others), and one column `name message` for each deprecated input. The lines are in order, so
//! that one is found by halving and only that one is taken apart.

use std::cmp::Ordering;

use memchr::{memchr, memrchr};

use super::{ActionInterface, InputInterface};

static TABLE: &str = include_str!("known.tsv");

/// An action of another repository at a reference. Where only the major version is in the table,
/// `v4.1.2` and the branch `release/v4` are taken for `v4`: within a major version inputs and
/// outputs stay, except before the first one (<https://semver.org>, 4 and 8).
pub(super) fn find(name: &str, reference: &str) -> Option<ActionInterface> {
    let name = name.to_ascii_lowercase();
    let line = line(TABLE, &format!("{name}@{reference}"))
        .or_else(|| line(TABLE, &format!("{name}@{}", major(reference)?)))?;
    Some(interface(line))
}

/// `v4` of `v4.1.2` and of `release/v4`.
fn major(reference: &str) -> Option<&str> {
    let version = reference.strip_prefix("release/").unwrap_or(reference);
    let digits = version.strip_prefix('v')?;
    let end = digits.find('.').unwrap_or(digits.len());
    let is_version = !digits.starts_with(['0', '.'])
        && end > 0
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_version.then(|| &version[..=end])
}

/// The columns behind the key of the line with this key.
fn line<'table>(table: &'table str, key: &str) -> Option<&'table str> {
    let mut rest = table;
    while !rest.is_empty() {
        let middle = rest.len() / 2;
        let bytes = rest.as_bytes();
        let start = memrchr(b'\n', &bytes[..middle]).map_or(0, |at| at + 1);
        let end = memchr(b'\n', &bytes[middle..]).map_or(rest.len(), |at| middle + at);
        let tab = start + memchr(b'\t', &bytes[start..end])?;
        match key.cmp(&rest[start..tab]) {
            Ordering::Equal => return rest.get(tab + 1..end),
            Ordering::Less => rest = &rest[..start],
            Ordering::Greater => rest = rest.get(end + 1..).unwrap_or_default(),
        }
    }
    None
}

fn interface(columns: &str) -> ActionInterface {
    let mut columns = columns.split('\t');
    let mut next = || columns.next().unwrap_or_default();
    let (using, inputs, outputs) = (next(), next(), next());
    let deprecated: Vec<(&str, &str)> = columns.filter_map(|it| it.split_once(' ')).collect();
    let inputs = inputs.split_ascii_whitespace().map(|input| {
        let name = input.strip_suffix('!');
        let is_needed = name.is_some();
        let name = name.unwrap_or(input);
        let message = deprecated.iter().find(|(of, _)| *of == name);
        let deprecation = message.map(|(_, message)| (*message).to_owned());
        InputInterface { name: name.to_owned(), is_needed, deprecation }
    });
    let outputs = (!outputs.split_ascii_whitespace().any(|output| output == "*"))
        .then(|| outputs.split_ascii_whitespace().map(str::to_owned).collect());
    ActionInterface { using: using.to_owned(), inputs: inputs.collect(), outputs }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_found_by_its_key() {
        let keys: Vec<&str> = TABLE.lines().filter_map(|line| line.split('\t').next()).collect();
        assert!(keys.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(keys.iter().all(|key| line(TABLE, key).is_some()));
        for absent in ["", "a/b@v1", "actions/checkout@v", "zz/zz@v9"] {
            assert_eq!(line(TABLE, absent), None, "{absent}");
        }
    }

    #[test]
    fn a_line_is_taken_apart() {
        let found = interface("node20\tpath! how\tdone\thow use `path`");
        let input = |name: &str, is_needed, deprecation: Option<&str>| InputInterface {
            name: name.to_owned(),
            is_needed,
            deprecation: deprecation.map(str::to_owned),
        };
        let inputs = vec![input("path", true, None), input("how", false, Some("use `path`"))];
        let outputs = Some(vec!["done".to_owned()]);
        assert_eq!(found, ActionInterface { using: "node20".to_owned(), inputs, outputs });
        assert_eq!(interface("docker\t\t*").outputs, None);
    }

    #[test]
    fn a_minor_version_is_of_its_major() {
        assert_eq!(major("v4.1.2"), Some("v4"));
        assert_eq!(major("release/v1"), Some("v1"));
        assert_eq!(major("v4"), Some("v4"));
        for other in ["main", "v", "v4-beta", "4.1", "vx.1", "v.1", "v0.2"] {
            assert_eq!(major(other), None, "{other}");
        }
        assert!(find("Actions/Checkout", "v4.1.2").is_some());
        assert!(find("actions/checkout", "main").is_none());
    }
}
