//! How a limit is told to the kernel, in both versions of its interface.
//!
//! Source: the kernel's documentation, "Control Group v2" and, for version 1, "Memory Resource
//! Controller", "CFS Bandwidth Control" and "Process Number Controller".

use std::fs;
use std::path::Path;

use super::Version;
use crate::ResourceLimits;

/// The length of time in which processor time is counted, in microseconds: the kernel's default.
const PERIOD: f64 = 100_000.0;

/// One limit of a group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub controller: &'static str,
    amount: Amount,
}

#[derive(Clone, Copy, Debug)]
enum Amount {
    Bytes(u64),
    Cpus(f64),
    Count(u64),
}

impl Limit {
    /// Those that are set.
    pub fn all(limits: &ResourceLimits) -> impl Iterator<Item = Limit> {
        let all = [
            ("memory", limits.memory.map(Amount::Bytes)),
            ("cpu", limits.cpus.map(Amount::Cpus)),
            ("pids", limits.processes.map(Amount::Count)),
        ];
        all.into_iter()
            .filter_map(|(controller, amount)| Some(Limit { controller, amount: amount? }))
    }

    /// Writes the limit to a group's files.
    ///
    /// # Errors
    /// What the kernel does not take, in a clause.
    pub fn set(self, version: Version, group: &Path) -> Result<(), String> {
        let write = |file: &str, value: String| {
            fs::write(group.join(file), &value)
                .map_err(|error| format!("cannot write {value} to {file}: {error}"))
        };
        match (self.amount, version) {
            (Amount::Bytes(bytes), Version::One) => {
                write("memory.limit_in_bytes", bytes.to_string())?;
                // Memory and swap together, where the kernel counts swap.
                let _ = write("memory.memsw.limit_in_bytes", bytes.to_string());
                Ok(())
            }
            (Amount::Bytes(bytes), Version::Two) => {
                write("memory.max", bytes.to_string())?;
                let _ = write("memory.swap.max", "0".to_owned());
                Ok(())
            }
            (Amount::Cpus(cpus), Version::One) => {
                write("cpu.cfs_period_us", format!("{PERIOD:.0}"))?;
                write("cpu.cfs_quota_us", format!("{:.0}", cpus * PERIOD))
            }
            (Amount::Cpus(cpus), Version::Two) => {
                write("cpu.max", format!("{:.0} {PERIOD:.0}", cpus * PERIOD))
            }
            (Amount::Count(count), _) => write("pids.max", count.to_string()),
        }
    }

    /// The file in which the kernel counts the processes that it killed because of the limit.
    pub fn kills(self, version: Version) -> Option<&'static str> {
        match (self.amount, version) {
            (Amount::Bytes(_), Version::One) => Some("memory.oom_control"),
            (Amount::Bytes(_), Version::Two) => Some("memory.events"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_has_its_files() {
        let limits =
            ResourceLimits { memory: Some(2 << 30), cpus: Some(1.5), processes: Some(500) };
        let told = |version| {
            let group = tempfile::tempdir().unwrap();
            Limit::all(&limits).for_each(|limit| limit.set(version, group.path()).unwrap());
            let mut files: Vec<String> = fs::read_dir(group.path())
                .unwrap()
                .map(|entry| {
                    let path = entry.unwrap().path();
                    let name = path.file_name().unwrap().to_string_lossy().into_owned();
                    format!("{name}={}", fs::read_to_string(path).unwrap())
                })
                .collect();
            files.sort();
            files
        };
        assert_eq!(
            told(Version::Two),
            ["cpu.max=150000 100000", "memory.max=2147483648", "memory.swap.max=0", "pids.max=500"]
        );
        assert_eq!(
            told(Version::One),
            [
                "cpu.cfs_period_us=100000",
                "cpu.cfs_quota_us=150000",
                "memory.limit_in_bytes=2147483648",
                "memory.memsw.limit_in_bytes=2147483648",
                "pids.max=500"
            ]
        );
        assert_eq!(Limit::all(&ResourceLimits::default()).count(), 0);
    }
}
