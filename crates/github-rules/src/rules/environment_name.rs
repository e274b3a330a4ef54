//! Names of environment variables that no shell can read.

use windlass_diagnostics::Severity;
use windlass_github_syntax::template::Template;

use crate::findings::Findings;
use crate::registry::Rule;

pub(crate) const RULE: Rule = Rule {
    code: "gh/environment-name",
    severity: Severity::Error,
    summary: "the name of an environment variable holds `=`, `&` or a space",
};

/// Looks at the keys of an `env`.
pub(crate) fn check(env: Option<&Template>, findings: &mut Findings<'_>) {
    for (key, _) in env.and_then(Template::as_mapping).unwrap_or_default() {
        let Some(name) = key.as_str() else { continue };
        if let Some(character) = name.chars().find(|character| matches!(character, '=' | '&' | ' '))
        {
            let message = format!("`{name}` is no name of a variable: it holds `{character}`");
            findings.add(RULE.finding(key.span, message));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_step;

    #[test]
    fn names_hold_no_equals_sign() {
        assert_eq!(
            of_step("run: x\n        env:\n          A=B: c\n          D: e"),
            "8:11 gh/environment-name `A=B` is no name of a variable: it holds `=`"
        );
    }
}
