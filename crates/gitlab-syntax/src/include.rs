//! `include`: files that become part of the configuration.
//!
//! [`entry`] reads one entry, [`header`] those of `spec:include`; here they are fetched, filled in and merged: each file over the ones
//! before it, and the file that includes over all that it includes.
//!
//! Source: "CI/CD YAML syntax reference", section `include`, and "Use CI/CD configuration from
//! other files".

mod entry;
mod header;

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use windlass_diagnostics::{SourceId, SourceMap, Span};

use crate::document::{Document, read, start_of};
use crate::inputs::interpolation::Interpolation;
use crate::inputs::{self, Specification};
use crate::keywords::Shape;
use crate::keywords::check::Checker;
use crate::keywords::top::{INCLUDES, SPEC};
use crate::knowledge::Knowledge;
use crate::problem::{Problem, ProblemKind};
use crate::sources::{Answer, Origin, SourceRequest, SourceText, Sources};
use crate::value::{Data, Mapping, Value};
use crate::variables::Variables;

use entry::Entry;

/// How a text got into the configuration.
#[derive(Debug, Clone)]
struct Inclusion {
    /// The entry of `include` that names it.
    place: Span,
    /// What was asked for.
    request: SourceRequest,
}

/// Reads a configuration with everything it includes.
pub(crate) struct Loader<'call> {
    pub sources: &'call dyn Sources,
    pub knowledge: &'call Knowledge<'call>,
    /// Most files that may be included.
    pub limit: usize,
    /// What `include` may use: the variables outside of the configuration.
    pub variables: Variables,
    /// The texts that were read.
    pub texts: SourceMap,
    /// The texts of the project itself.
    own: HashSet<SourceId>,
    /// By text: the entry that included it.
    included: HashMap<SourceId, Inclusion>,
    pub problems: Vec<Problem>,
    /// What has to be fetched first.
    pub missing: Vec<SourceRequest>,
    count: usize,
}

impl<'call> Loader<'call> {
    pub(crate) fn new(
        sources: &'call dyn Sources,
        knowledge: &'call Knowledge<'call>,
        limit: usize,
    ) -> Self {
        Self {
            sources,
            knowledge,
            limit,
            variables: knowledge.facts.levels().merged(),
            texts: SourceMap::new(),
            own: HashSet::new(),
            included: HashMap::new(),
            problems: Vec::new(),
            missing: Vec::new(),
            count: 0,
        }
    }

    /// The entries of `include` that led to a text, from the nearest on.
    pub(crate) fn chain(&self, mut source: SourceId) -> Vec<Span> {
        let mut chain = Vec::new();
        while let Some(inclusion) = self.included.get(&source) {
            chain.push(inclusion.place);
            source = inclusion.place.source;
        }
        chain
    }

    /// Whether a problem is in a text of the project itself.
    pub(crate) fn is_own(&self, problem: &Problem) -> bool {
        self.own.contains(&problem.span.source)
    }

    /// Reads a text with what it includes.
    pub(crate) fn load(
        &mut self,
        source: &SourceText,
        inputs: &Mapping,
        included: Option<(Span, SourceRequest)>,
    ) -> Option<Mapping> {
        let id = self.texts.add(source.name.clone(), source.text.clone());
        if source.origin == Origin::Project {
            self.own.insert(id);
        }
        let place = included.as_ref().map(|(place, _)| *place);
        if let Some((place, request)) = included {
            self.included.insert(id, Inclusion { place, request });
        }
        let document = match read(id, &source.text, &mut self.problems) {
            Ok(document) => document,
            Err(problem) => {
                self.problems.push(*problem);
                return None;
            }
        };
        let body = self.filled(document, source, inputs, (id, place))?;
        let span = body.span;
        let mut own = match body.data {
            Data::Mapping(mapping) => mapping,
            other => {
                let found = Value::new(other, span).kind();
                self.problems.push(Problem::new(span, ProblemKind::NotMapping { found }));
                return None;
            }
        };
        let Some(include) = own.edit().shift_remove("include") else { return Some(own) };
        self.check(&include.value, &INCLUDES, "include");
        let mut merged = Mapping::default();
        for entry in include.value.flattened() {
            self.include(entry, &source.origin, &mut merged);
        }
        merged.merge(&own);
        Some(merged)
    }

    /// The body of a document with its inputs filled in. A header alone has an empty body.
    fn filled(
        &mut self,
        document: Document,
        source: &SourceText,
        inputs: &Mapping,
        place: (SourceId, Option<Span>),
    ) -> Option<Value> {
        let Document { header, body } = document;
        let (id, included) = place;
        let place = included.unwrap_or(start_of(id));
        let empty = Value::new(Data::Mapping(Mapping::default()), place);
        let Some(header) = header else {
            if let Some((input, entry)) = inputs.entries().next() {
                let cause = "is given, and the file asks for no inputs".to_owned();
                let kind = ProblemKind::Input { input: input.clone(), cause };
                self.problems.push(Problem::new(entry.key, kind));
            }
            // An included file may be empty.
            return match body.filter(|body| !body.is_null()) {
                None if included.is_none() => {
                    self.problems.push(Problem::new(place, ProblemKind::Empty));
                    None
                }
                body => Some(body.unwrap_or(empty)),
            };
        };
        let before = self.problems.len();
        let mut asked = Mapping::default();
        if let Some(spec) = header.get("spec") {
            self.check(spec, &SPEC, "spec");
            asked = self.asked_inputs(spec, source)?;
        }
        let specification = Specification::read(&header, &asked, &mut self.problems);
        if self.problems[before..].iter().any(Problem::is_error) {
            return None;
        }
        let values = inputs::resolve(&specification, inputs, included, &mut self.problems);
        if self.problems[before..].iter().any(Problem::is_error) {
            return None;
        }
        let mut body = body.unwrap_or(empty);
        let asks = !specification.component.is_empty() || source.component.is_some();
        let interpolation = Interpolation {
            inputs: &values,
            component: source.component.as_ref().filter(|_| asks),
            variables: &self.variables,
            filled: Cell::new(0),
        };
        interpolation.fill(&mut body, &mut self.problems);
        Some(body)
    }

    fn check(&mut self, value: &Value, shape: &Shape, path: &str) {
        let conditions = &self.knowledge.conditions;
        Checker { problems: &mut self.problems, conditions }.check(value, shape, path);
    }

    /// Merges what one entry names over what is there.
    fn include(&mut self, value: &Value, origin: &Origin, merged: &mut Mapping) {
        let entry = match Entry::read(value, origin, &self.variables) {
            Ok(entry) => entry,
            Err(cause) => {
                self.problems.push(Problem::new(value.span, ProblemKind::Include { cause }));
                return;
            }
        };
        if !crate::rules::include_applies(
            entry.rules.as_ref(),
            origin,
            &self.variables,
            self.knowledge,
            &mut self.problems,
        ) {
            return;
        }
        for request in entry.requests {
            let answer = self.sources.answer(&request);
            // Not a pattern that nothing fits, but a text that is missing counts.
            self.count += match &answer {
                Answer::Found(texts) => texts.len(),
                Answer::Missing(_) | Answer::NotFetched => 1,
            };
            if self.count > self.limit {
                self.refuse_more(value.span, &request);
                return;
            }
            match answer {
                Answer::Found(texts) => {
                    for text in texts {
                        let place = Some((value.span, request.clone()));
                        if let Some(included) = self.load(&text, &entry.inputs, place) {
                            merged.merge(&included);
                        }
                    }
                }
                Answer::Missing(cause) => {
                    let kind = ProblemKind::IncludeMissing { what: entry::shown(&request), cause };
                    self.problems.push(Problem::new(value.span, kind));
                }
                Answer::NotFetched => self.missing.push(request),
            }
        }
    }

    /// Tells that there are too many files, once; and that a file includes itself where that is
    /// why.
    fn refuse_more(&mut self, place: Span, request: &SourceRequest) {
        let is_told = |problem: &Problem| {
            matches!(
                problem.kind,
                ProblemKind::TooManyIncludes { .. } | ProblemKind::IncludeCycle { .. }
            )
        };
        if self.problems.iter().any(is_told) {
            return;
        }
        let mut names = vec![entry::shown(request)];
        let mut source = place.source;
        let mut circle = false;
        while let Some(inclusion) = self.included.get(&source) {
            names.push(entry::shown(&inclusion.request));
            circle = inclusion.request == *request;
            if circle {
                break;
            }
            source = inclusion.place.source;
        }
        names.reverse();
        let kind = if circle {
            ProblemKind::IncludeCycle { chain: names.join(" > ") }
        } else {
            ProblemKind::TooManyIncludes { limit: self.limit }
        };
        self.problems.push(Problem::new(place, kind));
    }
}
