//! The images of Docker actions: built from the action's folder, once for each content.
//!
//! The image's tag is a hash over the folder and the Dockerfile's name, so an action that did not
//! change is not built again, in no run. The folder goes to the engine as an archive on disk.

mod ignore;

use std::fs;
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};

use bollard::query_parameters::BuildImageOptionsBuilder;
use futures_util::StreamExt as _;
use sha2::{Digest as _, Sha256};

use self::ignore::Ignored;
use crate::error::EngineError;
use crate::{Engine, Progress};

/// The images' repository.
const REPOSITORY: &str = "windlass-action";
/// How much of the archive is sent at a time, in bytes.
const CHUNK: usize = 256 << 10;

/// An image to be built.
#[derive(Clone, Debug)]
pub struct BuildRequest {
    /// What people call what it is for.
    pub what: String,
    /// The folder that the Dockerfile may copy from.
    pub folder: PathBuf,
    /// The Dockerfile, relative to the folder.
    pub dockerfile: String,
}

impl Engine {
    /// Builds an image unless it was built before; answers its name.
    ///
    /// # Errors
    /// [`EngineError::Build`] when a step of the Dockerfile fails.
    pub async fn build(
        &self,
        request: &BuildRequest,
        progress: Progress<'_>,
    ) -> Result<String, EngineError> {
        let (folder, dockerfile) = (request.folder.clone(), request.dockerfile.clone());
        let packed = tokio::task::spawn_blocking(move || pack(&folder, &dockerfile)).await;
        let failed = |reason: String| EngineError::Build { what: request.what.clone(), reason };
        let packed = packed.map_err(|error| failed(error.to_string()))?;
        let (archive, mut hash) = packed.map_err(|source| EngineError::File {
            action: "pack",
            path: request.folder.display().to_string(),
            source,
        })?;
        hash.update(request.dockerfile.as_bytes());
        let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let image = format!("{REPOSITORY}:{}", &hash[..32]);
        if self.has_image(&image).await? {
            progress(&format!("Use the image {image}, built before"));
            return Ok(image);
        }
        let options = BuildImageOptionsBuilder::default()
            .dockerfile(&request.dockerfile)
            .t(&image)
            .rm(true)
            .forcerm(true)
            .build();
        let chunks = futures_util::stream::unfold(archive, |mut archive| async move {
            let mut chunk = vec![0; CHUNK];
            match archive.read(&mut chunk) {
                Ok(0) => None,
                Ok(count) => {
                    chunk.truncate(count);
                    Some((Ok(chunk.into()), archive))
                }
                Err(error) => Some((Err(error), archive)),
            }
        });
        let mut steps = std::pin::pin!(self.api.build_image(
            options,
            None,
            Some(bollard::body_try_stream(chunks))
        ));
        while let Some(step) = steps.next().await {
            let step = step.map_err(|error| build_error(&request.what, error))?;
            for line in step.stream.iter().flat_map(|text| text.lines()) {
                if !line.trim().is_empty() {
                    progress(line.trim_end());
                }
            }
            if let Some(detail) = step.error_detail {
                return Err(failed(detail.message.unwrap_or_default()));
            }
        }
        Ok(image)
    }
}

fn build_error(what: &str, error: bollard::errors::Error) -> EngineError {
    match EngineError::of("build an image", what, error) {
        EngineError::Refused { reason, .. } => EngineError::Build { what: what.to_owned(), reason },
        other => other,
    }
}

/// A folder as an archive, and the hash of its content. `.git` and what `.dockerignore` names are
/// left out; times are not kept, so that the same files are the same archive.
fn pack(folder: &Path, dockerfile: &str) -> io::Result<(fs::File, Sha256)> {
    let ignored = Ignored::read(folder, dockerfile)?;
    let mut archive = tar::Builder::new(tempfile::tempfile()?);
    archive.mode(tar::HeaderMode::Deterministic);
    archive.follow_symlinks(false);
    let mut names = Vec::new();
    list(folder, Path::new(""), &mut names)?;
    names.retain(|name| !ignored.leaves_out(name));
    names.sort();
    for name in names {
        archive.append_path_with_name(folder.join(&name), &name)?;
    }
    let mut archive = archive.into_inner()?;
    archive.rewind()?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        match archive.read(&mut chunk)? {
            0 => break,
            count => hash.update(&chunk[..count]),
        }
    }
    archive.rewind()?;
    Ok((archive, hash))
}

fn list(folder: &Path, below: &Path, names: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder.join(below))? {
        let entry = entry?;
        let name = below.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() && entry.file_name() != ".git" {
            names.push(name.clone());
            list(folder, &name, names)?;
        } else if kind.is_file() || kind.is_symlink() {
            names.push(name);
        }
    }
    Ok(())
}

/// The content of the one plain file of an archive; `None` when it holds something else.
pub(crate) fn only_file(archive: &[u8]) -> io::Result<Option<Vec<u8>>> {
    let mut archive = tar::Archive::new(archive);
    let Some(entry) = archive.entries()?.next() else { return Ok(None) };
    let mut entry = entry?;
    if !entry.header().entry_type().is_file() {
        return Ok(None);
    }
    let mut content = Vec::new();
    entry.read_to_end(&mut content)?;
    Ok(Some(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(folder: &Path) -> Vec<u8> {
        pack(folder, "Dockerfile").expect("an archive").1.finalize().to_vec()
    }

    #[test]
    fn the_same_content_has_the_same_hash() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for folder in [one.path(), two.path()] {
            fs::create_dir(folder.join("src")).unwrap();
            fs::write(folder.join("src/a"), "a").unwrap();
            fs::write(folder.join("Dockerfile"), "FROM x").unwrap();
        }
        fs::create_dir(two.path().join(".git")).unwrap();
        fs::write(two.path().join(".git/HEAD"), "x").unwrap();
        assert_eq!(hash(one.path()), hash(two.path()));
        fs::write(two.path().join("src/a"), "b").unwrap();
        assert_ne!(hash(one.path()), hash(two.path()));
    }
}
