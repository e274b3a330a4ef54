//! What can be said about a matrix before it is evaluated.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", `jobs.<job_id>.strategy.matrix`.

use super::Converter;
use crate::problem::ProblemKind;
use crate::template::{Template, TemplateKind};

impl Converter<'_> {
    pub(super) fn check_matrix(&mut self, strategy: &Template) {
        let Some(matrix) = strategy.get("matrix") else { return };
        let Some(pairs) = matrix.as_mapping() else { return };
        if pairs.is_empty() {
            self.problem(matrix.span, ProblemKind::MatrixEmpty);
        }
        for (key, value) in pairs {
            let Some(vector) = key.as_str() else { continue };
            let no_values =
                matches!(&value.kind, TemplateKind::Sequence(values) if values.is_empty());
            if no_values && !matches!(vector, "include" | "exclude") {
                let vector = vector.to_owned();
                self.problem(value.span, ProblemKind::MatrixVectorEmpty { vector });
            }
        }
    }
}
