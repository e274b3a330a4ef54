//! Which secrets a job sees, and under which names.
//!
//! Source: GitHub Docs, "Reuse workflows", "Passing inputs and secrets to a reusable workflow":
//! a called workflow sees what its caller hands over, by name or with `inherit`, and always
//! `GITHUB_TOKEN`.

use indexmap::IndexMap;
use windlass_github_syntax::expression::{EvaluationError, Object, Scope, Value};
use windlass_github_syntax::template::TemplateError;
use windlass_secrets::SecretValue;

use crate::order::{OrderContexts, SecretsScope};

/// The `secrets` context of a job.
///
/// # Errors
/// When a value that a caller hands over cannot be evaluated.
pub(crate) fn secrets_context(
    scope: &SecretsScope,
    secrets: &IndexMap<String, SecretValue>,
    token: Option<&SecretValue>,
) -> Result<Object, TemplateError> {
    let mut context = match scope {
        SecretsScope::All => {
            secrets.iter().map(|(name, value)| (name.as_str(), value.expose())).collect::<Object>()
        }
        SecretsScope::Nothing => Object::new(),
        SecretsScope::Named { mapping, contexts, caller } => {
            let caller = Value::from(secrets_context(caller, secrets, token)?);
            let scope = CallScope { contexts, secrets: caller };
            let pairs = mapping.evaluate_mapping(&scope)?;
            // A secret that is handed over empty is as good as none.
            pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()
        }
    };
    if let Some(token) = token {
        context.insert("GITHUB_TOKEN", token.expose());
    }
    Ok(context)
}

/// What the `secrets` of a call see: GitHub Docs, "Contexts reference", availability of
/// `jobs.<job_id>.secrets.<secrets_id>`.
struct CallScope<'a> {
    contexts: &'a OrderContexts,
    secrets: Value,
}

impl Scope for CallScope<'_> {
    fn context(&self, name: &str) -> Option<Value> {
        Some(match name {
            "github" => self.contexts.github.clone(),
            "needs" => self.contexts.needs.clone(),
            "strategy" => self.contexts.strategy.clone(),
            "matrix" => self.contexts.matrix.clone(),
            "inputs" => self.contexts.inputs.clone(),
            "vars" => self.contexts.vars.clone(),
            "secrets" => self.secrets.clone(),
            _ => return None,
        })
    }

    fn call(&self, _: &str, _: &[Value]) -> Option<Result<Value, EvaluationError>> {
        None
    }
}
