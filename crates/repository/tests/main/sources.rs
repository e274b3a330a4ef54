//! Fetching other repositories.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use windlass_repository::{Resolution, SourceCache, SourceError, SourceOptions, SourceOverride};

use crate::{Tree, git};

fn cache(tree: &Tree) -> SourceCache {
    SourceCache::new(tree.path("cache"), SourceOptions::default())
}

fn offline(tree: &Tree) -> SourceCache {
    SourceCache::new(
        tree.path("cache"),
        SourceOptions { offline: true, ..SourceOptions::default() },
    )
}

/// A bare copy of a repository.
fn bare(tree: &Tree) -> PathBuf {
    let path = tree.root.parent().unwrap().join("action.git");
    git(
        tree.root.parent().unwrap(),
        &["clone", "-q", "--bare", tree.root.to_str().unwrap(), "action.git"],
    );
    path
}

fn read(path: &Path, name: &str) -> String {
    std::fs::read_to_string(path.join(name)).unwrap()
}

#[test]
fn branches_tags_and_commits_are_fetched_from_paths_and_addresses() {
    let tree = Tree::committed();
    let first = tree.git(&["rev-parse", "HEAD"]);
    tree.git(&["tag", "-a", "v1", "-m", "annotated"]);
    tree.git(&["tag", "light"]);
    tree.write("a.txt", "second\n");
    tree.write("run.sh", "");
    std::process::Command::new("chmod").arg("+x").arg(tree.path("run.sh")).status().unwrap();
    let second = tree.commit("second");
    tree.git(&["branch", "release/1.x"]);
    tree.commit("third");
    let bare = bare(&tree);
    let out = Tree::new();
    let cache = cache(&out);
    for url in [
        tree.root.to_str().unwrap().to_owned(),
        bare.to_str().unwrap().to_owned(),
        format!("file://{}", bare.display()),
    ] {
        for (reference, sha) in [
            ("v1", &first),
            ("light", &first),
            ("refs/tags/v1", &first),
            (&first[..10], &first),
            ("release/1.x", &second),
            ("refs/heads/release/1.x", &second),
            (second.as_str(), &second),
            (&second[..7], &second),
        ] {
            let fetched = cache.fetch(&url, reference).unwrap();
            assert_eq!(fetched.pinned.as_ref().map(|it| &it.sha), Some(sha), "{reference}");
            assert_eq!(cache.resolve(&url, reference).unwrap().sha, *sha);
            assert!(fetched.path.ends_with(sha) && !fetched.path.join(".git").exists());
        }
    }
    let path = cache.fetch(bare.to_str().unwrap(), "release/1.x").unwrap().path;
    assert_eq!(read(&path, "a.txt"), "second\n");
    assert_eq!(read(&path, "dir/b.txt"), "b\n");
    assert!(
        std::os::unix::fs::PermissionsExt::mode(
            &path.join("run.sh").metadata().unwrap().permissions()
        ) & 0o111
            != 0
    );
    assert_eq!(std::fs::read_dir(out.path("cache/work")).unwrap().count(), 0);
}

#[test]
fn a_tag_goes_before_a_branch_and_a_longer_name_does_not_count() {
    let tree = Tree::committed();
    let first = tree.git(&["rev-parse", "HEAD"]);
    tree.git(&["tag", "v1"]);
    let second = tree.commit("second");
    tree.git(&["branch", "v1"]);
    tree.git(&["branch", "other/v2"]);
    let cache = cache(&tree);
    let url = tree.root.to_str().unwrap();
    assert_eq!(cache.resolve(url, "v1").unwrap().sha, first);
    assert_eq!(cache.resolve(url, "refs/heads/v1").unwrap().sha, second);
    assert!(matches!(cache.resolve(url, "v2"), Err(SourceError::NoSuchReference { .. })));
}

#[test]
fn a_short_name_below_the_tips_is_found() {
    let tree = Tree::committed();
    let first = tree.git(&["rev-parse", "HEAD"]);
    tree.commit("second");
    let cache = cache(&tree);
    let url = tree.root.to_str().unwrap();
    assert_eq!(cache.fetch(url, &first[..8]).unwrap().pinned.unwrap().sha, first);
    let absent = if first.starts_with("abcdef0") { "1234567" } else { "abcdef0" };
    assert!(matches!(cache.fetch(url, absent), Err(SourceError::NoSuchReference { .. })));
}

#[test]
fn what_is_there_needs_no_network() {
    let tree = Tree::committed();
    let sha = tree.git(&["rev-parse", "HEAD"]);
    let out = Tree::new();
    let url = format!("file://{}", tree.root.display());
    assert!(!cache(&out).fetch(&url, "main").unwrap().cached);
    std::fs::rename(&tree.root, tree.root.with_file_name("gone")).unwrap();
    let exact = cache(&out).fetch(&url, &sha).unwrap();
    assert!(exact.cached && exact.pinned.unwrap().resolution == Resolution::Exact);
    let remembered = cache(&out).fetch(&url, "main").unwrap();
    let Resolution::Remembered(reason) = remembered.pinned.unwrap().resolution else { panic!() };
    assert!(reason.contains("does not") || reason.contains("not appear"), "{reason}");
    let error = cache(&out).fetch(&url, "other").unwrap_err();
    assert!(matches!(error, SourceError::Unreachable { .. }), "{error}");
    let missing = "0123456789012345678901234567890123456789";
    let error = cache(&out).fetch(&url, missing).unwrap_err();
    assert!(matches!(error, SourceError::Unreachable { .. }), "{error}");
}

#[test]
fn offline_asks_nobody() {
    let out = Tree::new();
    // A port where nobody listens: a call would be an error of another kind.
    let url = "http://127.0.0.1:9/a/b";
    let error = offline(&out).fetch(url, "v1").unwrap_err();
    assert!(matches!(error, SourceError::Offline { .. }), "{error}");
    let sha = "0123456789012345678901234567890123456789";
    assert!(matches!(offline(&out).fetch(url, sha), Err(SourceError::Offline { .. })));
    let tree = Tree::committed();
    assert!(offline(&out).fetch(tree.root.to_str().unwrap(), "main").is_ok());
}

#[test]
fn a_moved_branch_is_noticed_by_the_next_run() {
    let tree = Tree::committed();
    let out = Tree::new();
    let url = tree.root.to_str().unwrap();
    let one_run = cache(&out);
    let before = one_run.fetch(url, "main").unwrap();
    let sha = tree.commit("moved");
    assert_eq!(one_run.clone().fetch(url, "main").unwrap().path, before.path);
    let after = cache(&out).fetch(url, "main").unwrap();
    assert_ne!(before.path, after.path);
    assert_eq!(after.pinned.unwrap().sha, sha);
    assert!(before.path.exists());
}

#[test]
fn unknown_commits_and_hostile_input_are_refused() {
    let tree = Tree::committed();
    let out = Tree::new();
    let cache = cache(&out);
    let url = tree.root.to_str().unwrap();
    let missing = "0123456789012345678901234567890123456789";
    let error = cache.fetch(url, missing).unwrap_err();
    assert!(matches!(error, SourceError::NoSuchReference { .. }), "{error}");
    for url in ["--upload-pack=touch /tmp/windlass-owned", "ext::touch /tmp/windlass-owned", "-x:y"]
    {
        assert!(matches!(cache.fetch(url, "main"), Err(SourceError::UnsafeAddress { .. })));
    }
    for reference in ["--upload-pack=x", "a..b", "main~1", "", "a b", "HEAD^{tree}"] {
        let result = cache.fetch(url, reference);
        assert!(matches!(result, Err(SourceError::UnsafeReference { .. })), "{reference}");
    }
    assert!(!Path::new("/tmp/windlass-owned").exists());
}

#[test]
fn a_server_that_does_not_answer_is_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/a/b", listener.local_addr().unwrap());
    let out = Tree::new();
    let options = SourceOptions { timeout: Duration::from_millis(300), offline: false };
    let begun = Instant::now();
    let error = SourceCache::new(out.path("cache"), options).fetch(&url, "v1").unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert!(matches!(error, SourceError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains("did not end within"), "{error}");
}

#[test]
fn many_fetch_the_same_at_once() {
    let tree = Tree::committed();
    for i in 0..50 {
        tree.write(&format!("file{i}"), "x");
    }
    tree.commit("many");
    let out = Tree::new();
    let url = tree.root.to_str().unwrap();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let handles: Vec<_> =
            (0..8).map(|_| scope.spawn(|| cache(&out).fetch(url, "main").unwrap())).collect();
        let fetched: Vec<_> = handles.into_iter().map(|handle| handle.join().unwrap()).collect();
        assert!(fetched.iter().all(|tree| tree.path == fetched[0].path));
        assert!(fetched.iter().all(|tree| tree.path.join("file49").exists()));
    });
    println!("eight at once: {:?}", begun.elapsed());
    assert_eq!(std::fs::read_dir(out.path("cache/trees")).unwrap().count(), 1);
}

#[test]
fn a_replacement_is_a_folder_or_a_repository() {
    let tree = Tree::committed();
    tree.git(&["tag", "v1"]);
    tree.write("a.txt", "later\n");
    tree.commit("later");
    tree.write("a.txt", "uncommitted\n");
    let out = Tree::new();
    out.write("plain/action.yml", "x");
    let cache = cache(&out);
    let plain = cache.fetch_override(&SourceOverride::Folder(out.path("plain")), "v9").unwrap();
    assert_eq!((plain.path, plain.pinned), (out.path("plain"), None));
    for source in [
        SourceOverride::Folder(tree.root.clone()),
        SourceOverride::Folder(bare(&tree)),
        SourceOverride::Git(format!("file://{}", tree.root.display())),
    ] {
        let fetched = cache.fetch_override(&source, "v1").unwrap();
        assert_eq!(read(&fetched.path, "a.txt"), "a\n");
        let fetched = cache.fetch_override(&source, "main").unwrap();
        assert_eq!(read(&fetched.path, "a.txt"), "later\n");
        let missing = cache.fetch_override(&source, "v9");
        assert!(matches!(missing, Err(SourceError::NoSuchReference { .. })));
    }
    let absent = cache.fetch_override(&SourceOverride::Folder(out.path("absent")), "v1");
    assert!(matches!(absent, Err(SourceError::NoFolder { .. })));
}

#[test]
fn an_empty_tree_and_hostile_files_come_through() {
    let tree = Tree::repository();
    tree.commit("nothing");
    let out = Tree::new();
    let url = tree.root.to_str().unwrap();
    let path = cache(&out).fetch(url, "main").unwrap().path;
    assert_eq!(std::fs::read_dir(path).unwrap().count(), 0);
    tree.write("new\nline", "x");
    std::os::unix::fs::symlink("/etc/passwd", tree.path("link")).unwrap();
    tree.commit("hostile");
    let path = cache(&out).fetch(url, "main").unwrap().path;
    assert!(path.join("new\nline").exists());
    assert!(path.join("link").symlink_metadata().unwrap().is_symlink());
}
