//! What a caller may hand on, and what exceeds it.

use crate::workflow::{PermissionGrant, PermissionLevel, Permissions};

/// The scopes that `read-all` and `write-all` stand for, in GitHub's order.
pub const PERMISSION_SCOPES: &[&str] = &[
    "actions",
    "checks",
    "contents",
    "deployments",
    "discussions",
    "issues",
    "packages",
    "pages",
    "pull-requests",
    "repository-projects",
    "statuses",
    "security-events",
    "id-token",
];

/// What a token may do where no file says so: a setting of the repository. GitHub Docs, "Managing
/// GitHub Actions settings for a repository", "Setting the permissions of the `GITHUB_TOKEN`".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DefaultPermissions {
    /// Reading and writing.
    #[default]
    Write,
    /// Reading contents and packages.
    LimitedRead,
}

/// What a caller may hand on.
#[derive(Debug, Clone, Copy)]
pub enum Allowance<'tree> {
    /// The setting of the repository.
    Default(DefaultPermissions),
    /// What a file says.
    Given(&'tree Permissions),
}

/// Scopes with what is asked for and what is allowed.
pub(super) struct Exceeded {
    pub(super) requested: Vec<(String, PermissionLevel)>,
    pub(super) allowed: Vec<(String, PermissionLevel)>,
}

impl Allowance<'_> {
    /// The level of one scope.
    #[must_use]
    pub fn level(&self, scope: &str) -> PermissionLevel {
        match self {
            Self::Given(permissions) => permissions.level(scope),
            Self::Default(DefaultPermissions::Write) => PermissionLevel::Write,
            Self::Default(DefaultPermissions::LimitedRead) => match scope {
                "contents" | "packages" => PermissionLevel::Read,
                _ => PermissionLevel::None,
            },
        }
    }

    /// The scopes of which more is asked for than allowed.
    pub(super) fn exceeded_by(&self, asked: &Permissions) -> Exceeded {
        let mut exceeded = Exceeded { requested: Vec::new(), allowed: Vec::new() };
        let others = match &asked.grant {
            PermissionGrant::All(_) => None,
            PermissionGrant::Scopes(scopes) => Some(scopes.keys().map(String::as_str)),
        };
        let others = others.into_iter().flatten();
        let others = others.filter(|scope| !PERMISSION_SCOPES.contains(scope));
        for scope in PERMISSION_SCOPES.iter().copied().chain(others) {
            let (requested, allowed) = (asked.level(scope), self.level(scope));
            if requested > allowed {
                exceeded.requested.push((scope.to_owned(), requested));
                exceeded.allowed.push((scope.to_owned(), allowed));
            }
        }
        exceeded
    }
}
