//! What holds for every file: nothing makes the rules panic, and findings lie in the file.

use proptest::prelude::*;
use windlass_diagnostics::SourceId;
use windlass_github_syntax::{parse_action, parse_workflow};

use crate::{NoProject, check_action, check_workflow};

/// Pieces of expressions, good and bad.
const PIECES: [&str; 24] = [
    "${{ ",
    " }}",
    "'",
    "''",
    "github",
    ".ref",
    "[0]",
    "[*]",
    ".*",
    "steps.a",
    "matrix",
    "format(",
    "'{0} {'",
    ", ",
    ")",
    " && ",
    " == ",
    "!",
    "fromJSON('[1,{}]')",
    "é",
    "null",
    "\\n",
    "contains(",
    "::set-output name=x::y",
];

proptest! {
    #[test]
    fn every_expression_is_survived(picks in prop::collection::vec(0..PIECES.len(), 0..12)) {
        let piece: String = picks.into_iter().map(|pick| PIECES[pick]).collect();
        let quoted = piece.replace('"', "");
        let text = format!(
            "on: push\njobs:\n  a:\n    runs-on: x\n    strategy:\n      matrix:\n        \
             k: [\"{quoted}\", {{ a: 1 }}]\n    env: \"{quoted}\"\n    steps:\n      - id: a\n        \
             if: \"{quoted}\"\n        run: |\n          echo {piece}\n          {piece}\n"
        );
        let parsed = parse_workflow(SourceId(0), "ci.yml", &text);
        let found = parsed.tree.map(|tree| check_workflow(&tree, &text, &NoProject));
        for finding in found.unwrap_or_default() {
            let span = finding.primary.unwrap().span;
            prop_assert!(text.get(span.start.offset as usize..span.end.offset as usize).is_some());
        }
    }

    #[test]
    fn every_text_is_survived(text in "\\PC{0,80}") {
        if let Some(tree) = parse_workflow(SourceId(0), "ci.yml", &text).tree {
            let _ = check_workflow(&tree, &text, &NoProject);
        }
        if let Some(tree) = parse_action(SourceId(0), "action.yml", &text).tree {
            let _ = check_action(&tree, &text, &NoProject);
        }
    }
}
