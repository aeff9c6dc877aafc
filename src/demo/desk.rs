//! What two colleagues have left behind: verdicts, tags, flags, notes, corrections, a few put by.

use super::assets::Desk;
use super::random::Rng;
use crate::model::{
    Change, ConversationId, CorrectionField, Edit, EventKind, EventTarget, FlowState, Imported,
    NoteId, Set, Status, Target, Verdict, event_keys,
};

/// The colleagues.
const REVIEWERS: [&str; 2] = ["lena", "tomas"];

/// A change of several edits on one conversation.
struct Decision {
    conversation: ConversationId,
    edits: Vec<Edit>,
}

impl Decision {
    fn set(&mut self, event: Option<EventTarget>, set: Set) {
        let target = Target {
            conversation: self.conversation,
            event,
        };
        self.edits.push(Edit {
            targets: vec![target],
            set,
        });
    }

    fn tag(&mut self, name: &str) {
        self.set(
            None,
            Set::Tag {
                name: name.into(),
                on: true,
            },
        );
    }

    fn end(self) -> Change {
        Change {
            edits: self.edits,
            bulk: None,
        }
    }
}

/// Their journal, oldest first.
pub(super) fn decisions(desk: &Desk, conversations: &[Imported]) -> Vec<(String, Change)> {
    let mut rng = Rng::of("desk", 0);
    let vocabulary = desk.tags.iter().map(|tag| Edit {
        targets: Vec::new(),
        set: Set::TagInfo {
            name: tag.name.as_str().into(),
            description: Some(tag.description.as_str().into()),
            key: Some(tag.key),
        },
    });
    let vocabulary = Change {
        edits: vocabulary.collect(),
        bulk: None,
    };
    let mut all = vec![(REVIEWERS[0].to_owned(), vocabulary)];
    let (mut saved, mut deleted) = (0, 0);
    // The newest are nobody's yet; of the older ones each reviewer has looked at some.
    let older = conversations.len().saturating_sub(30);
    for conversation in &conversations[..older] {
        let who = REVIEWERS[rng.below(2)].to_owned();
        if deleted < 2 && nonsense(conversation) && rng.chance(35.0) {
            deleted += 1;
            let mut decision = start(conversation);
            decision.set(None, Set::Status(Status::Deleted));
            all.push((who, decision.end()));
            continue;
        }
        let draw = rng.unit() * 100.0;
        if draw < 9.0 {
            all.push((who.clone(), review(desk, conversation, &mut rng)));
            if rng.chance(45.0)
                && let Some(marks) = marks(desk, conversation, &mut rng)
            {
                all.push((who, marks));
            }
        } else if draw < 10.4 && saved < 6 {
            saved += 1;
            let mut decision = start(conversation);
            decision.set(None, Set::Status(Status::Saved));
            all.push((who, decision.end()));
        } else if draw < 13.2 {
            let mut decision = start(conversation);
            decision.set(None, Set::Queue(Some(who.as_str().into())));
            all.push((REVIEWERS[0].to_owned(), decision.end()));
        }
    }
    all
}

fn start(conversation: &Imported) -> Decision {
    Decision {
        conversation: conversation.key.id(),
        edits: Vec::new(),
    }
}

fn has(conversation: &Imported, kind: EventKind) -> bool {
    conversation.events.iter().any(|e| e.kind == kind)
}

/// Nothing but messages that nobody could understand.
fn nonsense(conversation: &Imported) -> bool {
    let mut users = conversation
        .events
        .iter()
        .filter(|e| e.kind == EventKind::User)
        .peekable();
    users.peek().is_some()
        && conversation.events.len() < 16
        && users.all(|e| {
            e.intent
                .as_ref()
                .and_then(|i| i.effective())
                .is_some_and(|c| c.0 < 0.45)
        })
}

/// Verdict and tags by what is there.
fn review(desk: &Desk, conversation: &Imported, rng: &mut Rng) -> Change {
    let mut decision = start(conversation);
    let flows = || conversation.events.iter().filter_map(|e| e.flow.as_ref());
    let ended = |state| flows().any(|f| f.state == state);
    let left = ended(FlowState::Started) && !ended(FlowState::Completed);
    let fallback = conversation.events.iter().any(|e| e.fallback);
    let handed = has(conversation, EventKind::Handover);
    let rating = conversation.attributes.rating;
    let names: Vec<&str> = desk.tags.iter().map(|t| t.name.as_str()).collect();
    // In the order of the vocabulary: see desk.toml.
    let fitting = [
        fallback,
        left,
        handed,
        rating == Some(1),
        false,
        !fallback && ended(FlowState::Completed),
    ];
    for (place, fits) in fitting.into_iter().enumerate() {
        if fits
            && rng.chance(62.0)
            && let Some(name) = names.get(place)
        {
            decision.tag(name);
        }
    }
    if rng.chance(14.0)
        && let Some(name) = rng.pick(names.get(6..).unwrap_or_default())
    {
        decision.tag(name);
    }
    let bad = fallback || left || rating.is_some_and(|r| r <= 2);
    let verdict = if bad && rng.chance(80.0) {
        Some(Verdict::Negative)
    } else {
        (!bad && rng.chance(70.0)).then_some(Verdict::Positive)
    };
    if verdict.is_some() {
        decision.set(None, Set::Verdict(verdict));
    }
    decision.set(None, Set::Status(Status::Reviewed));
    decision.end()
}

/// A flag with a note, and the right intent beside the predicted one.
fn marks(desk: &Desk, conversation: &Imported, rng: &mut Rng) -> Option<Change> {
    let keys = event_keys(&conversation.events);
    let mut decision = start(conversation);
    let found = conversation
        .events
        .iter()
        .enumerate()
        .find(|(_, e)| e.fallback && e.kind == EventKind::User);
    let agent = conversation
        .events
        .iter()
        .position(|e| e.kind == EventKind::Agent);
    if let Some((seq, event)) = found {
        let target = EventTarget {
            key: keys[seq],
            seq: seq as u32,
        };
        let best = event
            .intent
            .as_ref()?
            .ranking
            .iter()
            .find(|r| r.name.for_search() != "nlu_fallback")?;
        decision.set(Some(target), Set::Flag(true));
        if best.confidence.is_some_and(|c| c.0 > 0.4) && rng.chance(70.0) {
            let value = super::speak::json_text(best.name.for_search());
            let field = CorrectionField::Intent;
            decision.set(
                Some(target),
                Set::Correction {
                    field,
                    value: Some(value.into()),
                },
            );
        } else {
            note(&mut decision, Some(target), &desk.notes_fallback, rng);
        }
    } else if let Some(seq) = agent {
        let target = EventTarget {
            key: keys[seq],
            seq: seq as u32,
        };
        decision.set(Some(target), Set::Flag(true));
        note(&mut decision, Some(target), &desk.notes_agent, rng);
    } else {
        if rng.chance(30.0) {
            decision.set(None, Set::Flag(true));
        }
        note(&mut decision, None, &desk.notes_whole, rng);
    }
    Some(decision.end())
}

fn note(decision: &mut Decision, event: Option<EventTarget>, texts: &[String], rng: &mut Rng) {
    let Some(text) = rng.pick(texts) else { return };
    let mut id = [0; 16];
    id[..8].copy_from_slice(&rng.next().to_be_bytes());
    id[8..].copy_from_slice(&rng.next().to_be_bytes());
    decision.set(
        event,
        Set::Note {
            id: NoteId(id),
            text: Some(text.as_str().into()),
        },
    );
}
