//! What comes in on the writing side, in the order in which it was read: counted, and put in queues by
//! source, since one source is written at a time.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError};

use super::ImportError;
use super::formats::Place;
use super::gate::Gate;
use super::jobs::{Delivery, Done, Load, Step};
use super::mark::InputMark;
use super::report::Report;
use super::source::InputFile;
use super::staging::Staging;
use crate::text::Untrusted;

/// A conversation that waits to be written.
pub(super) struct Waiting<T> {
    pub load: T,
    pub format: &'static str,
    /// Which input it is of; the number of inputs itself for what was put together from several.
    pub input: usize,
    /// The file that is named where it is rejected.
    pub file: usize,
    pub place: Place,
    /// How many conversations of its input came before it.
    pub ordinal: u64,
}

/// Everything that was read so far, as far as it is not written.
pub(super) struct Incoming<'a, T> {
    steps: Receiver<Step<T>>,
    gate: &'a Gate,
    inputs: &'a [InputFile],
    /// A job that is not done, though it is its turn.
    pending: Option<(Receiver<Done<T>>, usize)>,
    queues: BTreeMap<Untrusted, VecDeque<Waiting<T>>>,
    count: usize,
    staging: Staging,
    /// Which input comes, and how many conversations of it have come.
    input: usize,
    ordinal: u64,
    /// No more will come.
    pub ended: bool,
    /// The reading side did not fail.
    pub whole: bool,
    /// Inputs that could not be read to their end.
    pub damaged: HashSet<usize>,
    pub marks: HashMap<usize, InputMark>,
    /// Bytes read.
    pub bytes: u64,
    /// What was left out while reading.
    pub report: Report,
}

impl<'a, T: Load> Incoming<'a, T> {
    pub fn new(steps: Receiver<Step<T>>, gate: &'a Gate, inputs: &'a [InputFile]) -> Self {
        Self {
            steps,
            gate,
            inputs,
            pending: None,
            queues: BTreeMap::new(),
            count: 0,
            staging: Staging::new(),
            input: 0,
            ordinal: 0,
            ended: false,
            whole: false,
            damaged: HashSet::new(),
            marks: HashMap::new(),
            bytes: 0,
            report: Report::default(),
        }
    }

    /// How many conversations wait.
    pub fn count(&self) -> usize {
        self.count
    }

    /// The source of which most wait, and its format.
    pub fn longest(&self) -> Option<(Untrusted, &'static str)> {
        let (source, queue) = self.queues.iter().max_by_key(|(_, queue)| queue.len())?;
        Some((source.clone(), queue.front()?.format))
    }

    /// The next conversation of a source.
    pub fn next_of(&mut self, source: &Untrusted) -> Option<Waiting<T>> {
        let queue = self.queues.get_mut(source)?;
        let next = queue.pop_front();
        match next {
            Some(_) => self.count -= 1,
            None => {
                self.queues.remove(source);
            }
        }
        next
    }

    /// Takes in what comes next; false where nothing came in time.
    pub fn receive(&mut self, within: Duration) -> Result<bool, ImportError> {
        let (work, weight) = match self.pending.take() {
            Some(pending) => pending,
            None => match self.steps.recv_timeout(within) {
                Ok(Step::Work(work, weight)) => (work, weight),
                Ok(step) => {
                    self.step(step);
                    return Ok(true);
                }
                Err(missing) => return Ok(self.missed(missing)),
            },
        };
        match work.recv_timeout(within) {
            Ok(done) => {
                self.gate.leave(weight);
                self.take(done)?;
                Ok(true)
            }
            Err(missing) => {
                self.pending = Some((work, weight));
                Ok(self.missed(missing))
            }
        }
    }

    /// Nothing came: not yet, or, where whoever should send is gone, never.
    fn missed(&mut self, why: RecvTimeoutError) -> bool {
        self.ended |= why == RecvTimeoutError::Disconnected;
        false
    }

    fn step(&mut self, step: Step<T>) {
        match step {
            Step::Input(input, mark) => {
                self.marks.extend(mark.map(|mark| (input, mark)));
                self.input = input;
                self.ordinal = 0;
            }
            Step::Damaged(input) => {
                self.damaged.insert(input);
            }
            Step::Bytes(bytes) => self.bytes = self.bytes.max(bytes),
            Step::Together(give) => {
                let staging = std::mem::replace(&mut self.staging, Staging::new());
                // Where nobody wants it, the reading side has failed.
                let _ = give.send(staging);
            }
            Step::End => self.whole = true,
            // Waited for by the caller.
            Step::Work(work, weight) => self.pending = Some((work, weight)),
        }
    }

    fn take(&mut self, done: Done<T>) -> Result<(), ImportError> {
        self.bytes = self.bytes.max(done.bytes);
        self.report.count_empty(done.empty);
        self.report.rejected_records += done.rejects.len() as u64;
        for (file, place, reason) in done.rejects {
            let name = self.inputs.get(file).map_or("-", |i| i.name.as_str());
            self.report.list(name, place, reason);
        }
        let input = u32::try_from(self.input).unwrap_or(u32::MAX);
        for line in done.lines {
            self.staging.add(input, line)?;
        }
        self.count += done.deliveries.len();
        for delivery in done.deliveries {
            let Delivery {
                load,
                file,
                place,
                index,
            } = delivery;
            let waiting = Waiting {
                format: done.format,
                input: self.input,
                file,
                place,
                ordinal: self.ordinal + index,
                load,
            };
            match self.queues.get_mut(waiting.load.source()) {
                Some(queue) => queue.push_back(waiting),
                None => {
                    let source = waiting.load.source().clone();
                    self.queues.insert(source, VecDeque::from([waiting]));
                }
            }
        }
        self.ordinal += done.count;
        match done.failed {
            Some(failed) => Err(failed),
            None => Ok(()),
        }
    }
}
