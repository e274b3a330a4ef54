//! Which hierarchies of control groups the system has, and where in them this process is.
//!
//! Source: cgroups(7), proc_pid_mountinfo(5). Version 1 has a hierarchy for each controller or a
//! few of them, version 2 one for all; a system may have both side by side.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};

use super::own_leaf_name;

/// The version of an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    One,
    Two,
}

/// A mounted hierarchy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hierarchy {
    pub version: Version,
    /// What it controls: in version 1 by its mount, in version 2 by what our group may hand on.
    pub controllers: Vec<String>,
    /// Where it is mounted.
    pub top: PathBuf,
    /// The group that this process was started in.
    pub own: PathBuf,
}

impl Hierarchy {
    pub fn controls(&self, controller: &str) -> bool {
        self.controllers.iter().any(|it| it == controller)
    }

    /// The groups below which one for a job may be made, the most fitting first.
    pub fn parents(&self) -> impl Iterator<Item = &Path> {
        let top = (self.top != self.own).then_some(&*self.top);
        [&*self.own].into_iter().chain(top)
    }
}

/// The hierarchies of this system.
pub(super) fn mounted() -> Vec<Hierarchy> {
    let mounts = fs::read("/proc/self/mountinfo").unwrap_or_default();
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let mut found = parse(&mounts, &groups);
    for hierarchy in &mut found {
        if !hierarchy.own.is_dir() {
            hierarchy.own.clone_from(&hierarchy.top);
        }
        // An earlier job had us move out of the way.
        if hierarchy.own.file_name().is_some_and(|name| *name == *own_leaf_name()) {
            hierarchy.own.pop();
        }
        if hierarchy.version == Version::Two {
            let list = fs::read_to_string(hierarchy.own.join("cgroup.controllers"));
            let list = list.unwrap_or_default();
            hierarchy.controllers = list.split_whitespace().map(str::to_owned).collect();
        }
    }
    found
}

/// Reads the two tables of the kernel.
fn parse(mounts: &[u8], groups: &str) -> Vec<Hierarchy> {
    let mut found: Vec<Hierarchy> = Vec::new();
    for line in mounts.split(|byte| *byte == b'\n') {
        let fields: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
        let Some(dash) = fields.iter().position(|field| *field == b"-") else { continue };
        let (Some(root), Some(top)) = (fields.get(3), fields.get(4)) else { continue };
        let (Some(kind), Some(options)) = (fields.get(dash + 1), fields.get(dash + 3)) else {
            continue;
        };
        let options = String::from_utf8_lossy(options).into_owned();
        let version = match *kind {
            b"cgroup" => Version::One,
            b"cgroup2" => Version::Two,
            _ => continue,
        };
        let Some((controllers, path)) = own_group(groups, version, &options) else { continue };
        let (root, top) = (unescape(root), unescape(top));
        let below = Path::new(&path).strip_prefix(root).unwrap_or(Path::new(""));
        let own = if below.as_os_str().is_empty() { top.clone() } else { top.join(below) };
        // A hierarchy that is mounted twice is one.
        if !found.iter().any(|it| it.version == version && it.controllers == controllers) {
            found.push(Hierarchy { version, controllers, top, own });
        }
    }
    found
}

/// Controllers and path of our group in the hierarchy with these mount options.
fn own_group(groups: &str, version: Version, options: &str) -> Option<(Vec<String>, String)> {
    groups.lines().find_map(|line| {
        let mut fields = line.splitn(3, ':');
        let (number, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
        let is_meant = match version {
            Version::Two => number == "0" && controllers.is_empty(),
            Version::One => {
                !controllers.is_empty()
                    && controllers.split(',').all(|it| options.split(',').any(|other| other == it))
            }
        };
        let list = controllers.split(',').filter(|it| !it.is_empty()).map(str::to_owned);
        is_meant.then(|| (list.collect(), path.to_owned()))
    })
}

/// A path as the kernel writes it, with `\040` for a space.
fn unescape(field: &[u8]) -> PathBuf {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..3).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.filter(|_| first == b'\\');
        let escaped = escaped.and_then(|digits| u8::from_str_radix(digits, 8).ok());
        bytes.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() { after.get(3..).unwrap_or_default() } else { after };
    }
    PathBuf::from(OsString::from_vec(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_2_alone_as_systemd_mounts_it() {
        let mounts = b"25 1 0:22 / /proc rw - proc proc rw\n\
            30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
        let found = parse(mounts, "0::/user.slice/user-1000.slice/session-3.scope\n");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].version, Version::Two);
        let own = "/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope";
        assert_eq!(found[0].own, Path::new(own));
        let parents: Vec<&Path> = found[0].parents().collect();
        assert_eq!(parents, [Path::new(own), Path::new("/sys/fs/cgroup")]);
    }

    #[test]
    fn both_versions_side_by_side_and_several_controllers_in_one() {
        let mounts = b"31 30 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n\
            32 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n\
            33 30 0:29 /docker/ab /sys/fs/cgroup/a\\040b rw - cgroup cgroup rw,memory\n\
            34 30 0:30 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n\
            broken line\n";
        let groups =
            "4:memory:/docker/ab/job\n3:cpu,cpuacct:/\n1:name=systemd:/x\n0::/y:z\nnonsense\n";
        let found = parse(mounts, groups);
        let shown: Vec<String> = found
            .iter()
            .map(|it| format!("{:?} {} {}", it.version, it.controllers.join("+"), it.own.display()))
            .collect();
        assert_eq!(
            shown,
            [
                "Two  /sys/fs/cgroup/unified/y:z",
                "One cpu+cpuacct /sys/fs/cgroup/cpu,cpuacct",
                "One memory /sys/fs/cgroup/a b/job",
                "One name=systemd /sys/fs/cgroup/systemd/x",
            ]
        );
        assert!(found[1].controls("cpu") && !found[1].controls("memory"));
    }
}
