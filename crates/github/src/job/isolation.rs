//! How far jobs on this machine are kept apart from the rest of it: limits, and a home of their
//! own. `[run.limits]` and `run.isolated-home` of `windlass.toml` are read here.
//!
//! Jobs in containers are limited by the `options` of their containers.

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use windlass_session::{Places, ResourceLimits, SessionError};

/// The directories of programs' settings, caches and data, where they are not below `HOME` (XDG
/// Base Directory Specification).
const XDG_HOMES: &[&str] =
    &["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"];

/// How the jobs of a run are kept apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Isolation {
    /// What each job may take of the machine.
    pub limits: LimitSettings,
    /// Each job has `HOME` and `TMPDIR` of its own, which go with it.
    pub own_home: bool,
}

/// `[run.limits]` of `windlass.toml`: what each job may take of the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LimitSettings {
    /// `memory`: bytes, or a text like `"2G"`.
    pub memory: Option<Size>,
    /// `cpus`: processors, such as `2` or `0.5`.
    pub cpus: Option<Cpus>,
    /// `processes`: processes and threads at once.
    pub processes: Option<std::num::NonZeroU64>,
}

/// A number of bytes above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenSize", into = "u64")]
pub struct Size(u64);

/// A number of processors above zero.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Cpus(f64);

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenSize {
    Bytes(u64),
    Text(String),
}

impl TryFrom<WrittenSize> for Size {
    type Error = String;

    fn try_from(written: WrittenSize) -> Result<Self, Self::Error> {
        match written {
            WrittenSize::Bytes(bytes) => Some(bytes),
            WrittenSize::Text(text) => bytes_of(&text),
        }
        .filter(|bytes| *bytes > 0)
        .map(Size)
        .ok_or_else(|| "a size is a whole number of bytes, or one with K, M, G or T".to_owned())
    }
}

/// `512M` as engines and systemd read it: a multiple of 1024 × 1024.
fn bytes_of(text: &str) -> Option<u64> {
    let text = text.trim();
    let text = text.strip_suffix("iB").or_else(|| text.strip_suffix(['B', 'b'])).unwrap_or(text);
    let (number, power) = match text.char_indices().last()? {
        (at, letter) if letter.is_ascii_alphabetic() => {
            let power = "KMGT".find(letter.to_ascii_uppercase())?;
            (&text[..at], u32::try_from(power).ok()? + 1)
        }
        _ => (text, 0),
    };
    number.trim().parse::<u64>().ok()?.checked_mul(1024_u64.pow(power))
}

impl From<Size> for u64 {
    fn from(size: Size) -> Self {
        size.0
    }
}

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(1 << 30, "G"), (1 << 20, "M"), (1 << 10, "K")];
        match units.iter().find(|(unit, _)| self.0.is_multiple_of(*unit)) {
            Some((unit, letter)) => write!(formatter, "{}{letter}", self.0 / unit),
            None => write!(formatter, "{} bytes", self.0),
        }
    }
}

impl TryFrom<f64> for Cpus {
    type Error = String;

    fn try_from(number: f64) -> Result<Self, Self::Error> {
        // The kernel counts in hundredths of a processor at the finest.
        let is_sound = number.is_finite() && (0.01..=10_000.0).contains(&number);
        is_sound
            .then_some(Cpus(number))
            .ok_or_else(|| format!("{number} is no number of processors; the smallest is 0.01"))
    }
}

impl From<Cpus> for f64 {
    fn from(cpus: Cpus) -> Self {
        cpus.0
    }
}

impl LimitSettings {
    /// The same for the session.
    pub(crate) fn resources(&self) -> ResourceLimits {
        ResourceLimits {
            memory: self.memory.map(u64::from),
            cpus: self.cpus.map(f64::from),
            processes: self.processes.map(u64::from),
        }
    }

    /// `memory 2G, cpus 2`; empty where nothing is limited.
    pub(crate) fn describe(&self) -> String {
        let memory = self.memory.map(|size| format!("memory {size}"));
        let cpus = self.cpus.map(|cpus| format!("cpus {}", cpus.0));
        let processes = self.processes.map(|count| format!("processes {count}"));
        let parts: Vec<String> = [memory, cpus, processes].into_iter().flatten().collect();
        parts.join(", ")
    }
}

impl Isolation {
    /// Turns an environment of this machine into that of a job at these places.
    ///
    /// # Errors
    /// When a directory cannot be made.
    pub(crate) fn apply(
        &self,
        environment: &mut Vec<(OsString, OsString)>,
        places: &Places,
    ) -> Result<(), SessionError> {
        if !self.own_home {
            return Ok(());
        }
        environment.retain(|(name, _)| !XDG_HOMES.iter().any(|other| name == other));
        for (name, directory) in [("HOME", "_home"), ("TMPDIR", "_tmp")] {
            let directory = places.temp.join(directory);
            make(&directory)?;
            environment.push((name.into(), directory.into()));
        }
        Ok(())
    }
}

fn make(directory: &Path) -> Result<(), SessionError> {
    fs::create_dir_all(directory).map_err(|error| SessionError::file("create", directory, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_engines_read_them_and_shown_so() {
        let of = |text: &str| Size::try_from(WrittenSize::Text(text.to_owned())).ok();
        for (text, bytes, shown) in [
            ("2G", 2 << 30, "2G"),
            ("512m", 512 << 20, "512M"),
            ("1536 MiB", 1536 << 20, "1536M"),
            ("4KB", 4096, "4K"),
            ("1000", 1000, "1000 bytes"),
            ("1T", 1 << 40, "1024G"),
        ] {
            let size = of(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((u64::from(size), size.to_string().as_str()), (bytes, shown), "{text}");
        }
        for text in ["", "G", "0", "-1G", "1.5G", "2X", "99999999999T", "é"] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn settings_that_make_no_sense_are_refused() {
        let read = |json: &str| serde_json::from_str::<LimitSettings>(json);
        let all = read(r#"{"memory": "2G", "cpus": 2, "processes": 500}"#).unwrap();
        assert_eq!(all.describe(), "memory 2G, cpus 2, processes 500");
        let again = serde_json::to_string(&all).unwrap();
        assert_eq!(read(&again).unwrap(), all);
        assert!(LimitSettings::default().resources().is_empty());
        for json in [r#"{"cpus": 0}"#, r#"{"cpus": -1}"#, r#"{"processes": 0}"#, r#"{"memory": 0}"#]
        {
            assert!(read(json).is_err(), "{json}");
        }
    }
}
