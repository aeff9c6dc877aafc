//! An import from end to end: a reading thread, a bounded channel, and the store on the caller's thread.
//!
//! How far each input came is written in the transaction of the conversations before it, so that an
//! import that was interrupted, however it was, goes on where it stopped.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use super::ImportError;
use super::formats::Place;
use super::formats::table;
use super::mark::InputMark;
use super::pace::Pace;
use super::preview::Preview;
use super::read::{Delivery, Message, Reader};
use super::report::{MOST_REJECTS, Report};
use super::request::{Modes, Progress, Request};
use super::source::{InputFile, expand};
use crate::model::EventKind;
use crate::store::{Ingest, Outcome, Position, SourceSpec, Store};
use crate::text::Untrusted;

/// Batches under way between the two threads.
const CHANNEL: usize = 4;

/// Conversations of other sources that may wait for the one being written.
const MOST_WAITING: usize = 2000;

/// So long a transaction may wait for more to write.
const SOON: Duration = Duration::from_millis(5);

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
    let bytes = AtomicU64::new(0);
    let total = inputs.iter().map(|i| i.bytes).sum::<Option<u64>>();
    let modes = Modes::new(request, store)?;
    let stop = Arc::new(AtomicBool::new(false));
    let (out, deliveries) = bounded(CHANNEL);
    let reader = Reader::new(request, &modes, &inputs, cancel, &bytes, out, stop.clone());
    let (written, read) = thread::scope(|scope| {
        let reading = scope.spawn(|| reader.run());
        let mut writer = Writer {
            modes: &modes,
            inputs: &inputs,
            deliveries,
            cancel,
            progress,
            bytes: &bytes,
            total,
            report,
            waiting: BTreeMap::new(),
            waiting_count: 0,
            ended: false,
            whole: false,
            damaged: HashSet::new(),
            marks: HashMap::new(),
            sources: BTreeMap::new(),
        };
        let written = if request.dry_run {
            writer.only_count(store)
        } else {
            writer.write(store)
        };
        let report = std::mem::take(&mut writer.report);
        // The reader notices that nobody listens any more.
        drop(writer);
        stop.store(true, Ordering::Relaxed);
        let read = reading.join();
        (written.map(|()| report), read)
    });
    let read = read.unwrap_or_else(|_| Err(ImportError::Crashed));
    let mut report = written?;
    merge(&mut report, read?);
    report.cancelled = cancel.load(Ordering::Relaxed);
    report.close(bytes.load(Ordering::Relaxed), began.elapsed());
    Ok(report)
}

/// Adds what the reading side counted.
fn merge(report: &mut Report, read: Report) {
    report.files = read.files;
    report.formats = read.formats;
    report.rejected_records += read.rejected_records;
    report.count_empty(read.conversations.empty);
    report.rejects.extend(read.rejects);
    report.rejects.truncate(MOST_REJECTS);
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

/// The writing side.
struct Writer<'a> {
    modes: &'a Modes,
    inputs: &'a [InputFile],
    deliveries: Receiver<Message>,
    cancel: &'a AtomicBool,
    progress: &'a mut dyn Progress,
    bytes: &'a AtomicU64,
    total: Option<u64>,
    report: Report,
    /// What came while another source was being written.
    waiting: BTreeMap<Untrusted, VecDeque<Delivery>>,
    waiting_count: usize,
    /// The reading side is done.
    ended: bool,
    /// It did not fail.
    whole: bool,
    /// Inputs that could not be read to their end.
    damaged: HashSet<usize>,
    marks: HashMap<usize, InputMark>,
    sources: BTreeMap<Untrusted, SourceState>,
}

impl Writer<'_> {
    /// Writes everything, one source at a time.
    fn write(&mut self, store: &mut Store) -> Result<(), ImportError> {
        let mut pace = Pace::new();
        while !self.cancelled() && self.fill_waiting(0) {
            let most = self.waiting.iter().max_by_key(|(_, queue)| queue.len());
            let Some(source) = most.map(|(source, _)| source.clone()) else {
                break;
            };
            let format = self.waiting[&source][0].format;
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
            return Ok(());
        }
        for source in self.sources.keys() {
            self.end(source, store.begin_import(&self.spec(source))?)?;
        }
        Ok(())
    }

    /// Notes how far the inputs of a source were read, and whether it is complete.
    fn end(&self, source: &Untrusted, mut ingest: Ingest<'_>) -> Result<(), ImportError> {
        let mut complete = self.whole;
        for (input, reached) in &self.sources[source].reached {
            let damaged = self.damaged.contains(input);
            complete &= !damaged;
            if let Some(mark) = self.marks.get(input) {
                let reached = match (damaged, self.whole) {
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
            while let Some(delivery) = self.next_of(source) {
                self.put(source, ingest, delivery)?;
                if ingest.due() {
                    self.commit(source, ingest, pace)?;
                    if self.cancelled() {
                        return Ok(());
                    }
                }
            }
            if self.waiting_count >= MOST_WAITING {
                return Ok(());
            }
            if !self.receive(SOON) {
                // Nobody is kept waiting while this side waits.
                self.commit(source, ingest, pace)?;
                if !self.fill_waiting(self.waiting_count) {
                    return Ok(());
                }
            }
        }
    }

    fn next_of(&mut self, source: &Untrusted) -> Option<Delivery> {
        let queue = self.waiting.get_mut(source)?;
        let next = queue.pop_front();
        match next {
            Some(_) => self.waiting_count -= 1,
            None => {
                self.waiting.remove(source);
            }
        }
        next
    }

    /// Waits until more than `enough` conversations wait; false where no more will come, or it is
    /// cancelled.
    fn fill_waiting(&mut self, enough: usize) -> bool {
        while self.waiting_count <= enough {
            if self.cancelled() || (!self.receive(TICK) && self.ended) {
                return false;
            }
            self.tell();
        }
        true
    }

    /// Takes one message in; false where none came in time.
    fn receive(&mut self, within: Duration) -> bool {
        match self.deliveries.recv_timeout(within) {
            Ok(Message::Input(input, mark)) => {
                self.marks.extend(mark.map(|mark| (input, mark)));
            }
            Ok(Message::Deliveries(batch)) => {
                self.waiting_count += batch.len();
                for delivery in batch {
                    let source = delivery.imported.key.source.clone();
                    self.waiting.entry(source).or_default().push_back(delivery);
                }
            }
            Ok(Message::Damaged(input)) => {
                self.damaged.insert(input);
            }
            Ok(Message::End) => self.whole = true,
            Err(RecvTimeoutError::Timeout) => return false,
            Err(RecvTimeoutError::Disconnected) => {
                self.ended = true;
                return false;
            }
        }
        true
    }

    fn put(
        &mut self,
        source: &Untrusted,
        ingest: &mut Ingest<'_>,
        delivery: Delivery,
    ) -> Result<(), ImportError> {
        let Some(state) = self.sources.get_mut(source) else {
            return Ok(());
        };
        let reached = match state.reached.get_mut(&delivery.input) {
            Some(reached) => reached,
            None => {
                let known = match self.marks.get(&delivery.input) {
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
        count_events(&mut self.report, &delivery);
        let outcome = if known {
            Outcome::Unchanged
        } else {
            ingest.take(delivery.imported)?
        };
        self.report.count(&outcome);
        if let Outcome::Rejected(reason) = outcome {
            let name = self
                .inputs
                .get(delivery.file)
                .map_or("-", |i| i.name.as_str());
            self.report.list(name, delivery.place, reason);
        }
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
                if let (true, Some(mark)) = (reached.fresh, self.marks.get(input)) {
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

    /// Counts what would become of the conversations.
    fn only_count(&mut self, store: &Store) -> Result<(), ImportError> {
        let mut preview = Preview::new(store);
        while !self.cancelled() && self.fill_waiting(0) {
            let sources: Vec<Untrusted> = self.waiting.keys().cloned().collect();
            for source in sources {
                while let Some(delivery) = self.next_of(&source) {
                    count_events(&mut self.report, &delivery);
                    let outcome = preview.outcome(&delivery.imported)?;
                    self.report.count(&outcome);
                }
            }
        }
        Ok(())
    }

    fn cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    fn tell(&mut self) {
        self.progress.step(
            self.bytes.load(Ordering::Relaxed),
            self.total,
            self.report.conversations.read(),
        );
    }
}

fn position(at: u64, done: bool) -> Position {
    Position {
        at: i64::try_from(at).unwrap_or(i64::MAX),
        done,
    }
}

fn count_events(report: &mut Report, delivery: &Delivery) {
    let events = &delivery.imported.events;
    let said = |kind: EventKind| kind.author().is_some();
    report.events += events.len() as u64;
    report.messages += events.iter().filter(|e| said(e.kind)).count() as u64;
}
