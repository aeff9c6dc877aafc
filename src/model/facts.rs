//! What follows from the events of one conversation: the figures of the list, the turns, the problems.
//!
//! One derivation serves the store (narrow rows, turns), the reference evaluation of filters, the reader
//! and the JSON, so that a figure cannot mean two things.

mod derive;
mod flows;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::replay::{Replay, is_control};
use super::{Confidence, Event, EventKind, FlowState, Millis};
use crate::text::Untrusted;

/// What a user message is; each is exactly one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MessageMark {
    /// A button click: payload or clicked button.
    Click,
    /// A fallback, or effective confidence at or below the threshold.
    NotUnderstood,
    /// Understood.
    Understood,
    /// There is no prediction at all, or one without a name and confidence.
    #[default]
    NoPrediction,
}

/// A user message and everything up to the next; the first turn may have no user message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TurnFacts {
    /// Number of the first event.
    pub first: u32,
    /// Number after the last event.
    pub end: u32,
    /// Number of the user message.
    pub user: Option<u32>,
    /// Recorded intent.
    pub intent: Option<Untrusted>,
    /// Effective confidence.
    pub confidence: Option<Confidence>,
    /// Margin.
    pub margin: Option<Confidence>,
    /// Actions that count (no bookkeeping, with a name), with confidence.
    pub actions: Vec<(Untrusted, Option<Confidence>)>,
    /// Entities of the user message: name and JSON value.
    pub entities: Vec<(Untrusted, Untrusted)>,
    /// What the user message is.
    pub mark: MessageMark,
    /// A fallback event stands in it.
    pub fallback: bool,
    /// A fallback or a message not understood, unless a form accepted it as an answer.
    pub problem: bool,
    /// Low confidence or small margin, though the assistant acted and no fallback stands in it.
    pub doubt: bool,
}

/// How far one run of a flow or form came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlowOutcome {
    /// Flow or form.
    pub name: Untrusted,
    /// The last step reached.
    pub step: Option<Untrusted>,
    /// `Completed`, `Cancelled` or, where it was simply left, `Step` or `Started`.
    pub state: FlowState,
}

/// Everything derived from one conversation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// Lowest event time.
    pub started: Option<Millis>,
    /// Highest event time.
    pub ended: Option<Millis>,
    /// User, bot and agent messages.
    pub messages: u32,
    /// User messages.
    pub user_messages: u32,
    /// Bot messages.
    pub bot_messages: u32,
    /// Agent messages.
    pub agent_messages: u32,
    /// The source's own count, else user messages that are neither clicks nor slot fills.
    pub queries: u32,
    /// Events that are a fallback.
    pub fallbacks: u32,
    /// Turns that are a problem.
    pub problems: u32,
    /// Lowest effective intent confidence.
    pub min_confidence: Option<Confidence>,
    /// Lowest margin.
    pub min_margin: Option<Confidence>,
    /// Lowest action confidence, bookkeeping and nameless actions left out.
    pub min_action_confidence: Option<Confidence>,
    /// The threshold that was applied.
    pub threshold: Confidence,
    /// Handed over to a human at least once.
    pub escalated: bool,
    /// Intents by name with how often, in order of first occurrence.
    pub intents: Vec<(Untrusted, u32)>,
    /// Actions that count, by name with how often.
    pub actions: Vec<(Untrusted, u32)>,
    /// Policies of those actions, each once.
    pub policies: Vec<Untrusted>,
    /// Entities: name and JSON value, each pair once.
    pub entities: Vec<(Untrusted, Untrusted)>,
    /// Slots filled at any time, reverted or not: name and JSON value, each pair once; clearing is no filling.
    pub slots: Vec<(Untrusted, Untrusted)>,
    /// Final value of every slot that has one or was cleared, as JSON text.
    pub final_slots: Vec<(Untrusted, Untrusted)>,
    /// Flows in order of start.
    pub flows: Vec<FlowOutcome>,
    /// Flow and step pairs entered, each once.
    pub steps: Vec<(Untrusted, Untrusted)>,
    /// Steps that ask (`node:`), each once.
    pub nodes: Vec<Untrusted>,
    /// The turns.
    pub turns: Vec<TurnFacts>,
    /// At least one user message is a click.
    pub clicked: bool,
    /// The event whose text is the preview: first problem, else first typed message of three words or
    /// more, else first typed message, else first message.
    pub preview: Option<u32>,
    /// Mark beside the lowest confidence in the list (`x`): a problem turn with a fallback in it, or one
    /// to which the assistant did not even react.
    pub failed: bool,
    /// Mark beside the lowest confidence in the list (`?`): low, but acted.
    pub doubted: bool,
}

/// True for actions that only keep the books: kept as events, folded, never counted.
pub fn is_bookkeeping(action: &str) -> bool {
    matches!(action, "action_listen" | "action_session_start")
}

/// True for slots that only keep the assistant's own books. `requested_slot` is none of them.
pub fn is_bookkeeping_slot(slot: &str) -> bool {
    matches!(
        slot,
        "session_started_metadata" | "flow_hashes" | "route_session_to_calm"
    )
}

/// True for events that only keep the books, or are of the platform's own: they say nothing to a reader, in no
/// form in which a conversation is shown.
pub fn is_quiet(event: &Event) -> bool {
    if event.fallback {
        return false;
    }
    match event.kind {
        EventKind::Action => event
            .action
            .as_ref()
            .and_then(|a| a.name.as_ref())
            .is_some_and(|name| is_bookkeeping(name.for_search())),
        EventKind::Slot => event.slot.as_ref().is_some_and(|slot| {
            let name = slot.name.for_search();
            // With a flow it is the step of a form.
            is_bookkeeping_slot(name) || name == "requested_slot" && event.flow.is_none()
        }),
        EventKind::System => !matches!(
            event.text.as_ref().map_or("", Untrusted::for_search),
            "rewind" | "undo" | "pause" | "resume" | "reset_slots"
        ),
        _ => false,
    }
}

/// Sets [`Event::reverted`] over the whole list: what a later rewind, undo or restart took back. A restart
/// takes back its session alone, and what took back before is not taken back itself.
pub fn mark_reverted(events: &mut [Event]) {
    let reverted = reverted(events);
    for (event, reverted) in events.iter_mut().zip(reverted) {
        event.reverted = reverted;
    }
}

/// Of each event, whether one of these events after it took it back: of the beginning of a conversation,
/// how it stood then.
pub fn reverted(events: &[Event]) -> Vec<bool> {
    let mut taken = Vec::new();
    let mut replay = Replay::new(events);
    for (position, event) in events.iter().enumerate() {
        taken.extend(replay.step(position, event));
    }
    let mut reverted = vec![false; events.len()];
    // Ranges are nested or apart: going backwards, what a later one covers need not be marked again.
    let mut from = usize::MAX;
    for range in taken.into_iter().rev() {
        for position in range.start..range.end.min(from) {
            reverted[position] = !is_control(&events[position]);
        }
        from = from.min(range.start);
    }
    reverted
}
