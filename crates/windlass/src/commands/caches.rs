//! `windlass caches`: what runs of a project keep for later ones.

use std::{
    fs::File,
    io::{self, Read, Seek},
    path::{Path, PathBuf},
};

use anyhow::Context;
use windlass_store::{BlobKind, BlobReader, CacheRecord, Store};

use crate::{
    arguments::Caches,
    commands::{
        completions::{one_line, print},
        runs::History,
        sizes,
        table::table,
    },
    exit::{Exit, Failure, Outcome},
};

/// Does what was asked of the caches.
pub async fn caches(arguments: Caches) -> Outcome {
    let history = History::open().await?;
    let store = history.store();
    let caches = store.caches(history.project()).await.map_err(Failure::environment)?;
    match arguments {
        Caches::List { json } => list(&caches, json),
        Caches::Get { key, to } => get(store, find(&caches, &key)?, to),
        Caches::Remove { keys, all } => {
            let mut leaving: Vec<&CacheRecord> = if all { caches.iter().collect() } else { vec![] };
            for key in &keys {
                find(&caches, key)?;
                leaving.extend(caches.iter().filter(|cache| is_named(cache, key)));
            }
            for cache in leaving {
                let removed = store.remove_file(BlobKind::Cache, cache.id).await;
                removed.map_err(Failure::environment)?;
            }
            Ok(Exit::Success)
        }
    }
}

fn is_named(cache: &CacheRecord, wanted: &str) -> bool {
    cache.key == wanted || cache.id.to_string() == wanted
}

/// The cache of a key, the one used last where several branches have one.
fn find<'a>(caches: &'a [CacheRecord], wanted: &str) -> Result<&'a CacheRecord, Failure> {
    caches.iter().find(|cache| is_named(cache, wanted)).ok_or_else(|| {
        Failure::refused_because(format!(
            "there is no cache '{wanted}' here; `windlass caches list` shows those there are"
        ))
    })
}

fn list(caches: &[CacheRecord], json: bool) -> Outcome {
    if json {
        let text = serde_json::to_string_pretty(caches).map_err(Failure::environment)?;
        return print(format!("{text}\n").as_bytes());
    }
    let rows: Vec<[String; 5]> = caches.iter().map(row).collect();
    print(table(["NUMBER", "KEY", "SIZE", "REF", "LAST USED"], &rows).as_bytes())
}

/// Keys may hold anything; a terminal gets nothing to obey.
fn row(cache: &CacheRecord) -> [String; 5] {
    let used = cache.used_at.to_zoned(jiff::tz::TimeZone::system());
    [
        cache.id.to_string(),
        one_line(&cache.key),
        sizes::shown(cache.size),
        one_line(&cache.git_ref),
        used.strftime("%F %R").to_string(),
    ]
}

fn get(store: &Store, cache: &CacheRecord, to: Option<PathBuf>) -> Outcome {
    let bytes = store.cache_blob(cache).open();
    let mut bytes = bytes
        .with_context(|| format!("the cache '{}' is damaged", cache.key))
        .map_err(Failure::environment)?;
    let to = match to {
        Some(to) => to,
        None => {
            let ending = ending(&mut bytes).map_err(Failure::environment)?;
            PathBuf::from(format!("cache-{}.{ending}", cache.id))
        }
    };
    copy(&mut bytes, &to)?;
    print(format!("{}\n", to.display()).as_bytes())
}

/// How the action packed it, by the first bytes (RFC 8878, RFC 1952).
fn ending(bytes: &mut BlobReader) -> io::Result<&'static str> {
    let mut first = Vec::new();
    bytes.by_ref().take(4).read_to_end(&mut first)?;
    bytes.rewind()?;
    Ok(match first.as_slice() {
        [0x28, 0xb5, 0x2f, 0xfd] => "tar.zst",
        [0x1f, 0x8b, ..] => "tar.gz",
        _ => "tar",
    })
}

fn copy(from: &mut BlobReader, to: &Path) -> Result<(), Failure> {
    let file = File::create_new(to).with_context(|| format!("cannot make {}", to.display()));
    let mut file = file.map_err(Failure::refused)?;
    let copied = io::copy(from, &mut file);
    copied.map(drop).with_context(|| to.display().to_string()).map_err(Failure::environment)
}
