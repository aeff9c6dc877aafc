//! What the reader shows beside messages: buttons and clicks, pauses, what was taken back, marks.

use afterword::tui::theme::Theme;
use ratatui::style::{Color, Modifier};

use crate::common::talk::Talk;
use crate::common::{FULL, Screen, Start, fixture, text};

fn on(theme: Theme) -> Screen {
    Start::on(fixture::store()).theme(theme).filter("").go()
}

#[test]
fn the_button_that_was_clicked_is_marked() {
    let mut screen = on(FULL);
    screen.go("visitor-9").press("<enter>");
    assert!(
        screen.text().contains(">[Track parcel]< [Refund]"),
        "{}",
        screen.text()
    );
    let buf = screen.frame();
    let y = screen
        .text()
        .lines()
        .position(|l| l.contains("[Refund]"))
        .unwrap() as u16;
    assert_eq!(buf[(19, y)].fg, Color::Green);
    screen.press("q").go("anna.k").press("<enter>");
    assert!(
        screen.text().contains(" [Skip] [Agent]"),
        "none was clicked"
    );
}

#[test]
fn what_was_taken_back_is_struck() {
    let mut screen = on(FULL);
    screen.go("visitor-2").press("<enter>");
    let buf = screen.frame();
    let lines = screen.text();
    let row = |words: &str| lines.lines().position(|l| l.contains(words)).unwrap() as u16;
    let struck = |y| buf[(20, y)].modifier.contains(Modifier::CROSSED_OUT);
    for words in ["no, wait, by cash", "pay ━━━━━━━━━─ .86", "By bank it is."] {
        assert!(struck(row(words)), "{words}\n{lines}");
    }
    assert!(!struck(row("good bye to you")));
    screen.press("a");
    let buf = screen.frame();
    let y = screen
        .text()
        .lines()
        .position(|l| l.contains("-utter_card"))
        .unwrap() as u16;
    assert!(
        buf[(20, y)].modifier.contains(Modifier::CROSSED_OUT),
        "actions too"
    );
}

#[test]
fn without_colours_or_glyphs_tildes_tell_what_was_taken_back() {
    for theme in [
        Theme {
            color: false,
            ascii: false,
        },
        Theme {
            color: true,
            ascii: true,
        },
    ] {
        let mut screen = on(theme);
        screen.go("visitor-2").press("<enter>");
        let shown = screen.text();
        assert!(shown.contains(" ~~ no, wait, by cash"), "{shown}");
        assert!(
            shown.contains(" ~~ pay ") && !shown.contains("~~ good bye"),
            "{shown}"
        );
    }
}

#[test]
fn a_pause_has_a_ruler() {
    let mut screen = on(FULL);
    screen.go("+12025550018").press("<enter>");
    assert!(
        screen.text().contains("────── 26 min ──────"),
        "{}",
        screen.text()
    );
    screen.press("q").go("anna.k").press("<enter>");
    assert!(!screen.text().contains(" min ──"));
}

#[test]
fn the_gutter_has_room_for_a_flag_and_what_went_wrong() {
    let mut screen = on(FULL);
    screen.press("<enter>");
    assert!(
        screen.text().contains("\n>!xuser  11:54:43"),
        "{}",
        screen.text()
    );
    // The map at the right edge has it too.
    let buf = screen.frame();
    let edge: String = (0..24).map(|y| buf[(79, y)].symbol()).collect();
    assert!(edge.contains('!'), "{}", text(&buf));
}

#[test]
fn the_last_problem_and_turn_say_so() {
    let mut screen = on(FULL);
    screen.press("<enter>]");
    assert!(screen.status().contains("no further problem here"));
    screen.press("[");
    assert!(screen.status().contains("no earlier problem here"));
    screen.press("}");
    assert!(screen.status().contains("no further turn"));
    screen.press("{{{");
    assert!(screen.status().contains("no earlier turn"));
}

#[test]
fn the_old_value_of_a_slot_is_the_one_the_assistant_itself_had() {
    let text = |value: &str| serde_json::json!(value);
    let talk = Talk::new("rita", 5)
        .user("lost", &[("open_incident", 0.9)])
        .slot("problem", text("one"))
        .slot("problem", text("two"))
        .event("reset_slots")
        .slot("problem", text("two"))
        .listen()
        .user("stolen", &[("inform", 0.9)])
        .slot("problem", text("three"))
        .event("rewind")
        .slot("problem", text("four"))
        .event("restart")
        .slot("problem", text("five"));
    let mut screen = Start::on(fixture::of(&[talk])).filter("").go();
    screen.press("<enter>");
    let text = screen.text();
    let slots = text.lines().filter_map(|l| l.split("=problem: ").nth(1));
    let slots: Vec<&str> = slots.map(|s| s.trim_end_matches([' ', '│', '|'])).collect();
    assert_eq!(
        slots,
        [
            "none -> one",
            "one -> two",
            // The same value again is shown: between them there was none.
            "none -> two",
            "two -> three",
            "two -> four",
            "none -> five"
        ],
        "{text}"
    );
}
