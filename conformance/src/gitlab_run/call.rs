//! One line of `expected.jsonl`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A call and what came of it.
#[derive(Debug, Deserialize)]
pub(super) struct Call {
    pub case: String,
    pub cwd: String,
    pub args: Arguments,
    /// By job: the lines it printed to its standard output.
    pub stdout: BTreeMap<String, Vec<String>>,
    /// By job: how it ended.
    pub status: BTreeMap<String, String>,
    pub preview: Option<String>,
    pub error: Option<String>,
}

/// The arguments that mean something here; the others are about that tool.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Arguments {
    pub file: Option<String>,
    pub job: Vec<String>,
    pub stage: Option<String>,
    pub needs: bool,
    pub variable: Vec<String>,
    pub input: Vec<String>,
    pub maximum_includes: Option<usize>,
}

impl Call {
    /// The folder with what tells the call from others of that folder.
    pub(super) fn name(&self) -> String {
        let arguments = &self.args;
        let mut words = vec![self.cwd.trim_end_matches('/').to_owned()];
        words.extend(arguments.file.clone());
        words.extend(arguments.job.iter().map(|job| format!("job {job}")));
        words.extend(arguments.stage.iter().map(|stage| format!("stage {stage}")));
        words.extend(arguments.needs.then(|| "needs".to_owned()));
        words.extend(arguments.variable.iter().chain(&arguments.input).cloned());
        words.join(" ")
    }
}

/// The name of a job as it is compared: that tool writes `job: [1/2]` for `job 1/2` and leaves out
/// the space behind a comma, which values may have as well.
pub(super) fn compared_name(name: &str) -> String {
    let Some((base, values)) = name.split_once(": [") else { return name.to_owned() };
    let values = values.strip_suffix(']').unwrap_or(values);
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    match values.split_once('/') {
        Some((index, total)) if is_number(index) && is_number(total) => format!("{base} {values}"),
        _ => format!("{base}: [{}]", values.replace(", ", ",")),
    }
}
