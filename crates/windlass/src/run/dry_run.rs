//! `--dry-run`: what would run and what not, and why.

use std::fmt::Write;

use windlass_github::{
    event::{Decision, Event},
    plan::{PlannedJob, Verdict, plan_program},
};

use super::{announcement::announce, choose::Chosen, draft::Draft, problems, project::Opened};
use crate::{
    arguments,
    commands::completions::{one_line, print},
    exit::{Exit, Failure, Outcome},
};

/// Prints the plan of every workflow.
pub fn show(
    chosen: Vec<Chosen>,
    arguments: &arguments::Run,
    opened: &Opened,
    event: &Event,
    colours: bool,
) -> Outcome {
    let mut text = format!("{} on {} ({})\n", event.name, event.reference, short(&event.sha));
    for sentence in announce(opened, event, arguments).lines() {
        let _ = writeln!(text, "{sentence}");
    }
    let mut broken = false;
    for Chosen { compiled, decision } in chosen {
        let name = &compiled.name;
        if let Some(Decision::Skipped { reason, .. }) = decision {
            // What it calls was not brought, so its findings would be about that.
            let _ = writeln!(text, "\n{name} would not run: {reason}");
            continue;
        }
        let usable = problems::show(&compiled, colours).map_err(Failure::environment)?;
        match decision {
            Some(Decision::Runs) if usable => {
                let draft = match Draft::new(&compiled, event) {
                    Ok(draft) => draft,
                    Err(failure) => {
                        broken = true;
                        let _ = writeln!(text, "\n{name} cannot run: {:#}", failure.error);
                        continue;
                    }
                };
                let _ = writeln!(text, "\n{name} would run ({})", draft.title);
                let (inputs, program) = draft.program(arguments, opened, event)?;
                let jobs = plan_program(&inputs, &program).map_err(Failure::refused)?;
                jobs.iter().for_each(|job| write_job(&mut text, job));
            }
            _ => {
                broken = true;
                let _ = writeln!(text, "\n{name} cannot run: it has errors");
            }
        }
    }
    let lines = text.lines().map(|line| one_line(line) + "\n");
    let exit = print(lines.collect::<String>().as_bytes())?;
    if broken { Ok(Exit::Refused) } else { Ok(exit) }
}

fn short(sha: &str) -> &str {
    sha.get(..7).unwrap_or(sha)
}

fn write_job(text: &mut String, job: &PlannedJob) {
    let depth = job.node.as_str().matches('/').count();
    let indent = "  ".repeat(depth + 1);
    let _ = write!(text, "{indent}{}: {}", job.label, verdict(&job.verdict));
    if job.verdict == Verdict::Runs {
        if !job.after.is_empty() {
            let after: Vec<&str> = job.after.iter().map(|node| node.as_str()).collect();
            let _ = write!(text, ", after {}", after.join(", "));
        }
        if let Some(environment) = &job.environment {
            let _ = write!(text, ", when '{environment}' is approved");
        }
    }
    text.push('\n');
    for (number, step) in job.steps.iter().enumerate() {
        let verdict = verdict(&step.verdict);
        let _ = writeln!(text, "{indent}  {}. {}: {verdict}", number + 1, step.label);
    }
}

fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Runs => "would run".to_owned(),
        Verdict::Skipped(reason) => format!("would not run: {reason}"),
        Verdict::Depends(what) => format!("known when it gets there, by {what}"),
    }
}
