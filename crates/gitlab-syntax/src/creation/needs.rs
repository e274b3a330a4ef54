//! `needs` and `dependencies`: jobs tied to one another, and the circles they must not make.
//!
//! Source: "CI/CD YAML syntax reference", sections `needs`, `needs:parallel:matrix` and
//! `dependencies`; "Matrix expressions in GitLab CI/CD".

use std::collections::HashMap;

use indexmap::IndexMap;

use super::{Creation, Ties, parallel};
use crate::pipeline::{ExcludedJob, Job, Need};
use crate::problem::{ProblemKind, nearest};
use crate::reading::text;
use crate::value::{Data, Value};

/// Where to find the jobs of a pipeline.
#[derive(Default)]
struct Directory {
    /// By the name in the configuration: the names in the pipeline.
    instances: HashMap<String, Vec<String>>,
    /// By the name in the pipeline.
    jobs: HashMap<String, Place>,
}

/// What is asked about a job that others need.
struct Place {
    stage: usize,
    matrix: IndexMap<String, String>,
}

impl Creation<'_> {
    /// Writes out the `needs` and `dependencies` of jobs, whose ties are given in their order.
    pub(super) fn tie(
        &mut self,
        jobs: &mut IndexMap<String, Job>,
        ties: &[Ties<'_>],
        excluded: &[ExcludedJob],
    ) {
        let mut directory = Directory::default();
        if ties.iter().any(|it| it.needs.is_some() || it.dependencies.is_some()) {
            for (name, job) in &*jobs {
                let base = job.base_name().to_owned();
                directory.instances.entry(base).or_default().push(name.clone());
                let matrix = job.parallel.as_ref().map(|it| it.matrix.clone());
                let stage = self.stage_of(&job.stage);
                let place = Place { stage, matrix: matrix.unwrap_or_default() };
                directory.jobs.insert(name.clone(), place);
            }
        }
        for (job, Ties { needs, dependencies }) in jobs.values_mut().zip(ties) {
            job.needs = needs.map(|needs| self.needs(job, needs, &directory, excluded));
            job.dependencies = dependencies.map(|it| self.dependencies(job, it, &directory));
        }
        self.refuse_circle(jobs);
    }

    fn stage_of(&self, stage: &str) -> usize {
        let stages = &self.configuration.stages;
        stages.iter().position(|known| known == stage).unwrap_or_default()
    }

    fn needs(
        &mut self,
        job: &Job,
        needs: &Value,
        directory: &Directory,
        excluded: &[ExcludedJob],
    ) -> Vec<Need> {
        let mut found = Vec::new();
        for need in needs.flattened() {
            let artifacts = need.get("artifacts").and_then(Value::as_boolean).unwrap_or(true);
            let name = need.as_scalar().or_else(|| text(need, "job"));
            if let Some(project) = text(need, "project") {
                let job = name.unwrap_or_default();
                let reference = text(need, "ref").unwrap_or_default();
                found.push(Need::Project { project, job, reference, artifacts });
            } else if let Some(pipeline) = text(need, "pipeline") {
                found.push(match name {
                    Some(job) => Need::PipelineJob { pipeline, job, artifacts },
                    None => Need::Pipeline { project: pipeline },
                });
            } else if let Some(name) = name {
                let optional = need.get("optional").and_then(Value::as_boolean) == Some(true);
                let jobs = self.needed(job, &name, need, optional, directory, excluded);
                found.extend(jobs.into_iter().map(|job| Need::Job { job, artifacts, optional }));
            }
        }
        found
    }

    /// The names in the pipeline of what one entry needs of this pipeline.
    fn needed(
        &mut self,
        job: &Job,
        name: &str,
        need: &Value,
        optional: bool,
        directory: &Directory,
        excluded: &[ExcludedJob],
    ) -> Vec<String> {
        let Some(names) = directory.find(name) else {
            if !optional {
                let is_excluded = excluded.iter().any(|it| it.name == name);
                let (job, known) = (job.name.clone(), self.configuration.jobs.keys());
                let suggestion = nearest(name, known.map(String::as_str));
                let need_name = name.to_owned();
                self.refuse(
                    need.span,
                    if is_excluded {
                        ProblemKind::ExcludedNeed { job, need: need_name }
                    } else {
                        ProblemKind::UnknownNeed { job, need: need_name, suggestion }
                    },
                );
            }
            return Vec::new();
        };
        if self.is_later(&names, job, directory) {
            let kind = ProblemKind::LaterNeed { job: job.name.clone(), need: name.to_owned() };
            self.refuse(need.span, kind);
            return Vec::new();
        }
        let Some(matrix) = need.get("parallel").and_then(|parallel| parallel.get("matrix")) else {
            return names;
        };
        let Some(wanted) = self.wanted(job, matrix) else { return Vec::new() };
        let fits = |name: &String| {
            directory.jobs.get(name).is_some_and(|place| {
                wanted.iter().any(|combination| {
                    combination.iter().all(|(name, value)| place.matrix.get(name) == Some(value))
                })
            })
        };
        let fitting: Vec<String> = names.into_iter().filter(fits).collect();
        if fitting.is_empty() && !optional {
            let (job, need_name) = (job.name.clone(), name.to_owned());
            self.refuse(need.span, ProblemKind::NoSuchCombination { job, need: need_name });
        }
        fitting
    }

    /// Whether one of some jobs is in a later stage than a job.
    fn is_later(&self, names: &[String], job: &Job, directory: &Directory) -> bool {
        let stage = self.stage_of(&job.stage);
        names.iter().any(|name| directory.jobs.get(name).is_some_and(|it| it.stage > stage))
    }

    /// The combinations that an entry asks for, with `$[[ matrix.NAME ]]` replaced by the job's own
    /// value.
    fn wanted(&mut self, job: &Job, matrix: &Value) -> Option<Vec<IndexMap<String, String>>> {
        let mut filled = matrix.clone();
        if let Err(cause) = fill_matrix(&mut filled, job) {
            self.refuse(matrix.span, ProblemKind::Matrix { cause });
            return None;
        }
        parallel::combinations(&filled, 10_000)
    }

    fn dependencies(&mut self, job: &Job, value: &Value, directory: &Directory) -> Vec<String> {
        let mut found = Vec::new();
        for entry in value.flattened() {
            let name = entry.as_scalar().unwrap_or_default();
            match directory.find(&name) {
                Some(names) if self.is_later(&names, job, directory) => {
                    let kind =
                        ProblemKind::LaterDependency { job: job.name.clone(), dependency: name };
                    self.refuse(entry.span, kind);
                }
                Some(names) => found.extend(names),
                None if self.configuration.jobs.contains_key(&name) => {}
                None => {
                    let known = self.configuration.jobs.keys().map(String::as_str);
                    let suggestion = nearest(&name, known);
                    let job = job.name.clone();
                    let kind = ProblemKind::UnknownDependency { job, dependency: name, suggestion };
                    self.refuse(entry.span, kind);
                }
            }
        }
        found
    }

    /// Tells the first circle of `needs`. Only needs within a stage can make one.
    fn refuse_circle(&mut self, jobs: &IndexMap<String, Job>) {
        let Some(circle) = circle(jobs) else { return };
        let place = jobs.get(circle[0]).map(|job| job.span).unwrap_or_default();
        self.refuse(place, ProblemKind::NeedsCycle { circle: circle.join(" > ") });
    }
}

impl Directory {
    /// The names in the pipeline of a job of the configuration, or of one instance of it.
    fn find(&self, name: &str) -> Option<Vec<String>> {
        let instances = self.instances.get(name).cloned();
        instances.or_else(|| self.jobs.contains_key(name).then(|| vec![name.to_owned()]))
    }
}

/// The text with `$[[ matrix.NAME ]]` replaced.
fn filled_text(text: &str, job: &Job) -> Result<String, String> {
    let matrix = job.parallel.as_ref().map(|instance| &instance.matrix);
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, block)) = rest.split_once("$[[") {
        let (inner, behind) = block.split_once("]]").ok_or("`]]` is missing")?;
        let name = inner.trim().strip_prefix("matrix.").unwrap_or_default();
        let own = matrix.and_then(|matrix| matrix.get(name));
        filled.push_str(before);
        filled.push_str(
            own.ok_or_else(|| format!("the matrix of `{}` has no `{name}`", job.base_name()))?,
        );
        rest = behind;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Replaces `$[[ matrix.NAME ]]` in a value.
fn fill_matrix(value: &mut Value, job: &Job) -> Result<(), String> {
    match &mut value.data {
        Data::Text(text) if text.contains("$[[") => {
            *text = filled_text(text, job)?.into();
            Ok(())
        }
        Data::List(items) => items.iter_mut().try_for_each(|item| fill_matrix(item, job)),
        Data::Mapping(mapping) => {
            mapping.edit().values_mut().try_for_each(|entry| fill_matrix(&mut entry.value, job))
        }
        _ => Ok(()),
    }
}

/// The names around a circle of `needs`, the first one again at the end.
fn circle(jobs: &IndexMap<String, Job>) -> Option<Vec<&str>> {
    let needed = |index: usize| -> Vec<usize> {
        let needs = jobs.get_index(index).and_then(|(_, job)| job.needs.as_ref());
        let names = needs.into_iter().flatten().filter_map(|need| match need {
            Need::Job { job, .. } => jobs.get_index_of(job),
            _ => None,
        });
        names.collect()
    };
    let mut finished = vec![false; jobs.len()];
    let mut is_on_path = vec![false; jobs.len()];
    for start in 0..jobs.len() {
        // A path of jobs, each with those of its needs that have not been followed yet.
        let mut path: Vec<(usize, Vec<usize>)> = Vec::new();
        if !finished[start] {
            is_on_path[start] = true;
            path.push((start, needed(start)));
        }
        while let Some((index, open)) = path.last_mut() {
            let Some(next) = open.pop() else {
                finished[*index] = true;
                is_on_path[*index] = false;
                path.pop();
                continue;
            };
            if is_on_path[next] {
                let name =
                    |index: usize| jobs.get_index(index).map_or("", |(name, _)| name.as_str());
                let around = path.iter().map(|(index, _)| *index).skip_while(|it| *it != next);
                return Some(around.chain([next]).map(name).collect());
            }
            if !finished[next] {
                is_on_path[next] = true;
                path.push((next, needed(next)));
            }
        }
    }
    None
}
