//! What single events of a sender tell about each other, once they stand together in order.

use std::collections::HashMap;

use super::super::RasaEvent;
use crate::model::replay::{Replay, names};
use crate::model::{Event, EventKind, FlowState, FlowStep};
use crate::text::Untrusted;

/// What an event becomes in the light of those before it.
enum Finding {
    /// The title of the button that sends its payload.
    Title(Untrusted),
    /// Which form's what.
    Flow(FlowStep),
    /// It concerns no form that is known.
    NoFlow,
    /// Its entities belong to the user message of this index.
    Entities(usize),
}

/// Fills in what follows from neighbours: titles of clicked buttons, the names and outcomes of forms
/// that end, the step that a form asks for, entities that were found later.
pub fn link(events: &mut [RasaEvent]) {
    for (position, finding) in findings(events) {
        match finding {
            Finding::Title(title) => events[position].event.text = Some(title),
            Finding::Flow(flow) => {
                let event = &mut events[position].event;
                if event.kind == EventKind::System {
                    event.kind = EventKind::Flow;
                    event.text = None;
                }
                event.flow = Some(flow);
            }
            Finding::NoFlow => {
                let event = &mut events[position].event;
                event.kind = EventKind::System;
                event.flow = None;
            }
            Finding::Entities(user) => {
                let entities = std::mem::take(&mut events[position].event.entities);
                events[user].event.entities.extend(entities);
            }
        }
    }
}

fn findings(events: &[RasaEvent]) -> Vec<(usize, Finding)> {
    let mut findings = Vec::new();
    let mut replay = Replay::new(events.iter().map(|e| &e.event));
    let mut titles: HashMap<&str, &Untrusted> = HashMap::new();
    let mut user = None;
    // Of the present turn's action: its name, and whether `requested_slot` was cleared since.
    let mut action: Option<&str> = None;
    let mut cleared = false;
    for (position, RasaEvent { event, .. }) in events.iter().enumerate() {
        match event.kind {
            EventKind::User => {
                user = Some(position);
                (action, cleared) = (None, false);
                let payload = event.payload.as_ref().map(Untrusted::for_search);
                if let Some(title) = payload.and_then(|p| titles.get(p)) {
                    findings.push((position, Finding::Title((*title).clone())));
                }
            }
            EventKind::Bot => {
                let buttons = event.buttons.iter();
                titles.extend(
                    buttons.filter_map(|b| Some((b.payload.as_ref()?.for_search(), &b.title))),
                );
            }
            EventKind::Action => {
                action = action_name(event);
                cleared = false;
            }
            EventKind::Slot => {
                if let Some(asked) = requested(event) {
                    cleared |= asked.is_none();
                    if let Some((step, form)) = asked.zip(replay.form()) {
                        let flow = FlowStep {
                            name: form.clone(),
                            step: Some(step),
                            state: FlowState::Step,
                        };
                        findings.push((position, Finding::Flow(flow)));
                    }
                }
            }
            EventKind::Flow if is_loop_interruption(event) => {
                findings.push((position, of_form(replay.form(), FlowState::Interrupted)));
            }
            EventKind::System => {
                let text = event.text.as_ref().map_or("", Untrusted::for_search);
                if names::NAMELESS_LOOP_ENDS.contains(&text) {
                    // A form that is done has asked for nothing before it ends; one that is left
                    // ends first. Rasa 1 ends both before: there the form's own action ends it well.
                    let form = replay.form();
                    let own = text == "form"
                        && action.is_some()
                        && action == form.map(Untrusted::for_search);
                    let state = if cleared || own {
                        FlowState::Completed
                    } else {
                        FlowState::Cancelled
                    };
                    if form.is_some() {
                        findings.push((position, of_form(form, state)));
                    }
                } else if text == "entities"
                    && !event.entities.is_empty()
                    && let Some(user) = user
                {
                    findings.push((position, Finding::Entities(user)));
                }
            }
            _ => {}
        }
        replay.step(position, event);
    }
    findings
}

fn of_form(form: Option<&Untrusted>, state: FlowState) -> Finding {
    match form {
        Some(name) => Finding::Flow(FlowStep {
            name: name.clone(),
            step: None,
            state,
        }),
        None => Finding::NoFlow,
    }
}

fn is_loop_interruption(event: &Event) -> bool {
    event
        .text
        .as_ref()
        .is_some_and(|t| t.for_search() == names::LOOP_INTERRUPTED)
}

/// For an event that sets `requested_slot`: the slot that is asked for, if any.
fn requested(event: &Event) -> Option<Option<Untrusted>> {
    let slot = event.slot.as_ref()?;
    (slot.name.for_search() == names::REQUESTED_SLOT).then(|| {
        let asked = serde_json::from_str::<String>(slot.value.for_search());
        asked.ok().map(Untrusted::from)
    })
}

fn action_name(event: &Event) -> Option<&str> {
    let run = event.action.as_ref()?;
    run.name.as_ref().map(Untrusted::for_search)
}

/// True for events that hand over to a human: a message of a human agent, Rasa's `pause` (made to let a
/// human take over), and an action named after it. Actions that only ask or offer do not count:
/// `action_handoff` and `utter_human_handoff` do, `action_handoff_options` and `utter_ask_handoff` do
/// not.
pub fn hands_over(event: &Event) -> bool {
    /// Words that turn the name of a handover into that of a question, a choice or a refusal.
    const NO_DEED: [&str; 22] = [
        "ask",
        "asks",
        "offer",
        "offers",
        "option",
        "options",
        "confirm",
        "confirmation",
        "check",
        "validate",
        "propose",
        "suggest",
        "no",
        "not",
        "deny",
        "decline",
        "declined",
        "reject",
        "cancel",
        "cancelled",
        "failed",
        "unavailable",
    ];
    match event.kind {
        EventKind::Agent | EventKind::Handover => true,
        EventKind::System => event
            .text
            .as_ref()
            .is_some_and(|t| t.for_search() == "pause"),
        EventKind::Action => action_name(event).is_some_and(|name| {
            let name = name.to_ascii_lowercase();
            let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
            let named = words.iter().any(|w| matches!(*w, "handoff" | "handover"))
                || words
                    .windows(2)
                    .any(|pair| matches!(pair, ["hand", "off" | "over"]));
            named && !words.iter().any(|w| NO_DEED.contains(w))
        }),
        _ => false,
    }
}
