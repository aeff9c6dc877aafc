//! Review state of our own JSON as journal entries, one for each reviewer who has a part in it.
//!
//! Their ids follow from what they say, so that importing the same again adds nothing.

use serde_json::value::RawValue;

use super::value;
use super::wire::{NoteRecord, Record};
use crate::model::{
    Change, CorrectionField, Edit, EntryId, EventKey, EventTarget, Hash, Imported, Millis, NoteId,
    ReviewSeed, Set, Target, event_keys, spelled,
};
use crate::text::Untrusted;

/// Who decided, where the JSON does not say.
const UNKNOWN: &str = "import";

/// The reviews that came with one conversation.
pub(super) fn seeds(record: &Record<'_>, imported: &Imported) -> Result<Vec<ReviewSeed>, String> {
    let review = record.review.as_ref();
    let last = imported.events.iter().filter_map(|e| e.at).max();
    let last = last.unwrap_or(imported.key.time);
    let decided = review.and_then(|r| r.decided.as_ref());
    let mut seeds = Seeds {
        conversation: Target {
            conversation: imported.key.id(),
            event: None,
        },
        reviewer: decided.map_or_else(|| UNKNOWN.into(), |d| d.reviewer.clone()),
        at: match decided {
            Some(decided) => super::moment(&decided.at)?,
            None => last,
        },
        edits: Vec::new(),
        notes: Vec::new(),
    };
    seeds.conversation(record);
    if let Some(review) = review {
        seeds.marks(None, None, &review.notes, &review.corrections.0)?;
    }
    let keys = event_keys(&imported.events);
    for (seq, (event, key)) in record.events.iter().zip(keys).enumerate() {
        let seq = u32::try_from(seq).map_err(|_| "too many events".to_owned())?;
        let target = Some(EventTarget { key, seq });
        seeds.marks(target, event.flagged, &event.notes, &event.corrections.0)?;
    }
    for gone in review
        .and_then(|r| r.detached.as_ref())
        .into_iter()
        .flatten()
    {
        let target = Some(EventTarget {
            key: EventKey(bytes(&gone.key)?),
            seq: gone.seq,
        });
        seeds.marks(target, gone.flagged, &gone.notes, &gone.corrections.0)?;
    }
    Ok(seeds.finish())
}

struct Seeds {
    conversation: Target,
    reviewer: Untrusted,
    at: Millis,
    /// What the last decider is taken to have decided.
    edits: Vec<Edit>,
    /// Notes with who wrote them and when.
    notes: Vec<(Untrusted, Millis, Edit)>,
}

impl Seeds {
    fn edit(&mut self, target: Target, set: Set) {
        self.edits.push(Edit {
            targets: vec![target],
            set,
        });
    }

    /// The registers of the conversation that differ from those of one nobody has touched.
    fn conversation(&mut self, record: &Record<'_>) {
        let about = &record.conversation;
        let target = self.conversation;
        if let Some(status) = about.status.filter(|s| *s != Default::default()) {
            self.edit(target, Set::Status(status));
        }
        if about.verdict.is_some() {
            self.edit(target, Set::Verdict(about.verdict));
        }
        if about.flagged == Some(true) {
            self.edit(target, Set::Flag(true));
        }
        for name in about.tags.iter().flatten() {
            let name = name.clone();
            self.edit(target, Set::Tag { name, on: true });
        }
        if about.queue.is_some() {
            self.edit(target, Set::Queue(about.queue.clone()));
        }
    }

    /// What stands on an event, or with `None` on the conversation.
    fn marks(
        &mut self,
        event: Option<EventTarget>,
        flagged: Option<bool>,
        notes: &Option<Vec<NoteRecord>>,
        corrections: &[(CorrectionField, &RawValue)],
    ) -> Result<(), String> {
        let target = Target {
            event,
            ..self.conversation
        };
        if flagged == Some(true) {
            self.edit(target, Set::Flag(true));
        }
        for (field, raw) in corrections {
            let set = Set::Correction {
                field: *field,
                value: Some(spelled(*field, value(raw))),
            };
            self.edit(target, set);
        }
        for note in notes.iter().flatten() {
            self.note(target, note)?;
        }
        Ok(())
    }

    fn note(&mut self, target: Target, note: &NoteRecord) -> Result<(), String> {
        let reviewer = note.reviewer.clone();
        let reviewer = reviewer.unwrap_or_else(|| self.reviewer.clone());
        let at = match &note.at {
            Some(text) => super::moment(text)?,
            None => self.at,
        };
        let id = match &note.id {
            Some(id) => NoteId(bytes(id)?),
            None => {
                let mut hash = Hash::new("note of an import");
                hash.bytes(&target.conversation.0);
                hash.bytes(target.event.as_ref().map_or(&[], |e| &e.key.0));
                hash.text(note.text.for_search());
                NoteId(hash.end())
            }
        };
        let text = Some(note.text.clone());
        let edit = Edit {
            targets: vec![target],
            set: Set::Note { id, text },
        };
        self.notes.push((reviewer, at, edit));
        Ok(())
    }

    fn finish(self) -> Vec<ReviewSeed> {
        let mut seeds = Vec::new();
        if !self.edits.is_empty() {
            seeds.push(seed(self.reviewer, self.at, self.edits));
        }
        for (reviewer, at, edit) in self.notes {
            seeds.push(seed(reviewer, at, vec![edit]));
        }
        seeds
    }
}

fn seed(reviewer: Untrusted, at: Millis, edits: Vec<Edit>) -> ReviewSeed {
    let mut hash = Hash::new("review of afterword-jsonl");
    hash.text(reviewer.for_search());
    hash.number(at.0);
    for edit in &edits {
        // The spelling that the journal itself keeps; it cannot fail for plain data.
        hash.bytes(&postcard::to_stdvec(edit).unwrap_or_default());
    }
    ReviewSeed {
        entry: EntryId(hash.end()),
        reviewer,
        at,
        change: Change { edits, bulk: None },
    }
}

/// 16 bytes in hexadecimal.
fn bytes(text: &str) -> Result<[u8; 16], String> {
    data_encoding::HEXLOWER
        .decode(text.as_bytes())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| "an id that is not 32 hexadecimal digits".to_owned())
}
