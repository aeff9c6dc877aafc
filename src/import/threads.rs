//! The threads of one import: one reads, two make conversations, the caller's own writes.
//!
//! Who waits does so in a channel or at the gate, and costs nothing. Nothing here knows what is read or
//! written.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crossbeam_channel::unbounded;

use super::ImportError;
use super::gate::Gate;
use super::incoming::Incoming;
use super::jobs::Load;
use super::read::{Out, Reader, State};
use super::report::Report;
use super::request::{Modes, Request};
use super::source::InputFile;
use super::work::{Make, Worker};
use crate::model::Privacy;

/// How many threads make conversations.
const WORKERS: usize = 2;

/// Bytes of records that may be on their way: enough that nobody runs out of work while the writer rests.
const ROOM: usize = 8 * 1024 * 1024;

/// What the threads of one import share.
pub(super) struct Threads<'a> {
    pub request: &'a Request,
    pub modes: &'a Modes,
    pub privacy: &'a Privacy,
    pub inputs: &'a [InputFile],
    pub cancel: &'a AtomicBool,
}

impl Threads<'_> {
    /// Starts the reading thread and the workers, writes on this one, and waits for all.
    pub fn run<T: Load>(
        &self,
        makes: [Make<'_, T>; WORKERS],
        write: impl FnOnce(Incoming<'_, T>) -> Result<Report, ImportError>,
    ) -> Result<Report, ImportError> {
        let gate = Gate::new(ROOM);
        let stop = Arc::new(AtomicBool::new(false));
        let (tasks, open_tasks) = unbounded();
        let (steps, open_steps) = unbounded();
        let reader = Reader {
            request: self.request,
            inputs: self.inputs,
            cancel: self.cancel,
            out: Out {
                tasks,
                steps,
                gate: &gate,
            },
            stop: stop.clone(),
            report: Report::default(),
            state: State::default(),
        };
        thread::scope(|scope| {
            let reading = scope.spawn(|| reader.run());
            let working = makes.map(|make| {
                let worker = Worker {
                    request: self.request,
                    modes: self.modes,
                    privacy: self.privacy,
                    tasks: open_tasks.clone(),
                    stop: &stop,
                    make,
                };
                scope.spawn(|| worker.run())
            });
            drop(open_tasks);
            let listening = Listening {
                stop: &stop,
                gate: &gate,
            };
            let written = write(Incoming::new(open_steps, &gate, self.inputs));
            drop(listening);
            let read = reading.join();
            let worked = working.map(|worker| worker.join().is_ok());
            let mut report = written?;
            let read = read.unwrap_or(Err(ImportError::Crashed))?;
            if worked.contains(&false) {
                return Err(ImportError::Crashed);
            }
            report.files = read.files;
            report.formats = read.formats;
            Ok(report)
        })
    }
}

/// The writing side; when it is gone, however it went, whoever is still at it notices that nobody listens
/// any more.
struct Listening<'a> {
    stop: &'a AtomicBool,
    gate: &'a Gate,
}

impl Drop for Listening<'_> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.gate.close();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};

    use super::*;

    #[test]
    fn a_writer_that_panics_keeps_nobody_waiting() {
        let (gate, stop) = (Gate::new(1), AtomicBool::new(false));
        gate.enter(5).unwrap();
        let import = AssertUnwindSafe(|| {
            thread::scope(|scope| {
                scope.spawn(|| gate.enter(1));
                let _listening = Listening {
                    stop: &stop,
                    gate: &gate,
                };
                panic_any("the writer");
            });
        });
        // The scope waits for its threads before the panic goes on.
        assert!(catch_unwind(import).is_err());
        assert!(stop.into_inner());
        assert!(gate.enter(1).is_err());
    }
}
