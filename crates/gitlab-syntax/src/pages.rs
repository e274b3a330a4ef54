//! The pages under `docs/rules/gl`: every code has one, and what it shows is true.
//!
//! A page has two `yaml` blocks, what is found and the same in order; before them may stand files
//! that these include, named behind `yaml`.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use windlass_diagnostics::{Diagnostic, Rule, Severity};

use crate::facts::Facts;
use crate::problem::RULES;
use crate::variables::predefined::{PipelineFacts, of_pipeline};
use crate::{
    Answer, Call, FetchedSources, Levels, MOST_INCLUDES, Origin, SourceRequest, SourceText, compile,
};

struct Page {
    rule: Rule,
    text: String,
}

/// A push to the default branch, in a repository that has no other.
struct Push(Levels);

impl Facts for Push {
    fn levels(&self) -> &Levels {
        &self.0
    }

    fn changed_files(&self, compare_to: Option<&str>) -> Result<Option<Vec<String>>, String> {
        match compare_to {
            None => Ok(None),
            Some(reference) => Err(format!("there is no {reference}")),
        }
    }

    fn existing_files(&self, _: Option<&str>, _: Option<&str>) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let folder = std::fs::read_dir(root().join("docs/rules/gl")).unwrap();
    let pages: BTreeSet<String> = folder
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| format!("gl/{}", name.strip_suffix(".md").unwrap()))
        .collect();
    let codes: BTreeSet<String> = RULES.iter().map(|rule| rule.code.to_owned()).collect();
    assert_eq!(pages, codes);
}

#[test]
fn pages_say_what_their_rule_says() {
    for page in pages() {
        let code = page.rule.code;
        let summary: Vec<char> = page.rule.summary.chars().collect();
        let first: String = summary[0].to_uppercase().chain(summary[1..].iter().copied()).collect();
        let severity = page.rule.severity.as_str();
        let opening = format!("# {code}\n\n{first}. Severity: {severity}.\n");
        assert!(page.text.starts_with(&opening), "{code}: {opening}");
    }
}

#[test]
fn what_pages_show_as_wrong_is_found() {
    let missed: Vec<(&str, Vec<&str>)> = pages()
        .map(|page| {
            let found = page.findings(page.examples()[0]);
            (page.rule.code, found.iter().map(|finding| finding.code).collect::<Vec<_>>())
        })
        .filter(|(code, found)| !found.contains(code))
        .collect();
    assert_eq!(missed, []);
}

#[test]
fn what_pages_show_in_order_is_not_found() {
    let mut wrong = Vec::new();
    for page in pages() {
        let mut found = page.findings(page.examples()[1]);
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
    RULES.iter().map(|rule| {
        let text = std::fs::read_to_string(root().join(rule.page()));
        Page { rule: *rule, text: text.unwrap_or_else(|error| panic!("{}: {error}", rule.page())) }
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

    fn findings(&self, text: &str) -> Vec<Diagnostic> {
        let source = |name: &str, text: &str| SourceText {
            name: name.into(),
            text: text.into(),
            origin: Origin::Project,
            component: None,
        };
        let files = self.blocks().filter(|(name, _)| !name.is_empty()).map(|(name, text)| {
            let request = SourceRequest::File { origin: Origin::Project, path: name.to_owned() };
            (request, Answer::Found(vec![source(name, text)]))
        });
        let facts = PipelineFacts {
            branch: Some("main".to_owned()),
            source: "push".to_owned(),
            ..PipelineFacts::default()
        };
        let compiled = compile(&Call {
            main: source(".gitlab-ci.yml", text),
            inputs: IndexMap::new(),
            sources: &FetchedSources(files.collect::<HashMap<_, _>>()),
            facts: &Push(Levels { predefined: of_pipeline(&facts), ..Levels::default() }),
            most_includes: MOST_INCLUDES,
        });
        compiled.diagnostics
    }
}
