//! What a script of `actions/github-script` hands on of the event: by `core.setOutput`,
//! `core.exportVariable` and `return`.
//!
//! Not a reader of JavaScript: the event is known by `context.payload`, also where a line puts it
//! into a variable, and anything more that is done with a text makes it another.
//!
//! Source: the READMEs of actions/github-script ("Return values") and @actions/core.

use std::collections::HashMap;

use super::Origin;
use super::sources;

/// Where a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Output,
    Variable,
}

const CALLS: [(&str, Target); 2] =
    [("core.setOutput(", Target::Output), ("core.exportVariable(", Target::Variable)];

/// The texts from outside that a script hands on, with their names.
pub(super) fn handed_on(script: &str) -> Vec<(Target, String, Origin)> {
    let mut found = Vec::new();
    let mut variables = HashMap::new();
    for line in script.split(['\n', ';']) {
        if let Some((name, value)) = declared(line)
            && let Some(origin) = origin(value, &variables)
        {
            variables.insert(name, origin);
        }
        for (call, target) in CALLS {
            let Some((name, value)) = line.split_once(call).and_then(|(_, it)| arguments(it))
            else {
                continue;
            };
            if let Some(origin) = origin(value, &variables) {
                found.push((target, name.to_owned(), origin));
            }
        }
        let given = line.trim().strip_prefix("return ");
        if let Some(origin) = given.and_then(|value| origin(value, &variables)) {
            found.push((Target::Output, "result".to_owned(), origin));
        }
    }
    found
}

/// `const name = value`.
fn declared(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let line = ["const ", "let ", "var "].iter().find_map(|it| line.strip_prefix(it))?;
    line.split_once('=').map(|(name, value)| (name.trim(), value))
}

/// The name and the value of a call.
fn arguments(rest: &str) -> Option<(&str, &str)> {
    let quote = rest.chars().next().filter(|it| ['\'', '"', '`'].contains(it))?;
    rest[1..].split_once(quote)
}

/// Where a value comes from, if it names the event or such a variable.
fn origin(value: &str, variables: &HashMap<&str, Origin>) -> Option<Origin> {
    let is_of_path = |it: char| it.is_alphanumeric() || "_.?![]".contains(it);
    value.split(|it| !is_of_path(it)).find_map(|path| {
        let Some(path) = path.strip_prefix("context.payload.") else {
            return variables.get(path).cloned();
        };
        let path = path.replace(['?', '!'], "").replace('[', ".").replace(']', "");
        let names = path.split('.').map(|name| match name.parse::<u32>() {
            Ok(_) => None,
            Err(_) => Some(name.to_lowercase()),
        });
        let path: Vec<_> = [Some("event".to_owned())].into_iter().chain(names).collect();
        sources::of_github(&path, false)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(script: &str) -> Vec<String> {
        let line = |(target, name, origin): (Target, String, Origin)| {
            format!("{target:?} {name} {}", origin.source)
        };
        handed_on(script).into_iter().map(line).collect()
    }

    #[test]
    fn texts_of_the_event_are_handed_on() {
        let script = "const title = context.payload.pull_request?.title;
core.setOutput('title', title)
core.exportVariable(\"BODY\", `${context.payload.issue.body}`); return context.payload.commits[0].message";
        assert_eq!(
            shown(script),
            [
                "Output title github.event.pull_request.title",
                "Variable BODY github.event.issue.body",
                "Output result github.event.commits.*.message",
            ]
        );
    }

    #[test]
    fn what_is_made_of_them_is_not() {
        for script in [
            "core.setOutput('long', context.payload.issue.title.length > 9)",
            "core.setOutput('number', context.payload.issue.number)",
            "core.setOutput(name, context.payload.issue.title)",
            "core.info(context.payload.issue.title); return 'title'",
        ] {
            assert_eq!(shown(script), [""; 0], "{script}");
        }
    }
}
