//! Where a surface writes to, and what happens when nobody reads it any more.

use std::{
    io::{self, Write},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

type Callback = Box<dyn FnOnce() + Send>;

/// A writer that surfaces share. When it fails once it is closed for good, and writing to it does
/// nothing: a closed pipe must not end the run in the middle of a job.
#[derive(Clone)]
pub struct Output {
    shared: Arc<Shared>,
}

struct Shared {
    writer: Mutex<Box<dyn Write + Send>>,
    closed: AtomicBool,
    failure: Mutex<Option<io::Error>>,
    when_closed: Mutex<Option<Callback>>,
}

impl Output {
    /// Writes to this writer.
    pub fn new(writer: Box<dyn Write + Send>) -> Self {
        let shared = Shared {
            writer: Mutex::new(writer),
            closed: AtomicBool::new(false),
            failure: Mutex::default(),
            when_closed: Mutex::default(),
        };
        Output { shared: Arc::new(shared) }
    }

    /// Calls `callback` once, when writing fails for the first time (the program may then want to
    /// cancel the run).
    pub fn when_closed(&self, callback: impl FnOnce() + Send + 'static) {
        *lock(&self.shared.when_closed) = Some(Box::new(callback));
    }

    /// Whether writing has failed: nobody reads what was written since.
    pub fn is_closed(&self) -> bool {
        self.shared.closed.load(Ordering::Acquire)
    }

    /// Why writing failed, unless it was just that the reader had gone: a full disk, for one.
    pub fn failure(&self) -> Option<String> {
        let failure = lock(&self.shared.failure);
        let failure = failure.as_ref().filter(|error| error.kind() != io::ErrorKind::BrokenPipe);
        failure.map(ToString::to_string)
    }

    /// Writes and flushes; all of it appears together.
    pub fn write(&self, bytes: &[u8]) {
        if bytes.is_empty() || self.is_closed() {
            return;
        }
        let done = {
            let mut writer = lock(&self.shared.writer);
            write_all(&mut **writer, bytes)
        };
        if let Err(error) = done {
            *lock(&self.shared.failure) = Some(error);
            if !self.shared.closed.swap(true, Ordering::AcqRel) {
                let callback = lock(&self.shared.when_closed).take();
                callback.into_iter().for_each(|callback| callback());
            }
        }
    }
}

/// Another program on the same terminal may have made it non-blocking (Node.js does); then a full
/// buffer is an error that only means to try again.
fn write_all(writer: &mut dyn Write, bytes: &[u8]) -> io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        match when_ready(|| writer.write(rest))? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            count => rest = rest.get(count..).unwrap_or_default(),
        }
    }
    when_ready(|| writer.flush())
}

fn when_ready<T>(mut attempt: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match attempt() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                std::thread::sleep(Duration::from_millis(2));
            }
            other => return other,
        }
    }
}

/// A panic elsewhere does not make what it left unusable here.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    struct Broken(io::ErrorKind, Arc<AtomicUsize>);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            self.1.fetch_add(1, Ordering::Relaxed);
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_is_noticed_once_and_never_written_to_again() {
        let (writes, calls) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let output = Output::new(Box::new(Broken(io::ErrorKind::BrokenPipe, writes.clone())));
        let called = calls.clone();
        output.when_closed(move || {
            called.fetch_add(1, Ordering::Relaxed);
        });
        assert!(!output.is_closed());
        output.write(b"one");
        output.write(b"two");
        assert!(output.is_closed());
        assert_eq!((writes.load(Ordering::Relaxed), calls.load(Ordering::Relaxed)), (1, 1));
        assert_eq!(output.failure(), None);
    }

    /// Takes a byte at a time, and none at every other call.
    #[derive(Clone, Default)]
    struct Slow(Arc<Mutex<(bool, Vec<u8>)>>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut state = lock(&self.0);
            state.0 = !state.0;
            if state.0 {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            state.1.push(bytes[0]);
            Ok(1)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_terminal_that_is_not_ready_is_waited_for() {
        let slow = Slow::default();
        let output = Output::new(Box::new(slow.clone()));
        output.write(b"slow");
        assert_eq!(lock(&slow.0).1, b"slow");
        assert!(!output.is_closed());
    }

    #[test]
    fn a_full_disk_is_more_than_a_closed_pipe() {
        let output = Output::new(Box::new(Broken(io::ErrorKind::StorageFull, Arc::default())));
        output.write(b"one");
        assert!(output.failure().is_some());
    }
}
