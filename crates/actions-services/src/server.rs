//! The server: what is served, its limits, and its end. How requests come in is in
//! [`entrance`](crate::entrance).

use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};

use axum::{Router, extract::DefaultBodyLimit, routing};
use jiff::Timestamp;
use serde_json::{Map, Value};
use thiserror::Error;
use tokio::sync::{OnceCell, Semaphore};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use windlass_store::{BlobKind, Store};

use crate::{
    artifacts,
    authority::{Authority, Purpose},
    caches, download,
    entrance::{Addresses, Entrance},
    git,
    identity::{self, IdentityKey},
    jobs::{Admission, JobFacts, Jobs},
    large_files, rest,
    signed_url::{self, Permission, Presentation},
    twirp::TwirpError,
    upload,
};

/// The most bytes of a message that is not a blob.
const MESSAGE_LIMIT: usize = 1024 * 1024;
/// How many connections there may be at once; one more waits at each entrance.
const CONNECTIONS: usize = 512;

/// The services cannot be started, or a job cannot be admitted.
#[derive(Debug, Error)]
pub enum ServiceError {
    /// No port at an address.
    #[error("the services for actions cannot listen on {address}: {cause}")]
    Listen {
        /// The address.
        address: IpAddr,
        /// Why not.
        cause: io::Error,
    },
    /// No keys.
    #[error("the services for actions have no keys: the system gives no random numbers")]
    Keys,
    /// A token cannot be signed.
    #[error("a job's token cannot be signed: {0}")]
    Token(#[from] jsonwebtoken::errors::Error),
}

/// What requests may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The bytes that all caches of a project may take; what was used least recently goes.
    pub cache_bytes: u64,
    /// The bytes that one request may carry to a blob.
    pub block_bytes: u64,
    /// How long a request may be silent before it is whole.
    pub idle: Duration,
}

impl Default for Limits {
    /// GitHub's 10 GB of caches ("Usage limits and eviction policy"), Azure's 5000 MiB a request
    /// ("Put Blob"), and half a minute.
    fn default() -> Self {
        Limits {
            cache_bytes: 10 * 1024 * 1024 * 1024,
            block_bytes: 5000 * 1024 * 1024,
            idle: Duration::from_secs(30),
        }
    }
}

/// What all handlers share.
pub(crate) struct Shared {
    pub store: Arc<Store>,
    pub jobs: Jobs,
    pub authority: Authority,
    pub identity: OnceCell<IdentityKey>,
    pub limits: Limits,
    /// Room for connections, those of all entrances together.
    pub room: Arc<Semaphore>,
    pub tasks: TaskTracker,
}

impl Shared {
    /// A signed address of a blob, for one who came in here.
    pub fn blob_address(
        &self,
        here: &Addresses,
        blob: (BlobKind, i64),
        permission: Permission,
        shown: &Presentation,
    ) -> String {
        let path = signed_url::sign(&self.authority.addresses, blob, permission, shown);
        format!("{}{path}", here.results_url)
    }

    /// How many bytes a blob has.
    ///
    /// # Errors
    /// When it is not whole.
    pub async fn uploaded_size(&self, (kind, id): (BlobKind, i64)) -> Result<u64, TwirpError> {
        let blob = self.store.blob(kind, id);
        let parts = tokio::task::spawn_blocking(move || blob.parts()).await;
        match parts.map_err(io::Error::other).flatten() {
            Ok(parts) => Ok(parts.iter().map(|part| part.size).sum()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(TwirpError::invalid("nothing was uploaded"))
            }
            Err(error) => Err(TwirpError::broken(error.to_string())),
        }
    }
}

/// The services while they run. Dropping this leaves connections to end by themselves; see
/// [`Services::stop`].
pub struct Services {
    shared: Arc<Shared>,
    end: CancellationToken,
    entrance: Entrance,
}

impl Services {
    /// Starts to listen on a port of the loopback that the system chooses, and clears away what
    /// killed processes left.
    ///
    /// # Errors
    /// When there is no port or no key.
    pub async fn start(store: Arc<Store>, limits: Limits) -> Result<Self, ServiceError> {
        let shared = Arc::new(Shared {
            store,
            jobs: Jobs::default(),
            authority: Authority::generate().ok_or(ServiceError::Keys)?,
            identity: OnceCell::new(),
            limits,
            room: Arc::new(Semaphore::new(CONNECTIONS)),
            tasks: TaskTracker::new(),
        });
        let end = CancellationToken::new();
        let address = Ipv4Addr::LOCALHOST.into();
        let entrance = Entrance::open(&shared, address, end.child_token()).await?;
        let store = shared.store.clone();
        shared.tasks.spawn(async move {
            // What cannot be cleared away now can be at the next start.
            let _ = store.drop_uploads(None).await;
            let _ = store.remove_expired_artifacts(Timestamp::now()).await;
        });
        Ok(Services { shared, end, entrance })
    }

    /// Where steps on this machine find them.
    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        self.entrance.addresses()
    }

    /// Listens on a further address of this machine, which is the gateway of a job's network:
    /// containers on it find the services there until the entrance is dropped. This machine may be
    /// yet to get the address.
    ///
    /// # Errors
    /// When the address is all of them, or the system has no port.
    pub async fn listen(&self, address: IpAddr) -> Result<Entrance, ServiceError> {
        Entrance::open(&self.shared, address, self.end.child_token()).await
    }

    /// Lets a job call, until the admission is dropped.
    ///
    /// # Errors
    /// When its tokens cannot be signed.
    pub fn admit(&self, facts: JobFacts) -> Result<Admission, ServiceError> {
        let facts = Arc::new(facts);
        let token = |purpose| self.shared.authority.token(purpose, &facts);
        let identity = facts.may_request_identity.then(|| token(Purpose::Identity)).transpose()?;
        let admission = Admission {
            runtime_token: token(Purpose::Results)?,
            api_token: token(Purpose::Api)?,
            identity_request_token: identity,
            job: facts.job.clone(),
            shared: self.shared.clone(),
        };
        self.shared.jobs.insert(facts);
        Ok(admission)
    }

    /// An identity token of other claims than those of a job of GitHub. Issuer, times and id are
    /// added; the keys are found by [`Addresses::results_url`].
    ///
    /// # Errors
    /// When there is no key, or the token cannot be signed.
    pub async fn sign_identity(&self, claims: Map<String, Value>) -> Result<String, ServiceError> {
        let issuer = &self.addresses().results_url;
        self.shared.sign_identity(claims, issuer).await.ok_or(ServiceError::Keys)
    }

    /// Ends all connections and waits for what is still to be put away.
    pub async fn stop(&self) {
        self.end.cancel();
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }
}

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let blobs = Router::new()
        .route("/blobs/{kind}/{id}", routing::get(download::get).put(upload::put))
        .layer(DefaultBodyLimit::disable());
    let messages = Router::new()
        .merge(artifacts::routes())
        .merge(caches::routes())
        .merge(identity::routes())
        .merge(rest::routes())
        .merge(large_files::routes())
        .layer(DefaultBodyLimit::max(MESSAGE_LIMIT));
    blobs.merge(messages).merge(git::routes()).with_state(shared)
}
