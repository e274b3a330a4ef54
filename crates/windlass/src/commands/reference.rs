//! The pages of the reference that are made from the code, for `cargo xtask docs`.

use std::fmt::Write;

use clap::{Command, CommandFactory};

use super::{check::rules::every_rule, completions::print};
use crate::{
    arguments::{Arguments, ReferencePage},
    exit::{Exit, Outcome},
};

/// Prints a page.
pub fn page(page: ReferencePage) -> Outcome {
    let text = match page {
        ReferencePage::CommandLine => command_line(),
        ReferencePage::ExitCodes => exit_codes(),
        ReferencePage::Rules => rules(),
    };
    print(text.as_bytes())
}

fn exit_codes() -> String {
    let mut text = "# Exit codes\n\n| code | meaning |\n|---|---|\n".to_owned();
    for (exit, meaning) in Exit::ALL {
        let _ = writeln!(text, "| {} | {meaning} |", *exit as u8);
    }
    text
}

fn rules() -> String {
    let mut text =
        "# Rules\n\nWhat `windlass check` finds. `windlass check --explain CODE` prints a \
        page.\n\n| code | severity | finds |\n|---|---|---|\n"
            .to_owned();
    for rule in every_rule() {
        let (code, severity) = (rule.code, rule.severity.as_str());
        let summary = rule.summary.replace('|', "\\|");
        let _ = writeln!(text, "| [{code}]({code}.md) | {severity} | {summary} |");
    }
    text
}

fn command_line() -> String {
    let mut root = Arguments::command().term_width(100);
    root.build();
    let mut text = "# Command line\n\nMade from the program's own `--help`.\n".to_owned();
    write_command(&mut text, &mut root);
    text
}

fn write_command(text: &mut String, command: &mut Command) {
    let name = command.get_bin_name().unwrap_or("windlass").to_owned();
    let help = command.clone().term_width(100).render_help();
    let _ = write!(text, "\n## `{name}`\n\n```text\n{}\n```\n", help.to_string().trim_end());
    let visible = command.get_subcommands_mut().filter(|it| !it.is_hide_set());
    for below in visible.filter(|it| it.get_name() != "help") {
        write_command(text, below);
    }
}
