//! Which keywords there are, and what each takes.
//!
//! One static table, split by area; [`check`] holds a configuration against it. A test compares
//! the table with GitLab's official schema where that is at hand.
//!
//! Source: "CI/CD YAML syntax reference" in GitLab's documentation.

pub(crate) mod check;
mod deploy;
pub(crate) mod job;
pub(crate) mod keep;
mod run;
pub(crate) mod top;

/// What a keyword takes.
#[derive(Debug)]
pub enum Shape {
    /// Text; numbers and booleans count as their text.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A whole number within bounds.
    Integer(i64, i64),
    /// One of these words.
    Word(&'static [&'static str]),
    /// A duration in words.
    Duration,
    /// A `/regular expression/`.
    Pattern,
    /// A condition of `if`.
    Condition,
    /// Commands: text, or lists of text within one another.
    Script,
    /// A list.
    List(&'static Shape),
    /// A list, or one item that stands for it.
    OneOrMore(&'static Shape),
    /// A mapping with these keywords.
    Keys(&'static [Key]),
    /// A mapping with keys of the author's own.
    Named(&'static Shape),
    /// Any of these, told apart by the kind of the value.
    Either(&'static [&'static Shape]),
    /// Whatever there is.
    Any,
}

/// One keyword of a mapping.
#[derive(Debug)]
pub struct Key {
    /// How it is written.
    pub name: &'static str,
    /// What it takes.
    pub shape: &'static Shape,
    /// Whether it has to be there.
    pub presence: Presence,
}

/// Whether a keyword has to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// May be missing, or be there with nothing.
    Optional,
    /// May be missing, but if it is there it has a value.
    Filled,
    /// Has to be there.
    Required,
}

/// Declares the keywords of a mapping: `"name" => SHAPE`, with `filled` or `required` before the
/// arrow where it is not optional.
macro_rules! keys {
    ($($(#[$meta:meta])* $visibility:vis $table:ident {
        $($name:literal $($presence:ident)? => $shape:expr),+ $(,)?
    })+) => {
        $(
            $(#[$meta])*
            $visibility static $table: $crate::keywords::Shape =
                $crate::keywords::Shape::Keys(&[$($crate::keywords::Key {
                    name: $name,
                    shape: &$shape,
                    presence: $crate::keywords::presence!($($presence)?),
                }),+]);
        )+
    };
}

macro_rules! presence {
    () => {
        $crate::keywords::Presence::Optional
    };
    (filled) => {
        $crate::keywords::Presence::Filled
    };
    (required) => {
        $crate::keywords::Presence::Required
    };
}

pub(crate) use {keys, presence};

pub use job::JOB;
pub use top::TOP;

impl Shape {
    /// The keywords of the mapping that fits, if one may stand here.
    #[must_use]
    pub fn keys(&self) -> Option<&'static [Key]> {
        match self {
            Self::Keys(keys) => Some(keys),
            Self::List(item) | Self::OneOrMore(item) => item.keys(),
            Self::Either(shapes) => shapes.iter().find_map(|shape| shape.keys()),
            _ => None,
        }
    }

    /// What is expected, for messages.
    #[must_use]
    pub fn expected(&self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Boolean => "`true` or `false`".to_owned(),
            Self::Integer(least, most) => format!("a whole number from {least} to {most}"),
            Self::Word(words) => format!("one of `{}`", words.join("`, `")),
            Self::Duration => "a duration".to_owned(),
            Self::Pattern => "a `/regular expression/`".to_owned(),
            Self::Condition => "a condition".to_owned(),
            Self::Script => "a command or a list of commands".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::OneOrMore(item) => match item.expected().as_str() {
                "text" => "text or a list of texts".to_owned(),
                item => format!("{item}, or a list of them"),
            },
            Self::Keys(_) | Self::Named(_) => "a mapping".to_owned(),
            Self::Either(shapes) => {
                let expected: Vec<String> = shapes.iter().map(|shape| shape.expected()).collect();
                expected.join(" or ")
            }
            Self::Any => "a value".to_owned(),
        }
    }
}
