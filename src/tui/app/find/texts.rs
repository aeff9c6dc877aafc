//! What a find looks through: every text of a conversation with the event it belongs to. Pure.

use std::borrow::Cow;

use crate::model::{Event, Prediction};
use crate::store::Whole;
use crate::text::{Haystack, Untrusted};
use crate::tui::app::about::{IN_HEADER, shown};
use crate::tui::app::predicted::{action_parts, runner_up, turn_mark, turn_of_message};
use crate::tui::unquoted;

/// Whom a text that is searched belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Owner {
    /// The event, or the line of the detail; `None`: the header.
    pub number: Option<usize>,
    /// It is the message itself, whose bytes are highlighted.
    pub message: bool,
}

/// Everything of an event that the reader shows, the message first.
fn said<'a>(whole: &'a Whole, seq: usize, event: &'a Event, out: &mut Vec<(bool, Cow<'a, str>)>) {
    let mut add = |text: Option<&'a Untrusted>| {
        if let Some(text) = text {
            out.push((false, Cow::Borrowed(text.for_search())));
        }
    };
    if let Some(intent) = &event.intent {
        add(intent.shown());
        add(intent
            .name
            .as_ref()
            .filter(|_| Prediction::is_fallback(intent)));
        let close = turn_of_message(whole, seq).is_some_and(|t| !turn_mark(t).0.is_empty());
        add(runner_up(intent).map(|r| r.0).filter(|_| close));
    }
    add(event.payload.as_ref());
    for button in &event.buttons {
        add(Some(&button.title));
    }
    if let Some(flow) = &event.flow {
        add(Some(&flow.name));
        add(flow.step.as_ref());
    } else if let Some(slot) = &event.slot {
        add(Some(&slot.name));
        out.push((false, Cow::Borrowed(unquoted(slot.value.for_search()))));
    }
    if let Some((name, ..)) = action_parts(event) {
        out.push((false, Cow::Owned(name)));
    }
    if let Some(action) = &event.action
        && let Some(policy) = &action.policy
    {
        out.push((false, Cow::Borrowed(policy.for_search())));
    }
    let key = whole.keys.get(seq);
    for note in &whole.review.notes {
        if note.event.is_some_and(|e| Some(&e.key) == key) {
            out.push((false, Cow::Borrowed(note.text.for_search())));
        }
    }
}

/// What the header says: the words of people and sources, not its figures.
fn header<'a>(whole: &'a Whole, out: &mut Vec<(bool, Cow<'a, str>)>) {
    let review = &whole.card.review;
    let labels = review.tags.iter().chain(&review.auto_tags);
    let comment = whole.card.attributes.rating_comment.iter();
    let notes = whole.review.notes.iter();
    let notes = notes.filter(|n| n.event.is_none() || n.detached);
    let texts = comment.chain(labels).chain(notes.map(|n| &n.text));
    out.extend(texts.map(|text| (false, Cow::Borrowed(text.for_search()))));
    let about = IN_HEADER.map(|field| shown(&whole.card, field).0);
    out.extend(about.map(|text| (false, Cow::Owned(text))));
}

/// All texts of a conversation with what they belong to.
pub(super) fn of(whole: &Whole) -> (Vec<Owner>, Haystack) {
    let mut texts: Vec<(bool, Cow<'_, str>)> = Vec::new();
    header(whole, &mut texts);
    let mut owners: Vec<Owner> = texts.iter().map(|_| Owner::default()).collect();
    for (number, event) in whole.events.iter().enumerate() {
        let before = texts.len();
        if let Some(text) = &event.text {
            if event.kind.author().is_some() {
                texts.push((true, Cow::Borrowed(text.for_search())));
            } else if event.action.is_none() {
                // As the reader writes what the source calls `session_started`.
                texts.push((false, Cow::Owned(text.for_search().replace('_', " "))));
            }
        }
        said(whole, number, event, &mut texts);
        let new = texts[before..].iter();
        owners.extend(new.map(|(message, _)| Owner {
            number: Some(number),
            message: *message,
        }));
    }
    let hay = Haystack::new(texts.iter().map(|(_, text)| text.as_ref()));
    (owners, hay)
}
