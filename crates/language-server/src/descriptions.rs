//! What keys, events, contexts and functions mean, in a sentence or two of our own.
//!
//! Each table follows a page of GitHub's documentation, which its file names. A test holds the
//! tables against the schema, so that no key goes without words.

mod actions;
mod contexts;
mod events;
mod functions;
mod jobs;
mod workflows;

use windlass_github_rules::FileKind;

pub use contexts::{context, property};
pub use functions::{Function, callable, function};

/// The way to a key, `*` for any name and `[]` for an item, and what the key means.
type Descriptions = &'static [(&'static str, &'static str)];

/// What the key at the end of a way means; the way is that of
/// [`Accepted`](crate::schema::Accepted).
#[must_use]
pub fn key(kind: FileKind, way: &str) -> Option<&'static str> {
    // Steps mean the same in a group, and those of a composite action the same as those of a job.
    let way = way.replace(".parallel[]", "");
    let (tables, way): (&[Descriptions], _) = match kind {
        FileKind::Workflow => (&[workflows::KEYS, events::KEYS, jobs::KEYS, jobs::STEPS], way),
        FileKind::Action => {
            (&[actions::KEYS, jobs::STEPS], way.replace("runs.steps[]", "jobs.*.steps[]"))
        }
    };
    if let Some((above, scope)) = way.rsplit_once('.')
        && (above == "permissions" || above == "jobs.*.permissions")
    {
        let mut scopes = workflows::PERMISSIONS.iter();
        return scopes.find(|(name, _)| *name == scope).map(|(_, text)| *text);
    }
    let mut entries = tables.iter().flat_map(|table| table.iter());
    entries.find(|(pattern, _)| fits(pattern, &way)).map(|(_, text)| *text)
}

/// What an event is.
#[must_use]
pub fn event(name: &str) -> Option<&'static str> {
    key(FileKind::Workflow, &format!("on.{name}"))
}

fn fits(pattern: &str, way: &str) -> bool {
    let (mut pattern, mut way) = (pattern.split('.'), way.split('.'));
    loop {
        match (pattern.next(), way.next()) {
            (None, None) => return true,
            (Some(expected), Some(found)) if expected == "*" || expected == found => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use windlass_github_syntax::schema::{Definition, Shape, action, workflow};

    use super::*;

    /// Every key with a meaning of its own, by its way.
    fn ways(definition: &'static Definition, way: &str, found: &mut Vec<String>) {
        definition.alternatives(&mut |shape| match shape {
            Shape::Sequence(item) if !way.contains("parallel") => {
                ways(item, &format!("{way}[]"), found);
            }
            Shape::Mapping(mapping) => {
                let dot = if way.is_empty() { "" } else { "." };
                for property in mapping.properties {
                    let way = format!("{way}{dot}{}", property.name);
                    found.push(way.clone());
                    ways(property.definition, &way, found);
                }
                if let Some((_, value)) = mapping.loose {
                    ways(value, &format!("{way}{dot}*"), found);
                }
            }
            _ => {}
        });
    }

    #[test]
    fn every_key_of_the_schema_is_described() {
        for (kind, root) in
            [(FileKind::Workflow, &workflow::WORKFLOW), (FileKind::Action, &action::ACTION)]
        {
            let mut found = Vec::new();
            ways(root, "", &mut found);
            found.retain(|way| key(kind, way).is_none());
            found.dedup();
            assert_eq!(found, [""; 0], "{kind:?}");
        }
    }

    #[test]
    fn a_way_fits_a_pattern_of_the_same_length() {
        assert!(fits("jobs.*.env", "jobs.a.env"));
        assert!(!fits("jobs.*.env", "jobs.a.env.b"));
        assert_eq!(
            key(FileKind::Workflow, "jobs.*.steps[].parallel[].run"),
            key(FileKind::Action, "runs.steps[].run")
        );
    }
}
