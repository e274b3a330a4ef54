//! `format('… {0} …', value, …)`: a text with values put in. `{{` and `}}` stand for braces.

use super::super::error::EvaluationError;
use super::super::evaluate::Arguments;
use super::super::memory::Counter;
use super::super::value::Value;

/// Only the arguments that the text names are evaluated, each once.
pub(super) fn call(arguments: &Arguments<'_>) -> Result<Value, EvaluationError> {
    let format = arguments.value(0)?;
    let format = format.to_text();
    let mut values: Vec<Option<Value>> = vec![None; arguments.len() - 1];
    let mut output = Output { text: String::new(), counter: arguments.counter() };
    let mut rest: &str = &format;
    while let Some(position) = rest.find(['{', '}']) {
        let (before, brace) = rest.split_at(position);
        output.push(before)?;
        if let Some(after) = ["{{", "}}"].iter().find_map(|twice| brace.strip_prefix(twice)) {
            output.push(&brace[..1])?;
            rest = after;
            continue;
        }
        let Some(placeholder) = Placeholder::read(brace) else {
            return Err(EvaluationError::InvalidFormat { format: format.into_owned() });
        };
        let Some(slot) = values.get_mut(placeholder.argument) else {
            return Err(EvaluationError::MissingFormatArgument { format: format.into_owned() });
        };
        let value = match slot {
            Some(value) => value,
            None => slot.insert(arguments.value(placeholder.argument + 1)?),
        };
        if !placeholder.specifier.is_empty() {
            return Err(EvaluationError::FormatSpecifier {
                specifier: placeholder.specifier,
                kind: value.kind(),
            });
        }
        output.push(&value.to_text())?;
        rest = &brace[placeholder.length..];
    }
    output.push(rest)?;
    Ok(Value::from(output.text))
}

struct Output {
    text: String,
    counter: Counter,
}

impl Output {
    fn push(&mut self, text: &str) -> Result<(), EvaluationError> {
        self.counter.add_text(text)?;
        self.text.push_str(text);
        Ok(())
    }
}

/// `{0}` or `{0:specifier}`.
struct Placeholder {
    argument: usize,
    specifier: String,
    /// Bytes, braces included.
    length: usize,
}

impl Placeholder {
    /// Reads the placeholder that begins with the first character, a brace.
    fn read(text: &str) -> Option<Self> {
        let inner = text.strip_prefix('{')?;
        let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
        let argument = usize::from(inner[..digits].parse::<u8>().ok()?);
        let after = &inner[digits..];
        if after.starts_with('}') {
            return Some(Self { argument, specifier: String::new(), length: digits + 2 });
        }
        let mut specifier = String::new();
        let mut rest = after.strip_prefix(':')?;
        loop {
            let end = rest.find('}')?;
            specifier.push_str(&rest[..end]);
            rest = &rest[end + 1..];
            match rest.strip_prefix('}') {
                Some(further) => {
                    specifier.push('}');
                    rest = further;
                }
                None => {
                    return Some(Self { argument, specifier, length: text.len() - rest.len() });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{Availability, EmptyScope, Expression};

    fn evaluate(source: &str) -> String {
        let expression = Expression::parse(source, &Availability::any()).unwrap();
        match expression.evaluate(&EmptyScope) {
            Ok(value) => value.to_string(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn puts_values_in() {
        assert_eq!(evaluate("format('{1}-{0}-{1}', 'a', 2)"), "2-a-2");
        assert_eq!(evaluate("format('{{0}} }}{{', 1)"), "{0} }{");
        assert_eq!(evaluate("format('{{{0}}}', 1)"), "{1}");
        assert_eq!(evaluate("format('plain', fromJSON('nonsense'))"), "plain");
    }

    #[test]
    fn refuses_bad_placeholders() {
        for source in ["'{'", "'}'", "'{x}'", "'{0'", "'{256}', 1", "'{ 0}', 1", "'{-1}', 1"] {
            let result = evaluate(&format!("format({source})"));
            assert!(result.starts_with("error: `format` cannot read"), "{source}: {result}");
        }
        insta::assert_snapshot!(
            evaluate("format('{1}', 0)"),
            @"error: `format` was given fewer arguments than its format string `{1}` names"
        );
        insta::assert_snapshot!(
            evaluate("format('{0:yyyy}}}', 0)"),
            @"error: `format` does not support the format specifier `yyyy}` for Number"
        );
    }
}
