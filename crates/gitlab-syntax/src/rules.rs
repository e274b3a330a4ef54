//! `rules`: which of them matches, and what it says. For jobs, `workflow` and `include`.
//!
//! Source: "CI/CD YAML syntax reference", sections `rules`, `workflow:rules` and `include:rules`;
//! "Specify when jobs run with `rules`".

use crate::knowledge::Knowledge;
use crate::path_pattern::PathPattern;
use crate::pattern;
use crate::problem::{Problem, ProblemKind};
use crate::sources::Origin;
use crate::value::Value;
use crate::variables::{Scope, Variables};

/// What rules are decided with.
pub(crate) struct Deciding<'call> {
    pub scope: Scope<'call>,
    pub knowledge: &'call Knowledge<'call>,
    /// Where `exists` looks if it does not say where.
    pub origin: &'call Origin,
}

impl Deciding<'_> {
    /// The first rule that matches.
    pub(crate) fn first_match<'rules>(
        &self,
        rules: &'rules Value,
        problems: &mut Vec<Problem>,
    ) -> Option<&'rules Value> {
        rules.flattened().into_iter().find(|rule| self.matches(rule, problems))
    }

    /// Whether all that a rule asks for is so. A rule that asks for nothing always matches.
    fn matches(&self, rule: &Value, problems: &mut Vec<Problem>) -> bool {
        let filled = |key: &str| rule.as_mapping().and_then(|mapping| mapping.filled(key));
        filled("if").is_none_or(|condition| self.holds(condition))
            && filled("changes").is_none_or(|changes| self.changed(changes, problems))
            && filled("exists").is_none_or(|exists| self.exists(exists, problems))
    }

    /// Whether a condition holds; one that cannot be read, which is told elsewhere, does not.
    pub(crate) fn holds(&self, condition: &Value) -> bool {
        let text = condition.as_scalar().unwrap_or_default();
        self.knowledge.conditions.read(&text).is_ok_and(|condition| condition.holds(&self.scope))
    }

    /// `changes`: whether a file that fits was changed; so too where nothing is known of changes,
    /// as for tags and schedules.
    pub(crate) fn changed(&self, changes: &Value, problems: &mut Vec<Problem>) -> bool {
        let compare_to = changes.get("compare_to").and_then(Value::as_scalar);
        let compare_to = compare_to.map(|reference| self.scope.expand(&reference));
        match self.knowledge.changed_files(compare_to).as_ref() {
            Ok(None) => true,
            Ok(Some(files)) => self.any_fits(changes, files, problems),
            Err(cause) => {
                let kind = ProblemKind::Undecided { keyword: "changes", cause: cause.clone() };
                problems.push(Problem::new(changes.span, kind));
                true
            }
        }
    }

    /// `exists`: whether there is a file that fits, where the rule was written or in the project
    /// that it names.
    fn exists(&self, exists: &Value, problems: &mut Vec<Problem>) -> bool {
        let text = |key: &str| {
            let text = exists.get(key).and_then(Value::as_scalar);
            text.map(|text| self.scope.expand(&text))
        };
        let place = match (text("project"), self.origin) {
            (None, Origin::Other { project, reference, .. }) => {
                (Some(project.clone()), reference.clone())
            }
            (project, _) => (project, text("ref")),
        };
        match self.knowledge.existing_files(place).as_ref() {
            Ok(files) => self.any_fits(exists, files, problems),
            Err(cause) => {
                let kind = ProblemKind::Undecided { keyword: "exists", cause: cause.clone() };
                problems.push(Problem::new(exists.span, kind));
                false
            }
        }
    }

    /// Whether one of some files fits the `paths` or the `regexp` of a clause, or the list that
    /// stands for `paths`.
    fn any_fits(&self, clause: &Value, files: &[String], problems: &mut Vec<Problem>) -> bool {
        if let Some(written) = clause.get("regexp") {
            let text = self.scope.expand(&written.as_scalar().unwrap_or_default());
            return match pattern::build(&text, "") {
                Ok(pattern) => files.iter().any(|file| pattern.is_match(file)),
                Err(cause) => {
                    let kind = ProblemKind::Pattern { cause };
                    problems.push(Problem::new(written.span, kind));
                    false
                }
            };
        }
        let paths = clause.get("paths").unwrap_or(clause).texts();
        let patterns = paths.iter().filter_map(|path| PathPattern::new(&self.scope.expand(path)));
        patterns.into_iter().any(|pattern| files.iter().any(|file| pattern.matches(file)))
    }
}

/// Whether a file is included: one without rules is, one with rules if the first that matches
/// does not say `never`.
pub(crate) fn include_applies(
    rules: Option<&Value>,
    origin: &Origin,
    variables: &Variables,
    knowledge: &Knowledge<'_>,
    problems: &mut Vec<Problem>,
) -> bool {
    let Some(rules) = rules.filter(|rules| !rules.is_null()) else { return true };
    let deciding = Deciding { scope: variables.scope(), knowledge, origin };
    let matched = deciding.first_match(rules, problems);
    matched.is_some_and(|rule| word(rule, "when").as_deref() != Some("never"))
}

/// A word of a mapping.
pub(crate) fn word(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_scalar)
}
