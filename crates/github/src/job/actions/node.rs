//! Finding the `node` that runs JavaScript actions: on the PATH, else in the tool cache.
//!
//! GitHub's runner brings a `node` for each `using`; here one program runs them all.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::job::shell::which;

/// The program, or what to do about it not being there.
///
/// # Errors
/// When there is none.
pub(crate) fn find(path: &OsStr, tool_cache: &Path, using: &str) -> Result<PathBuf, String> {
    which("node", path).or_else(|| in_tool_cache(tool_cache)).ok_or_else(|| {
        format!(
            "This action is JavaScript ({using}) and needs `node`, which is neither on the PATH \
             nor in the tool cache ({}). Install Node.js (https://nodejs.org), then run again.",
            tool_cache.display()
        )
    })
}

/// This machine's processor as the tool cache names it: by `os.arch()` of Node.js.
#[must_use]
pub fn tool_architecture() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        "x86" => "ia32",
        "arm" => "arm",
        _ => "x64",
    }
}

/// The newest complete version in the tool cache: `node/<version>/<arch>/bin/node` beside
/// `<arch>.complete`.
fn in_tool_cache(tool_cache: &Path) -> Option<PathBuf> {
    let arch = tool_architecture();
    let entries = std::fs::read_dir(tool_cache.join("node")).ok()?;
    let versions = entries.filter_map(|entry| {
        let directory = entry.ok()?.path();
        let version = directory.file_name()?.to_str()?;
        let parts: Vec<u64> = version.split('.').map_while(|part| part.parse().ok()).collect();
        let program = directory.join(arch).join("bin/node");
        let is_complete = directory.join(format!("{arch}.complete")).exists();
        (is_complete && program.is_file() && !parts.is_empty()).then_some((parts, program))
    });
    versions.max().map(|(_, program)| program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_complete_one_is_taken() {
        let cache = tempfile::tempdir().expect("a directory");
        let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "x64" };
        for (version, complete) in [("9.1.0", true), ("20.2.0", true), ("24.0.0", false)] {
            let directory = cache.path().join("node").join(version);
            std::fs::create_dir_all(directory.join(arch).join("bin")).expect("a directory");
            std::fs::write(directory.join(arch).join("bin/node"), "").expect("a file");
            if complete {
                std::fs::write(directory.join(format!("{arch}.complete")), "").expect("a file");
            }
        }
        let found = find(OsStr::new(""), cache.path(), "node20").expect("a node");
        assert!(found.ends_with(format!("20.2.0/{arch}/bin/node")));
        let missing = find(OsStr::new(""), Path::new("/nowhere"), "node20").expect_err("none");
        assert!(missing.contains("Install Node.js"));
    }
}
