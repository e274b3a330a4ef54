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

#[cfg(test)]
mod tests {
    use windlass_github_syntax::workflow::{JobBody, SecretsPassed};

    use super::*;

    fn call(secrets: &str) -> SecretsScope {
        let text = format!("on: push\njobs:\n  c:\n    uses: ./a.yml\n    secrets: {secrets}\n");
        let parsed = windlass_github_syntax::parse_workflow(Default::default(), "ci.yml", &text);
        let workflow = parsed.tree.unwrap();
        let JobBody::Reusable(call) = &workflow.jobs["c"].body else { panic!("a call") };
        let SecretsPassed::Named(mapping) = &call.secrets else { return SecretsScope::All };
        SecretsScope::Named {
            mapping: std::sync::Arc::new(mapping.clone()),
            contexts: Box::default(),
            caller: Box::default(),
        }
    }

    fn seen(scope: &SecretsScope) -> Vec<(String, String)> {
        let run = IndexMap::from([("A".to_owned(), "1".into()), ("B".to_owned(), "2".into())]);
        let context = secrets_context(scope, &run, Some(&"t".into())).unwrap();
        context.iter().map(|(name, value)| (name.to_owned(), value.to_string())).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn a_called_workflow_sees_what_it_is_given() {
        let token = ("GITHUB_TOKEN", "t");
        assert_eq!(seen(&SecretsScope::All), pairs(&[("A", "1"), ("B", "2"), token]));
        assert_eq!(seen(&SecretsScope::Nothing), pairs(&[token]));
        let scope = call("{X: '${{ secrets.A }}-x', NONE: '${{ secrets.C }}'}");
        assert_eq!(seen(&scope), pairs(&[("X", "1-x"), token]));
        let SecretsScope::Named { mapping, contexts, .. } = call("{Y: '${{ secrets.X }}'}") else {
            panic!("a mapping")
        };
        let nested = SecretsScope::Named { mapping, contexts, caller: Box::new(scope) };
        assert_eq!(seen(&nested), pairs(&[("Y", "1-x"), token]));
    }
}
