//! The import table of ARCHITECTURE.md, held against every crate's Cargo.toml.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

type Table = BTreeMap<String, BTreeSet<String>>;

/// Fails with every arrow that the table does not allow.
pub fn check() -> Result<()> {
    let allowed = table(&fs::read_to_string("ARCHITECTURE.md")?)?;
    let mut wrong = Vec::new();
    for folder in crates()? {
        let name = folder.file_name().map(|it| it.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        let Some(may) = allowed.get(&name) else {
            wrong.push(format!("crate {name} is not in the table"));
            continue;
        };
        for import in imports(&folder.join("Cargo.toml"))? {
            if !may.contains(&import) {
                wrong.push(format!("{name} imports {import}, which the table does not allow"));
            }
        }
    }
    if !wrong.is_empty() {
        bail!("ARCHITECTURE.md, table of crates:\n  {}", wrong.join("\n  "));
    }
    Ok(())
}

fn crates() -> Result<Vec<PathBuf>> {
    let mut folders = vec![PathBuf::from("xtask"), PathBuf::from("conformance")];
    for entry in fs::read_dir("crates")? {
        folders.push(entry?.path());
    }
    folders.retain(|folder| folder.join("Cargo.toml").is_file());
    folders.sort();
    Ok(folders)
}

/// Rows `| crate | meaning | import, import |`.
fn table(page: &str) -> Result<Table> {
    let rows = page.lines().skip_while(|line| !line.starts_with("| crate |")).skip(2);
    let mut table = Table::new();
    for row in rows.take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [name, _, imports] = cells[..] else { bail!("row of other than three cells: {row}") };
        let imports = imports.split(',').map(str::trim).filter(|it| !it.is_empty());
        table.insert(name.to_owned(), imports.map(str::to_owned).collect());
    }
    if table.is_empty() {
        bail!("ARCHITECTURE.md has no table that starts with '| crate |'");
    }
    Ok(table)
}

/// The project's own crates among the dependencies; those for tests alone do not count.
fn imports(manifest: &Path) -> Result<Vec<String>> {
    let text = fs::read_to_string(manifest).with_context(|| manifest.display().to_string())?;
    let mut section = String::new();
    let mut imports = Vec::new();
    for line in text.lines() {
        if line.starts_with('[') {
            line.trim().clone_into(&mut section);
        } else if section == "[dependencies]"
            && let Some(rest) = line.strip_prefix("windlass-")
        {
            let end = rest.find(['.', ' ', '=']).unwrap_or(rest.len());
            imports.push(rest[..end].to_owned());
        }
    }
    Ok(imports)
}
