//! Small files between us and a job, whatever a step put in their place.

use std::os::unix::fs::symlink;

use windlass_session::{Session, SessionError};

use crate::Job;

#[tokio::test]
async fn a_file_is_written_emptied_and_read() {
    let job = Job::new();
    let path = job.session.places().command_files.join("output");
    assert_eq!(job.session.get(&path, 100).await.unwrap(), None);
    job.session.put(&path, b"a=1\n").await.unwrap();
    job.run(&format!("echo b=2 >> {}", path.display())).await;
    assert_eq!(job.session.get(&path, 100).await.unwrap().unwrap(), b"a=1\nb=2\n");
    job.session.put(&path, b"").await.unwrap();
    assert_eq!(job.session.get(&path, 100).await.unwrap().unwrap(), b"");
}

#[tokio::test]
async fn a_link_or_pipe_in_place_of_a_file_is_replaced_not_followed() {
    let job = Job::new();
    let path = job.session.places().command_files.join("output");
    let victim = job.session.places().workspace.join("victim");
    std::fs::write(&victim, "precious").unwrap();
    symlink(&victim, &path).unwrap();
    job.session.put(&path, b"x").await.unwrap();
    assert_eq!(std::fs::read(&victim).unwrap(), b"precious");
    assert_eq!(job.session.get(&path, 9).await.unwrap().unwrap(), b"x");
    job.run(&format!("rm {0}; mkfifo {0}", path.display())).await;
    assert!(matches!(job.session.get(&path, 9).await, Err(SessionError::NotAFile { .. })));
    job.session.put(&path, b"y").await.unwrap();
    assert_eq!(job.session.get(&path, 9).await.unwrap().unwrap(), b"y");
    job.run(&format!("rm {0}; mkdir {0}", path.display())).await;
    assert!(matches!(job.session.put(&path, b"z").await, Err(SessionError::File { .. })));
    assert!(matches!(job.session.get(&path, 9).await, Err(SessionError::NotAFile { .. })));
}

#[tokio::test]
async fn a_file_over_the_limit_is_not_read() {
    let job = Job::new();
    let path = job.session.places().temp.join("big");
    job.session.put(&path, &[1; 11]).await.unwrap();
    let error = job.session.get(&path, 10).await.err().unwrap();
    assert!(matches!(error, SessionError::TooLarge { size: 11, limit: 10, .. }), "{error}");
}

#[tokio::test]
async fn the_directory_is_ours_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let job = Job::new();
    let directory = &job.session.places().command_files;
    assert_eq!(directory.metadata().unwrap().permissions().mode() & 0o777, 0o700);
}
