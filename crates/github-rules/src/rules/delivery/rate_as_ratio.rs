//! `rate(http_errors[5m])` compared with a share such as 0.01: it is errors a second.
//!
//! Source: Prometheus Docs, "Query functions", `rate`: the per-second average rate of increase.

use windlass_diagnostics::Severity;

use super::fraction;
use crate::findings::Findings;
use crate::outline::{Outline, source};
use crate::registry::Rule;
use crate::shell::Script;

pub(crate) const RULE: Rule = Rule {
    code: "gh/rate-as-ratio",
    severity: Severity::Warning,
    summary: "errors a second are compared with a share of requests",
};

/// Parts of the names of metrics that count what goes wrong.
const ERRORS: [&str; 3] = ["error", "fail", "5xx"];

/// Looks at the scripts of a workflow.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    for (_, step) in outline.steps() {
        let Some(script) = &step.script else { continue };
        if !compares_with_a_share(script) {
            continue;
        }
        let words = script.commands.iter().flat_map(|command| &command.words);
        for word in words.filter(|word| is_rate_of_errors(&word.raw)) {
            let span = script.span(findings.text(), word);
            if source(findings.text(), span).starts_with("$(") {
                continue; // What stands in it has been looked at by itself.
            }
            let message = "`rate` gives errors a second, which is no share of the requests";
            findings.add(RULE.finding(span, message).with_help(
                "divide by the rate of all requests: \
                 `sum(rate(http_errors[5m])) / sum(rate(http_requests[5m]))`",
            ));
        }
    }
}

/// Whether a number between 0 and 1 is compared with.
fn compares_with_a_share(script: &Script) -> bool {
    let words = script.commands.iter().flat_map(|command| &command.words);
    words.into_iter().any(|word| {
        let plain = word.unquoted();
        let last = plain.rsplit(['>', '<', '=', ' ']).next().unwrap_or_default();
        fraction(last.trim()).is_some_and(|number| number > 0.0 && number < 1.0)
    })
}

/// Whether a query is the rate of something that goes wrong, and divided by nothing.
fn is_rate_of_errors(word: &str) -> bool {
    let query = word.split_once("query=").map_or(word, |(_, query)| query);
    let Some((_, inner)) = query.split_once("rate(") else { return false };
    let metric = inner.split(['[', '{', ')']).next().unwrap_or_default().to_ascii_lowercase();
    let divides = query.contains('/') || query.contains("%2F") || query.contains("%2f");
    !divides && inner.contains('[') && ERRORS.iter().any(|part| metric.contains(part))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_rule;

    fn of(query: &str, condition: &str) -> String {
        of_rule(
            "gh/rate-as-ratio",
            &format!(
                "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          R=$(curl -s '{query}')\n          if {condition}; then exit 1; fi\n"
            ),
        )
    }

    #[test]
    fn a_rate_is_no_share() {
        let address = "http://p:9090/api/v1/query?query=";
        let rate = format!("{address}rate(http_errors[5m])");
        let share = format!("{address}sum(rate(http_errors[5m]))/sum(rate(http_requests[5m]))");
        let condition = "(( $(echo \"$R > 0.01\" | bc -l) ))";
        assert_eq!(
            of(&rate, condition),
            "7:23 gh/rate-as-ratio `rate` gives errors a second, which is no share of the requests"
        );
        assert_eq!(of(&share, condition), "");
        assert_eq!(of(&rate, "[ \"$R\" -gt 5 ]"), "");
        assert_eq!(of(&format!("{address}rate(http_requests[5m])"), condition), "");
    }
}
