//! What has been found so far in one text.

use windlass_diagnostics::Diagnostic;

/// Findings of one text, in the order in which they were found.
pub(crate) struct Findings<'text> {
    text: &'text str,
    found: Vec<Diagnostic>,
}

impl<'text> Findings<'text> {
    pub(crate) const fn new(text: &'text str) -> Self {
        Self { text, found: Vec::new() }
    }

    /// The text that is checked.
    pub(crate) const fn text(&self) -> &'text str {
        self.text
    }

    pub(crate) fn add(&mut self, finding: Diagnostic) {
        self.found.push(finding);
    }

    /// Sorted by place; a finding that an alias of YAML repeats is told once.
    pub(crate) fn in_order(mut self) -> Vec<Diagnostic> {
        let place = |finding: &Diagnostic| {
            finding.primary.as_ref().map_or(0, |label| label.span.start.offset)
        };
        self.found.sort_by_key(place);
        self.found.dedup();
        self.found
    }
}
