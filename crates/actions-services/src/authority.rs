//! The tokens of jobs: made, checked, and refused when their job has ended.
//!
//! The key is made anew in each process and never stored, so no token outlives its process. As on
//! GitHub a token says in `scp` what it is for; the artifact client reads from it which run and
//! job it speaks for (`Actions.Results:<run>:<job>`).

use std::{sync::Arc, time::Duration};

use aws_lc_rs::hmac;
use axum::http::{HeaderMap, header};
use base64::{Engine as _, engine::general_purpose};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::{jobs::JobFacts, server::Shared};

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Caches and artifacts.
    Results,
    /// Requests for identity tokens.
    Identity,
    /// The REST API and Git.
    Api,
}

impl Purpose {
    fn scope(self) -> &'static str {
        match self {
            Purpose::Results => "Actions.Results",
            Purpose::Identity => "Actions.IdentityToken",
            Purpose::Api => "Actions.Api",
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Claims {
    scp: String,
    iat: i64,
    exp: i64,
}

/// The keys of this process.
pub(crate) struct Authority {
    sign: EncodingKey,
    verify: DecodingKey,
    /// Signs addresses of blobs.
    pub addresses: hmac::Key,
}

impl Authority {
    /// New keys; `None` when the system gives no random bytes.
    pub fn generate() -> Option<Self> {
        let mut secret = [0_u8; 32];
        aws_lc_rs::rand::fill(&mut secret).ok()?;
        let random = aws_lc_rs::rand::SystemRandom::new();
        Some(Authority {
            sign: EncodingKey::from_secret(&secret),
            verify: DecodingKey::from_secret(&secret),
            addresses: hmac::Key::generate(hmac::HMAC_SHA256, &random).ok()?,
        })
    }

    /// A token of a job.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn token(
        &self,
        purpose: Purpose,
        job: &JobFacts,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let now = Timestamp::now().as_second();
        let claims = Claims {
            scp: format!("{}:{}:{}", purpose.scope(), job.run, job.job),
            iat: now,
            exp: now.saturating_add(seconds(job.lifetime)),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.sign)
    }

    /// Run and job that a token speaks for.
    fn read(&self, purpose: Purpose, token: &str) -> Option<(String, String)> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.verify, &validation).ok()?.claims;
        let mut parts = claims.scp.split(':');
        let (scope, run, job) = (parts.next()?, parts.next()?, parts.next()?);
        (scope == purpose.scope()).then(|| (run.to_owned(), job.to_owned()))
    }
}

fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}

impl Shared {
    /// The running job that a request comes from.
    pub fn caller(&self, purpose: Purpose, headers: &HeaderMap) -> Option<Arc<JobFacts>> {
        let (run, job) = self.authority.read(purpose, &credential(headers)?)?;
        self.jobs.get(&job).filter(|facts| facts.run.to_string() == run)
    }
}

/// The token of a request: `Bearer TOKEN`, `token TOKEN`, or the password of `Basic`, as git and
/// GitHub's clients send it.
fn credential(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    let rest = rest.trim();
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" | "token" => Some(rest.to_owned()),
        "basic" => {
            let pair = general_purpose::STANDARD.decode(rest).ok()?;
            let pair = String::from_utf8(pair).ok()?;
            Some(pair.split_once(':')?.1.to_owned())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::sample;

    #[test]
    fn a_token_is_for_one_purpose_one_key_and_a_time() {
        let authority = Authority::generate().unwrap();
        let mut facts = sample();
        let token = authority.token(Purpose::Results, &facts).unwrap();
        let run = facts.run.to_string();
        assert_eq!(authority.read(Purpose::Results, &token), Some((run, facts.job.clone())));
        assert_eq!(authority.read(Purpose::Api, &token), None);
        assert_eq!(Authority::generate().unwrap().read(Purpose::Results, &token), None);
        assert_eq!(authority.read(Purpose::Results, &token[..token.len() - 2]), None);
        facts.lifetime = Duration::ZERO;
        let token = authority.token(Purpose::Results, &facts).unwrap();
        std::thread::sleep(Duration::from_millis(1100));
        assert_eq!(authority.read(Purpose::Results, &token), None);
    }

    #[test]
    fn credentials_are_taken_in_the_three_ways_of_the_clients() {
        let of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            credential(&headers)
        };
        assert_eq!(of("Bearer a.b.c").as_deref(), Some("a.b.c"));
        assert_eq!(of("token a.b.c").as_deref(), Some("a.b.c"));
        let basic = general_purpose::STANDARD.encode("x-access-token:a.b.c");
        assert_eq!(of(&format!("basic {basic}")).as_deref(), Some("a.b.c"));
        assert_eq!(of("Digest x"), None);
        assert_eq!(of("Bearer"), None);
    }
}
