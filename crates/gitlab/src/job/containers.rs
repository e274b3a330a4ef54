//! The container of a job and those of its services.
//!
//! Source: "Docker executor" and "Services" in GitLab's documentation: the project lies in
//! `/builds/GROUP/PROJECT`, services are reached by the names that follow from their images and by
//! their aliases. As the runner does it, the image's own entry point is not used for scripts.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use windlass_container::{
    Container, ContainerSession, ContainerSpec, CreateOptions, Engine, Mount, Mounts, Network,
    PullPolicy, SessionPlan, Tenancy,
};
use windlass_gitlab_syntax::pipeline::{Image, PullPolicy as Policy, Service};
use windlass_kernel::Status;
use windlass_session::{Places, Session as _};

use super::lane::Lane;
use super::options::ImageUse;
use super::setup::{Job, session_id};

/// What was started for a job.
#[derive(Debug, Default)]
pub(crate) struct JobContainers {
    engine: Option<Engine>,
    own: Option<Container>,
    services: Vec<(String, Container)>,
    network: Option<Network>,
}

/// Moves the job into a container of its image, where it has one and there is an engine. Answers
/// whether it did.
///
/// # Errors
/// When the container cannot be had and the job needs it.
pub(crate) async fn start(job: &mut Job, lane: &mut Lane) -> Result<bool, String> {
    let Some(image) = job.order.job.image.clone() else { return Ok(false) };
    let settings = &job.options.containers;
    let name = job.variables.expand(&image.name);
    if settings.image == ImageUse::Ignore || name.is_empty() {
        return Ok(false);
    }
    let engine = match settings.engine.get().await {
        Ok(engine) => engine.clone(),
        Err(error) if settings.image == ImageUse::Require => {
            return Err(format!("the job runs in the image {name}, and {error}"));
        }
        Err(_) => {
            lane.warn(&format!(
                "no container engine was found, so the job runs on this machine and not in {name}"
            ));
            return Ok(false);
        }
    };
    lane.begin("prepare_executor", "Preparing the \"docker\" executor");
    lane.line(&format!("Using {} with image {name} ...", engine.describe()));
    match start_all(job, lane, &engine, &image, &name).await {
        Ok(()) => {
            lane.end(Status::Succeeded, None);
            Ok(true)
        }
        Err(message) => {
            lane.fail(&message);
            lane.end(Status::Failed, Some(message.clone()));
            Err(message)
        }
    }
}

async fn start_all(
    job: &mut Job,
    lane: &mut Lane,
    engine: &Engine,
    image: &Image,
    name: &str,
) -> Result<(), String> {
    let tell = |error: windlass_container::EngineError| error.to_string();
    job.containers.engine = Some(engine.clone());
    provide(job, lane, engine, name, &image.pull_policy).await?;
    let services = job.order.job.services.clone();
    if !services.is_empty() {
        let tenancy = tenancy(job);
        let network = format!("windlass_{}", tenancy.job);
        job.containers.network =
            Some(engine.create_network(&network, &tenancy).await.map_err(tell)?);
    }
    for (number, service) in services.iter().enumerate() {
        start_service(job, lane, engine, (number, service)).await?;
    }
    let inside = Inside::of(job)?;
    let mut spec = spec(job, "build", name);
    spec.options = options(image, job)?;
    let plan = SessionPlan {
        spec,
        places: inside.places,
        mounts: inside.mounts,
        tracking_id: job.host.tracking_id().to_owned(),
    };
    let session = ContainerSession::open(engine, plan).await.map_err(tell)?;
    let container = session.container().clone();
    let environment = container.environment().await.map_err(tell)?;
    job.base = environment.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    job.containers.own = Some(container);
    job.session = Arc::new(session);
    wait_for_services(job, lane).await;
    Ok(())
}

async fn start_service(
    job: &mut Job,
    lane: &mut Lane,
    engine: &Engine,
    (number, service): (usize, &Service),
) -> Result<(), String> {
    let tell = |error: windlass_container::EngineError| error.to_string();
    let name = job.variables.expand(&service.image.name);
    lane.line(&format!("Starting service {name} ..."));
    provide(job, lane, engine, &name, &service.image.pull_policy).await?;
    let mut spec = spec(job, &format!("svc{number}"), &name);
    spec.options = options(&service.image, job)?;
    spec.entrypoint =
        service.image.entrypoint.clone().filter(|it| it.iter().any(|it| !it.is_empty()));
    spec.command.clone_from(&service.command);
    let mut variables = job.variables.clone();
    variables.overlay(&service.variables);
    let variables = variables.expanded();
    let pairs = variables.iter().map(|(name, it)| (name.to_owned(), it.value.clone()));
    spec.environment = pairs.collect();
    spec.aliases = names_of(&name);
    spec.aliases.extend(service.aliases.iter().map(|alias| job.variables.expand(alias)));
    let container = engine.create(spec).await.map_err(tell)?;
    job.containers.services.push((name, container.clone()));
    container.start().await.map_err(tell)
}

/// The names by which a service is reached: its image without the tag, `/` once as `__` and once as
/// `-` ("Services", accessing the services).
fn names_of(image: &str) -> Vec<String> {
    let without_digest = image.split('@').next().unwrap_or_default();
    let last = without_digest.rfind('/').map_or(0, |slash| slash + 1);
    let end = without_digest[last..].find(':').map_or(without_digest.len(), |colon| last + colon);
    let path = &without_digest[..end];
    let mut names = vec![path.replace(['/', ':'], "__"), path.replace(['/', ':'], "-")];
    names.dedup();
    names
}

/// A service that is not ready does not fail the job, as with the runner.
async fn wait_for_services(job: &Job, lane: &mut Lane) {
    for (name, container) in &job.containers.services {
        if let Err(error) = container.wait_until_ready(name).await {
            lane.warn(&format!("Service {name} probably didn't start properly: {error}"));
        }
    }
}

async fn provide(
    job: &Job,
    lane: &mut Lane,
    engine: &Engine,
    image: &str,
    policies: &[Policy],
) -> Result<(), String> {
    let policies: Vec<PullPolicy> = match policies {
        [] => vec![job.options.containers.pull],
        some => some.iter().map(|policy| own_policy(*policy)).collect(),
    };
    // They are tried one after another ("CI/CD YAML syntax reference", `image:pull_policy`).
    let mut failure = String::new();
    for policy in policies {
        let mut progress = |line: &str| {
            lane.line(line);
            lane.flush();
        };
        match engine.provide_image(image, policy, None, &mut progress).await {
            Ok(()) => return Ok(()),
            Err(error) => failure = error.to_string(),
        }
    }
    Err(failure)
}

fn own_policy(policy: Policy) -> PullPolicy {
    match policy {
        Policy::Always => PullPolicy::Always,
        Policy::IfNotPresent => PullPolicy::Missing,
        Policy::Never => PullPolicy::Never,
    }
}

/// The flags for the user and the platform of an image.
fn options(image: &Image, job: &Job) -> Result<CreateOptions, String> {
    let mut text = String::new();
    for (flag, value) in [("user", &image.user), ("platform", &image.platform)] {
        let Some(value) = value.as_ref().map(|value| job.variables.expand(value)) else { continue };
        let is_plain = |it: char| it.is_ascii_alphanumeric() || "._:/-".contains(it);
        if value.is_empty() || !value.chars().all(is_plain) {
            return Err(format!("`image:docker:{flag}`: '{value}' is no {flag}"));
        }
        text.push_str(&format!("--{flag} {value} "));
    }
    CreateOptions::parse(&text).map_err(|error| error.to_string())
}

fn spec(job: &Job, role: &str, image: &str) -> ContainerSpec {
    let tenancy = tenancy(job);
    ContainerSpec {
        name: format!("windlass_{}_{role}", tenancy.job),
        image: image.to_owned(),
        network: job.containers.network.as_ref().map(|network| network.name.clone()),
        tenancy,
        ..ContainerSpec::default()
    }
}

fn tenancy(job: &Job) -> Tenancy {
    let settings = &job.options.containers;
    Tenancy {
        run: job.port.run().to_string(),
        project: settings.project.clone(),
        owner: settings.owner.clone(),
        job: session_id(job.port.run(), job.port.operation()).to_ascii_lowercase(),
    }
}

/// What the job's container sees of this machine.
struct Inside {
    places: Places,
    mounts: Mounts,
}

impl Inside {
    fn of(job: &Job) -> Result<Self, String> {
        let host = job.host.places();
        let path = job.variables.value("CI_PROJECT_PATH").unwrap_or("project");
        let is_plain = |it: char| it.is_ascii_alphanumeric() || "._/-".contains(it);
        let is_path = path.chars().all(is_plain) && !path.contains("..") && !path.is_empty();
        let builds =
            Path::new("/builds").join(if is_path { path.trim_matches('/') } else { "project" });
        let temp = PathBuf::from(format!("{}.tmp", builds.display()));
        let command_files = host.command_files.join("container");
        let inner = temp.join("commands");
        for directory in [&command_files, &host.temp.join("commands")] {
            open_to_all(directory)?;
        }
        open_to_all(&host.temp)?;
        let mut mounts = vec![
            Mount::new(&host.workspace, &builds),
            Mount::new(&host.temp, &temp),
            Mount::new(command_files, &inner),
        ];
        mounts.extend(borrowed_objects(&host.workspace));
        let places = Places { workspace: builds, temp, command_files: inner };
        Ok(Inside { places, mounts: Mounts(mounts) })
    }
}

/// Makes a directory that any user of a container may write to. It lies below one that is the
/// user's alone.
fn open_to_all(directory: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    let made = std::fs::create_dir_all(directory);
    let opened = made
        .and_then(|()| std::fs::set_permissions(directory, std::fs::Permissions::from_mode(0o777)));
    opened.map_err(|error| format!("cannot make {}: {error}", directory.display()))
}

/// The object stores of other repositories that a workspace's Git borrows from
/// (gitrepository-layout(5), `objects/info/alternates`), at the same paths.
fn borrowed_objects(project: &Path) -> Vec<Mount> {
    let list = std::fs::read_to_string(project.join(".git/objects/info/alternates"));
    let directories = list.unwrap_or_default();
    let directories = directories.lines().map(PathBuf::from);
    directories
        .filter(|directory| directory.is_absolute() && directory.is_dir())
        .map(|directory| Mount::new(&directory, &directory).read_only())
        .collect()
}

/// Removes everything of the job in the engine; files that its containers made become the user's.
pub(crate) async fn stop(job: &Job, lane: &mut Lane) {
    let (Some(engine), tenancy) = (&job.containers.engine, tenancy(job)) else { return };
    if let Some(own) = &job.containers.own {
        let host = job.host.places();
        let shared = [(&host.workspace, "/p"), (&host.temp, "/t"), (&host.command_files, "/c")];
        let mounts = shared.map(|(directory, inside)| Mount::new(directory, inside));
        let given = engine.give_back(&own.image, &Mounts(mounts.to_vec()), &tenancy).await;
        if let Err(error) = given {
            lane.warn(&format!("files of the job's container stay those of another user: {error}"));
        }
    }
    if let Err(error) = engine.remove_job(&tenancy.job).await {
        lane.warn(&error.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_reached_by_two_names() {
        assert_eq!(names_of("tutum/wordpress:latest"), ["tutum__wordpress", "tutum-wordpress"]);
        assert_eq!(names_of("postgres:15"), ["postgres"]);
        let host = names_of("registry.example:5000/my/image@sha256:0");
        assert_eq!(host[1], "registry.example-5000-my-image");
    }
}
