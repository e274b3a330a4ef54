//! Starts a program: looks it up, gives it its pipe and group, and says why it could not start.
//!
//! The standard library takes its fast path (`posix_spawn`, no copy of our page tables) as long as
//! the program is a path and nothing is to run between fork and exec; so the look-up is done here.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::process::Pid;
use tokio::process::{Child, Command};

use super::linux as system;
use crate::{ExecSpec, SessionError, Stdin, TRACKING_VARIABLE};

/// A program under way and our end of its output.
pub(super) struct Spawned {
    pub(super) child: Child,
    pub(super) output: OwnedFd,
}

impl Spawned {
    /// Its number, while it was not waited for.
    pub(super) fn pid(&self) -> Option<Pid> {
        self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw)
    }
}

/// Starts the program behind `--` after writing its number to the files before that.
const JOINER: &str = "until [ \"$1\" = -- ]; do echo $$ >\"$1\" || exit 126; shift; done; shift; \
                      exec \"$@\"";

/// Starts `spec` in a process group of its own, and in the control groups with these files.
pub(super) fn spawn(
    spec: &ExecSpec,
    tracking_id: &str,
    to_join: &[PathBuf],
) -> Result<Spawned, SessionError> {
    let program = find_program(spec)?;
    let failed = |source: io::Error| explain(spec, &program, source);
    let (output, child_output) = system::output_pipe().map_err(failed)?;
    let child_error = child_output.try_clone().map_err(failed)?;
    let stdin = match &spec.stdin {
        Stdin::Null => Stdio::null(),
        Stdin::Bytes(bytes) => Stdio::from(system::input_of(bytes).map_err(failed)?),
    };
    let mut command = starter(&program, to_join);
    command
        .args(&spec.arguments)
        .env_clear()
        .env(TRACKING_VARIABLE, tracking_id)
        .envs(spec.environment.iter().map(|(name, value)| (name, value)))
        .current_dir(&spec.directory)
        .stdin(stdin)
        .stdout(Stdio::from(child_output))
        .stderr(Stdio::from(child_error))
        .process_group(0);
    let child = command.spawn().map_err(failed)?;
    Ok(Spawned { child, output })
}

/// The program itself, or a shell that becomes it once it is in its control groups.
fn starter(program: &Path, to_join: &[PathBuf]) -> Command {
    if to_join.is_empty() {
        return Command::new(program);
    }
    let mut command = Command::new("/bin/sh");
    command.args(["-c", JOINER, "sh"]).args(to_join).arg("--").arg(program);
    command
}

/// The program as a path: as it is when it has a slash, else from the `PATH` of its environment,
/// as a shell does (execvp(3)); an empty or relative part counts from the working directory.
fn find_program(spec: &ExecSpec) -> Result<PathBuf, SessionError> {
    if spec.program.as_bytes().contains(&b'/') {
        return Ok(spec.directory.join(&spec.program));
    }
    let path = spec.get_variable("PATH").map(OsString::as_os_str);
    for part in path.unwrap_or_default().as_bytes().split(|byte| *byte == b':') {
        let candidate = spec.directory.join(OsStr::from_bytes(part)).join(&spec.program);
        if path.is_some() && is_executable(&candidate) {
            return Ok(candidate);
        }
    }
    if !spec.directory.is_dir() {
        return Err(SessionError::NoDirectory { directory: spec.directory.clone() });
    }
    Err(SessionError::ProgramNotFound {
        program: spec.program.to_string_lossy().into_owned(),
        path: path.map_or("it is not set".into(), OsStr::to_string_lossy).into_owned(),
    })
}

fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

/// Finds the reason behind the operating system's short answer.
fn explain(spec: &ExecSpec, program: &Path, source: io::Error) -> SessionError {
    if !spec.directory.is_dir() {
        return SessionError::NoDirectory { directory: spec.directory.clone() };
    }
    let hint = match source.kind() {
        io::ErrorKind::NotFound if program.exists() => {
            "; the interpreter in its first line (`#!`) does not exist"
        }
        io::ErrorKind::PermissionDenied if program.is_dir() => "; it is a directory",
        io::ErrorKind::PermissionDenied if !is_executable(program) => {
            "; it is not executable (chmod +x)"
        }
        io::ErrorKind::PermissionDenied => "; is its file system mounted with `noexec`?",
        io::ErrorKind::ArgumentListTooLong => {
            "; its arguments and environment are too long: pass large values in a file"
        }
        io::ErrorKind::InvalidInput => "; an argument or variable holds a NUL byte",
        _ if source.raw_os_error() == Some(rustix::io::Errno::NOEXEC.raw_os_error()) => {
            "; it is neither a program of this machine nor a script with a `#!` line"
        }
        _ => "",
    };
    SessionError::Start { program: program.display().to_string(), hint, source }
}
