//! One case file: options, the workflow, the workflows it calls, what is expected.

use serde_json::Value;
use windlass_github_syntax::Limits;
use windlass_github_syntax::link::DefaultPermissions;

/// A case as it is written.
pub(super) struct Case {
    options: Vec<(String, String)>,
    /// Parsers that the case says do not pass it.
    pub(super) skip: Vec<String>,
    pub(super) workflow: String,
    pub(super) called: Vec<(String, String)>,
    pub(super) expected: Value,
    pub(super) include_source: bool,
    pub(super) skip_called: bool,
    pub(super) permissions: DefaultPermissions,
}

impl Case {
    fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether the files are numbered by name instead of in the order they are met.
    pub(super) fn files_by_name(&self) -> bool {
        self.option("is-partial-rerun") == Some("true")
    }

    pub(super) fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        let number = |name| self.option(name).and_then(|value| value.parse::<usize>().ok());
        if let Some(size) = number("max-file-size") {
            limits.file_size = size;
        }
        if let Some(size) = number("max-result-size") {
            limits.result_size = size;
        }
        if let Some(depth) = number("max-depth") {
            limits.depth = depth;
        }
        if let Some(jobs) = number("max-job-limit") {
            limits.jobs = jobs;
        }
        if let Some(depth) = number("max-nested-reusable-workflows-depth") {
            limits.nested_workflows = depth;
        }
        limits
    }
}

/// Takes a case file apart.
pub(super) fn parse(text: &str) -> Result<Case, String> {
    let text = text.replace("\r\n", "\n");
    let mut segments = vec![Vec::new()];
    for line in text.lines() {
        match segments.last_mut() {
            Some(segment) if line != "---" => segment.push(line),
            _ => segments.push(Vec::new()),
        }
    }
    let mut segments = segments.into_iter().map(|lines| lines.join("\n"));
    let options = segments.next().unwrap_or_default();
    let workflow = segments.next().ok_or("there is no workflow")?;
    let mut rest: Vec<_> = segments.collect();
    let expected = rest.pop().ok_or("nothing is expected")?;
    let expected = serde_json::from_str(&expected).map_err(|error| error.to_string())?;
    let called = rest
        .chunks(2)
        .filter_map(|pair| Some((pair.first()?.trim().to_owned(), pair.get(1)?.clone())))
        .collect();
    let (options, skip) = parse_options(&options);
    let mut case = Case {
        options,
        skip,
        workflow,
        called,
        expected,
        include_source: false,
        skip_called: false,
        permissions: DefaultPermissions::Write,
    };
    case.include_source = case.option("include-source") == Some("true");
    case.skip_called = case.option("skip-reusable-workflows") == Some("true");
    if case.option("permissions-policy") == Some("LimitedRead") {
        case.permissions = DefaultPermissions::LimitedRead;
    }
    Ok(case)
}

/// Lines `name: value # comment`, and the list under `skip:`.
fn parse_options(text: &str) -> (Vec<(String, String)>, Vec<String>) {
    let (mut options, mut skip) = (Vec::new(), Vec::new());
    for line in text.lines() {
        // `C#` is the name of a parser, not a comment.
        let line = if line.starts_with('#') { "" } else { line };
        let line = line.split(" #").next().unwrap_or_default().trim();
        if let Some(item) = line.strip_prefix("- ") {
            skip.push(item.trim().to_owned());
        } else if let Some((name, value)) = line.split_once(':') {
            options.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    (options, skip)
}
