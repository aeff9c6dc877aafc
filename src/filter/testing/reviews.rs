//! What reviewers decide of a random conversation.

use super::{REVIEWERS, Random};
use crate::model::{
    Change, CorrectionField, Edit, Event, EventKind, EventTarget, Imported, Millis, Note, NoteId,
    Review, Set, Status, Target, Verdict, event_keys,
};

const TAGS: &[&str] = &["billing", "Late reply", "none"];

/// A random conversation with what reviewers decided about it.
#[derive(Clone, Debug)]
pub struct Made {
    /// As an importer would yield it.
    pub imported: Imported,
    /// Decisions in order: on which event (or the conversation), what.
    pub sets: Vec<(Option<usize>, Set)>,
    /// Who decided.
    pub reviewer: &'static str,
    /// When.
    pub decided: Millis,
}

impl Made {
    /// The decisions as one change.
    pub fn change(&self) -> Change {
        let keys = event_keys(&self.imported.events);
        let edit = |(event, set): &(Option<usize>, Set)| Edit {
            targets: vec![Target {
                conversation: self.imported.key.id(),
                event: event.map(|seq| EventTarget {
                    key: keys[seq],
                    seq: seq as u32,
                }),
            }],
            set: set.clone(),
        };
        Change {
            edits: self.sets.iter().map(edit).collect(),
            bulk: None,
        }
    }

    /// What the decisions add up to.
    pub fn review(&self) -> Review {
        let mut review = Review::default();
        for edit in self.change().edits {
            let event = edit.targets[0].event;
            match edit.set {
                Set::Status(status) => review.status = status,
                Set::Verdict(verdict) => review.verdict = verdict,
                Set::Flag(_) => match event {
                    Some(target) => review.flagged_events.push(target),
                    None => review.flagged = true,
                },
                Set::Tag { name, .. } => review.tags.push(name),
                Set::Note { id, text } => review.notes.extend(text.map(|text| Note {
                    id,
                    event,
                    detached: false,
                    text,
                    reviewer: self.reviewer.into(),
                    at: self.decided,
                })),
                Set::Correction { field, value } => review
                    .corrections
                    .extend(value.map(|json| (event, field, json))),
                Set::Queue(queue) => review.queue = queue,
                _ => {}
            }
        }
        if !self.sets.is_empty() {
            review.decided = Some((self.reviewer.into(), self.decided));
        }
        review
    }
}

pub(super) fn random_sets(
    random: &mut Random,
    events: &[Event],
    seed: u64,
) -> Vec<(Option<usize>, Set)> {
    let mut sets = Vec::new();
    if random.once_in(3) {
        return sets;
    }
    if !random.once_in(3) {
        sets.push((None, Set::Status(random.of(&Status::ALL))));
    }
    if random.once_in(2) {
        let verdict = random.of(&[Verdict::Positive, Verdict::Negative]);
        sets.push((None, Set::Verdict(Some(verdict))));
    }
    for tag in TAGS {
        if random.once_in(3) {
            let name = (*tag).into();
            sets.push((None, Set::Tag { name, on: true }));
        }
    }
    if random.once_in(3) {
        sets.push((None, Set::Queue(Some(random.of(&REVIEWERS).into()))));
    }
    if random.once_in(4) {
        sets.push((None, Set::Flag(true)));
    }
    for (field, json) in [
        (CorrectionField::Topics, "[\"returns/refund\"]"),
        (CorrectionField::Topics, "[]"),
        (CorrectionField::Sentiment, "\"negative\""),
        (CorrectionField::Language, "\"pt\""),
    ] {
        let again = |s: &(Option<usize>, Set)| matches!(s.1, Set::Correction { field: f, .. } if f == field);
        if random.once_in(5) && !sets.iter().any(again) {
            sets.push((None, correction(field, json)));
        }
    }
    note(random, None, seed, &mut sets);
    if !events.is_empty() && random.once_in(2) {
        let seq = random.below(events.len() as u64) as usize;
        let target = Some(seq);
        if random.once_in(2) {
            sets.push((target, Set::Flag(true)));
        }
        note(random, target, seed, &mut sets);
        if events[seq].kind == EventKind::User && random.once_in(2) {
            let json = random.of(&["\"greet\"", "\"ask_order\""]);
            sets.push((target, correction(CorrectionField::Intent, json)));
        }
        if events[seq].kind == EventKind::User && random.once_in(2) {
            let json = random.of(ENTITIES);
            sets.push((target, correction(CorrectionField::Entities, json)));
        }
    }
    sets
}

/// Entities as people mark them: none at all, one, several, of names in other cases.
const ENTITIES: &[&str] = &[
    "[]",
    r#"[{"entity":"City","value":"Rome","start":0,"end":4}]"#,
    r#"[{"entity":"Order ID","value":3,"start":0,"end":1},{"entity":"city","value":"x","start":2,"end":3,"role":"to"}]"#,
];

fn correction(field: CorrectionField, json: &str) -> Set {
    Set::Correction {
        field,
        value: Some(json.into()),
    }
}

fn note(
    random: &mut Random,
    event: Option<usize>,
    seed: u64,
    sets: &mut Vec<(Option<usize>, Set)>,
) {
    if !random.once_in(4) {
        return;
    }
    let mut id = [0; 16];
    id[..8].copy_from_slice(&seed.to_le_bytes());
    id[8..].copy_from_slice(&(sets.len() as u64).to_le_bytes());
    let text = random.of(&["answered too late", "Late!", "fine"]);
    let set = Set::Note {
        id: NoteId(id),
        text: Some(text.into()),
    };
    sets.push((event, set));
}
