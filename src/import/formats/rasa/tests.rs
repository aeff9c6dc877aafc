use proptest::prelude::*;

use super::*;
use crate::model::{Facts, mark_reverted};

fn event(raw: &str) -> Event {
    parse(raw).unwrap().event.event
}

fn linked(raws: &[&str]) -> Vec<Event> {
    let mut events: Vec<RasaEvent> = raws.iter().map(|r| parse(r).unwrap().event).collect();
    link(&mut events);
    events.into_iter().map(|e| e.event).collect()
}

fn str(text: &Option<Untrusted>) -> Option<&str> {
    text.as_ref().map(Untrusted::for_search)
}

#[test]
fn a_user_message_has_everything_that_was_understood() {
    let raw = r#"{"event": "user", "timestamp": 1600000000.1234, "metadata": {"model_id": "m1", "assistant_id": "bot1",
        "locale": "pt-BR", "device": {"os": "iOS", "v": 12}, "page": "/x", "tags": ["a"]},
        "text": "to Rome", "parse_data": {"intent": {"id": 3, "name": "travel", "confidence": 0.91},
        "entities": [{"entity": "city", "value": "Rome", "start": 3, "end": 7, "extractor": "DIET",
        "confidence_entity": 0.8, "role": "to"}, {"value": "no name"}],
        "intent_ranking": [{"name": "travel", "confidence": 0.91}, {"name": null, "confidence": 0.1}, {"name": "bye", "confidence": 0.05}],
        "response_selector": {"all": {"x": [1, 2]}}}, "input_channel": "rest", "message_id": "x"}"#;
    let parsed = parse(raw).unwrap();
    assert_eq!(parsed.sender, None);
    let RasaEvent {
        event,
        session_marker,
        about,
    } = parsed.event;
    assert!(!session_marker && !event.fallback);
    assert_eq!(event.at, Some(Millis(1_600_000_000_123)));
    assert_eq!(str(&event.text), Some("to Rome"));
    assert_eq!(event.payload, None);
    assert_eq!(str(&event.raw), Some(raw));
    let intent = event.intent.unwrap();
    assert_eq!(str(&intent.name), Some("travel"));
    assert_eq!(intent.confidence.unwrap().0, 0.91);
    assert_eq!(intent.ranking.len(), 2);
    let [city] = &event.entities[..] else {
        panic!("{} entities", event.entities.len())
    };
    assert_eq!(city.name.for_search(), "city");
    assert_eq!(city.value.for_search(), "\"Rome\"");
    assert_eq!(city.span, Some((3, 7)));
    assert_eq!(
        (str(&city.role), str(&city.extractor)),
        (Some("to"), Some("DIET"))
    );
    assert_eq!(city.confidence.unwrap().0, 0.8);
    assert_eq!(str(&about.channel), Some("rest"));
    assert_eq!(str(&about.model_id), Some("m1"));
    assert_eq!(str(&about.assistant_id), Some("bot1"));
    assert_eq!(str(&about.language), Some("pt-BR"));
    assert_eq!(str(&about.device), Some("iOS"));
    assert_eq!(about.metadata, [("page".into(), "\"/x\"".into())]);
}

#[test]
fn figures_are_read_in_every_spelling() {
    let confidence = |text: &str| {
        let raw = format!(
            r#"{{"event": "action", "name": "a", "confidence": {text}, "timestamp": "1.5"}}"#
        );
        let event = event(&raw);
        assert_eq!(event.at, Some(Millis(1_500)));
        event.action.unwrap().confidence.map(|c| c.0)
    };
    assert_eq!(confidence("0.25"), Some(0.25));
    assert_eq!(confidence("1"), Some(1.0));
    assert_eq!(confidence("\"0.98\""), Some(0.98));
    assert_eq!(confidence("{\"$numberDouble\": \"0.5\"}"), Some(0.5));
    for none in [
        "null",
        "\"\"",
        "\"high\"",
        "NaN",
        "-Infinity",
        "1e400",
        "[1]",
        "true",
        "\"inf\"",
    ] {
        assert_eq!(confidence(none), None, "{none}");
    }
}

#[test]
fn types_that_are_wrong_cost_their_field_alone() {
    let odd = event(
        r#"{"event": "user", "timestamp": null, "text": 7, "parse_data": [1, {"a": 2}], "input_channel": {"a": 1},
            "metadata": "x", "entities": {"a": [1]}}"#,
    );
    assert_eq!(
        (odd.at, str(&odd.text), odd.intent),
        (None, Some("7"), None)
    );
    let odd = event(
        r#"{"event": "bot", "text": null, "data": {"buttons": "none", "quick_replies": [{"payload": "/x"}, 3]}}"#,
    );
    assert_eq!(odd.text, None);
    assert_eq!(odd.buttons[0].title.for_search(), "/x");
    let odd = event(r#"{"event": "slot", "value": 1}"#);
    assert_eq!(
        (odd.kind, str(&odd.text)),
        (EventKind::System, Some("slot"))
    );
    let odd = event(
        r#"{"event": "user", "text": "hi", "parse_data": {"intent": {"name": null, "confidence": 0.0}}}"#,
    );
    let intent = odd.intent.unwrap();
    assert_eq!(
        (intent.name, intent.confidence.map(|c| c.0)),
        (None, Some(0.0))
    );
    assert!(!odd.fallback, "no name is no fallback");
}

#[test]
fn an_object_for_a_channel_is_spelt_alike_whoever_wrote_it() {
    let channel = |object: &str| {
        let raw = format!(r#"{{"event": "user", "text": "hi", "input_channel": {object}}}"#);
        parse(&raw).unwrap().event.about.channel
    };
    let compact = channel(r#"{"a":1,"b":["x y"]}"#);
    assert_eq!(str(&compact), Some(r#"{"a":1,"b":["x y"]}"#));
    assert_eq!(channel("{\"a\": 1,\n  \"b\": [ \"x\\u0020y\" ]}"), compact);
}

#[test]
fn of_a_key_that_stands_twice_the_last_counts() {
    let twice = event(r#"{"event": "bot", "event": "user", "text": "a", "text": "b"}"#);
    assert_eq!((twice.kind, str(&twice.text)), (EventKind::User, Some("b")));
}

#[test]
fn half_surrogates_are_mended_and_the_record_kept() {
    let raw = r#"{"event": "user", "timestamp": 1, "text": "a\ud83d b\ud83d\ude00", "metadata": {"x": "\ude00"}}"#;
    let event = event(raw);
    assert_eq!(str(&event.text), Some("a\u{fffd} b😀"));
    assert_eq!(str(&event.raw), Some(raw));
}

#[test]
fn unknown_events_are_kept_under_their_name() {
    let found = event(r#"{"event": "tts_finished", "timestamp": 1, "name": 3, "value": {}}"#);
    assert_eq!(
        (found.kind, str(&found.text)),
        (EventKind::System, Some("tts_finished"))
    );
    assert_eq!(parse("{}").unwrap_err(), "no event type");
    assert_eq!(parse("[]").unwrap_err(), "no event type");
    assert!(parse("{\"event\"").unwrap_err().starts_with("not JSON"));
}

#[test]
fn rows_without_an_event_are_what_their_columns_say() {
    let columns = |kind: &str| Columns {
        type_name: Some(kind.into()),
        timestamp: Some(2.0),
        intent_name: Some("prices".into()),
        action_name: Some("utter_prices".into()),
    };
    let row = |raw: &str, kind: &str| parse_row(raw, &columns(kind)).unwrap().event.event;
    let user = row(
        r#"{"text": "how much?", "intent": {"name": "x", "confidence": 0.9}}"#,
        "user",
    );
    let intent = user.intent.unwrap();
    assert_eq!(
        (str(&intent.name), intent.confidence),
        (Some("prices"), None)
    );
    assert_eq!(user.at, Some(Millis(2_000)));
    let bot = row(
        r#"{"text": "10", "buttons": [{"title": "More", "payload": "/more"}]}"#,
        "bot",
    );
    assert_eq!(bot.buttons.len(), 1);
    let action = row("{}", "action").action.unwrap();
    assert_eq!(str(&action.name), Some("utter_prices"));
    // The JSON goes before the columns, which name whatever the event is about.
    let own = row(
        r#"{"event": "action", "name": null, "action_text": "Hello!"}"#,
        "user",
    );
    assert_eq!(
        (str(&own.text), own.action.unwrap().name),
        (Some("Hello!"), None)
    );
}

#[test]
fn rasa_1_numbers_its_policies() {
    let bare = [
        ("policy_2_TEDPolicy", "TEDPolicy"),
        ("policy_12_policy_1_X", "policy_1_X"),
        ("policy_x_Y", "policy_x_Y"),
        ("policy__Y", "policy__Y"),
        ("RulePolicy", "RulePolicy"),
    ];
    for (written, name) in bare {
        assert_eq!(bare_policy(written), name);
    }
}

#[test]
fn fallbacks_are_marked() {
    let user = |intent: &str| {
        event(&format!(
            r#"{{"event": "user", "text": "x", "parse_data": {{"intent": {{"name": "{intent}", "confidence": 0.7}}}}}}"#
        ))
        .fallback
    };
    assert!(user("nlu_fallback"));
    assert!(!user("none") && !user("out_of_scope"));
    for (name, fallback) in [
        ("action_default_fallback", true),
        ("action_two_stage_fallback", true),
        ("action_default_ask_rephrase", true),
        ("action_default_ask_affirmation", true),
        ("action_revert_fallback_events", false),
        ("utter_default", false),
    ] {
        let raw = format!(r#"{{"event": "action", "name": "{name}"}}"#);
        assert_eq!(event(&raw).fallback, fallback, "{name}");
    }
    let calm = r#"{"event": "user", "text": "x", "parse_data": {"commands": [{"command": "cannot handle"}]}}"#;
    assert!(event(calm).fallback);
    assert!(event(r#"{"event": "flow_started", "flow_id": "pattern_cannot_handle"}"#).fallback);
}

#[test]
fn payloads_are_what_nobody_typed() {
    let payload = |text: &str, intent: &str, more: &str| {
        let raw = format!(
            r#"{{"event": "user", "text": "{text}", "parse_data": {{"intent": {{"name": "{intent}", "confidence": 1.0}},
            "intent_ranking": [{{"name": "{intent}", "confidence": 1.0}}{more}]}}}}"#
        );
        event(&raw).payload.is_some()
    };
    assert!(payload("/affirm", "affirm", ""));
    assert!(payload(r#"/inform{\"a\": 1}"#, "inform", ""));
    assert!(payload("/greet@0.5", "greet", ""));
    assert!(payload("/faq/opening", "faq", "") && payload("/faq/opening", "faq/opening", ""));
    assert!(payload("EXTERNAL: greet", "greet", ""));
    assert!(!payload(
        "/unknown",
        "deny",
        r#", {"name": "greet", "confidence": 0.1}"#
    ));
    assert!(!payload(
        "/greet",
        "greet",
        r#", {"name": "deny", "confidence": 0.1}"#
    ));
    assert!(!payload("/greeting", "greet", "") && !payload("greet", "greet", ""));
    let bare = |text: &str| event(&format!(r#"{{"event": "user", "text": "{text}"}}"#)).payload;
    assert!(bare("/start").is_some() && bare("/ or not").is_none());
}

#[test]
fn a_clicked_button_shows_its_title() {
    let events = linked(&[
        r#"{"event": "bot", "text": "Sure?", "data": {"buttons": [{"title": "Yes", "payload": "/affirm"}, {"title": "No", "payload": "/deny"}]}}"#,
        r#"{"event": "user", "text": "/affirm"}"#,
        r#"{"event": "user", "text": "/other"}"#,
        r#"{"event": "user", "text": "Yes"}"#,
    ]);
    assert_eq!(
        (str(&events[1].text), str(&events[1].payload)),
        (Some("Yes"), Some("/affirm"))
    );
    assert_eq!(
        (str(&events[2].text), str(&events[2].payload)),
        (Some("/other"), Some("/other"))
    );
    assert_eq!(events[3].payload, None);
}

/// Name, step and state of the flow events.
fn flows(events: &[Event]) -> Vec<(&str, Option<&str>, FlowState)> {
    let flows = events.iter().filter_map(|e| e.flow.as_ref());
    flows
        .map(|f| (f.name.for_search(), str(&f.step), f.state))
        .collect()
}

const FORM: &str = r#"{"event": "active_loop", "name": "order"}"#;
const FORM_ENDS: &str = r#"{"event": "active_loop", "name": null}"#;
const ASKS: &str = r#"{"event": "slot", "name": "requested_slot", "value": "city"}"#;
const ASKS_NOTHING: &str = r#"{"event": "slot", "name": "requested_slot", "value": null}"#;

#[test]
fn a_form_that_asks_nothing_more_is_completed() {
    use FlowState::{Cancelled, Completed, Started, Step};
    let run = r#"{"event": "action", "name": "order"}"#;
    let stop = r#"{"event": "action", "name": "action_deactivate_loop"}"#;
    let started = [("order", None, Started), ("order", Some("city"), Step)];

    let done = linked(&[FORM, ASKS, run, ASKS_NOTHING, FORM_ENDS, FORM_ENDS]);
    assert_eq!(
        flows(&done),
        [&started[..], &[("order", None, Completed)]].concat()
    );
    assert_eq!(
        (done[5].kind, str(&done[5].text)),
        (EventKind::System, Some("active_loop"))
    );

    let left = linked(&[FORM, ASKS, run, stop, FORM_ENDS, ASKS_NOTHING]);
    assert_eq!(
        flows(&left),
        [&started[..], &[("order", None, Cancelled)]].concat()
    );

    let cleared_earlier = linked(&[FORM, ASKS, run, ASKS_NOTHING, stop, FORM_ENDS]);
    assert_eq!(flows(&cleared_earlier)[2].2, Cancelled);
}

#[test]
fn a_form_of_rasa_1_is_ended_by_its_own_action() {
    let form = r#"{"event": "form", "name": "order"}"#;
    let end = r#"{"event": "form", "name": null}"#;
    let run = |name: &str| format!(r#"{{"event": "action", "name": "{name}"}}"#);
    let done = linked(&[&run("order"), form, ASKS, &run("order"), end, ASKS_NOTHING]);
    assert_eq!(flows(&done)[2].2, FlowState::Completed);
    let left = linked(&[
        &run("order"),
        form,
        ASKS,
        &run("action_deactivate_form"),
        end,
    ]);
    assert_eq!(flows(&left)[2].2, FlowState::Cancelled);
}

#[test]
fn a_form_whose_start_was_taken_back_is_not_active() {
    let events = linked(&[
        r#"{"event": "action", "name": "action_listen"}"#,
        r#"{"event": "user", "text": "order"}"#,
        FORM,
        ASKS,
        r#"{"event": "rewind"}"#,
        ASKS,
        FORM_ENDS,
    ]);
    assert_eq!(flows(&events).len(), 2);
    assert_eq!(events[6].kind, EventKind::System);
}

#[test]
fn interruptions_and_rejections_name_their_form() {
    let interrupted = r#"{"event": "loop_interrupted", "is_interrupted": true}"#;
    let events = linked(&[
        interrupted,
        FORM,
        interrupted,
        r#"{"event": "loop_interrupted", "is_interrupted": false}"#,
        r#"{"event": "action_execution_rejected", "name": "order", "policy": "RulePolicy", "confidence": 1.0}"#,
    ]);
    use FlowState::{Interrupted, Started};
    let expected = [
        ("order", None, Started),
        ("order", None, Interrupted),
        ("order", None, Interrupted),
    ];
    assert_eq!(flows(&events), expected);
    assert_eq!(events[0].kind, EventKind::System);
    assert_eq!(events[3].kind, EventKind::System);
}

#[test]
fn entities_found_later_belong_to_the_message() {
    let late = r#"{"event": "entities", "entities": [{"entity": "city", "value": "Rome"}]}"#;
    let events = linked(&[late, r#"{"event": "user", "text": "Rome"}"#, late]);
    let counts: Vec<_> = events.iter().map(|e| e.entities.len()).collect();
    assert_eq!(counts, [1, 1, 0]);
}

#[test]
fn handing_over_is_a_deed_not_a_question() {
    let action = |name: &str| {
        hands_over(&event(&format!(
            r#"{{"event": "action", "name": "{name}"}}"#
        )))
    };
    for name in [
        "action_handoff",
        "action_human_handover",
        "utter_handoff",
        "action_hand_over_to_agent",
        "ActionHandoff-handoff",
    ] {
        assert!(action(name), "{name}");
    }
    for name in [
        "action_handoff_options",
        "utter_ask_handoff",
        "utter_no_handoff",
        "action_overhand",
        "utter_hands_off",
    ] {
        assert!(!action(name), "{name}");
    }
    assert!(hands_over(&event(r#"{"event": "agent", "text": "Hello"}"#)));
    assert!(hands_over(&event(r#"{"event": "pause"}"#)));
    assert!(!hands_over(&event(r#"{"event": "resume"}"#)));
    assert!(!hands_over(&event(
        r#"{"event": "slot", "name": "handoff", "value": true}"#
    )));
}

#[test]
fn calm_flows_are_flows() {
    let events = linked(&[
        r#"{"event": "flow_started", "flow_id": "transfer"}"#,
        r#"{"event": "flow_interrupted", "flow_id": "transfer", "step_id": "ask"}"#,
        r#"{"event": "flow_resumed", "flow_id": "transfer", "step_id": "ask"}"#,
        r#"{"event": "flow_completed", "flow_id": "transfer", "step_id": "end"}"#,
        r#"{"event": "stack", "update": "[]"}"#,
    ]);
    use FlowState::{Completed, Interrupted, Resumed, Started};
    let states: Vec<_> = flows(&events).iter().map(|f| f.2).collect();
    assert_eq!(states, [Started, Interrupted, Resumed, Completed]);
    assert_eq!(str(&events[4].text), Some("stack"));
}

/// JSON of any shape, under the keys that count.
fn any_json() -> impl Strategy<Value = serde_json::Value> {
    use serde_json::Value;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~äß]{0,12}".prop_map(Value::from),
        prop_oneof![
            Just("user"),
            Just("bot"),
            Just("action"),
            Just("slot"),
            Just("active_loop"),
            Just("form"),
            Just("rewind"),
            Just("undo"),
            Just("restart"),
            Just("session_started"),
            Just("entities"),
            Just("action_session_start"),
            Just("requested_slot"),
            Just("loop_interrupted"),
            Just("/greet"),
        ]
        .prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("event"),
        Just("timestamp"),
        Just("text"),
        Just("name"),
        Just("value"),
        Just("parse_data"),
        Just("intent"),
        Just("intent_ranking"),
        Just("confidence"),
        Just("entities"),
        Just("entity"),
        Just("start"),
        Just("end"),
        Just("data"),
        Just("buttons"),
        Just("payload"),
        Just("metadata"),
        Just("is_interrupted"),
        Just("flow_id"),
        Just("commands"),
        Just("input_channel"),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..8).prop_map(|members| {
                members
                    .into_iter()
                    .map(|(k, v)| (k.to_owned(), v))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_an_event_holds_it_becomes_one(values in prop::collection::vec(any_json(), 0..12)) {
        let mut events = Vec::new();
        for value in &values {
            if let Ok(parsed) = parse(&value.to_string()) {
                events.push(parsed.event);
            }
        }
        link(&mut events);
        let mut events: Vec<Event> = events.into_iter().map(|e| e.event).collect();
        mark_reverted(&mut events);
        Facts::derive(&Default::default(), &events, None);
    }

    #[test]
    fn no_text_is_too_odd(text in "\\PC*|[\\{\\}\\[\\]\",:\\\\ud8NaIn0-9.e-]{0,60}") {
        let _ = parse(&text);
        let _ = shape(&text);
        let _ = mend_numbers(&text);
    }
}
