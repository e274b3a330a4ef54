//! The pipelines of the guides from start to end, with stand-ins for the programs that they call:
//! child, dynamic and multi-project pipelines among them. Where the cases are not there, this is
//! said.

use std::{
    env,
    ffi::OsString,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::stage::{Stage, files_below};

/// What the guides call beside the shell. Each says how it was called, and succeeds.
const PROGRAMS: &[&str] = &[
    "black", "curl", "docker", "dvc", "flake8", "helm", "kubectl", "mlflow", "mypy", "npm", "pip",
    "pytest", "ruff", "trivy", "uv",
];
const STAND_IN: &str = "#!/bin/sh\necho \"stand-in: ${0##*/} $*\" >&2\n";

/// Folders of the guides, and what has to be printed by their jobs.
const PIPELINES: &[(&str, &str)] = &[
    ("000-child-pipeline", "| child pipeline"),
    ("000-dynamic-pipeline", "| generated pipeline"),
    ("000-multi-project", "| downstream pipeline"),
    ("000-pipeline", "| stand-in: pip"),
    ("001-mlops", "| stand-in:"),
    ("002-complete", "| stand-in: trivy"),
    ("003-basic", "| stand-in: ruff check ."),
];

#[test]
fn the_pipelines_of_the_guides_run_from_start_to_end() {
    let cases = env::var_os("WINDLASS_CASES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases"),
        PathBuf::from,
    );
    let guides = cases.join("guides/gitlab");
    if !guides.is_dir() {
        println!("skipped: {} is not there", guides.display());
        return;
    }
    for (folder, words) in PIPELINES {
        let stage = staged(&guides.join(folder));
        let other = "group/downstream-project=downstream-project";
        let words_of_run = ["run", "--image", "ignore", "--manual", "*", "--project", other];
        let mut run = stage.command(&words_of_run);
        run.env("PATH", path_with(&stage.beside("path")));
        crate::stage::start(run).finish().expect(0).tells(&[words]);
        stage.windlass(&["expand"]).expect(0).tells(&["stages:"]);
        stage.assert_nothing_left();
    }
}

/// The folder of a guide as a project, with the stand-ins on the PATH.
fn staged(guide: &Path) -> Stage {
    let stage = Stage::gitlab(&fs::read_to_string(guide.join(".gitlab-ci.yml")).unwrap());
    for file in files_below(guide) {
        let inside = file.strip_prefix(guide).unwrap().to_str().unwrap();
        stage.write(inside, fs::read(&file).unwrap());
    }
    stage.write("deploy.sh", STAND_IN);
    executable(&stage.project().join("deploy.sh"));
    let programs = stage.beside("path");
    fs::create_dir_all(&programs).unwrap();
    for program in PROGRAMS {
        fs::write(programs.join(program), STAND_IN).unwrap();
        executable(&programs.join(program));
    }
    // Scripts of the guides run; modules that they take from elsewhere do not.
    let python = format!("{STAND_IN}[ \"$1\" = -m ] || exec python3 \"$@\"\n");
    fs::write(programs.join("python"), python).unwrap();
    executable(&programs.join("python"));
    stage.commit();
    stage
}

/// The PATH of the tests with a folder before it.
fn path_with(programs: &Path) -> OsString {
    let others = env::var_os("PATH").unwrap_or_default();
    env::join_paths([programs.to_owned()].into_iter().chain(env::split_paths(&others))).unwrap()
}

fn executable(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
