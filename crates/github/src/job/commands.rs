//! The workflow commands: what each of them does to the step that printed it.
//!
//! Source: GitHub Docs, "Workflow commands for GitHub Actions"; where the page is silent,
//! actions/runner's `ActionCommandManager`. Commands of one step are handled by one
//! [`Commands`], since `echo` and `stop-commands` end with the step.

use indexmap::IndexMap;
use windlass_kernel::AnnotationLevel;

use super::annotations::{Annotations, Place};
use super::command_line::CommandLine;

/// What a step handed over by commands, to be applied when it has ended.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// Outputs of the step.
    pub outputs: IndexMap<String, String>,
    /// State saved for the post part of the action.
    pub state: IndexMap<String, String>,
    /// Variables for later steps.
    pub environment: Vec<(String, String)>,
    /// Directories for the `PATH` of later steps, the last one first in it.
    pub paths: Vec<String>,
    /// What was said about the sources.
    pub annotations: Annotations,
    /// A command could not be carried out, which fails the step.
    pub failed: bool,
}

/// What becomes of a line of output.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reaction {
    /// It is no command: it goes to the log as it is.
    Text,
    /// These lines go to the log in its place, often none.
    Lines(Vec<String>),
    /// A value to be masked from now on; whether the command is echoed.
    Mask(String, bool),
    /// A file with problem matchers to be read.
    AddMatchers(String),
    /// Matchers of this owner to be dropped.
    RemoveMatcher(String),
    /// Matchers that this file names to be dropped.
    RemoveMatchersOf(String),
}

/// The commands of one step.
#[derive(Debug)]
pub(crate) struct Commands {
    echo: bool,
    debug: bool,
    allow_unsecure: bool,
    allow_any_stop_token: bool,
    resume_token: Option<String>,
    /// What the commands did so far.
    pub effects: Effects,
}

const NAMES: &[&str] = &[
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
];

/// The variable that allows `set-env` and `add-path`.
pub(crate) const ALLOW_UNSECURE: &str = "ACTIONS_ALLOW_UNSECURE_COMMANDS";
/// The variable that allows tokens of `stop-commands` that are easy to guess.
pub(crate) const ALLOW_STOP_TOKENS: &str = "ACTIONS_ALLOW_UNSECURE_STOPCOMMAND_TOKENS";

impl Commands {
    /// The commands of a step that sees these variables.
    pub fn new<'a>(debug: bool, variable: impl Fn(&str) -> Option<&'a str>) -> Self {
        let is_true =
            |name: &str| variable(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        Commands {
            echo: debug,
            debug,
            allow_unsecure: is_true(ALLOW_UNSECURE),
            allow_any_stop_token: is_true(ALLOW_STOP_TOKENS),
            resume_token: None,
            effects: Effects::default(),
        }
    }

    /// Handles one line, given without its line end.
    pub fn handle(&mut self, line: &str) -> Reaction {
        let Some(command) = CommandLine::parse(line) else { return Reaction::Text };
        if let Some(token) = &self.resume_token {
            if !command.name.eq_ignore_ascii_case(token) {
                return Reaction::Text;
            }
            self.resume_token = None;
            return Reaction::Lines(vec![line.to_owned()]);
        }
        let name = command.name.to_ascii_lowercase();
        if !NAMES.contains(&name.as_str()) {
            return Reaction::Text;
        }
        match self.carry_out(&name, &command, line) {
            Ok(reaction) => reaction,
            Err(cause) => {
                self.effects.failed = true;
                let shown = if name == "add-mask" { "add-mask" } else { line.trim() };
                let message = format!("Unable to process command '{shown}' successfully.\n{cause}");
                let lines = self.annotate(AnnotationLevel::Error, message, Place::default());
                Reaction::Lines(lines)
            }
        }
    }

    fn carry_out(
        &mut self,
        name: &str,
        command: &CommandLine,
        line: &str,
    ) -> Result<Reaction, String> {
        let data = command.data.as_str();
        match name {
            "warning" => return Ok(self.issue(AnnotationLevel::Warning, command)),
            "error" => return Ok(self.issue(AnnotationLevel::Error, command)),
            "notice" => return Ok(self.issue(AnnotationLevel::Notice, command)),
            "debug" => return Ok(Reaction::Lines(self.debug_lines(data))),
            "group" => return Ok(Reaction::Lines(vec![format!("##[group]{data}")])),
            "endgroup" => return Ok(Reaction::Lines(vec!["##[endgroup]".to_owned()])),
            "add-mask" if data.trim().is_empty() => {
                let message =
                    "Can't add secret mask for empty string in ##[add-mask] command.".to_owned();
                let place = Place::default();
                let lines = self.annotate(AnnotationLevel::Warning, message, place);
                return Ok(Reaction::Lines(lines));
            }
            "add-mask" => return Ok(Reaction::Mask(data.to_owned(), self.echo)),
            "add-matcher" if data.is_empty() => {
                return Err("The command needs the path of a file with matchers.".to_owned());
            }
            "add-matcher" => return Ok(Reaction::AddMatchers(data.to_owned())),
            "remove-matcher" => return Self::remove_matcher(command),
            "stop-commands" => self.stop(data)?,
            "echo" => self.set_echo(data)?,
            "set-output" => {
                let output = required(command, "name", "set-output")?;
                self.effects.outputs.insert(output.to_owned(), data.to_owned());
                return Ok(Reaction::Lines(self.echoed(line, deprecated(name, "GITHUB_OUTPUT"))));
            }
            "save-state" => {
                let state = required(command, "name", "save-state")?;
                self.effects.state.insert(state.to_owned(), data.to_owned());
                return Ok(Reaction::Lines(self.echoed(line, deprecated(name, "GITHUB_STATE"))));
            }
            "set-env" => {
                if let Some(refused) = self.set_environment(command)? {
                    return Ok(Reaction::Lines(refused));
                }
            }
            _ => self.add_path(data)?,
        }
        let echoes = self.echo || name == "stop-commands";
        Ok(Reaction::Lines(if echoes { vec![line.to_owned()] } else { Vec::new() }))
    }

    fn issue(&mut self, level: AnnotationLevel, command: &CommandLine) -> Reaction {
        let place = Place::from_properties(command);
        Reaction::Lines(self.annotate(level, command.data.clone(), place))
    }

    /// Notes an annotation; answers the lines that show it in the log.
    pub fn annotate(
        &mut self,
        level: AnnotationLevel,
        message: String,
        place: Place,
    ) -> Vec<String> {
        let word = match level {
            AnnotationLevel::Notice => "notice",
            AnnotationLevel::Warning => "warning",
            AnnotationLevel::Error => "error",
        };
        let lines = message.split('\n').map(|line| format!("##[{word}]{line}")).collect();
        self.effects.annotations.add(level, message, place);
        lines
    }

    fn debug_lines(&self, data: &str) -> Vec<String> {
        if !self.debug {
            return Vec::new();
        }
        data.lines().map(|line| format!("##[debug]{line}")).collect()
    }

    /// The line itself where echoing is on, and a warning the first time in a step.
    fn echoed(&mut self, line: &str, warning: String) -> Vec<String> {
        let mut lines = if self.echo { vec![line.to_owned()] } else { Vec::new() };
        if !self.effects.annotations.has(AnnotationLevel::Warning, &warning) {
            lines.extend(self.annotate(AnnotationLevel::Warning, warning, Place::default()));
        }
        lines
    }

    fn remove_matcher(command: &CommandLine) -> Result<Reaction, String> {
        match (command.property("owner"), command.data.as_str()) {
            (Some(_), data) if !data.is_empty() => {
                Err("Either specify an owner name or a file path in ##[remove-matcher] command. \
                     Both values cannot be set."
                    .to_owned())
            }
            (Some(owner), _) => Ok(Reaction::RemoveMatcher(owner.to_owned())),
            (None, "") => Err("Either an owner name or a file path must be specified in \
                               ##[remove-matcher] command."
                .to_owned()),
            (None, file) => Ok(Reaction::RemoveMatchersOf(file.to_owned())),
        }
    }

    fn stop(&mut self, token: &str) -> Result<(), String> {
        let guessable = token.is_empty()
            || token.eq_ignore_ascii_case("pause-logging")
            || NAMES.iter().any(|name| name.eq_ignore_ascii_case(token));
        if guessable && !self.allow_any_stop_token {
            return Err(format!(
                "Invoked ::stop-commands:: with token: '{token}'. It must not be empty, the name \
                 of a command, or 'pause-logging'; use a random text, or set the environment \
                 variable {ALLOW_STOP_TOKENS} to true."
            ));
        }
        self.resume_token = Some(token.to_owned());
        Ok(())
    }

    fn set_echo(&mut self, data: &str) -> Result<(), String> {
        match data.trim().to_ascii_lowercase().as_str() {
            "on" => self.echo = true,
            "off" => self.echo = false,
            other => {
                return Err(format!(
                    "Invalid echo command value. Possible values can be: 'on', 'off'. Current value is: '{other}'."
                ));
            }
        }
        Ok(())
    }

    /// Answers the lines that say so when the variable may not be set.
    fn set_environment(&mut self, command: &CommandLine) -> Result<Option<Vec<String>>, String> {
        self.require_unsecure("set-env")?;
        let name = required(command, "name", "set-env")?;
        if let Some(refusal) = super::files::environment::refusal(name) {
            return Ok(Some(self.annotate(AnnotationLevel::Error, refusal, Place::default())));
        }
        self.effects.environment.push((name.to_owned(), command.data.clone()));
        Ok(None)
    }

    fn add_path(&mut self, data: &str) -> Result<(), String> {
        self.require_unsecure("add-path")?;
        if data.is_empty() {
            return Err("Required path is missing in ##[add-path] command.".to_owned());
        }
        self.effects.paths.push(data.to_owned());
        Ok(())
    }

    fn require_unsecure(&self, name: &str) -> Result<(), String> {
        if self.allow_unsecure {
            return Ok(());
        }
        let file = if name == "set-env" { "GITHUB_ENV" } else { "GITHUB_PATH" };
        Err(format!(
            "The `{name}` command is disabled. Write to the file that ${file} names, or allow \
             it by setting the environment variable `{ALLOW_UNSECURE}` to `true`."
        ))
    }
}

fn required<'a>(command: &'a CommandLine, property: &str, name: &str) -> Result<&'a str, String> {
    command
        .property(property)
        .ok_or_else(|| format!("Required field '{property}' is missing in ##[{name}] command."))
}

fn deprecated(name: &str, file: &str) -> String {
    format!("The `{name}` command is deprecated; write `name=value` to the file ${file} instead.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands() -> Commands {
        Commands::new(false, |_| None)
    }

    fn unsecure() -> Commands {
        Commands::new(false, |name| (name == ALLOW_UNSECURE).then_some("true"))
    }

    fn lines(lines: &[&str]) -> Reaction {
        Reaction::Lines(lines.iter().map(|&line| line.to_owned()).collect())
    }

    #[test]
    fn issues_are_shown_and_noted() {
        let mut commands = commands();
        let line = "::error file=a.js,line=1,endLine=2,col=3,endColumn=4,title=T::one%0Atwo";
        assert_eq!(commands.handle(line), lines(&["##[error]one", "##[error]two"]));
        assert_eq!(commands.handle("##[WARNING]w"), lines(&["##[warning]w"]));
        assert_eq!(commands.handle("::notice::n"), lines(&["##[notice]n"]));
        let noted = &commands.effects.annotations;
        assert_eq!(noted.count(), 3);
        insta::assert_debug_snapshot!(noted.first().map(|(_, message, place)| (message, place)), @r#"
        Some(
            (
                "one\ntwo",
                Place {
                    file: Some(
                        "a.js",
                    ),
                    line: Some(
                        1,
                    ),
                    end_line: Some(
                        2,
                    ),
                    column: Some(
                        3,
                    ),
                    end_column: Some(
                        4,
                    ),
                    title: Some(
                        "T",
                    ),
                },
            ),
        )
        "#);
        assert!(!commands.effects.failed);
    }

    #[test]
    fn groups_and_debug() {
        let mut commands = commands();
        assert_eq!(commands.handle("::group::G"), lines(&["##[group]G"]));
        assert_eq!(commands.handle("::endgroup::"), lines(&["##[endgroup]"]));
        assert_eq!(commands.handle("::debug::d"), lines(&[]));
        let mut commands = Commands::new(true, |_| None);
        assert_eq!(commands.handle("::debug::d%0Ae"), lines(&["##[debug]d", "##[debug]e"]));
    }

    #[test]
    fn outputs_and_state_work_with_a_warning() {
        let mut commands = commands();
        let Reaction::Lines(shown) = commands.handle("::set-output name=a::1") else { panic!() };
        assert!(shown[0].starts_with("##[warning]The `set-output` command is deprecated"));
        assert_eq!(commands.handle("::set-output name=a::2"), lines(&[]));
        commands.handle("::save-state name=s::x%25");
        assert_eq!(commands.effects.outputs["a"], "2");
        assert_eq!(commands.effects.state["s"], "x%");
        commands.handle("::set-output::1");
        assert!(commands.effects.failed);
    }

    #[test]
    fn stop_commands_until_the_token() {
        let mut commands = commands();
        assert_eq!(commands.handle("::stop-commands::abc"), lines(&["::stop-commands::abc"]));
        assert_eq!(commands.handle("::add-mask::x"), Reaction::Text);
        assert_eq!(commands.handle("::ABC::"), lines(&["::ABC::"]));
        assert_eq!(commands.handle("::add-mask::x"), Reaction::Mask("x".to_owned(), false));
        for token in ["", "group", "pause-logging"] {
            commands.effects.failed = false;
            commands.handle(&format!("::stop-commands::{token}"));
            assert!(commands.effects.failed && commands.resume_token.is_none(), "{token}");
        }
    }

    #[test]
    fn echo_shows_commands() {
        let mut commands = commands();
        commands.handle("::echo::on");
        let line = "::save-state name=a::1";
        let Reaction::Lines(shown) = commands.handle(line) else { panic!() };
        assert_eq!(shown[0], line);
        commands.handle("::echo::off");
        assert_eq!(commands.handle(line), lines(&[]));
        commands.handle("::echo::perhaps");
        assert!(commands.effects.failed);
    }

    #[test]
    fn set_env_and_add_path_need_permission() {
        let mut refused = commands();
        refused.handle("::set-env name=A::1");
        refused.handle("::add-path::/x");
        assert!(refused.effects.failed && refused.effects.environment.is_empty());
        assert!(refused.effects.paths.is_empty());
        let mut allowed = unsecure();
        allowed.handle("::set-env name=A::1");
        allowed.handle("##[add-path]/x");
        assert_eq!(allowed.effects.environment, [("A".to_owned(), "1".to_owned())]);
        assert_eq!(allowed.effects.paths, ["/x"]);
        assert!(!allowed.effects.failed);
        allowed.handle("::set-env name=NODE_OPTIONS::--require x");
        assert_eq!(allowed.effects.environment.len(), 1);
        assert_eq!(allowed.effects.annotations.count(), 1);
    }

    #[test]
    fn matchers_by_file_and_owner() {
        let mut commands = commands();
        let file = || "m.json".to_owned();
        assert_eq!(commands.handle("::add-matcher::m.json"), Reaction::AddMatchers(file()));
        let owner = Reaction::RemoveMatcher("tsc".to_owned());
        assert_eq!(commands.handle("::remove-matcher owner=tsc::"), owner);
        assert_eq!(commands.handle("##[remove-matcher]m.json"), Reaction::RemoveMatchersOf(file()));
        commands.handle("::remove-matcher::");
        assert!(commands.effects.failed);
    }

    #[test]
    fn unknown_names_are_text() {
        assert_eq!(commands().handle("::surprise::x"), Reaction::Text);
        assert_eq!(commands().handle("##[section]x"), Reaction::Text);
    }
}
