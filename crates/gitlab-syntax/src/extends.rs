//! `extends`: jobs that take over what others have.
//!
//! Source: "CI/CD YAML syntax reference", section `extends`, and "Optimize GitLab CI/CD
//! configuration files", section "Use `extends` to reuse configuration sections".

use std::collections::HashMap;

use crate::problem::{Problem, ProblemKind, nearest};
use crate::reference::Resolver;
use crate::value::{Data, Mapping, Value};

/// How many levels `extends` may lead through.
const DEEPEST: usize = 11;

/// Merges into every job what it extends, the later of a list over the earlier, itself over all.
///
/// A `!reference` to a mapping is replaced first where mappings are merged.
pub(crate) fn apply(configuration: &mut Mapping, problems: &mut Vec<Problem>) {
    let is_plain = |(_, job): (&str, &Value)| job.get("extends").is_none();
    if configuration.iter().all(is_plain) {
        return;
    }
    let original = configuration.clone();
    let mut extension = Extension { original: &original, finished: HashMap::new(), problems };
    for (name, entry) in &mut configuration.0 {
        if entry.value.get("extends").is_some()
            && let Some(finished) = extension.finish(name, &mut Vec::new())
        {
            entry.value = finished;
        }
    }
}

struct Extension<'tree, 'problems> {
    original: &'tree Mapping,
    /// By name: the job with all that it extends, `None` for one that cannot be finished.
    finished: HashMap<String, Option<Value>>,
    problems: &'problems mut Vec<Problem>,
}

impl Extension<'_, '_> {
    fn finish(&mut self, name: &str, chain: &mut Vec<String>) -> Option<Value> {
        if let Some(known) = self.finished.get(name) {
            return known.clone();
        }
        let job = self.original.get(name)?;
        let finished = match job.get("extends") {
            None => Some(job.clone()),
            Some(parents) => {
                chain.push(name.to_owned());
                let finished = self.extended(name, job, parents, chain);
                chain.pop();
                finished
            }
        };
        self.finished.insert(name.to_owned(), finished.clone());
        finished
    }

    fn extended(
        &mut self,
        name: &str,
        job: &Value,
        parents: &Value,
        chain: &mut Vec<String>,
    ) -> Option<Value> {
        let mut merged = Value::new(Data::Mapping(Mapping::default()), job.span);
        for parent in parents.flattened() {
            let refuse = |kind| Problem::new(parent.span, kind);
            let Some(parent_name) = parent.as_scalar() else { continue };
            if self.original.get(&parent_name).and_then(Value::as_mapping).is_none() {
                let known = self.original.iter().map(|(known, _)| known);
                let suggestion = nearest(&parent_name, known);
                let job = name.to_owned();
                let kind = ProblemKind::UnknownParent { job, parent: parent_name, suggestion };
                self.problems.push(refuse(kind));
                return None;
            }
            if chain.contains(&parent_name) {
                let chain = format!("{} > {parent_name}", chain.join(" > "));
                self.problems
                    .push(refuse(ProblemKind::ExtendsCycle { job: name.to_owned(), chain }));
                return None;
            }
            if chain.len() > DEEPEST {
                let job = name.to_owned();
                self.problems.push(refuse(ProblemKind::ExtendsTooDeep { job, limit: DEEPEST }));
                return None;
            }
            let parent = self.finish(&parent_name, chain)?;
            self.merge(&mut merged, &parent);
        }
        self.merge(&mut merged, job);
        if let Data::Mapping(mapping) = &mut merged.data {
            mapping.0.shift_remove("extends");
        }
        Some(merged)
    }

    /// Merges a job over another, having replaced references on both sides where they stand for
    /// mappings.
    fn merge(&mut self, weaker: &mut Value, stronger: &Value) {
        let mut stronger = stronger.clone();
        if let (Data::Mapping(weaker), Data::Mapping(stronger)) =
            (&mut weaker.data, &mut stronger.data)
        {
            for (key, entry) in &mut stronger.0 {
                let Some(below) = weaker.0.get_mut(key) else { continue };
                for side in [&mut below.value, &mut entry.value] {
                    if matches!(side.data, Data::Reference(_)) {
                        let mut resolver = Resolver::new(self.original, self.problems);
                        resolver.replace_if_mapping(side);
                    }
                }
            }
        }
        weaker.merge(&stronger);
    }
}
