//! Spans, codes and hints of a finding, and the renderers for people and machines.
//!
//! One type serves all dialects; what a code means is said where the rule lives.

pub mod diagnostic;
pub mod fix;
pub mod github;
pub mod json;
pub mod policy;
pub mod rule;
pub mod sarif;
pub mod source;
pub mod text;
pub mod uri;

pub use diagnostic::{Diagnostic, Label, Severity};
pub use fix::{Edit, Fix};
pub use github::{github_notice, render_github};
pub use json::render_json;
pub use policy::Policy;
pub use policy::settings::CheckSettings;
pub use rule::Rule;
pub use sarif::{SarifLog, SarifRule, render_sarif};
pub use source::{Position, SourceFile, SourceId, SourceMap, Span, Spanned};
pub use text::render_text;
