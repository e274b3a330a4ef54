//! The issuer of identity tokens: what a job shows to a cloud to be let in without a secret.
//!
//! Source: GitHub Docs, "OpenID Connect reference": the claims, the subject and the discovery
//! document; OpenID Connect Discovery 1.0 for its shape. Tokens are good for five minutes and are
//! signed by a key of this process: whoever checks them has to be able to reach this machine.

use std::sync::Arc;

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
};
use axum::{
    Extension, Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{authority::Purpose, entrance::Here, jobs::JobFacts, server::Shared};

/// How long a token is good, in seconds.
const LIFETIME: i64 = 5 * 60;

/// The path of ACTIONS_ID_TOKEN_REQUEST_URL. Clients append `&audience=…`, so there is a query.
pub(crate) const REQUEST_PATH: &str = "/oidc/token?api-version=2.0";

/// The claims that are properties of the `github` context.
const FROM_CONTEXT: &[&str] = &[
    "actor",
    "actor_id",
    "base_ref",
    "event_name",
    "head_ref",
    "ref",
    "ref_protected",
    "ref_type",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "repository_visibility",
    "run_attempt",
    "run_id",
    "run_number",
    "sha",
    "workflow",
    "workflow_ref",
    "workflow_sha",
];

/// The claims beside them.
const OWN: &[&str] = &[
    "aud",
    "environment",
    "exp",
    "iat",
    "iss",
    "job_workflow_ref",
    "job_workflow_sha",
    "jti",
    "nbf",
    "runner_environment",
    "sub",
];

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/oidc/token", get(token))
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/.well-known/jwks", get(keys))
}

/// The key that signs identity tokens.
pub(crate) struct IdentityKey {
    sign: EncodingKey,
    id: String,
    public: Jwk,
}

impl IdentityKey {
    /// A new key; takes some 100 ms. `None` when one cannot be made.
    pub fn generate() -> Option<Self> {
        let pair = KeyPair::generate(KeySize::Rsa2048).ok()?;
        let der: Pkcs8V1Der<'_> = pair.as_der().ok()?;
        let text = STANDARD.encode(der.as_ref());
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n");
        let sign = EncodingKey::from_rsa_pem(pem.as_bytes()).ok()?;
        let mut public = Jwk::from_encoding_key(&sign, Algorithm::RS256).ok()?;
        let id = ulid::Ulid::generate().to_string();
        public.common.key_id = Some(id.clone());
        public.common.public_key_use = Some(jsonwebtoken::jwk::PublicKeyUse::Signature);
        Some(IdentityKey { sign, id, public })
    }

    fn sign(&self, claims: &Map<String, Value>) -> Option<String> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.id.clone());
        jsonwebtoken::encode(&header, claims, &self.sign).ok()
    }
}

impl Shared {
    /// The key, made when it is first needed.
    async fn identity_key(&self) -> Result<&IdentityKey, Response> {
        let made = self.identity.get_or_try_init(|| async {
            let made = tokio::task::spawn_blocking(IdentityKey::generate).await;
            made.ok().flatten().ok_or(())
        });
        made.await.map_err(|()| {
            refuse(StatusCode::INTERNAL_SERVER_ERROR, "no key for identity tokens can be made")
        })
    }
}

impl Shared {
    /// A token with these claims; `None` without a key.
    pub(crate) async fn sign_identity(
        &self,
        mut claims: Map<String, Value>,
        issuer: &str,
    ) -> Option<String> {
        claims.insert("jti".to_owned(), ulid::Ulid::generate().to_string().into());
        put_validity(&mut claims, issuer, Timestamp::now());
        self.identity_key().await.ok()?.sign(&claims)
    }
}

/// Who issues a token, and how long it is good.
fn put_validity(claims: &mut Map<String, Value>, issuer: &str, now: Timestamp) {
    let now = now.as_second();
    claims.insert("iss".to_owned(), issuer.into());
    claims.insert("nbf".to_owned(), now.into());
    claims.insert("iat".to_owned(), now.into());
    claims.insert("exp".to_owned(), now.saturating_add(LIFETIME).into());
}

fn refuse(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({"message": message}))).into_response()
}

#[derive(Deserialize)]
struct Request {
    audience: Option<String>,
}

async fn token(
    State(shared): State<Arc<Shared>>,
    Extension(here): Here,
    headers: HeaderMap,
    Query(request): Query<Request>,
) -> Result<Json<Value>, Response> {
    let job = shared.caller(Purpose::Identity, &headers);
    let job = job.filter(|job| job.may_request_identity).ok_or_else(|| {
        refuse(StatusCode::UNAUTHORIZED, "the token is none of a job with `id-token: write`")
    })?;
    let claims = claims(&job, &here.results_url, request.audience, Timestamp::now());
    let value = shared.identity_key().await?.sign(&claims).ok_or_else(|| {
        refuse(StatusCode::INTERNAL_SERVER_ERROR, "the identity token cannot be signed")
    })?;
    Ok(Json(json!({"count": value.len(), "value": value})))
}

/// The claims of a job's token. The audience is the owner's page where none is asked for.
fn claims(
    job: &JobFacts,
    issuer: &str,
    audience: Option<String>,
    now: Timestamp,
) -> Map<String, Value> {
    let owner = job.github("repository_owner");
    let audience = audience.filter(|it| !it.is_empty());
    let audience = audience.unwrap_or_else(|| format!("https://github.com/{owner}"));
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    put("jti", ulid::Ulid::generate().to_string().into());
    put("sub", subject(job).into());
    put("aud", audience.into());
    for name in FROM_CONTEXT {
        let value = job.github.get(*name).filter(|value| !value.is_null());
        put(name, value.map_or_else(|| "".into(), text));
    }
    put("job_workflow_ref", job.job_workflow_ref.clone().into());
    put("job_workflow_sha", job.github("workflow_sha").into());
    put("runner_environment", "self-hosted".into());
    if let Some(environment) = &job.environment {
        put("environment", environment.clone().into());
    }
    put_validity(&mut claims, issuer, now);
    claims
}

/// All of GitHub's claims from the context are strings.
fn text(value: &Value) -> Value {
    match value {
        Value::String(text) => text.clone().into(),
        other => other.to_string().into(),
    }
}

/// Who the job is ("Example subject claims").
fn subject(job: &JobFacts) -> String {
    let repository = job.github("repository");
    match &job.environment {
        // A colon would make two parts of it.
        Some(environment) => {
            format!("repo:{repository}:environment:{}", environment.replace(':', "%3A"))
        }
        None if job.github("event_name") == "pull_request" => {
            format!("repo:{repository}:pull_request")
        }
        None => format!("repo:{repository}:ref:{}", job.github("ref")),
    }
}

async fn discovery(Extension(here): Here) -> Json<Value> {
    let issuer = &here.results_url;
    let mut supported: Vec<&str> = FROM_CONTEXT.iter().chain(OWN).copied().collect();
    supported.sort_unstable();
    Json(json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks"),
        "subject_types_supported": ["public", "pairwise"],
        "response_types_supported": ["id_token"],
        "claims_supported": supported,
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid"],
    }))
}

async fn keys(State(shared): State<Arc<Shared>>) -> Result<Json<Value>, Response> {
    Ok(Json(json!({"keys": [shared.identity_key().await?.public]})))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::sample;

    #[test]
    fn the_subject_names_environment_event_or_ref() {
        let mut job = sample();
        assert_eq!(subject(&job), "repo:octo/shop:ref:refs/heads/topic");
        Arc::make_mut(&mut job.github).insert("event_name".into(), "pull_request".into());
        assert_eq!(subject(&job), "repo:octo/shop:pull_request");
        job.environment = Some("prod:eu".into());
        assert_eq!(subject(&job), "repo:octo/shop:environment:prod%3Aeu");
    }

    #[test]
    fn claims_say_who_when_and_for_whom() {
        let now = Timestamp::from_second(1_000_000).unwrap();
        let of = |audience: Option<&str>| {
            Value::from(claims(&sample(), "http://127.0.0.1:1", audience.map(Into::into), now))
        };
        let found = of(None);
        assert_eq!(found["aud"], "https://github.com/octo");
        assert_eq!(found["run_id"], "7");
        assert_eq!((&found["iat"], &found["exp"]), (&json!(1_000_000), &json!(1_000_300)));
        assert_eq!(found.get("environment"), None);
        assert_eq!(of(Some("sts.example.com"))["aud"], "sts.example.com");
        assert_eq!(of(Some(""))["aud"], "https://github.com/octo");
    }
}
