//! The shape of calls to the cache and artifact services: twirp with JSON, as GitHub's clients
//! speak it.
//!
//! Source: the Twirp wire protocol, version 7, and the JSON mapping of Protocol Buffers: names in
//! snake case, 64-bit numbers as strings, timestamps by RFC 3339.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use windlass_store::StoreError;

use crate::{authority::Purpose, jobs::JobFacts, server::Shared};

/// A call that failed.
#[derive(Debug)]
pub(crate) struct TwirpError {
    status: StatusCode,
    code: &'static str,
    message: String,
}

/// What a handler answers.
pub(crate) type Answer<T> = Result<Json<T>, TwirpError>;

impl TwirpError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        TwirpError { status, code, message: message.into() }
    }

    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_argument", message)
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    pub fn already_exists(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "already_exists", message)
    }

    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "permission_denied", message)
    }

    /// Something is wrong on this side; the clients try again.
    pub fn broken(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
    }
}

impl From<StoreError> for TwirpError {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            // The clients do not try again, as it would not help.
            StoreError::DiskFull { .. } => {
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "resource_exhausted", message)
            }
            _ => Self::broken(message),
        }
    }
}

impl IntoResponse for TwirpError {
    fn into_response(self) -> Response {
        let body = serde_json::json!({"code": self.code, "msg": self.message});
        (self.status, Json(body)).into_response()
    }
}

/// The job that calls, by its runtime token.
pub(crate) struct Caller(pub Arc<JobFacts>);

impl FromRequestParts<Arc<Shared>> for Caller {
    type Rejection = TwirpError;

    async fn from_request_parts(
        parts: &mut Parts,
        shared: &Arc<Shared>,
    ) -> Result<Self, TwirpError> {
        shared.caller(Purpose::Results, &parts.headers).map(Caller).ok_or_else(|| {
            let message = "the token is none of a job that is running here";
            TwirpError::new(StatusCode::UNAUTHORIZED, "unauthenticated", message)
        })
    }
}

/// The message of a call.
pub(crate) struct Message<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Arc<Shared>> for Message<T> {
    type Rejection = TwirpError;

    async fn from_request(request: Request, shared: &Arc<Shared>) -> Result<Self, TwirpError> {
        let read = tokio::time::timeout(shared.limits.idle, Bytes::from_request(request, shared));
        let bytes = read.await.map_err(|_| {
            let message = "the request took too long";
            TwirpError::new(StatusCode::REQUEST_TIMEOUT, "deadline_exceeded", message)
        })?;
        let bytes = bytes
            .map_err(|error| TwirpError::new(error.status(), "malformed", error.body_text()))?;
        let message = serde_json::from_slice(&bytes);
        message.map(Message).map_err(|error| {
            TwirpError::new(StatusCode::BAD_REQUEST, "malformed", error.to_string())
        })
    }
}

/// Writes a time as clients read it: with a fraction of three, six or nine digits if any.
pub(crate) fn timestamp(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// Reads a 64-bit number, which may be written as one or as a string.
pub(crate) fn int64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(u64),
        Text(String),
    }
    match Written::deserialize(deserializer)? {
        Written::Number(number) => Ok(number),
        Written::Text(text) => text.parse().map_err(serde::de::Error::custom),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_three_digits_behind_the_point_whatever_they_are() {
        for (millisecond, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (690, "1970-01-01T00:00:00.690Z"),
            (1234, "1970-01-01T00:00:01.234Z"),
        ] {
            let at = Timestamp::from_millisecond(millisecond).unwrap();
            assert_eq!(timestamp(at), expected);
        }
    }
}
