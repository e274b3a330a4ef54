//! Choosing the surface on which a run is followed.

use std::{
    io::{self, IsTerminal},
    sync::Arc,
};

use windlass_kernel::{LogSlice, RunId};
use windlass_reporting::{
    Appearance, JsonSurface, LogSource, Output, PlainSurface, Surface, SurfaceSettings,
};
use windlass_store::FileLogs;

use crate::arguments::ColorChoice;

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
        logs: Some(Arc::new(StoredLogs { logs })),
    };
    Arc::new(PlainSurface::new(output, settings))
}

/// What standard output can show.
pub fn appearance(color: ColorChoice) -> Appearance {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    let colours = match color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => io::stdout().is_terminal() && !set("NO_COLOR") && !dumb,
    };
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| std::env::var(name).ok());
    let unicode = locale.is_some_and(|it| it.to_lowercase().replace('-', "").contains("utf8"));
    Appearance { colours, unicode }
}

/// The logs of the history, as surfaces read them.
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
