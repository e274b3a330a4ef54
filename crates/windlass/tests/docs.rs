//! The pages for users, tried: what README.md and docs/guides show is run, in a copy of the shop.
//!
//! A page has a stage of its own. Its `console` blocks are run in order: lines with `$ ` are
//! commands, `> ` goes on with one, the rest is what it prints, `...` being any lines and `[..]`
//! any text. Blocks whose first line is a comment with a path are files. [`page`] reads pages,
//! [`compare`] compares output, [`stage`] has the surroundings.

mod compare;
mod page;
mod stage;

use std::{fs, path::Path, thread};

use page::{Part, parts};
use stage::Stage;

/// Commands that no test can run: they build, or are the tests themselves.
const NOT_RUN: &[&str] = &[
    "cargo install --path crates/windlass",
    "cargo xtask test --install",
    "windlass completions bash > ~/.local/share/bash-completion/completions/windlass",
];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn guides() -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(root().join("docs/guides")).unwrap().flatten();
    let mut guides: Vec<_> = entries.map(|entry| entry.path()).collect();
    guides.sort();
    assert!(!guides.is_empty());
    guides
}

#[test]
fn the_readme_does_what_it_shows() {
    let wrong = try_page(&root().join("README.md"), &Stage::of_the_project(root()));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n\n"));
}

#[test]
fn the_guides_do_what_they_show() {
    let guides = guides();
    let wrong: Vec<String> = thread::scope(|scope| {
        let mut pages = Vec::new();
        for guide in &guides {
            pages.push(scope.spawn(move || try_page(guide, &Stage::of_the_shop(root()))));
        }
        pages.into_iter().flat_map(|page| page.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n\n"));
}

/// Tries a page; what is wrong with it.
fn try_page(file: &Path, stage: &Stage) -> Vec<String> {
    let name = file.file_name().unwrap().to_string_lossy();
    let text = fs::read_to_string(file).unwrap();
    if !stage.has_node() {
        println!("{name}: skipped, as the example needs node");
        return Vec::new();
    }
    let mut wrong = Vec::new();
    for part in parts(&text) {
        match part {
            Part::File { path, content } => stage.write(&path, &content),
            Part::Command { line, command, expected } => {
                let (code, actual) = stage.run(&command);
                let place = format!("{name}:{line}: $ {command}");
                if code != 0 {
                    wrong.push(format!("{place}\nended with {code}:\n{actual}"));
                } else if let Err(missing) = compare::lines(&expected, &actual) {
                    wrong.push(format!("{place}\nthe page shows\n\n{missing}\n\nnot\n\n{actual}"));
                }
            }
            Part::Unrun { line, command } => {
                if !NOT_RUN.contains(&command.as_str()) {
                    wrong.push(format!("{name}:{line}: `{command}` is not run by any test"));
                }
            }
        }
    }
    wrong
}

#[test]
fn a_checkout_brings_a_part_of_a_repository_to_its_place() {
    let stage = Stage::of_the_project(root());
    let workflow = "on: workflow_dispatch\njobs:\n  look:\n    runs-on: ubuntu-latest\n    \
        steps:\n      - uses: actions/checkout@v4\n        with:\n          ref: main\n      \
        - run: bin/shop regions && git rev-parse --show-prefix\n";
    stage.write("examples/shop/.github/workflows/look.yml", workflow);
    assert_eq!(stage.run("git add -A && git commit -q -m Look").0, 0);
    for manner in ["", "--strict", "--in-place"] {
        let (code, out) =
            stage.run(&format!("windlass -C examples/shop run look -e workflow_dispatch {manner}"));
        assert_eq!(code, 0, "{manner}: {out}");
        assert!(out.contains("look | examples/shop/"), "{manner}: {out}");
        let (code, out) = stage.run(&format!("windlass -C examples/shop run -j test {manner}"));
        assert_eq!(code, 0, "{manner}: {out}");
    }
}

#[test]
fn every_variable_of_ours_is_in_the_reference() {
    let page = fs::read_to_string(root().join("docs/reference/environment.md")).unwrap();
    let sources = super::stage::files_below(&root().join("crates"));
    let sources = sources.into_iter().filter(|path| path.to_string_lossy().contains("/src/"));
    let name = regex::Regex::new(r#""(WINDLASS_[A-Z_]*[A-Z])""#).unwrap();
    let mut found = 0;
    for text in sources.filter_map(|path| fs::read_to_string(path).ok()) {
        for variable in name.captures_iter(&text).map(|found| found[1].to_owned()) {
            // Set when the program is built, and for tests.
            let is_internal = ["WINDLASS_COMMIT", "WINDLASS_CASES"].contains(&variable.as_str());
            assert!(is_internal || page.contains(&variable), "{variable}");
            found += 1;
        }
    }
    assert!(found > 3);
}

#[test]
fn links_lead_somewhere() {
    let mut pages = guides();
    for name in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "STYLE.md", "CHANGELOG.md"] {
        pages.push(root().join(name));
    }
    let references = fs::read_dir(root().join("docs/reference")).unwrap().flatten();
    pages.extend(
        references
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|it| it == "md")),
    );
    for page in pages {
        let text = fs::read_to_string(&page).unwrap_or_else(|error| panic!("{page:?}: {error}"));
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            assert!(page.parent().unwrap().join(path).exists(), "{page:?} links to {path}");
        }
    }
}
