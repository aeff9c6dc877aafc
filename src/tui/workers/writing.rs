//! Writing: every change in order, none dropped, each answered by its acknowledgement or its failure.

use std::sync::Arc;

use crossbeam_channel::Receiver;

use super::Common;
use super::query::Questions;
use crate::model::{Ack, Change, Edit, EntryId, Preset, Set, Target};
use crate::store::{Access, Result, Store, StoreError};
use crate::tui::msg::Msg;

/// What to write.
pub(super) enum WriteJob {
    /// Decisions on whole conversations.
    Decide {
        /// Comes back with a failure.
        ticket: u64,
        /// Where.
        rows: Vec<i64>,
        /// What.
        sets: Vec<Set>,
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

pub(super) fn run(common: &Common, jobs: &Receiver<WriteJob>, questions: &Arc<Questions>) {
    let Some(mut store) = common.open(&Access::Review) else {
        // Everything that is asked for from now on fails, and says so.
        for job in jobs {
            match job {
                WriteJob::Decide { ticket, .. } | WriteJob::Apply { ticket, .. } => {
                    let error = "the store could not be opened for writing".to_owned();
                    common.send(Msg::WriteFailed {
                        ticket: Some(ticket),
                        error,
                    });
                }
                WriteJob::End => return,
                _ => {}
            }
        }
        return;
    };
    for job in jobs {
        if matches!(job, WriteJob::End) {
            return;
        }
        write(common, &mut store, job, questions);
    }
}

/// Does one job.
pub(super) fn write(common: &Common, store: &mut Store, job: WriteJob, questions: &Questions) {
    let reviewer = &common.reviewer;
    let clock = &common.clock;
    let (ticket, done) = match job {
        WriteJob::Decide {
            ticket,
            rows,
            sets,
            bulk,
        } => (
            Some(ticket),
            decide(store, &rows, sets, bulk)
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
        Ok(Some(ack)) => written(common, store, ack, questions),
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

fn decide(store: &Store, rows: &[i64], sets: Vec<Set>, bulk: Option<String>) -> Result<Change> {
    let ids = store.ids(rows)?;
    if ids.is_empty() {
        return Err(StoreError::Refused(
            "the conversation was removed".to_owned(),
        ));
    }
    let targets: Vec<Target> = ids
        .into_iter()
        .map(|conversation| Target {
            conversation,
            event: None,
        })
        .collect();
    let edits = sets
        .into_iter()
        .map(|set| match set {
            // The vocabulary belongs to no conversation.
            Set::TagInfo { .. } | Set::TagRename { .. } | Set::TagDelete { .. } => Edit {
                targets: Vec::new(),
                set,
            },
            set => Edit {
                targets: targets.clone(),
                set,
            },
        })
        .collect();
    Ok(Change { edits, bulk })
}

fn written(common: &Common, store: &Store, ack: Ack, questions: &Questions) {
    questions.reviewed(ack.rows.clone());
    common.send(Msg::Written(ack));
    if let Ok(tags) = store.tags() {
        common.send(Msg::Tags(tags));
    }
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
