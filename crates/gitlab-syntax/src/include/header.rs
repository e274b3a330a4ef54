//! `spec:include`: definitions of inputs that stand in files of their own.
//!
//! Source: "CI/CD YAML syntax reference", section `spec:include`, and "CI/CD inputs", section
//! "Define pipeline inputs in external files".

use windlass_diagnostics::Span;

use super::{Entry, Inclusion, Loader, entry};
use crate::document::read;
use crate::problem::{Problem, ProblemKind};
use crate::sources::{Answer, Origin, SourceRequest, SourceText};
use crate::value::{Mapping, Value};

impl Loader<'_> {
    /// The inputs that a header asks for: those of the files that it includes in their order, then
    /// its own, which have other names. `None` where a file is missing or wrong.
    pub(super) fn asked_inputs(&mut self, spec: &Value, source: &SourceText) -> Option<Mapping> {
        let mut inputs = Mapping::default();
        if let Some(include) = spec.get("include") {
            if source.component.is_some() {
                let cause = "a component cannot use `spec:include`; its inputs stand in its own \
                             header";
                return self.refuse(include.span, cause.to_owned());
            }
            for entry in include.flattened() {
                self.include_inputs(entry, &source.origin, &mut inputs)?;
            }
        }
        let own = spec.get("inputs").and_then(Value::as_mapping).cloned().unwrap_or_default();
        for (name, entry) in own.entries() {
            if inputs.get(name).is_some() {
                let cause = "is in a file of `spec:include` as well".to_owned();
                let kind = ProblemKind::Input { input: name.clone(), cause };
                self.problems.push(Problem::new(entry.key, kind));
                return None;
            }
        }
        inputs.edit().extend(own.entries().map(|(name, entry)| (name.clone(), entry.clone())));
        Some(inputs)
    }

    fn include_inputs(
        &mut self,
        value: &Value,
        origin: &Origin,
        inputs: &mut Mapping,
    ) -> Option<()> {
        let read = Entry::read(value, origin, &self.variables);
        let requests = match read {
            Ok(entry) => entry.requests,
            Err(cause) => return self.refuse(value.span, cause),
        };
        for request in requests {
            if matches!(request, SourceRequest::Template { .. } | SourceRequest::Component { .. }) {
                let cause = "`spec:include` takes `local`, `remote` and `project`".to_owned();
                return self.refuse(value.span, cause);
            }
            self.count += 1;
            if self.count > self.limit {
                self.refuse_more(value.span, &request);
                return None;
            }
            match self.sources.answer(&request) {
                Answer::Found(texts) => {
                    for text in texts {
                        let found = self.inputs_of(&text, value.span, &request)?;
                        let entries = found.entries();
                        inputs.edit().extend(entries.map(|(name, it)| (name.clone(), it.clone())));
                    }
                }
                Answer::Missing(cause) => {
                    let kind = ProblemKind::IncludeMissing { what: entry::shown(&request), cause };
                    self.problems.push(Problem::new(value.span, kind));
                    return None;
                }
                Answer::NotFetched => {
                    self.missing.push(request);
                    return None;
                }
            }
        }
        Some(())
    }

    /// The inputs in a file, which holds nothing else.
    fn inputs_of(
        &mut self,
        text: &SourceText,
        place: Span,
        request: &SourceRequest,
    ) -> Option<Mapping> {
        let id = self.texts.add(text.name.clone(), text.text.clone());
        if text.origin == Origin::Project {
            self.own.insert(id);
        }
        self.included.insert(id, Inclusion { place, request: request.clone() });
        let document = match read(id, &text.text, &mut self.problems) {
            Ok(document) => document,
            Err(problem) => {
                self.problems.push(*problem);
                return None;
            }
        };
        let body = document.body.unwrap_or_else(|| Value::text("", place));
        let mapping = body.as_mapping();
        let other =
            mapping.into_iter().flat_map(Mapping::entries).find(|(key, _)| *key != "inputs");
        if let Some((_, entry)) = other {
            let cause = "a file of `spec:include` has `inputs` and nothing else".to_owned();
            return self.refuse(entry.key, cause);
        }
        match mapping.and_then(|it| it.get("inputs")).and_then(Value::as_mapping) {
            Some(inputs) => {
                let inputs = inputs.clone();
                self.check(&body, &crate::keywords::top::SHARED_INPUTS, "");
                Some(inputs)
            }
            None => self.refuse(place, format!("{} has no `inputs`", entry::shown(request))),
        }
    }

    fn refuse<T>(&mut self, place: Span, cause: String) -> Option<T> {
        self.problems.push(Problem::new(place, ProblemKind::Include { cause }));
        None
    }
}
