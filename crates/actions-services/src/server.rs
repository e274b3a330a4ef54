//! The server: one listener on the loopback, its connections, its limits, and its end.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{Router, extract::DefaultBodyLimit, routing};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use jiff::Timestamp;
use thiserror::Error;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OnceCell, OwnedSemaphorePermit, Semaphore},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use windlass_store::{BlobKind, Store};

use crate::{
    artifacts,
    authority::{Authority, Purpose},
    caches, download, git,
    identity::{self, IdentityKey},
    jobs::{Admission, JobFacts, Jobs},
    rest,
    signed_url::{self, Permission, Presentation},
    twirp::TwirpError,
    upload,
};

/// The most bytes of a message that is not a blob.
const MESSAGE_LIMIT: usize = 1024 * 1024;
/// How many connections there may be at once; more wait.
const CONNECTIONS: usize = 512;

/// The services cannot be started, or a job cannot be admitted.
#[derive(Debug, Error)]
pub enum ServiceError {
    /// No port on the loopback.
    #[error("the services for actions cannot listen on 127.0.0.1: {0}")]
    Listen(#[from] io::Error),
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

/// Where steps find the services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// ACTIONS_RESULTS_URL, which is the issuer of identity tokens, too.
    pub results_url: String,
    /// GITHUB_SERVER_URL. GitHub's clients take any host for an old GitHub Enterprise Server and
    /// refuse to work with it, unless it is `github.com` or ends in `.ghe.com` or `.localhost`.
    pub server_url: String,
    /// GITHUB_API_URL.
    pub api_url: String,
    /// GITHUB_GRAPHQL_URL.
    pub graphql_url: String,
    /// ACTIONS_ID_TOKEN_REQUEST_URL.
    pub identity_request_url: String,
}

impl Addresses {
    fn of(address: SocketAddr) -> Self {
        // Names under `.localhost` are not resolved everywhere, so all but one are numbers.
        let base = format!("http://{address}");
        Addresses {
            server_url: format!("http://windlass.localhost:{}", address.port()),
            api_url: format!("{base}{}", rest::API_PATH),
            graphql_url: format!("{base}{}", rest::GRAPHQL_PATH),
            identity_request_url: format!("{base}{}", identity::REQUEST_PATH),
            results_url: base,
        }
    }
}

/// What all handlers share.
pub(crate) struct Shared {
    pub store: Arc<Store>,
    pub jobs: Jobs,
    pub authority: Authority,
    pub identity: OnceCell<IdentityKey>,
    pub addresses: Addresses,
    pub limits: Limits,
    pub tasks: TaskTracker,
}

impl Shared {
    /// A signed address of a blob.
    pub fn blob_address(
        &self,
        blob: (BlobKind, i64),
        permission: Permission,
        shown: &Presentation,
    ) -> String {
        let path = signed_url::sign(&self.authority.addresses, blob, permission, shown);
        format!("{}{path}", self.addresses.results_url)
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
}

impl Services {
    /// Starts to listen on a port of the loopback that the system chooses, and clears away what
    /// killed processes left.
    ///
    /// # Errors
    /// When there is no port or no key.
    pub async fn start(store: Arc<Store>, limits: Limits) -> Result<Self, ServiceError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let shared = Arc::new(Shared {
            store,
            jobs: Jobs::default(),
            authority: Authority::generate().ok_or(ServiceError::Keys)?,
            identity: OnceCell::new(),
            addresses: Addresses::of(listener.local_addr()?),
            limits,
            tasks: TaskTracker::new(),
        });
        let end = CancellationToken::new();
        shared.tasks.spawn(accept(listener, shared.clone(), end.clone()));
        let store = shared.store.clone();
        shared.tasks.spawn(async move {
            // What cannot be cleared away now can be at the next start.
            let _ = store.drop_uploads(None).await;
            let _ = store.remove_expired_artifacts(Timestamp::now()).await;
        });
        Ok(Services { shared, end })
    }

    /// Where steps find them.
    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        &self.shared.addresses
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

    /// Ends all connections and waits for what is still to be put away.
    pub async fn stop(&self) {
        self.end.cancel();
        self.shared.tasks.close();
        self.shared.tasks.wait().await;
    }
}

fn router(shared: Arc<Shared>) -> Router {
    let blobs = Router::new()
        .route("/blobs/{kind}/{id}", routing::get(download::get).put(upload::put))
        .layer(DefaultBodyLimit::disable());
    let messages = Router::new()
        .merge(artifacts::routes())
        .merge(caches::routes())
        .merge(identity::routes())
        .merge(rest::routes())
        .layer(DefaultBodyLimit::max(MESSAGE_LIMIT));
    blobs.merge(messages).merge(git::routes()).with_state(shared)
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, end: CancellationToken) {
    let (router, room) = (router(shared.clone()), Arc::new(Semaphore::new(CONNECTIONS)));
    let next = || async {
        let permit = room.clone().acquire_owned().await.map_err(io::Error::other)?;
        Ok::<_, io::Error>((listener.accept().await?.0, permit))
    };
    loop {
        let accepted = tokio::select! {
            accepted = next() => accepted,
            () = end.cancelled() => return,
        };
        let Ok((stream, permit)) = accepted else {
            // The process has no file left for it; some connection will end.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let (router, idle) = (router.clone(), shared.limits.idle);
        let end = end.clone();
        shared.tasks.spawn(async move {
            tokio::select! {
                () = converse(stream, router, idle, permit) => {}
                () = end.cancelled() => {}
            }
        });
    }
}

async fn converse(
    stream: TcpStream,
    router: Router,
    idle: Duration,
    _permit: OwnedSemaphorePermit,
) {
    // Small answers are not held back; where the option is not there they are only slower.
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    // A connection that breaks off is the client's business.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(idle)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
