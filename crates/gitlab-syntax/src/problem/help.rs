//! The next step for each problem.

use super::ProblemKind;

/// What to do about it, if that can be said.
pub(super) fn of(kind: &ProblemKind) -> Option<String> {
    use ProblemKind as Kind;
    if let Some(name) = suggestion(kind) {
        return Some(format!("did you mean `{name}`?"));
    }
    let help = match kind {
        Kind::Empty | Kind::NoJobs => "write at least one job whose name starts with no dot",
        Kind::TooManyDocuments => "separate the header with `spec` by one `---`, and nothing else",
        Kind::DuplicateKey { .. } => "remove one of the two",
        Kind::TooManyIncludes { .. } => "merge files, or include fewer",
        Kind::IncludeCycle { .. } => "remove one of these includes",
        Kind::ReferenceCycle { .. } | Kind::ExtendsCycle { .. } | Kind::NeedsCycle { .. } => {
            "break the circle at one of its places"
        }
        Kind::UnknownParent { .. } => "define it here or in an included file",
        Kind::UnknownReference { .. } => {
            "the path starts with the name of a job, e.g. `!reference [.setup, script]`"
        }
        Kind::UnknownStage { .. } => "add the stage to `stages`, or name one of them",
        Kind::WrongStopJob { .. } => {
            "give that job the same `environment` with `action: stop`, and as a rule `when: manual`"
        }
        Kind::NoScript { .. } => "add a `script`, or hide the job with a dot before its name",
        Kind::ExcludedNeed { .. } => {
            "give the needed job the same rules, or say `optional: true` for it"
        }
        Kind::LaterNeed { .. } | Kind::LaterDependency { .. } => {
            "a job needs jobs of its own stage or of earlier ones"
        }
        Kind::Deprecated { instead, .. } => return Some(format!("use {instead} instead")),
        Kind::PlainSecret { .. } => {
            "keep it as a masked variable of the project, or fetch it with `secrets`"
        }
        Kind::ScanMayFail { .. } => "remove `allow_failure`, so that its findings are seen",
        Kind::FloatingImage { .. } => "name a version, or a digest with `@sha256:`",
        Kind::DependencyNotNeeded { .. } => "add the job to `needs`",
        Kind::JobOnlyVariable { .. } => "ask for it in the script",
        Kind::UnreachableRule => "move the rule before the one that always matches",
        Kind::NeverRuns { .. } => "remove the job, or mend its rules",
        Kind::Conflict { .. } => "keep one of the two",
        Kind::Duration { .. } => "write e.g. `30 minutes`, `1h 30m` or `2 weeks`",
        _ => return None,
    };
    Some(help.to_owned())
}

/// The name that was probably meant.
fn suggestion(kind: &ProblemKind) -> Option<&String> {
    match kind {
        ProblemKind::UnknownInput { suggestion, .. }
        | ProblemKind::UnknownParent { suggestion, .. }
        | ProblemKind::UnknownKeyword { suggestion, .. }
        | ProblemKind::UnknownStage { suggestion, .. }
        | ProblemKind::UnknownNeed { suggestion, .. }
        | ProblemKind::UnknownArtifactJob { suggestion, .. }
        | ProblemKind::UnknownDependency { suggestion, .. } => suggestion.as_ref(),
        _ => None,
    }
}
