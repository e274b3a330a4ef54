//! Images whose content changes under the same name: `latest`, or no tag at all.

use super::Look;
use crate::problem::{Problem, ProblemKind};

pub(super) fn find(look: &Look<'_>, problems: &mut Vec<Problem>) {
    let services = look.each("services").flat_map(|(_, services)| services.flattened());
    for image in look.each("image").map(|(_, image)| image).chain(services) {
        let name = image.get("name").unwrap_or(image);
        if let Some(image) = name.as_text().filter(|text| is_floating(text)) {
            let kind = ProblemKind::FloatingImage { image: image.to_owned() };
            problems.push(Problem::new(name.span, kind));
        }
    }
}

/// Whether the name has neither a digest nor a tag but `latest`; of a name with variables nothing
/// is known.
fn is_floating(image: &str) -> bool {
    if image.contains('@') || image.contains('$') || image.is_empty() {
        return false;
    }
    let last = image.rsplit('/').next().unwrap_or(image);
    last.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}
