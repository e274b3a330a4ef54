//! `options` of a container: the flags of `docker create`.
//!
//! Source: GitHub Docs, "Workflow syntax", `jobs.<job_id>.container.options` and
//! `jobs.<job_id>.services.<service_id>.options`; Docker Docs, "docker container create". A flag
//! that cannot be obeyed is an error that names it: a limit that is silently not set is worse.
//! The words are cut in [`words`], values read in [`values`], and each flag has a line in
//! [`flags`].

mod flags;
mod values;
mod words;

use bollard::models::{ContainerCreateBody, HealthConfig, HostConfig};

use crate::Port;

/// What the flags ask for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CreateOptions {
    /// The container as the engine is asked for it, as far as flags say.
    pub(crate) body: ContainerCreateBody,
    /// `--network-alias`.
    pub(crate) aliases: Vec<String>,
    /// `--name`.
    pub(crate) name: Option<String>,
    /// `--publish`.
    pub(crate) ports: Vec<Port>,
    /// `--platform`.
    pub(crate) platform: Option<String>,
}

/// Flags that cannot be obeyed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// No such flag of `docker create`.
    #[error("`options`: '{flag}' is no flag of `docker create` that is known here")]
    Unknown {
        /// As written.
        flag: String,
    },
    /// A flag that GitHub does not support, or that cannot be obeyed here.
    #[error("`options`: '{flag}' cannot be used: {reason}")]
    Unsupported {
        /// As written.
        flag: String,
        /// Why, and what to do.
        reason: &'static str,
    },
    /// A flag lacks its value.
    #[error("`options`: '{flag}' needs a value")]
    NoValue {
        /// As written.
        flag: String,
    },
    /// A value is wrong.
    #[error("`options`: '{value}' cannot be the value of '{flag}': {reason}")]
    Value {
        /// The flag.
        flag: String,
        /// Its value.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A word that belongs to no flag.
    #[error(
        "`options`: '{word}' belongs to no flag; double quotes hold words together, single quotes \
         do not"
    )]
    Stray {
        /// The word.
        word: String,
    },
    /// A double quote is not closed.
    #[error("a double quote is not closed")]
    Quote,
}

/// Cuts a line into words as `options` are cut: for `entrypoint`, `command` and `args`.
///
/// # Errors
/// When a double quote is not closed.
pub fn split_words(text: &str) -> Result<Vec<String>, OptionsError> {
    words::split(text)
}

impl CreateOptions {
    /// Reads `options`.
    ///
    /// # Errors
    /// The first flag that is unknown, lacks its value or has a wrong one.
    pub fn parse(text: &str) -> Result<Self, OptionsError> {
        let mut options = CreateOptions::default();
        let mut words = words::split(text)?.into_iter();
        while let Some(word) = words.next() {
            if let Some(long) = word.strip_prefix("--") {
                let (name, value) = match long.split_once('=') {
                    Some((name, value)) => (name, Some(value.to_owned())),
                    None => (long, None),
                };
                let flag = flags::long(name)
                    .ok_or_else(|| OptionsError::Unknown { flag: format!("--{name}") })?;
                options.obey(flag, &format!("--{name}"), value, &mut words)?;
            } else if let Some(letters) = word.strip_prefix('-').filter(|it| !it.is_empty()) {
                options.short(letters, &mut words)?;
            } else {
                return Err(OptionsError::Stray { word });
            }
        }
        Ok(options)
    }

    /// `-it`, `-e NAME=VALUE`, `-eNAME=VALUE`.
    fn short(
        &mut self,
        letters: &str,
        words: &mut impl Iterator<Item = String>,
    ) -> Result<(), OptionsError> {
        let mut rest = letters.chars();
        while let Some(letter) = rest.next() {
            let written = format!("-{letter}");
            let flag = flags::short(letter)
                .ok_or_else(|| OptionsError::Unknown { flag: written.clone() })?;
            if flag.is_switch() {
                self.obey(flag, &written, None, words)?;
                continue;
            }
            let value = rest.as_str().strip_prefix('=').unwrap_or(rest.as_str());
            let value = (!value.is_empty()).then(|| value.to_owned());
            return self.obey(flag, &written, value, words);
        }
        Ok(())
    }

    fn obey(
        &mut self,
        flag: &flags::Flag,
        written: &str,
        value: Option<String>,
        words: &mut impl Iterator<Item = String>,
    ) -> Result<(), OptionsError> {
        let value = match value {
            None if flag.is_switch() => "true".to_owned(),
            None => {
                words.next().ok_or_else(|| OptionsError::NoValue { flag: written.to_owned() })?
            }
            Some(value) => value,
        };
        match flag.action {
            flags::Action::Refuse(reason) => {
                Err(OptionsError::Unsupported { flag: written.to_owned(), reason })
            }
            flags::Action::Value(apply) | flags::Action::Switch(apply) => apply(self, &value)
                .map_err(|reason| OptionsError::Value { flag: written.to_owned(), value, reason }),
        }
    }

    /// `--entrypoint`, where it is given.
    #[must_use]
    pub fn entrypoint(&self) -> Option<&[String]> {
        self.body.entrypoint.as_deref()
    }

    /// The command of `--health-cmd`, where it is given: for a shell.
    #[must_use]
    pub fn health_command(&self) -> Option<&str> {
        let test = self.body.healthcheck.as_ref()?.test.as_ref()?;
        match test.as_slice() {
            [kind, command] if kind == "CMD-SHELL" => Some(command),
            _ => None,
        }
    }

    /// The variables of `--env`.
    pub fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        let variables = self.body.env.iter().flatten();
        variables.filter_map(|variable| variable.split_once('='))
    }

    fn host(&mut self) -> &mut HostConfig {
        self.body.host_config.get_or_insert_default()
    }

    fn health(&mut self) -> &mut HealthConfig {
        self.body.healthcheck.get_or_insert_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(text: &str) -> HostConfig {
        let options = CreateOptions::parse(text).expect("options");
        options.body.host_config.unwrap_or_default()
    }

    #[test]
    fn health_checks_of_the_documentation() {
        let options = CreateOptions::parse(
            "--health-cmd \"pg_isready -U postgres\" --health-interval 10s \
             --health-timeout=1m30s\n --health-retries 5 --health-start-period 500ms",
        );
        let options = options.expect("options");
        assert_eq!(options.health_command(), Some("pg_isready -U postgres"));
        let health = options.body.healthcheck.expect("a health check");
        assert_eq!(health.interval, Some(10_000_000_000));
        assert_eq!(health.timeout, Some(90_000_000_000));
        assert_eq!(health.start_period, Some(500_000_000));
        assert_eq!(health.retries, Some(5));
    }

    #[test]
    fn limits_and_lists() {
        let made = host(
            "--cpus 1.5 -m 512m --shm-size=1g --ulimit nofile=1024:2048 --cap-add SYS_ADMIN \
             --cap-add NET_ADMIN --privileged --init=false -v /a:/b:ro --tmpfs /run:size=64m \
             --add-host db:10.0.0.1 --device /dev/fuse --sysctl net.core.somaxconn=1024",
        );
        assert_eq!(made.nano_cpus, Some(1_500_000_000));
        assert_eq!(made.memory, Some(512 << 20));
        assert_eq!(made.shm_size, Some(1 << 30));
        let limit = &made.ulimits.expect("limits")[0];
        assert_eq!((limit.soft, limit.hard), (Some(1024), Some(2048)));
        assert_eq!(made.cap_add.expect("capabilities"), ["SYS_ADMIN", "NET_ADMIN"]);
        assert_eq!((made.privileged, made.init), (Some(true), Some(false)));
        assert_eq!(made.binds.expect("volumes"), ["/a:/b:ro"]);
        assert_eq!(made.tmpfs.expect("tmpfs")["/run"], "size=64m");
        assert_eq!(made.extra_hosts.expect("hosts"), ["db:10.0.0.1"]);
    }

    #[test]
    fn short_flags_take_their_values_in_each_form() {
        let options = CreateOptions::parse("-it -eA=1 -e B=2 -u=1001:1001 -w /src -h box");
        let options = options.expect("options");
        assert_eq!(options.environment().collect::<Vec<_>>(), [("A", "1"), ("B", "2")]);
        assert_eq!(options.body.user.as_deref(), Some("1001:1001"));
        assert_eq!(options.body.working_dir.as_deref(), Some("/src"));
        assert_eq!(options.body.hostname.as_deref(), Some("box"));
        assert_eq!(options.body.tty, Some(true));
    }

    #[test]
    fn errors_name_the_flag() {
        let error = |text| CreateOptions::parse(text).unwrap_err().to_string();
        assert!(error("--no-such 1").contains("'--no-such'"));
        assert!(error("--network host").contains("'--network'"));
        assert!(error("--memory").contains("'--memory' needs a value"));
        assert!(error("--memory lots").contains("'lots'"));
        assert!(error("--health-interval 10").contains("10s"));
        assert!(error("--health-cmd 'redis-cli ping'").contains("double quotes"));
        assert!(error("--health-cmd \"x").contains("not closed"));
    }
}
