//! The workflow files of a project.

use std::{fs, io, path::Path};

/// A workflow file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkflowFile {
    /// Its path from the project's root, with `/`.
    pub name: String,
    /// Its text; bytes that are not UTF-8 are replaced.
    pub text: String,
}

/// The largest file that is read, in bytes. GitHub refuses files over 512 KiB; a larger one is
/// read this far, so that its diagnosis can say so without its whole size in memory.
const LARGEST: u64 = 4 << 20;

/// The files directly in `.github/workflows`, by name.
///
/// # Errors
/// When the folder or a file in it cannot be read.
pub fn workflow_files(root: &Path) -> io::Result<Vec<WorkflowFile>> {
    let folder = root.join(".github/workflows");
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        let is_workflow = path.extension().is_some_and(|it| it == "yml" || it == "yaml");
        let Some(file) = path.file_name().filter(|_| is_workflow && path.is_file()) else {
            continue;
        };
        let name = format!(".github/workflows/{}", file.to_string_lossy());
        files.push(WorkflowFile { name, text: read(&path)? });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

impl WorkflowFile {
    /// Reads one file of a project.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn read(root: &Path, name: &str) -> io::Result<Self> {
        Ok(WorkflowFile { name: name.to_owned(), text: read(&root.join(name))? })
    }
}

fn read(path: &Path) -> io::Result<String> {
    use io::Read;
    let file = fs::File::open(path)?;
    // One more than its size, so that a second read sees the end.
    let size = file.metadata()?.len().saturating_add(1).min(LARGEST);
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    file.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}
