//! The events of one conversation as the assistant itself replayed them: what a rewind, an undo or a
//! restart takes back, which slots have which value, which form is active and what it asks for.
//!
//! The rules are those of `DialogueStateTracker.applied_events` in Rasa 3.6. One walk serves the mark
//! `reverted`, the slot state and the figures, so that they cannot disagree. Nothing here looks at text
//! that people typed.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::{Event, EventKind, FlowState};
use crate::text::Untrusted;

/// Names of system events that change the state; they stand in [`Event::text`].
pub(crate) mod names {
    /// Takes back the last user message and what followed, and the action before it.
    pub(crate) const REWIND: &str = "rewind";
    /// Takes back the last action.
    pub(crate) const UNDO: &str = "undo";
    /// Clears all slots.
    pub(crate) const RESET_SLOTS: &str = "reset_slots";
    /// The session marker.
    pub(crate) const SESSION_STARTED: &str = "session_started";
    /// A form stepped aside for another action; unlike a rejection it does not end the run.
    pub(crate) const LOOP_INTERRUPTED: &str = "loop_interrupted";
    /// The end of a form whose name nothing before it tells: Rasa 2 and later, and Rasa 1.
    pub(crate) const NAMELESS_LOOP_ENDS: [&str; 2] = ["active_loop", "form"];
    /// The slot that says what the active form asks for.
    pub(crate) const REQUESTED_SLOT: &str = "requested_slot";
    /// The slot in which Rasa keeps the metadata of a session's first message.
    pub(crate) const METADATA_SLOT: &str = "session_started_metadata";
}

/// What rewinds count: the part of an event that decides how far back one goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark<'a> {
    User,
    Action(Option<&'a str>),
    LoopEnd,
    Rejected(&'a str),
}

/// What an event changed, with the value before it.
#[derive(Clone, Copy, Debug)]
enum Before<'a> {
    Slot(usize, Option<&'a Untrusted>),
    Form(Option<&'a Untrusted>),
}

/// The state after the events walked so far.
#[derive(Debug, Default)]
pub(crate) struct Replay<'a> {
    loops: HashSet<&'a str>,
    /// The events that still count for rewinds: where they stand and what they are.
    spine: Vec<(usize, Mark<'a>)>,
    /// What to put back when events are taken back.
    log: Vec<(usize, Before<'a>)>,
    /// Where the present session, or what followed the last restart, begins.
    start: usize,
    slots: Vec<(&'a Untrusted, Option<&'a Untrusted>)>,
    places: HashMap<&'a str, usize>,
    form: Option<&'a Untrusted>,
}

impl<'a> Replay<'a> {
    /// For a walk over these events.
    pub(crate) fn new(events: impl IntoIterator<Item = &'a Event>) -> Self {
        Self {
            loops: events
                .into_iter()
                .filter(|e| e.kind == EventKind::Flow)
                .filter_map(|e| e.flow.as_ref())
                .filter(|f| f.state == FlowState::Started)
                .map(|f| f.name.for_search())
                .collect(),
            ..Self::default()
        }
    }

    /// Goes on by the event at `position`. Returns the positions before it that it takes back.
    pub(crate) fn step(&mut self, position: usize, event: &'a Event) -> Option<Range<usize>> {
        match event.kind {
            EventKind::User => self.spine.push((position, Mark::User)),
            EventKind::Action => self.action(position, event),
            EventKind::Slot => {
                if let Some(slot) = &event.slot {
                    let value = (slot.value.for_search() != "null").then_some(&slot.value);
                    self.set(position, &slot.name, value);
                }
            }
            EventKind::Flow => self.flow(position, event),
            EventKind::Restart => return Some(self.begin(position)),
            EventKind::Session if is_named(event, names::SESSION_STARTED) => {
                self.begin(position);
            }
            EventKind::System => return self.system(position, event),
            _ => {}
        }
        None
    }

    /// The value of a slot, `None` where it has none.
    pub(crate) fn slot(&self, name: &str) -> Option<&'a Untrusted> {
        self.slots[*self.places.get(name)?].1
    }

    /// Every slot set so far, in order of first setting, with its present value.
    pub(crate) fn slots(&self) -> &[(&'a Untrusted, Option<&'a Untrusted>)] {
        &self.slots
    }

    /// The active form.
    pub(crate) fn form(&self) -> Option<&'a Untrusted> {
        self.form
    }

    fn system(&mut self, position: usize, event: &'a Event) -> Option<Range<usize>> {
        match event.text.as_ref().map(Untrusted::for_search)? {
            names::REWIND => {
                self.pop_through(|mark| mark == Mark::User);
                let action = self.pop_through(|mark| matches!(mark, Mark::Action(_)));
                Some(self.take_back(action.unwrap_or(self.start), position))
            }
            names::UNDO => {
                let action = self.pop_through(|mark| matches!(mark, Mark::Action(_)));
                Some(self.take_back(action.unwrap_or(self.start), position))
            }
            names::RESET_SLOTS => {
                self.clear_slots(position);
                None
            }
            text if names::NAMELESS_LOOP_ENDS.contains(&text) => {
                self.end_form(position);
                None
            }
            _ => None,
        }
    }

    /// An action counts for rewinds; but where an active form's action runs again, the run before it
    /// goes on, and what stands between no longer counts.
    fn action(&mut self, position: usize, event: &'a Event) {
        let name = event
            .action
            .as_ref()
            .and_then(|a| a.name.as_ref())
            .map(Untrusted::for_search);
        let Some(run) = name
            .filter(|name| self.loops.contains(name))
            .and_then(|name| self.previous_run(name))
        else {
            self.spine.push((position, Mark::Action(name)));
            return;
        };
        let mut place = 0;
        self.spine.retain(|(_, mark)| {
            place += 1;
            place <= run + 1 || !matches!(mark, Mark::User | Mark::Action(_))
        });
    }

    /// Where in the spine the run stands that another one of this form continues.
    fn previous_run(&self, name: &str) -> Option<usize> {
        let mut next_action = None;
        for (place, (_, mark)) in self.spine.iter().enumerate().rev() {
            match *mark {
                Mark::LoopEnd => return None,
                Mark::Rejected(form) if form == name => return None,
                Mark::User if next_action.is_some_and(|next| next != name) => return None,
                Mark::Action(found) if found == Some(name) => return Some(place),
                Mark::Action(found) => next_action = found,
                Mark::User | Mark::Rejected(_) => {}
            }
        }
        None
    }

    fn flow(&mut self, position: usize, event: &'a Event) {
        let Some(flow) = &event.flow else { return };
        match flow.state {
            FlowState::Started => self.set_form(position, Some(&flow.name)),
            FlowState::Completed | FlowState::Cancelled => self.end_form(position),
            FlowState::Interrupted if !is_named(event, names::LOOP_INTERRUPTED) => {
                let form = flow.name.for_search();
                self.spine.push((position, Mark::Rejected(form)));
            }
            _ => {}
        }
    }

    fn end_form(&mut self, position: usize) {
        self.spine.push((position, Mark::LoopEnd));
        self.set_form(position, None);
    }

    fn set_form(&mut self, position: usize, form: Option<&'a Untrusted>) {
        self.log.push((position, Before::Form(self.form)));
        self.form = form;
    }

    fn set(&mut self, position: usize, name: &'a Untrusted, value: Option<&'a Untrusted>) {
        let slots = &mut self.slots;
        let place = *self.places.entry(name.for_search()).or_insert_with(|| {
            slots.push((name, None));
            slots.len() - 1
        });
        self.log
            .push((position, Before::Slot(place, self.slots[place].1)));
        self.slots[place].1 = value;
    }

    fn clear_slots(&mut self, position: usize) {
        for place in 0..self.slots.len() {
            if let Some(value) = self.slots[place].1.take() {
                self.log.push((position, Before::Slot(place, Some(value))));
            }
        }
    }

    /// A session start or restart: everything afresh. Returns what was there.
    fn begin(&mut self, position: usize) -> Range<usize> {
        self.spine.clear();
        self.log.clear();
        for slot in &mut self.slots {
            slot.1 = None;
        }
        self.form = None;
        std::mem::replace(&mut self.start, position + 1)..position
    }

    /// Removes up to and including the last such mark; everything where there is none.
    fn pop_through(&mut self, found: impl Fn(Mark<'a>) -> bool) -> Option<usize> {
        while let Some((position, mark)) = self.spine.pop() {
            if found(mark) {
                return Some(position);
            }
        }
        None
    }

    fn take_back(&mut self, from: usize, to: usize) -> Range<usize> {
        while let Some((_, before)) = self.log.pop_if(|(position, _)| *position >= from) {
            match before {
                Before::Slot(place, value) => self.slots[place].1 = value,
                Before::Form(form) => self.form = form,
            }
        }
        from..to
    }
}

/// True for the events that take back or begin afresh: they are never taken back themselves.
pub(crate) fn is_control(event: &Event) -> bool {
    match event.kind {
        EventKind::Restart => true,
        EventKind::Session => is_named(event, names::SESSION_STARTED),
        EventKind::System => is_named(event, names::REWIND) || is_named(event, names::UNDO),
        _ => false,
    }
}

fn is_named(event: &Event, name: &str) -> bool {
    event
        .text
        .as_ref()
        .is_some_and(|text| text.for_search() == name)
}

#[cfg(test)]
mod tests;
