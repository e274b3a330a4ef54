//! Every flag of `docker create`, one line each: how it is written and what it sets.

use bollard::models::{HostConfigCgroupnsModeEnum, HostConfigLogConfig};

use super::{CreateOptions, values};
use crate::Port;

/// One flag.
pub(super) struct Flag {
    long: &'static str,
    short: Option<char>,
    pub(super) action: Action,
}

type Apply = fn(&mut CreateOptions, &str) -> Result<(), String>;

/// What a flag does.
#[derive(Clone, Copy)]
pub(super) enum Action {
    /// It takes a value.
    Value(Apply),
    /// It stands alone; `--flag=false` takes it back.
    Switch(Apply),
    /// It cannot be used, for this reason.
    Refuse(&'static str),
}

impl Flag {
    /// Whether it stands alone.
    pub(super) fn is_switch(&self) -> bool {
        matches!(self.action, Action::Switch(_))
    }
}

/// The flag `--name`.
pub(super) fn long(name: &str) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.long == name)
}

/// The flag `-l`.
pub(super) fn short(letter: char) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.short == Some(letter))
}

const fn value(long: &'static str, short: Option<char>, apply: Apply) -> Flag {
    Flag { long, short, action: Action::Value(apply) }
}

const fn switch(long: &'static str, short: Option<char>, apply: Apply) -> Flag {
    Flag { long, short, action: Action::Switch(apply) }
}

const fn refuse(long: &'static str, reason: &'static str) -> Flag {
    Flag { long, short: None, action: Action::Refuse(reason) }
}

fn push<T>(list: &mut Option<Vec<T>>, item: T) -> Result<(), String> {
    list.get_or_insert_default().push(item);
    Ok(())
}

fn set<T>(place: &mut Option<T>, value: T) -> Result<(), String> {
    *place = Some(value);
    Ok(())
}

const NETWORK: &str = "a job's containers share a network of their own, as on GitHub";
const FILES: &str = "give the values themselves";

const FLAGS: &[Flag] = &[
    value("add-host", None, |o, v| push(&mut o.host().extra_hosts, v.to_owned())),
    refuse("annotation", "it has no meaning for the containers of a job here"),
    refuse("attach", "it has no meaning for the containers of a job here"),
    value("blkio-weight", None, |o, v| {
        let weight = v.parse().map_err(|_| "a number from 10 to 1000 is wanted".to_owned())?;
        set(&mut o.host().blkio_weight, weight)
    }),
    refuse("blkio-weight-device", "it has no meaning for the containers of a job here"),
    value("cap-add", None, |o, v| push(&mut o.host().cap_add, v.to_owned())),
    value("cap-drop", None, |o, v| push(&mut o.host().cap_drop, v.to_owned())),
    value("cgroup-parent", None, |o, v| set(&mut o.host().cgroup_parent, v.to_owned())),
    value("cgroupns", None, |o, v| {
        let mode = match v {
            "host" => HostConfigCgroupnsModeEnum::HOST,
            "private" => HostConfigCgroupnsModeEnum::PRIVATE,
            _ => return Err("host or private is wanted".to_owned()),
        };
        set(&mut o.host().cgroupns_mode, mode)
    }),
    refuse("cidfile", FILES),
    value("cpu-period", None, |o, v| set(&mut o.host().cpu_period, values::integer(v)?)),
    value("cpu-quota", None, |o, v| set(&mut o.host().cpu_quota, values::integer(v)?)),
    value("cpu-rt-period", None, |o, v| {
        set(&mut o.host().cpu_realtime_period, values::integer(v)?)
    }),
    value("cpu-rt-runtime", None, |o, v| {
        set(&mut o.host().cpu_realtime_runtime, values::integer(v)?)
    }),
    value("cpu-shares", Some('c'), |o, v| set(&mut o.host().cpu_shares, values::integer(v)?)),
    value("cpus", None, |o, v| set(&mut o.host().nano_cpus, values::nano_cpus(v)?)),
    value("cpuset-cpus", None, |o, v| set(&mut o.host().cpuset_cpus, v.to_owned())),
    value("cpuset-mems", None, |o, v| set(&mut o.host().cpuset_mems, v.to_owned())),
    refuse("detach", "it has no meaning for the containers of a job here"),
    value("device", None, |o, v| push(&mut o.host().devices, values::device(v))),
    value("device-cgroup-rule", None, |o, v| push(&mut o.host().device_cgroup_rules, v.to_owned())),
    refuse("device-read-bps", "it has no meaning for the containers of a job here"),
    refuse("device-read-iops", "it has no meaning for the containers of a job here"),
    refuse("device-write-bps", "it has no meaning for the containers of a job here"),
    refuse("device-write-iops", "it has no meaning for the containers of a job here"),
    refuse("disable-content-trust", "it has no meaning for the containers of a job here"),
    value("dns", None, |o, v| push(&mut o.host().dns, v.to_owned())),
    value("dns-opt", None, |o, v| push(&mut o.host().dns_options, v.to_owned())),
    value("dns-option", None, |o, v| push(&mut o.host().dns_options, v.to_owned())),
    value("dns-search", None, |o, v| push(&mut o.host().dns_search, v.to_owned())),
    value("domainname", None, |o, v| set(&mut o.body.domainname, v.to_owned())),
    value("entrypoint", None, |o, v| set(&mut o.body.entrypoint, vec![v.to_owned()])),
    value("env", Some('e'), |o, v| {
        let (name, value) = values::pair(v)?;
        push(&mut o.body.env, format!("{name}={value}"))
    }),
    refuse("env-file", FILES),
    value("expose", None, |o, v| {
        for port in Port::parse(v).map_err(|error| error.to_string())? {
            push(&mut o.body.exposed_ports, port.key())?;
        }
        Ok(())
    }),
    value("gpus", None, |o, v| push(&mut o.host().device_requests, values::gpus(v)?)),
    value("group-add", None, |o, v| push(&mut o.host().group_add, v.to_owned())),
    value("health-cmd", None, |o, v| {
        o.health().test = Some(vec!["CMD-SHELL".to_owned(), v.to_owned()]);
        Ok(())
    }),
    value("health-interval", None, |o, v| set(&mut o.health().interval, values::nanoseconds(v)?)),
    value("health-retries", None, |o, v| set(&mut o.health().retries, values::integer(v)?)),
    value("health-start-interval", None, |o, v| {
        set(&mut o.health().start_interval, values::nanoseconds(v)?)
    }),
    value("health-start-period", None, |o, v| {
        set(&mut o.health().start_period, values::nanoseconds(v)?)
    }),
    value("health-timeout", None, |o, v| set(&mut o.health().timeout, values::nanoseconds(v)?)),
    value("hostname", Some('h'), |o, v| set(&mut o.body.hostname, v.to_owned())),
    switch("init", None, |o, v| set(&mut o.host().init, values::boolean(v)?)),
    switch("interactive", Some('i'), |o, v| set(&mut o.body.open_stdin, values::boolean(v)?)),
    refuse("ip", NETWORK),
    refuse("ip6", NETWORK),
    value("ipc", None, |o, v| set(&mut o.host().ipc_mode, v.to_owned())),
    refuse("isolation", "it has no meaning for the containers of a job here"),
    refuse("kernel-memory", "it has no meaning for the containers of a job here"),
    value("label", Some('l'), |o, v| {
        let (name, value) = v.split_once('=').unwrap_or((v, ""));
        let labels = o.body.labels.get_or_insert_default();
        labels.insert(name.to_owned(), value.to_owned());
        Ok(())
    }),
    refuse("label-file", FILES),
    refuse("link", NETWORK),
    refuse("link-local-ip", NETWORK),
    value("log-driver", None, |o, v| {
        let log = o.host().log_config.get_or_insert_with(HostConfigLogConfig::default);
        set(&mut log.typ, v.to_owned())
    }),
    value("log-opt", None, |o, v| {
        let log = o.host().log_config.get_or_insert_with(HostConfigLogConfig::default);
        log.config.get_or_insert_default().extend([values::pair(v)?]);
        Ok(())
    }),
    refuse("mac-address", NETWORK),
    value("memory", Some('m'), |o, v| set(&mut o.host().memory, values::bytes(v)?)),
    value("memory-reservation", None, |o, v| {
        set(&mut o.host().memory_reservation, values::bytes(v)?)
    }),
    value("memory-swap", None, |o, v| {
        set(&mut o.host().memory_swap, values::bytes_or_unlimited(v)?)
    }),
    value("memory-swappiness", None, |o, v| {
        set(&mut o.host().memory_swappiness, values::integer(v)?)
    }),
    value("mount", None, |o, v| push(&mut o.host().mounts, values::mount(v)?)),
    value("name", None, |o, v| set(&mut o.name, v.to_owned())),
    refuse("net", NETWORK),
    value("net-alias", None, |o, v| {
        o.aliases.push(v.to_owned());
        Ok(())
    }),
    refuse("network", NETWORK),
    value("network-alias", None, |o, v| {
        o.aliases.push(v.to_owned());
        Ok(())
    }),
    switch("no-healthcheck", None, |o, v| {
        if values::boolean(v)? {
            o.health().test = Some(vec!["NONE".to_owned()]);
        }
        Ok(())
    }),
    switch("oom-kill-disable", None, |o, v| {
        set(&mut o.host().oom_kill_disable, values::boolean(v)?)
    }),
    value("oom-score-adj", None, |o, v| set(&mut o.host().oom_score_adj, values::integer(v)?)),
    value("pid", None, |o, v| set(&mut o.host().pid_mode, v.to_owned())),
    value("pids-limit", None, |o, v| set(&mut o.host().pids_limit, values::integer(v)?)),
    value("platform", None, |o, v| set(&mut o.platform, v.to_owned())),
    switch("privileged", None, |o, v| set(&mut o.host().privileged, values::boolean(v)?)),
    value("publish", Some('p'), |o, v| {
        o.ports.extend(Port::parse(v).map_err(|error| error.to_string())?);
        Ok(())
    }),
    switch("publish-all", Some('P'), |o, v| {
        set(&mut o.host().publish_all_ports, values::boolean(v)?)
    }),
    refuse("pull", "it has no meaning for the containers of a job here"),
    switch("read-only", None, |o, v| set(&mut o.host().readonly_rootfs, values::boolean(v)?)),
    value("restart", None, |o, v| set(&mut o.host().restart_policy, values::restart(v)?)),
    switch("rm", None, |_, v| values::boolean(v).map(|_| ())),
    value("runtime", None, |o, v| set(&mut o.host().runtime, v.to_owned())),
    value("security-opt", None, |o, v| push(&mut o.host().security_opt, v.to_owned())),
    value("shm-size", None, |o, v| set(&mut o.host().shm_size, values::bytes(v)?)),
    refuse("sig-proxy", "it has no meaning for the containers of a job here"),
    value("stop-signal", None, |o, v| set(&mut o.body.stop_signal, v.to_owned())),
    value("stop-timeout", None, |o, v| set(&mut o.body.stop_timeout, values::integer(v)?)),
    value("storage-opt", None, |o, v| {
        o.host().storage_opt.get_or_insert_default().extend([values::pair(v)?]);
        Ok(())
    }),
    value("sysctl", None, |o, v| {
        o.host().sysctls.get_or_insert_default().extend([values::pair(v)?]);
        Ok(())
    }),
    value("tmpfs", None, |o, v| {
        let (path, options) = v.split_once(':').unwrap_or((v, ""));
        let tmpfs = o.host().tmpfs.get_or_insert_default();
        tmpfs.insert(path.to_owned(), options.to_owned());
        Ok(())
    }),
    switch("tty", Some('t'), |o, v| set(&mut o.body.tty, values::boolean(v)?)),
    value("ulimit", None, |o, v| push(&mut o.host().ulimits, values::ulimit(v)?)),
    value("user", Some('u'), |o, v| set(&mut o.body.user, v.to_owned())),
    value("userns", None, |o, v| set(&mut o.host().userns_mode, v.to_owned())),
    value("uts", None, |o, v| set(&mut o.host().uts_mode, v.to_owned())),
    value("volume", Some('v'), |o, v| push(&mut o.host().binds, v.to_owned())),
    value("volume-driver", None, |o, v| set(&mut o.host().volume_driver, v.to_owned())),
    value("volumes-from", None, |o, v| push(&mut o.host().volumes_from, v.to_owned())),
    value("workdir", Some('w'), |o, v| set(&mut o.body.working_dir, v.to_owned())),
];
