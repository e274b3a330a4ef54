//! The job's repository and its siblings over Git's smart HTTP protocol, for fetches:
//! `actions/checkout` as it is published finds them under GITHUB_SERVER_URL.
//!
//! The work is done by `git http-backend`, a CGI program (git-http-backend(1)); here a request
//! becomes its environment and what it prints becomes a response. Nobody can push: it accepts that
//! only from a named user, and none is named.

use std::{io, path::Path as FilePath, process::Stdio, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http_body_util::BodyExt as _;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    process::{ChildStdin, ChildStdout, Command},
};
use tokio_util::io::ReaderStream;

use crate::{authority::Purpose, server::Shared};

/// The most lines of head that the program may print.
const HEAD_LIMIT: usize = 64;

/// What `actions/checkout` fetches is a commit, which a branch need not point to; filters are for
/// sparse and partial clones.
const CONFIGURATION: &[(&str, &str)] = &[
    ("uploadpack.allowAnySHA1InWant", "true"),
    ("uploadpack.allowFilter", "true"),
    ("http.getanyfile", "false"),
];

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/{owner}/{repo}/info/refs", get(references))
        .route("/{owner}/{repo}/git-upload-pack", post(upload_pack))
}

async fn references(
    State(shared): State<Arc<Shared>>,
    Path(repository): Path<(String, String)>,
    request: Request,
) -> Response {
    serve(&shared, repository, "info/refs", request).await
}

async fn upload_pack(
    State(shared): State<Arc<Shared>>,
    Path(repository): Path<(String, String)>,
    request: Request,
) -> Response {
    serve(&shared, repository, "git-upload-pack", request).await
}

async fn serve(
    shared: &Shared,
    (owner, name): (String, String),
    service: &str,
    request: Request,
) -> Response {
    let Some(job) = shared.caller(Purpose::Api, request.headers()) else {
        let ask = [(header::WWW_AUTHENTICATE, "Basic realm=\"Windlass\"")];
        return (StatusCode::UNAUTHORIZED, ask).into_response();
    };
    let repository = job.repository(&owner, &name);
    let Some(command) = repository.and_then(|it| backend(it, service, &request)) else {
        let message = format!(
            "{owner}/{name} is not served by this local run: it serves the repository that is run \
             and those of its submodules with relative addresses that are on this machine (`git \
             submodule update --init` in the project brings them)\n"
        );
        return (StatusCode::NOT_FOUND, message).into_response();
    };
    match run(shared, command, request.into_body()).await {
        Ok(response) => response,
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("git http-backend: {error}\n"))
            .into_response(),
    }
}

/// The program with the environment of a request (RFC 3875).
fn backend(repository: &FilePath, service: &str, request: &Request) -> Option<Command> {
    let text = |name: HeaderName| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let protocol = HeaderName::from_static("git-protocol");
    let mut command = Command::new("git");
    command
        .arg("http-backend")
        .env("REQUEST_METHOD", request.method().as_str())
        .env("QUERY_STRING", request.uri().query().unwrap_or_default())
        .env("PATH_TRANSLATED", repository.join(service))
        .env("CONTENT_TYPE", text(header::CONTENT_TYPE))
        .env("HTTP_CONTENT_ENCODING", text(header::CONTENT_ENCODING))
        .env("GIT_PROTOCOL", text(protocol))
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_CONFIG_COUNT", CONFIGURATION.len().to_string())
        .env_remove("REMOTE_USER")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    for (index, (key, value)) in CONFIGURATION.iter().enumerate() {
        command.env(format!("GIT_CONFIG_KEY_{index}"), key);
        command.env(format!("GIT_CONFIG_VALUE_{index}"), value);
    }
    if let Some(length) = request.headers().get(header::CONTENT_LENGTH) {
        command.env("CONTENT_LENGTH", length.to_str().ok()?);
    }
    Some(command)
}

async fn run(shared: &Shared, mut command: Command, body: Body) -> io::Result<Response> {
    let mut child = command.spawn()?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (Some(stdin), Some(stdout)) = (stdin, stdout) else {
        return Err(io::Error::other("it has no pipes"));
    };
    let idle = shared.limits.idle;
    let feeder = tokio::spawn(async move {
        // A program that does not want all of it is no failure; one that waits for more is ended
        // by the end of its input.
        let _ = feed(body, stdin, idle).await;
        child.wait().await
    });
    let mut output = BufReader::new(stdout);
    let head = read_head(&mut output).await;
    if head.is_err() {
        feeder.abort();
    }
    let (status, headers) = head?;
    let mut response = Response::new(Body::from_stream(ReaderStream::new(output)));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    Ok(response)
}

async fn feed(mut body: Body, mut stdin: ChildStdin, idle: std::time::Duration) -> io::Result<()> {
    while let Some(frame) = tokio::time::timeout(idle, body.frame()).await? {
        if let Ok(data) = frame.map_err(io::Error::other)?.into_data() {
            stdin.write_all(&data).await?;
        }
    }
    stdin.shutdown().await
}

/// The lines before the first empty one: headers, `Status` among them.
async fn read_head(output: &mut BufReader<ChildStdout>) -> io::Result<(StatusCode, HeaderMap)> {
    let (mut status, mut headers) = (StatusCode::OK, HeaderMap::new());
    for _ in 0..HEAD_LIMIT {
        let mut line = String::new();
        if output.read_line(&mut line).await? == 0 {
            return Err(io::Error::other("it printed no head"));
        }
        let line = line.trim_end();
        if line.is_empty() {
            return Ok((status, headers));
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        if name.eq_ignore_ascii_case("status") {
            let code = value.get(..3).and_then(|code| code.parse::<StatusCode>().ok());
            status = code.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        } else if let (Ok(name), Ok(value)) =
            (HeaderName::try_from(name), HeaderValue::try_from(value))
        {
            headers.insert(name, value);
        }
    }
    Err(io::Error::other("its head is too long"))
}
