//! Further entrances, as a job with containers gets one on the gateway of its network.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::json;
use tokio::net::TcpStream;

use crate::stage::{Stage, message, run_id};

/// An address of this machine that is not the one of the first entrance.
const GATEWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

#[tokio::test]
async fn what_is_answered_leads_back_to_the_entrance_that_was_used() {
    let mut stage = Stage::new().await;
    let entrance = stage.services.listen(GATEWAY).await.unwrap();
    let base = entrance.addresses().results_url.clone();
    assert!(base.starts_with("http://127.0.0.2:"), "{base}");
    assert!(entrance.addresses().api_url.starts_with(&base));
    let (own, other) = (stage.admit(run_id(1), "a"), stage.admit(run_id(2), "b"));
    stage.base.clone_from(&base);
    let of = |more| message(run_id(1), "a", more);
    let address = {
        let create = of(json!({"name": "note", "version": 4}));
        let created =
            stage.done(&own.runtime_token, "ArtifactService/CreateArtifact", create).await;
        created["signed_upload_url"].as_str().unwrap().to_owned()
    };
    assert!(address.starts_with(&base), "{address}");
    assert_eq!(stage.put_blob(&address, b"from a container").await.status, 201);
    let finalize = of(json!({"name": "note", "size": "16"}));
    stage.done(&own.runtime_token, "ArtifactService/FinalizeArtifact", finalize).await;
    let (signed, wanted) = ("ArtifactService/GetSignedArtifactURL", of(json!({"name": "note"})));
    let got = stage.done(&own.runtime_token, signed, wanted.clone()).await;
    let address = got["signed_url"].as_str().unwrap();
    assert!(address.starts_with(&base), "{address}");
    assert_eq!(stage.send("GET", address, &[], b"").await.body, b"from a container");
    // Whose token it is counts here as everywhere.
    for (token, status) in [(other.runtime_token.as_str(), 403), ("x", 401)] {
        assert_eq!(stage.call(token, signed, wanted.clone()).await.status, status);
    }
    let document = stage.send("GET", "/.well-known/openid-configuration", &[], b"").await.json();
    assert_eq!(document["issuer"], base.as_str());
}

#[tokio::test]
async fn an_entrance_is_closed_when_it_is_dropped_and_with_the_services() {
    let stage = Stage::new().await;
    let host = |address: &str| address.strip_prefix("http://").unwrap().to_owned();
    let open = async |address: &str| TcpStream::connect(address).await.is_ok();
    let (one, two) = (stage.services.listen(GATEWAY), stage.services.listen(GATEWAY));
    let (one, two) = (one.await.unwrap(), two.await.unwrap());
    let [first, second] = [&one, &two].map(|it| host(&it.addresses().results_url));
    assert!(open(&first).await && open(&second).await);
    drop(one);
    for _ in 0..100 {
        if !open(&first).await {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(!open(&first).await && open(&second).await);
    stage.services.stop().await;
    assert!(!open(&second).await);
    assert!(!open(&host(&stage.services.addresses().results_url)).await);
}

#[tokio::test]
async fn there_is_no_entrance_on_all_addresses() {
    let stage = Stage::new().await;
    for address in ["0.0.0.0", "::"] {
        let refused = stage.services.listen(address.parse().unwrap()).await.unwrap_err();
        assert!(refused.to_string().contains(address), "{refused}");
    }
}
