//! `windlass completions` and `windlass man`: made from the command line's own definition.

use std::io::{self, Write};

use clap::CommandFactory;

use crate::{
    arguments::Arguments,
    exit::{Exit, Failure, Outcome},
};

/// Prints the completion script of a shell.
pub fn script(shell: clap_complete::Shell) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "windlass", &mut script);
    print(&script)
}

/// Prints the manual page.
pub fn manual() -> Outcome {
    let mut page = Vec::new();
    let man = clap_mangen::Man::new(Arguments::command());
    man.render(&mut page).map_err(Failure::environment)?;
    print(&page)
}

/// Prints bytes; a reader that has gone is no failure of ours.
pub fn print(bytes: &[u8]) -> Outcome {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => Ok(Exit::Success),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::ClosedOutput),
        Err(error) => Err(Failure::environment(error)),
    }
}

/// A text from outside on one line, without anything that a terminal would obey.
pub fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
