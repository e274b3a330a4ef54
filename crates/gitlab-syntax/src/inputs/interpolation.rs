//! `$[[ inputs.name | function ]]`: values put into a configuration.
//!
//! A text that is nothing but one block becomes the value with its type; elsewhere the value is
//! put in as text. What is put in is not looked at again.
//!
//! Source: "CI/CD inputs", sections "Input types" and "Specify functions to manipulate input
//! values"; "CI/CD components", section "Use component context in components".

use std::cell::Cell;

use crate::inputs::InputValues;
use crate::problem::{Problem, ProblemKind};
use crate::sources::ComponentFacts;
use crate::value::{Data, Entry, Mapping, Value};
use crate::variables::Variables;

/// Most functions in one block.
const MOST_FUNCTIONS: usize = 3;

/// A text that inputs are put into never grows beyond this many bytes; GitLab's own limit.
const LARGEST_TEXT: usize = 1024 * 1024;

/// Most weight that all inputs together may put into a file.
const MOST_WEIGHT: usize = 1024 * 1024;

/// What blocks may be filled with.
pub(crate) struct Interpolation<'values> {
    pub inputs: &'values InputValues,
    /// Of a component that asked for it.
    pub component: Option<&'values ComponentFacts>,
    /// What `expand_vars` knows.
    pub variables: &'values Variables,
    /// Weight put in so far.
    pub filled: Cell<usize>,
}

impl Interpolation<'_> {
    /// Fills in all blocks of a value and its keys.
    pub(crate) fn fill(&self, value: &mut Value, problems: &mut Vec<Problem>) {
        match &mut value.data {
            Data::Text(text) if text.contains("$[[") => match self.filled(text) {
                Ok(data) => value.data = data,
                Err(kind) => problems.push(Problem::new(value.span, kind)),
            },
            Data::List(items) => items.iter_mut().for_each(|item| self.fill(item, problems)),
            Data::Mapping(mapping) => self.fill_mapping(mapping, problems),
            Data::Reference(names) => {
                for name in names.iter_mut().filter(|name| name.contains("$[[")) {
                    match self.filled_text(name) {
                        Ok(text) => *name = text,
                        Err(kind) => problems.push(Problem::new(value.span, kind)),
                    }
                }
            }
            _ => {}
        }
    }

    fn fill_mapping(&self, mapping: &mut Mapping, problems: &mut Vec<Problem>) {
        for entry in mapping.edit().values_mut() {
            self.fill(&mut entry.value, problems);
        }
        if !mapping.entries().any(|(key, _)| key.contains("$[[")) {
            return;
        }
        let entries = std::mem::take(mapping.edit());
        for (key, Entry { key: span, value }) in entries {
            let key = self.filled_text(&key).unwrap_or_else(|kind| {
                problems.push(Problem::new(span, kind));
                key
            });
            mapping.edit().insert(key, Entry { key: span, value });
        }
    }

    fn filled(&self, text: &str) -> Result<Data, ProblemKind> {
        if let Some(block) = Block::at(text, 0)
            && block.length == text.len()
        {
            return self.value_of(&block).map(|value| value.data);
        }
        self.filled_text(text).map(|text| Data::Text(text.into()))
    }

    fn filled_text(&self, text: &str) -> Result<String, ProblemKind> {
        let mut filled = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(found) = text[at..].find("$[[") {
            filled.push_str(&text[at..at + found]);
            at += found;
            let Some(block) = Block::at(text, at) else {
                return Err(refuse(&text[at..], "`]]` is missing"));
            };
            filled.push_str(&shown(&self.value_of(&block)?));
            if filled.len() > LARGEST_TEXT {
                return Err(refuse(block.written, "the text becomes larger than 1 MiB"));
            }
            at += block.length;
        }
        filled.push_str(&text[at..]);
        Ok(filled)
    }

    fn value_of(&self, block: &Block<'_>) -> Result<Value, ProblemKind> {
        let mut parts = block.inner.split('|').map(str::trim);
        let path = parts.next().unwrap_or_default();
        let mut value = self.named(path, block)?;
        self.filled.set(self.filled.get().saturating_add(value.weight()));
        if self.filled.get() > MOST_WEIGHT {
            return Err(refuse(block.written, "inputs put more than 1 MiB into the file"));
        }
        let functions: Vec<&str> = parts.collect();
        if functions.len() > MOST_FUNCTIONS {
            return Err(refuse(block.written, "a block has at most three functions"));
        }
        for function in functions {
            let Some(text) = value.as_text() else {
                return Err(refuse(block.written, "functions take text, and this is none"));
            };
            // Source: "CI/CD inputs", `expand_vars`.
            if function == "expand_vars"
                && self.variables.concealed().expand(text) != self.variables.expand(text)
            {
                return Err(refuse(block.written, "`expand_vars` expands no masked variables"));
            }
            let text = self.apply(function, text).ok_or_else(|| {
                refuse(block.written, &format!("there is no function `{function}`"))
            })?;
            value = Value::text(text, value.span);
        }
        Ok(value)
    }

    fn named(&self, path: &str, block: &Block<'_>) -> Result<Value, ProblemKind> {
        if let Some(name) = path.strip_prefix("inputs.") {
            return self
                .inputs
                .get(name)
                .cloned()
                .ok_or_else(|| refuse(block.written, &format!("the file has no input `{name}`")));
        }
        if let Some((name, facts)) = path.strip_prefix("component.").zip(self.component) {
            let text = match name {
                "name" => Some(&facts.name),
                "sha" => Some(&facts.sha),
                "version" => Some(&facts.version),
                "reference" => Some(&facts.reference),
                _ => None,
            };
            if let Some(text) = text {
                return Ok(Value::text(text.as_str(), windlass_diagnostics::Span::default()));
            }
        }
        // Filled in when `needs` is written out.
        if path.starts_with("matrix.") {
            return Ok(Value::text(block.written, windlass_diagnostics::Span::default()));
        }
        Err(refuse(block.written, &format!("`{path}` is nothing that can be put in here")))
    }

    fn apply(&self, function: &str, text: &str) -> Option<String> {
        match function {
            "expand_vars" => Some(self.variables.expand(text)),
            "posix_escape" => Some(posix_escaped(text)),
            _ => {
                let arguments = function.strip_prefix("truncate(")?.strip_suffix(')')?;
                let (offset, length) = arguments.split_once(',')?;
                let (offset, length) = (offset.trim().parse().ok()?, length.trim().parse().ok()?);
                Some(text.chars().skip(offset).take(length).collect())
            }
        }
    }
}

fn refuse(block: &str, cause: &str) -> ProblemKind {
    let block = block.lines().next().unwrap_or_default().chars().take(100).collect();
    ProblemKind::Interpolation { block, cause: cause.to_owned() }
}

/// One block.
struct Block<'text> {
    /// With its brackets.
    written: &'text str,
    /// Between its brackets.
    inner: &'text str,
    length: usize,
}

impl<'text> Block<'text> {
    /// The block that starts here.
    fn at(text: &'text str, at: usize) -> Option<Self> {
        let rest = &text[at..];
        let inner = rest.strip_prefix("$[[")?;
        let end = inner.find("]]")?;
        let length = end + 5;
        Some(Self { written: &rest[..length], inner: inner[..end].trim(), length })
    }
}

/// A value as it stands in a text.
pub(crate) fn shown(value: &Value) -> String {
    value.as_scalar().unwrap_or_else(|| match value.data {
        Data::Null => String::new(),
        _ => value.to_json().to_string(),
    })
}

/// The text with everything that a POSIX shell might take as more than a character escaped.
fn posix_escaped(text: &str) -> String {
    if text.is_empty() {
        return "''".to_owned();
    }
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        let is_plain = character.is_ascii_alphanumeric() || "_-.,:+/@".contains(character);
        match character {
            '\n' => escaped.push_str("'\n'"),
            _ if is_plain || !character.is_ascii() => escaped.push(character),
            _ => {
                escaped.push('\\');
                escaped.push(character);
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use windlass_diagnostics::Span;

    use super::*;
    use crate::variables::Variable;

    fn filled(text: &str) -> Result<serde_json::Value, ProblemKind> {
        let span = Span::default();
        let inputs: InputValues = [
            ("name", Value::text("0123456789", span)),
            ("port", Value::new(Data::Number("80".to_owned()), span)),
            ("list", Value::new(Data::List(vec![Value::text("a", span)]), span)),
            ("variable", Value::text("<$VARIABLE>", span)),
            ("secret", Value::text("<$SECRET>", span)),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        let masked = Variable { masked: true, ..Variable::literal("hidden") };
        let variables =
            [("VARIABLE", Variable::new("it's")), ("SECRET", masked)].into_iter().collect();
        let interpolation = Interpolation {
            inputs: &inputs,
            component: None,
            variables: &variables,
            filled: Cell::new(0),
        };
        interpolation.filled(text).map(|data| Value::new(data, span).to_json())
    }

    #[test]
    fn a_whole_text_takes_the_type_of_the_input_and_a_part_is_text() {
        assert_eq!(filled("$[[ inputs.port ]]"), Ok(80.into()));
        assert_eq!(filled("$[[inputs.list]]"), Ok(serde_json::json!(["a"])));
        assert_eq!(filled("p:$[[ inputs.port ]]$[[ inputs.port ]]"), Ok("p:8080".into()));
        assert_eq!(filled("$[[ inputs.list ]]!"), Ok("[\"a\"]!".into()));
    }

    #[test]
    fn functions_are_applied_in_their_order() {
        assert_eq!(filled("$[[ inputs.name | truncate(3,5) ]]"), Ok("34567".into()));
        assert_eq!(
            filled("$[[ inputs.variable | expand_vars | posix_escape ]]"),
            Ok("\\<it\\'s\\>".into())
        );
    }

    #[test]
    fn masked_variables_are_not_put_into_the_file() {
        let problem = filled("$[[ inputs.secret | expand_vars ]]").expect_err("it is masked");
        let ProblemKind::Interpolation { cause, .. } = problem else { panic!("{problem:?}") };
        assert!(cause.contains("no masked variables"), "{cause}");
    }

    #[test]
    fn what_cannot_be_filled_in_is_told() {
        for text in [
            "$[[ inputs.unknown ]]",
            "$[[ inputs.name | rot13 ]]",
            "$[[ inputs.name | expand_vars | expand_vars | expand_vars | expand_vars ]]",
            "$[[ inputs.port | expand_vars ]]",
            "$[[ inputs.name",
            "$[[ name ]]",
        ] {
            let problem = filled(text).expect_err(text);
            assert!(matches!(problem, ProblemKind::Interpolation { .. }), "{text}");
        }
    }
}
