//! `only` and `except`: the older way to say when jobs run.
//!
//! Source: "Deprecated keywords", section "`only` / `except`".

use crate::pattern;
use crate::problem::Problem;
use crate::rules::Deciding;
use crate::value::{Data, Value};

impl Deciding<'_> {
    /// Whether `only` lets a job in: everything in it has to match. A job that has neither `only`
    /// nor `rules` is for branches and tags.
    pub(crate) fn is_in_only(&self, only: Option<&Value>, problems: &mut Vec<Problem>) -> bool {
        let Some(only) = only.filter(|only| !only.is_null()) else {
            return self.reference_fits("branches") || self.reference_fits("tags");
        };
        let mut clauses = self.clauses(only, problems);
        clauses.all(|matches| matches)
    }

    /// Whether `except` keeps a job out: something in it has to match.
    pub(crate) fn is_in_except(&self, except: Option<&Value>, problems: &mut Vec<Problem>) -> bool {
        let Some(except) = except.filter(|except| !except.is_null()) else { return false };
        let mut clauses = self.clauses(except, problems);
        clauses.any(|matches| matches)
    }

    /// Whether each keyword of a policy matches.
    fn clauses(&self, policy: &Value, problems: &mut Vec<Problem>) -> std::vec::IntoIter<bool> {
        let references = |value: &Value| value.texts().iter().any(|it| self.reference_fits(it));
        let Data::Mapping(mapping) = &policy.data else {
            return vec![references(policy)].into_iter();
        };
        let mut matches = Vec::new();
        for (keyword, value) in mapping.iter().filter(|(_, value)| !value.is_null()) {
            matches.push(match keyword {
                "refs" => references(value),
                "variables" => value.flattened().into_iter().any(|condition| self.holds(condition)),
                "changes" => self.changed(value, problems),
                "kubernetes" => self.scope.value("CI_KUBERNETES_ACTIVE") == Some("true"),
                _ => continue,
            });
        }
        matches.into_iter()
    }

    /// Whether the pipeline is for what one entry of `refs` names.
    fn reference_fits(&self, written: &str) -> bool {
        let (name, project) = match written.rsplit_once('@') {
            Some((name, project)) if !written.starts_with('/') || name.ends_with('/') => {
                (name, Some(project))
            }
            _ => (written, None),
        };
        if project.is_some_and(|project| Some(project) != self.scope.value("CI_PROJECT_PATH")) {
            return false;
        }
        let source = self.scope.value("CI_PIPELINE_SOURCE").unwrap_or_default();
        let tag = self.scope.value("CI_COMMIT_TAG");
        let is_request = source == "merge_request_event" || source == "external_pull_request_event";
        match name {
            "branches" => tag.is_none() && !is_request,
            "tags" => tag.is_some(),
            "api" | "chat" | "external" | "web" => source == name,
            "external_pull_requests" => source == "external_pull_request_event",
            "merge_requests" => source == "merge_request_event",
            "pipelines" => source == "pipeline",
            "pushes" => source == "push",
            "schedules" => source == "schedule",
            "triggers" => source == "trigger",
            reference => {
                let actual = self.scope.value("CI_COMMIT_REF_NAME").unwrap_or_default();
                !is_request
                    && match pattern::split(reference) {
                        Some((inner, flags)) => pattern::build(inner, flags)
                            .is_ok_and(|pattern| pattern.is_match(actual)),
                        None => reference == actual,
                    }
            }
        }
    }
}
