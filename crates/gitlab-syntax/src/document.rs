//! From a text to the tree of its configuration: aliases written out, merge keys merged.
//!
//! Source: "CI/CD YAML syntax reference", section "Header keywords", and "Optimize GitLab CI/CD
//! configuration files", section "Anchors".

use windlass_diagnostics::{Position, SourceId, Span};
use windlass_yaml::{Content, Limits, NodeRef, ScalarStyle, parse};

use crate::problem::{Problem, ProblemKind};
use crate::scalar::resolve_plain;
use crate::value::{Data, Entry, Mapping, Value};

/// Most values of a file with all aliases written out.
const MOST_VALUES: u64 = 1_000_000;

/// Most text of a file in bytes with all aliases written out.
const MOST_TEXT: usize = 50_000_000;

/// Deepest nesting with all aliases written out; GitLab's own limit.
const DEEPEST: u32 = 100;

/// A file of configuration.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// The header with `spec`, if there is one.
    pub header: Option<Value>,
    /// The configuration; `None` if there is nothing.
    pub body: Option<Value>,
}

/// The start of a text, for what is wrong with it as a whole.
pub(crate) const fn start_of(source: SourceId) -> Span {
    Span::at(source, Position { offset: 0, line: 1, column: 1 })
}

/// Reads a text. What is only odd is added to `problems`.
///
/// # Errors
/// What keeps the text from being read at all.
pub fn read(
    source: SourceId,
    text: &str,
    problems: &mut Vec<Problem>,
) -> Result<Document, Box<Problem>> {
    let documents = parse(source, text, &Limits::default()).map_err(|error| {
        let span = error.span().unwrap_or(start_of(source));
        Box::new(Problem::new(span, ProblemKind::Yaml(error)))
    })?;
    let mut roots = Vec::new();
    for document in &documents {
        let root = document.root();
        let refuse = |kind| Err(Box::new(Problem::new(root.span(), kind)));
        if root.node.expanded > MOST_VALUES {
            return refuse(ProblemKind::TooManyValues { limit: MOST_VALUES });
        }
        if root.node.height > DEEPEST {
            return refuse(ProblemKind::TooDeep { limit: DEEPEST });
        }
        let mut reader = Reader { problems, text: 0 };
        roots.push(reader.value(root));
        if reader.text > MOST_TEXT {
            return refuse(ProblemKind::TooMuchText { limit: MOST_TEXT });
        }
    }
    if let Some(third) = roots.get(2) {
        return Err(Box::new(Problem::new(third.span, ProblemKind::TooManyDocuments)));
    }
    let mut roots = roots.into_iter();
    let (first, second) = (roots.next(), roots.next());
    Ok(match (first, second) {
        (Some(first), second) if first.get("spec").is_some() => {
            Document { header: Some(first), body: second.filter(|body| !body.is_null()) }
        }
        (first, _) => Document { header: None, body: first },
    })
}

struct Reader<'problems> {
    problems: &'problems mut Vec<Problem>,
    /// Bytes of text read so far, aliases written out.
    text: usize,
}

impl Reader<'_> {
    fn value(&mut self, node: NodeRef<'_, '_>) -> Value {
        let span = node.span();
        let node = node.resolved();
        if node.node.tag.as_ref().is_some_and(|tag| tag.0 == "!reference") {
            return Value::new(self.reference(node), span);
        }
        self.text += node.as_str().map_or(0, str::len);
        if self.text > MOST_TEXT {
            return Value::new(Data::Null, span);
        }
        let data = match &node.node.content {
            Content::Scalar { text, style: ScalarStyle::Plain } => resolve_plain(text),
            Content::Scalar { text, .. } => Data::Text(text.as_ref().into()),
            Content::Sequence(_) => Data::List(node.items().map(|item| self.value(item)).collect()),
            Content::Mapping(_) => Data::Mapping(self.mapping(node)),
            Content::Alias { .. } => Data::Null,
        };
        // An explicit `!!str` makes text of what looks like something else.
        let is_text = node.node.tag.as_ref().is_some_and(|tag| tag.core() == Some("str"));
        match node.as_str() {
            Some(text) if is_text => Value::text(text, span),
            _ => Value::new(data, span),
        }
    }

    fn reference(&mut self, node: NodeRef<'_, '_>) -> Data {
        let names: Option<Vec<String>> =
            node.items().map(|item| item.resolved().as_str().map(str::to_owned)).collect();
        match names {
            Some(names) if !names.is_empty() => Data::Reference(names),
            _ => {
                self.problems.push(Problem::new(node.span(), ProblemKind::ReferenceNotList));
                Data::Null
            }
        }
    }

    fn mapping(&mut self, node: NodeRef<'_, '_>) -> Mapping {
        let mut mapping = Mapping::with_capacity(node.pairs().len());
        let mut own: Vec<&str> = Vec::with_capacity(node.pairs().len());
        for (key, value) in node.pairs() {
            let Some(name) = key.resolved().as_str() else {
                self.problems.push(Problem::new(key.span(), ProblemKind::KeyNotText));
                continue;
            };
            if name == "<<" {
                self.merge(&mut mapping, value);
                continue;
            }
            let entry = Entry { key: key.span(), value: self.value(value) };
            if let Some(earlier) = mapping.edit().insert(name.to_owned(), entry)
                && own.contains(&name)
            {
                let kind = ProblemKind::DuplicateKey { key: name.to_owned() };
                let first = Problem::new(key.span(), kind);
                self.problems.push(first.related(earlier.key, "the first one"));
            }
            own.push(name);
        }
        mapping
    }

    /// The mappings of a merge key. As in GitLab's reader, keys before `<<` give way to it, and
    /// keys after it do not.
    fn merge(&mut self, mapping: &mut Mapping, node: NodeRef<'_, '_>) {
        let merged = self.value(node);
        let span = node.span();
        match merged.data {
            Data::Mapping(pairs) => take_over(mapping, &pairs),
            Data::List(items) => {
                // The first of several is the strongest.
                for item in items.into_iter().rev() {
                    match item.data {
                        Data::Mapping(pairs) => take_over(mapping, &pairs),
                        _ => self.refuse_merge(item.span, item.kind()),
                    }
                }
            }
            Data::Null => {}
            other => self.refuse_merge(span, Value::new(other, span).kind()),
        }
    }

    fn refuse_merge(&mut self, span: Span, found: &'static str) {
        self.problems.push(Problem::new(span, ProblemKind::MergeNotMapping { found }));
    }
}

/// Takes over the pairs of another mapping, which replace what is there.
fn take_over(mapping: &mut Mapping, pairs: &Mapping) {
    mapping.edit().extend(pairs.entries().map(|(key, entry)| (key.clone(), entry.clone())));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> serde_json::Value {
        let document = read(SourceId(0), text, &mut Vec::new()).expect("it is YAML");
        document.body.expect("it has a body").to_json()
    }

    #[test]
    fn merge_keys_and_aliases_are_written_out() {
        let text = "\
.a: &a {image: one, script: x}
.b: &b {image: two}
job:
  <<: [*b, *a]
  stage: test
copy: *a
";
        let body = body(text);
        assert_eq!(
            body["job"],
            serde_json::json!({"image": "two", "script": "x", "stage": "test"})
        );
        assert_eq!(body["copy"]["image"], "one");
    }

    #[test]
    fn a_header_is_the_first_of_two_documents_and_has_spec() {
        let document = read(SourceId(0), "spec:\n  inputs: {}\n---\njob: {}\n", &mut Vec::new());
        let document = document.expect("it is YAML");
        assert!(document.header.is_some() && document.body.is_some());
        assert_eq!(body("---\njob: {}\n---\n"), serde_json::json!({"job": {}}));
    }

    #[test]
    fn a_key_that_is_there_twice_counts_the_second_time_and_is_told() {
        let mut problems = Vec::new();
        let document = read(SourceId(0), "a: 1\nb: 2\na: 3\n", &mut problems).expect("it is YAML");
        assert_eq!(document.body.expect("a body").to_json(), serde_json::json!({"a": 3, "b": 2}));
        assert_eq!(problems.len(), 1);
    }

    #[test]
    fn a_bomb_of_aliases_is_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let below = format!("*a{0}", level - 1);
            let items = vec![below; 10].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{items}]\n"));
        }
        let refused = read(SourceId(0), &text, &mut Vec::new()).expect_err("it is too large");
        assert!(matches!(refused.kind, ProblemKind::TooManyValues { .. }));
    }
}
