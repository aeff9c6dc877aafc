//! `=`: one conversation is marked, another laid beside it.

use afterword::tui::app::popup::Popup;
use afterword::tui::layout::Pane;

use crate::common::talk::Talk;
use crate::common::{Screen, Start, fixture};
use crate::frames::{SIZES, compare};

/// The same script with two versions of an assistant: the newer asks once more, understands one message in
/// another way and answers it with other words.
fn versions() -> tempfile::TempDir {
    fixture::of(&[
        Talk::new("newer", 10)
            .user("good morning to you", &[("greet", 0.99)])
            .utter("utter_greet", "Hello. What can I do?")
            .user("where is my parcel", &[("track_parcel", 0.93)])
            .utter("utter_ask_number", "Which number?")
            .user("it is 1182, the big one", &[("inform", 0.9)])
            .action("action_find_parcel", 0.97, "TEDPolicy")
            .bot("It comes tomorrow between nine and eleven in the morning.")
            .listen()
            .user("can I have my money back", &[("refund", 0.88)])
            .utter("utter_refund", "Of course: within a week.")
            .user("thank you and good bye", &[("goodbye", 0.97)])
            .utter("utter_bye", "Bye."),
        Talk::new("older", 300)
            .user("Good morning to you", &[("greet", 0.98)])
            .utter("utter_greet", "Hello. What can I do?")
            .user("my parcel, where is it", &[("track_parcel", 0.71)])
            .action("action_find_parcel", 0.9, "TEDPolicy")
            .bot("It comes tomorrow.")
            .listen()
            .not_understood("can I have my money back", &[("refund", 0.44)])
            .utter("utter_default", "Pardon?")
            .user("thank you and good bye", &[("goodbye", 0.95)])
            .utter("utter_bye", "Bye."),
    ])
}

fn start(size: (u16, u16)) -> Screen {
    Start::on(versions()).size(size.0, size.1).filter("").go()
}

/// Turns under the cursor, left and right.
fn turns(screen: &Screen) -> [Option<usize>; 2] {
    match &screen.app.popup {
        Some(Popup::Compare(c)) => c.shown.as_ref().unwrap().pair().unwrap().turns,
        other => panic!("no comparison: {other:?}"),
    }
}

#[test]
fn two_versions_side_by_side() {
    for size in SIZES {
        let mut screen = start(size);
        screen.press("=j=");
        compare("compare", &screen);
    }
}

#[test]
fn hostile_and_wide_text_side_by_side() {
    for size in [(40, 10), (80, 24)] {
        let mut screen = Start::on(fixture::store())
            .size(size.0, size.1)
            .filter("")
            .go();
        screen.go("h\u{1b}[31mostile\u{202e}").press("=");
        screen.go("山田").press("=");
        compare("compare_hostile", &screen);
    }
}

#[test]
fn the_first_press_marks_and_the_same_row_unmarks() {
    let mut screen = start((80, 24));
    screen.press("=");
    assert!(
        screen.status().starts_with("newer is marked"),
        "{}",
        screen.status()
    );
    screen.press("j");
    let text = screen.text();
    let row = text.lines().find(|l| l.contains("newer")).unwrap();
    assert_eq!(row.chars().nth(6), Some('='), "{row}");
    screen.press("k=");
    assert!(screen.status().contains("no longer marked"));
    assert!(!screen.text().contains("N   ="));
    screen.press("=<esc>");
    assert_eq!(screen.app.compare_from, None);
    // Marked in the reader, compared from the list.
    screen.press("<enter>=qj=");
    assert_eq!(turns(&screen), [Some(2), Some(2)]);
    screen.press("<esc>");
    assert!(screen.app.popup.is_none());
    assert!(
        screen.app.compare_from.is_some(),
        "it stays for the next one"
    );
}

#[test]
fn two_marked_rows_are_compared_at_once() {
    let mut screen = start((80, 24));
    screen.press("A=");
    assert!(screen.text().contains("Compare"));
    assert_eq!(screen.app.compare_from, None);
}

#[test]
fn differences_are_gone_through_in_order() {
    let mut screen = start((80, 24));
    screen.press("=j=");
    // On the first difference at once: the newer asks for the number, the older does not.
    assert_eq!(turns(&screen), [Some(2), Some(2)]);
    assert!(
        screen
            .text()
            .lines()
            .next()
            .unwrap()
            .ends_with("difference 1 of 3")
    );
    screen.press("n");
    assert_eq!(turns(&screen), [Some(3), None]);
    screen.press("n");
    assert_eq!(turns(&screen), [Some(4), Some(3)]);
    screen.press("n");
    assert!(screen.status().contains("no further difference"));
    screen.press("NN");
    assert_eq!(turns(&screen), [Some(2), Some(2)]);
    screen.press("N");
    assert!(screen.status().contains("no earlier difference"));
    screen.press("G");
    assert_eq!(turns(&screen), [Some(5), Some(4)]);
    screen.press("gj{}k");
    assert_eq!(turns(&screen), [Some(1), Some(1)]);
}

#[test]
fn a_turn_is_read_and_the_comparison_found_again() {
    let mut screen = start((80, 24));
    screen.press("=j=nn<tab><enter>");
    let open = screen.app.reader.open.as_ref().unwrap();
    assert_eq!(screen.name(open.whole.card.row), "older");
    let event = &open.whole.events[open.cursor.unwrap()];
    assert_eq!(
        event.text.as_ref().unwrap().for_search(),
        "can I have my money back"
    );
    assert!(screen.text().contains("back to the comparison"));
    screen.press("q");
    assert_eq!(turns(&screen), [Some(4), Some(3)]);
    // Where a side has no such turn there is nothing to read.
    screen.press("N<enter>");
    assert!(screen.app.popup.is_some());
    assert!(screen.status().contains("no such turn on this side"));
    screen.press("<tab><enter>");
    let open = screen.app.reader.open.as_ref().unwrap();
    assert_eq!(screen.name(open.whole.card.row), "newer");
    screen.press("qq");
    assert!(screen.app.popup.is_none());
    assert_eq!(screen.app.focus, Pane::List);
    assert_eq!(screen.here(), "older");
}

#[test]
fn a_session_is_compared_with_another_of_the_same_user() {
    let mut screen = Screen::all();
    screen.go("c7b2f18fd#2").press("@=");
    assert!(screen.text().contains("cancel my subscription"));
    assert!(screen.text().contains("is it cancelled now?"));
}

#[test]
fn a_very_long_turn_is_scrolled_through() {
    let mut screen = Start::on(fixture::store()).size(80, 24).filter("").go();
    screen.go("verbose").press("=").go("anna.k").press("=g");
    let first = screen.text();
    screen.press("j");
    assert_ne!(screen.text(), first);
    for _ in 0..200 {
        screen.press("j");
    }
    let end = screen.text();
    assert!(
        end.contains("fewer words") || end.contains("Sorry, I did not"),
        "{end}"
    );
    for _ in 0..200 {
        screen.press("k");
    }
    assert_eq!(screen.text(), first);
}
