//! The detail of an event: each tab, the way around in it, and what is folded.

use crate::common::talk::Talk;
use crate::common::{Screen, Start, fixture};
use crate::frames::{read, shown};

#[test]
fn prediction() {
    shown("detail_prediction", "<enter><enter>");
}

#[test]
fn prediction_with_entities_of_an_answer() {
    // From the problem up to the answer before it.
    shown("detail_answer", "<enter>{j<enter>");
}

#[test]
fn slots() {
    shown("detail_slots", "<enter>>");
}

#[test]
fn slots_that_changed_and_were_cleared() {
    read("detail_slots_changed", "m.chen", "}<enter>>l");
    read("detail_slots_cleared", "m.chen", "}}<enter>>");
}

#[test]
fn story() {
    shown("detail_story", "<enter>>>");
}

#[test]
fn the_story_is_copied_where_it_is_shown() {
    let mut screen = Screen::all();
    screen.press("<enter>>>y");
    let story = screen.copied[0].clone();
    assert!(story.starts_with("- story: "), "{story}");
    assert!(
        story.contains("intent: \"refund\"") && story.contains("- slot_was_set:"),
        "{story}"
    );
    assert!(
        !story.contains("utter_default"),
        "only what led here: {story}"
    );
    screen.press(">y");
    assert!(
        screen.copied[1].starts_with("afterword://"),
        "elsewhere the link"
    );
}

#[test]
fn trace() {
    shown("detail_trace", "<enter>>>>");
}

#[test]
fn trace_of_what_was_taken_back() {
    read("detail_trace_reverted", "visitor-2", "}<enter>>>>");
}

#[test]
fn raw() {
    shown("detail_raw", "<enter>>>>>");
}

#[test]
fn raw_unfolded() {
    shown("detail_raw_inside", "<enter>>>>>ljjjl");
}

#[test]
fn conversation() {
    shown("detail_conversation", "jj<enter><lt>");
}

/// The lines of the detail that are on the screen, without its tabs.
fn lines(screen: &Screen) -> Vec<String> {
    let text = screen.text();
    let mut lines = text.lines().skip_while(|l| !l.contains("[Raw]")).skip(1);
    let mut out: Vec<String> = lines.by_ref().map(str::to_owned).collect();
    out.truncate(out.len() - 2);
    out
}

#[test]
fn the_cursor_goes_into_the_detail_and_back() {
    let mut screen = Screen::all();
    screen.press("<enter>l");
    assert!(screen.app.in_detail(), "l opens it and goes in");
    let event = screen.app.reader.open.as_ref().unwrap().cursor;
    screen.press(">>>jjG");
    assert_eq!(screen.app.reader.open.as_ref().unwrap().cursor, event);
    assert!(screen.app.reader.pane.cursor > 2);
    // Out of what it stands in, and at last back to the reader.
    screen.press("gh");
    assert!(!screen.app.in_detail());
    assert!(screen.app.reader.detail, "still open");
    screen.press("<tab>");
    assert!(screen.app.in_detail());
    screen.press("<esc>");
    assert!(!screen.app.in_detail() && screen.app.reader.detail);
    screen.press("<esc>");
    assert!(!screen.app.reader.detail);
    screen.press("l<enter>");
    assert!(!screen.app.reader.detail, "enter closes it from inside too");
}

#[test]
fn what_does_not_fit_is_folded_and_unfolds() {
    let mut screen = Screen::all();
    screen.press("<enter>>>>>l");
    let pane = |screen: &Screen| {
        let pane = &screen.app.reader.pane;
        let line = pane.doc.text(pane.line().unwrap()).to_owned();
        (line, pane.doc.rows().len())
    };
    assert!(
        lines(&screen)
            .iter()
            .any(|l| l.contains("\"intent_ranking\": [ … ]"))
    );
    while !pane(&screen).0.contains("intent_ranking") {
        screen.press("j");
    }
    let rows = pane(&screen).1;
    screen.press("l");
    assert!(pane(&screen).1 > rows + 5);
    screen.press("jh");
    assert!(pane(&screen).0.contains("intent_ranking"));
    screen.press("h");
    assert_eq!(pane(&screen).1, rows, "{}", screen.text());
}

#[test]
fn another_event_shows_its_own_detail() {
    let mut screen = Screen::all();
    screen.press("<enter>>>>>");
    let first = lines(&screen);
    screen.press("{");
    assert_ne!(lines(&screen), first);
    screen.press("}");
    assert_eq!(lines(&screen), first);
    // What was folded by hand is about one event alone.
    screen.press("lllllh");
    screen.press("{}");
    assert_eq!(lines(&screen), first);
}

/// What the detail shows, whatever of it is on the screen.
fn detail(screen: &Screen) -> String {
    let pane = &screen.app.reader.pane;
    pane.doc.texts().collect::<Vec<_>>().join("\n")
}

#[test]
fn trace_names_what_was_predicted_and_would_not_run() {
    let rejected = |name: Option<&str>| {
        serde_json::json!({"event": "action_execution_rejected", "name": name,
            "policy": "RulePolicy", "confidence": 0.875})
    };
    let talk = Talk::new("rita", 5)
        .user("never mind", &[("stop", 0.9)])
        .record(rejected(Some("refund_form")))
        .record(rejected(None))
        .utter("utter_stop", "As you like.");
    let mut screen = Start::on(fixture::of(&[talk])).filter("").go();
    screen.press("<enter><enter>>>>");
    let trace = detail(&screen);
    assert!(trace.contains(" · 2 rejected"), "{trace}");
    let lines: Vec<&str> = trace.lines().filter(|l| l.contains(" rejected ")).collect();
    assert!(
        lines[0].ends_with("rejected refund_form .88 Rule"),
        "{trace}"
    );
    assert!(
        lines[1].ends_with("rejected without a name .88 Rule"),
        "{trace}"
    );
    // What only calls itself so is none.
    let talk = Talk::new("rita", 5)
        .user("action_execution_rejected", &[("stop", 0.9)])
        .action("action_execution_rejected", 1.0, "RulePolicy")
        .bot("no");
    let mut screen = Start::on(fixture::of(&[talk])).filter("").go();
    screen.press("<enter><enter>>>>");
    assert!(
        !detail(&screen).contains(" · 1 rejected"),
        "{}",
        detail(&screen)
    );
}

#[test]
fn slots_of_a_message_tell_what_its_turn_changes() {
    let talk = Talk::new("rita", 5)
        .user("to Rome", &[("book", 0.9)])
        .slot("city", serde_json::json!("Rome"))
        .utter("utter_when", "When?")
        .user("rather Milan, on Monday", &[("book", 0.9)])
        .slot("city", serde_json::json!("Milan"))
        .slot("day", serde_json::json!("Monday"))
        .utter("utter_done", "Booked.");
    let mut screen = Start::on(fixture::of(&[talk])).filter("").go();
    screen.press("<enter>}<enter>>");
    assert_eq!(
        detail(&screen),
        "1 slot after this event · nothing changed since the turn before\n\
         later in this turn 1 set, 1 changed\n  ~ city: Rome -> Milan\n  + day: none -> Monday\n  city: Rome"
    );
    screen.press("j");
    assert_eq!(
        detail(&screen),
        "1 slot after this event · 1 changed since the turn before\n\
         later in this turn 1 set\n  + day: none -> Monday\n~ city: Rome -> Milan"
    );
    screen.press("G");
    assert_eq!(
        detail(&screen),
        "2 slots after this event · 1 set, 1 changed since the turn before\n\
         ~ city: Rome -> Milan\n+ day: none -> Monday"
    );
}
