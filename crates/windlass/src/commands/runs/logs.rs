//! `windlass runs logs`.

use std::{
    collections::HashMap,
    io::{self, Write},
};

use windlass_kernel::{NodeKind, RunId, Status};
use windlass_reporting::{Appearance, LogWriter, NodeView, RunView};
use windlass_store::FileLogs;

use super::{
    History,
    job_names::{is_named, no_such_job},
};
use crate::{
    arguments::ColorChoice,
    commands::completions::one_line,
    exit::{Exit, Failure, Outcome},
    run::surface,
};

/// Prints the stored logs of a run, step by step in the order of the outline; of a job that is
/// under way, or was when the run was interrupted, also what its step has printed so far.
pub async fn logs(
    history: &History,
    run: Option<&str>,
    job: Option<&str>,
    failed: bool,
    color: ColorChoice,
) -> Outcome {
    let record = history.find(run).await?;
    let view = history.view_of(record.id).await?;
    let wanted = |node: &NodeView| {
        let own_job = view.job_of(&node.id);
        job.is_none_or(|name| own_job.is_some_and(|job| is_named(&record, job, name)))
    };
    if let Some(job) = job
        && !view.walk().any(|(node, _)| wanted(node))
    {
        return Err(no_such_job(&record, &view, job));
    }
    let mut page = Page {
        run: record.id,
        stored: history.store.logs(),
        out: io::BufWriter::new(io::stdout().lock()),
        look: surface::appearance(color),
        printed: HashMap::new(),
    };
    let written = (|| {
        for (node, _) in view.walk().filter(|(node, _)| wanted(node)) {
            if !failed || node.status().is_some_and(Status::is_failure) {
                page.node(&view, node)?;
            }
        }
        page.out.flush()
    })();
    match written {
        Ok(()) => Ok(Exit::Success),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::ClosedOutput),
        Err(error) => Err(Failure::environment(error)),
    }
}

/// Prints logs one after the other.
struct Page {
    run: RunId,
    stored: FileLogs,
    out: io::BufWriter<io::StdoutLock<'static>>,
    look: Appearance,
    /// How far each stream was printed.
    printed: HashMap<String, u64>,
}

impl Page {
    fn node(&mut self, view: &RunView, node: &NodeView) -> io::Result<()> {
        let job = view.job_of(&node.id);
        if let Some(log) = &node.log {
            let printed = self.printed.entry(log.stream.clone()).or_default();
            *printed = log.end.max(*printed);
            return self.part(job, node, &log.stream, log.start, log.end);
        }
        // A step that runs writes to its job's stream, behind what the steps before it wrote.
        let is_open = node.started_at.is_some() && node.ended_at.is_none();
        match job {
            Some(job) if is_open && node.kind == NodeKind::Step => {
                let stream = job.id.as_str();
                let start = self.printed.get(stream).copied().unwrap_or_default();
                let end = self.stored.reader(self.run, stream)?.length()?;
                if end <= start {
                    return Ok(());
                }
                self.printed.insert(stream.to_owned(), end);
                self.part(Some(job), node, stream, start, end)
            }
            _ => Ok(()),
        }
    }

    fn part(
        &mut self,
        job: Option<&NodeView>,
        node: &NodeView,
        stream: &str,
        start: u64,
        end: u64,
    ) -> io::Result<()> {
        let job = job.map(|job| one_line(&job.label)).unwrap_or_default();
        let mut reader = self.stored.reader(self.run, stream)?;
        writeln!(self.out, "── {job} › {}", one_line(&node.label))?;
        let mut lines = LogWriter::new(&mut self.out, self.look);
        reader.copy(start, end, &mut lines)?;
        lines.end()
    }
}
