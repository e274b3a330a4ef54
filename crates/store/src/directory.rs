//! Where the state directory lies, by the rules of the XDG Base Directory Specification.

use std::{ffi::OsString, path::PathBuf};

use crate::StoreError;

/// The directory in which this user's history is kept.
///
/// `WINDLASS_STATE_DIR` where it is set, else `$XDG_STATE_HOME/windlass`, else
/// `$HOME/.local/state/windlass`. Empty variables count as unset, and so does a relative
/// `XDG_STATE_HOME`, as the specification asks. `environment` answers a variable's value.
///
/// # Errors
/// [`StoreError::NoDirectory`] when none of the three says where.
pub fn state_directory(
    environment: impl Fn(&str) -> Option<OsString>,
) -> Result<PathBuf, StoreError> {
    let set = |name: &str| environment(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(chosen) = set("WINDLASS_STATE_DIR") {
        return Ok(chosen);
    }
    let state_home = set("XDG_STATE_HOME").filter(|path| path.is_absolute());
    state_home
        .or_else(|| set("HOME").map(|home| home.join(".local/state")))
        .map(|base| base.join("windlass"))
        .ok_or(StoreError::NoDirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(variables: &[(&str, &str)]) -> Option<PathBuf> {
        state_directory(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        })
        .ok()
    }

    #[test]
    fn the_first_variable_that_says_where_is_followed() {
        let all =
            [("WINDLASS_STATE_DIR", "/a"), ("XDG_STATE_HOME", "/b"), ("HOME", "/home/someone")];
        assert_eq!(directory(&all), Some("/a".into()));
        assert_eq!(directory(&all[1..]), Some("/b/windlass".into()));
        assert_eq!(directory(&all[2..]), Some("/home/someone/.local/state/windlass".into()));
        assert_eq!(directory(&[]), None);
    }

    #[test]
    fn empty_and_relative_values_are_passed_over() {
        let odd = [("WINDLASS_STATE_DIR", ""), ("XDG_STATE_HOME", "state"), ("HOME", "/h")];
        assert_eq!(directory(&odd), Some("/h/.local/state/windlass".into()));
    }
}
