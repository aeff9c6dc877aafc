//! Review decisions that a source brings: journal entries like any other, which never override a person.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension};

use super::apply::plan;
use super::entry::Origin;
use super::origins::{Meta, Origins, settle_decisions};
use super::registers::{Register, Site};
use super::tags::Vocabulary;
use super::values::{Stamp, What};
use super::writer::{EntryWriter, Head, micros};
use super::{Result, StoreError, sqlite};
use crate::model::{ConversationId, Edit, EntryKind, Hash, NoteId, ReviewSeed, Set, Target};

/// Applies the decisions that came with the conversation `row`, inside the caller's transaction. True if
/// something was written; an entry that is there already is left as it is.
///
/// Its card must be there. Registers that a person wrote stay; between imports the later one wins, by the
/// source's time. What lost is in the entry all the same, so that it reads the same in every store.
pub(crate) fn apply_seed(tx: &Connection, row: i64, seed: &ReviewSeed) -> Result<bool> {
    if Meta::by_id(tx, seed.entry)?.is_some() {
        return Ok(false);
    }
    let id: Option<[u8; 16]> = tx
        .prepare_cached("SELECT id FROM card WHERE row = ?1")
        .and_then(|mut q| q.query_row([row], |r| r.get(0)).optional())
        .map_err(sqlite("writing the reviews of an import"))?;
    let Some(id) = id else { return Ok(false) };

    let mut vocabulary = Vocabulary::read(tx)?;
    let mut origins = Origins::new(tx);
    let mut edits = Vec::new();
    for edit in &seed.change.edits {
        if is_welcome(&edit.set, &vocabulary, &mut origins)? {
            let here = |target: &Target| Target {
                conversation: ConversationId(id),
                ..*target
            };
            edits.push(Edit {
                targets: edit.targets.iter().map(here).collect(),
                set: own_note(tx, row, ConversationId(id), &edit.set)?,
            });
        }
    }
    // What cannot be applied must not hold up the import: the conversation counts.
    let refused = |error: &StoreError| matches!(error, StoreError::Refused(_));
    let plan = plan(tx, &edits, &mut vocabulary, refused)?;

    let stamp = Stamp {
        person: false,
        at: micros(seed.at),
        id: seed.entry,
    };
    let mut writer = EntryWriter::begin(tx)?;
    vocabulary.flush(&mut writer, &mut origins, &HashMap::new())?;
    let mut decided = Vec::new();
    for planned in &plan {
        let mut register = Register::open(tx, planned.place)?;
        for (row, target) in &planned.targets {
            let Some(held) = register.read(*row, target.event)? else {
                continue;
            };
            let holder = match held.by {
                Some(by) => Some(origins.meta(by)?.stamp()),
                None => None,
            };
            // What nobody wrote, or a person said already, an import need not say again: a store's own
            // export brings it nothing.
            if held.value == planned.value && holder.is_none_or(|h| h.person) {
                continue;
            }
            let wins = holder.is_none_or(|h| stamp > h);
            let event = target.event.map(|e| e.key);
            let owner = origins.of(held.by, &planned.what.key(), *row, event)?;
            let new = (&planned.value, Origin::This);
            if wins {
                if matches!(planned.what, What::Status | What::Verdict) {
                    decided.push(*row);
                }
                let site = Site {
                    row: *row,
                    target: *target,
                    held,
                    owner,
                };
                writer.set(&mut register, &planned.what, vec![site], new, None)?;
            } else {
                let old = (held.value, Origin::of(owner));
                writer.note_write(&planned.what, target, old, new);
            }
        }
    }
    if writer.body().writes.is_empty() {
        return Ok(false);
    }
    let head = Head {
        id: seed.entry,
        kind: EntryKind::Import,
        undoes: None,
        at: stamp.at,
        wall: seed.at,
        reviewer: seed.reviewer.for_export(),
        bulk: None,
    };
    let summary = writer.words();
    writer.finish(&head, summary)?;
    settle_decisions(tx, decided)?;
    Ok(true)
}

/// A note has one place. Where the same conversation comes once more under another source's name, its
/// notes are notes of their own there.
fn own_note(tx: &Connection, row: i64, conversation: ConversationId, set: &Set) -> Result<Set> {
    let Set::Note { id, text } = set else {
        return Ok(set.clone());
    };
    let taken: Option<i64> = tx
        .prepare_cached("SELECT row FROM note WHERE id = ?1")
        .and_then(|mut q| q.query_row([id.0], |r| r.get(0)).optional())
        .map_err(sqlite("writing the reviews of an import"))?;
    let id = match taken {
        Some(other) if other != row => {
            let mut hash = Hash::new("note of another conversation");
            hash.bytes(&id.0);
            hash.bytes(&conversation.0);
            NoteId(hash.end())
        }
        _ => *id,
    };
    Ok(Set::Note {
        id,
        text: text.clone(),
    })
}

/// Imports decide on conversations, not on the vocabulary: a tag that a person took out stays out.
fn is_welcome(set: &Set, vocabulary: &Vocabulary<'_>, origins: &mut Origins<'_>) -> Result<bool> {
    Ok(match set {
        Set::TagInfo { .. } | Set::TagRename { .. } | Set::TagDelete { .. } => false,
        Set::Tag { name, on: true } => {
            let name = name.for_search();
            match vocabulary.by(name) {
                Some(by) if vocabulary.get(name).is_none() => !origins.meta(by)?.stamp().person,
                _ => true,
            }
        }
        _ => true,
    })
}

#[cfg(test)]
mod tests;
