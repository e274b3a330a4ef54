//! Choosing the surface on which a run is followed.

use std::{
    io::{self, IsTerminal},
    sync::Arc,
    time::Duration,
};

use jiff::Timestamp;
use rustix::termios::tcgetwinsize;
use windlass_kernel::{LogSlice, RunId};
use windlass_reporting::{
    Appearance, JsonSurface, LogSource, Output, PlainSurface, Surface, SurfaceSettings,
    TerminalFacts, TerminalSize, TerminalSurface, can_redraw,
};
use windlass_store::FileLogs;

use crate::arguments::ColorChoice;

/// How often the live tree is drawn.
const INTERVAL: Duration = Duration::from_millis(100);

/// The surface for standard output.
pub fn choose(
    json: bool,
    color: ColorChoice,
    several_runs: bool,
    logs: FileLogs,
) -> Arc<dyn Surface> {
    let output = Output::new(Box::new(io::stdout()));
    if json {
        return Arc::new(JsonSurface::new(output, true));
    }
    let settings = SurfaceSettings {
        appearance: appearance(color),
        several_runs,
        logs: Some(log_source(logs)),
    };
    if can_redraw(|name| std::env::var_os(name), io::stdout().is_terminal()) {
        let facts = TerminalFacts {
            size: Box::new(size),
            clock: Box::new(Timestamp::now),
            interval: Some(INTERVAL),
        };
        return Arc::new(TerminalSurface::new(output, settings, facts));
    }
    Arc::new(PlainSurface::new(output, settings))
}

/// What standard output can show.
pub fn appearance(color: ColorChoice) -> Appearance {
    let found = Appearance::detect(|name| std::env::var_os(name), io::stdout().is_terminal());
    match color {
        ColorChoice::Auto => found,
        ColorChoice::Always => Appearance { colours: true, ..found },
        ColorChoice::Never => Appearance { colours: false, ..found },
    }
}

/// How wide standard output is, where it is a terminal.
pub fn columns() -> Option<usize> {
    size().map(|size| size.columns.into())
}

fn size() -> Option<TerminalSize> {
    let size = tcgetwinsize(io::stdout()).ok().filter(|size| size.ws_col > 0)?;
    Some(TerminalSize { columns: size.ws_col, rows: size.ws_row })
}

/// The logs of the history, as surfaces read them.
pub fn log_source(logs: FileLogs) -> Arc<dyn LogSource> {
    Arc::new(StoredLogs { logs })
}

struct StoredLogs {
    logs: FileLogs,
}

impl LogSource for StoredLogs {
    fn place(&self, run: RunId, log: &LogSlice) -> String {
        self.logs.path(run, &log.stream).display().to_string()
    }

    fn end_of(&self, run: RunId, log: &LogSlice, limit: u64) -> io::Result<Vec<u8>> {
        let mut reader = self.logs.reader(run, &log.stream)?;
        let mut bytes = Vec::new();
        reader.copy(log.start.max(log.end.saturating_sub(limit)), log.end, &mut bytes)?;
        Ok(bytes)
    }
}
