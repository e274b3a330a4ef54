//! How much of a workflow GitHub accepts.

/// The limits of one reading. The defaults are those of GitHub's own parser (the parse options of
/// actions/runner); a server may lower them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest file, in characters.
    pub file_size: usize,
    /// Deepest nesting of lists and mappings.
    pub depth: usize,
    /// Most values, aliases written out.
    pub values: u64,
    /// Largest result in bytes as GitHub counts them, called workflows included.
    pub result_size: usize,
    /// How many levels of workflows may call one another, not counting the first caller.
    pub nested_workflows: usize,
    /// Most jobs of a workflow, called workflows included, before matrices are expanded.
    pub jobs: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_size: 1024 * 1024,
            depth: 50,
            values: 1_000_000,
            result_size: 10 * 1024 * 1024,
            nested_workflows: 9,
            jobs: 100_000,
        }
    }
}
