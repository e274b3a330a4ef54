//! Logs as files.

use std::fs;

use proptest::prelude::*;
use windlass_engine::Logs;
use windlass_kernel::NodeId;
use windlass_store::FileLogs;

use crate::samples::run_id;

fn part(logs: &FileLogs, start: u64, end: u64) -> String {
    let mut text = Vec::new();
    logs.reader(run_id(1), "s").unwrap().copy(start, end, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn a_stream_is_made_with_its_first_byte_and_emptied_when_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let logs = FileLogs::new(folder.path().join("logs"));
    let node = NodeId::new("build/1");
    let mut stream = logs.open(run_id(1), "s").unwrap();
    stream.flush().unwrap();
    assert!(!logs.path(run_id(1), "s").exists());
    assert_eq!(part(&logs, 0, u64::MAX), "");
    stream.append(&node, b"one\n").unwrap();
    assert_eq!(stream.position(), 4);
    stream.flush().unwrap();
    assert_eq!(part(&logs, 0, u64::MAX), "one\n");
    stream.append(&node, b"two\n").unwrap();
    drop(stream);
    assert_eq!(part(&logs, 0, u64::MAX), "one\ntwo\n");
    assert_eq!(part(&logs, 2, 6), "e\ntw");
    let stream = logs.open(run_id(1), "s").unwrap();
    assert_eq!(stream.position(), 0);
    assert_eq!(part(&logs, 0, u64::MAX), "");
}

#[test]
fn large_and_small_appends_keep_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let logs = FileLogs::new(folder.path());
    let mut expected = Vec::new();
    let mut stream = logs.open(run_id(1), "s").unwrap();
    for size in [10, 70_000, 1, 300_000, 127_999, 64_000, 64_001, 5] {
        let bytes = vec![b'a' + (size % 26) as u8; size];
        stream.append(&NodeId::new("n"), &bytes).unwrap();
        expected.extend_from_slice(&bytes);
        assert_eq!(stream.position(), expected.len() as u64);
    }
    drop(stream);
    assert!(fs::read(logs.path(run_id(1), "s")).unwrap() == expected);
}

#[test]
fn a_log_is_followed_while_it_grows_and_when_it_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let logs = FileLogs::new(folder.path());
    let mut tail = logs.reader(run_id(1), "s").unwrap().follow(0);
    let mut seen = Vec::new();
    assert_eq!(tail.read_more(&mut seen).unwrap(), 0);
    let mut stream = logs.open(run_id(1), "s").unwrap();
    for text in ["one ", "two "] {
        stream.append(&NodeId::new("n"), text.as_bytes()).unwrap();
        stream.flush().unwrap();
        tail.read_more(&mut seen).unwrap();
    }
    let mut stream = logs.open(run_id(1), "s").unwrap();
    stream.append(&NodeId::new("n"), b"new").unwrap();
    stream.flush().unwrap();
    tail.read_more(&mut seen).unwrap();
    assert_eq!(String::from_utf8(seen).unwrap(), "one two new");
    assert_eq!(tail.position(), 3);
}

#[test]
fn the_last_lines_of_a_large_log_are_found_without_reading_it() {
    let folder = tempfile::tempdir().unwrap();
    let logs = FileLogs::new(folder.path());
    let mut stream = logs.open(run_id(1), "s").unwrap();
    for line in 0..100_000 {
        stream.append(&NodeId::new("n"), format!("line {line}\n").as_bytes()).unwrap();
    }
    let length = stream.position();
    drop(stream);
    let start = logs.reader(run_id(1), "s").unwrap().tail_start(0, length, 2).unwrap();
    assert_eq!(part(&logs, start, length), "line 99998\nline 99999\n");
    let start = logs.reader(run_id(1), "s").unwrap().tail_start(0, length, 20_000).unwrap();
    assert!(part(&logs, start, length).starts_with("line 80000\n"));
}

proptest! {
    #[test]
    fn the_last_lines_are_those_that_a_reader_would_count(text in "[ab\n]{0,40}", from in 0_u64..20, lines in 0_usize..6) {
        let folder = tempfile::tempdir().unwrap();
        let logs = FileLogs::new(folder.path());
        logs.open(run_id(1), "s").unwrap().append(&NodeId::new("n"), text.as_bytes()).unwrap();
        let from = from.min(text.len() as u64);
        let start = logs.reader(run_id(1), "s").unwrap().tail_start(from, u64::MAX, lines).unwrap();
        let all: Vec<&str> = text[from as usize..].split_inclusive('\n').collect();
        let expected = all[all.len().saturating_sub(lines)..].concat();
        prop_assert_eq!(&text[start as usize..], expected);
    }
}
