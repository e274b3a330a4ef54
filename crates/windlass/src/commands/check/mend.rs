//! `--fix` and `--diff`: the edits that findings carry, made or shown.

use std::{
    borrow::Cow,
    fs,
    io::{self, Write},
    path::Path,
};

use similar::TextDiff;
use windlass_diagnostics::fix;

use super::{
    files::Candidate,
    look::{Looked, Looker},
};
use crate::{arguments::Check, commands::completions::one_line};

/// How often a text is looked at anew: an edit may uncover another.
const MOST_ROUNDS: usize = 8;

/// Which edits are made.
#[derive(Clone, Copy)]
pub struct Mending {
    write: bool,
    show: bool,
    /// Edits that somebody should look at first, too.
    suggested: bool,
}

/// A text after its edits.
pub struct Mended {
    /// What is found in it.
    pub looked: Looked,
    pub edits: usize,
    /// The edits as a unified difference, where that is asked for.
    pub difference: Option<String>,
}

impl Mending {
    pub fn new(arguments: &Check) -> Self {
        Mending {
            write: arguments.fix && !arguments.diff,
            show: arguments.diff,
            suggested: arguments.unsafe_fixes,
        }
    }

    /// Makes the edits, unless none are asked for. The file is written only when it still is as it
    /// was read.
    pub fn mend(
        self,
        candidate: &Candidate,
        text: &str,
        looked: Looked,
        looker: &Looker,
    ) -> io::Result<Mended> {
        let mut mended = Mended { looked, edits: 0, difference: None };
        if !self.write && !self.show {
            return Ok(mended);
        }
        let mut mended_text = Cow::Borrowed(text);
        for _ in 0..MOST_ROUNDS {
            let findings = &mended.looked.judged.reported;
            let wanted = findings
                .iter()
                .filter_map(|finding| finding.fix.as_ref())
                .filter(|fix| fix.is_safe || self.suggested);
            let (better, edits) = fix::apply(&mended_text, wanted);
            if edits == 0 || better == *mended_text {
                break;
            }
            mended.looked = looker.look(candidate, &better);
            mended_text = better.into();
            mended.edits += edits;
        }
        if mended.edits > 0 && self.write {
            replace(&candidate.root.join(&candidate.path), text, &mended_text)?;
        }
        if mended.edits > 0 && self.show {
            mended.difference = Some(difference(&candidate.shown, text, &mended_text));
        }
        Ok(mended)
    }
}

fn difference(name: &str, before: &str, after: &str) -> String {
    let name = one_line(name.trim_start_matches('/'));
    let diff = TextDiff::from_lines(before, after);
    let shown = diff.unified_diff().header(&format!("a/{name}"), &format!("b/{name}")).to_string();
    shown.trim_end().to_owned()
}

/// Puts a text in place of another at once, so that a full disk or a kill loses nothing.
fn replace(path: &Path, before: &str, after: &str) -> io::Result<()> {
    // Through links, so that the file behind one is changed and the link stays.
    let path = path.canonicalize()?;
    if fs::read(&path)? != before.as_bytes() {
        let message = "it is no UTF-8, too large, or has changed meanwhile";
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(after.as_bytes())?;
    file.as_file().set_permissions(fs::metadata(&path)?.permissions())?;
    file.as_file().sync_all()?;
    file.persist(&path)?;
    Ok(())
}
