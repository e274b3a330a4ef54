//! Why an engine did not do what it was asked; each message names the cause and the next step.

use bollard::errors::Error as ApiError;

use crate::{OptionsError, PortError};

/// An error of an [`Engine`](crate::Engine).
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Nobody listens where engines do.
    #[error(
        "no container engine was found ({tried}). Install Docker or Podman and start it, or say \
         by DOCKER_HOST where its socket is"
    )]
    NoEngine {
        /// The places that were tried, with what was found there.
        tried: String,
    },
    /// It was there and is no more.
    #[error("the container engine stopped answering while it was to {action}: {reason}")]
    Gone {
        /// What it was to do.
        action: String,
        /// What the connection said.
        reason: String,
    },
    /// An image cannot be had.
    #[error("the image '{image}' cannot be had: {reason}")]
    NoImage {
        /// Its name.
        image: String,
        /// Why.
        reason: String,
    },
    /// A port of the host is taken.
    #[error(
        "a port of this machine that container '{container}' is to publish is in use: {reason}. \
         End what uses it, or publish the port without a number of the host's"
    )]
    PortInUse {
        /// The container.
        container: String,
        /// The engine's words.
        reason: String,
    },
    /// The engine's disk is full.
    #[error(
        "the disk of the container engine is full ({reason}); `docker system df` shows what takes \
         the room, `docker system prune` removes what nobody uses"
    )]
    DiskFull {
        /// The engine's words.
        reason: String,
    },
    /// A container ended, or its health check failed, before the job began.
    #[error("service '{name}' {reason}")]
    NotReady {
        /// The service.
        name: String,
        /// What became of it.
        reason: String,
        /// The last lines that it printed.
        log: String,
    },
    /// A build failed.
    #[error("the image of {what} could not be built: {reason}")]
    Build {
        /// What it was for.
        what: String,
        /// The builder's words.
        reason: String,
    },
    /// The engine refused for another reason.
    #[error("the container engine refused to {action}: {reason}")]
    Refused {
        /// What it was asked.
        action: String,
        /// Its answer.
        reason: String,
    },
    /// `options` cannot be understood.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// `ports` cannot be understood.
    #[error(transparent)]
    Port(#[from] PortError),
    /// A file of this machine is in the way.
    #[error("cannot {action} {path}: {source}")]
    File {
        /// A verb.
        action: &'static str,
        /// The file.
        path: String,
        /// The operating system's answer.
        source: std::io::Error,
    },
}

impl EngineError {
    /// What the API's answer means; `container` is what messages call it.
    pub(crate) fn of(action: &str, container: &str, error: ApiError) -> Self {
        let action = action.to_owned();
        match error {
            ApiError::DockerResponseServerError { message, .. }
            | ApiError::DockerStreamError { error: message } => {
                Self::of_message(action, container, message)
            }
            ApiError::RequestTimeoutError => {
                Self::Gone { action, reason: "it did not answer in time".to_owned() }
            }
            error => Self::Gone { action, reason: with_causes(&error) },
        }
    }

    fn of_message(action: String, container: &str, reason: String) -> Self {
        let lower = reason.to_ascii_lowercase();
        if lower.contains("no space left on device") || lower.contains("disk quota exceeded") {
            return Self::DiskFull { reason };
        }
        let is_taken =
            ["port is already allocated", "address already in use", "ports are not available"];
        if is_taken.iter().any(|words| lower.contains(words)) {
            return Self::PortInUse { container: container.to_owned(), reason };
        }
        match without_root(&lower) {
            Some(advice) => Self::Refused { action, reason: format!("{reason}. {advice}") },
            None => Self::Refused { action, reason },
        }
    }
}

/// What an engine that does not run as root lacks, by its words (podman(1), "Rootless mode").
fn without_root(lower: &str) -> Option<&'static str> {
    let says = |words: &[&str]| words.iter().any(|words| lower.contains(words));
    if says(&["newuidmap", "newgidmap", "/etc/subuid", "/etc/subgid"]) {
        return Some(
            "An engine without root needs newuidmap (Debian's package uidmap) and lines for its \
             user in /etc/subuid and /etc/subgid",
        );
    }
    if says(&["/dev/net/tun", "slirp4netns", "pasta failed"]) {
        return Some(
            "The network of an engine without root needs slirp4netns or pasta, and a /dev/net/tun \
             that its user may open; start the engine anew afterwards",
        );
    }
    None
}

/// An error in one line, with those behind it that say more.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = error.source();
    }
    text
}

/// Whether the API says that there is no such thing.
pub(crate) fn is_not_found(error: &ApiError) -> bool {
    matches!(error, ApiError::DockerResponseServerError { status_code: 404, .. })
}

/// Whether somebody else is removing the same thing, or it is in a state where that cannot be.
pub(crate) fn is_conflict(error: &ApiError) -> bool {
    matches!(error, ApiError::DockerResponseServerError { status_code: 409, .. })
}

/// Whether Podman tells of a state that Docker does not know: a container whose program has ended
/// is `stopped` until it has been cleared up, and then `exited`.
pub(crate) fn is_between_states(error: &ApiError) -> bool {
    matches!(error, ApiError::JsonDataError { message, .. } if message.contains("variant `stopped`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(message: &str) -> EngineError {
        let error =
            ApiError::DockerResponseServerError { status_code: 500, message: message.to_owned() };
        EngineError::of("start a container", "db", error)
    }

    #[test]
    fn the_engine_s_words_are_told_by_their_meaning() {
        let full = meaning("write /var/lib/docker/x: no space left on device");
        assert!(matches!(full, EngineError::DiskFull { .. }), "{full}");
        let taken = meaning("Bind for 127.0.0.1:80 failed: port is already allocated");
        assert!(matches!(taken, EngineError::PortInUse { .. }), "{taken}");
        assert!(taken.to_string().contains("container 'db'"));
        assert!(matches!(meaning("no"), EngineError::Refused { .. }));
        let network = "/usr/bin/slirp4netns failed: open(\"/dev/net/tun\"): Permission denied";
        assert!(meaning(network).to_string().contains("that its user may open"));
        let numbers = "cannot find UID/GID for user ci: no subuid ranges found in /etc/subuid";
        assert!(meaning(numbers).to_string().contains("package uidmap"));
    }
}
