//! Values of flags: durations, sizes, limits, in the forms that Docker's program takes.

use bollard::models::{
    DeviceMapping, DeviceRequest, Mount, MountBindOptions, MountTmpfsOptions, MountType,
    ResourcesUlimits, RestartPolicy, RestartPolicyNameEnum,
};

type Read<T> = Result<T, String>;

/// A whole number.
pub(super) fn integer(text: &str) -> Read<i64> {
    text.parse().map_err(|_| "a whole number is wanted".to_owned())
}

/// `true` and `false` as Go's `strconv.ParseBool` takes them.
pub(super) fn boolean(text: &str) -> Read<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err("true or false is wanted".to_owned()),
    }
}

/// A duration like `1m30s`, in nanoseconds.
pub(super) fn nanoseconds(text: &str) -> Read<i64> {
    let wrong = || "a duration with its unit is wanted, like 10s or 1m30s".to_owned();
    if text == "0" {
        return Ok(0);
    }
    let (mut rest, mut total) = (text, 0.0_f64);
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let unit_at = rest.find(|it: char| !it.is_ascii_digit() && it != '.').ok_or_else(wrong)?;
        let number: f64 = rest[..unit_at].parse().map_err(|_| wrong())?;
        rest = &rest[unit_at..];
        let end = rest.find(|it: char| it.is_ascii_digit() || it == '.').unwrap_or(rest.len());
        let unit = match &rest[..end] {
            "ns" => 1.0,
            "us" | "µs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => return Err(wrong()),
        };
        total += number * unit;
        rest = &rest[end..];
    }
    whole(total).ok_or_else(wrong)
}

/// A size like `512m` or `1.5g`, in bytes.
pub(super) fn bytes(text: &str) -> Read<i64> {
    let wrong = || "a size is wanted, like 512m or 2g".to_owned();
    let lower = text.trim().to_ascii_lowercase();
    let number = lower.trim_end_matches(['i', 'b', 'k', 'm', 'g', 't', 'p']);
    let unit = match lower[number.len()..].trim_end_matches('b').trim_end_matches('i') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        "p" => 50,
        _ => return Err(wrong()),
    };
    let number: f64 = number.trim().parse().map_err(|_| wrong())?;
    whole(number * 2_f64.powi(unit)).ok_or_else(wrong)
}

/// The same, where -1 means that there is no limit.
pub(super) fn bytes_or_unlimited(text: &str) -> Read<i64> {
    if text == "-1" { Ok(-1) } else { bytes(text) }
}

/// A number of processors like `1.5`, in billionths.
pub(super) fn nano_cpus(text: &str) -> Read<i64> {
    let wrong = || "a number of processors is wanted, like 1.5".to_owned();
    let number: f64 = text.parse().map_err(|_| wrong())?;
    whole(number * 1e9).ok_or_else(wrong)
}

#[allow(clippy::cast_possible_truncation, reason = "the range is checked")]
fn whole(number: f64) -> Option<i64> {
    (number.is_finite() && (0.0..9e18).contains(&number)).then(|| number.round() as i64)
}

/// `NAME=VALUE`.
pub(super) fn pair(text: &str) -> Read<(String, String)> {
    let (name, value) = text.split_once('=').ok_or("NAME=VALUE is wanted")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// `nofile=1024[:2048]`.
pub(super) fn ulimit(text: &str) -> Read<ResourcesUlimits> {
    let (name, limits) = pair(text)?;
    let (soft, hard) = limits.split_once(':').unwrap_or((&limits, &limits));
    Ok(ResourcesUlimits {
        name: Some(name),
        soft: Some(integer(soft)?),
        hard: Some(integer(hard)?),
    })
}

/// `/dev/host[:/dev/container[:rwm]]`.
pub(super) fn device(text: &str) -> DeviceMapping {
    let mut parts = text.splitn(3, ':');
    let on_host = parts.next().unwrap_or_default();
    DeviceMapping {
        path_on_host: Some(on_host.to_owned()),
        path_in_container: Some(parts.next().unwrap_or(on_host).to_owned()),
        cgroup_permissions: Some(parts.next().unwrap_or("rwm").to_owned()),
    }
}

/// `all` or a number.
pub(super) fn gpus(text: &str) -> Read<DeviceRequest> {
    let count = if text == "all" { -1 } else { integer(text)? };
    let capabilities = Some(vec![vec!["gpu".to_owned()]]);
    Ok(DeviceRequest { count: Some(count), capabilities, ..DeviceRequest::default() })
}

/// `no`, `always`, `unless-stopped` or `on-failure[:times]`.
pub(super) fn restart(text: &str) -> Read<RestartPolicy> {
    let (name, times) = text.split_once(':').unwrap_or((text, "0"));
    let name = match name {
        "no" => RestartPolicyNameEnum::NO,
        "always" => RestartPolicyNameEnum::ALWAYS,
        "unless-stopped" => RestartPolicyNameEnum::UNLESS_STOPPED,
        "on-failure" => RestartPolicyNameEnum::ON_FAILURE,
        _ => return Err("no, always, unless-stopped or on-failure is wanted".to_owned()),
    };
    Ok(RestartPolicy { name: Some(name), maximum_retry_count: Some(integer(times)?) })
}

/// `type=bind,source=/a,target=/b,readonly`; Docker Docs, "Bind mounts", "Volumes", "tmpfs mounts".
pub(super) fn mount(text: &str) -> Read<Mount> {
    let mut mount = Mount { typ: Some(MountType::VOLUME), ..Mount::default() };
    for part in text.split(',') {
        let (key, value) = part.split_once('=').unwrap_or((part, "true"));
        match key.trim() {
            "type" => {
                mount.typ = Some(match value {
                    "bind" => MountType::BIND,
                    "volume" => MountType::VOLUME,
                    "tmpfs" => MountType::TMPFS,
                    _ => return Err("the type is bind, volume or tmpfs".to_owned()),
                });
            }
            "source" | "src" => mount.source = Some(value.to_owned()),
            "target" | "destination" | "dst" => mount.target = Some(value.to_owned()),
            "readonly" | "ro" => mount.read_only = Some(boolean(value)?),
            "bind-propagation" => {
                let propagation = value.parse().map_err(|_| "unknown propagation".to_owned())?;
                let options = MountBindOptions {
                    propagation: Some(propagation),
                    ..MountBindOptions::default()
                };
                mount.bind_options = Some(options);
            }
            "tmpfs-size" => {
                let size_bytes = Some(bytes(value)?);
                mount.tmpfs_options =
                    Some(MountTmpfsOptions { size_bytes, ..MountTmpfsOptions::default() });
            }
            _ => return Err(format!("'{key}' is not known here")),
        }
    }
    if mount.target.is_none() { Err("it has no target".to_owned()) } else { Ok(mount) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes() {
        assert_eq!(nanoseconds("1h1m1.5s"), Ok(3_661_500_000_000));
        assert!(
            nanoseconds("5").is_err() && nanoseconds("5x").is_err() && nanoseconds("").is_err()
        );
        assert_eq!(bytes("1.5g"), Ok(1_610_612_736));
        assert_eq!(bytes("10MiB"), Ok(10 << 20));
        assert_eq!(bytes("64"), Ok(64));
        assert!(bytes("g").is_err() && bytes("-1").is_err());
    }

    #[test]
    fn mounts() {
        let read = mount("type=bind,src=/a,dst=/b,readonly").expect("a mount");
        assert_eq!(read.typ, Some(MountType::BIND));
        assert_eq!(read.read_only, Some(true));
        assert!(mount("type=bind,src=/a").is_err() && mount("type=x,dst=/b").is_err());
    }
}
