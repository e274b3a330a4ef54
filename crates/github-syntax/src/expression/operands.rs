//! What an expression looks at: for `--dry-run`, which explains a condition by the values of its
//! operands, and for checks of property names.

use std::ops::Range;

use super::ast::{NodeId, NodeKind, Tree};
use super::evaluate::{Scope, evaluate_node};
use super::value::Value;

/// A property path that starts at a context, such as `steps.build.outputs.*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The context's name in lower case.
    pub context: String,
    /// The properties up to the first that is only known when evaluated; `*` for a filter.
    pub properties: Vec<String>,
    /// Whether the path goes on with an index that is only known when evaluated.
    pub open: bool,
    /// Byte range of the whole path in the source.
    pub range: Range<usize>,
}

/// All paths in the order of the source.
pub(super) fn references(tree: &Tree) -> Vec<Reference> {
    let mut found = Vec::new();
    for node in operand_nodes(tree) {
        if let Some(reference) = reference(tree, node) {
            found.push(reference);
        }
    }
    found
}

/// All paths and calls in the order of the source, as written, with their values.
pub(super) fn operands(source: &str, tree: &Tree, scope: &dyn Scope) -> Vec<(String, Value)> {
    let mut values = Vec::new();
    for id in operand_nodes(tree) {
        let text = &source[tree.node(id).range.clone()];
        if values.iter().any(|(known, _)| known == text) {
            continue;
        }
        if let Ok(value) = evaluate_node(tree, id, scope) {
            values.push((text.to_owned(), value));
        }
    }
    values
}

/// The outermost node of each path, and each call, in the order of the source; an operand that
/// holds others (in an index or an argument) comes before them.
fn operand_nodes(tree: &Tree) -> Vec<NodeId> {
    let mut found = Vec::new();
    let mut pending: Vec<(NodeId, bool)> = tree.root.map(|root| (root, true)).into_iter().collect();
    while let Some((id, outermost)) = pending.pop() {
        let children: Vec<(NodeId, bool)> = match &tree.node(id).kind {
            NodeKind::Literal(_) | NodeKind::Wildcard => Vec::new(),
            NodeKind::Context(_) => {
                if outermost {
                    found.push(id);
                }
                Vec::new()
            }
            NodeKind::Call { arguments, .. } => {
                if outermost {
                    found.push(id);
                }
                arguments.iter().map(|argument| (*argument, true)).collect()
            }
            NodeKind::Index { base, index } => {
                let is_path = starts_with_operand(tree, id);
                if outermost && is_path {
                    found.push(id);
                }
                vec![(*base, !is_path), (*index, true)]
            }
            NodeKind::Not(operand) => vec![(*operand, true)],
            NodeKind::Compare { left, right, .. } => vec![(*left, true), (*right, true)],
            NodeKind::And(operands) | NodeKind::Or(operands) => {
                operands.iter().map(|operand| (*operand, true)).collect()
            }
        };
        pending.extend(children.into_iter().rev());
    }
    found
}

/// Whether what is indexed is, at the bottom, a context or a call.
fn starts_with_operand(tree: &Tree, mut id: NodeId) -> bool {
    while let NodeKind::Index { base, .. } = &tree.node(id).kind {
        id = *base;
    }
    matches!(tree.node(id).kind, NodeKind::Context(_) | NodeKind::Call { .. })
}

fn reference(tree: &Tree, id: NodeId) -> Option<Reference> {
    let range = tree.node(id).range.clone();
    let mut indexes = Vec::new();
    let mut current = id;
    let context = loop {
        match &tree.node(current).kind {
            NodeKind::Index { base, index } => {
                indexes.push(*index);
                current = *base;
            }
            NodeKind::Context(name) => break name.clone(),
            _ => return None,
        }
    };
    let mut properties = Vec::new();
    for index in indexes.iter().rev() {
        match &tree.node(*index).kind {
            NodeKind::Wildcard => properties.push("*".to_owned()),
            NodeKind::Literal(value) => properties.push(value.to_text().into_owned()),
            _ => break,
        }
    }
    let open = properties.len() < indexes.len();
    Some(Reference { context, properties, open, range })
}

#[cfg(test)]
mod tests {
    use super::super::{Availability, EvaluationError, Expression, Object};
    use super::*;

    struct Github;

    impl Scope for Github {
        fn context(&self, name: &str) -> Option<Value> {
            (name == "github").then(|| {
                Value::from([("ref", "main"), ("actor", "ada")].into_iter().collect::<Object>())
            })
        }

        fn call(&self, name: &str, _: &[Value]) -> Option<Result<Value, EvaluationError>> {
            (name == "success").then_some(Ok(Value::Boolean(true)))
        }
    }

    fn parse(source: &str) -> Expression {
        Expression::parse(source, &Availability::any()).unwrap()
    }

    #[test]
    fn shows_operands_with_their_values() {
        let expression =
            parse("success() && github.ref == 'x' || contains(github.actor, env[github.ref])");
        let shown: Vec<String> = expression
            .operands(&Github)
            .into_iter()
            .map(|(source, value)| format!("{source} = {value}"))
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @r"
        success() = true
        github.ref = main
        contains(github.actor, env[github.ref]) = true
        github.actor = ada
        env[github.ref] = 
        ");
    }

    #[test]
    fn names_paths() {
        let references =
            parse("steps.a['Outputs'].*.x[matrix.i].y || (fromJSON(vars.j)).k").references();
        let shown: Vec<String> = references
            .into_iter()
            .map(|path| {
                format!("{} {:?} {} {:?}", path.context, path.properties, path.open, path.range)
            })
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        steps ["a", "Outputs", "*", "x"] true 0..34
        matrix ["i"] false 23..31
        vars ["j"] false 48..54
        "#);
    }
}
