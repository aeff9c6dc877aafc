//! The replay against a slow one that follows Rasa's own words step by step, on random events.

use proptest::prelude::*;

use super::*;
use crate::model::{
    ActionRun, Attributes, Facts, FlowStep, SlotSet, SlotState, mark_reverted, slot_states_at,
    slot_values_before,
};

fn of(kind: EventKind) -> Event {
    Event {
        kind,
        ..Event::default()
    }
}

fn named(kind: EventKind, text: &str) -> Event {
    Event {
        text: Some(text.into()),
        ..of(kind)
    }
}

fn action(name: Option<&str>) -> Event {
    Event {
        action: Some(ActionRun {
            name: name.map(Untrusted::from),
            ..ActionRun::default()
        }),
        ..of(EventKind::Action)
    }
}

fn slot(name: &str, value: &str) -> Event {
    Event {
        slot: Some(SlotSet {
            name: name.into(),
            value: value.into(),
        }),
        ..of(EventKind::Slot)
    }
}

fn flow(name: &str, state: FlowState) -> Event {
    Event {
        flow: Some(FlowStep {
            name: name.into(),
            step: None,
            state,
        }),
        ..of(EventKind::Flow)
    }
}

fn any_event() -> impl Strategy<Value = Event> {
    let form = prop_oneof![Just("form_a"), Just("form_b")];
    prop_oneof![
        4 => Just(of(EventKind::User)),
        4 => Just(action(Some("action_listen"))),
        4 => form.clone().prop_map(|name| action(Some(name))),
        1 => Just(action(Some("utter"))),
        1 => Just(action(None)),
        1 => Just(of(EventKind::Bot)),
        4 => (prop_oneof![Just("a"), Just("b")], prop_oneof![Just("1"), Just("2"), Just("null")])
            .prop_map(|(name, value)| slot(name, value)),
        1 => Just(slot("requested_slot", "\"a\"")),
        2 => form.clone().prop_map(|name| flow(name, FlowState::Started)),
        1 => form.clone().prop_map(|name| flow(name, FlowState::Completed)),
        1 => form.clone().prop_map(|name| flow(name, FlowState::Interrupted)),
        1 => form.prop_map(|name| Event {
            text: Some(names::LOOP_INTERRUPTED.into()),
            ..flow(name, FlowState::Interrupted)
        }),
        1 => Just(named(EventKind::System, "active_loop")),
        1 => Just(named(EventKind::System, "user_featurization")),
        2 => Just(named(EventKind::System, names::REWIND)),
        1 => Just(named(EventKind::System, names::UNDO)),
        1 => Just(named(EventKind::System, names::RESET_SLOTS)),
        1 => Just(named(EventKind::Restart, "restart")),
        1 => Just(named(EventKind::Session, names::SESSION_STARTED)),
    ]
}

/// The events that count after all of `events`, as Rasa's tracker lists them, and from where the last
/// event, if it takes back, does so.
fn applied(events: &[Event], all: &[Event]) -> (Vec<usize>, Option<usize>) {
    let is = |at: usize, text: &str| is_named(&events[at], text);
    let user = |at: usize| events[at].kind == EventKind::User;
    let acted = |at: usize| events[at].kind == EventKind::Action;
    let name = |at: usize| {
        let run = events[at].action.as_ref()?;
        run.name.as_ref().map(Untrusted::for_search)
    };
    let state = |at: usize| events[at].flow.as_ref().map(|f| f.state);
    let loops: Vec<&str> = all
        .iter()
        .filter_map(|e| e.flow.as_ref())
        .filter(|f| f.state == FlowState::Started)
        .map(|f| f.name.for_search())
        .collect();
    let mut list: Vec<usize> = Vec::new();
    let mut begin = 0;
    let mut cut = None;
    for at in 0..events.len() {
        cut = None;
        let mut until = |found: &dyn Fn(usize) -> bool, list: &mut Vec<usize>| {
            cut = Some(begin);
            while let Some(last) = list.pop() {
                if found(last) {
                    cut = Some(last);
                    break;
                }
            }
        };
        if events[at].kind == EventKind::Restart || is(at, names::SESSION_STARTED) {
            list.clear();
            cut = (events[at].kind == EventKind::Restart).then_some(begin);
            begin = at + 1;
        } else if is(at, names::UNDO) {
            until(&acted, &mut list);
        } else if is(at, names::REWIND) {
            until(&user, &mut list);
            until(&acted, &mut list);
        } else if acted(at) && name(at).is_some_and(|n| loops.contains(&n)) {
            // Is it the first run of this loop, or on an unhappy path?
            let mut again = None;
            let mut next = None;
            for (place, &before) in list.iter().enumerate().rev() {
                let ends = matches!(
                    state(before),
                    Some(FlowState::Completed | FlowState::Cancelled)
                ) || is(before, "active_loop");
                let rejected = state(before) == Some(FlowState::Interrupted)
                    && !is(before, names::LOOP_INTERRUPTED)
                    && events[before].flow.as_ref().map(|f| f.name.for_search()) == name(at);
                if ends || rejected || user(before) && next.is_some() && next != name(at) {
                    break;
                }
                if acted(before) {
                    if name(before) == name(at) {
                        again = Some(place);
                        break;
                    }
                    next = name(before);
                }
            }
            match again {
                None => list.push(at),
                Some(run) => {
                    let counts = |&e: &usize| !(user(e) || acted(e) || is(e, "user_featurization"));
                    let kept: Vec<usize> = list[run + 1..].iter().copied().filter(counts).collect();
                    list.truncate(run + 1);
                    list.extend(kept);
                }
            }
        } else {
            list.push(at);
        }
    }
    (list, cut)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_rasas_own_words(events in prop::collection::vec(any_event(), 0..40)) {
        let mut reverted = vec![false; events.len()];
        for end in 1..=events.len() {
            let (list, cut) = applied(&events[..end], &events);
            if let Some(cut) = cut {
                for position in cut..end - 1 {
                    reverted[position] |= !is_control(&events[position]);
                }
            }
            let mut slots: Vec<(&str, &str)> = Vec::new();
            let set = events[..end].iter().filter_map(|e| e.slot.as_ref());
            for slot in set {
                let name = slot.name.for_search();
                if slots.iter().all(|(known, _)| *known != name) {
                    slots.push((name, "null"));
                }
            }
            for at in list {
                if is_named(&events[at], names::RESET_SLOTS) {
                    slots.iter_mut().for_each(|slot| slot.1 = "null");
                }
                if let Some(slot) = &events[at].slot {
                    let found = slots.iter_mut().find(|s| s.0 == slot.name.for_search());
                    found.unwrap().1 = slot.value.for_search();
                }
            }
            let state = slot_state_at(&events, end - 1);
            let state: Vec<(&str, &str)> =
                state.iter().map(|(n, v)| (n.for_search(), v.for_search())).collect();
            prop_assert_eq!(state, slots, "after {}", end - 1);
        }
        for (seq, before) in slot_values_before(&events).into_iter().enumerate() {
            let slot = events[seq].slot.as_ref();
            let state = if seq == 0 { Vec::new() } else { slot_state_at(&events, seq - 1) };
            let old = slot.and_then(|s| state.iter().find(|known| known.0 == s.name));
            let old = old.map(|known| &known.1).filter(|value| value.for_search() != "null");
            prop_assert_eq!(before, old, "before {}", seq);
        }
        let mut marked = events.clone();
        mark_reverted(&mut marked);
        let marked: Vec<bool> = marked.iter().map(|e| e.reverted).collect();
        prop_assert_eq!(marked, reverted);

        let facts = Facts::derive(&Attributes::default(), &events, None);
        let turns: Vec<u32> = facts.turns.iter().flat_map(|t| t.first..t.end).collect();
        let every: Vec<u32> = (0..events.len() as u32).collect();
        prop_assert_eq!(turns, every);
        prop_assert_eq!(&facts.final_slots, &slot_state_at(&events, events.len()));
        let (middle, last) = (events.len() / 2, events.len());
        prop_assert_eq!(
            slot_states_at(&events, [None, Some(middle), Some(middle), Some(last)]),
            [vec![], slot_state_at(&events, middle), slot_state_at(&events, middle), facts.final_slots]
        );
    }
}

fn slot_state_at(events: &[Event], seq: usize) -> SlotState {
    let [state] = slot_states_at(events, [Some(seq)]);
    state
}

/// Positions of the reverted events.
fn reverted(mut events: Vec<Event>) -> Vec<usize> {
    mark_reverted(&mut events);
    let marked = events.iter().enumerate().filter(|(_, e)| e.reverted);
    marked.map(|(position, _)| position).collect()
}

#[test]
fn a_rewind_takes_back_the_message_and_the_listening_before_it() {
    let events = vec![
        action(Some("action_listen")),
        of(EventKind::User),
        action(Some("utter_greet")),
        of(EventKind::Bot),
        action(Some("action_listen")),
        of(EventKind::User),
        slot("city", "\"Rome\""),
        action(Some("action_default_fallback")),
        named(EventKind::System, names::REWIND),
        of(EventKind::Bot),
    ];
    assert_eq!(reverted(events.clone()), [4, 5, 6, 7]);
    let null = |n: &str| (Untrusted::from(n), Untrusted::from("null"));
    assert_eq!(slot_state_at(&events, 7)[0].1.for_search(), "\"Rome\"");
    assert_eq!(slot_state_at(&events, 8), [null("city")]);
}

#[test]
fn a_rewind_after_a_form_ran_again_goes_no_further_than_the_last_message() {
    let events = vec![
        action(Some("form_a")),
        flow("form_a", FlowState::Started),
        slot("requested_slot", "\"a\""),
        action(Some("action_listen")),
        of(EventKind::User),
        action(Some("form_a")),
        slot("a", "1"),
        action(Some("action_listen")),
        of(EventKind::User),
        named(EventKind::System, names::REWIND),
        named(EventKind::System, names::REWIND),
    ];
    // The second rewind finds no message any more that counts: all goes, the form's start included.
    assert_eq!(reverted(events[..10].to_vec()), [7, 8]);
    assert_eq!(reverted(events), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn a_restart_takes_back_its_own_session_alone() {
    let events = vec![
        of(EventKind::User),
        named(EventKind::Session, names::SESSION_STARTED),
        of(EventKind::User),
        slot("a", "1"),
        named(EventKind::Restart, "restart"),
        of(EventKind::User),
    ];
    assert_eq!(reverted(events.clone()), [2, 3]);
    assert_eq!(slot_state_at(&events, 9)[0].1.for_search(), "null");
}
