//! Colours and signs, and their stand-ins where the reader has neither.

use std::{ffi::OsString, fmt::Write};

use anstyle::{AnsiColor, Style};
use jiff::SignedDuration;
use windlass_kernel::{AnnotationLevel, Status};

use crate::NodeState;

/// What the reader of a surface can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appearance {
    /// Whether ANSI colours may be used (a terminal, without NO_COLOR).
    pub colours: bool,
    /// Whether characters beyond ASCII may be used (a UTF-8 locale).
    pub unicode: bool,
}

/// What a text means, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Heading,
    Quiet,
    Good,
    Active,
    Warning,
    Bad,
}

impl Tone {
    fn style(self) -> Style {
        match self {
            Tone::Plain => Style::new(),
            Tone::Heading => Style::new().bold(),
            Tone::Quiet => Style::new().dimmed(),
            Tone::Good => AnsiColor::Green.on_default(),
            Tone::Active => AnsiColor::Cyan.on_default(),
            Tone::Warning => AnsiColor::Yellow.on_default(),
            Tone::Bad => AnsiColor::Red.on_default(),
        }
    }

    pub(crate) fn of_state(state: &NodeState) -> Self {
        match state {
            NodeState::Queued => Tone::Quiet,
            NodeState::Waiting { .. } => Tone::Warning,
            NodeState::Running => Tone::Active,
            NodeState::Concluded { status, .. } => Tone::of_status(*status),
        }
    }

    pub(crate) fn of_status(status: Status) -> Self {
        match status {
            Status::Succeeded => Tone::Good,
            Status::Warning | Status::Cancelled => Tone::Warning,
            Status::Skipped => Tone::Quiet,
            Status::TimedOut | Status::Failed => Tone::Bad,
        }
    }

    pub(crate) fn of_level(level: AnnotationLevel) -> Self {
        match level {
            AnnotationLevel::Notice => Tone::Active,
            AnnotationLevel::Warning => Tone::Warning,
            AnnotationLevel::Error => Tone::Bad,
        }
    }
}

impl Appearance {
    /// What the environment says of the reader. `environment` answers a variable's value.
    ///
    /// Colours: CLICOLOR_FORCE or FORCE_COLOR turn them on, NO_COLOR (<https://no-color.org>) and
    /// a dumb terminal turn them off, each when set and not empty; otherwise a terminal has them.
    /// Characters: by the locale; where none is set, UTF-8 is taken for granted.
    pub fn detect(environment: impl Fn(&str) -> Option<OsString>, is_terminal: bool) -> Appearance {
        let set = |name: &str| environment(name).filter(|value| !value.is_empty());
        let forced = |name: &str| set(name).is_some_and(|value| value != "0");
        let colours = match set("NO_COLOR") {
            Some(_) => false,
            None if forced("CLICOLOR_FORCE") || forced("FORCE_COLOR") => true,
            None => is_terminal && set("TERM").is_none_or(|term| term != "dumb"),
        };
        let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG"));
        let unicode = locale.is_none_or(|locale| {
            let locale = locale.to_string_lossy().to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        Appearance { colours, unicode }
    }

    /// Appends a text in the colour of its meaning.
    pub(crate) fn paint(self, to: &mut String, tone: Tone, text: &str) {
        if !self.colours || tone == Tone::Plain {
            to.push_str(text);
            return;
        }
        let style = tone.style();
        let _ = write!(to, "{style}{text}{style:#}");
    }

    /// The sign of a state; no two states share one, so that nothing is said by colour alone.
    pub(crate) fn sign(self, state: &NodeState) -> &'static str {
        let (unicode, ascii) = match state {
            NodeState::Queued => ("·", "."),
            NodeState::Waiting { .. } => ("◷", "?"),
            NodeState::Running => ("▶", ">"),
            NodeState::Concluded { status, .. } => match status {
                Status::Succeeded => ("✔", "+"),
                Status::Warning => ("▲", "!"),
                Status::Skipped => ("○", "-"),
                Status::Cancelled => ("⊘", "/"),
                Status::TimedOut => ("⧖", "T"),
                Status::Failed => ("✘", "x"),
            },
        };
        if self.unicode { unicode } else { ascii }
    }

    pub(crate) fn either(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.unicode { unicode } else { ascii }
    }
}

/// Whether a tree can be drawn over itself: on a terminal that is not a dumb one.
pub fn can_redraw(environment: impl Fn(&str) -> Option<OsString>, is_terminal: bool) -> bool {
    is_terminal && environment("TERM").is_some_and(|term| !term.is_empty() && term != "dumb")
}

/// The dialect-free word of a status, as sentences have it.
pub(crate) fn status_word(status: Status) -> &'static str {
    match status {
        Status::Succeeded => "succeeded",
        Status::Warning => "failed (allowed)",
        Status::Skipped => "skipped",
        Status::Cancelled => "cancelled",
        Status::TimedOut => "timed out",
        Status::Failed => "failed",
    }
}

/// The same of a run: some of its jobs failed and were allowed to.
pub(crate) fn run_word(status: Status) -> &'static str {
    match status {
        Status::Warning => "succeeded with warnings",
        other => status_word(other),
    }
}

/// `0.3s`, `12.3s`, `2m 05s`, `1h 02m`.
pub(crate) fn duration(time: SignedDuration) -> String {
    let tenths = u64::try_from(time.as_millis() / 100).unwrap_or(0);
    let seconds = tenths / 10;
    match seconds {
        0..60 => format!("{seconds}.{}s", tenths % 10),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

/// `1 job`, `2 jobs`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_keep_two_places_that_matter() {
        let shown = |milliseconds| duration(SignedDuration::from_millis(milliseconds));
        assert_eq!(shown(0), "0.0s");
        assert_eq!(shown(349), "0.3s");
        assert_eq!(shown(59_999), "59.9s");
        assert_eq!(shown(125_000), "2m 05s");
        assert_eq!(shown(3_720_000), "1h 02m");
        assert_eq!(shown(-5), "0.0s");
    }

    #[test]
    fn the_environment_says_what_can_be_shown() {
        let detect = |variables: &'static [(&str, &str)], is_terminal| {
            let environment = |name: &str| {
                let found = variables.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| OsString::from(value))
            };
            let Appearance { colours, unicode } = Appearance::detect(environment, is_terminal);
            (colours, unicode, can_redraw(environment, is_terminal))
        };
        assert_eq!(detect(&[("TERM", "xterm"), ("LANG", "de_DE.UTF-8")], true), (true, true, true));
        assert_eq!(detect(&[("TERM", "xterm")], false), (false, true, false));
        assert_eq!(detect(&[("TERM", "dumb"), ("LC_ALL", "C")], true), (false, false, false));
        assert_eq!(detect(&[("TERM", "xterm"), ("NO_COLOR", "1")], true), (false, true, true));
        assert_eq!(
            detect(&[("NO_COLOR", ""), ("CLICOLOR_FORCE", "1")], false),
            (true, true, false)
        );
        assert_eq!(detect(&[("FORCE_COLOR", "0")], false), (false, true, false));
    }

    #[test]
    fn colours_are_only_where_they_are_wanted() {
        let painted = |colours| {
            let mut text = String::new();
            Appearance { colours, unicode: true }.paint(&mut text, Tone::Bad, "no");
            text
        };
        assert_eq!(painted(false), "no");
        assert_eq!(painted(true), "\u{1b}[31mno\u{1b}[0m");
    }
}
