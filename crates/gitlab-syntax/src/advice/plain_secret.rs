//! Secrets that stand in the configuration for everyone to read.

use super::Look;
use crate::problem::{Problem, ProblemKind};

/// How the tokens of well-known services begin, and how long they are at least.
const TOKENS: &[(&str, usize)] = &[
    ("glpat-", 20),
    ("gldt-", 20),
    ("glrt-", 20),
    ("ghp_", 36),
    ("github_pat_", 40),
    ("AKIA", 20),
    ("xoxb-", 30),
    ("xoxp-", 30),
    ("sk_live_", 20),
    ("-----BEGIN ", 40),
];

/// Ends of the names of variables that hold secrets.
const NAMES: &[&str] =
    &["PASSWORD", "PASSWD", "SECRET", "SECRET_KEY", "TOKEN", "API_KEY", "APIKEY", "PRIVATE_KEY"];

/// Variables of well-known images for services that live as long as a job.
const OF_SERVICES: &[&str] = &["POSTGRES_", "MYSQL_", "MARIADB_", "MONGO_", "RABBITMQ_", "REDIS_"];

pub(super) fn find(look: &Look<'_>, problems: &mut Vec<Problem>) {
    let global = look.configuration.variables.as_ref();
    for variables in global.into_iter().chain(look.each("variables").map(|(_, value)| value)) {
        for (name, value) in variables.as_mapping().into_iter().flat_map(|it| it.iter()) {
            let written = value.get("value").unwrap_or(value);
            if written.as_text().is_some_and(|text| is_secret(name, text)) {
                let kind = ProblemKind::PlainSecret { name: name.to_owned() };
                problems.push(Problem::new(written.span, kind));
            }
        }
    }
}

fn is_secret(name: &str, text: &str) -> bool {
    let is_token =
        TOKENS.iter().any(|(start, length)| text.starts_with(start) && text.len() >= *length);
    let name = name.to_ascii_uppercase();
    let is_named = NAMES.iter().any(|end| name.ends_with(end))
        && !OF_SERVICES.iter().any(|start| name.starts_with(start));
    // Another variable, a path, an address or a placeholder is no secret.
    let is_literal = !text.contains(['$', '/', '<', ' ', '%']) && text.len() >= 8;
    is_token || (is_named && is_literal)
}
