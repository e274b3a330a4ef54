//! The `[check]` section of a project's settings, as data. Reading the file is the caller's
//! business.

use std::collections::BTreeMap;
use std::ops::Range;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, de};
use serde_spanned::Spanned;

use crate::diagnostic::Severity;

/// `[check]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub struct CheckSettings {
    /// `fail-on`: the least severity by which a check fails; warnings where it is not set.
    pub fail_on: Option<Severity>,
    /// `shellcheck`: whether scripts are handed to shellcheck where it is installed; they are
    /// where it is not set.
    pub shellcheck: Option<bool>,
    /// `rules`: how bad the findings of a code are taken.
    pub rules: BTreeMap<String, Level>,
    /// `suppress`: findings that stand.
    pub suppress: Vec<Spanned<Suppression>>,
}

/// How bad findings are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// They are not reported.
    Off,
    /// As a note.
    Note,
    /// As a warning.
    Warning,
    /// As an error.
    Error,
}

/// One entry of `suppress`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppression {
    /// The code.
    pub code: String,
    /// Globs for paths from the project's root; every file where there are none.
    #[serde(default, deserialize_with = "globs")]
    pub paths: Option<GlobSet>,
    /// Why. It may not be empty.
    #[serde(deserialize_with = "reason")]
    pub reason: String,
    /// The last day on which it holds: a TOML date, or the same as text.
    #[serde(default, deserialize_with = "day")]
    pub until: Option<Date>,
}

impl CheckSettings {
    /// What is set for a code: `Some(None)` where its findings are not reported.
    pub(super) fn level(&self, code: &str) -> Option<Option<Severity>> {
        self.rules.get(code).map(|level| match level {
            Level::Off => None,
            Level::Note => Some(Severity::Note),
            Level::Warning => Some(Severity::Warning),
            Level::Error => Some(Severity::Error),
        })
    }

    pub(super) fn suppresses(&self, code: &str, path: &str, today: Date) -> bool {
        self.suppress.iter().map(Spanned::get_ref).any(|entry| {
            entry.code == code
                && entry.paths.as_ref().is_none_or(|paths| paths.is_match(path))
                && entry.until.is_none_or(|until| until >= today)
        })
    }

    /// The entries of `suppress` whose last day has passed, with the bytes where they stand.
    pub fn expired(&self, today: Date) -> impl Iterator<Item = (Range<usize>, &Suppression)> {
        let has_expired =
            move |entry: &&Spanned<Suppression>| entry.get_ref().until.is_some_and(|it| it < today);
        self.suppress.iter().filter(has_expired).map(|entry| (entry.span(), entry.get_ref()))
    }

    /// Every code that is named.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        let suppressed = self.suppress.iter().map(|entry| entry.get_ref().code.as_str());
        self.rules.keys().map(String::as_str).chain(suppressed)
    }
}

fn globs<'de, D: Deserializer<'de>>(from: D) -> Result<Option<GlobSet>, D::Error> {
    let mut set = GlobSetBuilder::new();
    for glob in Vec::<String>::deserialize(from)? {
        let glob = GlobBuilder::new(&glob).literal_separator(true).build();
        set.add(glob.map_err(de::Error::custom)?);
    }
    set.build().map(Some).map_err(de::Error::custom)
}

fn reason<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let reason = String::deserialize(from)?;
    if reason.trim().is_empty() {
        return Err(de::Error::custom("a suppression needs a reason"));
    }
    Ok(reason)
}

fn day<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Date(toml_datetime::Datetime),
        Text(String),
    }
    let text = match Written::deserialize(from)? {
        Written::Date(date) => date.to_string(),
        Written::Text(text) => text,
    };
    text.parse()
        .map(Some)
        .map_err(|_| de::Error::custom(format!("`{text}` is no day (YYYY-MM-DD)")))
}

#[cfg(test)]
pub(super) fn read(text: &str) -> CheckSettings {
    toml::from_str(text).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_makes_no_sense() {
        let refused = |text: &str| toml::from_str::<CheckSettings>(text).unwrap_err().to_string();
        assert!(refused("[[suppress]]\ncode = 'a'\nreason = ' '\n").contains("needs a reason"));
        assert!(refused("[[suppress]]\ncode = 'a'\n").contains("missing field `reason`"));
        let day = "[[suppress]]\ncode = 'a'\nreason = 'b'\nuntil = '2026-13-01'\n";
        assert!(refused(day).contains("is no day"));
        assert!(refused("rules = { a = 'loud' }\n").contains("unknown variant `loud`"));
        assert!(refused("[[suppress]]\ncode = 'a'\nreason = 'b'\npaths = ['[']\n").contains("["));
    }

    #[test]
    fn tells_what_has_expired_and_where() {
        let text = "[[suppress]]\ncode = 'a'\nreason = 'b'\nuntil = 2026-01-01\n";
        let settings = read(text);
        let found: Vec<_> = settings.expired(jiff::civil::date(2026, 1, 2)).collect();
        assert_eq!(found.len(), 1);
        assert!(text[found[0].0.clone()].starts_with("[[suppress]]"));
        assert_eq!(settings.expired(jiff::civil::date(2026, 1, 1)).count(), 0);
    }
}
