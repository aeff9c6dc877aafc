//! What waits for the query worker: one place, where a newer question replaces the waiting one and
//! interrupts the running one. Nothing is answered here.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::filter::Filter;
use crate::model::CorrectionField;
use crate::store::Interrupter;
use crate::tui::msg::{LearningQuery, Query, ValuesOf};
use crate::tui::noted::NotesOf;

/// How often another process's changes are looked for: a question to SQLite of a few microseconds.
const WATCH: Duration = Duration::from_millis(250);

/// What waits for the query worker.
#[derive(Default)]
pub(super) struct Inbox {
    pub query: Option<Query>,
    pub values: Option<ValuesOf>,
    /// All notes, with the generation of the question.
    pub notes: Option<(u64, NotesOf)>,
    pub learning: Option<LearningQuery>,
    /// Whose confusion of intents is to be counted.
    pub confusion: Option<Arc<Filter>>,
    /// What a popup wants to offer for corrections.
    pub known: Vec<CorrectionField>,
    /// Something was decided here since.
    pub reviewed: bool,
    /// Rows of the conversations it was about.
    pub own: Vec<i64>,
    pub presets: bool,
    pub stop: bool,
    /// The running question was stopped by hand.
    stopped: bool,
}

impl Inbox {
    fn idle(&self) -> bool {
        self.query.is_none()
            && self.values.is_none()
            && self.notes.is_none()
            && self.learning.is_none()
            && self.known.is_empty()
            && self.confusion.is_none()
            && !self.reviewed
            && !self.presets
            && !self.stop
    }
}

/// The waiting place, and the way to stop what runs.
#[derive(Default)]
pub(super) struct Questions {
    inbox: Mutex<Inbox>,
    wake: Condvar,
    interrupter: Mutex<Option<Interrupter>>,
}

impl Questions {
    fn inbox(&self) -> MutexGuard<'_, Inbox> {
        // The state is whole between any two statements: a panic elsewhere does not spoil it.
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, change: impl FnOnce(&mut Inbox)) {
        change(&mut self.inbox());
        self.wake.notify_one();
    }

    pub(super) fn ask(&self, query: Query) {
        self.put(|i| {
            i.query = Some(query);
            i.stopped = false;
        });
        self.interrupt();
    }

    pub(super) fn values(&self, of: ValuesOf) {
        self.put(|i| i.values = Some(of));
    }

    pub(super) fn notes(&self, generation: u64, of: NotesOf) {
        self.put(|i| i.notes = Some((generation, of)));
    }

    pub(super) fn learning(&self, query: LearningQuery) {
        self.put(|i| i.learning = Some(query));
    }

    /// What a screen asked for was interrupted: it waits again, unless something newer does.
    pub(super) fn screen_again(
        &self,
        notes: Option<(u64, NotesOf)>,
        learning: Option<LearningQuery>,
    ) {
        let mut inbox = self.inbox();
        inbox.notes = inbox.notes.take().or(notes);
        inbox.learning = inbox.learning.take().or(learning);
    }

    pub(super) fn confusion(&self, filter: Arc<Filter>) {
        self.put(|i| i.confusion = Some(filter));
    }

    /// What was interrupted waits again, unless something newer does.
    pub(super) fn confusion_again(&self, filter: Option<Arc<Filter>>) {
        let mut inbox = self.inbox();
        inbox.confusion = inbox.confusion.take().or(filter);
    }

    pub(super) fn known(&self, fields: Vec<CorrectionField>) {
        self.put(|i| i.known = fields);
    }

    /// Reviews of these rows were written; of none: the vocabulary changed, which the counts are about too.
    pub(super) fn reviewed(&self, rows: &[i64]) {
        self.put(|i| {
            i.reviewed = true;
            i.own.extend_from_slice(rows);
        });
    }

    pub(super) fn presets_changed(&self) {
        self.put(|i| i.presets = true);
    }

    /// True if nothing waits.
    pub(super) fn idle(&self) -> bool {
        self.inbox().idle()
    }

    /// Takes what waits.
    pub(super) fn take(&self) -> Inbox {
        std::mem::take(&mut *self.inbox())
    }

    /// True if somebody waits for an answer, or for the end.
    pub(super) fn is_asked(&self) -> bool {
        let inbox = self.inbox();
        inbox.query.is_some() || inbox.stop
    }

    /// True if something was decided that was not taken in yet.
    pub(super) fn is_reviewed(&self) -> bool {
        self.inbox().reviewed
    }

    /// Waits until something does, or until it is time to look for other processes.
    pub(super) fn wait(&self) {
        let inbox = self.inbox();
        if inbox.idle() {
            drop(
                self.wake
                    .wait_timeout(inbox, WATCH)
                    .unwrap_or_else(PoisonError::into_inner),
            );
        }
    }

    pub(super) fn stop(&self) {
        self.put(|i| i.stop = true);
        self.interrupt();
    }

    /// From now on a newer question stops the running one.
    pub(super) fn interruptible(&self, interrupter: Interrupter) {
        *self
            .interrupter
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(interrupter);
    }

    /// An interrupted question is asked again, unless a newer one waits or it was stopped by hand: an
    /// interrupt meant for the question before it can hit it by a hair.
    pub(super) fn again(
        &self,
        query: Query,
        values: Option<ValuesOf>,
        known: Vec<CorrectionField>,
    ) {
        let mut inbox = self.inbox();
        if inbox.query.is_none() && !inbox.stopped {
            inbox.query = Some(query);
            inbox.values = inbox.values.take().or(values);
            if inbox.known.is_empty() {
                inbox.known = known;
            }
        }
    }

    /// Stops the running question by hand.
    pub(super) fn cancel(&self) {
        self.inbox().stopped = true;
        self.interrupt();
    }

    pub(super) fn interrupt(&self) {
        if let Some(interrupter) = &*self
            .interrupter
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
        {
            interrupter.interrupt();
        }
    }
}
