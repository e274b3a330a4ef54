//! The secrets of one job, shared by everything that prints for it.

use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::forms::forms;
use crate::pattern_set::PatternSet;
use crate::stream::MaskingStream;
use crate::tiers::Tiers;

/// A handle on the secrets to mask; clones share them. A secret added through one handle is
/// masked by all streams, from the next bytes they are given on.
#[derive(Clone, Default)]
pub struct Masker {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Counts additions, so that a stream notices them without a lock.
    generation: AtomicU64,
    secrets: Mutex<Tiers>,
}

impl Masker {
    /// One that knows no secret.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One that knows these.
    pub fn with_secrets<'s, I: IntoIterator<Item = &'s str>>(secrets: I) -> Self {
        let masker = Self::new();
        for secret in secrets {
            masker.add(secret);
        }
        masker
    }

    /// Masks this value from now on, in all forms and each of its lines by itself. False where it
    /// is white space alone, which cannot be masked. Cheap: compiling waits until it is needed.
    pub fn add(&self, secret: &str) -> bool {
        let forms = forms(secret);
        if forms.is_empty() {
            return false;
        }
        if self.lock().add(forms) {
            self.shared.generation.fetch_add(1, Ordering::Release);
        }
        true
    }

    /// Whether there is nothing to mask.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.generation() == 0
    }

    /// A stream of its own: one for each of a process' outputs.
    #[must_use]
    pub fn stream(&self) -> MaskingStream {
        MaskingStream::new(self.clone())
    }

    /// A whole text with its secrets masked.
    #[must_use]
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.is_empty() {
            return Cow::Borrowed(text);
        }
        let masked = self.mask_bytes(text.as_bytes());
        if masked == text.as_bytes() {
            return Cow::Borrowed(text);
        }
        let repaired = |error: std::string::FromUtf8Error| {
            String::from_utf8_lossy(error.as_bytes()).into_owned()
        };
        Cow::Owned(String::from_utf8(masked).unwrap_or_else(repaired))
    }

    /// Whole bytes with their secrets masked.
    #[must_use]
    pub fn mask_bytes(&self, bytes: &[u8]) -> Vec<u8> {
        let mut masked = Vec::with_capacity(bytes.len());
        let mut stream = self.stream();
        stream.push(bytes, &mut masked);
        stream.finish(&mut masked);
        masked
    }

    /// How often something new was added.
    pub(crate) fn generation(&self) -> u64 {
        self.shared.generation.load(Ordering::Acquire)
    }

    /// What is to be masked now, with its generation.
    pub(crate) fn patterns(&self) -> (Vec<Arc<PatternSet>>, u64) {
        let generation = self.generation();
        (self.lock().compiled(), generation)
    }

    fn lock(&self) -> MutexGuard<'_, Tiers> {
        // The secrets are whole at any moment, so a panic elsewhere does not spoil them.
        self.shared.secrets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Masker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Masker")
            .field("generation", &self.generation())
            .finish_non_exhaustive()
    }
}
