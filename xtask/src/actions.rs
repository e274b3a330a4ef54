//! The table of well-known actions (`crates/github-rules/src/actions/known.tsv`), from the facts
//! about them that lie beside the cases of other projects.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};

use crate::shell;

const TABLE: &str = "crates/github-rules/src/actions/known.tsv";

/// Actions that set outputs which they do not declare: named after the user's filters.
const WITH_OTHER_OUTPUTS: &[&str] = &["dorny/paths-filter", "tj-actions/changed-files"];

/// Checks or writes the table; a user's clone has no facts, which is said.
pub fn run(cases: Option<PathBuf>, write: bool) -> Result<()> {
    let facts = shell::cases(cases).join("actions.jsonl");
    if !facts.is_file() {
        shell::say(&format!("actions: not compared, {} is not there", facts.display()));
        return Ok(());
    }
    let text = fs::read_to_string(&facts).with_context(|| facts.display().to_string())?;
    let table = table(&text)?;
    if write {
        fs::write(TABLE, table).context(TABLE)?;
    } else if fs::read_to_string(TABLE).unwrap_or_default() != table {
        bail!("{TABLE} is not current; run `cargo xtask actions --write`");
    }
    shell::say("actions: the table is current");
    Ok(())
}

fn table(facts: &str) -> Result<String> {
    let mut lines = BTreeMap::new();
    for fact in facts.lines().filter(|line| !line.trim().is_empty()) {
        let fact: Value = serde_json::from_str(fact)?;
        let uses = fact["uses"].as_str().context("a fact without `uses`")?;
        let columns = columns(uses, &fact).with_context(|| uses.to_owned())?;
        lines.insert(key(uses)?, columns);
    }
    Ok(lines.into_iter().map(|(key, columns)| format!("{key}\t{columns}\n")).collect())
}

/// Names of repositories do not differ by case, references do.
fn key(uses: &str) -> Result<String> {
    let (name, reference) = uses.split_once('@').context("no reference")?;
    Ok(format!("{}@{reference}", name.to_ascii_lowercase()))
}

fn columns(uses: &str, fact: &Value) -> Result<String> {
    let none = Map::new();
    let (mut inputs, mut deprecations) = (Vec::new(), String::new());
    for (name, input) in fact["inputs"].as_object().unwrap_or(&none) {
        ensure!(!name.contains(char::is_whitespace) && !name.ends_with('!'), "input `{name}`");
        let needed = input["required"] == true && input.get("default").is_none();
        inputs.push(format!("{name}{}", if needed { "!" } else { "" }));
        if let Some(message) = input["deprecationMessage"].as_str() {
            let words: Vec<&str> = message.split_whitespace().collect();
            write!(deprecations, "\t{name} {}", words.join(" "))?;
        }
    }
    let outputs = fact["outputs"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut outputs: Vec<&str> = outputs.collect();
    let repository = uses.split('@').next().unwrap_or_default();
    // Old versions set outputs without a declaration.
    if outputs.is_empty() || WITH_OTHER_OUTPUTS.contains(&repository) {
        outputs.push("*");
    }
    let using = fact["using"].as_str().unwrap_or_default();
    Ok(format!("{using}\t{}\t{}{deprecations}", inputs.join(" "), outputs.join(" ")))
}
