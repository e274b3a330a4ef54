//! The repository: its facts, its archives, and fetches by the real git.

use std::{path::Path, process::Command};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use windlass_actions_services::Admission;

use crate::stage::{Stage, job, run_id};

fn git(directory: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.current_dir(directory).args(arguments);
    for (name, value) in [
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_AUTHOR_NAME", "Ada"),
        ("GIT_AUTHOR_EMAIL", "ada@example.com"),
        ("GIT_COMMITTER_NAME", "Ada"),
        ("GIT_COMMITTER_EMAIL", "ada@example.com"),
        ("GIT_TERMINAL_PROMPT", "0"),
    ] {
        command.env(name, value);
    }
    let output = command.output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {arguments:?}: {err}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A repository with two commits, and a job of it.
fn repository(stage: &Stage) -> (std::path::PathBuf, String, Admission) {
    let root = stage.directory.path().join("shop");
    std::fs::create_dir(&root).unwrap();
    git(&root, &["init", "-q", "-b", "main"]);
    for content in ["first", "second"] {
        std::fs::write(root.join("file"), content).unwrap();
        git(&root, &["add", "-A"]);
        git(&root, &["commit", "-qm", content]);
    }
    let first = git(&root, &["rev-parse", "HEAD~1"]);
    let mut facts = job(run_id(1), "a", "refs/heads/main");
    facts.git_root = Some(root.clone());
    let admission = stage.services.admit(facts).unwrap();
    (root, first, admission)
}

#[tokio::test]
async fn the_api_knows_the_own_repository_and_says_what_it_does_not_serve() {
    let stage = Stage::new().await;
    let (_, _, job) = repository(&stage);
    let bearer = format!("token {}", job.api_token);
    let get = async |path: &str| {
        stage.send("GET", &format!("/api/v3{path}"), &[("authorization", &bearer)], b"").await
    };
    let facts = get("/repos/Octo/shop").await.json();
    assert_eq!(
        (&facts["full_name"], &facts["default_branch"]),
        (&"octo/shop".into(), &"main".into())
    );
    for path in ["/repos/octo/other", "/repos/octo/shop/issues", "/user"] {
        let missing = get(path).await;
        assert_eq!((missing.status, &missing.json()["status"]), (404, &"404".into()), "{path}");
        assert!(missing.json()["message"].is_string());
    }
    let nobody = stage.send("GET", "/api/v3/repos/octo/shop", &[], b"").await;
    assert_eq!((nobody.status, &nobody.json()["message"]), (401, &"Bad credentials".into()));
}

#[tokio::test]
async fn archives_are_of_the_commit_that_is_asked_for() {
    let stage = Stage::new().await;
    let (root, first, job) = repository(&stage);
    let bearer = format!("Bearer {}", job.api_token);
    for (reference, content) in
        [("/main", "second"), ("", "second"), (&*format!("/{first}"), "first")]
    {
        let path = format!("/api/v3/repos/octo/shop/tarball{reference}");
        let got = stage.send("GET", &path, &[("authorization", &bearer)], b"").await;
        assert_eq!(got.status, 200, "{path}");
        let file = stage.directory.path().join("archive.tar.gz");
        std::fs::write(&file, got.body).unwrap();
        let tar = Command::new("tar").arg("-xzOf").arg(&file).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&tar.stdout), content, "{path}");
    }
    let zip = stage
        .send("GET", "/api/v3/repos/octo/shop/zipball/main", &[("authorization", &bearer)], b"")
        .await;
    assert!(zip.status == 200 && zip.body.starts_with(b"PK"));
    for odd in ["nowhere", "--output=x", "main%0a", "..%2f..", "main:file"] {
        let path = format!("/api/v3/repos/octo/shop/tarball/{odd}");
        let refused = stage.send("GET", &path, &[("authorization", &bearer)], b"").await;
        assert_eq!(refused.status, 404, "{odd}");
    }
    assert!(!root.join("x").exists());
}

#[tokio::test]
async fn git_fetches_any_commit_with_the_token_and_pushes_nothing() {
    let stage = Stage::new().await;
    let (root, first, job) = repository(&stage);
    let base = &stage.services.addresses().results_url;
    let url = format!("{base}/octo/shop");
    let pair = STANDARD.encode(format!("x-access-token:{}", job.api_token));
    let header = format!("http.extraheader=AUTHORIZATION: basic {pair}");
    let clone = stage.directory.path().join("clone");
    std::fs::create_dir(&clone).unwrap();
    let fetched = tokio::task::spawn_blocking(move || {
        git(&clone, &["init", "-q"]);
        let wanted = format!("+{first}:refs/remotes/origin/main");
        git(&clone, &["-c", &header, "fetch", "-q", "--depth=1", &url, &wanted]);
        let content = git(&clone, &["show", "refs/remotes/origin/main:file"]);
        let push = |words: &[&str]| {
            let mut git = Command::new("git");
            git.current_dir(&clone).args(words).env("GIT_TERMINAL_PROMPT", "0");
            git.stderr(std::process::Stdio::null()).status().unwrap().success()
        };
        let pushed =
            push(&["-c", &header, "push", &url, "refs/remotes/origin/main:refs/heads/new"]);
        let without_token = push(&["ls-remote", &url]);
        let foreign = push(&["-c", &header, "ls-remote", &url.replace("shop", "other")]);
        (content, pushed, without_token, foreign)
    });
    assert_eq!(fetched.await.unwrap(), ("first".to_owned(), false, false, false));
    assert_eq!(git(&root, &["branch", "--list"]), "* main");
}

/// Runs git in a clone that has the token of a job.
fn git_with(job: &Admission) -> impl Fn(&Path, &[&str]) -> String + Send + 'static {
    let pair = STANDARD.encode(format!("x-access-token:{}", job.api_token));
    let header = format!("http.extraheader=AUTHORIZATION: basic {pair}");
    move |directory, words| git(directory, &[&["-c", &header], words].concat())
}

#[tokio::test]
async fn a_checkout_can_be_shallow_partial_and_sparse() {
    let stage = Stage::new().await;
    let (root, _, _) = repository(&stage);
    for (path, content) in [("src/a", "source"), ("docs/b", "documents")] {
        std::fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        std::fs::write(root.join(path), content).unwrap();
    }
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "third"]);
    let mut facts = job(run_id(1), "b", "refs/heads/main");
    facts.git_root = Some(root.clone());
    let admission = stage.services.admit(facts).unwrap();
    let with_token = git_with(&admission);
    let url = format!("{}/octo/shop", stage.base);
    let clone = stage.directory.path().join("sparse");
    let seen = tokio::task::spawn_blocking(move || {
        std::fs::create_dir(&clone).unwrap();
        git(&clone, &["init", "-q"]);
        git(&clone, &["remote", "add", "origin", &url]);
        // As actions/checkout does it for `sparse-checkout: src` and `fetch-depth: 2`.
        git(&clone, &["config", "remote.origin.promisor", "true"]);
        git(&clone, &["sparse-checkout", "set", "src"]);
        let wanted = "+refs/heads/main:refs/remotes/origin/main";
        let fetch =
            ["fetch", "-q", "--no-tags", "--filter=blob:none", "--depth=2", "origin", wanted];
        with_token(&clone, &fetch);
        let absent = git(&clone, &["rev-list", "--objects", "--all", "--missing=print"]);
        with_token(
            &clone,
            &["checkout", "-q", "--force", "-B", "main", "refs/remotes/origin/main"],
        );
        let commits = git(&clone, &["rev-list", "--count", "HEAD"]);
        let is_there = |path: &str| clone.join(path).exists();
        (absent.contains('?'), commits, is_there("src/a"), is_there("docs/b"))
    });
    assert_eq!(seen.await.unwrap(), (true, "2".to_owned(), true, false));
}

#[tokio::test]
async fn large_files_come_by_their_own_protocol() {
    let has_lfs = Command::new("git").args(["lfs", "version"]).output();
    if !has_lfs.is_ok_and(|output| output.status.success()) {
        println!("skipped: there is no git-lfs");
        return;
    }
    let stage = Stage::new().await;
    let (root, _, _) = repository(&stage);
    git(&root, &["lfs", "install", "--local"]);
    git(&root, &["lfs", "track", "*.bin"]);
    let content = vec![b'x'; 300_000];
    std::fs::write(root.join("large.bin"), &content).unwrap();
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-qm", "large"]);
    let oid = git(&root, &["lfs", "ls-files", "--long"]);
    let oid = oid.split(' ').next().unwrap().to_owned();
    let mut facts = job(run_id(1), "b", "refs/heads/main");
    facts.git_root = Some(root.clone());
    let admission = stage.services.admit(facts).unwrap();
    let with_token = git_with(&admission);
    let (url, clone) = (format!("{}/octo/shop", stage.base), stage.directory.path().join("clone"));
    let got = tokio::task::spawn_blocking(move || {
        std::fs::create_dir(&clone).unwrap();
        git(&clone, &["init", "-q"]);
        git(&clone, &["lfs", "install", "--local", "--skip-smudge"]);
        git(&clone, &["remote", "add", "origin", &url]);
        with_token(&clone, &["fetch", "-q", "--depth=1", "origin", "main"]);
        git(&clone, &["checkout", "-q", "FETCH_HEAD"]);
        let before = std::fs::metadata(clone.join("large.bin")).unwrap().len();
        with_token(&clone, &["lfs", "pull", "origin"]);
        (before, std::fs::read(clone.join("large.bin")).unwrap())
    });
    let (before, got) = got.await.unwrap();
    assert!(before < 200 && got == content, "{before}, {}", got.len());
    // What leads elsewhere, is another's, or comes without a token is refused.
    let bearer = format!("Bearer {}", admission.api_token);
    let runtime = format!("Bearer {}", admission.runtime_token);
    let own = format!("/octo/shop/info/lfs/objects/{oid}");
    for (path, token, status) in [
        (own.as_str(), bearer.as_str(), 200),
        (own.as_str(), runtime.as_str(), 401),
        (&own.replace("shop", "other"), &bearer, 404),
        ("/octo/shop/info/lfs/objects/..%2f..%2fconfig", &bearer, 404),
        (&format!("/octo/shop/info/lfs/objects/{}", "0".repeat(64)), &bearer, 404),
    ] {
        let answer = stage.send("GET", path, &[("authorization", token)], b"").await;
        assert_eq!(answer.status, status, "{path}");
    }
    let ask = async |operation: &str, oid: &str| {
        let message = json!({"operation": operation, "objects": [{"oid": oid, "size": 300_000}]});
        let path = "/octo/shop.git/info/lfs/objects/batch";
        let headers = [("authorization", bearer.as_str())];
        stage.send("POST", path, &headers, message.to_string().as_bytes()).await
    };
    assert_eq!(ask("upload", &oid).await.status, 403);
    let absent = ask("download", &"1".repeat(64)).await.json();
    assert_eq!(absent["objects"][0]["error"]["code"], 404);
    let found = ask("download", &oid).await.json();
    assert!(found["objects"][0]["actions"]["download"]["href"].is_string(), "{found}");
}
