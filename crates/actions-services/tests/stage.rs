//! Running services with a store of their own, and a client that sends what it is told.

use std::{path::Path, sync::Arc, time::Duration};

use serde_json::{Map, Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use windlass_actions_services::{Admission, JobFacts, Limits, Services};
use windlass_kernel::RunId;
use windlass_store::Store;

/// Services under test.
pub struct Stage {
    pub directory: tempfile::TempDir,
    pub store: Arc<Store>,
    pub services: Services,
    /// Where the client goes.
    pub base: String,
}

/// What came back.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Response {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The value of a header; the name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

pub fn run_id(number: u128) -> RunId {
    RunId(ulid::Ulid(number))
}

/// A job of a run on a branch.
pub fn job(run: RunId, job: &str, git_ref: &str) -> JobFacts {
    let github = json!({
        "ref": git_ref, "sha": "0123", "repository": "octo/shop", "repository_owner": "octo",
        "event_name": "push", "run_id": "7", "repository_visibility": "private",
    });
    let Value::Object(github) = github else { panic!("an object") };
    JobFacts {
        project: "/p".into(),
        git_root: None,
        default_branch: "main".into(),
        run,
        job: job.into(),
        github: Arc::<Map<String, Value>>::new(github),
        siblings: Vec::new(),
        job_workflow_ref: "octo/shop/.github/workflows/ci.yml@refs/heads/main".into(),
        environment: None,
        may_request_identity: true,
        lifetime: Duration::from_secs(600),
    }
}

impl Stage {
    pub async fn new() -> Self {
        Stage::with(Limits::default()).await
    }

    pub async fn with(limits: Limits) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (store, services) = Stage::open(directory.path(), limits).await;
        let base = services.addresses().results_url.clone();
        Stage { directory, store, services, base }
    }

    pub async fn open(directory: &Path, limits: Limits) -> (Arc<Store>, Services) {
        let store = Arc::new(Store::open(directory).await.unwrap());
        let services = Services::start(store.clone(), limits).await.unwrap();
        (store, services)
    }

    pub fn admit(&self, run: RunId, id: &str) -> Admission {
        self.services.admit(job(run, id, "refs/heads/main")).unwrap()
    }

    /// Sends bytes as they are and reads until the server closes.
    pub async fn raw(&self, request: &[u8]) -> Response {
        let address = self.base.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        // A server that refuses need not read all of it.
        let _ = stream.write_all(request).await;
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        parse(&bytes)
    }

    /// A request to a path or whole address.
    pub async fn send(
        &self,
        method: &str,
        address: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Response {
        let path = address.strip_prefix(self.base.as_str()).unwrap_or(address);
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        self.raw(&[head.as_bytes(), body].concat()).await
    }

    /// A call of a service, such as `ArtifactService/CreateArtifact`.
    pub async fn call(&self, token: &str, method: &str, message: Value) -> Response {
        let path = format!("/twirp/github.actions.results.api.v1.{method}");
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        self.send("POST", &path, &headers, message.to_string().as_bytes()).await
    }

    /// A call that has to succeed.
    pub async fn done(&self, token: &str, method: &str, message: Value) -> Value {
        let response = self.call(token, method, message).await;
        assert_eq!(response.status, 200, "{}", String::from_utf8_lossy(&response.body));
        response.json()
    }

    /// Azure's "Put Blob".
    pub async fn put_blob(&self, address: &str, body: &[u8]) -> Response {
        self.send("PUT", address, &[("x-ms-blob-type", "BlockBlob")], body).await
    }

    /// Saves a cache; answers what its end was answered with.
    pub async fn save(&self, token: &str, key: &str, bytes: &[u8]) -> Value {
        let created = json!({"key": key, "version": "v"});
        let created = self.done(token, "CacheService/CreateCacheEntry", created).await;
        if created["ok"] != true {
            return created;
        }
        let put = self.put_blob(created["signed_upload_url"].as_str().unwrap(), bytes).await;
        assert_eq!(put.status, 201, "{put:?}");
        let size = bytes.len().to_string();
        let finished = json!({"key": key, "version": "v", "size_bytes": size});
        self.done(token, "CacheService/FinalizeCacheEntryUpload", finished).await
    }

    /// The key that a look-up finds; empty for none.
    pub async fn restore(&self, token: &str, key: &str, others: &[&str]) -> String {
        let wanted = json!({"key": key, "version": "v", "restore_keys": others});
        let found = self.done(token, "CacheService/GetCacheEntryDownloadURL", wanted).await;
        assert_eq!(found["ok"] == true, found["matched_key"] != "", "{found}");
        found["matched_key"].as_str().unwrap().to_owned()
    }
}

/// A message of the artifact service for a job.
pub fn message(run: RunId, job: &str, more: Value) -> Value {
    let mut message = json!({
        "workflow_run_backend_id": run.to_string(), "workflow_job_run_backend_id": job,
    });
    let Value::Object(more) = more else { panic!("an object") };
    message.as_object_mut().unwrap().extend(more);
    message
}

fn parse(bytes: &[u8]) -> Response {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.unwrap_or_else(|| panic!("no head: {:?}", String::from_utf8_lossy(bytes)));
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap();
    let rest = &bytes[end + 4..];
    let is_chunked = head.contains("transfer-encoding: chunked");
    let body = if is_chunked { unchunk(rest) } else { rest.to_vec() };
    Response { status, head, body }
}

fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(line) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = std::str::from_utf8(&rest[..line]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        body.extend_from_slice(&rest[line + 2..line + 2 + size]);
        rest = &rest[line + 4 + size..];
    }
    body
}
