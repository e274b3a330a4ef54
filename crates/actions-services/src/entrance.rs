//! Where requests come in: listeners, their connections, and the addresses by which each is known.
//!
//! The services have one entrance on the loopback. Containers have a loopback of their own, so a
//! job with containers gets a further one on the gateway of its network, an address that this
//! machine has on that network alone. Nothing ever listens on all addresses. What is answered
//! leads back to the entrance that the request came in by.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{Extension, Router};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use rustix::net::sockopt;
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::OwnedSemaphorePermit,
};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    identity, rest,
    server::{ServiceError, Shared, router},
};

/// How many connections may wait to be taken in.
const BACKLOG: u32 = 1024;

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

/// The addresses of the entrance that a request came in by.
pub(crate) type Here = Extension<Arc<Addresses>>;

/// A listener. Nobody can come in any more, and who is in has to go, when this is dropped.
#[derive(Debug)]
pub struct Entrance {
    addresses: Arc<Addresses>,
    _end: DropGuard,
}

impl Entrance {
    /// Listens on a port of this address that the system chooses, until `end` at the latest.
    ///
    /// # Errors
    /// When the address is all of them, or the system has no port.
    pub(crate) async fn open(
        shared: &Arc<Shared>,
        address: IpAddr,
        end: CancellationToken,
    ) -> Result<Self, ServiceError> {
        let failed = |cause| ServiceError::Listen { address, cause };
        if address.is_unspecified() {
            return Err(failed(io::Error::other("it stands for every address")));
        }
        let listener = bind(address).map_err(failed)?;
        let addresses = Arc::new(Addresses::of(listener.local_addr().map_err(failed)?));
        let router = router(shared.clone()).layer(Extension(addresses.clone()));
        shared.tasks.spawn(accept(listener, router, shared.clone(), end.clone()));
        Ok(Entrance { addresses, _end: end.drop_guard() })
    }

    /// Where steps find the services by this entrance.
    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }
}

/// A listener on an address that this machine may be yet to get: Podman makes the bridge of a
/// network when the first container on it starts (ip(7), `IP_FREEBIND`).
fn bind(address: IpAddr) -> io::Result<TcpListener> {
    let socket = match address {
        IpAddr::V4(_) => {
            let socket = TcpSocket::new_v4()?;
            sockopt::set_ip_freebind(&socket, true)?;
            socket
        }
        IpAddr::V6(_) => {
            let socket = TcpSocket::new_v6()?;
            sockopt::set_ipv6_freebind(&socket, true)?;
            socket
        }
    };
    socket.bind((address, 0).into())?;
    socket.listen(BACKLOG)
}

async fn accept(
    listener: TcpListener,
    router: Router,
    shared: Arc<Shared>,
    end: CancellationToken,
) {
    let next = || async {
        let permit = shared.room.clone().acquire_owned().await.map_err(io::Error::other)?;
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
