//! Go to definition: where what the word under the cursor names is written.

use std::ops::Range;

use windlass_github_rules::FileKind;

use crate::operand::Operand;
use crate::outline::{Entry, INPUTS, Node, Outline};
use crate::place::{Place, Target};
use crate::schema::Accepted;
use crate::subject::{Subject, operand, uses};

/// Bytes of a file.
#[derive(Debug, PartialEq, Eq)]
pub struct Definition {
    /// The file from the project's root; `None` for the file that was asked about.
    pub path: Option<String>,
    /// The bytes of the name.
    pub range: Range<usize>,
}

/// Where the thing named at a byte is defined.
#[must_use]
pub fn definition(subject: &Subject<'_>, offset: usize) -> Option<Definition> {
    let text = subject.text.as_str();
    let outline = Outline::new(text);
    let place = Place::at(&outline, offset);
    if let Some(operand) = operand(text, &place, offset) {
        return of_operand(subject.kind, &outline, &place, &operand).map(here);
    }
    let way = Accepted::at(subject.kind, &place).way;
    match place.target {
        Target::Key(entry) => of_parameter(subject, &place, &way, entry.key),
        Target::Value => of_value(subject, &outline, &place, &way),
        Target::Nothing => None,
    }
}

pub(crate) const fn here(range: Range<usize>) -> Definition {
    Definition { path: None, range }
}

/// The anchor that an alias at a place means: the last of that name before it.
pub(crate) fn anchor(
    outline: &Outline<'_>,
    place: &Place<'_, '_>,
    name: &str,
) -> Option<Definition> {
    let before = |range: &Range<usize>| range.start < place.node.range.start;
    let mut anchors = outline.anchors.iter().rev();
    let found = anchors.find(|(anchor, range)| *anchor == name && before(range))?;
    Some(here(found.1.clone()))
}

fn of_value(
    subject: &Subject<'_>,
    outline: &Outline<'_>,
    place: &Place<'_, '_>,
    way: &str,
) -> Option<Definition> {
    let value = place.node.as_str()?;
    if let Some(name) = value.strip_prefix('*') {
        return anchor(outline, place, name);
    }
    match way {
        "jobs.*.needs" | "jobs.*.needs[]" => {
            job(outline, value).map(|job| here(job.key_range.clone()))
        }
        "jobs.*.uses" => {
            let path = value.strip_prefix("./")?;
            subject.files.read(path)?;
            Some(Definition { path: Some(path.to_owned()), range: 0..0 })
        }
        _ if way.ends_with("].uses") => {
            let (path, _) = action_file(subject, value)?;
            Some(Definition { path: Some(path), range: 0..0 })
        }
        _ if way.ends_with("].wait") || way.ends_with("].wait[]") || way.ends_with("].cancel") => {
            step_id(steps(subject.kind, outline, place)?, value).map(here)
        }
        _ => None,
    }
}

/// The input or secret, in its own file, that a key under `with` or `secrets` gives.
fn of_parameter(
    subject: &Subject<'_>,
    place: &Place<'_, '_>,
    way: &str,
    key: &str,
) -> Option<Definition> {
    let (path, text, keys): (_, _, &[&str]) = match way {
        "jobs.*.with" | "jobs.*.secrets" => {
            let (_, job) = place.job()?;
            let path = uses(job)?.strip_prefix("./")?.to_owned();
            let text = subject.files.read(&path)?;
            let is_secret = way.ends_with("secrets");
            let list = if is_secret { "secrets" } else { "inputs" };
            (path, text, &["on", "workflow_call", list])
        }
        _ if way.ends_with("].with") => {
            let (path, text) = action_file(subject, uses(place.innermost_step()?)?)?;
            (path, text, &["inputs"])
        }
        _ => return None,
    };
    let outline = Outline::new(&text);
    let entry = named(outline.root.at(keys)?, key)?;
    Some(Definition { path: Some(path), range: entry.key_range.clone() })
}

/// The metadata of a local action.
fn action_file(subject: &Subject<'_>, uses: &str) -> Option<(String, String)> {
    let folder = uses.strip_prefix('.')?.trim_matches('/');
    ["action.yml", "action.yaml"].iter().find_map(|name| {
        let path = if folder.is_empty() { (*name).to_owned() } else { format!("{folder}/{name}") };
        let text = subject.files.read(&path)?;
        Some((path, text))
    })
}

fn of_operand(
    kind: FileKind,
    outline: &Outline<'_>,
    place: &Place<'_, '_>,
    operand: &Operand<'_>,
) -> Option<Range<usize>> {
    let path: Vec<&str> = [&operand.path[..], &[operand.name]].concat();
    let context = path.first()?.to_lowercase();
    match (context.as_str(), &path[1..]) {
        ("needs" | "jobs", [id] | [id, "result"]) => {
            job(outline, id).map(|job| job.key_range.clone())
        }
        ("needs" | "jobs", [id, "outputs", name]) => {
            let outputs = job(outline, id)?.value.get("outputs")?;
            named(outputs, name).map(|output| output.key_range.clone())
        }
        ("steps", [id, ..]) => step_id(steps(kind, outline, place)?, id),
        ("inputs", [name, ..]) => {
            let mut lists = INPUTS.iter().filter_map(|way| outline.root.at(way));
            lists.find_map(|list| named(list, name)).map(|input| input.key_range.clone())
        }
        ("secrets", [name]) => {
            let secrets = outline.root.at(&["on", "workflow_call", "secrets"])?;
            named(secrets, name).map(|secret| secret.key_range.clone())
        }
        ("matrix", [name, ..]) => {
            let matrix = place.job()?.1.at(&["strategy", "matrix"])?;
            let included = || matrix.get("include")?.items().iter().find_map(|it| named(it, name));
            named(matrix, name).or_else(included).map(|key| key.key_range.clone())
        }
        ("env", [name]) => {
            let levels = place.way.iter().rev().map(|(node, _)| *node);
            let mut variables = levels.filter_map(|node| node.get("env"));
            variables.find_map(|env| named(env, name)).map(|variable| variable.key_range.clone())
        }
        _ => None,
    }
}

/// The entry under a key in any case, as expressions look names up.
fn named<'node, 'text>(node: &'node Node<'text>, name: &str) -> Option<&'node Entry<'text>> {
    node.entries().iter().find(|entry| entry.key.eq_ignore_ascii_case(name))
}

fn job<'node, 'text>(outline: &'node Outline<'text>, id: &str) -> Option<&'node Entry<'text>> {
    named(outline.root.get("jobs")?, id)
}

/// The steps of the job or composite action around a place.
fn steps<'node, 'text>(
    kind: FileKind,
    outline: &'node Outline<'text>,
    place: &Place<'node, 'text>,
) -> Option<&'node Node<'text>> {
    match kind {
        FileKind::Workflow => place.job()?.1.get("steps"),
        FileKind::Action => outline.root.at(&["runs", "steps"]),
    }
}

fn step_id(steps: &Node<'_>, id: &str) -> Option<Range<usize>> {
    steps.items().iter().find_map(|step| {
        let written = step
            .get("id")
            .filter(|written| written.as_str().is_some_and(|text| text.eq_ignore_ascii_case(id)));
        let in_group = || step_id(step.get("parallel")?, id);
        written.map(|written| written.range.clone()).or_else(in_group)
    })
}
