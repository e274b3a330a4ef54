//! A container engine of the tests' own: a real one, on a socket and with data of its own.
//!
//! It is started when a test first asks, shared by all tests of the binary, and ends with them,
//! however they end: a small script waits for our end of its input to close, stops the engine and
//! removes its data. It knows one image, `busybox`, made from the host's static busybox. Without
//! root or without the programs there is no engine, and tests skip themselves.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// How long an engine may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// The programs that an engine needs, by the package of Debian that has them.
const PROGRAMS: &[(&str, &str)] = &[
    ("dockerd", "docker.io"),
    ("docker", "docker.io"),
    ("containerd", "containerd"),
    ("runc", "runc"),
    ("iptables", "iptables"),
    ("busybox", "busybox-static"),
    ("tar", "tar"),
];

/// Runs Docker until its input ends. `$1` is the directory of all that it has. An engine that was
/// killed has left the guards of its containers (`containerd-shim`): their children are the
/// containers.
const DOCKER: &str = r#"
dockerd --host "unix://$1/engine.sock" --data-root "$1/data" --exec-root "$1/exec" \
  --pidfile "$1/pid" --bridge none >"$1/log" 2>&1 &
cat >/dev/null
kill $! ; wait $!
for entry in /proc/[0-9]*; do
  if tr '\0' ' ' <"$entry/cmdline" | grep -q "^[^ ]*containerd.*$1/exec/containerd"; then
    guard=${entry#/proc/}
    kill -KILL $(cat "$entry/task/$guard/children") $guard
  fi
done
sleep 0.2
grep -o " $1/[^ ]*" /proc/mounts | sort -r | xargs -r umount -l
rm -rf "$1"
"#;

/// Runs Podman's service until its input ends, in the same way. Without limits of its own Podman
/// wants to raise those of containers, which not every machine allows; its usual runtime crun does
/// not know both versions of cgroups side by side; and the guards of its execs would stay five minutes.
const PODMAN: &str = r#"
printf '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]\nruntime = "runc"\nexit_command_delay = 1\n' >"$1/conf"
CONTAINERS_CONF="$1/conf" podman --root "$1/data" --runroot "$1/run" --storage-driver vfs \
  system service --time=0 "unix://$1/engine.sock" >"$1/log" 2>&1 &
echo $! >"$1/pid"
cat >/dev/null
kill $! ; wait $! ; rm -rf "$1"
"#;

/// The same as the user `$2`, without root: his home and runtime directory lie beside the rest, and
/// by the latter the processes are known that hold his network and his namespaces open.
const PODMAN_WITHOUT_ROOT: &str = r#"
mkdir "$1/home" "$1/runtime"; chown -R "$2" "$1"; chmod 700 "$1/runtime"
printf '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nexit_command_delay = 1\n' >"$1/conf"
cd "$1"
env -i PATH="$PATH" HOME="$1/home" XDG_RUNTIME_DIR="$1/runtime" CONTAINERS_CONF="$1/conf" \
  setpriv --reuid="$2" --regid="$2" --init-groups podman --root "$1/data" --runroot "$1/run" \
  --storage-driver vfs system service --time=0 "unix://$1/engine.sock" >"$1/log" 2>&1 &
cat >/dev/null
kill $! ; wait $!
for entry in /proc/[0-9]*; do
  if tr '\0' '\n' <"$entry/environ" | grep -qx "XDG_RUNTIME_DIR=$1/runtime"; then
    kill -KILL "${entry#/proc/}"
  fi
done
sleep 0.2
cd /; grep -o " $1/[^ ]*" /proc/mounts | sort -r | xargs -r umount -l
rm -rf "$1"
"#;

/// What Podman needs without root, by the package of Debian that has it.
const WITHOUT_ROOT: &[(&str, &str)] =
    &[("newuidmap", "uidmap"), ("slirp4netns", "slirp4netns"), ("setpriv", "util-linux")];

/// The root of the image: busybox and a name for each of its programs.
const IMAGE: &str = r#"
set -e; mkdir -p "$1/bin" "$1/tmp" "$1/etc" "$1/root"
cp "$(command -v busybox)" "$1/bin/busybox"
for name in $("$1/bin/busybox" --list | grep -vx busybox); do ln -sf busybox "$1/bin/$name"; done
echo root:x:0:0:root:/root:/bin/sh >"$1/etc/passwd"
tar -C "$1" -c . | docker import - busybox:latest
"#;

/// A running engine.
#[derive(Debug)]
pub struct ContainerEngine {
    directory: PathBuf,
    /// The user that it runs as, where that is not root.
    user: Option<String>,
    /// Ends when it, and with it its standard input, is dropped.
    _keeper: Child,
}

impl ContainerEngine {
    /// The Docker engine that the tests of this binary share; `None` where there can be none,
    /// which is said.
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<ContainerEngine>> = OnceLock::new();
        SHARED.get_or_init(Self::docker).as_ref()
    }

    /// A Docker engine for one test, which may break it.
    pub fn docker() -> Option<Self> {
        Self::start(DOCKER, PROGRAMS, None)
    }

    /// A Podman engine for one test.
    pub fn podman() -> Option<Self> {
        let mut programs = vec![("podman", "podman")];
        programs.extend(
            PROGRAMS.iter().filter(|(program, _)| !["dockerd", "containerd"].contains(program)),
        );
        Self::start(PODMAN, &programs, None)
    }

    /// A Podman engine for one test that runs as the first user with numbers to give to its
    /// containers (subuid(5)), and not as root.
    #[allow(clippy::print_stderr, reason = "a test says why it does nothing")]
    pub fn podman_without_root() -> Option<Self> {
        let ranges = std::fs::read_to_string("/etc/subuid").unwrap_or_default();
        let users = ranges.lines().filter_map(|line| line.split(':').next());
        let Some(user) = users.filter(|user| *user != "root").find(|user| exists(user)) else {
            eprintln!("skipped: /etc/subuid names no user but root");
            return None;
        };
        // Any user may open it where the system is set up as Debian does it.
        if !may_open_tunnels() {
            eprintln!("skipped: users but root may not open /dev/net/tun");
            return None;
        }
        let mut programs = vec![("podman", "podman"), ("docker", "docker.io")];
        programs
            .extend(PROGRAMS.iter().filter(|(program, _)| ["runc", "busybox"].contains(program)));
        programs.extend(WITHOUT_ROOT);
        Self::start(PODMAN_WITHOUT_ROOT, &programs, Some(user.to_owned()))
    }

    #[allow(clippy::expect_used, clippy::panic, reason = "a test's assertion")]
    fn start(script: &str, programs: &[(&str, &str)], user: Option<String>) -> Option<Self> {
        let missing: Vec<&str> = programs
            .iter()
            .filter(|(program, _)| !has(program))
            .map(|(_, package)| *package)
            .collect();
        if !missing.is_empty() || !is_root() {
            skip(&missing);
            return None;
        }
        let directory = tempfile::Builder::new().prefix("windlass-engine-").tempdir();
        let directory = directory.expect("a directory").keep();
        let mut keeper = Command::new("sh");
        keeper.args(["-c", script, "keeper"]).arg(&directory).args(&user).process_group(0);
        keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let engine = ContainerEngine { _keeper: keeper.spawn().expect("a shell"), directory, user };
        let began = Instant::now();
        while !engine.command("docker").arg("version").output().is_ok_and(|it| it.status.success())
        {
            let log = std::fs::read_to_string(engine.directory.join("log")).unwrap_or_default();
            assert!(began.elapsed() < PATIENCE, "the engine does not start: {log}");
            std::thread::sleep(Duration::from_millis(50));
        }
        let root = engine.directory.join("image");
        let made = engine.command("sh").args(["-c", IMAGE, "image"]).arg(&root).output();
        let made = made.expect("a shell");
        assert!(made.status.success(), "no image: {}", String::from_utf8_lossy(&made.stderr));
        Some(engine)
    }

    /// Where it listens, as DOCKER_HOST has it.
    #[must_use]
    pub fn address(&self) -> String {
        format!("unix://{}/engine.sock", self.directory.display())
    }

    /// A directory of the engine's, for files beside it.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The user that it runs as, where that is not root.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("DOCKER_HOST", self.address());
        command
    }

    /// What Docker's program answers to these words.
    ///
    /// # Panics
    /// When it fails.
    #[allow(clippy::expect_used, reason = "a test's assertion")]
    pub fn docker_says<S: AsRef<OsStr>>(&self, words: &[S]) -> String {
        let output = self.command("docker").args(words).output().expect("docker");
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        text
    }

    /// Everything that carries a label of ours and this one.
    #[must_use]
    pub fn labelled(&self, label: &str) -> String {
        let filter = format!("label={label}");
        let containers = self.docker_says(&["ps", "-aq", "--filter", &filter]);
        let networks = self.docker_says(&["network", "ls", "-q", "--filter", &filter]);
        format!("{containers}{networks}")
    }

    /// Kills the engine itself, as a crash would.
    ///
    /// # Panics
    /// When it has no process number.
    #[allow(clippy::expect_used, reason = "a test's assertion")]
    pub fn kill(&self) {
        let pid = std::fs::read_to_string(self.directory.join("pid")).expect("a process number");
        let killed = Command::new("kill").args(["-KILL", pid.trim()]).status();
        assert!(killed.expect("kill").success());
    }
}

fn has(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
}

fn exists(user: &str) -> bool {
    Command::new("id").arg("-u").arg(user).output().is_ok_and(|output| output.status.success())
}

fn may_open_tunnels() -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    let tunnel = std::fs::metadata("/dev/net/tun");
    tunnel.is_ok_and(|tunnel| tunnel.permissions().mode() & 0o006 == 0o006)
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

#[allow(clippy::print_stderr, reason = "a test says why it does nothing")]
fn skip(missing: &[&str]) {
    if missing.is_empty() {
        eprintln!("skipped: an engine of the tests' own needs root");
    } else {
        eprintln!("skipped: there is no {}", missing.join(", "));
    }
}
