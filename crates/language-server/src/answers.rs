//! Requests to answers: from positions to bytes, to what is asked, and back.

use std::ops::Range;

use lsp_server::Request;
use lsp_types::request::{
    CodeActionRequest, Completion as CompletionRequest, DocumentSymbolRequest, GotoDefinition,
    HoverRequest, Request as _,
};
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionResponse, CompletionTextEdit, DocumentSymbol,
    DocumentSymbolResponse, Documentation, GotoDefinitionResponse, Hover, HoverContents, Location,
    MarkupContent, MarkupKind, SymbolKind as LspSymbolKind, TextDocumentPositionParams, TextEdit,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::completion::{Completion, CompletionKind};
use crate::dialect::Asked;
use crate::documents::{Document, Documents};
use crate::findings::code_actions;
use crate::subject::Files as _;
use crate::symbols::{Symbol, SymbolKind};
use crate::text::Text;
use crate::workspace::{ProjectFiles, uri_of};

/// Why a request has no answer.
#[derive(Debug)]
pub enum Refusal {
    /// Nothing here answers it.
    UnknownMethod,
    /// Its parameters are not as the protocol has them.
    Parameters(serde_json::Error),
}

impl From<serde_json::Error> for Refusal {
    fn from(error: serde_json::Error) -> Self {
        Self::Parameters(error)
    }
}

/// Answers a request. About a document that is not open, or is none of ours, there is nothing to
/// say.
///
/// # Errors
/// When it cannot be understood.
pub fn answer(request: &Request, documents: &Documents) -> Result<Value, Refusal> {
    let answers = Answers { documents };
    match request.method.as_str() {
        CompletionRequest::METHOD => with::<CompletionRequest, _>(request, |asked| {
            answers.at(&asked.text_document_position, |_, asked, offset| {
                Some(completion(asked, offset))
            })
        }),
        HoverRequest::METHOD => with::<HoverRequest, _>(request, |asked| {
            answers.at(&asked.text_document_position_params, |_, asked, offset| {
                hovering(asked, offset)
            })
        }),
        GotoDefinition::METHOD => with::<GotoDefinition, _>(request, |asked| {
            answers.at(&asked.text_document_position_params, defining)
        }),
        DocumentSymbolRequest::METHOD => with::<DocumentSymbolRequest, _>(request, |asked| {
            let document = documents.get(&asked.text_document.uri)?;
            let files = ProjectFiles { root: &document.identity.root, documents };
            let found = Asked::new(document, &files).symbols();
            let found = found.into_iter().map(|it| symbol(it, &document.text)).collect();
            Some(DocumentSymbolResponse::Nested(found))
        }),
        CodeActionRequest::METHOD => with::<CodeActionRequest, _>(request, |asked| {
            let document = documents.get(&asked.text_document.uri)?;
            Some(code_actions(document, asked.range, asked.context.only.as_deref()))
        }),
        _ => Err(Refusal::UnknownMethod),
    }
}

/// Reads the parameters of a request and writes its answer, null where there is none.
fn with<R: lsp_types::request::Request, A: Serialize>(
    request: &Request,
    answer: impl FnOnce(R::Params) -> Option<A>,
) -> Result<Value, Refusal>
where
    R::Params: DeserializeOwned,
{
    let parameters = serde_json::from_value(request.params.clone())?;
    Ok(serde_json::to_value(answer(parameters))?)
}

struct Answers<'run> {
    documents: &'run Documents,
}

impl Answers<'_> {
    /// Asks about a position in a document.
    fn at<A>(
        &self,
        position: &TextDocumentPositionParams,
        ask: impl FnOnce(&Document, &Asked<'_>, usize) -> Option<A>,
    ) -> Option<A> {
        let document = self.documents.get(&position.text_document.uri)?;
        let files = ProjectFiles { root: &document.identity.root, documents: self.documents };
        ask(document, &Asked::new(document, &files), document.text.offset(position.position))
    }
}

fn completion(asked: &Asked<'_>, offset: usize) -> CompletionResponse {
    let found = asked.complete(offset);
    let range = asked.text.range(&found.range);
    let items = found.items.into_iter().enumerate();
    let item = |(position, choice): (usize, Completion)| CompletionItem {
        kind: Some(match choice.kind {
            CompletionKind::Key => CompletionItemKind::PROPERTY,
            CompletionKind::Word => CompletionItemKind::ENUM_MEMBER,
            CompletionKind::Name => CompletionItemKind::REFERENCE,
            CompletionKind::Property => CompletionItemKind::FIELD,
            CompletionKind::Function => CompletionItemKind::FUNCTION,
            CompletionKind::File => CompletionItemKind::FILE,
        }),
        detail: choice.detail,
        documentation: choice.words.map(|words| Documentation::MarkupContent(markdown(words))),
        // Clients sort by name unless told otherwise.
        sort_text: Some(format!("{position:04}")),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: choice.insert })),
        label: choice.label,
        ..CompletionItem::default()
    };
    CompletionResponse::Array(items.map(item).collect())
}

fn hovering(asked: &Asked<'_>, offset: usize) -> Option<Hover> {
    let found = asked.hover(offset)?;
    let contents = HoverContents::Markup(markdown(found.words));
    Some(Hover { contents, range: Some(asked.text.range(&found.range)) })
}

const fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}

fn defining(
    document: &Document,
    asked: &Asked<'_>,
    offset: usize,
) -> Option<GotoDefinitionResponse> {
    let found = asked.definition(offset)?;
    let location = match found.path {
        None => Location::new(document.uri.clone(), document.text.range(&found.range)),
        Some(path) => {
            let text = Text::new(asked.files.read(&path)?, document.text.encoding());
            // Without `.` and doubled slashes, so that the client knows the file again.
            let file =
                document.identity.root.join(path).components().collect::<std::path::PathBuf>();
            Location::new(uri_of(&file)?, text.range(&found.range))
        }
    };
    Some(GotoDefinitionResponse::Scalar(location))
}

#[expect(deprecated, reason = "the type still has the field")]
fn symbol(symbol: Symbol, text: &Text) -> DocumentSymbol {
    let range = |bytes: &Range<usize>| text.range(bytes);
    let children: Vec<_> = symbol.children.into_iter().map(|it| self::symbol(it, text)).collect();
    DocumentSymbol {
        detail: None,
        kind: match symbol.kind {
            SymbolKind::Job => LspSymbolKind::CLASS,
            SymbolKind::Step => LspSymbolKind::METHOD,
            SymbolKind::Input => LspSymbolKind::PROPERTY,
        },
        tags: None,
        deprecated: None,
        range: range(&symbol.range),
        selection_range: range(&symbol.name_range),
        children: (!children.is_empty()).then_some(children),
        name: symbol.name,
    }
}
