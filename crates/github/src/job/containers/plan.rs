//! What a job asks for: its `container` and `services`, evaluated.
//!
//! Source: GitHub Docs, "Workflow syntax", `jobs.<job_id>.container` and `jobs.<job_id>.services`.
//! An image that evaluates to nothing means that there is no such container, which is how services
//! are made to depend on conditions.

use windlass_container::{CreateOptions, Credentials, Port};
use windlass_github_syntax::expression::Value;
use windlass_github_syntax::template::Template;

use crate::job::context::Job;
use crate::job::state::{Frame, JobState};

/// All containers of a job.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// The one that the steps run in.
    pub job: Option<ContainerPlan>,
    /// The services in the order in which they are written.
    pub services: Vec<ContainerPlan>,
}

/// One container.
#[derive(Clone, Debug, Default)]
pub(crate) struct ContainerPlan {
    /// The service's key; `job` for the job's own.
    pub name: String,
    pub image: String,
    pub environment: Vec<(String, String)>,
    pub ports: Vec<Port>,
    pub volumes: Vec<String>,
    pub options: CreateOptions,
    pub credentials: Option<Credentials>,
    pub entrypoint: Option<Vec<String>>,
    pub command: Option<Vec<String>>,
}

impl Plan {
    /// Evaluates what a job asks for.
    ///
    /// # Errors
    /// The first key with a value that cannot be used.
    pub fn of(job: &Job, state: &JobState) -> Result<Self, String> {
        let frame = Frame::job(job.node.clone());
        let layers = [&state.env];
        let scope = job.scope(state, &frame, &layers, &[]);
        let evaluate = |template: &Option<Template>, key: &str| match template {
            Some(template) => {
                template.evaluate(&scope).map_err(|error| format!("`{key}`: {error}"))
            }
            None => Ok(Value::Null),
        };
        let own = evaluate(&job.order.job.container, "container")?;
        let mut own = ContainerPlan::read("job", "container", &own)?;
        if own.is_none()
            && let Some(image) = job.options.containers.image_for(&job.order.runner_labels)
        {
            let (name, image) = ("job".to_owned(), image.to_owned());
            own = Some(ContainerPlan { name, image, ..ContainerPlan::default() });
        }
        if own.as_ref().is_some_and(|own| own.options.entrypoint().is_some()) {
            return Err("`container.options`: '--entrypoint' cannot be used, as on GitHub: steps \
                        run beside the container's own program"
                .to_owned());
        }
        let mut services = Vec::new();
        if let Value::Object(object) = evaluate(&job.order.job.services, "services")? {
            for (name, value) in object.iter() {
                services.extend(ContainerPlan::read(name, &format!("services.{name}"), value)?);
            }
        }
        Ok(Plan { job: own, services })
    }
}

impl ContainerPlan {
    /// Reads an evaluated container; `None` when its image is empty.
    fn read(name: &str, key: &str, value: &Value) -> Result<Option<Self>, String> {
        let image = if value.is_scalar() { value.clone() } else { value.property("image") };
        let image = image.to_text();
        let image = image.trim().trim_start_matches("docker://");
        if image.is_empty() {
            return Ok(None);
        }
        let mut plan = ContainerPlan {
            name: name.to_owned(),
            image: image.to_owned(),
            ..ContainerPlan::default()
        };
        if value.is_scalar() {
            return Ok(Some(plan));
        }
        let within =
            |part: &str, problem: &dyn std::fmt::Display| format!("`{key}.{part}`: {problem}");
        if let Value::Object(environment) = value.property("env") {
            let pair =
                |(name, value): (&str, &Value)| (name.to_owned(), value.to_text().into_owned());
            plan.environment = environment.iter().map(pair).collect();
        }
        for port in texts(&value.property("ports")) {
            plan.ports.extend(Port::parse(&port).map_err(|error| within("ports", &error))?);
        }
        plan.volumes = texts(&value.property("volumes"));
        plan.options = CreateOptions::parse(&value.property("options").to_text())
            .map_err(|error| within("options", &error))?;
        if let Value::Object(_) = value.property("credentials") {
            let credentials = value.property("credentials");
            let text = |key: &str| credentials.property(key).to_text().into_owned();
            let (username, password) = (text("username"), text("password"));
            if username.is_empty() || password.is_empty() {
                return Err(within("credentials", &"the username or the password is empty"));
            }
            plan.credentials = Some(Credentials::new(username, password));
        }
        let words = |part: &str| -> Result<Option<Vec<String>>, String> {
            let text = value.property(part).to_text().into_owned();
            let words = windlass_container::split_words(&text).map_err(|it| within(part, &it))?;
            Ok((!words.is_empty()).then_some(words))
        };
        plan.entrypoint = words("entrypoint")?;
        plan.command = words("command")?;
        Ok(Some(plan))
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(|item| item.to_text().into_owned()).collect(),
        Value::Null => Vec::new(),
        one => vec![one.to_text().into_owned()],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: serde_json::Value) -> Result<Option<ContainerPlan>, String> {
        ContainerPlan::read("db", "services.db", &Value::from(value))
    }

    #[test]
    fn an_empty_image_is_no_container() {
        assert!(read(json!("")).expect("nothing").is_none());
        assert!(read(json!(null)).expect("nothing").is_none());
        assert!(read(json!({"image": "", "options": "--bad"})).expect("nothing").is_none());
        assert_eq!(read(json!("docker://redis")).unwrap().unwrap().image, "redis");
    }

    #[test]
    fn all_keys_are_read_and_mistakes_named() {
        let plan = read(json!({
            "image": "postgres:15", "env": {"A": 1}, "ports": [5432, "8080:80"],
            "volumes": ["/a:/b"], "options": "--cpus 1", "command": "postgres -c \"a b\"",
            "credentials": {"username": "me", "password": "hunter2"},
        }));
        let plan = plan.expect("a plan").expect("a container");
        assert_eq!(plan.environment, [("A".to_owned(), "1".to_owned())]);
        assert_eq!(plan.ports.len(), 2);
        assert_eq!(plan.command.expect("words"), ["postgres", "-c", "a b"]);
        let error = |value| read(value).expect_err("an error");
        assert!(error(json!({"image": "x", "ports": ["a"]})).contains("`services.db.ports`"));
        assert!(error(json!({"image": "x", "options": "--nope"})).contains("--nope"));
        let empty = json!({"image": "x", "credentials": {"username": "me", "password": ""}});
        assert!(error(empty).contains("credentials"));
    }
}
