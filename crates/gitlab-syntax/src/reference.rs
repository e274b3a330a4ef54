//! `!reference`: parts of other jobs, put in place.
//!
//! Source: "Optimize GitLab CI/CD configuration files", section "`!reference` tags".

use crate::problem::{Problem, ProblemKind};
use crate::value::{Data, Mapping, Value};

/// How many references may lead to one another.
const DEEPEST: usize = 10;

/// Most weight that all references together may add: references of references grow fast.
const MOST_WEIGHT: usize = 50_000_000;

/// Replaces all references of a configuration.
pub(crate) fn apply(configuration: &mut Mapping, problems: &mut Vec<Problem>) {
    if !configuration.iter().any(|(_, value)| has_reference(value)) {
        return;
    }
    let original = configuration.clone();
    let mut resolver = Resolver::new(&original, problems);
    for entry in configuration.edit().values_mut() {
        resolver.resolve(&mut entry.value);
    }
}

fn has_reference(value: &Value) -> bool {
    match &value.data {
        Data::Reference(_) => true,
        Data::List(items) => items.iter().any(has_reference),
        Data::Mapping(mapping) => mapping.iter().any(|(_, value)| has_reference(value)),
        _ => false,
    }
}

/// Replaces references by what they lead to in one configuration.
pub(crate) struct Resolver<'tree, 'problems> {
    configuration: &'tree Mapping,
    problems: &'problems mut Vec<Problem>,
    /// The references that are being followed.
    path: Vec<Vec<String>>,
    /// Weight added so far.
    added: usize,
}

impl<'tree, 'problems> Resolver<'tree, 'problems> {
    pub(crate) const fn new(
        configuration: &'tree Mapping,
        problems: &'problems mut Vec<Problem>,
    ) -> Self {
        Self { configuration, problems, path: Vec::new(), added: 0 }
    }

    /// Replaces a reference that leads to a mapping; leaves any other value as it is.
    pub(crate) fn replace_if_mapping(&mut self, value: &mut Value) {
        let Data::Reference(names) = &value.data else { return };
        if let Some(target) = self.target(names)
            && matches!(target.data, Data::Mapping(_) | Data::Reference(_))
        {
            self.resolve(value);
        }
    }

    /// Replaces all references in a value.
    pub(crate) fn resolve(&mut self, value: &mut Value) {
        match &mut value.data {
            Data::Reference(names) => {
                let names = std::mem::take(names);
                value.data = self.follow(names, value);
            }
            Data::List(items) => items.iter_mut().for_each(|item| self.resolve(item)),
            // What has none stays shared.
            Data::Mapping(mapping) if mapping.iter().any(|(_, value)| has_reference(value)) => {
                mapping.edit().values_mut().for_each(|entry| self.resolve(&mut entry.value));
            }
            _ => {}
        }
    }

    fn follow(&mut self, names: Vec<String>, place: &Value) -> Data {
        let path = names.join(", ");
        let problem = if self.path.contains(&names) {
            ProblemKind::ReferenceCycle { path }
        } else if self.path.len() >= DEEPEST || self.added > MOST_WEIGHT {
            ProblemKind::ReferenceTooDeep { limit: DEEPEST }
        } else if let Some(target) = self.target(&names) {
            let mut target = target.clone();
            self.added = self.added.saturating_add(target.weight());
            self.path.push(names);
            self.resolve(&mut target);
            self.path.pop();
            return target.data;
        } else {
            ProblemKind::UnknownReference { path }
        };
        self.problems.push(Problem::new(place.span, problem));
        Data::Null
    }

    /// The value that a reference names; on the way there, references are followed.
    fn target(&self, names: &[String]) -> Option<&'tree Value> {
        let (first, rest) = names.split_first()?;
        let mut value = self.configuration.get(first)?;
        for name in rest {
            let mut followed = 0;
            while let Data::Reference(inner) = &value.data {
                followed += 1;
                if followed > DEEPEST || inner == names {
                    return None;
                }
                value = self.target_below(inner, followed)?;
            }
            value = value.get(name)?;
        }
        (!value.is_null()).then_some(value)
    }

    fn target_below(&self, names: &[String], depth: usize) -> Option<&'tree Value> {
        let (first, rest) = names.split_first()?;
        let first = self.configuration.get(first)?;
        rest.iter().try_fold(first, |value, name| match (&value.data, depth < DEEPEST) {
            (Data::Reference(_), _) => None,
            (_, true) => value.get(name),
            (_, false) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use windlass_diagnostics::SourceId;

    use super::*;
    use crate::document::read;

    fn resolved(text: &str) -> (serde_json::Value, Vec<ProblemKind>) {
        let mut problems = Vec::new();
        let document = read(SourceId(0), text, &mut problems).expect("it is YAML");
        let Some(Data::Mapping(mut mapping)) = document.body.map(|body| body.data) else {
            panic!("it is a mapping")
        };
        apply(&mut mapping, &mut problems);
        let span = windlass_diagnostics::Span::default();
        let value = Value::new(Data::Mapping(mapping), span).to_json();
        (value, problems.into_iter().map(|problem| problem.kind).collect())
    }

    #[test]
    fn references_are_followed_through_one_another() {
        let text = "\
.a: {script: [one]}
.b: {script: [!reference [.a, script], two]}
job: {script: [!reference [.b, script], three]}
";
        let (value, problems) = resolved(text);
        let script = serde_json::json!([[["one"], "two"], "three"]);
        assert_eq!((value["job"]["script"].clone(), problems), (script, Vec::new()));
    }

    #[test]
    fn a_circle_and_a_missing_part_are_told() {
        let (_, problems) = resolved("a: {x: !reference [b, x]}\nb: {x: !reference [a, x]}\n");
        assert!(problems.iter().any(|kind| matches!(kind, ProblemKind::ReferenceCycle { .. })));
        let (_, problems) = resolved("a: {x: !reference [b, y]}\nb: {x: 1}\n");
        assert!(matches!(problems[..], [ProblemKind::UnknownReference { .. }]));
    }
}
