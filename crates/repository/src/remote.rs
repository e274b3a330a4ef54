//! Whose repository it is, by the address of its remote.

/// A remote's address taken apart: what `github.repository` and `github.server_url` come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// The remote's name: `origin` where there is one.
    pub name: String,
    /// The address as configured, without user name and password.
    pub url: String,
    /// `https://github.com`: scheme `https` (or the `http` of the address), host, and a port for
    /// http addresses. `None` for a path.
    pub server_url: Option<String>,
    /// All of the path before the last part (`acme`, `group/subgroup`); empty when there is none.
    pub owner: String,
    /// The last part of the path without `.git`.
    pub repository: String,
}

impl Remote {
    /// Takes an address apart: `https://[user@]host[:port]/owner/repo[.git]`, `ssh://…`,
    /// `git://…`, `[user@]host:owner/repo`, `file://…` and paths (gitglossary, "GIT URLS").
    ///
    /// `None` when no owner and name that are safe to use as such can be found in it: each part
    /// may hold letters, digits, `-`, `_` and `.`, and is not `.` or `..`. Of a local path only the
    /// last part counts, as the name.
    #[must_use]
    pub fn parse(name: &str, url: &str) -> Option<Self> {
        let (url, server_url, path) = split_address(url)?;
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
        let (owner, repository) = match path.rsplit_once('/') {
            Some((owner, repository)) if server_url.is_some() => (owner, repository),
            Some((_, repository)) => ("", repository),
            None => ("", path),
        };
        let owner_is_safe = owner.is_empty() || owner.split('/').all(is_safe_part);
        if !owner_is_safe || !is_safe_part(repository) {
            return None;
        }
        Some(Self {
            name: name.to_owned(),
            url,
            server_url,
            owner: owner.to_owned(),
            repository: repository.to_owned(),
        })
    }

    /// `owner/repository`, or the repository alone without an owner.
    #[must_use]
    pub fn full_name(&self) -> String {
        if self.owner.is_empty() {
            return self.repository.clone();
        }
        format!("{}/{}", self.owner, self.repository)
    }
}

/// The address without credentials, the server, and the path.
fn split_address(url: &str) -> Option<(String, Option<String>, String)> {
    if let Some((scheme, rest)) = url.split_once("://") {
        let scheme = scheme.to_ascii_lowercase();
        if scheme == "file" {
            return Some((url.to_owned(), None, rest.to_owned()));
        }
        let (authority, path) = rest.split_once('/')?;
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let bare = host.split_once(':').map_or(host, |(bare, _)| bare);
        if !is_safe_host(bare) {
            return None;
        }
        let server = match scheme.as_str() {
            "http" | "https" => format!("{scheme}://{host}"),
            // The port of ssh says nothing of the web's.
            _ => format!("https://{bare}"),
        };
        let clean = format!("{scheme}://{host}/{path}");
        return Some((clean, Some(server), path.to_owned()));
    }
    // The short form of ssh: a colon before any slash, and something on both sides.
    if let Some((host, path)) = url.split_once(':')
        && !host.contains('/')
        && !path.is_empty()
    {
        let bare = host.rsplit_once('@').map_or(host, |(_, host)| host);
        if !is_safe_host(bare) {
            return None;
        }
        // The user of ssh (`git@`) is part of the address, not a secret.
        return Some((url.to_owned(), Some(format!("https://{bare}")), path.to_owned()));
    }
    Some((url.to_owned(), None, url.to_owned()))
}

fn is_safe_host(host: &str) -> bool {
    !host.is_empty()
        && !host.starts_with('-')
        && host.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-'))
}

fn is_safe_part(part: &str) -> bool {
    let safe = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    !part.is_empty() && part != "." && part != ".." && part.chars().all(safe)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(url: &str) -> Option<(String, String)> {
        Remote::parse("origin", url)
            .map(|remote| (remote.server_url.clone().unwrap_or_default(), remote.full_name()))
    }

    #[test]
    fn every_form_of_address_is_understood() {
        for (url, server, name) in [
            ("https://github.com/acme/shop.git", "https://github.com", "acme/shop"),
            ("https://github.com/acme/shop", "https://github.com", "acme/shop"),
            ("https://user:token@example.com:8443/a/b.git/", "https://example.com:8443", "a/b"),
            ("http://localhost:3000/a/b", "http://localhost:3000", "a/b"),
            ("ssh://git@example.com:2222/a/b.git", "https://example.com", "a/b"),
            ("git@github.com:acme/shop.git", "https://github.com", "acme/shop"),
            ("github.com:acme/shop", "https://github.com", "acme/shop"),
            ("git@gitlab.com:group/sub/project.git", "https://gitlab.com", "group/sub/project"),
            ("git://example.com/b", "https://example.com", "b"),
            ("file:///srv/git/tool.git", "", "tool"),
            ("/srv/git/tool.git", "", "tool"),
            ("../tool", "", "tool"),
        ] {
            assert_eq!(parsed(url), Some((server.to_owned(), name.to_owned())), "{url}");
        }
    }

    #[test]
    fn secrets_are_not_kept() {
        let remote = Remote::parse("origin", "https://me:hunter2@github.com/a/b").unwrap();
        assert_eq!(remote.url, "https://github.com/a/b");
    }

    #[test]
    fn hostile_addresses_give_nothing() {
        for url in [
            "",
            "https://",
            "https:///a/b",
            "https://github.com/",
            "https://github.com/a/..",
            "https://github.com/../b",
            "https://github.com/a/b c",
            "https://github.com/$(id)/b",
            "https://-oProxyCommand=x/a/b",
            "git@host;rm:a/b",
            "ext::sh -c id",
            "/srv/a b",
        ] {
            assert_eq!(parsed(url), None, "{url}");
        }
    }

    proptest! {
        #[test]
        fn what_is_found_is_always_safe(url in ".{0,60}") {
            if let Some(remote) = Remote::parse("origin", &url) {
                let name = remote.full_name();
                prop_assert!(name.split('/').all(is_safe_part), "{}", name);
            }
        }
    }
}
