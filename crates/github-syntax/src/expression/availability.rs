//! Which contexts and which functions an expression may use where it stands.
//!
//! The table of keys itself ("Contexts reference", section "Context availability") belongs to the
//! schema; here are only the type and the look-up.

/// A function that is answered by the [`Scope`](super::Scope), not by the language itself:
/// `hashFiles`, `success`, `failure`, `always`, `cancelled`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AvailableFunction {
    /// As GitHub's documentation spells it; matched in any case.
    pub name: &'static str,
    /// Fewest arguments.
    pub minimum: usize,
    /// Most arguments.
    pub maximum: usize,
}

impl AvailableFunction {
    /// A function of this name that takes `minimum` to `maximum` arguments.
    #[must_use]
    pub const fn new(name: &'static str, minimum: usize, maximum: usize) -> Self {
        Self { name, minimum, maximum }
    }
}

/// The contexts and the functions, beyond the built-in ones, that an expression may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    contexts: Contexts,
    functions: &'static [AvailableFunction],
    any_function: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Contexts {
    Any,
    Listed(&'static [&'static str]),
    Named(Vec<String>),
}

impl Availability {
    /// Exactly these contexts and, besides the built-in functions, exactly these functions.
    #[must_use]
    pub const fn new(
        contexts: &'static [&'static str],
        functions: &'static [AvailableFunction],
    ) -> Self {
        Self { contexts: Contexts::Listed(contexts), functions, any_function: false }
    }

    /// Every name of a context and of a function, with any number of arguments for functions that
    /// are not built in.
    #[must_use]
    pub const fn any() -> Self {
        Self { contexts: Contexts::Any, functions: &[], any_function: true }
    }

    /// These context names, known only when the program runs, and the built-in functions.
    #[must_use]
    pub fn of_contexts<I: IntoIterator<Item = String>>(names: I) -> Self {
        let contexts = Contexts::Named(names.into_iter().collect());
        Self { contexts, functions: &[], any_function: false }
    }

    /// Whether a context of this name, in any case, may be read.
    #[must_use]
    pub fn allows_context(&self, name: &str) -> bool {
        matches!(self.contexts, Contexts::Any)
            || self.context_names().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// The names of the contexts that may be read; empty for [`Availability::any`].
    pub fn context_names(&self) -> impl Iterator<Item = &str> {
        let (listed, named): (&[&str], &[String]) = match &self.contexts {
            Contexts::Any => (&[], &[]),
            Contexts::Listed(names) => (names, &[]),
            Contexts::Named(names) => (&[], names),
        };
        listed.iter().copied().chain(named.iter().map(String::as_str))
    }

    /// The functions, beyond the built-in ones, that may be called; empty for
    /// [`Availability::any`].
    #[must_use]
    pub fn functions(&self) -> &'static [AvailableFunction] {
        self.functions
    }

    pub(super) fn function(&self, name: &str) -> Option<Allowed> {
        let declared = self.functions.iter().find(|known| known.name.eq_ignore_ascii_case(name));
        match declared {
            Some(function) => Some(Allowed::Declared(*function)),
            None if self.any_function => Some(Allowed::Undeclared),
            None => None,
        }
    }
}

/// Why a function that is not built in may be called.
pub(super) enum Allowed {
    /// It is listed.
    Declared(AvailableFunction),
    /// Every name is allowed.
    Undeclared,
}
