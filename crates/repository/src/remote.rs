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
    /// `git://…`, `[user@]host:owner/repo`, `file://…` and paths.
    ///
    /// `None` when no owner and name that are safe to use as such can be found in it: each part
    /// may hold letters, digits, `-`, `_` and `.`, and is not `.` or `..`.
    #[must_use]
    pub fn parse(name: &str, url: &str) -> Option<Self> {
        let _ = (name, url);
        None
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
