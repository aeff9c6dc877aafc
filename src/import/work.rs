//! One of the threads that make conversations of records: parsed, split into sessions, and made ready for
//! whoever takes them.
//!
//! A worker knows neither files nor the store, and nothing of the jobs before: jobs are done in any order,
//! on any thread, and give the same.

use std::sync::atomic::{AtomicBool, Ordering};

use crossbeam_channel::Receiver;

use super::controls::escaped;
use super::formats::afterword::Afterword;
use super::formats::rasa_json::RasaJson;
use super::formats::{Place, RasaLine, RecordFormat, SenderLog, Sink, Stop, table};
use super::jobs::{Delivery, Done, Job, Task, What};
use super::records::{Item, Records};
use super::request::{Modes, Request};
use super::sessions::conversations;
use crate::model::{Imported, Privacy};
use crate::store::StoreError;
use crate::text::Untrusted;

/// The source of what does not say where it is from.
const MAIN: &str = "main";

/// Makes a conversation ready.
pub(super) type Make<'a, T> = Box<dyn FnMut(Imported) -> Result<T, StoreError> + Send + 'a>;

/// Does jobs until there are no more.
pub(super) struct Worker<'a, T> {
    pub request: &'a Request,
    pub modes: &'a Modes,
    pub tasks: Receiver<Task<T>>,
    /// Set when nobody listens any more.
    pub stop: &'a AtomicBool,
    /// What is hidden before anything else sees it.
    pub privacy: &'a Privacy,
    pub make: Make<'a, T>,
}

impl<T> Worker<'_, T> {
    pub fn run(mut self) {
        while let Ok(task) = self.tasks.recv() {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            let done = self.job(&mut { task.job });
            // Where nobody waits for it, the import has ended.
            let _ = task.done.send(done);
        }
    }

    fn job(&mut self, job: &mut Job) -> Done<T> {
        let mut bench = Bench {
            request: self.request,
            modes: self.modes,
            privacy: self.privacy,
            make: &mut self.make,
            file: 0,
            place: Place::Whole,
            done: Done {
                format: job.format,
                bytes: job.bytes,
                deliveries: Vec::new(),
                count: 0,
                lines: Vec::new(),
                empty: 0,
                rejects: Vec::new(),
                failed: None,
            },
        };
        // Only a failure stops it, and says itself which.
        let _ = bench.all(job);
        bench.done
    }
}

/// Where one job is done: takes what the format delivers.
struct Bench<'a, 'b, T> {
    request: &'a Request,
    modes: &'a Modes,
    privacy: &'a Privacy,
    make: &'a mut Make<'b, T>,
    file: usize,
    place: Place,
    done: Done<T>,
}

impl<T> Bench<'_, '_, T> {
    fn all(&mut self, job: &mut Job) -> Result<(), Stop> {
        let own = Afterword {
            with_review: self.request.with_review,
        };
        let format: &dyn RecordFormat = match job.format {
            table::AFTERWORD => &own,
            _ => &RasaJson,
        };
        for piece in std::mem::take(&mut job.pieces) {
            (self.file, self.place) = (piece.file, piece.place);
            match piece.what {
                What::Line(at) => self.line(format, job, at.start..at.end)?,
                What::Record(at) => {
                    let raw = job.text.get(at).unwrap_or_default();
                    format.record(&escaped(raw), piece.place, self)?;
                }
                What::Log(log) => self.sender(*log)?,
                What::Event(line) => self.interleaved(*line)?,
                What::Conversation(imported) => self.conversation(*imported)?,
                What::Empty => self.empty(),
                What::Reject(reason) => self.reject(piece.place, reason),
            }
        }
        Ok(())
    }

    /// A line that nobody has looked at. Nearly all are sound, and read in one go; the others are taken
    /// apart as if they had come without lines around them.
    fn line(
        &mut self,
        format: &dyn RecordFormat,
        job: &Job,
        at: std::ops::Range<usize>,
    ) -> Result<(), Stop> {
        let raw = job.text.get(at.clone()).unwrap_or_default();
        let place = self.place;
        if let Ok(text) = std::str::from_utf8(raw)
            && format.sound(text, place, self)?
        {
            return Ok(());
        }
        let Place::Line(line) = place else {
            return Ok(());
        };
        let with_break = job.text.get(at.start..at.end + 1).unwrap_or(raw);
        let mut records = match job.format {
            table::AFTERWORD => Records::own(with_break),
            _ => Records::new(with_break),
        }
        .of_line(line, with_break.len());
        while let Some(item) = records.next_item() {
            match item {
                Item::Value { raw, line } => {
                    self.place = Place::Line(line);
                    format.record(&escaped(raw), self.place, self)?;
                }
                Item::Broken { line, reason } => self.reject(Place::Line(line), reason),
                // Memory does not fail.
                Item::Fault(_) => {}
            }
        }
        Ok(())
    }

    fn push(&mut self, mut imported: Imported) -> Result<(), Stop> {
        if let Some(source) = &self.request.source {
            imported.key.source = source.as_str().into();
        }
        let index = self.done.count;
        self.done.count += 1;
        if let Some(since) = self.request.since {
            let last = imported.events.iter().filter_map(|e| e.at).max();
            if last.is_some_and(|last| last < since) {
                return Ok(());
            }
        }
        match (self.make)(self.privacy.imported(imported)) {
            Ok(load) => {
                self.done.deliveries.push(Delivery {
                    load,
                    file: self.file,
                    place: self.place,
                    index,
                });
                Ok(())
            }
            Err(error) => {
                self.done.failed = Some(error.into());
                Err(Stop)
            }
        }
    }
}

impl<T> Sink for Bench<'_, '_, T> {
    fn sender(&mut self, log: SenderLog) -> Result<(), Stop> {
        if log.events.is_empty() {
            self.empty();
            return Ok(());
        }
        let assistants: Vec<(usize, Untrusted)> = log
            .events
            .iter()
            .enumerate()
            .filter_map(|(at, e)| Some((at, e.about.assistant_id.clone()?)))
            .collect();
        let main = Untrusted::from(MAIN);
        // The name asked for counts already here: the reviews that a source brings are known by it.
        let asked = self.request.source.as_deref().map(Untrusted::from);
        let first = || assistants.first().map(|(_, name)| name);
        let sender_wide = asked.as_ref().or_else(first).unwrap_or(&main);
        let mode = self.modes.of(sender_wide);
        let (mut from, mut named) = (0, assistants.iter().peekable());
        for mut imported in conversations(log, mode, sender_wide) {
            // Each session speaks for itself: what was imported before the assistant had an id keeps
            // its source when the sender comes back.
            let to = from + imported.events.len();
            let mut own = None;
            while let Some((_, name)) = named.next_if(|(at, _)| *at < to) {
                own.get_or_insert(name);
            }
            if imported.reviews.is_empty() {
                imported.key.source = own.unwrap_or(&main).clone();
            }
            from = to;
            self.push(imported)?;
        }
        Ok(())
    }

    fn interleaved(&mut self, line: RasaLine) -> Result<(), Stop> {
        self.done.lines.push(line);
        Ok(())
    }

    fn conversation(&mut self, imported: Imported) -> Result<(), Stop> {
        self.push(imported)
    }

    fn empty(&mut self) {
        self.done.empty += 1;
    }

    fn reject(&mut self, place: Place, reason: String) {
        self.done.rejects.push((self.file, place, reason));
    }

    fn at(&mut self, _position: u64) -> Result<(), Stop> {
        Ok(())
    }
}
