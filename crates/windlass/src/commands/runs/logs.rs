//! `windlass runs logs`.

use std::io::{self, Write};

use windlass_kernel::{NodeKind, Status};
use windlass_reporting::NodeView;

use super::History;
use crate::exit::{Exit, Failure, Outcome};

/// Prints the stored logs of a run, step by step in the order of the outline.
pub async fn logs(
    history: &History,
    run: Option<&str>,
    job: Option<&str>,
    failed: bool,
) -> Outcome {
    let record = history.find(run).await?;
    let view = history.view_of(record.id).await?;
    let stored = history.store.logs();
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut found = job.is_none();
    for (node, _) in view.walk() {
        let own_job = view.job_of(&node.id);
        let wanted = job.is_none_or(|name| own_job.is_some_and(|job| is_named(job, name)));
        found |= wanted;
        let Some(log) = node.log.as_ref().filter(|_| wanted) else { continue };
        let has_failed = node.status().is_some_and(Status::is_failure);
        if failed && !has_failed {
            continue;
        }
        let job = own_job.map(|job| job.label.as_str()).unwrap_or_default();
        let mut reader = stored.reader(record.id, &log.stream).map_err(Failure::environment)?;
        let written = writeln!(out, "── {job} › {}", node.label)
            .and_then(|()| reader.copy(log.start, log.end, &mut out));
        match written {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                return Ok(Exit::ClosedOutput);
            }
            Err(error) => return Err(Failure::environment(error)),
        }
    }
    if !found {
        let jobs = view.walk().filter(|(node, _)| node.kind == NodeKind::Job);
        let names: Vec<String> = jobs.map(|(node, _)| node.label.clone()).collect();
        return Err(Failure::refused_because(format!(
            "run {} has no job '{}'; it has: {}",
            record.number,
            job.unwrap_or_default(),
            names.join(", ")
        )));
    }
    match out.flush() {
        Ok(()) => Ok(Exit::Success),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::ClosedOutput),
        Err(error) => Err(Failure::environment(error)),
    }
}

/// Whether a job is meant by its id, its label, or the id of the matrix it belongs to.
pub fn is_named(job: &NodeView, name: &str) -> bool {
    let id = job.id.as_str();
    id == name || job.label == name || id.strip_prefix(name).is_some_and(|it| it.starts_with('/'))
}
