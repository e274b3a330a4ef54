//! From values to the model, keyword by keyword.
//!
//! What does not fit has been told by [`crate::keywords::check`] before; here it counts as not
//! written.

mod deploy;
mod keep;
mod run;

use std::str::FromStr;

use indexmap::IndexMap;

use crate::duration;
use crate::pipeline::{AllowFailure, Retry};
use crate::value::Value;
use crate::variables::{Variable, Variables};

pub(crate) use deploy::{environment, pages, release, trigger};
pub(crate) use keep::{artifacts, caches};
pub(crate) use run::{id_tokens, image, secrets, services, steps};

/// The text of a key.
pub(crate) fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_scalar)
}

/// The texts of a key, also where one stands for a list of one.
pub(crate) fn texts(value: &Value, key: &str) -> Vec<String> {
    value.get(key).map(Value::texts).unwrap_or_default()
}

/// Whether a key is `true`.
pub(crate) fn truth(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_boolean).unwrap_or_default()
}

/// The numbers of a key, also where one stands for a list of one.
fn numbers<Number: FromStr>(value: &Value, key: &str) -> Vec<Number> {
    texts(value, key).iter().filter_map(|text| text.parse().ok()).collect()
}

/// The values of a key as JSON, by name.
pub(crate) fn json_by_name(value: &Value, key: &str) -> IndexMap<String, serde_json::Value> {
    let pairs = value.get(key).and_then(Value::as_mapping);
    pairs
        .into_iter()
        .flat_map(|pairs| pairs.iter())
        .map(|(name, value)| (name.to_owned(), value.to_json()))
        .collect()
}

/// The duration of a key.
pub(crate) fn duration_of(value: &Value, key: &str) -> Option<std::time::Duration> {
    text(value, key).and_then(|text| duration::parse(&text))
}

/// `variables`. Source: section `variables`, with `value` and `expand`.
pub(crate) fn variables(value: Option<&Value>) -> Variables {
    let pairs = value.and_then(Value::as_mapping);
    pairs
        .into_iter()
        .flat_map(|pairs| pairs.iter())
        .map(|(name, value)| {
            let written = value.get("value").unwrap_or(value).as_scalar().unwrap_or_default();
            let expand = value.get("expand").and_then(Value::as_boolean).unwrap_or(true);
            (name, Variable { expand, ..Variable::new(written) })
        })
        .collect()
}

/// `allow_failure`, if it says anything.
pub(crate) fn allow_failure(value: &Value) -> Option<AllowFailure> {
    match value.as_boolean() {
        Some(true) => Some(AllowFailure::Yes),
        Some(false) => Some(AllowFailure::No),
        None => {
            value.get("exit_codes")?;
            Some(AllowFailure::ExitCodes(numbers(value, "exit_codes")))
        }
    }
}

/// `retry`.
pub(crate) fn retry(value: &Value) -> Retry {
    let times = |value: &Value| value.as_integer().and_then(|max| u32::try_from(max).ok());
    if let Some(max) = times(value) {
        return Retry { max, ..Retry::default() };
    }
    let when = texts(value, "when").into_iter().filter(|reason| reason != "always");
    Retry {
        max: value.get("max").and_then(times).unwrap_or_default(),
        when: when.collect(),
        exit_codes: numbers(value, "exit_codes"),
    }
}
