//! Uploads of blobs: Azure's "Put Blob", "Put Block" and "Put Block List".
//!
//! Source: the reference of Azure Storage. Blocks come in any order, several at a time, and again
//! after a failure. Each is streamed to a file and given its name when it is whole, so that what
//! was half sent is never seen.

use std::{io, path::PathBuf, sync::Arc};

use axum::{
    body::Body,
    extract::{Path, Query, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use http_body_util::BodyExt as _;
use serde::Deserialize;
use tokio::io::AsyncWriteExt as _;
use windlass_store::{Blob, BlobKind, PartName};

use crate::{
    block_list,
    server::Shared,
    signed_url::{Permission, Signature},
};

/// The most bytes of a list of 50,000 blocks with ids of 64 bytes.
const LIST_LIMIT: usize = 8 * 1024 * 1024;

/// Why a blob was not stored or sent.
#[derive(Debug)]
pub(crate) struct BlobError {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl BlobError {
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        BlobError { status, code, message: message.into() }
    }

    fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "InvalidInput", message)
    }

    /// The signature does not fit.
    pub fn unauthenticated() -> Self {
        let message = "the address is not signed for this, or its time is over";
        Self::new(StatusCode::FORBIDDEN, "AuthenticationFailed", message)
    }

    /// There is nothing under this address.
    pub fn missing() -> Self {
        Self::new(StatusCode::NOT_FOUND, "BlobNotFound", "there is no such blob")
    }
}

impl From<io::Error> for BlobError {
    fn from(error: io::Error) -> Self {
        let (status, code) = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                (StatusCode::INSUFFICIENT_STORAGE, "InsufficientStorage")
            }
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "InternalError"),
        };
        BlobError::new(status, code, error.to_string())
    }
}

impl IntoResponse for BlobError {
    /// Azure's form of an error ("Status and error codes").
    fn into_response(self) -> Response {
        let message = quick_xml::escape::escape(&self.message);
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{}</Code><Message>{message}\
             </Message></Error>",
            self.code
        );
        let headers =
            [(header::CONTENT_TYPE.as_str(), "application/xml"), ("x-ms-error-code", self.code)];
        (self.status, headers, body).into_response()
    }
}

/// What an upload is.
#[derive(Debug, Deserialize)]
pub(crate) struct Operation {
    comp: Option<String>,
    blockid: Option<String>,
}

/// The blob that an address names.
pub(crate) fn blob_of(kind: &str, id: &str) -> Result<(BlobKind, i64), BlobError> {
    let kind = BlobKind::parse(kind).ok_or_else(BlobError::missing)?;
    id.parse().map(|id| (kind, id)).map_err(|_| BlobError::missing())
}

/// `PUT` on a signed address.
pub(crate) async fn put(
    State(shared): State<Arc<Shared>>,
    Path((kind, id)): Path<(String, String)>,
    Query(signature): Query<Signature>,
    Query(operation): Query<Operation>,
    request: Request,
) -> Result<Response, BlobError> {
    let (kind, id) = blob_of(&kind, &id)?;
    let allowed = signature.verify(&shared.authority.addresses, (kind, id), Permission::Write);
    allowed.ok_or_else(BlobError::unauthenticated)?;
    let is_upload = shared.store.is_upload(kind, id).await;
    if !is_upload.map_err(|error| BlobError::from(io::Error::other(error)))? {
        let message = "the upload has ended; what was uploaded is not changed any more";
        return Err(BlobError::new(StatusCode::CONFLICT, "BlobImmutable", message));
    }
    let blob = shared.store.blob(kind, id);
    let (parts, body) = request.into_parts();
    match operation.comp.as_deref() {
        None => put_blob(&shared, &blob, &parts.headers, body).await?,
        Some("block") => {
            let id = operation.blockid.unwrap_or_default();
            let name = block_list::part_name(&id).map_err(BlobError::invalid)?;
            receive(&shared, &blob, &name, body).await?;
        }
        Some("blocklist") => put_block_list(&shared, blob, body).await?,
        Some(other) => {
            let message = format!("comp={other} is not served here");
            return Err(BlobError::invalid(message));
        }
    }
    let headers = [(header::ETAG, format!("\"{kind}-{id}\"", kind = kind.word()))];
    Ok((StatusCode::CREATED, headers).into_response())
}

async fn put_blob(
    shared: &Shared,
    blob: &Blob,
    headers: &HeaderMap,
    body: Body,
) -> Result<(), BlobError> {
    if headers.get("x-ms-blob-type").is_none_or(|kind| kind != "BlockBlob") {
        return Err(BlobError::invalid("x-ms-blob-type has to be BlockBlob"));
    }
    let whole = PartName::of(b"").ok_or_else(|| BlobError::invalid("no name"))?;
    receive(shared, blob, &whole, body).await?;
    put_together(blob.clone(), vec![whole]).await
}

async fn put_block_list(shared: &Shared, blob: Blob, body: Body) -> Result<(), BlobError> {
    let read = tokio::time::timeout(shared.limits.idle, axum::body::to_bytes(body, LIST_LIMIT));
    let list = read.await.map_err(|_| too_slow())?.map_err(|_| {
        BlobError::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestBodyTooLarge", "the list is too long")
    })?;
    let list = std::str::from_utf8(&list).map_err(|error| BlobError::invalid(error.to_string()))?;
    let names = block_list::parse(list).map_err(|problem| {
        BlobError::new(StatusCode::BAD_REQUEST, "InvalidXmlDocument", problem)
    })?;
    put_together(blob, names).await
}

async fn put_together(blob: Blob, names: Vec<PartName>) -> Result<(), BlobError> {
    let made = tokio::task::spawn_blocking(move || blob.put_together(&names)).await;
    match made.map_err(io::Error::other)? {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(BlobError::new(
            StatusCode::BAD_REQUEST,
            "InvalidBlockList",
            "the list names a block that was not uploaded",
        )),
        made => Ok(made.map(drop)?),
    }
}

fn too_slow() -> BlobError {
    BlobError::new(
        StatusCode::REQUEST_TIMEOUT,
        "OperationTimedOut",
        "nothing was sent for too long",
    )
}

/// A file that is removed again unless it is kept.
struct Draft {
    path: PathBuf,
    is_kept: bool,
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.is_kept {
            // Whatever is left goes with the upload itself.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Streams a body to the file of a part.
async fn receive(
    shared: &Shared,
    blob: &Blob,
    name: &PartName,
    mut body: Body,
) -> Result<(), BlobError> {
    let unique = ulid::Ulid::generate().to_string();
    let mut draft = Draft { path: blob.unfinished_part(&unique), is_kept: false };
    let mut file = tokio::fs::File::create(&draft.path).await?;
    let mut size = 0_u64;
    loop {
        let frame = tokio::time::timeout(shared.limits.idle, body.frame()).await;
        let Some(frame) = frame.map_err(|_| too_slow())? else { break };
        let frame = frame.map_err(|error| {
            BlobError::new(StatusCode::BAD_REQUEST, "InvalidInput", error.to_string())
        })?;
        let Ok(data) = frame.into_data() else { continue };
        size = size.saturating_add(data.len() as u64);
        if size > shared.limits.block_bytes {
            let message = format!("one request may carry {} bytes", shared.limits.block_bytes);
            return Err(BlobError::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestBodyTooLarge",
                message,
            ));
        }
        file.write_all(&data).await?;
    }
    // Writes happen behind our back; this waits for them and tells whether they failed.
    file.flush().await?;
    tokio::fs::rename(&draft.path, blob.part(name)).await?;
    draft.is_kept = true;
    Ok(())
}
