//! A configuration as a tree that can be merged: every value knows where it was written.
//!
//! Aliases are written out and merge keys merged; `!reference` is still there until
//! [`crate::reference`] replaces it.

use std::sync::Arc;

use indexmap::IndexMap;
use windlass_diagnostics::Span;

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// Where.
    pub span: Span,
    /// What.
    pub data: Data,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// Nothing.
    Null,
    /// `true`, `yes`, `on` and their opposites.
    Boolean(bool),
    /// A number, as it is shown.
    Number(String),
    /// Text; copies share it.
    Text(Arc<str>),
    /// A list.
    List(Vec<Value>),
    /// A mapping.
    Mapping(Mapping),
    /// `!reference [job, keyword]`.
    Reference(Vec<String>),
}

/// The pairs of a mapping in the order of the text. Copies share them until one is changed, since
/// many jobs take over the same parts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mapping(Arc<Entries>);

/// Keys are looked up many times for each job; their hash is keyed anew for each map, against texts
/// that are made to collide.
pub type Entries = IndexMap<String, Entry, foldhash::fast::RandomState>;

/// One pair of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Where the key was written.
    pub key: Span,
    /// The value.
    pub value: Value,
}

impl Value {
    /// Ties data to its place.
    #[must_use]
    pub const fn new(data: Data, span: Span) -> Self {
        Self { span, data }
    }

    /// A text.
    pub fn text(text: impl Into<Arc<str>>, span: Span) -> Self {
        Self::new(Data::Text(text.into()), span)
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self.data, Data::Null)
    }

    /// The text of a text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match &self.data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A text, number or boolean as text.
    #[must_use]
    pub fn as_scalar(&self) -> Option<String> {
        match &self.data {
            Data::Text(text) => Some(String::from(&**text)),
            Data::Number(text) => Some(text.clone()),
            Data::Boolean(truth) => Some(truth.to_string()),
            _ => None,
        }
    }

    /// The truth of a boolean.
    #[must_use]
    pub const fn as_boolean(&self) -> Option<bool> {
        match self.data {
            Data::Boolean(truth) => Some(truth),
            _ => None,
        }
    }

    /// A whole number.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        match &self.data {
            Data::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The pairs of a mapping.
    #[must_use]
    pub const fn as_mapping(&self) -> Option<&Mapping> {
        match &self.data {
            Data::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// The items of a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.data {
            Data::List(items) => Some(items),
            _ => None,
        }
    }

    /// The value of a key, if this is a mapping that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_mapping()?.get(key)
    }

    /// The items of a list, or the value itself where one may stand for a list of one. Nothing
    /// for nothing. Lists within the list are written out.
    #[must_use]
    pub fn flattened(&self) -> Vec<&Self> {
        let mut found = Vec::new();
        self.flatten_into(&mut found);
        found
    }

    fn flatten_into<'tree>(&'tree self, found: &mut Vec<&'tree Self>) {
        match &self.data {
            Data::Null => {}
            Data::List(items) => items.iter().for_each(|item| item.flatten_into(found)),
            _ => found.push(self),
        }
    }

    /// The texts of a list of texts, or the one text that stands for it.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.flattened().into_iter().filter_map(Self::as_scalar).collect()
    }

    /// How much it is: bytes of text and a few more for each value, with all that it shares with
    /// others counted each time.
    #[must_use]
    pub fn weight(&self) -> usize {
        const OF_A_VALUE: usize = 32;
        OF_A_VALUE
            + match &self.data {
                Data::Text(text) => text.len(),
                Data::Number(text) => text.len(),
                Data::List(items) => items.iter().map(Self::weight).sum(),
                Data::Mapping(mapping) => mapping.weight(),
                Data::Null | Data::Boolean(_) | Data::Reference(_) => 0,
            }
    }

    /// How many lists and mappings lie within one another.
    #[must_use]
    pub fn depth(&self) -> usize {
        match &self.data {
            Data::List(items) => 1 + items.iter().map(Self::depth).max().unwrap_or_default(),
            Data::Mapping(mapping) => {
                let depths = mapping.iter().map(|(_, value)| value.depth());
                1 + depths.max().unwrap_or_default()
            }
            _ => 0,
        }
    }

    /// What it is, with its article, for messages.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.data {
            Data::Null => "nothing",
            Data::Boolean(_) => "a boolean",
            Data::Number(_) => "a number",
            Data::Text(_) => "text",
            Data::List(_) => "a list",
            Data::Mapping(_) => "a mapping",
            Data::Reference(_) => "a reference",
        }
    }

    /// The same as JSON.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.data {
            Data::Null => Json::Null,
            Data::Boolean(truth) => Json::Bool(*truth),
            Data::Number(text) => {
                serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.clone()))
            }
            Data::Text(text) => Json::String(text.to_string()),
            Data::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Data::Mapping(mapping) => Json::Object(
                mapping.iter().map(|(key, value)| (key.to_owned(), value.to_json())).collect(),
            ),
            Data::Reference(path) => Json::String(format!("!reference [{}]", path.join(", "))),
        }
    }

    /// A value that came as JSON, e.g. an input; all of it at one place.
    #[must_use]
    pub fn from_json(json: &serde_json::Value, span: Span) -> Self {
        use serde_json::Value as Json;
        let data = match json {
            Json::Null => Data::Null,
            Json::Bool(truth) => Data::Boolean(*truth),
            Json::Number(number) => Data::Number(number.to_string()),
            Json::String(text) => Data::Text(text.as_str().into()),
            Json::Array(items) => {
                Data::List(items.iter().map(|item| Self::from_json(item, span)).collect())
            }
            Json::Object(pairs) => {
                let entries = pairs.iter().map(|(key, value)| {
                    (key.clone(), Entry { key: span, value: Self::from_json(value, span) })
                });
                Data::Mapping(entries.collect())
            }
        };
        Self::new(data, span)
    }
}

impl FromIterator<(String, Entry)> for Mapping {
    fn from_iter<Pairs: IntoIterator<Item = (String, Entry)>>(pairs: Pairs) -> Self {
        Self(Arc::new(pairs.into_iter().collect()))
    }
}

impl Mapping {
    /// None yet, with room for so many.
    #[must_use]
    pub fn with_capacity(count: usize) -> Self {
        Self(Arc::new(Entries::with_capacity_and_hasher(count, Default::default())))
    }

    /// The pairs to be changed, no longer shared.
    pub fn edit(&mut self) -> &mut Entries {
        Arc::make_mut(&mut self.0)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The pairs with the places of their keys, in order.
    pub fn entries(&self) -> impl ExactSizeIterator<Item = (&String, &Entry)> {
        self.0.iter()
    }

    /// The pair of a key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.0.get(key)
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key).map(|entry| &entry.value)
    }

    /// The value of a key, unless it is nothing.
    #[must_use]
    pub fn filled(&self, key: &str) -> Option<&Value> {
        self.get(key).filter(|value| !value.is_null())
    }

    /// Keys and values in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, entry)| (key.as_str(), &entry.value))
    }

    /// As [`Value::weight`].
    #[must_use]
    pub fn weight(&self) -> usize {
        self.iter().map(|(key, value)| key.len() + value.weight()).sum()
    }

    /// Takes all pairs of `stronger`: mappings in both are merged, all else is replaced.
    ///
    /// Source: "CI/CD YAML syntax reference", section `extends`: hashes are merged, arrays are
    /// not.
    pub fn merge(&mut self, stronger: &Self) {
        if self.is_empty() {
            return self.clone_from(stronger);
        }
        let pairs = self.edit();
        for (key, entry) in stronger.0.iter() {
            match pairs.get_mut(key) {
                Some(weaker) => {
                    weaker.value.merge(&entry.value);
                    weaker.key = entry.key;
                }
                None => {
                    pairs.insert(key.clone(), entry.clone());
                }
            }
        }
    }
}

impl Value {
    /// As [`Mapping::merge`] where both are mappings, else `stronger` takes its place.
    pub fn merge(&mut self, stronger: &Self) {
        match (&mut self.data, &stronger.data) {
            (Data::Mapping(weaker), Data::Mapping(stronger_pairs)) => {
                weaker.merge(stronger_pairs);
                self.span = stronger.span;
            }
            _ => self.clone_from(stronger),
        }
    }
}
