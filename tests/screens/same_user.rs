//! `@`: the other conversations of the same user, and the way back from them.

use afterword::tui::layout::Pane;

use crate::common::talk::Talk;
use crate::common::{Screen, Start, fixture};
use crate::frames::{SIZES, compare};

/// Three sessions of ana, the middle one about something else, and one of bo.
fn sessions() -> tempfile::TempDir {
    fixture::of(&[
        Talk::new("ana", 3000)
            .user("where is my parcel", &[("track_parcel", 0.93)])
            .utter("utter_track", "On its way.")
            .session(600)
            .not_understood("the box is broken", &[("complain", 0.41)])
            .utter("utter_default", "Pardon?")
            .session(20)
            .user("where is the new parcel", &[("track_parcel", 0.88)])
            .utter("utter_track", "On its way."),
        Talk::new("bo", 40)
            .user("good morning to you", &[("greet", 0.99)])
            .utter("utter_greet", "Hello."),
    ])
}

fn open_row(screen: &Screen) -> String {
    screen.name(screen.app.reader.row().expect("something is open"))
}

#[test]
fn the_conversations_of_a_user_are_listed() {
    for (width, height) in SIZES {
        let mut screen = Start::on(sessions())
            .size(width, height)
            .filter("is:problem")
            .go();
        screen.press("d@");
        compare("same_user", &screen);
    }
}

#[test]
fn one_outside_the_list_is_read_and_left_to_the_place_before() {
    for size in SIZES {
        let mut screen = Start::on(sessions())
            .size(size.0, size.1)
            .filter("is:problem")
            .go();
        screen.press("<enter>]k");
        let event = screen.app.reader.open.as_ref().unwrap().cursor;
        assert_eq!(open_row(&screen), "ana#2");
        // The cursor stands on the one before it in time; up is the newest.
        screen.press("@gl");
        assert_eq!(open_row(&screen), "ana#3");
        assert!(screen.app.popup.is_none());
        assert_eq!(screen.app.focus, Pane::Reader);
        assert!(screen.status().contains("not in the list"), "{size:?}");
        assert!(screen.text().contains("q back to ana#2"), "{size:?}");
        // From there to a third one, and all the way back.
        screen.press("@G<enter>");
        assert_eq!(open_row(&screen), "ana");
        screen.press("q");
        assert_eq!(open_row(&screen), "ana#3");
        screen.press("<esc>");
        assert_eq!(open_row(&screen), "ana#2");
        assert_eq!(screen.app.reader.open.as_ref().unwrap().cursor, event);
        assert_eq!(screen.app.focus, Pane::Reader);
        assert!(!screen.text().contains("back to"));
        screen.press("q");
        assert_eq!(screen.app.focus, Pane::List);
        assert_eq!(screen.here(), "ana#2");
    }
}

#[test]
fn from_the_list_it_goes_back_to_the_list_and_its_row() {
    let mut screen = Start::on(sessions()).filter("").go();
    screen.go("ana#3").press("@<enter>");
    assert_eq!(
        (open_row(&screen), screen.here()),
        ("ana#2".into(), "ana#2".into())
    );
    screen.press("h");
    assert_eq!(screen.app.focus, Pane::List);
    assert_eq!(screen.here(), "ana#3");
    // Going on by another way forgets the way back.
    screen.press("@<enter>J");
    assert_ne!(open_row(&screen), "ana#2");
    screen.press("q");
    assert_eq!(screen.app.focus, Pane::List);
    assert_ne!(screen.here(), "ana#3");
}

#[test]
fn it_becomes_the_filter() {
    let mut screen = Start::on(sessions()).filter("is:problem").go();
    screen.press("@*");
    assert_eq!(screen.app.view.text, "user:ana");
    assert_eq!(screen.names(), ["ana#3", "ana#2", "ana"]);
    screen.press("''");
    assert_eq!(screen.names(), ["ana#2"]);
}

#[test]
fn deleted_ones_are_listed_as_deleted() {
    let mut screen = Screen::all();
    screen.go("c7b2f18fd#2").press("@");
    let text = screen.text();
    let row = text
        .lines()
        .find(|l| l.contains("my subscription"))
        .unwrap();
    assert!(row.starts_with(" > D"), "{row}");
}

#[test]
fn a_user_without_others_and_a_conversation_without_a_user_are_told() {
    let mut screen = Screen::all();
    screen.go("anna.k").press("@");
    assert!(screen.text().contains("no other conversation of this user"));
    screen.press("j<enter>");
    assert!(screen.app.popup.is_none());
    screen.go("t-1002").press("@");
    assert!(screen.app.popup.is_none());
    assert!(
        screen.status().contains("names no user"),
        "{}",
        screen.status()
    );
}

#[test]
fn an_answer_that_comes_late_opens_nothing() {
    let mut screen = Screen::all();
    screen.hold().press("@");
    assert!(screen.text().contains("reading"));
    screen.press("<esc>").release();
    assert!(screen.app.popup.is_none());
}
