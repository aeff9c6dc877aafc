use super::*;
use crate::model::{
    ActionRun, Attributes, Entity, EventKind, FlowStep, Prediction, Ranked, SlotSet,
};

fn of(kind: EventKind) -> Event {
    Event {
        kind,
        ..Event::default()
    }
}

/// A typed message understood with this confidence; the ranking's second follows.
fn said(text: &str, confidence: f64, second: f64) -> Event {
    let ranked = |name: &str, confidence| Ranked {
        name: name.into(),
        confidence: Some(Confidence(confidence)),
    };
    Event {
        text: Some(text.into()),
        intent: Some(Prediction {
            name: Some("greet".into()),
            confidence: Some(Confidence(confidence)),
            ranking: vec![ranked("greet", confidence), ranked("deny", second)],
        }),
        ..of(EventKind::User)
    }
}

/// A message that the classifier gave up on, at this threshold.
fn given_up(text: &str, threshold: f64, real: f64) -> Event {
    let mut event = said(text, threshold, 0.0);
    let prediction = event.intent.as_mut().unwrap();
    prediction.name = Some("nlu_fallback".into());
    prediction.ranking[0].name = "nlu_fallback".into();
    prediction.ranking[1].confidence = Some(Confidence(real));
    event.fallback = true;
    event
}

fn action(name: &str, confidence: f64) -> Event {
    Event {
        action: Some(ActionRun {
            name: Some(name.into()),
            confidence: Some(Confidence(confidence)),
            policy: Some("TEDPolicy".into()),
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

fn flow(name: &str, step: Option<&str>, state: FlowState) -> Event {
    Event {
        flow: Some(FlowStep {
            name: name.into(),
            step: step.map(Untrusted::from),
            state,
        }),
        ..of(EventKind::Flow)
    }
}

/// As an importer leaves it: the slot asked for is a step of the form.
fn asks(form: &str, asked: &str) -> Event {
    Event {
        flow: flow(form, Some(asked), FlowState::Step).flow,
        ..slot("requested_slot", &format!("\"{asked}\""))
    }
}

fn derive(events: &[Event]) -> Facts {
    Facts::derive(&Attributes::default(), events, None)
}

fn names(counted: &[(Untrusted, u32)]) -> Vec<(&str, u32)> {
    counted.iter().map(|(n, c)| (n.for_search(), *c)).collect()
}

#[test]
fn bookkeeping_and_nameless_actions_do_not_count() {
    let mut nameless = action("", 0.1);
    nameless.action.as_mut().unwrap().name = None;
    let facts = derive(&[
        action("action_session_start", 0.2),
        of(EventKind::User),
        action("utter_greet", 0.9),
        action("utter_greet", 0.8),
        nameless,
        action("action_listen", 0.3),
    ]);
    assert_eq!(names(&facts.actions), [("utter_greet", 2)]);
    assert_eq!(facts.min_action_confidence.unwrap().0, 0.8);
    assert_eq!(facts.turns.len(), 2);
    assert_eq!(facts.turns[0].user, None);
    assert_eq!(facts.turns[1].actions.len(), 2);
    assert_eq!(facts.policies.len(), 1);
}

#[test]
fn low_confidence_is_doubt_if_the_assistant_acted_and_failure_if_not() {
    let acted = [said("hello there you", 0.5, 0.1), of(EventKind::Bot)];
    let facts = derive(&acted);
    let turn = &facts.turns[0];
    assert_eq!(turn.mark, MessageMark::NotUnderstood);
    assert!(turn.problem && turn.doubt && facts.doubted && !facts.failed);

    let facts = derive(&acted[..1]);
    assert!(facts.turns[0].problem && !facts.turns[0].doubt);
    assert!(facts.failed && !facts.doubted);
}

#[test]
fn a_small_margin_is_doubt_but_no_problem() {
    let facts = derive(&[said("hi", 0.75, 0.7), action("utter_greet", 1.0)]);
    let turn = &facts.turns[0];
    assert_eq!(turn.mark, MessageMark::Understood);
    assert!(turn.doubt && !turn.problem);
    let facts = derive(&[said("hi", 0.85, 0.75), action("utter_greet", 1.0)]);
    assert!(!facts.turns[0].doubt, "exactly a tenth is enough");
}

#[test]
fn a_confidence_on_the_threshold_is_not_understood() {
    let events = [
        said("hi", 0.7, 0.1),
        said("hi", 0.70004, 0.1),
        said("hi", 0.7001, 0.1),
    ];
    let marks: Vec<_> = derive(&events).turns.iter().map(|t| t.mark).collect();
    use MessageMark::{NotUnderstood, Understood};
    assert_eq!(marks, [NotUnderstood, NotUnderstood, Understood]);
}

#[test]
fn the_threshold_is_the_nearest_one_known() {
    let events = [said("hi", 0.5, 0.1), given_up("what", 0.4, 0.3)];
    let mut attributes = Attributes::default();
    let of_source = Some(Confidence(0.6));
    let threshold = |a: &Attributes, e: &[Event], s| Facts::derive(a, e, s).threshold.0;
    assert_eq!(threshold(&attributes, &events, of_source), 0.4);
    assert_eq!(threshold(&attributes, &events[..1], of_source), 0.6);
    assert_eq!(threshold(&attributes, &events[..1], None), 0.7);
    attributes.threshold = Some(Confidence(0.2));
    assert_eq!(threshold(&attributes, &events, of_source), 0.2);
}

#[test]
fn a_fallback_counts_once_an_event_and_fails_its_turn() {
    let mut default = action("action_default_fallback", 0.3);
    default.fallback = true;
    let facts = derive(&[given_up("qwertz", 0.7, 0.2), default, of(EventKind::Bot)]);
    assert_eq!((facts.fallbacks, facts.problems), (2, 1));
    assert!(facts.failed && !facts.doubted && facts.turns[0].fallback);
    assert_eq!(facts.min_confidence.unwrap().0, 0.2);
}

#[test]
fn what_a_form_accepts_as_an_answer_is_no_problem() {
    let form = || {
        vec![
            flow("order", None, FlowState::Started),
            asks("order", "city"),
            given_up("Rome", 0.7, 0.2),
        ]
    };
    let facts = derive(
        &[
            form(),
            vec![slot("city", "\"Rome\""), asks("order", "size")],
        ]
        .concat(),
    );
    assert_eq!(
        (facts.problems, facts.failed, facts.doubted),
        (0, false, false)
    );
    assert_eq!((facts.fallbacks, facts.queries), (1, 0));

    let other_slot = [form(), vec![slot("size", "2")]].concat();
    assert_eq!(derive(&other_slot).problems, 1);
    let cleared = [form(), vec![slot("city", "null")]].concat();
    assert_eq!(derive(&cleared).problems, 1);
    let rejected = [
        form(),
        vec![
            flow("order", None, FlowState::Interrupted),
            slot("city", "\"Rome\""),
        ],
    ];
    assert_eq!(derive(&rejected.concat()).problems, 1);
    let ended = [
        vec![
            flow("order", None, FlowState::Started),
            asks("order", "city"),
            flow("order", None, FlowState::Cancelled),
        ],
        vec![given_up("Rome", 0.7, 0.2), slot("city", "\"Rome\"")],
    ];
    let facts = derive(&ended.concat());
    assert_eq!((facts.problems, facts.queries), (1, 1));
}

#[test]
fn every_user_message_is_exactly_one_thing() {
    let click = Event {
        payload: Some("/affirm".into()),
        ..said("Yes", 1.0, 0.0)
    };
    let mut nameless = said("Hallo", 0.0, 0.0);
    nameless.intent.as_mut().unwrap().name = None;
    let silent = Event {
        text: Some("?".into()),
        ..of(EventKind::User)
    };
    let facts = derive(&[click, nameless, silent, said("hi", 0.9, 0.1)]);
    let marks: Vec<_> = facts.turns.iter().map(|t| t.mark).collect();
    use MessageMark::{Click, NoPrediction, Understood};
    assert_eq!(marks, [Click, NoPrediction, NoPrediction, Understood]);
    assert!(facts.clicked);
    assert_eq!(
        (facts.user_messages, facts.queries, facts.problems),
        (4, 3, 0)
    );
    assert_eq!(facts.min_confidence.unwrap().0, 0.0);
}

#[test]
fn flows_end_where_they_were_left() {
    let facts = derive(&[
        flow("order", None, FlowState::Started),
        asks("order", "city"),
        asks("order", "size"),
        asks("order", "city"),
        flow("order", None, FlowState::Completed),
        flow("order", None, FlowState::Started),
        asks("order", "city"),
        flow("order", None, FlowState::Cancelled),
        flow("login", None, FlowState::Started),
        of(EventKind::Restart),
        flow("login", None, FlowState::Started),
        asks("login", "name"),
    ]);
    let flows: Vec<_> = facts
        .flows
        .iter()
        .map(|f| {
            let step = f.step.as_ref().map(Untrusted::for_search);
            (f.name.for_search(), step, f.state)
        })
        .collect();
    use FlowState::{Cancelled, Completed, Started, Step};
    assert_eq!(
        flows,
        [
            ("order", Some("city"), Completed),
            ("order", Some("city"), Cancelled),
            ("login", None, Started),
            ("login", Some("name"), Step),
        ]
    );
    let pair = |a: &str, b: &str| (Untrusted::from(a), Untrusted::from(b));
    let steps = [
        pair("order", "city"),
        pair("order", "size"),
        pair("login", "name"),
    ];
    assert_eq!(facts.steps, steps);
    assert_eq!(facts.nodes, ["city", "size", "name"].map(Untrusted::from));
}

#[test]
fn slots_are_those_ever_filled_and_final_slots_those_at_the_end() {
    let facts = derive(&[
        slot("a", "1"),
        slot("a", "2"),
        slot("a", "1"),
        slot("b", "null"),
        slot("a", "null"),
    ]);
    let pair = |a: &str, b: &str| (Untrusted::from(a), Untrusted::from(b));
    assert_eq!(facts.slots, [pair("a", "1"), pair("a", "2")]);
    assert_eq!(facts.final_slots, [pair("a", "null"), pair("b", "null")]);
}

#[test]
fn the_preview_is_the_first_telling_message() {
    let click = Event {
        payload: Some("/start".into()),
        ..said("start it right now", 1.0, 0.0)
    };
    let greeting = said("hi", 0.9, 0.1);
    let telling = said("my parcel never came", 0.9, 0.1);
    let problem = said("what", 0.2, 0.1);
    let bot = Event {
        text: Some("Welcome".into()),
        ..of(EventKind::Bot)
    };
    let preview = |events: &[&Event]| {
        let events: Vec<Event> = events.iter().map(|e| (*e).clone()).collect();
        derive(&events).preview
    };
    assert_eq!(
        preview(&[&bot, &click, &greeting, &telling, &problem]),
        Some(4)
    );
    assert_eq!(preview(&[&bot, &click, &greeting, &telling]), Some(3));
    assert_eq!(preview(&[&bot, &click, &greeting]), Some(2));
    assert_eq!(preview(&[&bot, &click]), Some(0));
    assert_eq!(preview(&[]), None);
}

#[test]
fn the_sources_own_figures_go_before_ours() {
    let attributes = Attributes {
        queries: Some(7),
        escalated: Some(false),
        ..Attributes::default()
    };
    let events = [said("hi", 0.9, 0.1), of(EventKind::Handover)];
    let facts = Facts::derive(&attributes, &events, None);
    assert_eq!((facts.queries, facts.escalated), (7, false));
    let facts = derive(&events);
    assert_eq!((facts.queries, facts.escalated), (1, true));
    assert!(derive(&[of(EventKind::Agent)]).escalated);
}

#[test]
fn times_and_entities_are_gathered() {
    let mut first = said("to Rome", 0.9, 0.1);
    first.at = Some(Millis(50));
    first.entities = vec![Entity {
        name: "city".into(),
        value: "\"Rome\"".into(),
        ..Entity::default()
    }];
    let mut second = first.clone();
    second.at = Some(Millis(20));
    let facts = derive(&[first, second]);
    assert_eq!(
        (facts.started, facts.ended),
        (Some(Millis(20)), Some(Millis(50)))
    );
    assert_eq!(facts.entities.len(), 1);
    assert_eq!(facts.turns[1].entities.len(), 1);
    assert_eq!(names(&facts.intents), [("greet", 2)]);
}
