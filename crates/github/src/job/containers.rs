//! The containers of a job: made after `Set up job`, removed after the last step.
//!
//! Source: GitHub Docs, "Workflow syntax", `jobs.<job_id>.container` and `jobs.<job_id>.services`.
//! [`plan`] evaluates what the job asks for, [`places`] says what a container sees of this machine,
//! [`services`] starts the services, [`stand_ins`] the local processes in place of some of them,
//! [`entrance`] lets containers call what actions call, and [`settings`] holds what the user decided. As on GitHub the job has a node `Initialize containers`
//! before its steps and one `Stop containers` after them.

pub(crate) mod entrance;
pub(crate) mod places;
pub(crate) mod plan;
mod services;
pub(crate) mod settings;
mod stand_ins;

use std::sync::Arc;

use tokio::sync::OnceCell;
use windlass_container::{
    Container, ContainerSession, ContainerSpec, Engine, EngineError, Network, SessionPlan,
    StandInProcess, Tenancy,
};
use windlass_github_syntax::expression::{Object, Value};
use windlass_kernel::NodeId;

use self::places::Inside;
use self::plan::{ContainerPlan, Plan};
use super::cancellation::Stop;
use super::context::Job;
use super::files::CommandFiles;
use super::lane::Lane;
use super::outline;
use super::services::ServiceEntrance;
use super::setup;
use super::state::{Ended, JobState, Outcome};
use super::steps::{conclude, fail};

/// What was started for a job.
#[derive(Default)]
pub(crate) struct JobContainers {
    /// The network that the job's containers share: their own where there are services, else
    /// the engine's.
    pub network: Option<Network>,
    /// The services by name.
    services: Vec<(String, Container)>,
    /// Local processes in place of services.
    stand_ins: Vec<StandInProcess>,
    /// By which containers reach the services for actions, opened when the first of them may call;
    /// `None` where there is no way.
    entrance: OnceCell<Option<ServiceEntrance>>,
}

/// Whether a job has anything to do with containers before its steps.
pub(crate) fn are_asked_for(job: &Job) -> bool {
    let is_there = |template: &Option<windlass_github_syntax::template::Template>| {
        template.as_ref().is_some_and(|template| !template.is_null())
    };
    is_there(&job.order.job.container)
        || is_there(&job.order.job.services)
        || job.options.containers.image_for(&job.order.runner_labels).is_some()
}

/// Starts what a job asks for, and moves the job into its container, where it has one.
///
/// # Errors
/// How the job's node `Initialize containers` ended, when that is not well.
pub(crate) async fn initialise(
    job: &mut Job,
    lane: &mut Lane,
    state: &mut JobState,
) -> Result<(), Ended> {
    let node = outline::containers_node(&job.node);
    let start = lane.log.position();
    lane.reporter.begin(&node);
    lane.reporter.flush();
    let mut stop = lane.stop.clone();
    let started = tokio::select! {
        started = start_all(job, lane, state, &node) => started,
        _ = stop.wait_for(|stop| *stop != Stop::Going) => {
            Err("The operation was canceled.".to_owned())
        }
    };
    let ended = match started {
        Ok(()) => Ended::new(Outcome::Success, None),
        Err(problem) => {
            state.failed = true;
            fail(job, lane, &node, &problem)
        }
    };
    conclude(job, lane, &node, &ended, start);
    if ended.outcome == Outcome::Success { Ok(()) } else { Err(ended) }
}

async fn start_all(
    job: &mut Job,
    lane: &mut Lane,
    state: &mut JobState,
    node: &NodeId,
) -> Result<(), String> {
    let plan = Plan::of(job, state)?;
    for service in &plan.services {
        if let Some(stand_in) = job.options.containers.stand_ins.get(&service.name) {
            let process = stand_ins::start(job, lane, node, service, stand_in).await?;
            job.containers.stand_ins.push(process);
        }
    }
    let in_containers: Vec<&ContainerPlan> =
        plan.services.iter().filter(|it| !job.options.containers.has_stand_in(&it.name)).collect();
    if plan.job.is_some() || !in_containers.is_empty() {
        let engine = engine_for(job, &plan, &in_containers).await?;
        lane.log.line(node, &format!("Container engine: {}", engine.describe()));
        let inside = plan.job.as_ref().map(|_| Inside::job(job)).transpose()?;
        start_containers(job, lane, node, (&engine, &plan.job, &in_containers), inside)
            .await
            .map_err(|error| tell(lane, node, &error))?;
    }
    let mut context = (*job.contexts.job).clone();
    let services = services::context(job, &plan).await?;
    context.insert("services", Value::from(services));
    if let Some(container) = job.session_container() {
        let mut object = Object::new();
        object.insert("id", container.as_str());
        let network = job.containers.network.as_ref().map_or("", |network| &network.name);
        object.insert("network", network);
        context.insert("container", Value::from(object));
    }
    job.contexts.job = Arc::new(context);
    if plan.job.is_some() { move_in(job, lane, state, node).await } else { Ok(()) }
}

/// The engine, or why the job cannot be run without one.
async fn engine_for(job: &Job, plan: &Plan, services: &[&ContainerPlan]) -> Result<Engine, String> {
    job.options.containers.engine.get().await.cloned().map_err(|error| {
        let advice = match (&plan.job, services.first()) {
            (Some(_), _) => "This job runs in a container".to_owned(),
            (None, Some(service)) => format!(
                "Service '{0}' runs in a container (a local process can stand in for it: --service \
                 {0}=COMMAND, or a table [services.{0}] in windlass.toml)",
                service.name
            ),
            (None, None) => "This job needs a container".to_owned(),
        };
        format!("{advice}, and {error}.")
    })
}

async fn start_containers(
    job: &mut Job,
    lane: &mut Lane,
    node: &NodeId,
    (engine, own, services): (&Engine, &Option<ContainerPlan>, &[&ContainerPlan]),
    inside: Option<Inside>,
) -> Result<(), EngineError> {
    provide_images(job, lane, node, engine, services.iter().copied().chain(own)).await?;
    // A container alone has nobody to talk to: the engine's own network will do, and costs less
    // than the start of the container itself.
    if !services.is_empty() {
        let tenancy = job.tenancy();
        let name = format!("windlass_{}", tenancy.job);
        job.containers.network = Some(engine.create_network(&name, &tenancy).await?);
    }
    for plan in services {
        let container = engine.create(job.container_spec(plan)).await?;
        lane.log.line(node, &format!("Starting service '{}' ({})", plan.name, plan.image));
        job.containers.services.push((plan.name.clone(), container.clone()));
        container.start().await?;
    }
    if let (Some(plan), Some(inside)) = (own, inside) {
        lane.log.line(node, &format!("Starting the job's container ({})", plan.image));
        let mut spec = job.container_spec(plan);
        spec.hosts.extend(stand_ins::host_entries(job));
        spec.hosts.extend(entrance::host_entry(job, engine).await);
        spec.environment.push(("HOME".to_owned(), places::HOME.to_owned()));
        let session = SessionPlan {
            spec,
            places: inside.places,
            mounts: inside.mounts,
            tracking_id: job.session.tracking_id().to_owned(),
        };
        let session = ContainerSession::open(engine, session).await?;
        let container = session.container().clone();
        if job.containers.network.is_none() {
            job.containers.network = container.network().await?;
        }
        job.own_container = Some(container);
        job.session = Arc::new(session);
    }
    services::wait_until_ready(job, lane, node).await
}

/// Sees to it that the images of all containers are here.
async fn provide_images(
    job: &Job,
    lane: &mut Lane,
    node: &NodeId,
    engine: &Engine,
    plans: impl Iterator<Item = &ContainerPlan> + Send,
) -> Result<(), EngineError> {
    for plan in plans {
        let mut progress = |line: &str| {
            lane.log.line(node, line);
            lane.log.flush();
        };
        let (pull, credentials) = (job.options.containers.pull, plan.credentials.as_ref());
        engine.provide_image(&plan.image, pull, credentials, &mut progress).await?;
    }
    Ok(())
}

/// An engine's error as a message; the last lines of a service that failed go to the log.
fn tell(lane: &mut Lane, node: &NodeId, error: &EngineError) -> String {
    if let EngineError::NotReady { name, log, .. } = error {
        lane.log.line(node, &format!("##[group]The last lines of service '{name}'"));
        log.lines().for_each(|line| lane.log.line(node, line));
        lane.log.line(node, "##[endgroup]");
    }
    error.to_string()
}

/// Makes what the job knows of its place that of its container.
async fn move_in(
    job: &mut Job,
    lane: &mut Lane,
    state: &mut JobState,
    node: &NodeId,
) -> Result<(), String> {
    let failed = |error: &dyn std::error::Error| error.to_string();
    let container = job.own_container.clone().ok_or("the job's container is not there")?;
    let environment = container.environment().await.map_err(|error| failed(&error))?;
    job.base_environment =
        environment.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
    job.base_environment.push(("CI".into(), "true".into()));
    lane.files = CommandFiles::create(&*job.session, "0").await.map_err(|error| failed(&error))?;
    let own = job.contexts.job.clone();
    let secrets = job.contexts.secrets.clone();
    let session = job.session.clone();
    let places = setup::Surroundings {
        session: &*session,
        event_path: places::event_path_inside(),
        tool_cache: places::TOOL_CACHE.into(),
    };
    job.contexts =
        setup::contexts(&job.order, &job.options, &places, &lane.files, secrets, job.debug);
    job.contexts.job = own;
    entrance::open(job, lane, node).await;
    let mut github = job.contexts.github.clone();
    let mut of_git = Vec::new();
    if let Some((services, here)) = job.services_for_steps() {
        Arc::make_mut(&mut github).extend(services.github_of_job(&job.options, here));
        of_git = entrance::git_settings(here, &job.base_environment);
    }
    job.contexts.github = github;
    job.base_environment.extend(of_git);
    setup::write_event(&*session, &places.event_path, &job.contexts)
        .await
        .map_err(|error| failed(&error))?;
    job.set_fixed_environment();
    let mut problem = None;
    *state = setup::job_state(job, &mut problem);
    problem.map_or(Ok(()), Err)
}

/// Stops and removes everything of the job: containers, network, local processes.
pub(crate) async fn stop(job: &Job, lane: &mut Lane) {
    let node = outline::stop_containers_node(&job.node);
    let start = lane.log.position();
    lane.reporter.begin(&node);
    lane.reporter.flush();
    services::show_logs(job, lane, &node).await;
    for process in &job.containers.stand_ins {
        stand_ins::stop(process, lane, &node).await;
    }
    give_back(job, lane, &node).await;
    let ended = match remove_all(job).await {
        Ok(()) => Ended::new(Outcome::Success, None),
        Err(error) => fail(job, lane, &node, &error.to_string()),
    };
    conclude(job, lane, &node, &ended, start);
}

/// Makes files that containers left in the job's directories the user's own.
pub(crate) async fn give_back(job: &Job, lane: &mut Lane, node: &NodeId) {
    let image = job.own_container.as_ref().map(|container| container.image.clone());
    let image = image.or_else(|| job.actions.some_image());
    let (Some(engine), Some(image)) = (job.options.containers.engine.known(), image) else {
        return;
    };
    let mounts = places::shared_with_containers(job);
    if let Err(error) = engine.give_back(&image, &mounts, &job.tenancy()).await {
        let message = format!("Files of the job's containers stay those of another user: {error}");
        lane.log.issue(node, "warning", &message);
    }
}

/// The end of a job that has had no containers but those of actions.
pub(crate) async fn clear_after_actions(job: &Job, lane: &mut Lane) {
    let node = outline::complete_node(&job.node);
    give_back(job, lane, &node).await;
    if let Err(error) = remove_all(job).await {
        lane.log.issue(&node, "warning", &error.to_string());
    }
}

/// Removes all that there is of a job in the engine, containers of actions included.
async fn remove_all(job: &Job) -> Result<(), EngineError> {
    match job.options.containers.engine.known() {
        Some(engine) => engine.remove_job(&job.tenancy().job).await.map(drop),
        None => Ok(()),
    }
}

impl Job {
    /// Whose the job's containers are.
    pub(crate) fn tenancy(&self) -> Tenancy {
        let settings = &self.options.containers;
        Tenancy {
            run: self.port.run().to_string(),
            project: settings.project.clone(),
            owner: settings.owner.clone(),
            job: setup::session_id(self.port.run(), self.port.operation()).to_ascii_lowercase(),
        }
    }

    /// What the engine is asked for a container of this plan.
    fn container_spec(&self, plan: &ContainerPlan) -> ContainerSpec {
        let tenancy = self.tenancy();
        ContainerSpec {
            name: format!("windlass_{}_{}", tenancy.job, plan.name),
            image: plan.image.clone(),
            entrypoint: plan.entrypoint.clone(),
            command: plan.command.clone(),
            environment: plan.environment.clone(),
            ports: plan.ports.clone(),
            volumes: plan.volumes.clone(),
            options: plan.options.clone(),
            network: self.containers.network.as_ref().map(|network| network.name.clone()),
            aliases: self.containers.network.iter().map(|_| plan.name.clone()).collect(),
            tenancy,
            ..ContainerSpec::default()
        }
    }

    /// The id of the container that the steps run in, where they run in one.
    fn session_container(&self) -> Option<String> {
        self.own_container.as_ref().map(|container| container.id.clone())
    }
}
