//! What `--version` says.

/// Version and, where the build knew it, commit.
pub const LONG: &str = match option_env!("WINDLASS_COMMIT") {
    Some(commit) => commit,
    None => env!("CARGO_PKG_VERSION"),
};

/// The version alone, for programs.
pub const SHORT: &str = env!("CARGO_PKG_VERSION");
