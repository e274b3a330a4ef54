//! The file that is asked about, and the files beside it.

use windlass_diagnostics::SourceId;
use windlass_github_rules::{FileKind, KnownContexts, Neighbours};
use windlass_github_syntax::{parse_action, parse_workflow};

use crate::operand::{Operand, expression};
use crate::outline::Node;
use crate::place::{Place, Target};
use crate::text::Text;

/// The files of a project, by their path from its root with `/`.
pub trait Files {
    /// The text of a file, as far as it can be read.
    fn read(&self, path: &str) -> Option<String>;

    /// The workflow files.
    fn workflows(&self) -> Vec<String>;

    /// The folders that hold an action.
    fn actions(&self) -> Vec<String>;
}

/// A file that is open in the editor.
pub struct Subject<'run> {
    /// What it is.
    pub kind: FileKind,
    /// Its path from the project's root.
    pub path: &'run str,
    /// Its text as it is now.
    pub text: &'run Text,
    /// The project's files.
    pub files: &'run dyn Files,
    /// The actions and workflows that it refers to.
    pub neighbours: Neighbours<'run>,
}

impl<'run> Subject<'run> {
    /// A file with the files beside it.
    #[must_use]
    pub fn new(kind: FileKind, path: &'run str, text: &'run Text, files: &'run dyn Files) -> Self {
        let neighbours = Neighbours::new(|path: &str| files.read(path));
        Self { kind, path, text, files, neighbours }
    }

    /// What is known of the contexts at a place. While the line of the cursor is no YAML the file
    /// is read without it.
    #[must_use]
    pub fn contexts(&self, place: &Place<'_, '_>, offset: usize) -> Option<KnownContexts> {
        let text = self.text.as_str();
        self.contexts_in(text, place)
            .or_else(|| self.contexts_in(&without_line(text, offset), place))
    }

    fn contexts_in(&self, text: &str, place: &Place<'_, '_>) -> Option<KnownContexts> {
        let step = place.step().map_or(usize::MAX, |(position, _)| position);
        let (source, project) = (SourceId::default(), &self.neighbours);
        match self.kind {
            FileKind::Workflow => {
                let workflow = parse_workflow(source, self.path, text).tree?;
                let job = place.job().map(|(id, _)| id);
                Some(KnownContexts::of_workflow(&workflow, job, step, project))
            }
            FileKind::Action => {
                let action = parse_action(source, self.path, text).tree?;
                Some(KnownContexts::of_action(&action, step, project))
            }
        }
    }
}

/// The text with spaces in place of one line.
fn without_line(text: &str, offset: usize) -> String {
    let start = text.get(..offset).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let mut without = text.to_owned();
    without.replace_range(start..start + line.len(), &" ".repeat(line.len()));
    without
}

/// The name in an expression at a byte of a text, where there is one.
#[must_use]
pub fn operand<'text>(
    text: &'text str,
    place: &Place<'_, 'text>,
    offset: usize,
) -> Option<Operand<'text>> {
    let Target::Value = place.target else { return None };
    let is_condition = matches!(place.key(), Some("if" | "pre-if" | "post-if"));
    let expression = expression(text, &place.node.range, offset, is_condition)?;
    Operand::at(text, &expression, offset)
}

/// The text of `uses` in a step or job.
#[must_use]
pub fn uses<'text>(node: &Node<'text>) -> Option<&'text str> {
    node.get("uses").and_then(Node::as_str)
}
