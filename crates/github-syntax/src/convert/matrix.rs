//! What can be said about a matrix before it is evaluated.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", `jobs.<job_id>.strategy.matrix`.

use super::Converter;
use crate::problem::ProblemKind;
use crate::reader::suggestion;
use crate::template::{Template, TemplateKind};

impl Converter<'_> {
    pub(super) fn check_matrix(&mut self, strategy: &Template) {
        let Some(matrix) = strategy.get("matrix") else { return };
        let Some(pairs) = matrix.as_mapping() else { return };
        let mut has_values = false;
        for (key, value) in pairs {
            let empty = matches!(&value.kind, TemplateKind::Sequence(values) if values.is_empty());
            match key.as_str() {
                Some("exclude") => {}
                Some("include") => has_values |= !empty,
                vector => {
                    has_values = true;
                    if let (Some(vector), true) = (vector, empty) {
                        let vector = vector.to_owned();
                        self.problem(value.span, ProblemKind::MatrixVectorEmpty { vector });
                    }
                }
            }
        }
        if !has_values {
            self.problem(matrix.span, ProblemKind::MatrixEmpty);
        }
        // What expressions give may add to the matrix.
        if matrix.is_literal() {
            self.check_matrix_entries(matrix, pairs);
        }
    }

    fn check_matrix_entries(&mut self, matrix: &Template, pairs: &[(Template, Template)]) {
        for list in ["include", "exclude"] {
            let entries = matrix.get(list).and_then(Template::as_sequence).unwrap_or_default();
            for entry in entries {
                let keys = entry.as_mapping().unwrap_or_default();
                if keys.is_empty() {
                    self.problem(entry.span, ProblemKind::MatrixEntryEmpty { list });
                }
                for (key, _) in keys.iter().filter(|_| list == "exclude") {
                    self.check_excluded_key(key, pairs);
                }
            }
        }
    }

    fn check_excluded_key(&mut self, key: &Template, pairs: &[(Template, Template)]) {
        let Some(name) = key.as_str() else { return };
        let vectors = pairs.iter().filter_map(|(vector, _)| vector.as_str());
        let mut vectors = vectors.filter(|vector| !matches!(*vector, "include" | "exclude"));
        if vectors.clone().any(|vector| vector.eq_ignore_ascii_case(name)) {
            return;
        }
        let suggestion = suggestion::nearest(name, vectors.by_ref());
        let kind = ProblemKind::MatrixExcludeKey { key: name.to_owned(), suggestion };
        self.problem(key.span, kind);
    }
}
