//! The real program, run on repositories that are made for one case each.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

/// A case that takes longer hangs.
const DEADLINE: Duration = Duration::from_secs(60);

/// `windlass`, built beside this program.
///
/// # Errors
/// When it is not there.
pub fn windlass() -> io::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().unwrap_or(Path::new("."));
    // A test binary lies one folder deeper.
    let found = [folder.join("windlass"), folder.join("../windlass")];
    found.into_iter().find(|path| path.is_file()).ok_or_else(|| {
        io::Error::other("`windlass` is not built beside this program; build the workspace first")
    })
}

/// Makes a folder a Git repository on branch `main` with one commit of everything in it.
///
/// # Errors
/// When git cannot be started or refuses.
pub fn commit_everything(folder: &Path, remote: &str) -> io::Result<()> {
    let author = ["-c", "user.name=Case", "-c", "user.email=case@example.com"];
    let commit = ["commit", "--quiet", "--allow-empty", "--message", "All cases"];
    for words in [
        &["init", "--quiet", "--initial-branch", "main"][..],
        &["remote", "add", "origin", remote],
        &["add", "--all", "--force"],
        &[&author[..], &commit[..]].concat(),
    ] {
        let status = Command::new("git").arg("-C").arg(folder).args(words).status()?;
        if !status.success() {
            return Err(io::Error::other(format!("git {} failed: {status}", words.join(" "))));
        }
    }
    Ok(())
}

/// Runs a command to its end or the deadline, its output in a file so that no pipe can fill up;
/// standard error is among the standard output.
///
/// # Errors
/// When it cannot be started.
pub fn output(mut command: Command, file: &Path) -> io::Result<Output> {
    let sink = fs::File::create(file)?;
    command.stdin(Stdio::null()).stdout(sink.try_clone()?).stderr(sink);
    let mut child = command.spawn()?;
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > DEADLINE {
            child.kill()?;
            break child.wait()?;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    Ok(Output { status, stdout: fs::read(file)?, stderr: Vec::new() })
}

/// Copies a folder; what is copied can be written to, which corpora may not be.
///
/// # Errors
/// When something cannot be read or written.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            let mode = entry.metadata()?.permissions().mode();
            fs::write(&target, fs::read(entry.path())?)?;
            fs::set_permissions(&target, fs::Permissions::from_mode(mode | 0o200))?;
        }
    }
    Ok(())
}
