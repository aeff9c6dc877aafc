//! An import from end to end: one thread reads and cuts, two make conversations, and the store is on the
//! caller's thread.
//!
//! How far each input came is written in the transaction of the conversations before it, so that an
//! import that was interrupted, however it was, goes on where it stopped.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::ImportError;
use super::formats::{Place, table};
use super::incoming::{Incoming, Waiting};
use super::jobs::Load;
use super::pace::Pace;
use super::preview::Preview;
use super::report::{MOST_REJECTS, Report};
use super::request::{Modes, Progress, Request};
use super::source::{InputFile, expand};
use super::threads::Threads;
use super::work::Make;
use crate::model::{Imported, Privacy};
use crate::store::{Ingest, Outcome, Position, Prepared, Preparer, SourceSpec, Store};
use crate::text::Untrusted;

/// Conversations of other sources that may wait for the one being written.
const MOST_WAITING: usize = 2000;

/// So long a transaction may wait for more to write.
const SOON: Duration = Duration::from_millis(20);

/// How often somebody is told, while nothing comes.
const TICK: Duration = Duration::from_millis(100);

/// Reads what is asked for into the store.
///
/// # Errors
///
/// Where nothing can be read, or the store fails. What was committed stays, and the next import goes on
/// from there. Records that cannot be read are no error: the report lists them.
pub fn run(
    store: &mut Store,
    request: &Request,
    cancel: &AtomicBool,
    progress: &mut dyn Progress,
) -> Result<Report, ImportError> {
    let began = Instant::now();
    if let Some(name) = &request.format
        && table::format(name).is_none()
    {
        return Err(ImportError::UnknownFormat(name.clone()));
    }
    let (inputs, left_out) = expand(&request.inputs)?;
    let mut report = Report::default();
    for left in left_out {
        report.rejected_records += 1;
        report.list(&left.name, Place::Whole, left.reason);
    }
    let total = inputs.iter().map(|i| i.bytes).sum::<Option<u64>>();
    let modes = Modes::new(request, store)?;
    let privacy = store.privacy(request.anonymize, request.redact)?;
    let threads = Threads {
        request,
        modes: &modes,
        privacy: &privacy,
        inputs: &inputs,
        cancel,
    };
    let sides = Sides {
        modes: &modes,
        privacy: &privacy,
        inputs: &inputs,
        cancel,
        progress,
        total,
        report,
    };
    let mut report = if request.dry_run {
        let make = || -> Make<'_, _> { Box::new(Ok) };
        threads.run([make(), make()], |incoming| {
            sides.writer(incoming).only_count(store)
        })?
    } else {
        let preparer = store.preparer()?;
        let another = preparer.another()?;
        let make = |mut preparer: Preparer| -> Make<'_, _> {
            Box::new(move |imported| preparer.prepare(imported))
        };
        threads.run([make(preparer), make(another)], |incoming| {
            sides.writer(incoming).write(store)
        })?
    };
    report.cancelled = cancel.load(Ordering::Relaxed);
    report.close(began.elapsed());
    Ok(report)
}

/// How far one source of one input is.
#[derive(Clone, Copy, Debug, Default)]
struct Reached {
    /// Conversations below this were committed by an earlier import.
    skip: u64,
    /// After the newest one put.
    next: u64,
    /// To be written with the next commit.
    fresh: bool,
}

/// What is known of a source in this import.
#[derive(Debug, Default)]
struct SourceState {
    format: &'static str,
    reached: HashMap<usize, Reached>,
}

/// What the writing side has, before anything comes in.
struct Sides<'a> {
    modes: &'a Modes,
    privacy: &'a Privacy,
    inputs: &'a [InputFile],
    cancel: &'a AtomicBool,
    progress: &'a mut dyn Progress,
    total: Option<u64>,
    report: Report,
}

impl<'a> Sides<'a> {
    fn writer<'b, T>(self, incoming: Incoming<'b, T>) -> Writer<'b, T>
    where
        'a: 'b,
    {
        Writer {
            modes: self.modes,
            privacy: self.privacy,
            inputs: self.inputs,
            cancel: self.cancel,
            progress: self.progress,
            total: self.total,
            report: self.report,
            incoming,
            sources: BTreeMap::new(),
        }
    }
}

/// The writing side.
struct Writer<'a, T> {
    modes: &'a Modes,
    privacy: &'a Privacy,
    inputs: &'a [InputFile],
    cancel: &'a AtomicBool,
    progress: &'a mut dyn Progress,
    total: Option<u64>,
    report: Report,
    incoming: Incoming<'a, T>,
    sources: BTreeMap<Untrusted, SourceState>,
}

impl<T: Load> Writer<'_, T> {
    /// What was done and read.
    fn report(self) -> Report {
        let (mut report, read) = (self.report, self.incoming.report);
        report.bytes = self.incoming.bytes;
        report.rejected_records += read.rejected_records;
        report.count_empty(read.conversations.empty);
        report.rejects.extend(read.rejects);
        report.rejects.truncate(MOST_REJECTS);
        report
    }

    /// Waits until more than `enough` conversations wait; false where no more will come, or it is
    /// cancelled.
    fn fill(&mut self, enough: usize) -> Result<bool, ImportError> {
        while self.incoming.count() <= enough {
            if self.cancelled() || (!self.incoming.receive(TICK)? && self.incoming.ended) {
                return Ok(false);
            }
            self.tell();
        }
        Ok(true)
    }

    fn count(&mut self, outcome: Outcome, file: usize, place: Place) {
        self.report.count(&outcome);
        if let Outcome::Rejected(reason) = outcome {
            let name = self.inputs.get(file).map_or("-", |i| i.name.as_str());
            self.report.list(name, place, reason);
        }
    }

    fn cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    fn tell(&mut self) {
        let conversations = self.report.conversations.read();
        self.progress
            .step(self.incoming.bytes, self.total, conversations);
    }
}

impl Writer<'_, Imported> {
    /// Counts what would become of the conversations.
    fn only_count(mut self, store: &Store) -> Result<Report, ImportError> {
        let mut preview = Preview::new(store);
        while !self.cancelled() && self.fill(0)? {
            while let Some((source, _)) = self.incoming.longest() {
                if !self.sources.contains_key(&source) {
                    store.check_privacy(&source, self.privacy)?;
                    self.sources.insert(source.clone(), SourceState::default());
                }
                while let Some(next) = self.incoming.next_of(&source) {
                    self.report.add(next.load.counts());
                    let outcome = preview.outcome(&next.load)?;
                    self.count(outcome, next.file, next.place);
                }
            }
        }
        Ok(self.report())
    }
}

impl Writer<'_, Prepared> {
    /// Writes everything, one source at a time.
    fn write(mut self, store: &mut Store) -> Result<Report, ImportError> {
        let mut pace = Pace::new();
        while !self.cancelled() && self.fill(0)? {
            let Some((source, format)) = self.incoming.longest() else {
                break;
            };
            if !self.sources.contains_key(&source) {
                store.enter_privacy(&source, self.privacy)?;
            }
            let state = self.sources.entry(source.clone()).or_default();
            state.format = format;
            let mut ingest = store.begin_import(&self.spec(&source))?;
            self.one_source(&source, &mut ingest, &mut pace)?;
            self.commit(&source, &mut ingest, &mut pace)?;
        }
        if self.cancelled() {
            // One commit that waits for the disk is enough for all before it.
            if let Some(source) = self.sources.keys().next() {
                store.begin_import(&self.spec(source))?.leave()?;
            }
            return Ok(self.report());
        }
        for source in self.sources.keys() {
            self.end(source, store.begin_import(&self.spec(source))?)?;
        }
        Ok(self.report())
    }

    /// Notes how far the inputs of a source were read, and whether it is complete.
    fn end(&self, source: &Untrusted, mut ingest: Ingest<'_>) -> Result<(), ImportError> {
        let mut complete = self.incoming.whole;
        for (input, reached) in &self.sources[source].reached {
            let damaged = self.incoming.damaged.contains(input);
            complete &= !damaged;
            if let Some(mark) = self.incoming.marks.get(input) {
                let reached = match (damaged, self.incoming.whole) {
                    // Next time it is read from its beginning, and named again.
                    (true, _) => position(0, false),
                    (false, true) => position(reached.next, true),
                    (false, false) => continue,
                };
                ingest.set_position(&mark.id, reached)?;
            }
        }
        match complete {
            true => ingest.finish()?,
            false => ingest.finish_incomplete()?,
        }
        Ok(())
    }

    fn spec(&self, source: &Untrusted) -> SourceSpec {
        SourceSpec {
            name: source.clone(),
            format: self.sources[source].format.to_owned(),
            session_mode: self.modes.of(source).to_string(),
        }
    }

    /// Writes what there is of one source until it pauses, or others have waited long enough.
    fn one_source(
        &mut self,
        source: &Untrusted,
        ingest: &mut Ingest<'_>,
        pace: &mut Pace,
    ) -> Result<(), ImportError> {
        loop {
            while let Some(next) = self.incoming.next_of(source) {
                self.put(source, ingest, next)?;
                if ingest.due(pace.batch()) {
                    self.commit(source, ingest, pace)?;
                    if self.cancelled() {
                        return Ok(());
                    }
                }
            }
            if self.incoming.count() >= MOST_WAITING {
                return Ok(());
            }
            if !self.incoming.receive(SOON)? {
                // Nobody is kept waiting while this side waits.
                self.commit(source, ingest, pace)?;
                if !self.fill(self.incoming.count())? {
                    return Ok(());
                }
            }
        }
    }

    fn put(
        &mut self,
        source: &Untrusted,
        ingest: &mut Ingest<'_>,
        delivery: Waiting<Prepared>,
    ) -> Result<(), ImportError> {
        let Some(state) = self.sources.get_mut(source) else {
            return Ok(());
        };
        let reached = match state.reached.get_mut(&delivery.input) {
            Some(reached) => reached,
            None => {
                let known = match self.incoming.marks.get(&delivery.input) {
                    Some(mark) => ingest.position(&mark.id)?,
                    None => None,
                };
                let skip = known.filter(|p| !p.done).map_or(0, |p| p.at);
                state
                    .reached
                    .entry(delivery.input)
                    .or_insert_with(|| Reached {
                        skip: u64::try_from(skip).unwrap_or(0),
                        ..Reached::default()
                    })
            }
        };
        let known = delivery.ordinal < reached.skip;
        reached.next = delivery.ordinal + 1;
        reached.fresh |= !known;
        self.report.add(delivery.load.counts());
        let outcome = if known {
            Outcome::Unchanged
        } else {
            ingest.put(delivery.load)?
        };
        self.count(outcome, delivery.file, delivery.place);
        Ok(())
    }

    /// Commits the batch together with how far it came, and lets others write.
    fn commit(
        &mut self,
        source: &Untrusted,
        ingest: &mut Ingest<'_>,
        pace: &mut Pace,
    ) -> Result<(), ImportError> {
        if let Some(state) = self.sources.get_mut(source) {
            for (input, reached) in &mut state.reached {
                if let (true, Some(mark)) = (reached.fresh, self.incoming.marks.get(input)) {
                    ingest.set_position(&mark.id, position(reached.next, false))?;
                }
                reached.fresh = false;
            }
        }
        ingest.commit_batch()?;
        self.tell();
        pace.after_batch(ingest.data_version()?);
        Ok(())
    }
}

fn position(at: u64, done: bool) -> Position {
    Position {
        at: i64::try_from(at).unwrap_or(i64::MAX),
        done,
    }
}
