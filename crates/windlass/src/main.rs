//! The `windlass` program: command line in, wired parts out; no logic of its own.

mod arguments;
mod commands;
mod exit;
mod gitlab;
mod run;
mod settings;
mod tools;
mod version;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;

use crate::{
    arguments::{Arguments, Command},
    exit::{Failure, Outcome},
};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match dispatch(arguments) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            // Nobody is left to be told when standard error is closed as well.
            let _ = writeln!(io::stderr(), "error: {}", told(&failure.error));
            failure.exit.into()
        }
    }
}

/// The message and its causes, each once: some messages end with their cause already. Names of
/// files and branches may hold anything; a terminal gets nothing to obey.
fn told(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    let lines: Vec<String> = text.lines().map(commands::completions::one_line).collect();
    lines.join("\n")
}

fn dispatch(arguments: Arguments) -> Outcome {
    // As git has it: every path on the command line is relative to the directory.
    if let Some(directory) = &arguments.directory {
        std::env::set_current_dir(directory).map_err(|error| {
            let directory = directory.display();
            Failure::refused_because(format!("cannot go to the directory {directory}: {error}"))
        })?;
    }
    let color = arguments.color;
    match arguments.command {
        Command::Run(run) => with_runtime(commands::run::run(*run, color)),
        Command::Check(check) => commands::check::check(&check, color),
        Command::Lsp { .. } => commands::lsp::serve(),
        Command::Artifacts(artifacts) => with_runtime(commands::artifacts::artifacts(artifacts)),
        Command::Caches(caches) => with_runtime(commands::caches::caches(caches)),
        Command::Tools(tools) => commands::tools::tools(tools),
        Command::Completions { shell } => commands::completions::script(shell),
        Command::Man => commands::completions::manual(),
        Command::Expand(expand) => with_runtime(commands::expand::expand(expand, color)),
        Command::List(list) => with_runtime(commands::list::list(list, color)),
        Command::Graph(graph) => with_runtime(commands::graph::graph(graph, color)),
        Command::Runs(runs) => with_runtime(commands::runs::runs(runs, color)),
        Command::Reference { page } => commands::reference::page(page),
    }
}

fn with_runtime(command: impl Future<Output = Outcome>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::environment)?;
    runtime.block_on(command)
}
