//! Findings in the form of the protocol: diagnostics, and code actions that mend them.

use std::collections::HashMap;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, Diagnostic as LspDiagnostic,
    DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location, NumberOrString,
    Range, TextEdit, Uri, WorkspaceEdit,
};
use windlass_diagnostics::{Diagnostic, Fix, Policy, Severity, SourceId, Span};

use crate::dialect::Asked;
use crate::documents::Document;
use crate::gitlab::FileFindings;
use crate::text::Text;
use crate::workspace::ProjectFiles;

/// The most findings of one document that are shown.
const MOST_SHOWN: usize = 500;

/// The source of a document in its own findings.
const OWN: SourceId = SourceId(0);

/// What is wrong in a document, as far as the project lets it be said, and in files beside it.
#[must_use]
pub fn check(
    document: &Document,
    files: &ProjectFiles<'_>,
    policy: &Policy,
) -> (Vec<Diagnostic>, Vec<FileFindings>) {
    let (mut reported, mut elsewhere) = Asked::new(document, files).check(OWN, policy);
    let beside = elsewhere.iter_mut().map(|file| &mut file.findings);
    beside.chain([&mut reported]).for_each(|findings| findings.truncate(MOST_SHOWN));
    (reported, elsewhere)
}

/// The findings in a text as the client shows them.
#[must_use]
pub fn diagnostics(findings: &[Diagnostic], uri: &Uri, text: &Text) -> Vec<LspDiagnostic> {
    findings.iter().map(|finding| diagnostic(finding, uri, text)).collect()
}

fn diagnostic(finding: &Diagnostic, uri: &Uri, text: &Text) -> LspDiagnostic {
    let related = finding.secondary.iter().filter(|label| label.span.source == OWN);
    let related: Vec<_> = related
        .map(|label| DiagnosticRelatedInformation {
            location: Location::new(uri.clone(), range(label.span, text)),
            message: label.text.clone(),
        })
        .collect();
    LspDiagnostic {
        range: place(finding, text),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(finding.code.to_owned())),
        source: Some("windlass".to_owned()),
        message: message(finding),
        related_information: (!related.is_empty()).then_some(related),
        tags: tag(finding.code).map(|tag| vec![tag]),
        ..LspDiagnostic::default()
    }
}

/// The protocol has no place of its own for labels and help.
fn message(finding: &Diagnostic) -> String {
    let mut message = finding.message.clone();
    let label = finding.primary.as_ref().map(|label| label.text.as_str());
    for more in label.into_iter().filter(|text| !text.is_empty()) {
        message.push('\n');
        message.push_str(more);
    }
    if let Some(help) = &finding.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    message
}

/// Shown as faded or struck through, besides the underline.
fn tag(code: &str) -> Option<DiagnosticTag> {
    match code {
        "gh/default-never-used" | "gh/repeated-need" => Some(DiagnosticTag::UNNECESSARY),
        _ if code.starts_with("gh/deprecated-") || code == "gl/deprecated" => {
            Some(DiagnosticTag::DEPRECATED)
        }
        _ => None,
    }
}

/// Where a finding is shown; one about the whole file at its start.
fn place(finding: &Diagnostic, text: &Text) -> Range {
    finding.primary.as_ref().map(|label| range(label.span, text)).unwrap_or_default()
}

fn range(span: Span, text: &Text) -> Range {
    text.range(&(span.start.offset as usize..span.end.offset as usize))
}

/// The edits that mend findings in a range. `only` are the kinds that the client wants, all where
/// none are named; all safe edits at once are offered only where they are asked for by their kind.
#[must_use]
pub fn code_actions(
    document: &Document,
    within: Range,
    only: Option<&[CodeActionKind]>,
) -> Vec<CodeActionOrCommand> {
    let wants =
        |kind: &CodeActionKind| only.is_none_or(|only| only.iter().any(|it| holds(it, kind)));
    let fixes = document.findings.iter().filter_map(|it| Some((it, it.fix.as_ref()?)));
    let mut actions = Vec::new();
    if wants(&CodeActionKind::QUICKFIX) {
        let here = fixes.clone().filter(|(finding, _)| {
            let place = place(finding, &document.text);
            place.start <= within.end && within.start <= place.end
        });
        actions.extend(here.map(|(finding, fix)| CodeAction {
            title: fix.title.clone(),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![diagnostic(finding, &document.uri, &document.text)]),
            edit: Some(edit(&document.uri, edits(fix, &document.text))),
            is_preferred: fix.is_safe.then_some(true),
            ..CodeAction::default()
        }));
    }
    if only.is_some() && wants(&CodeActionKind::SOURCE_FIX_ALL) {
        let safe = fixes.map(|(_, fix)| fix).filter(|fix| fix.is_safe);
        actions.extend(fix_all(document, safe));
    }
    actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

/// Whether a kind that is asked for is the same or above: `source` holds `source.fixAll`.
fn holds(asked: &CodeActionKind, kind: &CodeActionKind) -> bool {
    let rest = kind.as_str().strip_prefix(asked.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || asked.as_str().is_empty())
}

fn fix_all<'fix>(document: &Document, safe: impl Iterator<Item = &'fix Fix>) -> Option<CodeAction> {
    let text = document.text.as_str();
    let (fixed, made) = windlass_diagnostics::fix::apply(text, safe);
    let whole = TextEdit { range: document.text.range(&(0..text.len())), new_text: fixed };
    (made > 0).then(|| CodeAction {
        title: "Make all safe edits".to_owned(),
        kind: Some(CodeActionKind::SOURCE_FIX_ALL),
        edit: Some(edit(&document.uri, vec![whole])),
        ..CodeAction::default()
    })
}

fn edits(fix: &Fix, text: &Text) -> Vec<TextEdit> {
    let edit = |edit: &windlass_diagnostics::Edit| TextEdit {
        range: range(edit.span, text),
        new_text: edit.replacement.clone(),
    };
    fix.edits.iter().map(edit).collect()
}

fn edit(uri: &Uri, edits: Vec<TextEdit>) -> WorkspaceEdit {
    WorkspaceEdit::new(HashMap::from([(uri.clone(), edits)]))
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use windlass_diagnostics::Position;

    use super::*;
    use crate::documents::Documents;
    use crate::text::Encoding;
    use crate::workspace::Identity;

    fn span(start: u32, end: u32) -> Span {
        let at = |offset| Position { offset, ..Position::default() };
        Span { source: OWN, start: at(start), end: at(end) }
    }

    fn document(findings: Vec<Diagnostic>) -> Document {
        let uri = Uri::from_str("file:///x/.github/workflows/ci.yml").unwrap();
        let identity = Identity::of(&uri, &Documents::default()).unwrap();
        let text = Text::new("on: push\njobs: {}\n".to_owned(), Encoding::Utf16);
        Document { uri, identity, text, version: 1, findings }
    }

    #[test]
    fn a_finding_keeps_all_that_it_says() {
        let finding = Diagnostic::warning("gh/deprecated-command", span(4, 8), "it is old")
            .with_label("this one")
            .with_help("use another")
            .with_secondary(span(9, 13), "because of this");
        let document = document(vec![finding]);
        let shown = &diagnostics(&document.findings, &document.uri, &document.text)[0];
        assert_eq!(shown.message, "it is old\nthis one\nhelp: use another");
        assert_eq!(shown.severity, Some(DiagnosticSeverity::WARNING));
        assert_eq!(shown.tags, Some(vec![DiagnosticTag::DEPRECATED]));
        let related = shown.related_information.as_ref().unwrap();
        assert_eq!(
            (related[0].message.as_str(), related[0].location.range.start.line),
            ("because of this", 1)
        );
    }

    #[test]
    fn fixes_become_code_actions() {
        let safe = Fix::safe("say fork", span(4, 8), "fork");
        let suggested = Fix::suggested("drop it", span(9, 17), "");
        let document = document(vec![
            Diagnostic::error("a/b", span(4, 8), "x").with_fix(safe),
            Diagnostic::error("a/c", span(9, 13), "y").with_fix(suggested),
        ]);
        let titles = |line: u32, only: Option<&[CodeActionKind]>| -> Vec<(String, Option<bool>)> {
            let at = lsp_types::Position { line, character: 5 };
            let actions = code_actions(&document, Range { start: at, end: at }, only);
            let action = |action| match action {
                CodeActionOrCommand::CodeAction(action) => (action.title, action.is_preferred),
                CodeActionOrCommand::Command(_) => unreachable!(),
            };
            actions.into_iter().map(action).collect()
        };
        assert_eq!(titles(0, None), [("say fork".to_owned(), Some(true))]);
        assert_eq!(titles(1, None), []);
        assert_eq!(
            titles(0, Some(&[CodeActionKind::SOURCE])),
            [("Make all safe edits".to_owned(), None)]
        );
        assert_eq!(titles(0, Some(&[CodeActionKind::REFACTOR])), []);
    }
}
