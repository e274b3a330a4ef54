//! Ids of jobs and steps: what is allowed, and the ids of steps that have none.
//!
//! Source: GitHub Docs, "Workflow syntax for GitHub Actions", `jobs.<job_id>` and
//! `jobs.<job_id>.steps[*].id`.

use std::collections::HashMap;

use windlass_diagnostics::Span;

use crate::problem::ProblemKind;
use crate::workflow::{ActionReference, StepKind};

/// Ids must be shorter than this; generated ones are cut to it.
const MAXIMUM_LENGTH: usize = 100;

/// The ids of one scope; GitHub compares them without regard to case.
#[derive(Default)]
pub(super) struct Identifiers {
    taken: HashMap<String, Option<Span>>,
    /// By generated id without its number: the number to try next.
    attempts: HashMap<String, usize>,
}

impl Identifiers {
    /// Takes an id that the author wrote.
    pub(super) fn add(&mut self, id: &str, span: Span) -> Result<(), ProblemKind> {
        if !is_valid(id) {
            return Err(ProblemKind::InvalidId { id: id.to_owned() });
        }
        if id.starts_with("__") {
            return Err(ProblemKind::ReservedId { id: id.to_owned() });
        }
        match self.taken.insert(id.to_ascii_lowercase(), Some(span)) {
            None => Ok(()),
            Some(first) => {
                self.taken.insert(id.to_ascii_lowercase(), first);
                Err(ProblemKind::DuplicateId { id: id.to_owned(), first })
            }
        }
    }

    /// Makes an id for a step that has none: from what it does, with a number when that is taken.
    pub(super) fn generate(&mut self, kind: &StepKind) -> String {
        let mut base = format!("__{}", subject(kind)).replace(|it| !is_id_character(it), "_");
        base.truncate(MAXIMUM_LENGTH);
        if self.take(&base) {
            return base;
        }
        // From where the last step of this kind stopped, so that many of them cost no more each.
        let mut attempt = self.attempts.get(&base).copied().unwrap_or(2);
        loop {
            let suffix = format!("_{attempt}");
            attempt += 1;
            let length = base.len().min(MAXIMUM_LENGTH - suffix.len());
            let candidate = format!("{}{suffix}", &base[..length]);
            if self.take(&candidate) {
                self.attempts.insert(base, attempt);
                return candidate;
            }
        }
    }

    /// Takes an id, unless somebody has it.
    fn take(&mut self, id: &str) -> bool {
        self.taken.insert(id.to_ascii_lowercase(), None).is_none()
    }
}

fn is_valid(id: &str) -> bool {
    let starts = id.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    starts && id.len() < MAXIMUM_LENGTH && id.bytes().all(is_id_byte)
}

const fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// What a step's generated id is named after.
fn subject(kind: &StepKind) -> String {
    match kind {
        StepKind::Run { .. } => "run".to_owned(),
        StepKind::Uses { uses, action, .. } => {
            if let Some(image) = uses.value.strip_prefix("docker://") {
                return image.to_owned();
            }
            if uses.value.starts_with("./") || uses.value.starts_with(".\\") {
                return "self".to_owned();
            }
            // Owner and repository alone; the folder of an action in it does not count.
            match &action {
                ActionReference::Repository { owner, repository, .. } => {
                    format!("{owner}/{repository}")
                }
                _ => "run".to_owned(),
            }
        }
        StepKind::Wait { .. } => "wait".to_owned(),
        StepKind::WaitAll => "wait-all".to_owned(),
        StepKind::Cancel { .. } => "cancel".to_owned(),
        StepKind::Parallel { .. } => "parallel".to_owned(),
    }
}

fn is_id_character(character: char) -> bool {
    u8::try_from(character).is_ok_and(is_id_byte)
}
