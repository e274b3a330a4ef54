//! Copies of a project, and the directories of jobs.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use windlass_repository::{
    Project, Snapshot, SnapshotError, WorkspaceSource, Workspaces, files, remove_tree,
};

use crate::Tree;

fn snapshot(project: &Project, store: &Path) -> Snapshot {
    Snapshot::take(project, &files(project).unwrap(), store).unwrap()
}

/// Waits for something that a thread does in the background.
fn eventually(condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it never came true");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn modes_times_and_contents_are_kept() {
    let tree = Tree::committed();
    tree.write("run.sh", "#!/bin/sh\n");
    std::fs::set_permissions(tree.path("run.sh"), PermissionsExt::from_mode(0o777)).unwrap();
    tree.write("secret", "x");
    std::fs::set_permissions(tree.path("secret"), PermissionsExt::from_mode(0o600)).unwrap();
    tree.write("large", &"0123456789".repeat(50_000));
    std::fs::set_permissions(tree.path("large"), PermissionsExt::from_mode(0o755)).unwrap();
    tree.write("empty", "");
    let out = Tree::new();
    let snapshot = snapshot(&tree.project(), &out.root);
    let copy = snapshot.materialize(&out.path("copy")).unwrap();
    // As text, too: paths compare equal with and without a slash at the end.
    assert_eq!(copy.as_os_str(), out.path("copy").as_os_str());
    for name in ["a.txt", "dir/b.txt", "run.sh", "secret", "large", "empty"] {
        let (from, to) = (tree.path(name), copy.join(name));
        assert_eq!(std::fs::read(&from).unwrap(), std::fs::read(&to).unwrap(), "{name}");
        let (from, to) = (from.metadata().unwrap(), to.metadata().unwrap());
        assert_eq!(from.mode(), to.mode(), "{name}");
        assert_eq!((from.mtime(), from.mtime_nsec()), (to.mtime(), to.mtime_nsec()), "{name}");
    }
}

#[test]
fn a_copy_does_not_change_with_the_original_nor_with_another_copy() {
    let tree = Tree::committed();
    tree.write("large", &"x".repeat(1 << 20));
    let out = Tree::new();
    let snapshot = snapshot(&tree.project(), &out.root);
    tree.write("a.txt", "edited\n");
    tree.write("large", "edited\n");
    std::fs::remove_file(tree.path("dir/b.txt")).unwrap();
    let first = snapshot.materialize(&out.path("1")).unwrap();
    std::fs::write(first.join("large"), "overwritten").unwrap();
    let second = snapshot.materialize(&out.path("2")).unwrap();
    assert_eq!(std::fs::read_to_string(second.join("a.txt")).unwrap(), "a\n");
    assert_eq!(second.join("large").metadata().unwrap().len(), 1 << 20);
    assert!(second.join("dir/b.txt").exists());
    assert_eq!(std::fs::read_to_string(tree.path("large")).unwrap(), "edited\n");
}

#[test]
fn links_stay_links_and_lead_nobody_out() {
    let tree = Tree::committed();
    let outside = tree.root.parent().unwrap().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("b.txt"), "secret").unwrap();
    symlink("a.txt", tree.path("inside")).unwrap();
    symlink(&outside, tree.path("away")).unwrap();
    std::fs::remove_dir_all(tree.path("dir")).unwrap();
    symlink(&outside, tree.path("dir")).unwrap();
    let out = Tree::new();
    // Also when the list of files says otherwise.
    let mut list = files(&tree.project()).unwrap();
    list.extend(["dir/b.txt", "../outside/b.txt", "/etc/passwd", "absent"].map(Into::into));
    let snapshot = Snapshot::take(&tree.project(), &list, &out.root).unwrap();
    let copy = snapshot.materialize(&out.path("copy")).unwrap();
    assert_eq!(copy.join("inside").read_link().unwrap(), Path::new("a.txt"));
    assert_eq!(copy.join("away").read_link().unwrap(), outside);
    assert_eq!(copy.join("dir").read_link().unwrap(), outside);
    assert_eq!(std::fs::read_to_string(outside.join("b.txt")).unwrap(), "secret");
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 1);
    let (from, to) = (tree.path("away"), copy.join("away"));
    assert_eq!(from.symlink_metadata().unwrap().mtime(), to.symlink_metadata().unwrap().mtime());
}

#[test]
fn sockets_and_pipes_are_left_out() {
    let tree = Tree::new();
    tree.write("a", "");
    let _listener = UnixListener::bind(tree.path("socket")).unwrap();
    std::process::Command::new("mkfifo").arg(tree.path("pipe")).status().unwrap();
    let out = Tree::new();
    let copy = snapshot(&tree.project(), &out.root).materialize(&out.path("copy")).unwrap();
    let names: Vec<_> = std::fs::read_dir(copy).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["a"]);
}

#[test]
fn an_error_names_the_file() {
    let tree = Tree::committed();
    let out = Tree::new();
    let snapshot = snapshot(&tree.project(), &out.root);
    std::fs::write(out.path("taken"), "").unwrap();
    let error = snapshot.materialize(&out.path("taken")).unwrap_err();
    assert!(
        matches!(&error, SnapshotError::File { path, .. } if *path == out.path("taken")),
        "{error}"
    );
    let error = snapshot.materialize(&out.path("absent/copy")).unwrap_err().to_string();
    assert!(error.contains("absent/copy"), "{error}");
}

#[test]
fn a_job_has_its_directories_until_they_are_removed() {
    let tree = Tree::committed();
    let out = Tree::new();
    let workspaces = Workspaces::open(&out.path("runs"), "01RUN").unwrap();
    let snapshot = Arc::new(snapshot(&tree.project(), workspaces.directory()));
    let source = WorkspaceSource::Snapshot(snapshot);
    let first = workspaces.prepare(&source).unwrap();
    let second = workspaces.prepare(&source).unwrap();
    assert_ne!(first.root, second.root);
    assert!(first.workspace.ends_with("tree") && first.workspace.join("a.txt").exists());
    assert!(!first.temp.exists() && first.temp.parent() == Some(&first.root));
    let empty = workspaces.prepare(&WorkspaceSource::Empty).unwrap();
    assert!(empty.root.starts_with(workspaces.directory()));
    assert_eq!(std::fs::read_dir(&empty.workspace).unwrap().count(), 0);
    let in_place = workspaces.prepare(&WorkspaceSource::InPlace(tree.root.clone())).unwrap();
    assert_eq!(in_place.workspace, tree.root);
    for job in [first, empty, in_place] {
        workspaces.remove(job);
    }
    drop(source);
    workspaces.finish(false).unwrap();
    assert!(tree.path("a.txt").exists());
    // On a slow disk the removal goes on behind the end of the run.
    eventually(|| std::fs::read_dir(out.path("runs")).unwrap().count() == 0);
}

#[test]
fn what_is_kept_stays_and_what_a_crash_left_goes() {
    let out = Tree::new();
    let kept = Workspaces::open(&out.root, "kept").unwrap();
    let job = kept.prepare(&WorkspaceSource::Empty).unwrap();
    kept.finish(true).unwrap();
    // A crash: the directory and an unlocked file.
    std::fs::create_dir_all(out.path("crashed/job/deep")).unwrap();
    std::fs::set_permissions(out.path("crashed/job"), PermissionsExt::from_mode(0o500)).unwrap();
    std::fs::write(out.path("crashed.lock"), "").unwrap();
    let living = Workspaces::open(&out.root, "living").unwrap();
    let next = Workspaces::open(&out.root, "next").unwrap();
    next.finish(false).unwrap();
    assert!(job.workspace.exists() && living.directory().exists());
    // The one that was opened first may still be at it.
    eventually(|| !out.path("crashed").exists() && !out.path("crashed.lock").exists());
    let directory = living.directory().to_owned();
    drop(living);
    eventually(|| !directory.exists());
}

/// Everything below a directory: path, kind and mode, time, content.
fn portrait(root: &Path) -> Vec<String> {
    let mut lines = Vec::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let data = path.symlink_metadata().unwrap();
            let content = if data.is_dir() {
                directories.push(path.clone());
                String::new()
            } else if data.is_symlink() {
                format!("-> {:?}", path.read_link().unwrap())
            } else {
                format!("{} {:?}", data.mtime(), std::fs::read(&path).unwrap())
            };
            let name = path.strip_prefix(root).unwrap().display();
            lines.push(format!("{name} {:o} {content}", data.mode()));
        }
    }
    lines.sort();
    lines
}

#[test]
fn the_next_job_finds_nothing_of_the_one_before() {
    let tree = Tree::committed();
    tree.write("large", &"x".repeat(100_000));
    tree.write("deep/er/c.txt", "c\n");
    symlink("a.txt", tree.path("link")).unwrap();
    tree.commit("all");
    let out = Tree::new();
    let workspaces = Workspaces::open(&out.root, "run").unwrap();
    let source =
        WorkspaceSource::Snapshot(Arc::new(snapshot(&tree.project(), workspaces.directory())));
    let first = workspaces.prepare(&source).unwrap();
    std::fs::create_dir(&first.temp).unwrap();
    let fresh = portrait(&first.root);
    let root = first.root.clone();
    workspaces.remove(first);
    for script in [
        "true",
        "echo b > a.txt",
        "printf 'A\\n' > a.txt; touch -r dir/b.txt a.txt",
        "touch a.txt; chmod 777 dir/b.txt",
        "rm a.txt; ln -s /etc/passwd a.txt",
        "ln a.txt ../../escape; echo more >> large",
        "rm -r deep; ln -s /etc deep",
        "rm -r deep; echo file > deep",
        "rm a.txt; mkdir a.txt; touch a.txt/x; mkfifo pipe",
        "mkdir -p target/a/b; head -c 3000000 /dev/zero > target/big; head -c 3000000 /dev/zero > big",
        "mkdir -p ro/x; touch ro/x/y; chmod 500 ro/x ro; chmod 500 deep/er deep dir .",
        "rm link; ln -s elsewhere link; rm large",
        "rm -rf .git",
        "git add -A; echo x > new; git add new; git -c user.name=a -c user.email=b commit -qm x; git tag t; git gc -q",
        "git checkout -q -b other; git config a.b c; echo 'exit 1' > .git/hooks; git update-ref -d refs/heads/main",
        "echo x > ../_temp/left; mkdir ../_temp/d ../beside; rm -r ../_temp; ln -s /tmp ../_temp",
        "mkdir -p ../_temp/go/pkg; chmod 500 ../_temp/go/pkg ../_temp/go",
        "cd ..; rm -r tree",
        "rm -rf ../tree ../_temp; touch ../tree",
    ] {
        let job = workspaces.prepare(&source).unwrap();
        std::fs::create_dir_all(&job.temp).unwrap();
        assert_eq!(portrait(&job.root), fresh, "before: {script}");
        let status = std::process::Command::new("bash")
            .args(["-c", script])
            .current_dir(&job.workspace)
            .status();
        assert!(status.unwrap().success(), "{script}");
        workspaces.remove(job);
        let job = workspaces.prepare(&source).unwrap();
        std::fs::create_dir_all(&job.temp).unwrap();
        assert_eq!(portrait(&job.root), fresh, "after: {script}");
        if script == "true" {
            assert_eq!(job.root, root, "a directory was not used again");
            assert_eq!(job.workspace.as_os_str(), root.join("tree").as_os_str());
        }
        workspaces.remove(job);
    }
    let made = std::fs::read_dir(workspaces.directory()).unwrap().count();
    assert!(made <= 10, "{made}");
    drop(source);
    workspaces.finish(false).unwrap();
}

#[test]
fn an_empty_workspace_is_emptied_for_the_next_job() {
    let out = Tree::new();
    let workspaces = Workspaces::open(&out.root, "run").unwrap();
    for _ in 0..3 {
        let job = workspaces.prepare(&WorkspaceSource::Empty).unwrap();
        assert!(job.root.ends_with("1"));
        assert_eq!(std::fs::read_dir(&job.workspace).unwrap().count(), 0);
        std::fs::create_dir_all(job.workspace.join("a/b")).unwrap();
        std::fs::write(job.workspace.join("c"), "").unwrap();
        workspaces.remove(job);
    }
    let job = workspaces.prepare(&WorkspaceSource::InPlace("/etc".into())).unwrap();
    workspaces.remove(job);
    let job = workspaces.prepare(&WorkspaceSource::InPlace("/etc".into())).unwrap();
    assert_eq!(job.workspace, Path::new("/etc"));
    workspaces.remove(job);
    workspaces.finish(false).unwrap();
    assert!(Path::new("/etc/passwd").exists());
}

#[test]
fn a_tree_without_permissions_is_removed() {
    let tree = Tree::new();
    tree.write("a/b/c", "");
    symlink("/etc", tree.path("a/b/link")).unwrap();
    for name in ["a/b", "a"] {
        std::fs::set_permissions(tree.path(name), PermissionsExt::from_mode(0o000)).unwrap();
    }
    remove_tree(&tree.path("a")).unwrap();
    remove_tree(&tree.path("a")).unwrap();
    assert!(!tree.path("a").exists() && Path::new("/etc/passwd").exists());
}

#[test]
fn many_workspaces_are_cheap() {
    for count in [1, 100] {
        let tree = Tree::repository();
        for i in 0..count {
            tree.write(&format!("dir{}/file{i}", i % 7), &"line\n".repeat(200));
        }
        tree.commit("files");
        let out = Tree::new();
        let workspaces = Workspaces::open(&out.root, "run").unwrap();
        let begun = Instant::now();
        let source =
            WorkspaceSource::Snapshot(Arc::new(snapshot(&tree.project(), workspaces.directory())));
        let taken = begun.elapsed();
        let begun = Instant::now();
        for _ in 0..100 {
            let job = workspaces.prepare(&source).unwrap();
            workspaces.remove(job);
        }
        let made = begun.elapsed();
        drop(source);
        workspaces.finish(false).unwrap();
        let all = begun.elapsed();
        println!(
            "{count} files: taken in {taken:?}; 100 workspaces made in {made:?}, and removed in {all:?}"
        );
        assert!(all < Duration::from_secs(20));
    }
}
