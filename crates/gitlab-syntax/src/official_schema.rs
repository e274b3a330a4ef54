//! The table of keywords against GitLab's official schema, where that is at hand.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::Value;

use crate::keywords::job::JOB;
use crate::keywords::top::TOP;
use crate::keywords::{Key, Shape};

fn schema() -> Option<Value> {
    let cases = std::env::var_os("WINDLASS_CASES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases"),
        PathBuf::from,
    );
    let path = cases.join("schemas/gitlab-ci.json");
    match std::fs::read_to_string(&path) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(_) => {
            println!("skipped: {} is not there", path.display());
            None
        }
    }
}

#[test]
fn every_keyword_and_word_of_the_official_schema_is_known() {
    let Some(schema) = schema() else { return };
    let mut walk = Walk { schema: &schema, lacking: BTreeSet::new() };
    walk.compare(&[&schema], &TOP, "");
    walk.compare(&[&schema["definitions"]["job_template"]], &JOB, "job");
    // A job of this name is walked as every job is. What we have beyond the schema is in the
    // documentation, or of older versions.
    assert_eq!(walk.lacking, BTreeSet::from([": pages".to_owned()]));
}

struct Walk<'json> {
    schema: &'json Value,
    lacking: BTreeSet<String>,
}

impl<'json> Walk<'json> {
    /// All definitions that a definition allows, choices and references followed.
    fn alternatives(&self, definition: &'json Value, found: &mut Vec<&'json Value>) {
        if let Some(reference) = definition["$ref"].as_str() {
            let pointer = reference.trim_start_matches('#');
            self.alternatives(self.schema.pointer(pointer).unwrap(), found);
            return;
        }
        found.push(definition);
        for choice in ["oneOf", "anyOf", "allOf"] {
            for alternative in definition[choice].as_array().into_iter().flatten() {
                self.alternatives(alternative, found);
            }
        }
    }

    fn compare(&mut self, definitions: &[&'json Value], shape: &'static Shape, path: &str) {
        let mut theirs = Vec::new();
        definitions.iter().for_each(|definition| self.alternatives(definition, &mut theirs));
        let mut ours = Vec::new();
        forms(shape, &mut ours);
        self.compare_words(&theirs, &ours, path);
        self.compare_keys(&theirs, &ours, path);
        let items: Vec<&Value> =
            theirs.iter().filter(|it| it["items"].is_object()).map(|it| &it["items"]).collect();
        let named: Vec<&Value> = theirs
            .iter()
            .flat_map(|it| {
                it["patternProperties"].as_object().into_iter().flat_map(|it| it.values())
            })
            .collect();
        for form in ours {
            match form {
                Shape::List(item) | Shape::OneOrMore(item) if !items.is_empty() => {
                    self.compare(&items, item, &format!("{path}[]"));
                }
                Shape::Named(item) if !named.is_empty() => {
                    self.compare(&named, item, &format!("{path}.*"));
                }
                _ => {}
            }
        }
    }

    fn compare_words(&mut self, theirs: &[&Value], ours: &[&'static Shape], path: &str) {
        let words = theirs.iter().flat_map(|it| {
            let several = it["enum"].as_array().into_iter().flatten();
            several.chain(it.get("const")).filter_map(Value::as_str)
        });
        let free = ours.iter().any(|form| matches!(form, Shape::Text | Shape::Any));
        for word in words {
            let known = |form: &&Shape| matches!(form, Shape::Word(known) if known.contains(&word));
            if !free && !ours.iter().any(known) {
                self.lacking.insert(format!("{path}: the word {word}"));
            }
        }
    }

    fn compare_keys(&mut self, theirs: &[&'json Value], ours: &[&'static Shape], path: &str) {
        let keys = |form: &&'static Shape| match **form {
            Shape::Keys(keys) => Some(keys),
            _ => None,
        };
        let Some(ours): Option<&'static [Key]> = ours.iter().find_map(keys) else { return };
        let properties = || theirs.iter().filter_map(|it| it["properties"].as_object());
        let names: BTreeSet<&String> = properties().flat_map(|it| it.keys()).collect();
        for name in &names {
            match ours.iter().find(|key| key.name == name.as_str()) {
                None => {
                    self.lacking.insert(format!("{path}: {name}"));
                }
                Some(key) => {
                    let definitions: Vec<&Value> =
                        properties().filter_map(|it| it.get(name.as_str())).collect();
                    self.compare(&definitions, key.shape, &format!("{path}.{name}"));
                }
            }
        }
    }
}

/// All forms that a shape allows, choices followed.
fn forms(shape: &'static Shape, found: &mut Vec<&'static Shape>) {
    found.push(shape);
    match shape {
        Shape::Either(shapes) => shapes.iter().for_each(|shape| forms(shape, found)),
        Shape::OneOrMore(item) => forms(item, found),
        _ => {}
    }
}
