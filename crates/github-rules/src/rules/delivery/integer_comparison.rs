//! `[ "$RATE" -gt 0.01 ]`: the comparisons of `test` know whole numbers only.
//!
//! Source: POSIX, "test": the operands of `-eq`, `-gt` and the like are integers. With a fraction
//! the command fails, and an `if` takes that for "no".

use std::collections::HashMap;

use windlass_diagnostics::Severity;

use super::fraction;
use crate::findings::Findings;
use crate::outline::Outline;
use crate::registry::Rule;
use crate::shell::Word;

pub(crate) const RULE: Rule = Rule {
    code: "gh/integer-comparison",
    severity: Severity::Error,
    summary: "a script compares a fraction by an operator for whole numbers",
};

const OPERATORS: [&str; 6] = ["-eq", "-ne", "-lt", "-le", "-gt", "-ge"];

/// Looks at the scripts of a workflow.
pub(crate) fn check(outline: &Outline<'_>, findings: &mut Findings<'_>) {
    for (_, step) in outline.steps() {
        let Some(script) = &step.script else { continue };
        let mut variables: HashMap<&str, String> = HashMap::new();
        for command in &script.commands {
            for assignment in &command.assignments {
                variables.insert(&assignment.name, assignment.value.unquoted());
            }
            let value = |word: &Word| match word.variables().as_slice() {
                [only] => variables.get(only.as_str()).cloned().unwrap_or_default(),
                _ => word.unquoted(),
            };
            let tests = matches!(command.name(), "[" | "[[" | "test")
                || command.words.last().is_some_and(|last| matches!(last.raw.as_str(), "]" | "]]"));
            for words in command.words.windows(3).filter(|_| tests) {
                let [left, operator, right] = words else { continue };
                let sides = [left, right].map(value);
                let number = sides.iter().find(|side| fraction(side).is_some());
                if let (true, Some(number)) = (OPERATORS.contains(&operator.raw.as_str()), number) {
                    let message = format!(
                        "`{}` compares whole numbers: with `{number}` it fails, and the condition is \
                         never true",
                        operator.raw
                    );
                    let finding = RULE.finding(script.span(findings.text(), operator), message);
                    findings.add(finding.with_help(
                        "compare fractions by `bc` or `awk`: `[ \"$(echo \"$RATE > 0.01\" | bc -l)\" = 1 ]`",
                    ));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::of_step;

    #[test]
    fn fractions_and_whole_numbers() {
        let message = |place: &str, operator: &str, number: &str| {
            format!(
                "{place} gh/integer-comparison `{operator}` compares whole numbers: with `{number}` it \
                 fails, and the condition is never true"
            )
        };
        assert_eq!(
            of_step("run: if [ \"$A\" -gt 0.01 ]; then exit 1; fi"),
            message("6:24", "-gt", "0.01")
        );
        assert_eq!(of_step("run: 'L=.5; test $A -le \"$L\"'"), message("6:29", "-le", ".5"));
        assert_eq!(of_step("run: '[[ $A == b && 1.5 -lt $C ]]'"), message("6:33", "-lt", "1.5"));
        assert_eq!(of_step("run: '[ \"$A\" -gt 1 ] && [ \"$V\" = 1.2 ]'"), "");
        assert_eq!(of_step("shell: pwsh\n        run: 'if ($a -gt 0.5) { }'"), "");
        assert_eq!(of_step("run: find . -size -lt 0.5"), "");
    }
}
