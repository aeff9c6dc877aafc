//! Writing: every change in order, none dropped, each answered by its acknowledgement or its failure.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crossbeam_channel::Receiver;

use super::Common;
use super::questions::Questions;
use crate::model::{Ack, Change, Edit, EntryId, Preset, Set, Target};
use crate::store::{Access, Result, Store, StoreError};
use crate::tui::msg::{Msg, RowsEdit};
use crate::tui::panic_if_asked;

/// What to write.
pub(super) enum WriteJob {
    /// Decisions on whole conversations.
    Decide {
        /// Comes back with a failure.
        ticket: u64,
        /// What and where.
        edits: Vec<RowsEdit>,
        /// The filter of a bulk change.
        bulk: Option<String>,
    },
    /// A change.
    Apply {
        /// Comes back with a failure.
        ticket: u64,
        /// What.
        change: Change,
    },
    /// Takes back one's own newest change.
    Undo,
    /// Takes back this entry.
    UndoEntry(EntryId),
    /// Takes back one's own newest undo.
    Redo,
    /// Saves a preset, in the place of the one of its name.
    SavePreset(Preset),
    /// Deletes a preset.
    DeletePreset(String),
    /// Keeps where the screen stands.
    SaveState(String),
    /// Keeps a filter.
    PushHistory(String),
    /// Everything before is written; the worker ends.
    End,
}

impl WriteJob {
    /// What comes back with its failure. `None`: nobody waits for it.
    fn awaited(&self) -> Option<Option<u64>> {
        match self {
            Self::Decide { ticket, .. } | Self::Apply { ticket, .. } => Some(Some(*ticket)),
            Self::Undo
            | Self::UndoEntry(_)
            | Self::Redo
            | Self::SavePreset(_)
            | Self::DeletePreset(_) => Some(None),
            Self::SaveState(_) | Self::PushHistory(_) | Self::End => None,
        }
    }
}

pub(super) fn run(common: &Common, jobs: &Receiver<WriteJob>, questions: &Arc<Questions>) {
    let Some(mut store) = common.open(&Access::Review) else {
        return refuse(common, jobs, "the store could not be opened for writing");
    };
    for job in jobs {
        if matches!(job, WriteJob::End) {
            return;
        }
        let awaited = job.awaited();
        let work = || {
            panic_if_asked("write", &common.path);
            write(common, &mut store, job, questions);
        };
        if catch_unwind(AssertUnwindSafe(work)).is_err() {
            // The transaction under way was rolled back; what the connection is good for now, nobody knows.
            let why = "writing stopped unexpectedly; quit and start again";
            fail(common, awaited, why);
            return refuse(common, jobs, why);
        }
    }
}

/// Everything that is asked for from now on fails, and says so.
fn refuse(common: &Common, jobs: &Receiver<WriteJob>, why: &str) {
    for job in jobs {
        if matches!(job, WriteJob::End) {
            return;
        }
        fail(common, job.awaited(), why);
    }
}

fn fail(common: &Common, awaited: Option<Option<u64>>, why: &str) {
    if let Some(ticket) = awaited {
        common.send(Msg::WriteFailed {
            ticket,
            error: why.to_owned(),
        });
    }
}

/// Does one job.
pub(super) fn write(common: &Common, store: &mut Store, job: WriteJob, questions: &Questions) {
    let reviewer = &common.reviewer;
    let clock = &common.clock;
    let (ticket, done) = match job {
        WriteJob::Decide {
            ticket,
            edits,
            bulk,
        } => (
            Some(ticket),
            decide(store, &edits, bulk)
                .and_then(|c| store.apply(&c, reviewer, clock))
                .map(Some),
        ),
        WriteJob::Apply { ticket, change } => (
            Some(ticket),
            store.apply(&change, reviewer, clock).map(Some),
        ),
        WriteJob::Undo => (
            None,
            store
                .undo_last(1, reviewer, clock)
                .map(|acks| acks.into_iter().next()),
        ),
        WriteJob::UndoEntry(id) => (None, store.undo_entry(id, reviewer, clock).map(Some)),
        WriteJob::Redo => (None, store.redo(reviewer, clock)),
        WriteJob::SavePreset(preset) => {
            return preset_written(common, store.save_preset(&preset), questions);
        }
        WriteJob::DeletePreset(name) => {
            return preset_written(common, store.delete_preset(&name), questions);
        }
        WriteJob::SaveState(state) => {
            return quietly(common, store.set_screen_state(reviewer, &state));
        }
        WriteJob::PushHistory(filter) => {
            quietly(common, store.push_filter_history(&filter));
            if let Ok(history) = store.filter_history() {
                common.send(Msg::History(history));
            }
            return;
        }
        WriteJob::End => return,
    };
    match done {
        Ok(Some(ack)) => written(common, ack, questions),
        Ok(None) => common.send(Msg::Notice("nothing to undo or redo".to_owned())),
        // What is so already needs no entry, and what is shown is true.
        Err(StoreError::Unchanged) => common.send(Msg::Unchanged { ticket }),
        // Nothing to undo, or taken back already: no key was without effect that showed one.
        Err(StoreError::Refused(why)) if ticket.is_none() => common.send(Msg::Notice(why)),
        Err(error) => common.send(Msg::WriteFailed {
            ticket,
            error: error.to_string(),
        }),
    }
}

fn decide(store: &Store, edits: &[RowsEdit], bulk: Option<String>) -> Result<Change> {
    let mut found: Vec<Edit> = Vec::with_capacity(edits.len());
    for (i, RowsEdit { rows, set }) in edits.iter().enumerate() {
        let targets = match set {
            // The vocabulary belongs to no conversation.
            Set::TagInfo { .. } | Set::TagRename { .. } | Set::TagDelete { .. } => Vec::new(),
            // Most often all are about the same ones.
            _ if i > 0 && Arc::ptr_eq(rows, &edits[0].rows) => found[0].targets.clone(),
            _ => targets(store, rows)?,
        };
        found.push(Edit {
            targets,
            set: set.clone(),
        });
    }
    Ok(Change { edits: found, bulk })
}

fn targets(store: &Store, rows: &[i64]) -> Result<Vec<Target>> {
    let ids = store.ids(rows)?;
    if ids.is_empty() {
        return Err(StoreError::Refused(
            "the conversation was removed".to_owned(),
        ));
    }
    let target = |conversation| Target {
        conversation,
        event: None,
    };
    Ok(ids.into_iter().map(target).collect())
}

fn written(common: &Common, ack: Ack, questions: &Questions) {
    let rows = ack.rows.clone();
    // The acknowledgement first: the counts that follow from it come after.
    common.send(Msg::Written(ack));
    questions.reviewed(&rows);
}

fn preset_written(common: &Common, done: Result<()>, questions: &Questions) {
    match done {
        Ok(()) => questions.presets_changed(),
        Err(error) => common.send(Msg::WriteFailed {
            ticket: None,
            error: error.to_string(),
        }),
    }
}

/// What is only a convenience must not stop anybody; it is said and that is all.
fn quietly(common: &Common, done: Result<()>) {
    if let Err(error) = done {
        common.send(Msg::Notice(error.to_string()));
    }
}
