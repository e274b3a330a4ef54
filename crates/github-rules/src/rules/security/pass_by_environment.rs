//! The mend for `${{ }}` in a script: the value becomes a variable of the step.
//!
//! Source: GitHub Docs, "Script injections", "Using an intermediate environment variable".

use windlass_diagnostics::{Fix, Position, Span};
use windlass_github_syntax::template::Template;
use windlass_github_syntax::workflow::StepKind;

use crate::layout::indentation;
use crate::outline::StepOutline;

/// The edits that put the value into `env` and the variable into the script. `expression` is the
/// place of what stands between `${{` and `}}`. `None` where they would not fit: in single quotes,
/// in other shells, and where the step is written in braces.
pub(crate) fn fix(step: &StepOutline<'_>, text: &str, expression: Span) -> Option<Fix> {
    step.script.as_ref()?;
    let StepKind::Run { script, .. } = &step.step.kind else { return None };
    let (before, behind) = (expression.start.offset as usize, expression.end.offset as usize);
    let head = text.get(..before)?.trim_end();
    let tail = text.get(behind..)?;
    let end = behind + tail.len() - tail.trim_start().len();
    if !head.ends_with("${{") || !text.get(end..)?.starts_with("}}") {
        return None;
    }
    let start = head.len() - "${{".len();
    let line = text.get(..start)?.rsplit('\n').next()?;
    if line.matches('\'').count() % 2 == 1 {
        return None;
    }
    let source = text.get(before..behind)?;
    let name = name(source);
    let is_quoted = line.matches('"').count() % 2 == 1;
    let variable = if is_quoted { format!("${{{name}}}") } else { format!("\"${{{name}}}\"") };
    let place = place(step.step.env.as_ref(), script, text)?;
    let entry = format!("{name}: ${{{{ {source} }}}}");
    let inserted = match place {
        Place::Env(at) => (at, format!("{entry}\n{}", indent(at))),
        Place::Run(at) => {
            let indent = indent(at);
            (at, format!("env:\n{indent}  {entry}\n{indent}"))
        }
    };
    let title = format!("pass the value by the variable `{name}`");
    let at = |offset: usize| script.span.start.advanced(text, offset);
    let replaced = Span { source: expression.source, start: at(start), end: at(end + 2) };
    Some(
        Fix::suggested(title, Span::at(expression.source, inserted.0), inserted.1)
            .and(replaced, variable),
    )
}

/// Where the entry goes.
enum Place {
    /// Before the first entry of `env`.
    Env(Position),
    /// Before `run`, with an `env` of its own.
    Run(Position),
}

fn place(env: Option<&Template>, script: &Template, text: &str) -> Option<Place> {
    if let Some(env) = env {
        let (key, _) = env.as_mapping()?.first()?;
        indentation(text, key.span.start.offset as usize)?;
        return Some(Place::Env(key.span.start));
    }
    let offset = text.get(..script.span.start.offset as usize)?.rfind("run:")?;
    let column = indentation(text, offset)?;
    let line = script.span.start.line
        - u32::from(text[offset..script.span.start.offset as usize].contains('\n'));
    let column = u32::try_from(column).ok()? + 1;
    Some(Place::Run(Position { offset: u32::try_from(offset).ok()?, line, column }))
}

fn indent(at: Position) -> String {
    " ".repeat(at.column.saturating_sub(1) as usize)
}

/// `github.event.issue.title` → `ISSUE_TITLE`.
fn name(source: &str) -> String {
    let mut parts: Vec<String> = source
        .split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .filter(|part| !part.is_empty())
        .map(str::to_ascii_uppercase)
        .collect();
    let name = match parts.as_slice() {
        [first, last]
            if matches!(first.as_str(), "SECRETS" | "INPUTS" | "GITHUB" | "ENV" | "MATRIX") =>
        {
            last.clone()
        }
        _ => parts.split_off(parts.len().saturating_sub(2)).join("_"),
    };
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("VALUE_{name}")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use windlass_diagnostics::{Fix, SourceId, fix::apply};
    use windlass_github_syntax::parse_workflow;

    use crate::{NoProject, check_workflow};

    fn mended(step: &str) -> String {
        let text = format!("on: issues\njobs:\n  a:\n    runs-on: x\n    steps:\n{step}\n");
        let parsed = parse_workflow(SourceId(0), "ci.yml", &text);
        let found = check_workflow(&parsed.tree.unwrap(), &text, &NoProject);
        let fixes: Vec<Fix> = found.into_iter().filter_map(|finding| finding.fix).collect();
        let (mended, _) = apply(&text, &fixes);
        mended.split_once("steps:\n").unwrap().1.trim_end().to_owned()
    }

    #[test]
    fn the_value_becomes_a_variable() {
        assert_eq!(
            mended("      - run: echo ${{ github.event.issue.title }}"),
            "      - env:\n          ISSUE_TITLE: ${{ github.event.issue.title }}\n        \
             run: echo \"${ISSUE_TITLE}\""
        );
        assert_eq!(
            mended(
                "      - name: a\n        env:\n          A: b\n        run: |\n          \
                 echo \"x ${{github.head_ref}}\""
            ),
            "      - name: a\n        env:\n          HEAD_REF: ${{ github.head_ref }}\n          \
             A: b\n        run: |\n          echo \"x ${HEAD_REF}\""
        );
    }

    #[test]
    fn where_it_does_not_fit_nothing_is_offered() {
        for step in [
            "      - { run: 'echo ${{ github.head_ref }}' }",
            "      - run: |\n          echo '${{ github.head_ref }}'",
            "      - shell: pwsh\n        run: echo ${{ github.head_ref }}",
        ] {
            assert_eq!(mended(step), step);
        }
    }
}
