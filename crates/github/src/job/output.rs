//! What a program prints on its way to the log: commands are carried out, problem matchers
//! applied, the rest passes.
//!
//! Most output has neither commands nor matchers: such chunks pass whole. A line without an end
//! passes as it comes, unless its start could be that of a command. Bytes that are no UTF-8 pass
//! unchanged.

use std::path::Path;
use std::sync::Arc;

use memchr::{memchr, memmem, memrchr};
use windlass_kernel::{AnnotationLevel, NodeId};
use windlass_session::Session;

use super::annotations::Place;
use super::command_line::CommandLine;
use super::commands::{Commands, Effects, Reaction};
use super::log::JobLog;
use super::matchers::matching::{Found, LINE_LIMIT, Matching, without_colours};
use super::matchers::{self, Definition};

/// A command longer than this many bytes is text.
const COMMAND_LIMIT: usize = 32 * 1024 * 1024;

/// The output of one program.
pub(crate) struct Output<'a> {
    node: &'a NodeId,
    log: &'a mut JobLog,
    session: &'a dyn Session,
    commands: Commands,
    matching: Matching,
    /// Matchers that were added, and owners that were removed, for the steps that follow.
    changes: Vec<MatcherChange>,
    /// The start of a line that has to be seen whole.
    held: Vec<u8>,
    /// Whether the start of the current line has passed already.
    passing: bool,
}

/// A change of the job's matchers.
#[derive(Debug)]
pub(crate) enum MatcherChange {
    /// One was added.
    Add(Arc<Definition>),
    /// That of this owner was removed.
    Remove(String),
}

impl<'a> Output<'a> {
    /// The output of a program of this node.
    pub fn new(
        node: &'a NodeId,
        log: &'a mut JobLog,
        session: &'a dyn Session,
        commands: Commands,
        matching: Matching,
    ) -> Self {
        Output {
            node,
            log,
            session,
            commands,
            matching,
            changes: Vec::new(),
            held: Vec::new(),
            passing: false,
        }
    }

    /// The log it goes to.
    pub fn log(&mut self) -> &mut JobLog {
        self.log
    }

    /// Takes the next bytes in.
    pub async fn write(&mut self, chunk: &[u8]) {
        let mut rest = chunk;
        while !rest.is_empty() {
            if self.passing {
                let end = memchr(b'\n', rest).map(|at| at + 1);
                self.passing = end.is_none();
                let (passed, after) = rest.split_at(end.unwrap_or(rest.len()));
                self.log.bytes(self.node, passed);
                rest = after;
                continue;
            }
            if self.held.is_empty() && self.matching.is_empty() {
                let (plain, after) = rest.split_at(plain_prefix(rest));
                self.log.bytes(self.node, plain);
                rest = after;
            }
            match memchr(b'\n', rest) {
                Some(end) => {
                    self.held.extend_from_slice(&rest[..end]);
                    rest = &rest[end + 1..];
                    self.line().await;
                }
                None => {
                    self.held.extend_from_slice(rest);
                    rest = &[];
                    self.pass_unless_needed();
                }
            }
        }
    }

    /// The program has ended: the last line may lack its end.
    pub async fn end(mut self) -> (Effects, Vec<MatcherChange>) {
        if !self.held.is_empty() {
            self.line().await;
        } else if self.passing {
            self.log.bytes(self.node, b"\n");
        }
        self.log.settle(self.node);
        (self.commands.effects, self.changes)
    }

    /// Lets the start of a line pass when nothing can come of it any more.
    fn pass_unless_needed(&mut self) {
        let may_match = !self.matching.is_empty() && self.held.len() <= LINE_LIMIT;
        let may_command = CommandLine::may_start(&self.held) && self.held.len() <= COMMAND_LIMIT;
        if !self.held.is_empty() && !may_match && !may_command {
            self.log.bytes(self.node, &self.held);
            self.held.clear();
            self.passing = true;
        }
    }

    /// Handles the held line, which is complete.
    async fn line(&mut self) {
        let mut held = std::mem::take(&mut self.held);
        let line = held.strip_suffix(b"\r").unwrap_or(&held);
        let reaction = if CommandLine::may_start(line) && line.len() <= COMMAND_LIMIT {
            self.commands.handle(&String::from_utf8_lossy(line))
        } else {
            Reaction::Text
        };
        let shown = match reaction {
            Reaction::Text => match self.matched(line) {
                Some(lines) => lines,
                None => {
                    held.push(b'\n');
                    self.log.bytes(self.node, &held);
                    held.clear();
                    self.held = held;
                    return;
                }
            },
            Reaction::Lines(lines) => lines,
            Reaction::Mask(value, echo) => {
                self.log.masks().add(&value);
                if echo { vec!["::add-mask::***".to_owned()] } else { Vec::new() }
            }
            Reaction::AddMatchers(file) => self.add_matchers(&file).await,
            Reaction::RemoveMatcher(owner) => self.remove_matcher(owner),
            Reaction::RemoveMatchersOf(file) => {
                match Self::read_matchers(self.session, &file).await {
                    Ok(content) => match matchers::owners(&content) {
                        Ok(owners) => owners
                            .into_iter()
                            .flat_map(|owner| self.remove_matcher(owner))
                            .collect(),
                        Err(error) => self.fail(&format!("cannot use {file}: {error}")),
                    },
                    Err(problem) => self.fail(&problem),
                }
            }
        };
        for line in shown {
            self.log.line(self.node, &line);
        }
        held.clear();
        self.held = held;
    }

    /// The lines that stand for a line in which a matcher found something.
    fn matched(&mut self, line: &[u8]) -> Option<Vec<String>> {
        if self.matching.is_empty() || line.len() > LINE_LIMIT {
            return None;
        }
        let text = String::from_utf8_lossy(line);
        let plain = without_colours(&text);
        let outcome = self.matching.match_line(&plain);
        let mut lines = Vec::new();
        for owner in outcome.dropped {
            let message = format!(
                "Removing issue matcher '{owner}'. Its pattern takes too long on this output."
            );
            lines.extend(self.commands.annotate(
                AnnotationLevel::Warning,
                message,
                Place::default(),
            ));
            self.changes.push(MatcherChange::Remove(owner));
        }
        if let Some(found) = outcome.found {
            let level = found.level().unwrap_or(AnnotationLevel::Error);
            let place = self.place(&found);
            let message = found.message.unwrap_or_default();
            self.commands.effects.annotations.add(level, message, place);
            let word = match level {
                AnnotationLevel::Error => "error",
                AnnotationLevel::Warning => "warning",
                AnnotationLevel::Notice => "notice",
            };
            lines.push(format!("##[{word}]{plain}"));
        } else if !lines.is_empty() {
            lines.push(text.into_owned());
        }
        (!lines.is_empty()).then_some(lines)
    }

    /// Where a match points; a file that is not in the workspace is left out, as on GitHub.
    fn place(&self, found: &Found) -> Place {
        let workspace = &self.session.places().workspace;
        let number = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
        let file = found.file.as_deref().filter(|file| !file.trim().is_empty()).and_then(|file| {
            let from = found.from_path.as_deref().and_then(|path| Path::new(path).parent());
            let path = workspace.join(from.unwrap_or(Path::new(""))).join(file);
            let on_host = self.session.on_host(&path);
            let is_file = on_host.is_some_and(|path| path.is_file());
            is_file.then(|| path.to_string_lossy().into_owned())
        });
        let title = found.code.as_deref().map(str::trim).filter(|code| !code.is_empty());
        Place {
            file,
            line: number(&found.line),
            column: number(&found.column),
            title: title.map(str::to_owned),
            ..Place::default()
        }
    }

    async fn read_matchers(session: &dyn Session, file: &str) -> Result<Vec<u8>, String> {
        let path = session.places().workspace.join(file);
        match session.get(&path, matchers::FILE_LIMIT).await {
            Ok(Some(content)) => Ok(content),
            Ok(None) => Err(format!("Could not find file '{}'.", path.display())),
            Err(error) => Err(error.to_string()),
        }
    }

    async fn add_matchers(&mut self, file: &str) -> Vec<String> {
        let content = match Self::read_matchers(self.session, file).await {
            Ok(content) => content,
            Err(problem) => return self.fail(&problem),
        };
        match matchers::parse(&content) {
            Ok(definitions) => {
                for definition in definitions.into_iter().map(Arc::new) {
                    self.matching.add(definition.clone());
                    self.changes.push(MatcherChange::Add(definition));
                }
                Vec::new()
            }
            Err(error) => self.fail(&format!("cannot use {file}: {error}")),
        }
    }

    fn remove_matcher(&mut self, owner: String) -> Vec<String> {
        self.matching.remove(&owner);
        self.changes.push(MatcherChange::Remove(owner));
        Vec::new()
    }

    /// A command that could not be carried out fails the step.
    fn fail(&mut self, problem: &str) -> Vec<String> {
        self.commands.effects.failed = true;
        let message = format!("Unable to process a matcher command successfully.\n{problem}");
        self.commands.annotate(AnnotationLevel::Error, message, Place::default())
    }
}

/// How many bytes from a line's start on are complete lines none of which can be a command.
fn plain_prefix(text: &[u8]) -> usize {
    let complete = memrchr(b'\n', text).map_or(0, |at| at + 1);
    let text = &text[..complete];
    let colons = first_at_line_start(text, b"::").unwrap_or(complete);
    first_at_line_start(&text[..colons], b"##[").unwrap_or(colons)
}

/// The start of the first line that has `start` as its first characters but for white space.
fn first_at_line_start(text: &[u8], start: &[u8]) -> Option<usize> {
    let finder = memmem::Finder::new(start);
    let mut from = 0;
    while let Some(at) = finder.find(&text[from..]) {
        let at = from + at;
        let follows_text = at > 0 && !text[at - 1].is_ascii_whitespace();
        if follows_text {
            from = memchr(b'\n', &text[at..]).map_or(text.len(), |end| at + end + 1);
            continue;
        }
        let line = memrchr(b'\n', &text[..at]).map_or(0, |end| end + 1);
        if text[line..at].trim_ascii().is_empty() {
            return Some(line);
        }
        from = memchr(b'\n', &text[at..]).map_or(text.len(), |end| at + end + 1);
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use windlass_engine::Logs;
    use windlass_secrets::Masker;
    use windlass_session::FakeSession;
    use windlass_testkit::MemoryLogs;

    use super::*;

    #[test]
    fn plain_lines_end_where_a_command_starts() {
        assert_eq!(plain_prefix(b"a\nb::c\n  ::x::\n"), 7);
        assert_eq!(plain_prefix(b"a\n##[group]\n::x::"), 2);
        assert_eq!(plain_prefix(b"a\nb"), 2);
        assert_eq!(plain_prefix(b"x"), 0);
        assert_eq!(plain_prefix(b"a ##[b\nstd::c\n"), 14);
    }

    /// What these chunks come to: the log, and how many annotations.
    fn log_of(chunks: &[&[u8]], matchers: &[Arc<Definition>]) -> (String, usize) {
        let logs = MemoryLogs::default();
        let stream = logs.open(windlass_testkit::SingleJob::unique_run(), "log").expect("a stream");
        let mut log = JobLog::new("log".to_owned(), stream, Masker::with_secrets(["hunter2"]));
        let session = FakeSession::new();
        let node = NodeId::new("step");
        let commands = Commands::new(false, |_| None);
        let matching = Matching::new(matchers);
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let count = runtime.block_on(async {
            let mut output = Output::new(&node, &mut log, &session, commands, matching);
            for chunk in chunks {
                output.write(chunk).await;
            }
            output.end().await.0.annotations.count()
        });
        (logs.text("log"), count)
    }

    fn matchers() -> Vec<Arc<Definition>> {
        let file =
            r#"{"problemMatcher":[{"owner":"m","pattern":[{"regexp":"^x+$","message":0}]}]}"#;
        matchers::parse(file.as_bytes()).expect("a matcher").into_iter().map(Arc::new).collect()
    }

    fn pieces() -> impl Strategy<Value = Vec<&'static str>> {
        let piece = prop::sample::select(vec![
            "::warning::",
            "##[error]",
            "::",
            ":",
            "##[",
            "#",
            "hunter2",
            "hun",
            "ter2",
            "\n",
            "\r\n",
            " ",
            "x",
            "text",
            "::add-mask::text\n",
            "::stop-commands::token-1\n",
            "::token-1::\n",
        ]);
        prop::collection::vec(piece, 0..30)
    }

    proptest! {
        #[test]
        fn the_cut_of_the_chunks_does_not_matter(
            pieces in pieces(),
            cuts in prop::collection::vec(1_usize..8, 1..40),
            with_matchers: bool,
        ) {
            let matchers = if with_matchers { matchers() } else { Vec::new() };
            let text = pieces.concat().into_bytes();
            let mut chunks: Vec<&[u8]> = Vec::new();
            let mut rest = text.as_slice();
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (chunk, after) = rest.split_at((*cut).min(rest.len()));
                chunks.push(chunk);
                rest = after;
            }
            let whole = log_of(&[&text], &matchers);
            prop_assert!(!whole.0.contains("hunter2"));
            prop_assert_eq!(log_of(&chunks, &matchers), whole);
        }
    }
}
