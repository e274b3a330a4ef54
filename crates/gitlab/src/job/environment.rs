//! The variables of a job, from all the places that set some, and the environment of its scripts.
//!
//! Source: "CI/CD variables" (precedence, file type and masked variables), "Where variables can be
//! used", "Using external secrets in CI", "OpenID Connect (OIDC) Authentication Using ID Tokens".

use std::ffi::OsString;

use serde::Deserialize;
use windlass_gitlab_syntax::pipeline::SecretProvider;
use windlass_gitlab_syntax::{Levels, Variable, Variables};
use windlass_kernel::RunInputs;
use windlass_secrets::Masker;
use windlass_session::Session;

use super::{deployment, options::GitlabRunnerOptions, predefined};
use crate::order::GitlabJobOrder;

/// What all jobs of a run share; the pipeline itself is not looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Shared {
    predefined: Variables,
    variables: Variables,
}

/// The variables of a job as far as they are known without its place, references in place.
pub(crate) fn known(
    order: &GitlabJobOrder,
    options: &GitlabRunnerOptions,
    inputs: &RunInputs,
) -> Result<Variables, String> {
    let shared = Shared::deserialize(&inputs.payload).map_err(|error| error.to_string())?;
    let context = &order.pipeline;
    let mut predefined = shared.predefined;
    predefined.overlay(&context.predefined);
    predefined.overlay(&predefined::of_job(&order.job));
    // Another project has variables of its own, which are not known here.
    let own = if context.project.is_some() { Levels::default() } else { options.levels.clone() };
    let mut levels = Levels {
        predefined,
        configuration: order.job.variables.clone(),
        dotenv: order.dotenv.clone(),
        pipeline: context.variables.clone().unwrap_or(shared.variables),
        ..own
    };
    let mut variables = levels.merged();
    if let Some(environment) = &order.job.environment {
        let name = variables.expand(&environment.name);
        if context.project.is_none() && !options.scoped.is_empty() {
            levels.project.overlay(&deployment::of_scope(&options.scoped, Some(&name)));
            variables = levels.merged();
        }
        let tier = environment.deployment_tier.as_ref().map(|tier| variables.expand(tier));
        let mut whole = predefined::of_environment(&name, tier.as_deref());
        whole.overlay(&variables);
        variables = whole;
    }
    Ok(variables)
}

/// The variables that the run's own pipeline was started with.
pub(crate) fn started_with(inputs: &RunInputs) -> Variables {
    Shared::deserialize(&inputs.payload).map(|shared| shared.variables).unwrap_or_default()
}

/// The token of a job ("GitLab CI/CD job token", <https://docs.gitlab.com/ci/jobs/ci_job_token/>).
/// No GitLab knows the one that a job has here, so it opens nothing; whoever has a real one gives it
/// as a variable of the project.
const JOB_TOKEN: &str = "CI_JOB_TOKEN";

/// Adds the job's token, and the identity tokens and secrets that it asks for.
///
/// # Errors
/// The first that cannot be had; the job cannot run without it.
pub(crate) async fn add_secrets(
    order: &GitlabJobOrder,
    options: &GitlabRunnerOptions,
    variables: &mut Variables,
) -> Result<(), String> {
    if variables.get(JOB_TOKEN).is_none() {
        let token = format!("glcbt-1_{}", ulid::Ulid::generate().to_string().to_lowercase());
        variables.insert(JOB_TOKEN, Variable { masked: true, ..Variable::literal(token) });
    }
    for (name, token) in &order.job.id_tokens {
        let signer = options
            .tokens
            .as_ref()
            .ok_or_else(|| format!("nobody here signs the identity token {name} (`id_tokens`)"))?;
        let audiences: Vec<String> =
            token.audiences.iter().map(|audience| variables.expand(audience)).collect();
        let token = signer.sign(&audiences, &claims(variables)).await;
        let token = token.map_err(|error| format!("the identity token {name}: {error}"))?;
        let masked = Variable { masked: true, ..Variable::literal(token.expose()) };
        variables.insert(name.as_str(), masked);
    }
    for (name, secret) in &order.job.secrets {
        let store = options
            .secrets
            .as_ref()
            .ok_or_else(|| format!("nobody here opens the secret {name} (`secrets`)"))?;
        let token = secret.token.as_ref().map(|token| variables.expand(token));
        let known = variables.expanded();
        let variable = |name: &str| known.value(name).map(str::to_owned);
        let provider = expanded(&secret.provider, variables);
        let value = store.open(&provider, token.as_deref(), &variable).await;
        let value = value.map_err(|error| format!("the secret {name}: {error}"))?;
        let literal = Variable::literal(value.expose());
        variables.insert(name.as_str(), Variable { masked: true, file: secret.file, ..literal });
    }
    Ok(())
}

fn expanded(provider: &SecretProvider, variables: &Variables) -> SecretProvider {
    match provider {
        SecretProvider::Vault { engine, mount, path, field } => SecretProvider::Vault {
            engine: variables.expand(engine),
            mount: variables.expand(mount),
            path: variables.expand(path),
            field: variables.expand(field),
        },
        SecretProvider::Other { .. } => provider.clone(),
    }
}

/// What an identity token says of a job ("OpenID Connect (OIDC) Authentication Using ID Tokens",
/// token payload).
fn claims(variables: &Variables) -> serde_json::Map<String, serde_json::Value> {
    let value = |name: &str| variables.scope().expanded_value(name).unwrap_or_default();
    let is_tag = variables.get("CI_COMMIT_TAG").is_some();
    let (kind, name) = (if is_tag { "tag" } else { "branch" }, value("CI_COMMIT_REF_NAME"));
    let path = value("CI_PROJECT_PATH");
    let claims = [
        ("sub", format!("project_path:{path}:ref_type:{kind}:ref:{name}")),
        ("namespace_path", value("CI_PROJECT_NAMESPACE")),
        ("project_path", path),
        ("user_login", value("GITLAB_USER_LOGIN")),
        ("user_email", value("GITLAB_USER_EMAIL")),
        ("pipeline_id", value("CI_PIPELINE_ID")),
        ("pipeline_source", value("CI_PIPELINE_SOURCE")),
        ("job_id", value("CI_JOB_ID")),
        ("ref", name.clone()),
        ("ref_type", kind.to_owned()),
        ("ref_path", format!("refs/{}/{name}", if is_tag { "tags" } else { "heads" })),
        ("ref_protected", value("CI_COMMIT_REF_PROTECTED")),
        ("runner_environment", "self-hosted".to_owned()),
        ("sha", value("CI_COMMIT_SHA")),
        ("environment", value("CI_ENVIRONMENT_NAME")),
        ("deployment_tier", value("CI_ENVIRONMENT_TIER")),
    ];
    let told = claims.into_iter().filter(|(_, value)| !value.is_empty());
    told.map(|(name, value)| (name.to_owned(), value.into())).collect()
}

/// Hides what is masked. A file variable is hidden line by line.
pub(crate) fn mask(variables: &Variables, masks: &Masker) {
    for (name, variable) in variables.iter().filter(|(_, variable)| variable.masked) {
        let value = variables.scope().expanded_value(name).unwrap_or_default();
        masks.add(&value);
        if variable.file {
            value.lines().for_each(|line| {
                masks.add(line);
            });
        }
    }
}

/// Writes the files of file variables where scripts run, and puts their paths in place of the
/// contents.
///
/// # Errors
/// When a file cannot be written.
pub(crate) async fn write_files(
    variables: &mut Variables,
    session: &dyn Session,
) -> Result<(), String> {
    for (name, variable) in variables.0.iter_mut().filter(|(_, variable)| variable.file) {
        // A name of a configuration may be anything; the file's is plain.
        let plain: String =
            name.chars().map(|it| if it.is_ascii_alphanumeric() { it } else { '_' }).collect();
        let path = session.places().temp.join(plain);
        let written = session.put(&path, variable.value.as_bytes()).await;
        written.map_err(|error| format!("the file of the variable {name}: {error}"))?;
        *variable = Variable::literal(path.display().to_string());
    }
    Ok(())
}

/// The environment of a script: that of its place, and the variables over it.
pub(crate) fn of_script(
    base: &[(OsString, OsString)],
    variables: &Variables,
) -> Vec<(OsString, OsString)> {
    let expanded = variables.expanded();
    let usable = |name: &str, value: &str| {
        !name.is_empty() && !name.contains(['=', '\0']) && !value.contains('\0')
    };
    let own = expanded.iter().filter(|(name, variable)| usable(name, &variable.value));
    let own = own.map(|(name, variable)| (name.into(), variable.value.clone().into()));
    base.iter().cloned().chain(own).collect()
}
