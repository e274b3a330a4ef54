//! The real components that tests need, installed where this is root on Debian.

use std::{fs, path::Path, process::Command};

use anyhow::{Result, bail};

use crate::shell;

/// Packages of Debian, by the program that shows their presence.
const DEBIAN: &[(&str, &str)] = &[
    ("git", "git"),
    ("git-lfs", "git-lfs"),
    ("python3", "python3"),
    ("node", "nodejs"),
    ("npm", "npm"),
    ("dockerd", "docker.io"),
    ("docker", "docker.io"),
    ("containerd", "containerd"),
    ("runc", "runc"),
    ("iptables", "iptables"),
    ("busybox", "busybox-static"),
    ("docker-registry", "docker-registry"),
    ("psql", "postgresql-client"),
    ("pg_ctlcluster", "postgresql"),
    ("redis-server", "redis-server"),
    ("podman", "podman"),
    ("netavark", "netavark"),
    ("aardvark-dns", "aardvark-dns"),
    ("newuidmap", "uidmap"),
    ("slirp4netns", "slirp4netns"),
];

/// Programs of Debian that lie outside of the PATH.
const LIBRARY_PROGRAMS: &str = "/usr/lib/podman";

/// The npm packages that actions of the tests use, where they are unpacked.
pub const NODE_FOLDER: &str = "target/node";

/// Those of the toolkit, as actions of today bundle them, and under other names the newest clients
/// of caches and artifacts, which are modules of another kind.
const NODE_PACKAGES: &[&str] = &[
    "@actions/artifact@2.3.2",
    "@actions/cache@4.1.0",
    "@actions/core@1.11.1",
    "@actions/exec@1.1.1",
    "@actions/github@6.0.1",
    "@actions/glob@0.5.0",
    "@actions/io@1.1.3",
    "@actions/tool-cache@2.0.2",
    "newest-artifact@npm:@actions/artifact@6.2.1",
    "newest-cache@npm:@actions/cache@6.3.0",
];

/// Installs what is missing.
pub fn install() -> Result<()> {
    let missing: Vec<&str> = DEBIAN
        .iter()
        .filter(|(program, _)| !is_here(program))
        .map(|(_, package)| *package)
        .collect();
    if !missing.is_empty() {
        if !Path::new("/usr/bin/apt-get").exists() {
            bail!("install {} by hand: this is no Debian", missing.join(", "));
        }
        shell::run("apt-get", &["update", "-qq"])?;
        let mut arguments = vec!["install", "-y", "-qq", "--no-install-recommends"];
        arguments.extend(missing);
        shell::run("apt-get", &arguments)?;
    }
    node_packages()
}

fn is_here(program: &str) -> bool {
    shell::has(program) || Path::new(LIBRARY_PROGRAMS).join(program).exists()
}

fn has_node_packages() -> bool {
    let folder = Path::new(NODE_FOLDER).join("node_modules");
    NODE_PACKAGES.iter().all(|package| {
        // What stands before the version; the first `@` may belong to the name.
        let end =
            package.get(1..).and_then(|rest| rest.find('@')).map_or(package.len(), |at| at + 1);
        folder.join(&package[..end]).is_dir()
    })
}

fn node_packages() -> Result<()> {
    if has_node_packages() {
        return Ok(());
    }
    fs::create_dir_all(NODE_FOLDER)?;
    let mut arguments =
        vec!["install", "--prefix", NODE_FOLDER, "--no-audit", "--no-fund", "--silent"];
    arguments.extend(NODE_PACKAGES);
    shell::run("npm", &arguments)
}

/// What is missing, and so which tests will skip themselves.
pub fn missing() -> Vec<String> {
    let mut missing: Vec<String> = DEBIAN
        .iter()
        .filter(|(program, _)| !is_here(program))
        .map(|(program, package)| format!("{program} (Debian package {package})"))
        .collect();
    if !has_node_packages() {
        missing.push("the npm packages @actions/* (tests of JavaScript actions)".into());
    }
    missing
}

/// The version of a program, for the report.
pub fn version(program: &str) -> String {
    let output = Command::new(program).arg("--version").output();
    let text = output.map(|it| String::from_utf8_lossy(&it.stdout).into_owned());
    text.ok().and_then(|it| it.lines().next().map(str::to_owned)).unwrap_or_default()
}
