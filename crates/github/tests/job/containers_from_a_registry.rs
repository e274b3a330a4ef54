//! Pulling images from a real registry of the tests' own, which knows one user.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use windlass_container::PullPolicy;
use windlass_testkit::ContainerEngine;

use super::Bench;
use super::containers::{job, run};

/// The user `me` with the password `hunter2`, as htpasswd(1) writes it.
const USERS: &str = "me:$2y$05$W.G/c0vJ65eFIi8IImY6Q.51oNzCEDa6pmhN5oyoiqyBY79TRjt/u\n";

/// A registry that ends with the test.
struct Registry {
    address: String,
    process: Child,
    _directory: tempfile::TempDir,
}

impl Registry {
    fn start() -> Option<Self> {
        let directory = tempfile::tempdir().expect("a directory");
        let root = directory.path().display();
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr());
        let address = port.expect("a port").to_string();
        let settings = format!(
            "version: 0.1\nstorage: {{filesystem: {{rootdirectory: {root}/data}}}}\n\
             http: {{addr: '{address}'}}\nauth: {{htpasswd: {{realm: r, path: {root}/users}}}}\n"
        );
        std::fs::write(directory.path().join("users"), USERS).expect("a file");
        std::fs::write(directory.path().join("settings.yml"), settings).expect("a file");
        let mut command = Command::new("docker-registry");
        command.arg("serve").arg(directory.path().join("settings.yml"));
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let Ok(process) = process else {
            println!("skipped: there is no docker-registry");
            return None;
        };
        let began = Instant::now();
        while std::net::TcpStream::connect(&address).is_err() {
            assert!(began.elapsed() < Duration::from_secs(20), "the registry does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(Registry { address, process, _directory: directory })
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn an_image_is_pulled_with_the_credentials_of_the_job() {
    let Some(engine) = ContainerEngine::shared() else { return };
    let Some(registry) = Registry::start() else { return };
    let image = format!("{}/box:1", registry.address);
    let configuration = engine.directory().join("docker");
    let configuration = configuration.to_string_lossy();
    let docker = |words: &[&str]| {
        let words = [&["--config", configuration.as_ref()], words].concat();
        engine.docker_says(&words)
    };
    docker(&["login", "-u", "me", "-p", "hunter2", &registry.address]);
    docker(&["tag", "busybox", &image]);
    docker(&["push", "-q", &image]);
    docker(&["rmi", &image]);
    let bench = |password: &str, pull| {
        let mut bench = Bench::new().engine(engine).secret("PASSWORD", password);
        bench.options.containers.pull = pull;
        bench
    };
    let head = format!(
        "container:\n  image: {image}\n  credentials: {{username: me, password: '${{{{          secrets.PASSWORD }}}}'}}"
    );
    let workflow = job(&head, "- run: echo here");
    let refused = run(engine, bench("wrong", PullPolicy::Missing), &workflow).await;
    assert!(refused.log().contains("cannot be had: unauthorized"), "{}", refused.log());
    let pulled = run(engine, bench("hunter2", PullPolicy::Missing), &workflow).await;
    assert!(pulled.log().contains(&format!("Pulling {image}")), "{}", pulled.log());
    assert_eq!(pulled.printed().last().map(String::as_str), Some("here"), "{}", pulled.log());
    assert!(!pulled.log().contains("hunter2"));
    let known = run(engine, bench("hunter2", PullPolicy::Missing), &workflow).await;
    assert!(!known.log().contains("Pulling"), "{}", known.log());
    let again = run(engine, bench("hunter2", PullPolicy::Always), &workflow).await;
    assert!(again.log().contains("Image is up to date"), "{}", again.log());
}
