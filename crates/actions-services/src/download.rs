//! Downloads of blobs: `GET` and `HEAD` on a signed address, whole or a range.

use std::{io, sync::Arc};

use axum::{
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;
use windlass_store::{Blob, Part};

use crate::{
    range::{self, Wanted},
    server::Shared,
    signed_url::{Permission, Presentation, Signature},
    upload::{BlobError, blob_of},
};

/// How much is read from the disk at a time.
const CHUNK: usize = 512 * 1024;

/// `GET` on a signed address.
pub(crate) async fn get(
    State(shared): State<Arc<Shared>>,
    Path((kind, id)): Path<(String, String)>,
    Query(signature): Query<Signature>,
    headers: HeaderMap,
) -> Result<Response, BlobError> {
    let (kind, id) = blob_of(&kind, &id)?;
    let shown = signature.verify(&shared.authority.addresses, (kind, id), Permission::Read);
    let shown = shown.ok_or_else(BlobError::unauthenticated)?;
    let blob = shared.store.blob(kind, id);
    let looked = blob.clone();
    let parts = tokio::task::spawn_blocking(move || looked.parts()).await;
    let parts = parts.map_err(io::Error::other)?.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => BlobError::missing(),
        _ => error.into(),
    })?;
    let size: u64 = parts.iter().map(|part| part.size).sum();
    let (status, start, end) = match range::wanted(&headers, size) {
        Wanted::Whole => (StatusCode::OK, 0, size),
        Wanted::Part(start, end) => (StatusCode::PARTIAL_CONTENT, start, end),
        Wanted::Outside => {
            let message = format!("the blob has {size} bytes");
            let refused =
                BlobError::new(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange", message);
            let range = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            return Ok((range, refused).into_response());
        }
    };
    let mut response = Response::new(body(blob, &parts, start, end));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, (end - start).into());
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let etag = format!("\"{}-{id}\"", kind.word());
    let mut put = |name, text: String| {
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(name, value);
        }
    };
    put(header::ETAG, etag);
    if status == StatusCode::PARTIAL_CONTENT {
        put(header::CONTENT_RANGE, format!("bytes {start}-{}/{size}", end - 1));
    }
    put(header::CONTENT_TYPE, media_type(&shown));
    if !shown.file_name.is_empty() {
        put(header::CONTENT_DISPOSITION, disposition(&shown.file_name));
    }
    Ok(response)
}

fn media_type(shown: &Presentation) -> String {
    let Presentation { media_type, .. } = shown;
    if media_type.is_empty() { "application/octet-stream".to_owned() } else { media_type.clone() }
}

/// A file's name by RFC 6266: once for everybody, with `_` for what is not plain, and once exactly.
fn disposition(name: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || " .-_()+".contains(letter);
    let plain: String = name.chars().map(|it| if is_plain(it) { it } else { '_' }).collect();
    let exact = utf8_percent_encode(name, NON_ALPHANUMERIC);
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

/// The bytes from `start` to `end`, read part by part as the client takes them.
fn body(blob: Blob, parts: &[Part], start: u64, end: u64) -> Body {
    let mut pieces = Vec::new();
    let mut at = 0;
    for part in parts {
        let (from, to) = (start.max(at), end.min(at + part.size));
        if from < to {
            pieces.push((blob.part(&part.name), from - at, to - from));
        }
        at += part.size;
    }
    let bytes = stream::iter(pieces)
        .then(|(path, offset, count)| async move {
            let mut file = tokio::fs::File::open(path).await?;
            file.seek(io::SeekFrom::Start(offset)).await?;
            Ok::<_, io::Error>(ReaderStream::with_capacity(file.take(count), CHUNK))
        })
        .try_flatten();
    Body::from_stream(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_file_cannot_end_its_header() {
        assert_eq!(
            disposition("a\"\r\nSet-Cookie: x.zip"),
            "attachment; filename=\"a___Set-Cookie_ x.zip\"; \
             filename*=UTF-8''a%22%0D%0ASet%2DCookie%3A%20x%2Ezip"
        );
    }
}
