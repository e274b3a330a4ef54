//! What is known at one step of text from outside, and which of it an expression gives.

use std::collections::HashMap;
use std::rc::Rc;

use windlass_diagnostics::{Label, Span};
use windlass_github_syntax::expression::{Availability, Expression, Value, View, ViewKind};
use windlass_github_syntax::template::Template;

use super::sources::{self, Segment};
use super::{Origin, Writer, worse};
use crate::outline::each_expression;
use crate::shell::Word;

/// Outputs by name in lower case.
pub(crate) type Outputs = HashMap<String, Origin>;

/// The contexts that carry text from outside, as they are at one step. Names are in lower case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    /// `env`.
    pub(super) env: Outputs,
    /// `steps.<id>.outputs`.
    pub(super) steps: HashMap<String, Outputs>,
    /// `needs.<id>.outputs`, of all jobs so far.
    pub(super) jobs: Rc<HashMap<String, Outputs>>,
    /// `matrix`.
    pub(super) matrix: Outputs,
    /// `inputs` that may be any text.
    pub(super) inputs: Outputs,
}

impl Scope {
    /// An input that may be any text.
    pub(super) fn add_input(&mut self, name: &str, span: Span) {
        let origin = Origin {
            writer: Writer::Collaborator,
            source: format!("inputs.{name}"),
            way: vec![Label { span, text: "any text may be given here".to_owned() }],
        };
        self.inputs.insert(name.to_lowercase(), origin);
    }

    /// Takes in an `env` mapping: its names hide those from outside.
    pub(super) fn add_env(&mut self, env: Option<&Template>, text: &str) {
        for (key, value) in env.and_then(Template::as_mapping).into_iter().flatten() {
            let Some(name) = key.as_str() else { continue };
            match self.of_template(value, text) {
                Some(origin) => {
                    let label = passed(key.span, &origin, &format!("env.{name}"));
                    self.env.insert(name.to_lowercase(), origin.through(label));
                }
                None => {
                    self.env.remove(&name.to_lowercase());
                }
            }
        }
    }

    /// What a value gives.
    pub(super) fn of_template(&self, template: &Template, text: &str) -> Option<Origin> {
        let mut origin = None;
        each_expression(template, text, &mut |view, _| {
            origin = worse(origin.take(), self.of(view));
        });
        origin
    }

    /// What a word of a script gives, by `${{ }}` and by variables.
    pub(crate) fn of_word(&self, word: &Word, variables: &Outputs) -> Option<Origin> {
        let by_variables = word
            .variables()
            .iter()
            .map(|name| name.to_lowercase())
            .filter_map(|name| variables.get(&name).or_else(|| self.env.get(&name)))
            .fold(None, |worst, origin| worse(worst, Some(origin.clone())));
        let mut rest = word.raw.as_str();
        let mut by_expressions = None;
        while let Some((_, behind)) = rest.split_once("${{") {
            let Some((inner, behind)) = behind.split_once("}}") else { break };
            if let Ok(expression) = Expression::parse(inner, &Availability::any()) {
                let origin = expression.root().and_then(|root| self.of(root));
                by_expressions = worse(by_expressions, origin);
            }
            rest = behind;
        }
        worse(by_variables, by_expressions)
    }

    /// The origin of the text that an expression gives; `None` for a text of the workflow's own.
    pub(crate) fn of(&self, view: View<'_>) -> Option<Origin> {
        self.find(view, false)
    }

    fn find(&self, view: View<'_>, is_whole: bool) -> Option<Origin> {
        match view.kind() {
            ViewKind::Literal(_) | ViewKind::Wildcard | ViewKind::Not(_) => None,
            ViewKind::Compare { .. } => None,
            ViewKind::Context(_) | ViewKind::Index { .. } => {
                let (context, path) = path(view)?;
                self.at(context, &path, is_whole)
            }
            // What stands before `&&` decides, and is given only when it is empty or false.
            ViewKind::And(operands) => self.find(*operands.last()?, is_whole),
            ViewKind::Or(operands) => self.worst(&operands, is_whole),
            ViewKind::Call { name, arguments } => match name.to_ascii_lowercase().as_str() {
                "contains" | "startswith" | "endswith" | "hashfiles" | "success" | "failure"
                | "always" | "cancelled" => None,
                "tojson" | "join" => self.worst(&arguments, true),
                _ => self.worst(&arguments, is_whole),
            },
        }
    }

    fn worst(&self, views: &[View<'_>], is_whole: bool) -> Option<Origin> {
        views.iter().fold(None, |worst, view| worse(worst, self.find(*view, is_whole)))
    }

    fn at(&self, context: &str, path: &[Segment], is_whole: bool) -> Option<Origin> {
        let named = |at: usize| path.get(at).and_then(Option::as_deref);
        match context {
            "github" if named(0) == Some("event") && named(1) == Some("inputs") => {
                self.inputs.get(named(2)?).cloned()
            }
            "github" => sources::of_github(path, is_whole),
            "env" => self.env.get(named(0)?).cloned(),
            "inputs" => self.inputs.get(named(0)?).cloned(),
            "matrix" => self.matrix.get(named(0)?).cloned(),
            "steps" | "needs" => {
                let known = if context == "steps" { &self.steps } else { &*self.jobs };
                let outputs = known.get(named(0)?)?;
                outputs.get(named(2)?).or_else(|| outputs.get(ANY_OUTPUT)).cloned()
            }
            _ => None,
        }
    }
}

/// The name under which all outputs of an action are kept.
pub(super) const ANY_OUTPUT: &str = "*";

/// The label of a place that hands a text on under a name.
pub(super) fn passed(span: Span, origin: &Origin, name: &str) -> Label {
    let from = if origin.way.is_empty() { format!("`{}`", origin.source) } else { "it".to_owned() };
    Label { span, text: format!("{from} becomes `{name}` here") }
}

/// The context and the path of `context.name[index].*`.
fn path(mut view: View<'_>) -> Option<(&str, Vec<Segment>)> {
    let mut path = Vec::new();
    loop {
        match view.kind() {
            ViewKind::Context(name) => {
                path.reverse();
                return Some((name, path));
            }
            ViewKind::Index { base, index } => {
                path.push(match index.kind() {
                    ViewKind::Literal(Value::String(name)) => Some(name.to_lowercase()),
                    ViewKind::Wildcard => None,
                    // Some entry of a list.
                    _ => Some("[]".to_owned()),
                });
                view = base;
            }
            _ => return None,
        }
    }
}
