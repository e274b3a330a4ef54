//! What a step said about the sources: errors, warnings and notices with their places.
//!
//! GitHub shows at most 10 of each level a step (GitHub Docs, "Workflow commands for GitHub
//! Actions", limits of annotations); what comes after that is counted and stays in the log.

use std::path::Path;

use windlass_kernel::{Annotation, AnnotationLevel, NodeId};

use super::command_line::CommandLine;

/// How many annotations of one level a step may have.
const LIMIT: usize = 10;
/// The most bytes of one message that travel; the log has all of it.
const MESSAGE_LIMIT: usize = 4096;

/// Where an annotation points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The file as the step named it.
    pub file: Option<String>,
    /// First line, from 1.
    pub line: Option<u32>,
    /// Last line, from 1.
    pub end_line: Option<u32>,
    /// First column, from 1.
    pub column: Option<u32>,
    /// Last column, from 1.
    pub end_column: Option<u32>,
    /// A heading.
    pub title: Option<String>,
}

impl Place {
    /// The place that the properties of an `error`, `warning` or `notice` command name. What is
    /// not a number is passed over.
    pub fn from_properties(command: &CommandLine) -> Self {
        let text = |name| command.property(name).map(str::to_owned);
        let number = |name| command.property(name).and_then(|value| value.trim().parse().ok());
        Place {
            file: text("file"),
            line: number("line"),
            end_line: number("endLine"),
            column: number("col"),
            end_column: number("endColumn"),
            title: text("title"),
        }
    }
}

/// The annotations of one step.
#[derive(Debug, Default)]
pub(crate) struct Annotations {
    kept: Vec<(AnnotationLevel, String, Place)>,
    dropped: usize,
}

impl Annotations {
    /// Notes one, or counts it when the step has said too much already.
    pub fn add(&mut self, level: AnnotationLevel, mut message: String, place: Place) {
        if self.kept.iter().filter(|(other, ..)| *other == level).count() >= LIMIT {
            self.dropped += 1;
            return;
        }
        if message.len() > MESSAGE_LIMIT {
            message.truncate(message.floor_char_boundary(MESSAGE_LIMIT));
            message.push('…');
        }
        self.kept.push((level, message, place));
    }

    /// Whether this was said already.
    pub fn has(&self, level: AnnotationLevel, message: &str) -> bool {
        self.kept.iter().any(|(other, text, _)| *other == level && text == message)
    }

    /// How many were noted.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.kept.len()
    }

    /// The first one.
    #[cfg(test)]
    pub fn first(&self) -> Option<&(AnnotationLevel, String, Place)> {
        self.kept.first()
    }

    /// How many were counted only, as a line for the log.
    pub fn overflow(&self) -> Option<String> {
        (self.dropped > 0).then(|| {
            format!(
                "##[notice]{} more annotations stay in this log: {LIMIT} of each level are kept \
                 a step, as on GitHub.",
                self.dropped
            )
        })
    }

    /// The annotations as the run reports them: masked, files relative to the workspace.
    pub fn into_reported(
        self,
        node: &NodeId,
        workspace: &Path,
        mask: impl Fn(&str) -> String,
    ) -> impl Iterator<Item = Annotation> {
        self.kept.into_iter().map(move |(level, message, place)| Annotation {
            node: node.clone(),
            level,
            message: mask(&message),
            title: place.title.as_deref().map(&mask),
            file: place.file.as_deref().map(|file| mask(relative(file, workspace))),
            line: place.line,
            end_line: place.end_line,
            column: place.column,
            end_column: place.end_column,
        })
    }
}

fn relative<'a>(file: &'a str, workspace: &Path) -> &'a str {
    let inside = Path::new(file).strip_prefix(workspace).ok().and_then(Path::to_str);
    inside.unwrap_or(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_of_a_level_are_kept() {
        let mut annotations = Annotations::default();
        for number in 0..15 {
            let place = Place { file: Some("/w/a.c".to_owned()), ..Place::default() };
            annotations.add(AnnotationLevel::Warning, number.to_string(), place);
        }
        annotations.add(AnnotationLevel::Error, "e".repeat(10_000), Place::default());
        assert!(annotations.overflow().is_some_and(|line| line.starts_with("##[notice]5 more")));
        let node = NodeId::new("job/step");
        let reported: Vec<_> =
            annotations.into_reported(&node, Path::new("/w"), str::to_uppercase).collect();
        assert_eq!(reported.len(), 11);
        assert_eq!(reported[0].file.as_deref(), Some("A.C"));
        assert!(reported[10].message.len() < 5_000);
    }
}
