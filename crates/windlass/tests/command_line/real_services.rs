//! Services with real software in them: PostgreSQL and Redis of this machine, put into images that
//! behave as the published ones do.
//!
//! Missing programs are said, and these tests skip themselves. With `WINDLASS_CASES` the workflows
//! of the guides that use such services are run as they are, but for the actions of the forge.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use windlass_testkit::{ContainerEngine, ProgramImage};

use crate::stage::{Finished, Stage, start};

/// As the entrypoint of the published image: a cluster is made with what the variables say, then
/// the server runs as the user `postgres`.
const START_POSTGRES: &str = r#"#!/bin/sh
set -e
: "${POSTGRES_PASSWORD:?Database is uninitialized and superuser password is not specified}"
user="${POSTGRES_USER:-postgres}"; data=/var/lib/postgresql/data
mkdir -p "$data" /run/postgresql; chown -R postgres "$data" /run/postgresql
echo "$POSTGRES_PASSWORD" >/tmp/password; chmod 644 /tmp/password
su postgres -s /bin/sh -c "initdb -D $data --username='$user' --pwfile=/tmp/password \
  --auth=scram-sha-256 --no-sync --locale=C --encoding=UTF8" >/dev/null
rm /tmp/password
echo "host all all all scram-sha-256" >>"$data/pg_hba.conf"
echo "local all all trust" >"$data/pg_hba.new"; cat "$data/pg_hba.conf" >>"$data/pg_hba.new"
mv "$data/pg_hba.new" "$data/pg_hba.conf"; chown postgres "$data/pg_hba.conf"
if [ "${POSTGRES_DB:-$user}" != postgres ]; then
  su postgres -s /bin/sh -c "echo 'CREATE DATABASE \"${POSTGRES_DB:-$user}\"' |
    postgres --single -D $data postgres" >/dev/null
fi
exec su postgres -s /bin/sh -c "exec postgres -D $data -c listen_addresses='*'"
"#;

/// The newest PostgreSQL of this machine, as Debian lays it out.
fn postgres() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|it| it.path());
    versions.filter(|version| version.join("bin/initdb").exists()).max()
}

/// The engine with the images, where there is everything they are made of.
fn engine() -> Option<&'static ContainerEngine> {
    static MADE: OnceLock<Option<&ContainerEngine>> = OnceLock::new();
    *MADE.get_or_init(make_images)
}

fn make_images() -> Option<&'static ContainerEngine> {
    let postgres = postgres();
    let programs = ["/usr/bin/redis-server", "/usr/bin/redis-cli", "/usr/bin/psql"];
    let missing = programs.iter().find(|path| !Path::new(path).exists());
    let (Some(postgres), None) = (postgres, missing) else {
        println!("skipped: there is no PostgreSQL, psql or redis-server below /usr");
        return None;
    };
    let engine = ContainerEngine::shared()?;
    let version = postgres.file_name().unwrap().to_string_lossy().into_owned();
    let share = format!("/usr/share/postgresql/{version}");
    let bin = postgres.join("bin").display().to_string();
    // All but the compiler of queries, which is as large as the rest.
    let libraries = fs::read_dir(postgres.join("lib")).unwrap().flatten();
    let libraries = libraries.map(|entry| entry.path().display().to_string());
    let mut paths: Vec<String> =
        libraries.filter(|path| path.ends_with(".so") && !path.contains("llvmjit")).collect();
    paths.extend([bin.clone(), share, "/usr/share/zoneinfo".to_owned()]);
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let finish = format!(
        "echo postgres:x:999:999::/var/lib/postgresql:/bin/sh >>etc/passwd
echo postgres:x:999: >>etc/group
cat >start.sh <<'END'\n{START_POSTGRES}END\nchmod 755 start.sh; mkdir -p run var/lib; ln -s /run var/run"
    );
    engine.import_programs(&ProgramImage {
        name: "postgres:15",
        paths: &paths,
        finish: &finish,
        changes: &[
            &format!("ENV PATH={bin}:/usr/bin:/bin LC_ALL=C"),
            "ENTRYPOINT [\"/start.sh\"]",
            "EXPOSE 5432",
        ],
    });
    engine.docker_says(&["tag", "postgres:15", "postgres:16-alpine"]);
    engine.import_programs(&ProgramImage {
        name: "redis:7-alpine",
        paths: &programs[..2],
        changes: &[
            "ENTRYPOINT [\"redis-server\", \"--protected-mode\", \"no\", \"--bind\", \"*\"]",
        ],
        ..ProgramImage::default()
    });
    engine.import_programs(&ProgramImage {
        name: "client:1",
        paths: &["/usr/bin/redis-cli", &format!("{bin}/psql")],
        changes: &[&format!("ENV PATH={bin}:/usr/bin:/bin")],
        ..ProgramImage::default()
    });
    Some(engine)
}

fn run(stage: &Stage, engine: &ContainerEngine, arguments: &[&str]) -> Finished {
    let mut command = stage.command(&[&["run"], arguments].concat());
    command.env("DOCKER_HOST", engine.address());
    start(command).finish()
}

const SERVICES: &str = "
    services:
      postgres:
        image: postgres:15
        env: {POSTGRES_USER: shop, POSTGRES_PASSWORD: secret, POSTGRES_DB: baskets}
        ports: [5432]
        options: >-
          --health-cmd \"pg_isready -U shop\"
          --health-interval 10s
          --health-timeout 5s
          --health-retries 5
      redis:
        image: redis:7-alpine
        ports: [6379]
        options: --health-cmd \"redis-cli ping\"
";

#[test]
fn jobs_work_with_a_real_database_and_a_real_cache() {
    let Some(engine) = engine() else { return };
    let from_host = "
      - run: |
          psql -qc 'create table fruit (name text)' -c \"insert into fruit values ('pear')\" \"$URL\"
          psql -Atc \"select name || ' ' || current_user from fruit\" \"$URL\"
          redis-cli -p ${{ job.services.redis.ports[6379] }} set colour green
        env:
          URL: postgresql://shop:secret@localhost:${{ job.services.postgres.ports[5432] }}/baskets
      - run: redis-cli -p ${{ job.services.redis.ports[6379] }} get colour
      - run: '! PGPASSWORD=wrong psql -h localhost -p ${{ job.services.postgres.ports[5432] }} -U shop baskets'
";
    let from_container = "
      - run: |
          PGPASSWORD=secret psql -h postgres -U shop -Atc 'select 6 * 7' baskets
          redis-cli -h redis incrby visits 7
";
    let stage = Stage::new(&format!(
        "on: push\njobs:\n  host:\n    runs-on: x{SERVICES}    steps:{from_host}  inside:\n    \
         runs-on: x\n    container: client:1{SERVICES}    steps:{from_container}"
    ));
    let done = run(&stage, engine, &[]).expect(0);
    done.tells(&[
        "host   | pear shop",
        "host   | OK",
        "host   | green",
        "inside | 42",
        "inside | 7",
    ]);
    let label = format!("windlass.project={}", stage.project().display());
    assert_eq!(engine.labelled(&label), "");
    stage.assert_nothing_left();
}

/// An action of the forge in the guides, which does nothing here.
const NOTHING: &str = "name: Nothing\ndescription: Does nothing\nruns: {using: composite, steps: [{run: 'true', shell: sh}]}\n";

/// What the guides call `pytest`: it looks into the database and the cache that it is told of.
const PYTEST: &str = "#!/bin/sh
set -e
[ -z \"$DATABASE_URL\" ] || psql -Atc \"select 'database of ' || current_user\" \"$DATABASE_URL\"
[ -z \"$REDIS_URL\" ] || echo \"cache says $(redis-cli -u \"$REDIS_URL\" ping)\"
";

#[test]
fn the_workflows_of_the_guides_with_services_run_on_real_ones() {
    let Some(cases) = std::env::var_os("WINDLASS_CASES").map(PathBuf::from) else {
        println!("skipped: WINDLASS_CASES names no folder with the workflows of the guides");
        return;
    };
    let Some(engine) = engine() else { return };
    for (file, job, words) in [
        ("003-test-suite/.github/workflows/test.yml", "integration-tests", "postgres"),
        ("002-ci-cd/.github/workflows/ci-cd.yml", "test", "testuser"),
    ] {
        let path = cases.join("guides/github").join(file);
        let Ok(workflow) = fs::read_to_string(&path) else {
            println!("skipped: there is no {}", path.display());
            continue;
        };
        let stage = Stage::new(&workflow);
        for name in ["pytest", "uv", "pip", "flake8", "mypy"] {
            let program = stage.beside("path").join(name);
            fs::create_dir_all(program.parent().unwrap()).unwrap();
            let content = if name == "pytest" { PYTEST } else { "#!/bin/sh\n" };
            fs::write(&program, content).unwrap();
            fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let nothing = stage.beside("nothing");
        fs::create_dir_all(&nothing).unwrap();
        fs::write(nothing.join("action.yml"), NOTHING).unwrap();
        let mut command = stage.command(&["run", "--job", job]);
        for action in ["actions/setup-python", "codecov/codecov-action"] {
            command.args(["--action", &format!("{action}=../nothing")]);
        }
        let path = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}:{path}", stage.beside("path").display()));
        command.env("DOCKER_HOST", engine.address());
        let done = start(command).finish().expect(0);
        let has_cache = workflow.contains("redis:");
        let cache = if has_cache { "cache says PONG" } else { "database" };
        done.tells(&[&format!("database of {words}"), cache]);
    }
}

/// Programs of the guide `000-ci-pipeline` in the image of its job. Its address names a database
/// that nobody has made: as test suites do it, this one makes its own.
const SUITE: &str = "cat >usr/bin/pytest <<'END'
#!/bin/sh
set -e
psql -qc 'create database test' \"${DATABASE_URL%/*}/postgres\"
psql -Atc \"select 'suite in ' || current_database()\" \"$DATABASE_URL\"
END
printf '#!/bin/sh\\n' >usr/bin/pip; chmod 755 usr/bin/pytest usr/bin/pip";

#[test]
fn the_guide_that_finds_its_database_by_name_runs_in_a_container() {
    let Some(cases) = std::env::var_os("WINDLASS_CASES").map(PathBuf::from) else {
        println!("skipped: WINDLASS_CASES names no folder with the workflows of the guides");
        return;
    };
    let file = cases.join("guides/github/000-ci-pipeline/.github/workflows/ci.yml");
    let (Some(engine), Ok(workflow)) = (engine(), fs::read_to_string(&file)) else { return };
    let bin = postgres().unwrap().join("bin").display().to_string();
    engine.import_programs(&ProgramImage {
        name: "suite:1",
        paths: &[&format!("{bin}/psql")],
        finish: SUITE,
        changes: &[&format!("ENV PATH={bin}:/usr/bin:/bin")],
    });
    let stage = Stage::new(&workflow);
    let nothing = stage.beside("nothing");
    fs::create_dir_all(&nothing).unwrap();
    fs::write(nothing.join("action.yml"), NOTHING).unwrap();
    let actions = ["actions/setup-python", "codecov/codecov-action"];
    let actions = actions.map(|action| format!("--action={action}=../nothing"));
    let words = ["run", "--job", "test", "--platform", "ubuntu-latest=suite:1"];
    let mut command = stage.command(&words);
    command.args(actions).env("DOCKER_HOST", engine.address());
    let done = start(command).finish().expect(0);
    done.tells(&["Service 'postgres' is ready", "suite in test"]);
    stage.assert_nothing_left();
}
