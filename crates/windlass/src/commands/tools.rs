//! `windlass tools`: what `setup-*` actions find on this machine without a download.

use anyhow::Context;
use serde_json::to_string_pretty;

use crate::{
    arguments::Tools,
    commands::{
        completions::{one_line, print},
        table::table,
    },
    exit::{Exit, Failure, Outcome},
    tools::{CachedTool, ToolCache, host},
};

/// Does what was asked of the tool cache.
pub fn tools(arguments: Tools) -> Outcome {
    let cache = ToolCache::of_user();
    match arguments {
        Tools::List { json } => list(&cache.list(), json),
        Tools::Add { name, version, from } => {
            let found = host::find(&name, version.as_deref(), from.as_deref());
            let found = found.map_err(Failure::refused)?;
            let place = cache.add(&found);
            let place = place
                .with_context(|| format!("cannot write to {}", cache.directory().display()))
                .map_err(Failure::environment)?;
            let line = format!("{} {}: {}\n", found.folder, found.version, place.display());
            print(line.as_bytes())
        }
        Tools::Remove { name, version } => {
            let mut tools = cache.list();
            tools.retain(|tool| is_named(tool, &name, version.as_deref()));
            if tools.is_empty() {
                let version = version.map(|it| format!(" {it}")).unwrap_or_default();
                return Err(Failure::refused_because(format!(
                    "there is no tool '{name}{version}' in {}; `windlass tools list` shows those \
                     there are",
                    cache.directory().display()
                )));
            }
            for tool in &tools {
                let removed = cache.remove(tool);
                let what = || format!("cannot remove {} {}", tool.name, tool.version);
                removed.with_context(what).map_err(Failure::environment)?;
            }
            Ok(Exit::Success)
        }
    }
}

/// Whether a tool is meant: `3.11` means every 3.11.
fn is_named(tool: &CachedTool, name: &str, version: Option<&str>) -> bool {
    let is_version = version.is_none_or(|version| {
        let rest = tool.version.strip_prefix(version);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    tool.name.eq_ignore_ascii_case(name) && is_version
}

fn list(tools: &[CachedTool], json: bool) -> Outcome {
    if json {
        let text = to_string_pretty(tools).map_err(Failure::environment)?;
        return print(format!("{text}\n").as_bytes());
    }
    let row = |tool: &CachedTool| {
        let path = one_line(&tool.path.display().to_string());
        [one_line(&tool.name), one_line(&tool.version), tool.architecture.clone(), path]
    };
    let rows: Vec<[String; 4]> = tools.iter().map(row).collect();
    print(table(["NAME", "VERSION", "ARCHITECTURE", "PATH"], &rows).as_bytes())
}
