//! `include:remote`: a text behind an address, asked for once a run and kept for the day on which
//! the network is gone.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use windlass_repository::SourceCache;

use crate::run::driver::is_offline;

/// The longest that an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The largest text that is taken, in bytes.
const LARGEST: usize = 10 << 20;

/// The text behind an address. One that has the hash that is asked for is not fetched again.
pub async fn get(
    cache: &SourceCache,
    url: &str,
    integrity: Option<&str>,
) -> Result<String, String> {
    let kept = kept(cache, url);
    let known = fs::read_to_string(&kept).ok();
    let fits = |text: &str| integrity.is_none_or(|wanted| integrity_of(text) == wanted);
    if let Some(known) =
        known.clone().filter(|text| fits(text) && (integrity.is_some() || is_offline()))
    {
        return Ok(known);
    }
    if is_offline() {
        return Err("it was not fetched before, and WINDLASS_OFFLINE forbids to ask".to_owned());
    }
    match fetch(url).await {
        Ok(text) if fits(&text) => {
            // Without what is kept, the next run fetches again.
            let _ = keep(&kept, &text);
            Ok(text)
        }
        Ok(text) => Err(format!(
            "its text is not the one that `integrity` names: it has the hash {}",
            integrity_of(&text)
        )),
        Err(Unavailable::Refused(cause)) => Err(cause),
        Err(Unavailable::Unreachable(cause)) => known.filter(|text| fits(text)).ok_or(cause),
    }
}

/// Why there is no text.
enum Unavailable {
    /// The server says so.
    Refused(String),
    /// Nobody answered.
    Unreachable(String),
}

async fn fetch(url: &str) -> Result<String, Unavailable> {
    let unreachable = |error: reqwest::Error| {
        let mut text = error.without_url().to_string();
        text.truncate(500);
        Unavailable::Unreachable(text)
    };
    let client = reqwest::Client::builder()
        .timeout(PATIENCE)
        .user_agent(concat!("windlass/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(unreachable)?;
    let mut answer = client.get(url).send().await.map_err(unreachable)?;
    if !answer.status().is_success() {
        return Err(Unavailable::Refused(format!("the server answers {}", answer.status())));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LARGEST {
            let cause = format!("it is larger than {} MiB", LARGEST >> 20);
            return Err(Unavailable::Refused(cause));
        }
    }
    String::from_utf8(bytes).map_err(|_| Unavailable::Refused("it is no UTF-8 text".to_owned()))
}

/// Source: "CI/CD YAML syntax reference", `include:integrity`.
fn integrity_of(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}

fn kept(cache: &SourceCache, url: &str) -> PathBuf {
    let name: String = Sha256::digest(url).iter().map(|byte| format!("{byte:02x}")).collect();
    cache.directory().join("texts").join(name)
}

/// Whole or not at all.
fn keep(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}
