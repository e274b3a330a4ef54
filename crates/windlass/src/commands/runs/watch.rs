//! `windlass runs watch` and `windlass runs cancel`: runs of other processes.

use std::{
    io::{self, Write},
    time::Duration,
};

use windlass_engine::Journal;
use windlass_kernel::RunId;
use windlass_reporting::{Replay, StreamSource};
use windlass_store::{FileLogs, RunProgress};

use super::History;
use crate::{
    arguments::ColorChoice,
    exit::{Exit, Failure, Outcome},
    run::{carry_out::exit_of, surface},
};

/// How often the journal of another process is looked at.
const INTERVAL: Duration = Duration::from_millis(200);

/// Follows a run until it ends, and ends as it does.
pub async fn watch(
    history: &History,
    run: Option<&str>,
    json: bool,
    color: ColorChoice,
) -> Outcome {
    let record = history.find(run).await?;
    let surface = surface::choose(json, color, false, history.store.logs());
    let mut streams = Streams { run: record.id, logs: history.store.logs() };
    let mut replay = Replay::new(record.id, surface.clone());
    let mut seq = 0;
    loop {
        // Looked at before the events are read: what ended in between is seen in the next round.
        let progress = history.store.run(record.id).await.map_err(Failure::environment)?.progress();
        let events = history.store.read(record.id, seq).await.map_err(Failure::environment)?;
        if let Some(last) = events.last() {
            seq = last.seq;
            replay.advance(&events, &mut streams).map_err(Failure::environment)?;
        }
        replay.show_running(&mut streams).map_err(Failure::environment)?;
        if surface.output().is_closed() {
            return Ok(Exit::ClosedOutput);
        }
        match progress {
            RunProgress::UnderWay => tokio::time::sleep(INTERVAL).await,
            RunProgress::Interrupted => {
                surface.finish();
                return Err(Failure::refused_because(format!(
                    "the process of run {} has ended; `windlass runs resume {0}` goes on with it",
                    record.number
                )));
            }
            RunProgress::Ended(status) => {
                surface.finish();
                return Ok(exit_of(status));
            }
        }
    }
}

/// The stored logs of one run.
struct Streams {
    run: RunId,
    logs: FileLogs,
}

impl StreamSource for Streams {
    fn read(&mut self, stream: &str, start: u64, end: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match self.logs.reader(self.run, stream) {
            Ok(mut reader) => reader.copy(start, end, &mut bytes).map(|_| bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(bytes),
            Err(error) => Err(error),
        }
    }
}

/// Asks the process of a run to stop it.
pub async fn cancel(history: &History, run: Option<&str>) -> Outcome {
    let record = history.find(run).await?;
    match record.progress() {
        RunProgress::UnderWay => {
            let who = std::env::var("USER").unwrap_or_else(|_| "you".to_owned());
            let asked = history.store.request_cancel(record.id, &who).await;
            asked.map_err(Failure::environment)?;
            let text = format!("run {} is asked to stop\n", record.number);
            io::stdout().write_all(text.as_bytes()).map_err(Failure::environment)?;
            Ok(Exit::Success)
        }
        RunProgress::Interrupted => Err(Failure::refused_because(format!(
            "nothing of run {} is running: its process has ended",
            record.number
        ))),
        RunProgress::Ended(_) => {
            Err(Failure::refused_because(format!("run {} has ended", record.number)))
        }
    }
}
