//! Looking at one text: readers and rules, shellcheck, and what the project's settings say of it.

use std::{
    cell::{LazyCell, RefCell},
    collections::BTreeMap,
    env,
    io::{self, Write},
    path::{Path, PathBuf},
    rc::Rc,
};

use windlass_diagnostics::{
    Diagnostic, Policy, Position, Severity, SourceId, SourceMap, Span, policy,
};
use windlass_github_rules::{
    FileKind, Neighbours, check_file,
    scripts::{self, Script, ShellLanguage},
    shellcheck_finding,
};
use windlass_github_syntax::{parse_action, parse_workflow, reader::suggestion::nearest};
use windlass_shellcheck::Shellcheck;

use super::{
    files::{Candidate, Kind},
    form::Form,
    report::{self, Report},
    rules::every_rule,
    texts::FilesBelow,
};
use crate::{
    arguments::Check,
    commands::completions::one_line,
    exit::Failure,
    gitlab,
    settings::{self, FILE_NAME, ReadSettings},
};

/// What files are judged by.
pub struct Criteria {
    projects: BTreeMap<PathBuf, ProjectPolicy>,
}

/// What a project's settings say, and the file that says so.
struct ProjectPolicy {
    policy: Policy,
    file: Option<(PathBuf, String)>,
    /// shellcheck with the project's settings, where it is installed and wanted.
    shellcheck: Option<Shellcheck>,
}

impl Criteria {
    pub fn new(arguments: &Check, candidates: &[Candidate]) -> Result<Self, Failure> {
        let today = settings::today();
        let shellcheck = (!arguments.no_shellcheck)
            .then(|| Shellcheck::find(&env::var_os("PATH").unwrap_or_default()))
            .flatten();
        let mut projects = BTreeMap::new();
        for candidate in candidates {
            if !projects.contains_key(&candidate.root) {
                let read = settings::read(&candidate.root)?;
                tell_unknown(&read);
                let policy = Policy { settings: read.settings.check, today };
                let wanted = policy.settings.shellcheck != Some(false);
                let shellcheck = shellcheck.clone().filter(|_| wanted);
                let shellcheck = shellcheck.map(|it| it.with_settings_of(&candidate.root));
                let project = ProjectPolicy { policy, file: read.file, shellcheck };
                projects.insert(candidate.root.clone(), project);
            }
        }
        Ok(Criteria { projects })
    }

    /// The least severity that fails a check, as the settings have it: warnings.
    pub fn fail_on(&self) -> Severity {
        let set = self.projects.values().filter_map(|it| it.policy.settings.fail_on);
        set.min().unwrap_or(Severity::Warning)
    }

    /// What is to be said of the settings themselves.
    pub fn about_settings(&self, form: Form) -> Vec<Report> {
        let expired = |project: &ProjectPolicy| {
            let (path, text) = project.file.as_ref()?;
            let mut map = SourceMap::new();
            let source = map.add(shown(path), text.as_str());
            let Policy { settings, today } = &project.policy;
            let found: Vec<Diagnostic> = settings
                .expired(*today)
                .map(|(bytes, entry)| {
                    let begin = Position { offset: 0, line: 1, column: 1 };
                    let start = begin.advanced(text, bytes.start);
                    let span = Span { source, start, end: start.advanced(text, bytes.end) };
                    let until = entry.until.map_or_else(String::new, |day| format!(" on {day}"));
                    let message = format!("this suppression of {} ended{until}", entry.code);
                    policy::EXPIRED.finding(span, message)
                })
                .collect();
            (!found.is_empty()).then(|| report::settings(&found, &map, form))
        };
        self.projects.values().filter_map(expired).collect()
    }
}

/// The source of the file that is looked at; what it includes comes behind.
const SOURCE: SourceId = SourceId(0);

/// What was found in a text.
pub struct Looked {
    pub judged: policy::Judged,
    /// The text, and those that it includes, as far as anything is reported of them.
    pub texts: SourceMap,
}

/// Looks at files one after another. What those of one project refer to is read once.
pub struct Looker<'criteria> {
    criteria: &'criteria Criteria,
    neighbours: RefCell<Option<(PathBuf, Rc<Neighbours<'static>>)>>,
}

impl<'criteria> Looker<'criteria> {
    pub fn new(criteria: &'criteria Criteria) -> Self {
        Looker { criteria, neighbours: RefCell::default() }
    }

    fn neighbours(&self, root: &Path) -> Rc<Neighbours<'static>> {
        let mut last = self.neighbours.borrow_mut();
        if let Some((_, neighbours)) = last.as_ref().filter(|(known, _)| known == root) {
            return neighbours.clone();
        }
        let neighbours = Rc::new(Neighbours::new(FilesBelow::new(root)));
        *last = Some((root.to_owned(), neighbours.clone()));
        neighbours
    }

    /// What is found in a text of a file.
    pub fn look(&self, candidate: &Candidate, text: &str) -> Looked {
        let none = Policy::default();
        let project = self.criteria.projects.get(&candidate.root);
        let policy = project.map_or(&none, |project| &project.policy);
        match candidate.kind {
            Kind::Gitlab => in_gitlab(candidate, policy, text),
            Kind::Github(kind) => {
                let shellcheck = project.and_then(|project| project.shellcheck.as_ref());
                let found = self.in_github(kind, candidate, shellcheck, text);
                let judged = policy.judge(found, SOURCE, &candidate.path, text);
                let mut texts = SourceMap::new();
                if !judged.reported.is_empty() {
                    texts.add(candidate.shown.as_str(), text);
                }
                Looked { judged, texts }
            }
        }
    }

    fn in_github(
        &self,
        kind: FileKind,
        candidate: &Candidate,
        shellcheck: Option<&Shellcheck>,
        text: &str,
    ) -> Vec<Diagnostic> {
        let neighbours = self.neighbours(&candidate.root);
        let mut found = check_file(kind, SOURCE, &candidate.path, text, &neighbours);
        if let Some(shellcheck) = shellcheck {
            found.extend(of_scripts(shellcheck, kind, &candidate.path, text));
            found.sort_by_key(Diagnostic::offset);
        }
        found
    }
}

/// A configuration with what it includes; each text is judged by the comments in it.
fn in_gitlab(candidate: &Candidate, policy: &Policy, text: &str) -> Looked {
    let compiled = gitlab::check(&candidate.root, &candidate.shown, text);
    let (mut found, texts) = (compiled.diagnostics, compiled.texts);
    let mut judged = policy::Judged::default();
    for (source, file) in texts.iter() {
        let is_here = |finding: &mut Diagnostic| {
            finding.primary.as_ref().map_or(SOURCE, |label| label.span.source) == source
        };
        let here = found.extract_if(.., is_here).collect();
        let path = if source == SOURCE { candidate.path.as_str() } else { file.name() };
        let of_file = policy.judge(here, source, path, file.text());
        judged.reported.extend(of_file.reported);
        judged.suppressed.extend(of_file.suppressed);
    }
    Looked { judged, texts }
}

fn shown(path: &Path) -> String {
    let here = env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).to_string_lossy().into_owned()
}

/// Warns of keys that nobody knows, and of codes that no rule has.
fn tell_unknown(read: &ReadSettings) {
    let mut warnings: Vec<String> =
        read.unknown.iter().map(|key| format!("the key `{key}` is not known")).collect();
    let rules = LazyCell::new(every_rule);
    for code in read.settings.check.codes() {
        if !rules.iter().any(|rule| rule.code == code) {
            let nearest = nearest(code, rules.iter().map(|rule| rule.code));
            let nearest = nearest.map_or_else(String::new, |it| format!("; did you mean `{it}`?"));
            warnings.push(format!("no rule has the code `{code}`{nearest}"));
        }
    }
    for warning in warnings {
        // Nobody is left to be told when standard error is closed.
        let _ = writeln!(io::stderr(), "warning: {FILE_NAME}: {}", one_line(&warning));
    }
}

/// What shellcheck says of the scripts of a file. Where it fails nothing is said: its absence
/// would be no finding either.
fn of_scripts(shellcheck: &Shellcheck, kind: FileKind, path: &str, text: &str) -> Vec<Diagnostic> {
    let scripts = match kind {
        FileKind::Workflow => parse_workflow(SOURCE, path, text)
            .tree
            .map(|workflow| scripts::of_workflow(&workflow, text)),
        FileKind::Action => {
            parse_action(SOURCE, path, text).tree.map(|action| scripts::of_action(&action, text))
        }
    };
    let scripts = scripts.unwrap_or_default();
    let mut found = Vec::new();
    for (language, word) in [(ShellLanguage::Bash, "bash"), (ShellLanguage::Sh, "sh")] {
        let of_language: Vec<&Script> =
            scripts.iter().filter(|script| script.language == language).collect();
        let texts: Vec<&str> = of_language.iter().map(|script| script.text.as_str()).collect();
        for it in shellcheck.check(word, &texts).unwrap_or_default() {
            let Some(script) = of_language.get(it.script) else { continue };
            let place = (it.from, it.to);
            found.push(shellcheck_finding(script, text, it.code, &it.level, &it.message, place));
        }
    }
    found
}
