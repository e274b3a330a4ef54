//! One entry of `include`: what it names, and what goes with it.

use crate::sources::{Origin, SourceRequest};
use crate::value::{Mapping, Value};
use crate::variables::Variables;

/// The keywords that say where a file comes from, one an entry.
const KINDS: &[&str] = &["local", "remote", "project", "template", "component"];

/// One entry that has been read.
pub(super) struct Entry {
    pub requests: Vec<SourceRequest>,
    pub inputs: Mapping,
    pub rules: Option<Value>,
}

impl Entry {
    /// Reads an entry in a file of `origin`.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub(super) fn read(
        value: &Value,
        origin: &Origin,
        variables: &Variables,
    ) -> Result<Self, String> {
        let expand = |text: &str| variables.expand(text);
        if let Some(text) = value.as_text() {
            let text = expand(text);
            let is_address = text.starts_with("http://") || text.starts_with("https://");
            let request = if is_address { remote(text, None)? } else { local(&text, origin)? };
            return Ok(Self { requests: vec![request], inputs: Mapping::default(), rules: None });
        }
        let Some(mapping) = value.as_mapping() else {
            return Err(format!(
                "`include` takes paths and mappings, and this is {}",
                value.kind()
            ));
        };
        let text =
            |key: &str| mapping.get(key).and_then(Value::as_scalar).map(|text| expand(&text));
        let kinds: Vec<&str> =
            KINDS.iter().copied().filter(|kind| mapping.get(kind).is_some()).collect();
        let requests = match kinds[..] {
            ["local"] => vec![local(&text("local").unwrap_or_default(), origin)?],
            ["remote"] => vec![remote(text("remote").unwrap_or_default(), text("integrity"))?],
            ["template"] => {
                vec![SourceRequest::Template { name: text("template").unwrap_or_default() }]
            }
            ["component"] => {
                vec![SourceRequest::component(&text("component").unwrap_or_default())?]
            }
            ["project"] => {
                let files = mapping.get("file").map(Value::texts).unwrap_or_default();
                if files.is_empty() {
                    return Err("`include:project` needs `file`".to_owned());
                }
                let project = text("project").unwrap_or_default();
                let reference = text("ref").filter(|reference| !reference.is_empty());
                let origin = Origin::Other { host: None, project, reference };
                files.iter().map(|file| local(&expand(file), &origin)).collect::<Result<_, _>>()?
            }
            [] => {
                return Err(format!("an entry of `include` needs one of {}", KINDS.join(", ")));
            }
            _ => {
                return Err(format!(
                    "`{}` exclude one another in `include`",
                    kinds.join("` and `")
                ));
            }
        };
        let inputs = mapping.get("inputs").and_then(Value::as_mapping).cloned().unwrap_or_default();
        Ok(Self { requests, inputs, rules: mapping.get("rules").cloned() })
    }
}

/// A file of a repository, or all that fit a pattern.
fn local(path: &str, origin: &Origin) -> Result<SourceRequest, String> {
    if *origin == Origin::Elsewhere {
        return Err(format!(
            "`{path}` is a file of a repository, and this file belongs to none; include it with \
             `project` and `file`"
        ));
    }
    let from_root = path.trim_start_matches('/');
    if from_root.split('/').any(|part| part == "." || part == "..") {
        return Err(format!("`{path}` has to be a path from the root of the repository"));
    }
    let is_yaml = [".yml", ".yaml"].iter().any(|end| from_root.ends_with(end));
    if !is_yaml {
        return Err(format!("`{path}` does not end in .yml or .yaml"));
    }
    let origin = origin.clone();
    let path = from_root.to_owned();
    Ok(if path.contains('*') {
        SourceRequest::Glob { origin, pattern: path }
    } else {
        SourceRequest::File { origin, path }
    })
}

fn remote(url: String, integrity: Option<String>) -> Result<SourceRequest, String> {
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(format!("`{url}` is no address; `remote` takes one with https:// or http://"));
    }
    if let Some(integrity) = &integrity
        && !integrity.starts_with("sha256-")
    {
        return Err(format!("`{integrity}` is no `sha256-` hash in Base64"));
    }
    Ok(SourceRequest::Remote { url, integrity })
}

/// A request as people read it.
pub(super) fn shown(request: &SourceRequest) -> String {
    let within = |origin: &Origin, path: &str| match origin {
        Origin::Other { project, reference, .. } => match reference {
            Some(reference) => format!("{path} of {project} at {reference}"),
            None => format!("{path} of {project}"),
        },
        Origin::Project | Origin::Elsewhere => path.to_owned(),
    };
    match request {
        SourceRequest::File { origin, path } => within(origin, path),
        SourceRequest::Glob { origin, pattern } => within(origin, pattern),
        SourceRequest::Remote { url, .. } => url.clone(),
        SourceRequest::Template { name } => format!("the template {name}"),
        SourceRequest::Component { host, project, name, version } => {
            format!("the component {host}/{project}/{name}@{version}")
        }
    }
}
