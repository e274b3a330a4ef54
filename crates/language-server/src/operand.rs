//! The name under the cursor in an expression, and the path that it ends: `steps.build.outputs`.
//!
//! Works on text that no parser would take, since somebody is writing it.

use std::ops::Range;

use crate::CURSOR;

/// A name in an expression.
#[derive(Debug, PartialEq, Eq)]
pub struct Operand<'text> {
    /// The context and properties before the name; empty when it is a context or a function.
    pub path: Vec<&'text str>,
    /// The name.
    pub name: &'text str,
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// Whether a parenthesis follows, so that it is a function.
    pub is_call: bool,
}

/// The bytes of the expression at a byte of a scalar, both counted in the text. `is_condition`
/// says that the whole scalar is one, with or without `${{ }}`.
#[must_use]
pub fn expression(
    text: &str,
    scalar: &Range<usize>,
    offset: usize,
    is_condition: bool,
) -> Option<Range<usize>> {
    let before = text.get(scalar.start..offset)?;
    let open = before.rfind("${{").map(|open| open + "${{".len());
    let is_open = open.is_some_and(|open| !before[open..].contains("}}"));
    match open {
        Some(open) if is_open => {
            let start = scalar.start + open;
            let rest = text.get(start..scalar.end)?;
            Some(start..start + rest.find("}}").unwrap_or(rest.len()))
        }
        _ if is_condition => Some(scalar.clone()),
        _ => None,
    }
}

impl<'text> Operand<'text> {
    /// The name at a byte of an expression. `None` in a string.
    #[must_use]
    pub fn at(text: &'text str, expression: &Range<usize>, offset: usize) -> Option<Self> {
        let before = text.get(expression.start..offset)?;
        if before.matches('\'').count() % 2 == 1 {
            return None;
        }
        let after = text.get(offset..expression.end)?;
        let start = offset - trailing_name(before).len();
        let end = offset + leading_name(after).len();
        let range = start..end;
        let is_call = text[end..expression.end].trim_start().starts_with('(');
        let path = path(text.get(expression.start..start)?)?;
        Some(Self { path, name: &text[range.clone()], range, is_call })
    }
}

const fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | CURSOR)
}

fn trailing_name(text: &str) -> &str {
    &text[text.trim_end_matches(is_name).len()..]
}

fn leading_name(text: &str) -> &str {
    &text[..text.len() - text.trim_start_matches(is_name).len()]
}

/// The path that a text ends with, its last dot included. `None` when the dot follows something
/// other than a path, such as a call.
fn path(mut before: &str) -> Option<Vec<&str>> {
    let mut path = Vec::new();
    while let Some(rest) = before.trim_end().strip_suffix('.') {
        before = rest.trim_end();
        while let Some(rest) = before.strip_suffix(']') {
            let open = rest.rfind('[')?;
            path.push(rest[open + 1..].trim().trim_matches('\''));
            before = rest[..open].trim_end();
        }
        let name = if before.ends_with('*') { "*" } else { trailing_name(before) };
        if name.is_empty() {
            return None;
        }
        path.push(name);
        before = &before[..before.len() - name.len()];
    }
    path.reverse();
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operand(text: &str) -> Option<String> {
        let offset = text.find('|').unwrap();
        let text = text.replace('|', "");
        let expression = expression(&text, &(0..text.len()), offset, false)?;
        let operand = Operand::at(&text, &expression, offset)?;
        let call = if operand.is_call { "()" } else { "" };
        Some(format!("{} / {}{call}", operand.path.join(" "), operand.name))
    }

    #[test]
    fn finds_the_path_to_a_name() {
        assert_eq!(operand("x ${{ git|hub.ref }}").as_deref(), Some(" / github"));
        assert_eq!(operand("${{ a && github.event.re| }}").as_deref(), Some("github event / re"));
        assert_eq!(operand("${{ steps['a b'].outputs.|").as_deref(), Some("steps a b outputs / "));
        assert_eq!(operand("${{ needs.*.res|ult }}").as_deref(), Some("needs * / result"));
        assert_eq!(operand("${{ con|tains(x) }}").as_deref(), Some(" / contains()"));
    }

    #[test]
    fn strings_and_what_follows_calls_have_no_names() {
        assert_eq!(operand("${{ 'git|hub' }}"), None);
        assert_eq!(operand("${{ fromJSON(x).a| }}"), None);
        assert_eq!(operand("${{ a }} git|hub"), None);
    }
}
