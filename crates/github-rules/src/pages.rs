//! The pages under `docs/rules`: every code has one, and what it shows is true.
//!
//! A page has two `yaml` blocks, workflows or an action, what is found and the same in order; before them may stand the
//! files that these refer to, named behind `yaml`. Pages of limits show no failing example; it is
//! made here.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use jiff::civil::Date;
use windlass_diagnostics::{Diagnostic, Policy, Rule, Severity, SourceId};
use windlass_github_syntax::action::Action;
use windlass_github_syntax::link::{Called, DefaultPermissions, check_calls};
use windlass_github_syntax::workflow::{Workflow, WorkflowReference};
use windlass_github_syntax::{
    Limits, Problem, ProblemKind, parse_action, parse_workflow, parse_workflow_within,
};

use crate::{Project, check_action, check_workflow, every_rule};

/// Where examples stand, so that a path to a neighbour is as in a repository.
const EXAMPLE: &str = ".github/workflows/ci.yml";

/// Limits of the YAML reader for texts of any dialect. GitHub's are lower and come first; these are
/// tested where that reader is.
const NOT_GITHUBS: [&str; 3] = ["yaml/too-deep", "yaml/too-large", "yaml/too-many-values"];

/// What another program finds; the tests of the command line run it.
const BY_ANOTHER_PROGRAM: &str = "gh/shellcheck";

/// The day on which the examples are looked at, for suppressions that end.
const TODAY: Date = jiff::civil::date(2026, 11, 27);

/// One page.
struct Page {
    rule: Rule,
    text: String,
}

/// The files that a page shows beside its examples.
struct Shown(Vec<(String, Rc<Workflow>, usize)>, Option<Rc<Action>>);

impl Project for Shown {
    fn action(&self, _: &str) -> Option<Rc<Action>> {
        self.1.clone()
    }

    fn workflow(&self, path: &str) -> Option<Rc<Workflow>> {
        let (_, workflow, _) = self.0.iter().find(|(name, ..)| name == path)?;
        Some(Rc::clone(workflow))
    }
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let mut pages = BTreeSet::new();
    for dialect in ["gh", "windlass", "yaml"] {
        for entry in std::fs::read_dir(root().join("docs/rules").join(dialect)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            pages.insert(format!("{dialect}/{}", name.strip_suffix(".md").unwrap()));
        }
    }
    let codes: BTreeSet<String> = every_rule().iter().map(|rule| rule.code.to_owned()).collect();
    assert_eq!(pages, codes);
}

#[test]
fn pages_say_what_their_rule_says() {
    for page in pages() {
        let code = page.rule.code;
        assert!(page.text.starts_with(&format!("# {code}\n")), "{code}");
        let words: Vec<&str> = page.text.split_whitespace().collect();
        let severity = format!("{}.", page.rule.severity.as_str());
        assert!(words.windows(2).any(|pair| pair == ["Severity:", &severity]), "{code}");
    }
}

#[test]
fn what_pages_show_as_wrong_is_found() {
    let mut missed = Vec::new();
    let is_tried = |page: &Page| {
        !NOT_GITHUBS.contains(&page.rule.code) && page.rule.code != BY_ANOTHER_PROGRAM
    };
    for page in pages().filter(is_tried) {
        let code = page.rule.code;
        let found = match page.examples().as_slice() {
            [failing, _] => page.findings(failing, &Limits::default()),
            [_] => {
                let (text, limits) = beyond_the_limit(code);
                page.findings(&text, &limits)
            }
            _ => panic!("{code} has too many examples"),
        };
        let found: Vec<&str> = found.iter().map(|finding| finding.code).collect();
        if !found.contains(&code) {
            missed.push((code, found));
        }
    }
    assert_eq!(missed, []);
}

#[test]
fn what_pages_show_in_order_is_not_found() {
    let mut wrong = Vec::new();
    for page in pages() {
        let passing = page.examples().pop().unwrap();
        let mut found = page.findings(passing, &Limits::default());
        let code = page.rule.code;
        found.retain(|finding| finding.code == code || finding.severity > Severity::Note);
        wrong.extend(found.into_iter().map(|finding| (code, finding.code, finding.message)));
    }
    assert_eq!(wrong, []);
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn pages() -> impl Iterator<Item = Page> {
    every_rule().into_iter().map(|rule| {
        let text = std::fs::read_to_string(root().join(rule.page()));
        Page { rule, text: text.unwrap_or_else(|error| panic!("{}: {error}", rule.page())) }
    })
}

impl Page {
    /// What stands behind `yaml`, and the text of each block.
    fn blocks(&self) -> impl Iterator<Item = (&str, &str)> {
        self.text.split("```yaml").skip(1).map(|rest| {
            let (name, rest) = rest.split_once('\n').unwrap();
            (name.trim(), rest.split("```").next().unwrap())
        })
    }

    fn examples(&self) -> Vec<&str> {
        self.blocks().filter(|(name, _)| name.is_empty()).map(|(_, text)| text).collect()
    }

    fn shown(&self) -> Shown {
        let mut shown = Shown(Vec::new(), None);
        for (name, text) in self.blocks().filter(|(name, _)| !name.is_empty()) {
            if name == "action.yml" {
                shown.1 = Some(Rc::new(parse_action(SourceId(1), name, text).tree.unwrap()));
            } else {
                let parsed = parse_workflow(SourceId(1), name, text);
                assert!(!parsed.has_errors(), "{name} in {}", self.rule.code);
                shown.0.push((name.to_owned(), Rc::new(parsed.tree.unwrap()), parsed.size));
            }
        }
        shown
    }

    /// What is found in an example, the reader's problems and those of calls included.
    fn findings(&self, text: &str, limits: &Limits) -> Vec<Diagnostic> {
        let shown = self.shown();
        if text.lines().any(|line| line == "runs:") {
            let parsed = parse_action(SourceId(0), "action.yml", text);
            let found = parsed.diagnostics().into_iter();
            let of_rules = parsed.tree.map(|action| check_action(&action, text, &shown));
            return found.chain(of_rules.unwrap_or_default()).collect();
        }
        let parsed = parse_workflow_within(SourceId(0), EXAMPLE, text, limits);
        let mut found = parsed.diagnostics();
        let Some(workflow) = &parsed.tree else { return found };
        found.extend(check_workflow(workflow, text, &shown));
        let root = Called { workflow, size: parsed.size };
        let problems = check_calls(
            root,
            &|_, call| match &call.reference {
                WorkflowReference::Local { path } => shown
                    .0
                    .iter()
                    .find(|(name, ..)| name == path)
                    .map(|(_, workflow, size)| Called { workflow, size: *size })
                    .ok_or_else(|| "it is not there".to_owned()),
                WorkflowReference::Remote { .. } => Err(String::new()),
            },
            DefaultPermissions::default(),
            limits,
        );
        let is_elsewhere = |problem: &&Problem| matches!(&problem.kind, ProblemKind::CalledWorkflowMissing { cause, .. } if cause.is_empty());
        let here = problems.iter().filter(|problem| !is_elsewhere(problem));
        found.extend(here.map(Problem::to_diagnostic));
        let policy = Policy { today: TODAY, ..Policy::default() };
        policy.judge(found, SourceId(0), EXAMPLE, text).reported
    }
}

/// A workflow that exceeds the limit that a code is about.
fn beyond_the_limit(code: &str) -> (String, Limits) {
    let limits = Limits::default();
    let workflow = |job: &str| format!("on: push\njobs:\n  test:\n    runs-on: x\n{job}\n");
    let matrix = |lists: &str| workflow(&format!("    strategy:\n      matrix:\n{lists}"));
    let text = match code {
        "gh/file-too-large" => format!("# {}\n", "x".repeat(limits.file_size)),
        "gh/too-deep" => matrix(&format!("        a: {}{}", "[".repeat(60), "]".repeat(60))),
        "gh/too-many-values" => {
            let list = |name: char, item: &str| {
                format!("        {name}: &{name} [{}]\n", [item; 10].join(", "))
            };
            let lists =
                [('a', "1"), ('b', "*a"), ('c', "*b"), ('d', "*c"), ('e', "*d"), ('f', "*e")];
            matrix(&lists.map(|(name, item)| list(name, item)).concat())
        }
        "gh/result-too-large" => {
            let long = format!("    env:\n      A: &long {}\n", "x".repeat(limits.file_size / 2));
            let again = (0..10).map(|number| format!("      A{number}: *long\n"));
            workflow(&(long + &again.collect::<String>()))
        }
        "gh/concurrency-group-too-long" => {
            format!("concurrency: {}\n{}", "x".repeat(401), workflow("    steps: [{run: x}]"))
        }
        // So many would be larger than a workflow may be.
        "gh/too-many-jobs" => {
            let job = "{runs-on: x, steps: [{run: x}]}";
            let text = format!("on: push\njobs:\n  a: {job}\n  b: {job}\n");
            return (text, Limits { jobs: 1, ..limits });
        }
        code => panic!("{code} shows one example only"),
    };
    (text, limits)
}
