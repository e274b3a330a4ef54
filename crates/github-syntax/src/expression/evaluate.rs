//! Tree to value. Operands are evaluated only when GitHub would look at them.
//!
//! Total: any tree in any scope gives a value or an [`EvaluationError`]; depth is bounded by the
//! parser and memory by [`Memory`].

use std::cell::RefCell;
use std::sync::Arc;

use super::ast::{Comparison, Function, NodeId, NodeKind, Tree};
use super::error::EvaluationError;
use super::memory::{ITEM_BYTES, Memory, value_bytes};
use super::object::Object;
use super::value::Value;

/// What evaluation may take unless the scope says otherwise, in bytes: what GitHub's own
/// implementations allow by default.
pub const DEFAULT_MEMORY_LIMIT: usize = 1024 * 1024;

/// Where an expression is evaluated: gives it the values of contexts and answers the functions
/// that are not part of the language itself.
pub trait Scope {
    /// The value of a context; the name is in lower case. Called once for each mention, and only
    /// when it is needed, so a scope may build contexts lazily; it should keep what it built, for
    /// `==` compares objects by identity. None is read as null.
    fn context(&self, name: &str) -> Option<Value>;

    /// The result of `success`, `failure`, `always`, `cancelled` or `hashFiles`, spelled as
    /// declared in [`Availability`](super::Availability). None where the scope does not know it.
    fn call(&self, function: &str, arguments: &[Value]) -> Option<Result<Value, EvaluationError>>;

    /// The most that strings and arrays made on the way may take together, in bytes.
    fn memory_limit(&self) -> usize {
        DEFAULT_MEMORY_LIMIT
    }
}

/// A scope without contexts or functions.
#[derive(Debug, Clone, Copy, Default)]
pub struct EmptyScope;

impl Scope for EmptyScope {
    fn context(&self, _name: &str) -> Option<Value> {
        None
    }

    fn call(
        &self,
        _function: &str,
        _arguments: &[Value],
    ) -> Option<Result<Value, EvaluationError>> {
        None
    }
}

/// The value of a whole tree; null for an empty one.
pub(super) fn evaluate(tree: &Tree, scope: &dyn Scope) -> Result<Value, EvaluationError> {
    tree.root.map_or(Ok(Value::Null), |root| evaluate_node(tree, root, scope))
}

/// The value of one node and what is below it.
pub(super) fn evaluate_node(
    tree: &Tree,
    node: NodeId,
    scope: &dyn Scope,
) -> Result<Value, EvaluationError> {
    let memory = RefCell::new(Memory::new(scope.memory_limit()));
    Evaluator { tree, scope, memory }.value(node, 0)
}

pub(super) struct Evaluator<'a> {
    tree: &'a Tree,
    scope: &'a dyn Scope,
    pub(super) memory: RefCell<Memory>,
}

/// A value, and whether it is the result of a filter: an index on that applies to each item.
struct Evaluated {
    value: Value,
    filtered: bool,
}

impl Evaluated {
    fn plain(value: Value) -> Self {
        Self { value, filtered: false }
    }
}

impl Evaluator<'_> {
    pub(super) fn value(&self, node: NodeId, level: usize) -> Result<Value, EvaluationError> {
        self.node(node, level).map(|evaluated| evaluated.value)
    }

    fn node(&self, id: NodeId, level: usize) -> Result<Evaluated, EvaluationError> {
        let below = level + 1;
        let evaluated = match &self.tree.node(id).kind {
            NodeKind::Literal(value) => Evaluated::plain(value.clone()),
            NodeKind::Wildcard => Evaluated::plain(Value::Null),
            NodeKind::Context(name) => {
                Evaluated::plain(self.scope.context(name).unwrap_or_default())
            }
            NodeKind::Call { function, arguments } => {
                Evaluated::plain(self.call(function, arguments, level)?)
            }
            NodeKind::Index { base, index } => return self.index(*base, *index, level),
            NodeKind::Not(operand) => {
                Evaluated::plain(Value::Boolean(!self.value(*operand, below)?.is_truthy()))
            }
            NodeKind::Compare { operator, left, right } => {
                let left = self.value(*left, below)?;
                let right = self.value(*right, below)?;
                Evaluated::plain(Value::Boolean(holds(*operator, &left, &right)))
            }
            NodeKind::And(operands) => self.chain(operands, false, below)?,
            NodeKind::Or(operands) => self.chain(operands, true, below)?,
        };
        let scalar = evaluated.value.is_scalar();
        self.memory.borrow_mut().add(level, value_bytes(&evaluated.value), scalar)?;
        Ok(evaluated)
    }

    /// The first operand of this truth, else the last one.
    fn chain(
        &self,
        operands: &[NodeId],
        until: bool,
        level: usize,
    ) -> Result<Evaluated, EvaluationError> {
        let mut last = Evaluated::plain(Value::Null);
        for operand in operands {
            last = self.node(*operand, level)?;
            if last.value.is_truthy() == until {
                break;
            }
        }
        Ok(last)
    }

    fn call(
        &self,
        function: &Function,
        arguments: &[NodeId],
        level: usize,
    ) -> Result<Value, EvaluationError> {
        let arguments = Arguments { evaluator: self, nodes: arguments, level: level + 1 };
        match function {
            Function::BuiltIn(built_in) => built_in.call(&arguments),
            Function::Scope(name) => {
                let values: Vec<Value> = (0..arguments.len())
                    .map(|each| arguments.value(each))
                    .collect::<Result<_, _>>()?;
                match self.scope.call(name, &values) {
                    Some(result) => result,
                    None => Err(EvaluationError::UnknownFunction { name: name.clone() }),
                }
            }
        }
    }

    /// `base[index]`; the index is looked at only where the base has items.
    fn index(
        &self,
        base: NodeId,
        index: NodeId,
        level: usize,
    ) -> Result<Evaluated, EvaluationError> {
        let base = self.node(base, level + 1)?;
        let wildcard = matches!(self.tree.node(index).kind, NodeKind::Wildcard);
        let index = if wildcard {
            Index::Every
        } else if base.value.is_scalar() {
            Index::Nothing
        } else {
            Index::of(self.value(index, level + 1)?)
        };
        if !base.filtered && !wildcard {
            let value = index.select(&base.value).cloned().unwrap_or_default();
            let scalar = value.is_scalar();
            self.memory.borrow_mut().add(level, value_bytes(&value), scalar)?;
            return Ok(Evaluated::plain(value));
        }
        let single = [base.value];
        let bases = match (&single, base.filtered) {
            ([Value::Array(items)], true) => items.as_slice(),
            _ => &single,
        };
        let items = self.filter(bases, &index)?;
        let bytes = ITEM_BYTES * items.len();
        self.memory.borrow_mut().add(level, bytes, false)?;
        Ok(Evaluated { value: Value::from(items), filtered: true })
    }

    /// The selected items of each base, one after another; what has none is passed over.
    fn filter(&self, bases: &[Value], index: &Index) -> Result<Vec<Value>, EvaluationError> {
        let mut counter = self.memory.borrow().counter();
        let mut selected = Vec::new();
        for base in bases {
            match (index, base) {
                (Index::Every, Value::Array(items)) => {
                    counter.add(ITEM_BYTES * items.len())?;
                    selected.extend(items.iter().cloned());
                }
                (Index::Every, Value::Object(object)) => {
                    counter.add(ITEM_BYTES * object.len())?;
                    selected.extend(object.values().cloned());
                }
                _ => {
                    if let Some(item) = index.select(base) {
                        counter.add(ITEM_BYTES)?;
                        selected.push(item.clone());
                    }
                }
            }
        }
        Ok(selected)
    }
}

/// What stands between the brackets, as a name and as a position.
enum Index {
    Every,
    Nothing,
    /// An array or object as index selects from nothing.
    Scalar(Value),
}

impl Index {
    fn of(value: Value) -> Self {
        if value.is_scalar() { Self::Scalar(value) } else { Self::Nothing }
    }

    fn select<'v>(&self, base: &'v Value) -> Option<&'v Value> {
        let Self::Scalar(index) = self else { return None };
        match base {
            Value::Array(items) => position(index.to_number()).and_then(|place| items.get(place)),
            Value::Object(object) => select_property(object, index),
            _ => None,
        }
    }
}

fn select_property<'v>(object: &'v Arc<Object>, index: &Value) -> Option<&'v Value> {
    object.get(&index.to_text())
}

/// A number as a place in an array; fractions are cut off.
fn position(number: f64) -> Option<usize> {
    if number.is_nan() || number < 0.0 || number > f64::from(i32::MAX) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
    Some(number as usize)
}

fn holds(operator: Comparison, left: &Value, right: &Value) -> bool {
    match operator {
        Comparison::Equal => left.loosely_equals(right),
        Comparison::NotEqual => !left.loosely_equals(right),
        Comparison::Less => left.loose_order(right).is_some_and(std::cmp::Ordering::is_lt),
        Comparison::Greater => left.loose_order(right).is_some_and(std::cmp::Ordering::is_gt),
        Comparison::LessOrEqual => {
            left.loosely_equals(right) || holds(Comparison::Less, left, right)
        }
        Comparison::GreaterOrEqual => {
            left.loosely_equals(right) || holds(Comparison::Greater, left, right)
        }
    }
}

/// The arguments of a call, each evaluated when it is asked for.
pub(super) struct Arguments<'a> {
    evaluator: &'a Evaluator<'a>,
    nodes: &'a [NodeId],
    level: usize,
}

impl Arguments<'_> {
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The value of one argument; null where there is none of this number.
    pub(super) fn value(&self, position: usize) -> Result<Value, EvaluationError> {
        self.nodes
            .get(position)
            .map_or(Ok(Value::Null), |node| self.evaluator.value(*node, self.level))
    }

    /// Counts the memory of the result under construction.
    pub(super) fn counter(&self) -> super::memory::Counter {
        self.evaluator.memory.borrow().counter()
    }
}
