//! `GITHUB_STEP_SUMMARY`: a page in Markdown that a step writes for people.
//!
//! Source: GitHub Docs, "Workflow commands for GitHub Actions", "Adding a job summary".

/// The variable that names the file.
pub(crate) const VARIABLE: &str = "GITHUB_STEP_SUMMARY";

/// The most a step may write, in bytes (1 MiB, "Step isolation and limits" in the same page).
pub(crate) const LIMIT: u64 = 1024 * 1024;

/// What is said of a page of `size` bytes, which is too large to be kept.
pub(crate) fn too_large(size: u64) -> String {
    format!(
        "$GITHUB_STEP_SUMMARY supports content up to a size of {}k, got {}k. The summary is \
         dropped; write less, or write the rest to the log",
        LIMIT / 1024,
        size.div_ceil(1024)
    )
}
