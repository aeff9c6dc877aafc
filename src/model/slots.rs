//! Slot state after an event, as the assistant itself would have had it.
//!
//! The rules are those of `DialogueStateTracker.applied_events` in Rasa 3.6: rewinds, undos, restarts,
//! resets and session starts undo slots too.

use super::Event;
use super::replay::Replay;
use crate::text::Untrusted;

/// All slots with their JSON values, in order of first setting. Cleared ones stay with `null`, and so do
/// those whose only value was taken back: what they were before is not in the log.
pub type SlotState = Vec<(Untrusted, Untrusted)>;

/// The slot states after each of these events (after the last one where a number is beyond the end), from one
/// walk over the conversation. The numbers ascend; `None` stands before the first: no slot is set there.
pub fn slot_states_at<const N: usize>(
    events: &[Event],
    seqs: [Option<usize>; N],
) -> [SlotState; N] {
    // Which actions are forms is known from the whole conversation, also to the assistant on loading it.
    let mut replay = Replay::new(events);
    let mut walked = 0;
    seqs.map(|seq| {
        let end = seq.map_or(0, |seq| seq.saturating_add(1)).min(events.len());
        for (position, event) in events.iter().enumerate().take(end).skip(walked) {
            replay.step(position, event);
        }
        walked = walked.max(end);
        state_of(&replay)
    })
}

/// For each event that sets a slot, the JSON value of that slot before it, from one walk over the conversation;
/// `None` where it had none (never set, cleared, reset, begun afresh, taken back), and for every other event.
pub fn slot_values_before(events: &[Event]) -> Vec<Option<&Untrusted>> {
    let mut replay = Replay::new(events);
    let mut before = Vec::with_capacity(events.len());
    for (position, event) in events.iter().enumerate() {
        let slot = event.slot.as_ref();
        before.push(slot.and_then(|s| replay.slot(s.name.for_search())));
        replay.step(position, event);
    }
    before
}

/// The slot state where a replay stands.
pub(super) fn state_of(replay: &Replay<'_>) -> SlotState {
    replay
        .slots()
        .iter()
        .map(|(name, value)| {
            let value = value.cloned().unwrap_or_else(|| "null".into());
            ((*name).clone(), value)
        })
        .collect()
}
