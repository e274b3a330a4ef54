//! The documents that are open in the editor, and which of them are to be checked anew.

use std::{
    collections::{HashMap, VecDeque},
    path::Path,
};

use lsp_types::{TextDocumentContentChangeEvent, Uri};
use windlass_diagnostics::Diagnostic;

use crate::text::Text;
use crate::workspace::Identity;

/// A document that is open.
#[derive(Debug)]
pub struct Document {
    /// Its address, as the client writes it.
    pub uri: Uri,
    /// Which file it is.
    pub identity: Identity,
    /// Its text as it is now.
    pub text: Text,
    /// The client's number for that text.
    pub version: i32,
    /// What was found in it when it was checked last.
    pub findings: Vec<Diagnostic>,
}

/// All of them.
#[derive(Debug, Default)]
pub struct Documents {
    /// By address; clients write an address always in the same way.
    open: HashMap<String, Document>,
    /// Addresses of those that are to be checked, the most urgent first.
    pending: VecDeque<String>,
}

impl Documents {
    /// The document at an address.
    #[must_use]
    pub fn get(&self, uri: &Uri) -> Option<&Document> {
        self.open.get(uri.as_str())
    }

    /// The document that is this file.
    #[must_use]
    pub fn at(&self, file: &Path) -> Option<&Document> {
        self.open.values().find(|document| document.identity.file() == file)
    }

    /// Takes a document in.
    pub fn open(&mut self, document: Document) {
        let address = document.uri.as_str().to_owned();
        self.open.insert(address.clone(), document);
        self.touch(&address);
    }

    /// Makes changes to a document, one after the other.
    pub fn change(&mut self, uri: &Uri, version: i32, changes: &[TextDocumentContentChangeEvent]) {
        let Some(document) = self.open.get_mut(uri.as_str()) else { return };
        document.version = version;
        for change in changes {
            document.text.replace(change.range, &change.text);
        }
        self.touch(uri.as_str());
    }

    /// Lets a document go. True when it was open.
    pub fn close(&mut self, uri: &Uri) -> bool {
        self.pending.retain(|address| address != uri.as_str());
        let closed = self.open.remove(uri.as_str()).is_some();
        if closed {
            self.touch_all();
        }
        closed
    }

    /// Has a document checked before all others, which may refer to it.
    fn touch(&mut self, address: &str) {
        self.touch_all();
        self.pending.retain(|pending| pending != address);
        self.pending.push_front(address.to_owned());
    }

    /// Has every document checked anew.
    pub fn touch_all(&mut self) {
        for address in self.open.keys() {
            if !self.pending.contains(address) {
                self.pending.push_back(address.clone());
            }
        }
    }

    /// The next document to check. It no longer waits for it.
    pub fn next_pending(&mut self) -> Option<&Document> {
        let address = self.pending.pop_front()?;
        self.open.get(&address)
    }

    /// Whether a document waits to be checked, so that its findings are of an earlier text.
    #[must_use]
    pub fn is_pending(&self, uri: &Uri) -> bool {
        self.pending.iter().any(|address| address == uri.as_str())
    }

    /// Keeps what was found in a document.
    pub fn keep_findings(&mut self, uri: &Uri, findings: Vec<Diagnostic>) {
        self.pending.retain(|address| address != uri.as_str());
        if let Some(document) = self.open.get_mut(uri.as_str()) {
            document.findings = findings;
        }
    }
}
