//! The merged configuration in its full form: defaults in each job, short forms written out.
//!
//! What `windlass expand` prints, and what pipelines are created from. Hidden jobs and `default`
//! are gone, since all that they say is in the jobs.
//!
//! Source: "CI/CD YAML syntax reference", sections `default`, `inherit` and `stages`.

use indexmap::IndexMap;
use windlass_diagnostics::Span;

use crate::keywords::top::{DEFAULT, TOP};
use crate::value::{Data, Entry, Mapping, Value};

/// The stages of a configuration that names none.
const DEFAULT_STAGES: &[&str] = &["build", "test", "deploy"];

/// The stage of a job that names none.
const DEFAULT_STAGE: &str = "test";

/// Keywords at the top that say something for all jobs; `default` says it in a newer way.
const OLD_DEFAULTS: &[&str] = &["after_script", "before_script", "cache", "image", "services"];

/// A merged configuration.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Configuration {
    /// The stages in order, `.pre` and `.post` included.
    pub stages: Vec<String>,
    /// `variables` at the top.
    pub variables: Option<Value>,
    /// `workflow`.
    pub workflow: Option<Value>,
    /// The visible jobs.
    pub jobs: IndexMap<String, ConfiguredJob>,
}

/// A job of a configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfiguredJob {
    /// Where its name was written last.
    pub key: Span,
    /// Its keywords.
    pub value: Value,
}

impl ConfiguredJob {
    /// The stage it names, in its newer or older way, else the one of a job that names none.
    #[must_use]
    pub fn stage(&self) -> String {
        let stage = self.value.get("stage").or_else(|| self.value.get("type"));
        stage.and_then(Value::as_scalar).unwrap_or_else(|| DEFAULT_STAGE.to_owned())
    }
}

/// Whether a key at the top is a keyword and no job.
pub(crate) fn is_keyword(name: &str) -> bool {
    TOP.keys().is_some_and(|keys| keys.iter().any(|key| key.name == name))
}

impl Configuration {
    /// Takes a merged document apart.
    pub(crate) fn from_merged(merged: &Mapping) -> Self {
        let defaults = defaults(merged);
        let mut configuration = Self {
            stages: stages(merged.filled("stages").or_else(|| merged.filled("types"))),
            ..Self::default()
        };
        for (name, Entry { key, value }) in merged.entries() {
            match name.as_str() {
                "variables" => configuration.variables = Some(value.clone()),
                "workflow" => configuration.workflow = Some(value.clone()),
                _ if is_keyword(name) || name.starts_with('.') => {}
                _ => {
                    if let Data::Mapping(job) = &value.data {
                        let data = Data::Mapping(whole(job, &defaults));
                        let job = ConfiguredJob { key: *key, value: Value::new(data, value.span) };
                        configuration.jobs.insert(name.clone(), job);
                    }
                }
            }
        }
        configuration.variables.take_if(|variables| variables.is_null());
        configuration.workflow.take_if(|workflow| workflow.is_null());
        configuration
    }
}

/// A job with its defaults and without what says nothing.
fn whole(job: &Mapping, defaults: &Mapping) -> Mapping {
    let mut job = job.clone();
    if job.iter().any(|(_, value)| value.is_null()) {
        job.edit().retain(|_, entry| !entry.value.is_null());
    }
    inherit(&mut job, defaults);
    if job.iter().any(|(keyword, value)| is_short(keyword, value)) {
        write_out(&mut job);
    }
    job
}

/// Whether [`write_out`] may change a value. Most jobs say all in full, and stay shared.
fn is_short(keyword: &str, value: &Value) -> bool {
    match keyword {
        "image" | "services" | "cache" => true,
        "script" | "before_script" | "after_script" | "rules" | "needs" | "tags" => {
            let is_written_out = |item: &Value| !matches!(item.data, Data::List(_) | Data::Null);
            !value.as_list().is_some_and(|items| items.iter().all(is_written_out))
        }
        _ => false,
    }
}

/// The stages with the two that are always there.
fn stages(written: Option<&Value>) -> Vec<String> {
    let own = match written {
        Some(stages) => stages.texts(),
        None => DEFAULT_STAGES.iter().map(|&stage| stage.to_owned()).collect(),
    };
    let mut stages = vec![".pre".to_owned()];
    for stage in own {
        if stage != ".pre" && stage != ".post" && !stages.contains(&stage) {
            stages.push(stage);
        }
    }
    stages.push(".post".to_owned());
    stages
}

/// What jobs get that do not say otherwise.
fn defaults(merged: &Mapping) -> Mapping {
    let mut defaults = Mapping::default();
    for &keyword in OLD_DEFAULTS {
        if let Some(entry) = merged.entry(keyword) {
            defaults.edit().insert(keyword.to_owned(), entry.clone());
        }
    }
    let newer = merged.get("default").and_then(Value::as_mapping);
    for key in DEFAULT.keys().unwrap_or_default() {
        if let Some(entry) = newer.and_then(|newer| newer.entry(key.name)) {
            defaults.edit().insert(key.name.to_owned(), entry.clone());
        }
    }
    defaults.edit().retain(|_, entry| !entry.value.is_null());
    defaults
}

/// Adds the defaults that a job does not have and `inherit:default` does not keep away. A job that
/// starts a pipeline runs nothing and takes only `interruptible`.
fn inherit(job: &mut Mapping, defaults: &Mapping) {
    let wanted = job.get("inherit").and_then(|inherit| inherit.get("default"));
    let wanted = wanted.map(|wanted| (wanted.as_boolean(), wanted.texts()));
    let is_trigger = job.get("trigger").is_some();
    for (keyword, entry) in defaults.entries() {
        let is_wanted = match &wanted {
            None => true,
            Some((Some(all), _)) => *all,
            Some((None, names)) => names.contains(keyword),
        };
        let fits = !is_trigger || keyword == "interruptible";
        if is_wanted && fits && job.entry(keyword).is_none() {
            job.edit().insert(keyword.clone(), entry.clone());
        }
    }
}

/// Writes short forms out.
fn write_out(job: &mut Mapping) {
    for (keyword, entry) in job.edit() {
        let value = &mut entry.value;
        match keyword.as_str() {
            "script" | "before_script" | "after_script" => {
                let commands = value.flattened().into_iter().cloned().collect();
                value.data = Data::List(commands);
            }
            "image" => name_in_mapping(value),
            "services" => each(value, name_in_mapping),
            "cache" => each(value, |cache| {
                let Data::Mapping(mapping) = &mut cache.data else { return };
                for (key, word) in [("policy", "pull-push"), ("when", "on_success")] {
                    let unsaid = Entry { key: cache.span, value: Value::text(word, cache.span) };
                    mapping.edit().entry(key.to_owned()).or_insert(unsaid);
                }
            }),
            "rules" | "needs" | "tags" => each(value, |_| {}),
            _ => {}
        }
    }
}

/// Makes a list of a mapping or list, within which no lists are left, and changes each item.
/// Nothing stays in it, so that it can be told.
fn each(value: &mut Value, change: fn(&mut Value)) {
    let mut items: Vec<Value> = match &value.data {
        Data::Mapping(_) => vec![value.clone()],
        Data::List(items) => {
            let written_out = items.iter().flat_map(|item| match item.data {
                Data::List(_) => item.flattened(),
                _ => vec![item],
            });
            written_out.cloned().collect()
        }
        _ => return,
    };
    items.iter_mut().for_each(change);
    value.data = Data::List(items);
}

/// `image: alpine` as `image: {name: alpine}`.
fn name_in_mapping(value: &mut Value) {
    if let Some(name) = value.as_scalar() {
        let entry = Entry { key: value.span, value: Value::text(name, value.span) };
        value.data = Data::Mapping([("name".to_owned(), entry)].into_iter().collect());
    }
}
