//! What GitHub accepts at each key of workflow and action files: a model of its definitions.
//!
//! One static table, split by area; [`crate::reader`] walks it. Source: GitHub Docs, "Workflow
//! syntax for GitHub Actions", "Metadata syntax reference", "Contexts reference" (section
//! "Context availability") and "Events that trigger workflows". A test compares it with the
//! official definitions where these are at hand.

pub mod action;
pub mod availability;
pub mod branding;
pub mod container;
pub mod events;
pub mod job;
pub mod scalars;
pub mod step;
pub mod workflow;

use crate::expression::Availability;

/// What is accepted at one key.
#[derive(Debug)]
pub struct Definition {
    /// What expressions may use at this key and below it; `None` inherits from above.
    pub available: Option<&'static Availability>,
    /// The values that fit.
    pub shape: Shape,
}

/// The values that fit.
#[derive(Debug)]
pub enum Shape {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// Any text; numbers, booleans and null count as their text.
    Text,
    /// Any text but the empty one.
    NonEmptyText,
    /// One of these words.
    Words(&'static [&'static str]),
    /// A list of one kind of items.
    Sequence(&'static Definition),
    /// A mapping.
    Mapping(Mapping),
    /// What any of these accepts. Alternatives inherit `available` from here.
    OneOf(&'static [&'static Definition]),
    /// Whatever YAML can say.
    Any,
}

/// The keys of a mapping.
#[derive(Debug)]
pub struct Mapping {
    /// Keys with a meaning of their own.
    pub properties: &'static [Property],
    /// Other keys: what a key and its value must be. `None` allows no others.
    pub loose: Option<(&'static Definition, &'static Definition)>,
    /// Whether GitHub passes over other keys in silence.
    pub ignores_others: bool,
}

/// A key with a meaning of its own.
#[derive(Debug)]
pub struct Property {
    /// The key, exactly.
    pub name: &'static str,
    /// What its value must be.
    pub definition: &'static Definition,
    /// Whether the mapping needs it.
    pub required: bool,
}

impl Mapping {
    /// What is accepted under a key with a meaning of its own.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&'static Definition> {
        self.properties.iter().find(|known| known.name == name).map(|known| known.definition)
    }
}

impl Definition {
    /// Calls `visit` with each shape that is not a choice, alternatives in order.
    pub fn alternatives(&'static self, visit: &mut dyn FnMut(&'static Shape)) {
        match &self.shape {
            Shape::OneOf(alternatives) => {
                alternatives.iter().for_each(|alternative| alternative.alternatives(visit));
            }
            shape => visit(shape),
        }
    }
}

/// Declares definitions: `NAME = shape`, or `NAME in AVAILABILITY = shape`.
macro_rules! define {
    ($($(#[$meta:meta])* $name:ident $(in $available:ident)? = $shape:expr;)*) => {
        $(
            $(#[$meta])*
            pub static $name: $crate::schema::Definition = $crate::schema::Definition {
                available: $crate::schema::available!($($available)?),
                shape: $shape,
            };
        )*
    };
}

/// The availability of a definition, if it has one of its own.
macro_rules! available {
    () => {
        None
    };
    ($available:ident) => {
        Some(&$crate::schema::availability::$available)
    };
}

/// A mapping: `"key" => DEFINITION`, `"key" required => DEFINITION`, and behind a semicolon
/// `KEY => VALUE` for all other keys, or `ignoring others`.
macro_rules! mapping {
    ($($key:literal $($required:ident)? => $definition:path),* $(,)? $(; $loose_key:path => $loose_value:path)?) => {
        $crate::schema::Shape::Mapping($crate::schema::Mapping {
            properties: &[$($crate::schema::Property {
                name: $key,
                definition: &$definition,
                required: $crate::schema::required!($($required)?),
            }),*],
            loose: $crate::schema::loose!($($loose_key => $loose_value)?),
            ignores_others: false,
        })
    };
    ($($key:literal => $definition:path),* $(,)?; ignoring others) => {
        $crate::schema::Shape::Mapping($crate::schema::Mapping {
            properties: &[$($crate::schema::Property {
                name: $key,
                definition: &$definition,
                required: false,
            }),*],
            loose: None,
            ignores_others: true,
        })
    };
}

/// Whether a property is required.
macro_rules! required {
    () => {
        false
    };
    (required) => {
        true
    };
}

/// The loose keys of a mapping.
macro_rules! loose {
    () => {
        None
    };
    ($key:path => $value:path) => {
        Some((&$key, &$value))
    };
}

pub(crate) use {available, define, loose, mapping, required};
