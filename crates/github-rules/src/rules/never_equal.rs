//! `==` and `!=` between texts that are known to differ.
//!
//! Source: GitHub Docs, "Contexts reference", which says what `runner.os`, results and the like may
//! be; the events, matrix values and options are in the file. GitHub ignores case in comparisons
//! ("Evaluate expressions in workflows and actions").

use windlass_diagnostics::Severity;
use windlass_github_syntax::expression::View;

use crate::registry::Rule;
use crate::types::Type;
use crate::types::infer::{Inference, Mistake};

pub(crate) const RULE: Rule = Rule {
    code: "gh/never-equal",
    severity: Severity::Warning,
    summary: "two texts are compared that can never be equal",
};

/// Looks at a comparison of two types.
pub(crate) fn judge(
    inference: &mut Inference<'_>,
    node: View<'_>,
    operator: &str,
    left: &Type,
    right: &Type,
) {
    let (Type::Words(left), Type::Words(right)) = (left, right) else { return };
    // Whether there is any value at all may well be asked.
    let asks_for_any = [left, right].iter().any(|words| words.iter().any(String::is_empty));
    let can_be_equal =
        left.iter().any(|one| right.iter().any(|other| one.to_lowercase() == other.to_lowercase()));
    if !matches!(operator, "==" | "!=") || asks_for_any || can_be_equal {
        return;
    }
    let (fixed, possible) = if left.len() == 1 { (left, right) } else { (right, left) };
    let quoted = |words: &[String]| {
        words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
    };
    let message = format!("this is never {}, so the answer is always the same", quoted(fixed));
    let help = Some(format!("it may be: {}", quoted(possible)));
    inference.mistakes.push(Mistake {
        rule: &RULE,
        range: node.range(),
        message,
        help,
        meant: None,
    });
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, of_step};

    #[test]
    fn words_of_the_platform() {
        let of = |expression: &str| of_step(&format!("run: echo ${{{{ {expression} }}}}"));
        assert_eq!(
            of("runner.os == 'ubuntu'"),
            "6:23 gh/never-equal this is never `ubuntu`, so the answer is always the same"
        );
        assert!(of("job.status != 'succeeded'").contains("gh/never-equal"));
        assert!(of("github.event_name == 'pull_request'").contains("gh/never-equal"));
        for right in ["runner.os == 'linux'", "runner.os == ''", "github.ref_name == 'x'"] {
            assert_eq!(of(right), "");
        }
    }

    #[test]
    fn words_of_the_file() {
        let text =
            "on: { workflow_dispatch: { inputs: { how: { type: choice, options: [a, b] } } } }
jobs:
  a:
    strategy: { matrix: { os: [ubuntu-latest, macos-latest], n: [1, '2'] } }
    runs-on: ${{ matrix.os }}
    steps:
      - run: echo ${{ matrix.os == 'ubuntu' }} ${{ matrix.os == 'macos-latest' }}
      - run: echo ${{ matrix.n == '3' }} ${{ inputs.how == 'c' }}
";
        assert_eq!(
            findings(text),
            "7:23 gh/never-equal this is never `ubuntu`, so the answer is always the same\n\
             8:46 gh/never-equal this is never `c`, so the answer is always the same"
        );
    }
}
