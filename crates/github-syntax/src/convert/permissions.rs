//! `permissions`.

use crate::template::{Template, TemplateKind};
use crate::workflow::{PermissionGrant, PermissionLevel, Permissions};

/// Converts `permissions`; `None` when it was neither a known word nor a mapping.
pub(super) fn convert(template: &Template) -> Option<Permissions> {
    let grant = match &template.kind {
        TemplateKind::String(word) => {
            PermissionGrant::All(PermissionLevel::parse(word.strip_suffix("-all")?)?)
        }
        TemplateKind::Mapping(_) => PermissionGrant::Scopes(
            super::named(template)
                .filter_map(|(scope, level)| {
                    Some((scope.value, PermissionLevel::parse(level.as_str()?)?))
                })
                .collect(),
        ),
        _ => return None,
    };
    Some(Permissions { span: template.span, grant })
}
