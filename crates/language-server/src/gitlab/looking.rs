//! Hover and go to definition in a configuration.

use windlass_gitlab_syntax::keywords::{Key, Presence};

use super::files;
use super::names::Named;
use super::schema::Accepted;
use crate::definition::{Definition, anchor, here};
use crate::dialect::Asked;
use crate::hover::Hover;
use crate::outline::Outline;
use crate::place::{Place, Target};
use crate::subject::Files as _;

/// What the table says of the keyword at a byte.
#[must_use]
pub fn hover(text: &str, offset: usize) -> Option<Hover> {
    let outline = Outline::new(text);
    let place = Place::at(&outline, offset);
    let Target::Key(entry) = place.target else { return None };
    let keyword = Accepted::at(&place).keyword(entry.key)?;
    let words = format!("`{}`: {}", entry.key, describe(keyword));
    Some(Hover { range: entry.key_range.clone(), words })
}

/// What a keyword takes, in Markdown.
#[must_use]
pub fn describe(keyword: &Key) -> String {
    let mut words = keyword.shape.expected();
    if keyword.presence == Presence::Required {
        words.push_str("; required");
    }
    if let Some(keys) = keyword.shape.keys() {
        let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
        words.push_str("\n\nkeywords: `");
        words.push_str(&names.join("`, `"));
        words.push('`');
    }
    words
}

/// Where the stage, job, file or anchor named at a byte is written.
#[must_use]
pub fn definition(asked: &Asked<'_>, offset: usize) -> Option<Definition> {
    let outline = Outline::new(asked.text.as_str());
    let place = Place::at(&outline, offset);
    let Target::Value = place.target else { return None };
    let value = place.node.as_str()?;
    if let Some(name) = value.strip_prefix('*') {
        return anchor(&outline, &place, name);
    }
    let named = Named::at(&Accepted::at(&place).way)?;
    if named == Named::File {
        let path = files::paths(value, asked.files).into_iter().next()?;
        asked.files.read(&path)?;
        return Some(Definition { path: Some(path), range: 0..0 });
    }
    let files = files::read(files::main_of(asked.path, asked.files), asked.files);
    let found = named.all(&files).into_iter().filter(|name| name.name == value);
    // A job may be written in several files; the one at hand goes first.
    let found = found.min_by_key(|name| name.path != asked.path)?;
    Some(if found.path == asked.path {
        here(found.range)
    } else {
        Definition { path: Some(found.path.to_owned()), range: found.range }
    })
}
