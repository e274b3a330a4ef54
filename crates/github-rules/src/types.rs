//! Types of expressions: what can be known of a value before it is there.
//!
//! GitHub's language has no types of its own; these follow the page "Contexts reference" and the
//! file itself. [`Type::Any`] is what nothing is known about, and nothing is said about it.

pub(crate) mod infer;
pub(crate) mod literal;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

/// More words than this are remembered as a string like any other.
const MOST_WORDS: usize = 64;

/// What is known of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Type {
    Any,
    Null,
    Bool,
    Number,
    String,
    /// A string that is one of these, in order.
    Words(Rc<[String]>),
    Array(Rc<Type>),
    /// What `.*` gives: a property of it is that property of every element.
    Projection(Rc<Type>),
    Object(Rc<ObjectType>),
}

/// What is known of an object.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ObjectType {
    /// Known properties, names in lower case, which copies share.
    pub(crate) properties: BTreeMap<Rc<str>, Type>,
    /// The type of all others; `None` when there are no others.
    pub(crate) others: Option<Type>,
}

impl Type {
    /// An object with these properties and no others.
    pub(crate) fn closed<N: AsRef<str>>(properties: impl IntoIterator<Item = (N, Self)>) -> Self {
        let properties =
            properties.into_iter().map(|(name, of)| (lower(name.as_ref()), of)).collect();
        Self::Object(Rc::new(ObjectType { properties, others: None }))
    }

    /// An object with any properties of one type.
    pub(crate) fn open(others: Self) -> Self {
        Self::Object(Rc::new(ObjectType { properties: BTreeMap::new(), others: Some(others) }))
    }

    pub(crate) fn array(element: Self) -> Self {
        Self::Array(Rc::new(element))
    }

    /// A string that is one of these.
    pub(crate) fn words<W: Into<String>>(words: impl IntoIterator<Item = W>) -> Self {
        let words: BTreeSet<String> = words.into_iter().map(Into::into).collect();
        if words.len() > MOST_WORDS {
            return Self::String;
        }
        Self::Words(words.into_iter().collect())
    }

    /// Adds a property to an object.
    pub(crate) fn insert(&mut self, name: &str, of: Self) {
        if let Self::Object(object) = self {
            Rc::make_mut(object).properties.insert(lower(name), of);
        }
    }

    /// Whether it is known to be no list and no object.
    pub(crate) const fn is_scalar(&self) -> bool {
        self.is_text() || matches!(self, Self::Null | Self::Bool | Self::Number)
    }

    /// Whether it is known to be a string.
    pub(crate) const fn is_text(&self) -> bool {
        matches!(self, Self::String | Self::Words(_))
    }

    /// Whether it is known to be a list or an object.
    pub(crate) const fn is_collection(&self) -> bool {
        matches!(self, Self::Array(_) | Self::Projection(_) | Self::Object(_))
    }

    /// What is known of a value that is of one of two types.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (left, right) if left == right => left,
            (Self::Words(left), Self::Words(right)) => {
                Self::words(left.iter().chain(right.iter()).cloned())
            }
            (left, right) if left.is_text() && right.is_text() => Self::String,
            (Self::Array(left), Self::Array(right)) => {
                Self::array((*left).clone().or((*right).clone()))
            }
            (Self::Object(left), Self::Object(right)) => Self::Object(Rc::new(left.or(&right))),
            _ => Self::Any,
        }
    }

    /// What is known of all of these together; of none, nothing.
    pub(crate) fn any_of(types: impl IntoIterator<Item = Self>) -> Self {
        types.into_iter().reduce(Self::or).unwrap_or(Self::Any)
    }
}

impl ObjectType {
    /// A property, in any case. `None` when there is none of this name.
    pub(crate) fn property(&self, name: &str) -> Option<Type> {
        let known = self.properties.get(name.to_lowercase().as_str());
        known.or(self.others.as_ref()).cloned()
    }

    fn or(&self, other: &Self) -> Self {
        let mut properties = self.properties.clone();
        for (name, of) in &other.properties {
            let merged = match properties.remove(name) {
                Some(known) => known.or(of.clone()),
                None => of.clone(),
            };
            properties.insert(name.clone(), merged);
        }
        let others = match (&self.others, &other.others) {
            (Some(left), Some(right)) => Some(left.clone().or(right.clone())),
            (left, right) => left.clone().or_else(|| right.clone()),
        };
        Self { properties, others }
    }
}

fn lower(name: &str) -> Rc<str> {
    name.to_lowercase().into()
}

impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Any => "a value",
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::String | Self::Words(_) => "a string",
            Self::Array(_) | Self::Projection(_) => "a list",
            Self::Object(_) => "an object",
        })
    }
}
