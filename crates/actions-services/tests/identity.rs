//! Identity tokens, checked as a cloud would: by the discovery document and the keys it names.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use serde_json::Value;

use crate::stage::{Stage, job, run_id};

#[tokio::test]
async fn a_token_can_be_checked_by_what_the_issuer_publishes() {
    let stage = Stage::new().await;
    let mut facts = job(run_id(1), "a", "refs/heads/main");
    facts.environment = Some("production".into());
    let admission = stage.services.admit(facts).unwrap();
    let base = stage.services.addresses().results_url.clone();
    let request =
        format!("{}&audience=https%3A%2F%2Fvault", stage.services.addresses().identity_request_url);
    let bearer = format!("bearer {}", admission.identity_request_token.as_ref().unwrap());
    let answer = stage.send("GET", &request, &[("authorization", &bearer)], b"").await;
    let token = answer.json()["value"].as_str().unwrap().to_owned();
    let document = stage.send("GET", "/.well-known/openid-configuration", &[], b"").await.json();
    assert_eq!(document["issuer"], base.as_str());
    let keys = stage.send("GET", document["jwks_uri"].as_str().unwrap(), &[], b"").await;
    let keys: JwkSet = serde_json::from_slice(&keys.body).unwrap();
    let header = jsonwebtoken::decode_header(&token).unwrap();
    let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&["https://vault"]);
    validation.set_issuer(&[&base]);
    let claims = jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap().claims;
    assert_eq!(claims["sub"], "repo:octo/shop:environment:production");
    let told = document["claims_supported"].as_array().unwrap();
    for name in claims.as_object().unwrap().keys() {
        assert!(told.contains(&name.as_str().into()), "{name}");
    }
    validation.set_audience(&["https://elsewhere"]);
    assert!(jsonwebtoken::decode::<Value>(&token, &key, &validation).is_err());
}

#[tokio::test]
async fn only_a_job_that_may_gets_one() {
    let stage = Stage::new().await;
    let mut facts = job(run_id(1), "a", "refs/heads/main");
    facts.may_request_identity = false;
    let admission = stage.services.admit(facts).unwrap();
    assert_eq!(admission.identity_request_token, None);
    let request = stage.services.addresses().identity_request_url.clone();
    for token in [&admission.runtime_token, &admission.api_token, "x"] {
        let bearer = format!("Bearer {token}");
        let refused = stage.send("GET", &request, &[("authorization", &bearer)], b"").await;
        assert_eq!(refused.status, 401);
    }
    assert_eq!(stage.send("GET", &request, &[], b"").await.status, 401);
}
