//! The merged configuration as YAML: what `windlass expand` prints.

use std::fmt::Write;

use crate::configuration::Configuration;
use crate::value::{Data, Mapping, Value};

impl Configuration {
    /// The configuration as YAML that reads back as the same values.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let mut yaml = String::from("---\nstages:\n");
        for stage in &self.stages {
            let _ = writeln!(yaml, "  - {}", scalar(stage));
        }
        for (keyword, value) in [("variables", &self.variables), ("workflow", &self.workflow)] {
            if let Some(value) = value {
                write_entry(&mut yaml, keyword, value, 0);
            }
        }
        for (name, job) in &self.jobs {
            write_entry(&mut yaml, name, &job.value, 0);
        }
        yaml
    }
}

/// One pair of a mapping, on lines of its own.
fn write_entry(yaml: &mut String, key: &str, value: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    let key = scalar(key);
    match &value.data {
        Data::Mapping(mapping) if !mapping.is_empty() => {
            let _ = writeln!(yaml, "{indent}{key}:");
            write_mapping(yaml, mapping, depth + 1);
        }
        Data::List(items) if !items.is_empty() => {
            let _ = writeln!(yaml, "{indent}{key}:");
            write_list(yaml, items, depth + 1);
        }
        _ => {
            let _ = writeln!(yaml, "{indent}{key}: {}", leaf(value));
        }
    }
}

fn write_mapping(yaml: &mut String, mapping: &Mapping, depth: usize) {
    for (key, value) in mapping.iter() {
        write_entry(yaml, key, value, depth);
    }
}

fn write_list(yaml: &mut String, items: &[Value], depth: usize) {
    let indent = "  ".repeat(depth);
    for item in items {
        let start = yaml.len();
        match &item.data {
            Data::Mapping(mapping) if !mapping.is_empty() => {
                write_mapping(yaml, mapping, depth + 1);
            }
            Data::List(items) if !items.is_empty() => write_list(yaml, items, depth + 1),
            _ => {
                let _ = writeln!(yaml, "{indent}  {}", leaf(item));
            }
        }
        // The first line of an item carries its dash.
        let dash = start + indent.len();
        yaml.replace_range(dash..=dash, "-");
    }
}

/// A value on one line.
fn leaf(value: &Value) -> String {
    match &value.data {
        Data::Null => "null".to_owned(),
        Data::Boolean(truth) => truth.to_string(),
        Data::Number(number) => number.clone(),
        Data::Text(text) => scalar(text),
        Data::List(_) => "[]".to_owned(),
        Data::Mapping(_) => "{}".to_owned(),
        Data::Reference(names) => {
            let names: Vec<String> = names.iter().map(|name| scalar(name)).collect();
            format!("!reference [{}]", names.join(", "))
        }
    }
}

/// A text, in quotes where it would not read back as the same text without.
fn scalar(text: &str) -> String {
    let is_plain_start = |first: char| first.is_alphanumeric() || "$./_".contains(first);
    let is_plain = text.chars().next().is_some_and(is_plain_start)
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.contains(char::is_control)
        && matches!(crate::scalar::resolve_plain(text), Data::Text(_))
        && windlass_yaml::schema::resolve_plain(text).is_none();
    if is_plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use windlass_diagnostics::SourceId;

    use super::*;
    use crate::document::read;

    #[test]
    fn what_is_written_reads_back_as_the_same() {
        let text = "\
build:
  script: ['echo \"a: b\"', '- dash', \"tab\\t\", '# no comment', '', 'yes', '0123', \"two\\nlines\", '@x']
  rules: [{if: '$A == \"b\"', changes: {paths: [x, y]}}, {when: never}]
  variables: {A: '1', B: 2, C: yes, 'd e: f': {value: 'x', expand: false}}
  nested: [[a, [b]], {}, []]
";
        let mut problems = Vec::new();
        let body = read(SourceId(0), text, &mut problems).expect("YAML").body.expect("a body");
        let Data::Mapping(merged) = body.data else { panic!("a mapping") };
        let configuration = Configuration::from_merged(&merged);
        let yaml = configuration.to_yaml();
        let again = read(SourceId(0), &yaml, &mut problems).expect(&yaml).body.expect("a body");
        let job = configuration.jobs["build"].value.to_json();
        assert_eq!(again.to_json()["build"], job, "{yaml}");
    }
}
