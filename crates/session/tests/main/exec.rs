//! Starting programs: what they see, how they end, why they cannot be started.

use std::os::unix::fs::PermissionsExt as _;

use windlass_session::{ExecSpec, Exit, Session, SessionError, Stdin};

use crate::{Job, finish};

#[tokio::test]
async fn output_and_exit_code_arrive() {
    let job = Job::new();
    assert_eq!(job.run("echo hello; exit 3").await, ("hello\n".to_owned(), Exit::Code(3)));
    let (_, exit) = job.run("kill -9 $$").await;
    assert_eq!((exit, exit.code()), (Exit::Signal(9), 137));
}

#[tokio::test]
async fn nothing_is_inherited_but_what_is_given() {
    let job = Job::new();
    let spec = ExecSpec::new("/usr/bin/env", "/")
        .variable("A", "1")
        .variable("B", "two\nlines")
        .variable("A", "last");
    let (output, _) = finish(job.session.exec(spec).await.unwrap()).await;
    let tracking = format!("RUNNER_TRACKING_ID={}", job.session.tracking_id());
    let mut lines: Vec<&str> = output.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["A=last", "B=two", tracking.as_str(), "lines"]);
}

#[tokio::test]
async fn a_command_leads_its_own_group_and_is_in_its_directory() {
    let job = Job::new();
    let (output, _) =
        job.run("read -r _ _ _ _ group _ < /proc/$$/stat; echo $((group == $$)) $PWD").await;
    let workspace = job.session.places().workspace.display().to_string();
    assert_eq!(output.trim(), format!("1 {workspace}"));
}

#[tokio::test]
async fn no_descriptor_leaks_into_a_command() {
    let job = Job::new();
    let _other = job.start("sleep 1").await;
    let (output, _) = job.run("exec ls -l /proc/self/fd").await;
    // What the test runner itself leaks into its children does not count.
    let own = std::process::Command::new("ls").args(["-l", "/proc/self/fd"]).output().unwrap();
    let extra = |listing: &str| -> Vec<String> {
        let links = listing.lines().filter_map(|line| line.split_once(" -> "));
        let beyond = links.filter(|(left, _)| !left.ends_with(" 1") && !left.ends_with(" 2"));
        beyond.filter(|(_, to)| to.contains("pipe:")).map(|(_, to)| to.to_owned()).collect()
    };
    assert_eq!(extra(&output), extra(&String::from_utf8_lossy(&own.stdout)));
}

#[tokio::test]
async fn standard_input_is_the_bytes_given_or_nothing() {
    let job = Job::new();
    let mut spec = job.spec("wc -c");
    let (output, _) = finish(job.session.exec(spec.clone()).await.unwrap()).await;
    assert_eq!(output.trim(), "0");
    spec.stdin = Stdin::Bytes(vec![7; 3_000_000]);
    let (output, _) = finish(job.session.exec(spec.clone()).await.unwrap()).await;
    assert_eq!(output.trim(), "3000000");
    spec.arguments[1] = "exec true".into();
    assert!(finish(job.session.exec(spec).await.unwrap()).await.1.success());
}

#[tokio::test]
async fn a_program_that_cannot_be_started_is_explained() {
    let job = Job::new();
    let workspace = job.session.places().workspace.clone();
    let file = |name: &str, content: &str, mode: u32| {
        std::fs::write(workspace.join(name), content).unwrap();
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(workspace.join(name), mode).unwrap();
    };
    file("no-interpreter", "#!/nowhere/sh\n", 0o755);
    file("not-executable", "#!/bin/sh\n", 0o644);
    file("garbage", "\x01\x02\x03", 0o755);
    let mut messages = Vec::new();
    for program in ["absent", "./absent", "./no-interpreter", "./not-executable", "./garbage", "/"]
    {
        let spec = ExecSpec::new(program, &workspace).variable("PATH", "/bin:/usr/bin");
        let error = job.session.exec(spec).await.err().unwrap();
        messages.push(error.to_string().replace(&*workspace.to_string_lossy(), "W"));
    }
    let text = messages.join("\n");
    for expected in [
        "`absent` was not found on PATH (/bin:/usr/bin)",
        "cannot start `W/./absent`: No such file",
        "the interpreter in its first line (`#!`) does not exist",
        "it is not executable (chmod +x)",
        "neither a program of this machine nor a script",
        "it is a directory",
    ] {
        assert!(text.contains(expected), "{expected} is not in:\n{text}");
    }
}

#[tokio::test]
async fn impossible_requests_are_errors() {
    let job = Job::new();
    let no_directory = ExecSpec::new("/bin/true", "/nowhere");
    let result = job.session.exec(no_directory).await;
    assert!(matches!(result, Err(SessionError::NoDirectory { .. })));
    let nul = job.spec("true").variable("A", "x\0y");
    assert!(matches!(job.session.exec(nul).await, Err(SessionError::Start { .. })));
    let huge = job.spec("true").variable("A", "x".repeat(8 << 20));
    let message = job.session.exec(huge).await.err().unwrap().to_string();
    assert!(message.contains("pass large values in a file"), "{message}");
    let mut no_path = job.spec("true");
    no_path.environment.clear();
    let message = job.session.exec(no_path).await.err().unwrap().to_string();
    assert!(message.contains("it is not set"), "{message}");
}

#[tokio::test]
async fn a_closed_session_starts_nothing() {
    let job = Job::new();
    job.session.close().await.unwrap();
    job.session.close().await.unwrap();
    assert!(matches!(job.session.exec(job.spec("true")).await, Err(SessionError::Closed)));
    assert!(!job.session.places().command_files.exists());
}
