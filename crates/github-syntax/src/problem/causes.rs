//! Which problems only follow from others, so that people are told each mistake once.
//!
//! GitHub tells all of them; the conformance tests compare with that.

use std::collections::HashSet;

use windlass_diagnostics::{SourceId, Span};

use super::{Problem, ProblemKind};

/// The problems that do not merely follow from another one, in the same order. They may be of
/// several files.
pub fn told_once(problems: &[Problem]) -> impl Iterator<Item = &Problem> {
    let causes = Causes::of(problems);
    problems.iter().filter(move |problem| !causes.explain(problem))
}

/// A place in one of the files.
type Place = (SourceId, u32);

const fn start(span: Span) -> Place {
    (span.source, span.start.offset)
}

/// Problems from which others follow.
#[derive(Default)]
struct Causes<'problems> {
    /// Mistyped keys in order, and what is meant by each.
    mistyped: Vec<(Place, &'problems str)>,
    /// Keys that lack another key, where without them the mapping would make sense.
    lacking: HashSet<Place>,
    /// Files in which a job needs one that is not there or, in a circle, itself.
    wrong_needs: HashSet<SourceId>,
}

impl<'problems> Causes<'problems> {
    fn of(problems: &'problems [Problem]) -> Self {
        let mut causes = Self::default();
        for problem in problems {
            match &problem.kind {
                ProblemKind::UnknownKey { suggestion: Some(meant), .. } => {
                    causes.mistyped.push((start(problem.span), meant));
                }
                ProblemKind::MissingKey { rival: Some(rival), .. } => {
                    causes.lacking.insert(start(rival.span));
                }
                ProblemKind::UnknownNeed { .. } | ProblemKind::NeedsCycle { .. } => {
                    causes.wrong_needs.insert(problem.span.source);
                }
                _ => {}
            }
        }
        causes.mistyped.sort_unstable();
        causes
    }

    /// Whether another problem says what this one says.
    fn explain(&self, problem: &Problem) -> bool {
        match &problem.kind {
            ProblemKind::MissingKey { key, .. } => {
                let end = (problem.span.source, problem.span.end.offset);
                let first = self.mistyped.partition_point(|(at, _)| *at < start(problem.span));
                let inside = self.mistyped[first..].iter().take_while(|(at, _)| *at < end);
                inside.into_iter().any(|(_, meant)| meant == key)
            }
            ProblemKind::UnknownKey { rival: Some(rival), .. } => {
                self.lacking.contains(&start(rival.span))
            }
            ProblemKind::NeedsCycle { circle, .. } => circle.is_empty(),
            ProblemKind::NoStartingJob => self.wrong_needs.contains(&problem.span.source),
            _ => false,
        }
    }
}
