//! `ports`: which ports of a container this machine publishes.
//!
//! Source: GitHub Docs, "Workflow syntax", `jobs.<job_id>.services.<service_id>.ports`, and Docker
//! Docs, "Port publishing". Unlike there a port without an address is published on 127.0.0.1
//! alone: a service of a test is nobody else's business on the network.

/// One port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// The address of this machine.
    pub address: String,
    /// The port of this machine; `None` has the engine choose one.
    pub host: Option<u16>,
    /// The container's port.
    pub container: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
}

/// A port that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{written}' is no port: write CONTAINER, HOST:CONTAINER or ADDRESS:HOST:CONTAINER, with /udp \
     where it is not TCP"
)]
pub struct PortError {
    /// What was written.
    pub written: String,
}

impl Port {
    /// Reads what stands in `ports` or after `--publish`; a range gives several.
    ///
    /// # Errors
    /// When it is of no known form, or ranges differ in length.
    pub fn parse(written: &str) -> Result<Vec<Self>, PortError> {
        Self::read(written.trim()).ok_or_else(|| PortError { written: written.to_owned() })
    }

    fn read(text: &str) -> Option<Vec<Self>> {
        let (text, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
        if !["tcp", "udp", "sctp"].contains(&protocol) {
            return None;
        }
        let (rest, container) = text.rsplit_once(':').unwrap_or(("", text));
        let (address, host) = match rest.rsplit_once(':') {
            Some((address, host)) => (address.trim_matches(['[', ']']), host),
            None => ("127.0.0.1", rest),
        };
        let containers = range(container)?;
        let hosts = match host {
            "" => None,
            host => Some(range(host)?),
        };
        if hosts.as_ref().is_some_and(|hosts| hosts.len() != containers.len()) {
            return None;
        }
        let port = |(index, container)| Port {
            address: address.to_owned(),
            host: hosts.as_ref().and_then(|hosts| hosts.clone().nth(index)),
            container,
            protocol: protocol.to_owned(),
        };
        Some(containers.enumerate().map(port).collect())
    }

    /// `80/tcp`, as the engine calls it.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}/{}", self.container, self.protocol)
    }
}

fn range(text: &str) -> Option<std::ops::RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last): (u16, u16) = (first.parse().ok()?, last.parse().ok()?);
    (first > 0 && first <= last).then_some(first..=last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(written: &str) -> Vec<String> {
        let ports = Port::parse(written).expect("ports");
        let host = |port: &Port| port.host.map_or_else(|| "?".to_owned(), |it| it.to_string());
        ports.iter().map(|it| format!("{}:{}->{}", it.address, host(it), it.key())).collect()
    }

    #[test]
    fn all_documented_forms() {
        assert_eq!(shown("5432"), ["127.0.0.1:?->5432/tcp"]);
        assert_eq!(shown("8080:80"), ["127.0.0.1:8080->80/tcp"]);
        assert_eq!(shown("53:53/udp"), ["127.0.0.1:53->53/udp"]);
        assert_eq!(shown("0.0.0.0:8080:80"), ["0.0.0.0:8080->80/tcp"]);
        assert_eq!(shown("[::1]:8080:80"), ["::1:8080->80/tcp"]);
        assert_eq!(shown("127.0.0.1::80"), ["127.0.0.1:?->80/tcp"]);
        assert_eq!(shown("81-82:91-92"), ["127.0.0.1:81->91/tcp", "127.0.0.1:82->92/tcp"]);
    }

    #[test]
    fn what_is_no_port() {
        for written in ["", "x", "0", "70000", "80/ftp", "1-3:1-2", "9-8", ":"] {
            assert_eq!(Port::parse(written).unwrap_err().written, written);
        }
    }
}
