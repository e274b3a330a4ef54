//! What a job keeps.

use crate::duration;
use crate::pipeline::{Artifacts, Cache, CacheKey, CoverageReport, Reports, SaveWhen};
use crate::reading::{text, texts, truth};
use crate::value::Value;

/// `artifacts`.
pub(crate) fn artifacts(value: &Value) -> Artifacts {
    let is_private = value.get("public").and_then(Value::as_boolean) == Some(false);
    Artifacts {
        paths: texts(value, "paths"),
        exclude: texts(value, "exclude"),
        name: text(value, "name"),
        untracked: truth(value, "untracked"),
        when: save_when(value),
        expire_in: text(value, "expire_in").and_then(|text| duration::parse_expiry(&text)),
        expose_as: text(value, "expose_as"),
        access: text(value, "access").or_else(|| is_private.then(|| "developer".to_owned())),
        reports: value.get("reports").map(reports).unwrap_or_default(),
    }
}

fn reports(value: &Value) -> Reports {
    let mut reports = Reports::default();
    for (kind, value) in value.as_mapping().into_iter().flat_map(|mapping| mapping.iter()) {
        match kind {
            "junit" => reports.junit = value.texts(),
            "dotenv" => reports.dotenv = value.texts(),
            "coverage_report" => {
                let pair = text(value, "coverage_format").zip(text(value, "path"));
                reports.coverage_report =
                    pair.map(|(format, path)| CoverageReport { format, path });
            }
            _ => {
                reports.others.insert(kind.to_owned(), value.texts());
            }
        }
    }
    reports
}

fn save_when(value: &Value) -> SaveWhen {
    match text(value, "when").as_deref() {
        Some("on_failure") => SaveWhen::OnFailure,
        Some("always") => SaveWhen::Always,
        _ => SaveWhen::OnSuccess,
    }
}

/// `cache`: one or several.
pub(crate) fn caches(value: &Value) -> Vec<Cache> {
    value.flattened().into_iter().filter(|value| value.as_mapping().is_some()).map(cache).collect()
}

fn cache(value: &Value) -> Cache {
    let key = value.get("key").filter(|key| !key.is_null()).map(key);
    Cache {
        key: key.unwrap_or_default(),
        paths: texts(value, "paths"),
        policy: text(value, "policy").unwrap_or_else(|| "pull-push".to_owned()),
        when: save_when(value),
        untracked: truth(value, "untracked"),
        unprotect: truth(value, "unprotect"),
        fallback_keys: texts(value, "fallback_keys"),
    }
}

fn key(value: &Value) -> CacheKey {
    if let Some(text) = value.as_scalar() {
        return CacheKey::Text(text);
    }
    let prefix = text(value, "prefix");
    if value.get("files_commits").is_some() {
        return CacheKey::FilesCommits { files: texts(value, "files_commits"), prefix };
    }
    CacheKey::Files { files: texts(value, "files"), prefix }
}
