//! Text as it is between two keystrokes, and text that is none: nothing panics.

use proptest::prelude::*;
use windlass_diagnostics::{Policy, SourceId};
use windlass_github_rules::FileKind;
use windlass_language_server::completion::complete;
use windlass_language_server::definition::definition;
use windlass_language_server::dialect::Asked;
use windlass_language_server::documents::{Document, Documents};
use windlass_language_server::hover::hover;
use windlass_language_server::subject::{Files, Subject};
use windlass_language_server::symbols::symbols;
use windlass_language_server::text::{Encoding, Text};
use windlass_language_server::workspace::{Identity, ProjectFiles, uri_of};

const WORKFLOW: &str = "on: {push: {branches: [main, 'é*']}}
permissions: &p {contents: read}
jobs:
  a: {runs-on: x, steps: [{run: 'echo ${{ github.ref }}', id: s}]}
  b:
    needs: [a]
    permissions: *p
    if: needs.a.result == 'it''s'
    strategy: {matrix: {os: [\"x\", y], include: [{os: z, z: 1}]}}
    uses: ./.github/workflows/b.yml
    with:
      é: ${{ fromJSON(needs.a.outputs['x']).y }} ${{ matrix.*.z }}
    steps:
      - uses: ./
        with: {a: b}
      - run: |
          echo ${{ steps.s.outputs.x
          # \u{1F600}
";

/// Answers every path with the same text.
struct Same(String);

impl Files for Same {
    fn read(&self, _: &str) -> Option<String> {
        Some(self.0.clone())
    }

    fn workflows(&self) -> Vec<String> {
        vec!["x.yml".to_owned()]
    }

    fn actions(&self) -> Vec<String> {
        vec![String::new()]
    }
}

fn ask_everything(content: &str, offset: usize) {
    let files = Same(content.to_owned());
    let text = Text::new(content.to_owned(), Encoding::Utf16);
    for kind in [FileKind::Workflow, FileKind::Action] {
        let subject = Subject::new(kind, "x.yml", &text, &files);
        let found = complete(&subject, offset);
        assert!(content.get(found.range).is_some());
        if let Some(found) = hover(&subject, offset) {
            assert!(content.get(found.range).is_some());
        }
        if let Some(found) = definition(&subject, offset) {
            assert!(content.get(found.range).is_some());
        }
        for symbol in symbols(kind, content) {
            assert!(content.get(symbol.range).is_some() && !symbol.name.is_empty());
        }
    }
}

const CONFIGURATION: &str = "include: [{local: a*.yml}, '*.gitlab-ci.yml']
stages: [é, b]
.base: &base {tags: [x], cache: {key: k}}
a: {extends: .base, stage: é, script: 'x', needs: [b, {job: a}]}
b:
  <<: *base
  image: {name: x}
  rules:
    - if: $A == \"b\" # \u{1F600}
      needs: [a]
  script:
    - !reference [.base, script]
    - |
      make
  artifacts: {reports: {junit: x
";

fn ask_everything_of_gitlab(content: &str, offset: usize) {
    let folder = tempfile::tempdir().unwrap();
    let uri = uri_of(&folder.path().join(".gitlab-ci.yml")).unwrap();
    let mut documents = Documents::default();
    documents.open(Document {
        identity: Identity::of(&uri, &documents).unwrap(),
        uri: uri.clone(),
        text: Text::new(content.to_owned(), Encoding::Utf16),
        version: 1,
        findings: Vec::new(),
    });
    let document = documents.get(&uri).unwrap();
    let files = ProjectFiles { root: &document.identity.root, documents: &documents };
    let asked = Asked::new(document, &files);
    for place in
        asked.check(SourceId(0), &Policy::default()).0.into_iter().filter_map(|it| it.primary)
    {
        let (start, end) = (place.span.start.offset as usize, place.span.end.offset as usize);
        assert!(content.get(start..end).is_some());
    }
    assert!(content.get(asked.complete(offset).range).is_some());
    let hovered = asked.hover(offset).map(|found| found.range);
    let defined = asked.definition(offset).map(|found| found.range);
    for range in hovered.into_iter().chain(defined) {
        assert!(content.get(range).is_some());
    }
    for symbol in asked.symbols() {
        assert!(content.get(symbol.range).is_some() && !symbol.name.is_empty());
    }
}

#[test]
fn every_beginning_of_a_configuration_can_be_asked_about() {
    for (end, _) in CONFIGURATION.char_indices() {
        ask_everything_of_gitlab(&CONFIGURATION[..end], end);
        ask_everything_of_gitlab(CONFIGURATION, end);
    }
}

#[test]
fn every_beginning_of_a_workflow_can_be_asked_about() {
    for (end, _) in WORKFLOW.char_indices() {
        ask_everything(&WORKFLOW[..end], end);
        ask_everything(WORKFLOW, end);
    }
}

proptest! {
    #[test]
    fn any_text_can_be_asked_about(
        content in r"(on: |jobs:|\n {0,6}|- |steps:|uses: |\$\{\{|\}\}|[a.\[\]{}'\x22|>#*&é:,😀]){0,30}",
        place in any::<prop::sample::Index>(),
    ) {
        let boundaries: Vec<usize> =
            content.char_indices().map(|(at, _)| at).chain([content.len()]).collect();
        let offset = boundaries[place.index(boundaries.len())];
        ask_everything(&content, offset);
        ask_everything_of_gitlab(&content, offset);
    }
}
