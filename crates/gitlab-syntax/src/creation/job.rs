//! One job: whether the pipeline has it, when it runs, and all that it says about itself.
//!
//! Source: "CI/CD YAML syntax reference", section "Job keywords"; "Specify when jobs run with
//! `rules`".

use super::{Creation, Ties, parallel};
use crate::configuration::ConfiguredJob;
use crate::pattern;
use crate::pipeline::{AllowFailure, ExcludedJob, ExclusionReason, Job, ParallelInstance, When};
use crate::reading;
use crate::rules::Deciding;
use crate::sources::Origin;
use crate::value::Value;
use crate::variables::{Variable, Variables, predefined};

impl<'call> Creation<'call> {
    /// Makes one instance of a job, or says why the pipeline has not got it.
    pub(super) fn draft(
        &mut self,
        base_name: &str,
        configured: &'call ConfiguredJob,
        instance: Option<ParallelInstance>,
    ) -> Result<(Job, Ties<'call>), ExcludedJob> {
        let value = &configured.value;
        let name = instance.as_ref().map_or_else(|| base_name.to_owned(), parallel::instance_name);
        let mut job = Job {
            span: configured.key,
            stage: configured.stage(),
            variables: self.variables_of(value, instance.as_ref()),
            environment: value.get("environment").and_then(reading::environment).map(Box::new),
            parallel: instance.map(Box::new),
            name,
            ..read(base_name, value)
        };
        let exclude =
            |reason| ExcludedJob { name: base_name.to_owned(), span: configured.key, reason };
        let rule = self.matching_rule(&job, value).map_err(exclude)?;
        decide(&mut job, value, rule).map_err(exclude)?;
        let of_rule = |keyword: &str| rule.and_then(|rule| rule.get(keyword));
        let needs = of_rule("needs").or_else(|| value.get("needs"));
        Ok((job, Ties { needs, dependencies: value.get("dependencies") }))
    }

    /// The variables of the configuration that a job has, rules left out.
    fn variables_of(&self, value: &Value, instance: Option<&ParallelInstance>) -> Variables {
        let inherited = value.get("inherit").and_then(|inherit| inherit.get("variables"));
        let mut variables = match inherited.map(|inherited| (inherited.as_boolean(), inherited)) {
            None | Some((Some(true), _)) => self.variables.clone(),
            Some((Some(false), _)) => Variables::default(),
            Some((None, names)) => {
                let names = names.texts();
                let mut some = self.variables.clone();
                some.0.retain(|name, _| names.contains(name));
                some
            }
        };
        variables.overlay(&reading::variables(value.get("variables")));
        for (name, value) in instance.iter().flat_map(|instance| &instance.matrix) {
            variables.insert(name.clone(), Variable::new(value.clone()));
        }
        variables
    }

    /// The rule that matched; `None` for a job without rules that `only` and `except` let in.
    fn matching_rule<'rules>(
        &mut self,
        job: &Job,
        value: &'rules Value,
    ) -> Result<Option<&'rules Value>, ExclusionReason> {
        let has_conditions = ["rules", "only", "except"].iter().any(|it| value.get(it).is_some());
        // Conditions do not know what comes from the environment of the job ("Where variables can
        // be used", `rules:if`).
        let own = if has_conditions {
            predefined::of_job(&job.name, &job.stage, job.parallel.as_deref(), None)
        } else {
            Variables::default()
        };
        let scope = self.knowledge.facts.levels().scope(&[&own, &job.variables]);
        let deciding = Deciding { scope, knowledge: self.knowledge, origin: &Origin::Project };
        if let Some(rules) = value.get("rules") {
            let matched = deciding.first_match(rules, self.problems);
            return matched.map(Some).ok_or(ExclusionReason::NoRuleMatched);
        }
        // With `workflow:rules`, a job that says nothing is in every pipeline.
        let workflow = self.configuration.workflow.as_ref();
        let is_free = workflow.is_some_and(|workflow| workflow.get("rules").is_some())
            && value.get("only").is_none();
        if !is_free && !deciding.is_in_only(value.get("only"), self.problems) {
            return Err(ExclusionReason::NotInOnly);
        }
        if deciding.is_in_except(value.get("except"), self.problems) {
            return Err(ExclusionReason::InExcept);
        }
        Ok(None)
    }
}

/// Decides when a job runs and whether its failure counts, by itself and the rule that matched.
fn decide(job: &mut Job, value: &Value, rule: Option<&Value>) -> Result<(), ExclusionReason> {
    let own_when = reading::text(value, "when");
    let rule_when = rule.and_then(|rule| reading::text(rule, "when"));
    if rule_when.as_deref() == Some("never") {
        return Err(ExclusionReason::RuleSaysNever);
    }
    job.when = match rule_when.as_deref().or(own_when.as_deref()) {
        Some("never") => return Err(ExclusionReason::WhenNever),
        Some("on_failure") => When::OnFailure,
        Some("always") => When::Always,
        Some("manual") => When::Manual,
        Some("delayed") => When::Delayed,
        _ => When::OnSuccess,
    };
    let of_rule = |keyword: &str| rule.and_then(|rule| rule.get(keyword));
    let allowed = of_rule("allow_failure").or_else(|| value.get("allow_failure"));
    // A manual job outside of rules does not hold the pipeline back unless it says so.
    let unsaid = match own_when.as_deref() {
        Some("manual") => AllowFailure::Yes,
        _ => AllowFailure::No,
    };
    job.allow_failure = allowed.and_then(reading::allow_failure).unwrap_or(unsaid);
    let start_in = rule.and_then(|rule| reading::duration_of(rule, "start_in"));
    let start_in = start_in.or_else(|| reading::duration_of(value, "start_in"));
    job.start_in = start_in.filter(|_| job.when == When::Delayed);
    if let Some(interruptible) = of_rule("interruptible").and_then(Value::as_boolean) {
        job.interruptible = interruptible;
    }
    job.variables.overlay(&reading::variables(of_rule("variables")));
    Ok(())
}

/// What a job says about itself that depends on nothing else.
fn read(name: &str, value: &Value) -> Job {
    let part = |keyword: &str| value.get(keyword);
    let hooks = part("hooks").and_then(|hooks| hooks.get("pre_get_sources_script"));
    Job {
        script: reading::texts(value, "script"),
        before_script: reading::texts(value, "before_script"),
        after_script: reading::texts(value, "after_script"),
        image: part("image").and_then(reading::image).map(Box::new),
        services: part("services").map(reading::services).unwrap_or_default(),
        manual_confirmation: reading::text(value, "manual_confirmation"),
        artifacts: part("artifacts").map(reading::artifacts).map(Box::new),
        cache: part("cache").map(reading::caches).unwrap_or_default(),
        coverage: reading::text(value, "coverage").map(|text| bare_pattern(&text)),
        retry: part("retry").map(reading::retry).unwrap_or_default(),
        timeout: reading::duration_of(value, "timeout"),
        interruptible: reading::truth(value, "interruptible"),
        resource_group: reading::text(value, "resource_group"),
        release: part("release").and_then(reading::release).map(Box::new),
        trigger: part("trigger").and_then(reading::trigger).map(Box::new),
        id_tokens: part("id_tokens").map(reading::id_tokens).unwrap_or_default(),
        secrets: part("secrets").map(reading::secrets).unwrap_or_default(),
        identity: reading::text(value, "identity"),
        pre_get_sources_script: hooks.map(Value::texts).unwrap_or_default(),
        tags: reading::texts(value, "tags"),
        pages: reading::pages(name, part("pages"), reading::text(value, "publish")).map(Box::new),
        run: part("run").map(reading::steps).unwrap_or_default(),
        ..Job::default()
    }
}

/// `/pattern/` without its slashes.
fn bare_pattern(text: &str) -> String {
    pattern::split(text).map_or(text, |(inner, _)| inner).to_owned()
}
