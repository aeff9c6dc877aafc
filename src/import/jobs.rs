//! What goes from the reading thread to the workers, and from them to the writing side: cut records one
//! way, conversations the other, in the order in which they were read.

use std::ops::Range;

use crossbeam_channel::{Receiver, Sender};

use super::ImportError;
use super::formats::{Place, RasaLine, SenderLog};
use super::mark::InputMark;
use super::staging::Staging;
use crate::model::{EventKind, Imported};
use crate::store::Prepared;
use crate::text::Untrusted;

/// Records of one input that stand one after the other.
#[derive(Debug, Default)]
pub(super) struct Job {
    /// The format they have.
    pub format: &'static str,
    /// Their bytes, each followed by a line break.
    pub text: Vec<u8>,
    pub pieces: Vec<Piece>,
    /// Bytes of all inputs that were read until here.
    pub bytes: u64,
}

/// One thing that was read.
#[derive(Debug)]
pub(super) struct Piece {
    /// The file that is named where it is rejected.
    pub file: usize,
    pub place: Place,
    pub what: What,
}

/// What was read.
#[derive(Debug)]
pub(super) enum What {
    /// A line of the job's text, not looked at yet.
    Line(Range<usize>),
    /// A value in the job's text.
    Record(Range<usize>),
    /// What a database has of one sender.
    Log(Box<SenderLog>),
    /// An event of a database that waits for others of its sender.
    Event(Box<RasaLine>),
    /// A conversation that a database has as such.
    Conversation(Box<Imported>),
    /// A conversation without events.
    Empty,
    /// It cannot be read.
    Reject(String),
}

/// A job, and who waits for what becomes of it.
pub(super) struct Task<T> {
    pub job: Job,
    pub done: Sender<Done<T>>,
}

/// What became of a job.
#[derive(Debug)]
pub(super) struct Done<T> {
    pub format: &'static str,
    pub bytes: u64,
    pub deliveries: Vec<Delivery<T>>,
    /// Conversations there were, also those that are left alone for their time.
    pub count: u64,
    /// Events that wait for others of their sender.
    pub lines: Vec<RasaLine>,
    pub empty: u64,
    pub rejects: Vec<(usize, Place, String)>,
    /// What ended the job early.
    pub failed: Option<ImportError>,
}

/// One conversation on its way to the store.
#[derive(Debug)]
pub(super) struct Delivery<T> {
    pub load: T,
    pub file: usize,
    pub place: Place,
    /// How many conversations of its job came before it.
    pub index: u64,
}

/// What the writing side is told, in order.
pub(super) enum Step<T> {
    /// An input begins; with its mark, where it has one.
    Input(usize, Option<InputMark>),
    /// Conversations will come here; so much has to leave the gate then.
    Work(Receiver<Done<T>>, usize),
    /// This input could not be read to its end.
    Damaged(usize),
    /// So many bytes of all inputs were read.
    Bytes(u64),
    /// All inputs were read: who reads puts together what waits.
    Together(Sender<Staging>),
    /// Everything was read; without it the reading side failed.
    End,
}

/// What stands in a delivery: a conversation in one form or another.
pub(super) trait Load: Send {
    /// The source it belongs to.
    fn source(&self) -> &Untrusted;
    /// How many events it has, and how many of them are messages.
    fn counts(&self) -> (u64, u64);
}

impl Load for Imported {
    fn source(&self) -> &Untrusted {
        &self.key.source
    }

    fn counts(&self) -> (u64, u64) {
        let said = |kind: EventKind| kind.author().is_some();
        let messages = self.events.iter().filter(|e| said(e.kind)).count();
        (self.events.len() as u64, messages as u64)
    }
}

impl Load for Prepared {
    fn source(&self) -> &Untrusted {
        Self::source(self)
    }

    fn counts(&self) -> (u64, u64) {
        (self.events(), self.messages())
    }
}
