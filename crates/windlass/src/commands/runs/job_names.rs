//! Which jobs of a run are meant by what people type.

use windlass_kernel::NodeKind;
use windlass_reporting::{NodeView, RunView};
use windlass_store::RunRecord;

use crate::{commands::completions::one_line, exit::Failure};

/// Whether a run is of a pipeline of GitLab.
pub fn is_gitlab(record: &RunRecord) -> bool {
    record.dialect == windlass_gitlab::order::DIALECT
}

/// Whether a job is meant: by its id or label; on GitHub by the id of the matrix or call it
/// belongs to, or the last part of either; on GitLab by the name of the job that `parallel` made
/// several of. Ids of GitLab's jobs begin with their stage, which names no job.
pub fn is_named(record: &RunRecord, job: &NodeView, name: &str) -> bool {
    let (id, label) = (job.id.as_str(), job.label.as_str());
    if is_gitlab(record) {
        return id == name || label.strip_prefix(name).is_some_and(is_of_parallel);
    }
    let ends = |whole: &str, between: &str| {
        whole.strip_suffix(name).is_some_and(|head| head.is_empty() || head.ends_with(between))
    };
    ends(id, "/")
        || ends(label, " / ")
        || id.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether a name ends here, or with what tells parallel jobs apart: `: [values]` or ` 1/3`.
fn is_of_parallel(ending: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    let counted = ending.strip_prefix(' ').and_then(|rest| rest.split_once('/'));
    ending.is_empty()
        || ending.starts_with(": [")
        || counted.is_some_and(|(number, all)| is_number(number) && is_number(all))
}

/// What is said when no job is meant.
pub fn no_such_job(record: &RunRecord, view: &RunView, name: &str) -> Failure {
    let jobs = view.walk().filter(|(node, _)| node.kind == NodeKind::Job);
    let names: Vec<String> = jobs.map(|(node, _)| one_line(&node.label)).collect();
    Failure::refused_because(format!(
        "run {} has no job '{name}'; it has: {}",
        record.number,
        names.join(", ")
    ))
}
