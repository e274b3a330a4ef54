//! What a job deploys, releases and starts.

use crate::pipeline::{
    ChildInclude, ChildSource, Environment, EnvironmentAction, Forward, Kubernetes, Pages, Release,
    ReleaseLink, Strategy, Trigger, TriggerTarget,
};
use crate::reading::{json_by_name, text, texts};
use crate::value::Value;

/// `environment`: its name, or all about it.
pub(crate) fn environment(value: &Value) -> Option<Environment> {
    if let Some(name) = value.as_scalar() {
        return Some(Environment { name, ..Environment::default() });
    }
    let action = match text(value, "action").as_deref() {
        Some("prepare") => EnvironmentAction::Prepare,
        Some("stop") => EnvironmentAction::Stop,
        Some("verify") => EnvironmentAction::Verify,
        Some("access") => EnvironmentAction::Access,
        _ => EnvironmentAction::Start,
    };
    let kubernetes = value.get("kubernetes").map(|value| Kubernetes {
        agent: text(value, "agent"),
        namespace: text(value, "namespace"),
        flux_resource_path: text(value, "flux_resource_path"),
    });
    Some(Environment {
        name: text(value, "name")?,
        url: text(value, "url"),
        on_stop: text(value, "on_stop"),
        action,
        auto_stop_in: text(value, "auto_stop_in"),
        deployment_tier: text(value, "deployment_tier"),
        kubernetes,
    })
}

/// `release`.
pub(crate) fn release(value: &Value) -> Option<Release> {
    let links = value.get("assets").and_then(|assets| assets.get("links"));
    let links = links.map(Value::flattened).unwrap_or_default();
    Some(Release {
        tag_name: text(value, "tag_name")?,
        tag_message: text(value, "tag_message"),
        name: text(value, "name"),
        description: text(value, "description")?,
        reference: text(value, "ref"),
        milestones: texts(value, "milestones"),
        released_at: text(value, "released_at"),
        links: links
            .into_iter()
            .filter_map(|link| {
                Some(ReleaseLink {
                    name: text(link, "name")?,
                    url: text(link, "url")?,
                    filepath: text(link, "filepath"),
                    link_type: text(link, "link_type"),
                })
            })
            .collect(),
    })
}

/// `pages`, with the older `publish` of the job; also a job of that name publishes.
pub(crate) fn pages(name: &str, value: Option<&Value>, publish: Option<String>) -> Option<Pages> {
    let is_wanted = match value {
        Some(value) => value.as_boolean().unwrap_or(true),
        None => name == "pages",
    };
    let own = |key: &str| value.and_then(|value| text(value, key));
    is_wanted.then(|| Pages {
        publish: own("publish").or(publish),
        path_prefix: own("path_prefix"),
        expire_in: own("expire_in"),
    })
}

/// `trigger`: a project, or all about it.
pub(crate) fn trigger(value: &Value) -> Option<Trigger> {
    if let Some(project) = value.as_scalar() {
        let target = TriggerTarget::Project { project, branch: None };
        return Some(Trigger {
            target,
            strategy: None,
            forward: Forward::default(),
            inputs: json_by_name(value, "inputs"),
        });
    }
    let target = match value.get("include") {
        Some(include) => {
            TriggerTarget::Child(include.flattened().into_iter().flat_map(children).collect())
        }
        None => TriggerTarget::Project {
            project: text(value, "project")?,
            branch: text(value, "branch"),
        },
    };
    let strategy = match text(value, "strategy").as_deref() {
        Some("depend") => Some(Strategy::Depend),
        Some("mirror") => Some(Strategy::Mirror),
        _ => None,
    };
    let forward = value.get("forward");
    let forwards = |key: &str| forward.and_then(|it| it.get(key)).and_then(Value::as_boolean);
    let unsaid = Forward::default();
    Some(Trigger {
        target,
        strategy,
        forward: Forward {
            yaml_variables: forwards("yaml_variables").unwrap_or(unsaid.yaml_variables),
            pipeline_variables: forwards("pipeline_variables").unwrap_or(unsaid.pipeline_variables),
        },
        inputs: json_by_name(value, "inputs"),
    })
}

/// One of `trigger:include`; with several files it is several.
fn children(value: &Value) -> Vec<ChildInclude> {
    let inputs = json_by_name(value, "inputs");
    let own = |key: &str| text(value, key);
    let sources = if let Some(path) = value.as_scalar() {
        vec![ChildSource::Local(path)]
    } else if let Some(project) = own("project") {
        let (project, reference) = (&project, own("ref"));
        let files = texts(value, "file").into_iter();
        files
            .map(|file| ChildSource::Project {
                project: project.clone(),
                reference: reference.clone(),
                file,
            })
            .collect()
    } else {
        let artifact = own("artifact").zip(own("job"));
        own("local")
            .map(ChildSource::Local)
            .or_else(|| artifact.map(|(artifact, job)| ChildSource::Artifact { artifact, job }))
            .or_else(|| own("remote").map(ChildSource::Remote))
            .or_else(|| own("template").map(ChildSource::Template))
            .or_else(|| own("component").map(ChildSource::Component))
            .into_iter()
            .collect()
    };
    sources.into_iter().map(|source| ChildInclude { source, inputs: inputs.clone() }).collect()
}
