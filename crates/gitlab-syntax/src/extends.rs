//! `extends`: jobs that take over what others have.
//!
//! Source: "CI/CD YAML syntax reference", section `extends`, and "Optimize GitLab CI/CD
//! configuration files", section "Use `extends` to reuse configuration sections".

use std::collections::HashMap;

use crate::problem::{Problem, ProblemKind, nearest};
use crate::reference::Resolver;
use crate::value::{Data, Mapping, Value};

/// How many levels of jobs `extends` may lead through, the job itself included.
const DEEPEST: usize = 11;

/// A job with all that it extends, and how many levels that are.
type Finished = (Value, usize);

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
    for (name, entry) in configuration.edit() {
        if entry.value.get("extends").is_some()
            && let Some((finished, _)) = extension.finish(name, &mut Vec::new())
        {
            entry.value = finished;
        }
    }
}

struct Extension<'tree, 'problems> {
    original: &'tree Mapping,
    /// By name; `None` for one that cannot be finished.
    finished: HashMap<String, Option<Finished>>,
    problems: &'problems mut Vec<Problem>,
}

impl Extension<'_, '_> {
    fn finish(&mut self, name: &str, chain: &mut Vec<String>) -> Option<Finished> {
        if let Some(known) = self.finished.get(name) {
            return known.clone();
        }
        let job = self.original.get(name)?;
        let finished = match job.get("extends") {
            None => Some((job.clone(), 1)),
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
    ) -> Option<Finished> {
        let mut levels = 1;
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
            // The chain is looked at before it is followed, so that it cannot become long.
            let below = if chain.len() < DEEPEST {
                self.finish(&parent_name, chain)?
            } else {
                (Value::new(Data::Null, parent.span), DEEPEST)
            };
            levels = levels.max(below.1 + 1);
            if levels > DEEPEST {
                let job = name.to_owned();
                self.problems.push(refuse(ProblemKind::ExtendsTooDeep { job, limit: DEEPEST }));
                return None;
            }
            self.merge(&mut merged, &below.0);
        }
        self.merge(&mut merged, job);
        if let Data::Mapping(mapping) = &mut merged.data {
            mapping.edit().shift_remove("extends");
        }
        Some((merged, levels))
    }

    /// Merges a job over another, having replaced references on both sides where they stand for
    /// mappings.
    fn merge(&mut self, weaker: &mut Value, stronger: &Value) {
        if !has_reference(weaker) && !has_reference(stronger) {
            return weaker.merge(stronger);
        }
        let mut stronger = stronger.clone();
        if let (Data::Mapping(weaker), Data::Mapping(stronger)) =
            (&mut weaker.data, &mut stronger.data)
        {
            let weaker = weaker.edit();
            for (key, entry) in stronger.edit() {
                let Some(below) = weaker.get_mut(key) else { continue };
                for side in [&mut below.value, &mut entry.value] {
                    let mut resolver = Resolver::new(self.original, self.problems);
                    resolver.replace_if_mapping(side);
                }
            }
        }
        weaker.merge(&stronger);
    }
}

/// Whether a keyword of a job is a reference as a whole.
fn has_reference(job: &Value) -> bool {
    let keywords = job.as_mapping().into_iter().flat_map(|job| job.iter());
    keywords.into_iter().any(|(_, value)| matches!(value.data, Data::Reference(_)))
}
