//! The container of a job and those of its services.
//!
//! Source: "Docker executor" and "Services" in GitLab's documentation: the project lies in
//! `/builds/GROUP/PROJECT`. As the runner does it, the image's own entry point is not used for
//! scripts. [`services`] has the services, [`stand_ins`] the local processes in place of some.

mod services;
mod stand_ins;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use windlass_container::{
    Container, ContainerSession, ContainerSpec, CreateOptions, Engine, EngineError, Mount, Mounts,
    Network, PullPolicy, SessionPlan, StandInProcess, Tenancy,
};
use windlass_gitlab_syntax::pipeline::{Image, PullPolicy as Policy};
use windlass_kernel::Status;
use windlass_session::{Places, Session as _};

use self::services::ServicePlan;
use super::lane::Lane;
use super::options::ImageUse;
use super::setup::{Job, session_id};

/// What was started for a job.
#[derive(Debug, Default)]
pub(crate) struct JobContainers {
    engine: Option<Engine>,
    own: Option<Container>,
    services: Vec<(ServicePlan, Container)>,
    stand_ins: Vec<(ServicePlan, StandInProcess)>,
    network: Option<Network>,
}

/// What a job needs an engine for.
struct Wanted {
    /// Its image and the image's name.
    image: Option<(Image, String)>,
    /// The services without stand-ins.
    services: Vec<ServicePlan>,
}

/// Starts the services of a job and moves it into a container of its image, where there is an
/// engine. Answers whether it moved.
///
/// # Errors
/// When a container cannot be had and the job needs it, or a stand-in does not become ready.
pub(crate) async fn start(job: &mut Job, lane: &mut Lane) -> Result<bool, String> {
    let image = image_of(job);
    let plans = ServicePlan::all(job);
    if image.is_none() && plans.is_empty() {
        return Ok(false);
    }
    let what = if image.is_some() { "the \"docker\" executor" } else { "the services" };
    lane.begin("prepare_executor", &format!("Preparing {what}"));
    let started = match start_all(job, lane, image, plans).await {
        Ok(is_inside) => {
            services::wait(job, lane).await;
            Ok(is_inside)
        }
        Err(message) => Err(message),
    };
    match &started {
        Ok(_) => lane.end(Status::Succeeded, None),
        Err(message) => {
            lane.fail(message);
            lane.end(Status::Failed, Some(message.clone()));
        }
    }
    started
}

/// The image that the job's scripts run in, with its name.
fn image_of(job: &Job) -> Option<(Image, String)> {
    let image = job.order.job.image.as_deref().cloned()?;
    let name = job.variables.expand(&image.name);
    let is_wanted = job.options.containers.image != ImageUse::Ignore && !name.is_empty();
    is_wanted.then_some((image, name))
}

async fn start_all(
    job: &mut Job,
    lane: &mut Lane,
    image: Option<(Image, String)>,
    plans: Vec<ServicePlan>,
) -> Result<bool, String> {
    let mut wanted = Wanted { image, services: Vec::new() };
    for plan in plans {
        match plan.stand_in(job) {
            Some(stand_in) => {
                let process = stand_ins::start(job, lane, &plan, &stand_in).await?;
                job.containers.stand_ins.push((plan, process));
            }
            None => wanted.services.push(plan),
        }
    }
    if wanted.image.is_none() && wanted.services.is_empty() {
        return Ok(false);
    }
    let Some(engine) = engine_for(job, lane, &wanted).await? else { return Ok(false) };
    job.containers.engine = Some(engine.clone());
    if let Some((image, name)) = &wanted.image {
        lane.line(&format!("Using {} with image {name} ...", engine.describe()));
        provide(job, lane, &engine, name, &image.pull_policy).await?;
    }
    services::start(job, lane, &engine, wanted.services, wanted.image.is_some()).await?;
    match wanted.image {
        Some((image, name)) => move_in(job, &engine, &image, &name).await.map(|()| true),
        None => Ok(false),
    }
}

/// The engine; `None` where there is none and the job can do without, which is said.
async fn engine_for(job: &Job, lane: &mut Lane, wanted: &Wanted) -> Result<Option<Engine>, String> {
    let settings = &job.options.containers;
    let error = match settings.engine.get().await {
        Ok(engine) => return Ok(Some(engine.clone())),
        Err(error) => error,
    };
    if settings.image == ImageUse::Require {
        let what = wanted
            .image
            .as_ref()
            .map_or("services in containers".to_owned(), |(_, name)| format!("the image {name}"));
        return Err(format!("the job needs {what}, and {error}"));
    }
    if let Some((_, name)) = &wanted.image {
        lane.warn(&format!(
            "no container engine was found, so the job runs on this machine and not in {name}"
        ));
    }
    for service in &wanted.services {
        lane.warn(&format!(
            "no container engine was found, so the service {} is not there (a local process can \
             stand in for it: --service {}=COMMAND, or a table [services] in windlass.toml)",
            service.image_name,
            service.names.first().map_or("NAME", String::as_str)
        ));
    }
    Ok(None)
}

async fn move_in(job: &mut Job, engine: &Engine, image: &Image, name: &str) -> Result<(), String> {
    let tell = |error: EngineError| error.to_string();
    let inside = Inside::of(job)?;
    let mut spec = spec(job, "build", name);
    spec.options = options(image, job)?;
    spec.hosts = stand_ins::host_entries(job);
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
    Ok(())
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
    for (_, process) in &job.containers.stand_ins {
        stand_ins::show_last_lines(lane, process.name(), &process.stop().await);
    }
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
