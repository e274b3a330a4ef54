//! Addresses of blobs that carry their own permission, as those of Azure's storage do: what may be
//! done, until when, and a signature over both.
//!
//! The parameters are those of a shared access signature: `sp`, `se`, `sig`, and `rscd` and `rsct`
//! for what a download says of itself (Azure Storage, "Create a service SAS").

use std::fmt::Write as _;

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use windlass_store::BlobKind;

/// How long an address is good, in seconds.
const LIFETIME: i64 = 60 * 60;

/// What an address allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Permission {
    /// Downloads.
    Read,
    /// Uploads.
    Write,
}

impl Permission {
    fn letter(self) -> &'static str {
        match self {
            Permission::Read => "r",
            Permission::Write => "w",
        }
    }
}

/// What a download says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Presentation {
    /// The file's name; empty for none.
    pub file_name: String,
    /// Its media type; empty for none.
    pub media_type: String,
}

/// The parameters of a signed address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Signature {
    sp: String,
    se: i64,
    sig: String,
    rscd: String,
    rsct: String,
}

fn signed_text(
    (kind, id): (BlobKind, i64),
    permission: &str,
    until: i64,
    shown: &Presentation,
) -> String {
    let Presentation { file_name, media_type } = shown;
    format!("{}\n{id}\n{permission}\n{until}\n{file_name}\n{media_type}", kind.word())
}

/// The address of a blob, from the path on.
pub(crate) fn sign(
    key: &hmac::Key,
    blob: (BlobKind, i64),
    permission: Permission,
    shown: &Presentation,
) -> String {
    let until = Timestamp::now().as_second().saturating_add(LIFETIME);
    let text = signed_text(blob, permission.letter(), until, shown);
    let signature = URL_SAFE_NO_PAD.encode(hmac::sign(key, text.as_bytes()));
    let (kind, id) = blob;
    let mut address = format!("/blobs/{}/{id}?sp={}&se={until}", kind.word(), permission.letter());
    for (name, value) in [("rscd", &shown.file_name), ("rsct", &shown.media_type)] {
        if !value.is_empty() {
            let _ = write!(address, "&{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
        }
    }
    let _ = write!(address, "&sig={signature}");
    address
}

impl Signature {
    /// Whether the address was signed here, for this, and its time is not over; what the download
    /// says of itself.
    pub fn verify(
        self,
        key: &hmac::Key,
        blob: (BlobKind, i64),
        permission: Permission,
    ) -> Option<Presentation> {
        let shown = Presentation { file_name: self.rscd, media_type: self.rsct };
        let signature = URL_SAFE_NO_PAD.decode(&self.sig).ok()?;
        let text = signed_text(blob, permission.letter(), self.se, &shown);
        hmac::verify(key, text.as_bytes(), &signature).ok()?;
        let is_good = self.sp == permission.letter() && self.se > Timestamp::now().as_second();
        is_good.then_some(shown)
    }
}

#[cfg(test)]
mod tests {
    use axum::{extract::Query, http::Uri};

    use super::*;

    fn parse(address: &str) -> Signature {
        let address: Uri = address.parse().unwrap();
        Query::<Signature>::try_from_uri(&address).unwrap().0
    }

    #[test]
    fn an_address_is_good_for_what_it_was_signed_for() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"key");
        let shown = Presentation {
            file_name: "a b&c=d\u{e9}.zip".into(),
            media_type: "application/zip".into(),
        };
        let blob = (BlobKind::Artifact, 7);
        let address = sign(&key, blob, Permission::Read, &shown);
        let verify =
            |address: &str, blob, permission| parse(address).verify(&key, blob, permission);
        assert_eq!(verify(&address, blob, Permission::Read), Some(shown));
        assert_eq!(verify(&address, blob, Permission::Write), None);
        assert_eq!(verify(&address, (BlobKind::Artifact, 8), Permission::Read), None);
        assert_eq!(verify(&address, (BlobKind::Cache, 7), Permission::Read), None);
        for (from, to) in [("&se=1", "&se=2"), ("sp=r", "sp=w"), ("rscd=a", "rscd=b")] {
            assert!(address.contains(from), "{from}");
            let other = address.replacen(from, to, 1);
            assert_eq!(verify(&other, blob, Permission::Read), None, "{other}");
        }
        let other = hmac::Key::new(hmac::HMAC_SHA256, b"other");
        assert_eq!(parse(&address).verify(&other, blob, Permission::Read), None);
    }

    #[test]
    fn an_address_is_good_for_a_time() {
        let key = hmac::Key::new(hmac::HMAC_SHA256, b"key");
        let (blob, past) = ((BlobKind::Cache, 1), Timestamp::now().as_second() - 1);
        let text = signed_text(blob, "r", past, &Presentation::default());
        let sig = URL_SAFE_NO_PAD.encode(hmac::sign(&key, text.as_bytes()));
        let old = Signature { sp: "r".into(), se: past, sig, ..Signature::default() };
        assert_eq!(old.verify(&key, blob, Permission::Read), None);
    }
}
