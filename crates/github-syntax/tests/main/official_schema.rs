//! Our model of the schema against the official definitions, where these are at hand.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;

use serde_json::Value;
use windlass_github_syntax::expression::Availability;
use windlass_github_syntax::schema::{Definition, Mapping, Shape, action, branding, workflow};

fn definitions(file: &str) -> Option<Value> {
    let cases = std::env::var_os("WINDLASS_CASES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases"),
        PathBuf::from,
    );
    let path = cases.join("schemas").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not there", path.display());
        return None;
    };
    Some(serde_json::from_str::<Value>(&text).unwrap()["definitions"].clone())
}

#[test]
fn workflows_are_accepted_as_officially_defined() {
    let Some(definitions) = definitions("github-workflow-v1.0.json") else { return };
    let mut walk = Walk::new(&definitions);
    walk.root("workflow-root-strict", &workflow::WORKFLOW);
    let differences = walk.report();
    // A misprint officially makes `on: repository_dispatch` an error; GitHub itself takes it, and
    // takes inputs without a value. The absence of `on` is told apart from other required keys.
    // Not compared are forms for a lenient reading in which `on` may be anything, and what no other
    // definition refers to.
    insta::assert_snapshot!(differences, @r"
    .on.repository_dispatch.types: values beyond: non-empty text
    .on.workflow_call.inputs: values beyond: null
    .on.workflow_call.outputs: values beyond: null
    .on.workflow_call.secrets: values beyond: null
    .on.workflow_dispatch.inputs.*: keys beyond: deprecationMessage
    .on.workflow_dispatch.inputs.*: values beyond: null
    .on.workflow_dispatch.inputs: values beyond: null
    .on: words beyond: repository_dispatch
    .on[]: words beyond: repository_dispatch
    : required lacking: on
    not compared: boolean-needs-context
    not compared: boolean-steps-context
    not compared: job-if-result
    not compared: number-needs-context
    not compared: number-steps-context
    not compared: on
    not compared: on-mapping
    not compared: step-if-result
    not compared: string-needs-context
    not compared: workflow-root
    ");
}

#[test]
fn actions_are_accepted_as_officially_defined() {
    let Some(definitions) = definitions("github-action-v1.0.json") else { return };
    let mut walk = Walk::new(&definitions);
    walk.root("branding", &branding::BRANDING);
    walk.root("action-root-strict", &action::ACTION);
    let differences = walk.report();
    // The runner reads actions that the Marketplace would refuse; `gh/action-metadata` warns of them.
    // Not compared are forms for a lenient reading.
    insta::assert_snapshot!(differences, @r"
    .branding: mappings lacking
    .branding: values beyond: anything
    .inputs.*.description: values beyond: anything
    .inputs.*.description: values lacking: text
    .inputs.*.required: values beyond: anything
    .inputs.*.required: values lacking: boolean
    .inputs.*: values beyond: null
    .inputs: values beyond: null
    .name: values beyond: text
    .name: values lacking: non-empty text
    .outputs.*: values beyond: null
    .outputs: values beyond: null
    : other keys beyond
    : required lacking: description name
    not compared: action-root
    not compared: composite-runs
    not compared: container-runs
    not compared: input
    not compared: inputs
    not compared: node-runs
    not compared: plugin-runs
    not compared: runs
    ");
}

type Names = BTreeSet<String>;

struct Walk<'json> {
    definitions: &'json Value,
    differences: BTreeSet<String>,
    seen: HashSet<(String, usize, Vec<String>)>,
    /// The names of the official definitions that the walk has come to.
    reached: HashSet<String>,
}

/// What one side accepts at a key.
#[derive(Default)]
struct Accepted<'json> {
    scalars: Names,
    words: Names,
    theirs_items: Vec<String>,
    theirs_mappings: Vec<&'json Value>,
    ours_items: Vec<&'static Definition>,
    ours_mappings: Vec<&'static Mapping>,
}

impl<'json> Walk<'json> {
    fn new(definitions: &'json Value) -> Self {
        Self {
            definitions,
            differences: BTreeSet::new(),
            seen: HashSet::new(),
            reached: HashSet::new(),
        }
    }

    /// Compares a definition that stands by itself.
    fn root(&mut self, name: &str, ours: &'static Definition) {
        self.value(String::new(), name, ours, &Names::new(), &Names::new());
    }

    /// The differences, and the official definitions that were compared with nothing.
    fn report(self) -> String {
        let names = self.definitions.as_object().unwrap().keys();
        let unused = names.filter(|name| !self.reached.contains(*name));
        let unused = unused.map(|name| format!("not compared: {name}")).collect::<BTreeSet<_>>();
        self.differences.into_iter().chain(unused).collect::<Vec<_>>().join("\n")
    }

    fn differ(&mut self, path: &str, what: &str, theirs: &Names, ours: &Names) {
        let lacking: Vec<_> = theirs.difference(ours).cloned().collect();
        let more: Vec<_> = ours.difference(theirs).cloned().collect();
        if !lacking.is_empty() {
            self.differences.insert(format!("{path}: {what} lacking: {}", lacking.join(" ")));
        }
        if !more.is_empty() {
            self.differences.insert(format!("{path}: {what} beyond: {}", more.join(" ")));
        }
    }

    fn value(
        &mut self,
        path: String,
        name: &str,
        ours: &'static Definition,
        their_context: &Names,
        our_context: &Names,
    ) {
        let their_context = match self.definitions[name].get("context") {
            Some(context) => context
                .as_array()
                .unwrap()
                .iter()
                .map(|name| name.as_str().unwrap().to_owned())
                .collect(),
            None => their_context.clone(),
        };
        let our_context = ours.available.map_or_else(|| our_context.clone(), available);
        let key = (
            name.to_owned(),
            std::ptr::from_ref(ours) as usize,
            their_context.iter().cloned().collect(),
        );
        if !self.seen.insert(key) {
            return;
        }
        let (theirs, ours) = (self.theirs(name), accepted(ours));
        self.differ(&path, "values", &theirs.scalars, &ours.scalars);
        self.differ(&path, "words", &theirs.words, &ours.words);
        if !theirs.scalars.contains("anything") {
            self.differ(&path, "contexts", &their_context, &our_context);
        }
        for (item, definition) in theirs.theirs_items.iter().zip(&ours.ours_items) {
            self.value(format!("{path}[]"), item, definition, &their_context, &our_context);
        }
        self.differ_in_number(&path, "lists", theirs.theirs_items.len(), ours.ours_items.len());
        for mapping in &theirs.theirs_mappings {
            let keys = keys(mapping);
            let nearest = ours.ours_mappings.iter().max_by_key(|ours| {
                ours.properties.iter().filter(|property| keys.contains(property.name)).count()
            });
            if let Some(nearest) = nearest {
                self.mapping(&path, mapping, nearest, &their_context, &our_context);
            }
        }
        let (theirs, ours) = (theirs.theirs_mappings.len(), ours.ours_mappings.len());
        self.differ_in_number(&path, "mappings", theirs, ours);
    }

    fn differ_in_number(&mut self, path: &str, what: &str, theirs: usize, ours: usize) {
        if theirs != ours {
            let side = if theirs > ours { "lacking" } else { "beyond" };
            self.differences.insert(format!("{path}: {what} {side}"));
        }
    }

    fn mapping(
        &mut self,
        path: &str,
        theirs: &'json Value,
        ours: &'static Mapping,
        their_context: &Names,
        our_context: &Names,
    ) {
        let empty = serde_json::Map::new();
        let properties = theirs.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        let our_keys: BTreeMap<&str, bool> =
            ours.properties.iter().map(|property| (property.name, property.required)).collect();
        let names = |required: bool| -> (Names, Names) {
            let theirs = properties
                .iter()
                .filter(|(_, value)| !required || value["required"] == Value::Bool(true))
                .map(|(name, _)| name.clone())
                .collect();
            let ours = our_keys
                .iter()
                .filter(|(_, is_required)| !required || **is_required)
                .map(|(name, _)| (*name).to_owned())
                .collect();
            (theirs, ours)
        };
        let (all_theirs, all_ours) = names(false);
        self.differ(path, "keys", &all_theirs, &all_ours);
        let (required_theirs, required_ours) = names(true);
        self.differ(path, "required", &required_theirs, &required_ours);
        for (name, value) in properties {
            let Some(definition) = ours.property(name) else { continue };
            let kind = value.as_str().or_else(|| value["type"].as_str()).unwrap();
            self.value(format!("{path}.{name}"), kind, definition, their_context, our_context);
        }
        let kind = |side: &str| theirs.get(side).and_then(Value::as_str);
        let loose = [kind("loose-key-type"), kind("loose-value-type")];
        if let ([Some(their_key), Some(their_value)], Some((key, value))) = (loose, ours.loose) {
            self.value(format!("{path}.(key)"), their_key, key, their_context, our_context);
            self.value(format!("{path}.*"), their_value, value, their_context, our_context);
        }
        let (theirs, ours) = (loose.iter().flatten().count() / 2, ours.loose.iter().count());
        self.differ_in_number(path, "other keys", theirs, ours);
    }

    fn theirs(&mut self, name: &str) -> Accepted<'json> {
        let mut accepted = Accepted::default();
        self.collect(name, &mut accepted);
        accepted
    }

    fn collect(&mut self, name: &str, accepted: &mut Accepted<'json>) {
        self.reached.insert(name.to_owned());
        let definition = &self.definitions[name];
        let mut scalar = |kind: &str| accepted.scalars.insert(kind.to_owned());
        match name {
            "any" => {
                scalar("anything");
            }
            "sequence" => accepted.theirs_items.push("any".to_owned()),
            "null" | "boolean" | "number" => {
                scalar(name);
            }
            "string" => {
                scalar("text");
            }
            _ if definition.get("null").is_some() => {
                scalar("null");
            }
            _ if definition.get("boolean").is_some() => {
                scalar("boolean");
            }
            _ if definition.get("number").is_some() => {
                scalar("number");
            }
            _ => self.collect_other(definition, accepted),
        }
    }

    fn collect_other(&mut self, definition: &'json Value, accepted: &mut Accepted<'json>) {
        if let Some(string) = definition.get("string") {
            match string.get("constant").and_then(Value::as_str) {
                Some(word) => accepted.words.insert(word.to_owned()),
                None if string["require-non-empty"] == Value::Bool(true) => {
                    accepted.scalars.insert("non-empty text".to_owned())
                }
                None => accepted.scalars.insert("text".to_owned()),
            };
        }
        for word in definition.get("allowed-values").and_then(Value::as_array).into_iter().flatten()
        {
            accepted.words.insert(word.as_str().unwrap().to_owned());
        }
        if let Some(sequence) = definition.get("sequence") {
            accepted.theirs_items.push(sequence["item-type"].as_str().unwrap().to_owned());
        }
        if let Some(mapping) = definition.get("mapping") {
            accepted.theirs_mappings.push(mapping);
        }
        for kind in definition.get("one-of").and_then(Value::as_array).into_iter().flatten() {
            self.collect(kind.as_str().unwrap(), accepted);
        }
    }
}

fn keys(mapping: &Value) -> HashSet<String> {
    mapping
        .get("properties")
        .and_then(Value::as_object)
        .map(|properties| properties.keys().cloned().collect())
        .unwrap_or_default()
}

fn accepted(definition: &'static Definition) -> Accepted<'static> {
    let mut accepted = Accepted::default();
    definition.alternatives(&mut |shape| match shape {
        Shape::Null => drop(accepted.scalars.insert("null".to_owned())),
        Shape::Boolean => drop(accepted.scalars.insert("boolean".to_owned())),
        Shape::Number => drop(accepted.scalars.insert("number".to_owned())),
        Shape::Text => drop(accepted.scalars.insert("text".to_owned())),
        Shape::NonEmptyText => drop(accepted.scalars.insert("non-empty text".to_owned())),
        Shape::Any => drop(accepted.scalars.insert("anything".to_owned())),
        Shape::Words(words) => {
            accepted.words.extend(words.iter().map(|word| (*word).to_owned()));
        }
        Shape::Sequence(item) => accepted.ours_items.push(item),
        Shape::Mapping(mapping) => accepted.ours_mappings.push(mapping),
        Shape::OneOf(_) => {}
    });
    accepted
}

fn available(availability: &Availability) -> Names {
    let functions = availability.functions().iter().map(|function| {
        let most = match function.maximum {
            usize::MAX => "MAX".to_owned(),
            most => most.to_string(),
        };
        format!("{}({},{most})", function.name, function.minimum)
    });
    availability.context_names().map(str::to_owned).chain(functions).collect()
}
