//! What may be passed to `git` as an address or a reference.
//!
//! Both come from workflow files of strangers. An address must not be an option (`--upload-pack=…`)
//! nor name a transport that runs programs (`ext::sh -c …`, git-remote-ext(1)); a reference must be
//! one that Git itself allows (git-check-ref-format(1)).

use std::path::Path;

use super::SourceError;

/// The transports that git may use, for `GIT_ALLOW_PROTOCOL`.
pub(super) const PROTOCOLS: &str = "file:git:http:https:ssh";

/// Checks an address.
pub(super) fn check_address(url: &str) -> Result<(), SourceError> {
    let refuse = |reason| Err(SourceError::UnsafeAddress { url: url.to_owned(), reason });
    if url.is_empty() || url.starts_with('-') {
        return refuse("it is empty or looks like an option");
    }
    if url.chars().any(|letter| letter.is_control()) {
        return refuse("it holds a control character");
    }
    if Path::new(url).is_absolute() {
        return Ok(());
    }
    let is_word = |text: &str| text.chars().all(|letter| letter.is_ascii_alphanumeric());
    if url.split_once("::").is_some_and(|(transport, _)| is_word(transport)) {
        return refuse("helper programs (`name::…`) are not started for an address");
    }
    if let Some((scheme, rest)) = url.split_once("://") {
        if !PROTOCOLS.split(':').any(|known| scheme.eq_ignore_ascii_case(known)) {
            return refuse("its scheme is none of https, http, ssh, git and file");
        }
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        if rest.starts_with('-') || host.starts_with('-') {
            return refuse("its host looks like an option");
        }
        return Ok(());
    }
    match url.split_once(':') {
        Some((host, path)) if !host.is_empty() && !host.contains('/') && !path.is_empty() => {
            let bare = host.rsplit_once('@').map_or(host, |(_, bare)| bare);
            if bare.starts_with('-') || path.starts_with('-') {
                return refuse("its host or path looks like an option");
            }
            Ok(())
        }
        _ => refuse("it is neither an address nor an absolute path"),
    }
}

/// Whether an address is on this machine, so that no network is needed.
pub(super) fn is_local(url: &str) -> bool {
    Path::new(url).is_absolute()
        || url.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file://"))
}

/// Checks a branch, tag or object name.
pub(super) fn check_reference(reference: &str) -> Result<(), SourceError> {
    let refuse =
        |reason| Err(SourceError::UnsafeReference { reference: reference.to_owned(), reason });
    if reference.is_empty() || reference.starts_with('-') {
        return refuse("it is empty or begins with `-`");
    }
    let forbidden = |letter: char| {
        letter.is_control() || matches!(letter, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\')
    };
    if reference.chars().any(forbidden) {
        return refuse("it holds a character that Git does not allow");
    }
    if reference.contains("..") || reference.contains("@{") || reference == "@" {
        return refuse("it holds `..` or `@{`, which have a meaning of their own");
    }
    let bad_part = |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with(".lock");
    if reference.split('/').any(bad_part) || reference.ends_with('.') {
        return refuse("a part of it is empty, begins with `.` or ends with `.lock`");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_addresses_pass() {
        for url in [
            "https://github.com/actions/checkout",
            "http://windlass.localhost:3000/a/b",
            "ssh://git@example.com/a/b",
            "git@github.com:a/b.git",
            "file:///srv/git/a.git",
            "/srv/git/with space/a::b",
            "HTTPS://example.com/a",
            "https://[::1]:8080/a",
        ] {
            assert!(check_address(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn addresses_that_could_run_something_are_refused() {
        for url in [
            "",
            "--upload-pack=touch /tmp/x",
            "ext::sh -c id",
            "fd::17",
            "::x",
            "ssh://-oProxyCommand=id/x",
            "ssh://user@-oProxyCommand=id/x",
            "-host:path",
            "user@-oProxyCommand=id:path",
            "host:-path",
            "relative/path",
            "../up",
            "ftp://example.com/a",
            "https://example.com/a\n--b",
        ] {
            assert!(check_address(url).is_err(), "{url}");
        }
    }

    #[test]
    fn references_are_those_that_git_allows() {
        for reference in ["v4", "main", "release/1.x", "refs/heads/a", "a@b", "ünï", "4f2a9c1"] {
            assert!(check_reference(reference).is_ok(), "{reference}");
        }
        for reference in [
            "", "-x", "--all", "a..b", "a b", "a^", "a~1", "a:b", "a?", "a*", "[a", "a\\b", "@{u}",
            "@", "/a", "a/", "a//b", ".a", "a/.b", "a.lock", "a.", "a\0b", "a\nb",
        ] {
            assert!(check_reference(reference).is_err(), "{reference}");
        }
    }
}
