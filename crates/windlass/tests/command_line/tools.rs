//! `windlass tools`, and what the toolkit's own package finds after it.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use super::services::{job, run, stage as toolkit_stage};
use crate::stage::Stage;

const NOTHING: &str = "on: push\njobs: {a: {runs-on: x, steps: [{run: ls}]}}\n";

/// A program that says a version.
fn program(path: &Path, version: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/sh\necho \"${{0##*/}} {version}\"\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The program with a PATH of its own.
fn windlass(stage: &Stage, arguments: &[&str]) -> crate::stage::Finished {
    let mut command = stage.command(arguments);
    command.env("PATH", format!("{}:/usr/bin:/bin", stage.beside("path").display()));
    crate::stage::start(command).finish()
}

#[test]
fn the_clients_of_the_toolkit_find_a_python_of_this_machine() {
    let script = "
const tools = process.mainModule.require('@actions/tool-cache');
const { execFileSync } = process.mainModule.require('child_process');
const place = tools.find('Python', '3.11');
assert.strictEqual(place, tools.find('Python', '3.x'));
const say = execFileSync(place + '/bin/python', ['-c', 'import sys, json; print(sys.version_info[:2])']);
console.log(String(say), tools.findAllVersions('Python').length, '<' + tools.find('Python', '3.12') + '>');
assert.strictEqual(tools.findAllVersions('node').length, 1);
console.log(String(execFileSync(tools.find('node', '*') + '/bin/node', ['-p', '6 * 7'])));";
    let Some(stage) = toolkit_stage(&format!("on: push\njobs:\n{}", job("a", "", &[script])))
    else {
        return;
    };
    let added = stage.windlass(&["tools", "add", "python", "3.11"]);
    if added.code() != 0 {
        println!("skipped: {}", added.err);
        return;
    }
    added.tells(&["Python 3.11."]);
    stage.windlass(&["tools", "add", "node"]).expect(0).tells(&["node "]);
    run(&stage, &[]).expect(0).tells(&["a | (3, 11)", "1 <>", "a | 42"]);
    stage.windlass(&["tools", "list"]).expect(0).tells(&["NAME", "Python", "x64", "node"]);
}

#[test]
fn versions_are_asked_for_and_others_refused() {
    let stage = Stage::new(NOTHING);
    program(&stage.beside("path/python3"), "3.9.1");
    program(&stage.beside("path/python3.13"), "3.13.0");
    windlass(&stage, &["tools", "add", "python", "3.13"]).expect(0).tells(&["Python 3.13.0: "]);
    windlass(&stage, &["tools", "add", "python", "3.9"]).expect(0).tells(&["Python 3.9.1: "]);
    let other = windlass(&stage, &["tools", "add", "python", "3.14"]).expect(2);
    other.complains(&["path/python3 is 3.9.1", "--from"]);
    let absent = windlass(&stage, &["tools", "add", "widget", "1"]).expect(2);
    absent.complains(&["widget is not on the PATH", "--from"]);
    let odd = windlass(&stage, &["tools", "add", "../up", "1"]).expect(2);
    odd.complains(&["no name of a tool"]);
    windlass(&stage, &["tools", "add", "python", "x"]).expect(2).complains(&["no version"]);
    // `3.1` is not the beginning of `3.13`.
    windlass(&stage, &["tools", "remove", "python", "3.1"]).expect(2).complains(&["tools list"]);
    let json = windlass(&stage, &["tools", "list", "--json"]).expect(0);
    let json: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    let versions: Vec<&str> =
        json.as_array().unwrap().iter().map(|it| it["version"].as_str().unwrap()).collect();
    assert_eq!(versions, ["3.9.1", "3.13.0"]);
    assert_eq!(json[0]["is_link"], true);
    windlass(&stage, &["tools", "remove", "python"]).expect(0);
    let cache = stage.beside("cache/windlass/tools");
    windlass(&stage, &["tools", "list"]).expect(0).conceals(&["Python"]);
    assert_eq!(crate::stage::files_below(&cache), Vec::<std::path::PathBuf>::new());
    assert!(stage.beside("path/python3").exists());
}

#[test]
fn a_directory_of_its_own_is_linked_as_a_whole() {
    let stage = Stage::new(NOTHING);
    let home = stage.beside("jdk-17");
    program(&home.join("bin/java"), "openjdk \"17.0.9\"");
    fs::create_dir_all(stage.beside("path")).unwrap();
    std::os::unix::fs::symlink(home.join("bin/java"), stage.beside("path/java")).unwrap();
    windlass(&stage, &["tools", "add", "java", "17"]).expect(0);
    let cache = stage.beside("cache/windlass/tools/Java_Temurin-Hotspot_jdk/17.0.9");
    let mut entries: Vec<_> =
        fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    assert_eq!(fs::read_link(&entries[0]).unwrap(), home);
    assert!(entries[1].to_string_lossy().ends_with(".complete"), "{entries:?}");
    // A directory that is named, of a tool that is not known, in a version that is given.
    let from = stage.beside("widget");
    fs::create_dir_all(&from).unwrap();
    let from = from.to_str().unwrap();
    windlass(&stage, &["tools", "add", "Widget", "1.2.3", "--from", from]).expect(0);
    windlass(&stage, &["tools", "add", "Widget", "1", "--from", from]).expect(2);
    windlass(&stage, &["tools", "add", "Widget", "1.2.3", "--from", "/nowhere"]).expect(2);
    windlass(&stage, &["tools", "list"]).expect(0).tells(&["Widget", "1.2.3", from]);
    windlass(&stage, &["tools", "remove", "widget", "1.2"]).expect(0);
    assert!(Path::new(from).is_dir() && home.join("bin/java").exists());
}
