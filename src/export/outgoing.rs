//! What leaves the program, and what is hidden of it first. Exporters take an [`Outgoing`] and nothing
//! else, so that no way out can forget to hide what it was asked to hide. Nothing here writes.

use std::collections::HashMap;

pub use crate::model::Privacy;
use crate::model::{Event, EventKey, EventTarget, Facts, Hash, Masked, event_keys, relabel};
use crate::store::{Card, Whole};
use crate::text::Untrusted;

/// A conversation as it may leave.
#[derive(Clone, Debug)]
pub struct Outgoing(Whole);

impl Outgoing {
    /// Hides what is to be hidden: the only way to one. Where anything is hidden, ids and keys are those
    /// that importing the result gives: the others are hashes of what is hidden.
    pub fn new(mut whole: Whole, privacy: &Privacy) -> Self {
        if privacy.is_none() {
            return Self(whole);
        }
        hide(&mut whole, privacy);
        whole.card.id = whole.card.key.id();
        let keys = event_keys(&whole.events);
        let known = whole.keys.iter().zip(&keys);
        let mut new: HashMap<EventKey, EventKey> = known.map(|(a, b)| (*a, *b)).collect();
        let review = &mut whole.review;
        let notes = review.notes.iter_mut().filter_map(|n| n.event.as_mut());
        let corrections = review.corrections.iter_mut().filter_map(|c| c.0.as_mut());
        for target in review
            .flagged_events
            .iter_mut()
            .chain(notes)
            .chain(corrections)
        {
            // An event that is gone has a name of its own, that says nothing of it.
            let gone = new.len() as i64;
            let key = new.entry(target.key).or_insert_with(|| {
                let mut hash = Hash::new("gone event");
                hash.number(gone);
                EventKey(hash.end())
            });
            *target = EventTarget {
                key: *key,
                ..*target
            };
        }
        whole.keys = keys;
        Self(whole)
    }

    /// The conversation as it leaves.
    pub fn whole(&self) -> &Whole {
        &self.0
    }
}

/// Hides in a conversation; ids and keys stay, by which the store is asked.
pub fn hide(whole: &mut Whole, privacy: &Privacy) {
    let Whole {
        card,
        events,
        keys,
        facts,
        review,
    } = whole;
    let Some(mask) = privacy.mask(&card.key, Some(&card.external_id), &card.attributes, events)
    else {
        return;
    };
    let said: Vec<Option<(Untrusted, Masked)>> =
        events.iter_mut().map(|event| mask.event(event)).collect();
    let native = mask.id(&card.key.native);
    card.external_id = relabel(&card.external_id, &card.key.native, &native);
    card.key.native = native;
    if let Some(preview) = &mut card.preview {
        *preview = mask.text("", preview.for_export()).text;
    }
    for (field, value) in &mut card.review.corrected {
        *value = mask.correction(*field, value, None);
    }
    for (reviewer, _) in card.review.decided.iter_mut().chain(&mut review.decided) {
        *reviewer = mask.text("", reviewer.for_export()).text;
    }
    for queue in card.review.queue.iter_mut().chain(&mut review.queue) {
        *queue = mask.text("", queue.for_export()).text;
    }
    for note in &mut review.notes {
        note.text = mask.text("", note.text.for_export()).text;
        note.reviewer = mask.text("", note.reviewer.for_export()).text;
    }
    for (target, field, value) in &mut review.corrections {
        let place = target.and_then(|t| keys.iter().position(|key| *key == t.key));
        let said = place.and_then(|at| said.get(at)?.as_ref());
        *value = mask.correction(*field, value, said);
    }
    mask.attributes(&mut card.attributes);
    *facts = Facts::derive(&card.attributes, events, Some(facts.threshold));
    card.intents = facts.intents.clone();
    card.actions = facts.actions.clone();
    card.final_slots = facts.final_slots.clone();
    card.flows = facts.flows.clone();
}

/// Hides in a line of the list. What its events say decides what is personal in it: without them digits
/// that are a telephone number elsewhere in the conversation are only digits.
pub fn hide_card(card: &mut Card, events: &[Event], privacy: &Privacy) {
    let label = Some(&card.external_id);
    let Some(mask) = privacy.mask(&card.key, label, &card.attributes, events) else {
        return;
    };
    let native = mask.id(&card.key.native);
    card.external_id = relabel(&card.external_id, &card.key.native, &native);
    card.key.native = native;
    if let Some(preview) = &mut card.preview {
        *preview = mask.text("", preview.for_export()).text;
    }
    for (field, value) in &mut card.review.corrected {
        *value = mask.correction(*field, value, None);
    }
    for (name, value) in &mut card.final_slots {
        *value = mask.json(name.for_search(), value);
    }
    if let Some((reviewer, _)) = &mut card.review.decided {
        *reviewer = mask.text("", reviewer.for_export()).text;
    }
    mask.attributes(&mut card.attributes);
}
