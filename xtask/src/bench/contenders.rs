//! The programs that are measured: bash, a peer where it is installed, and Windlass.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use super::works::{Peer, Work};
use crate::shell;

/// Where the programs are.
pub struct Contenders {
    windlass: PathBuf,
    peers: Vec<(Peer, PathBuf)>,
}

/// Who does a work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contender {
    /// Bash, with the same scripts and nothing around them.
    Floor,
    /// Another program of its kind.
    Peer,
    /// This program.
    Windlass,
}

impl Contenders {
    /// Builds Windlass as it is released, and looks for its peers.
    pub fn find() -> Result<Self> {
        shell::run("cargo", &["build", "--quiet", "--release", "--package", "windlass"])?;
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
        let windlass = target.join("release").join(format!("windlass{}", env::consts::EXE_SUFFIX));
        let windlass = windlass.canonicalize().context("the release build")?;
        let peers = [Peer::Act, Peer::Actionlint, Peer::GitlabCiLocal].into_iter();
        let peers = peers.filter_map(|peer| {
            let program = find(peer.name());
            if program.is_none() {
                shell::say(&format!("bench: {} is not installed and is left out", peer.name()));
            }
            Some((peer, program?))
        });
        Ok(Contenders { windlass, peers: peers.collect() })
    }

    fn peer(&self, peer: Peer) -> Option<&Path> {
        self.peers.iter().find(|(other, _)| *other == peer).map(|(_, program)| program.as_path())
    }

    /// Those who take part in a work, in the order of their turns.
    pub fn of(&self, work: &Work) -> Vec<Contender> {
        let takes_part = |contender: &Contender| match contender {
            Contender::Floor => work.floor.is_some(),
            Contender::Peer => work.peer.is_some_and(|(peer, _)| self.peer(peer).is_some()),
            Contender::Windlass => true,
        };
        [Contender::Floor, Contender::Peer, Contender::Windlass]
            .into_iter()
            .filter(takes_part)
            .collect()
    }

    /// The command by which a contender does a work in this folder, where everything is ready.
    pub fn command(&self, contender: Contender, work: &Work, folder: &Path) -> Command {
        let (program, arguments) = match (contender, work.peer) {
            (Contender::Floor, _) => (Path::new("bash"), &["floor.sh"][..]),
            (Contender::Peer, Some((peer, words))) => {
                (self.peer(peer).unwrap_or(Path::new("peer")), words)
            }
            _ => (self.windlass.as_path(), work.windlass),
        };
        let place = match contender {
            Contender::Floor => folder.join("floor"),
            _ if work.repository.is_some() => folder.join("repository"),
            _ => folder.to_owned(),
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(place)
            .env("WINDLASS_STATE_DIR", folder.join("state"))
            .env("XDG_CONFIG_HOME", folder.join("config"))
            .env("XDG_CACHE_HOME", folder.join("cache"));
        command
    }
}

/// Makes what a work needs: repository, script, and a configuration, without which act asks.
pub fn prepare(work: &Work, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    if let Some(repository) = &work.repository {
        let place = folder.join("repository");
        fs::create_dir_all(&place)?;
        repository.make(&place)?;
    }
    if let Some(script) = &work.floor {
        script.make(&folder.join("floor"))?;
    }
    let configuration = folder.join("config/act");
    fs::create_dir_all(&configuration)?;
    fs::write(configuration.join("actrc"), "-P ubuntu-latest=-self-hosted\n")?;
    Ok(())
}

/// A program on the `PATH`, or where `go install` puts it.
fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    if let Ok(output) = Command::new("go").args(["env", "GOPATH"]).output() {
        let folder = String::from_utf8_lossy(&output.stdout);
        folders.push(Path::new(folder.trim()).join("bin"));
    }
    folders.into_iter().map(|folder| folder.join(name)).find(|program| program.is_file())
}
