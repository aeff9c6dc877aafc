//! `:anonymize`: pseudonyms and masked data on the whole screen, and all of it back.

use afterword::store::testing::set_pseudonym_key;
use afterword::store::{Access, Store};
use afterword::tui::app::popup::Popup;
use serde_json::json;

use crate::common::talk::Talk;
use crate::common::{Screen, Start, fixture};
use crate::frames::{SIZES, compare};

/// What must not be read while it is on.
const SECRETS: [&str; 7] = [
    "ana.kowal",
    "bo.lind",
    "+49 171 2345678",
    "2345678",
    "ana@example.com",
    "4111 1111",
    "203.0.113.7",
];

fn people() -> tempfile::TempDir {
    let dir = fixture::of(&[
        Talk::new("ana.kowal", 3000)
            .user("where is my parcel", &[("track_parcel", 0.93)])
            .utter("utter_track", "On its way, ana.kowal.")
            .session(20)
            .user(
                "I am ana.kowal, call me on +49 171 2345678",
                &[("contact", 0.91)],
            )
            .slot("contact", json!("+491712345678"))
            .not_understood("or write to ana@example.com about it", &[("contact", 0.35)])
            .utter("utter_default", "Pardon? Write to us at once."),
        Talk::new("bo.lind", 40)
            .user(
                "my card is 4111 1111 1111 1111, from 203.0.113.7",
                &[("pay", 0.99)],
            )
            .utter("utter_pay", "Thank you."),
    ]);
    let mut store = Store::open(&dir.path().join("store.db"), &Access::Review).unwrap();
    set_pseudonym_key(&mut store, [7; 32]);
    dir
}

fn screen(size: (u16, u16)) -> Screen {
    Start::on(people()).size(size.0, size.1).filter("").go()
}

#[track_caller]
fn hides(screen: &Screen, after: &str) {
    let text = screen.text();
    for secret in SECRETS {
        assert!(!text.contains(secret), "{after}: {secret}\n{text}");
    }
}

#[test]
fn the_list_and_the_reader_are_hidden_at_every_size() {
    for size in SIZES {
        let mut list = screen(size);
        list.press(":anonymize<enter>");
        compare("hidden_list", &list);
        let mut reader = screen(size);
        reader.go("ana.kowal#2").press("<enter>:anonymize<enter>");
        compare("hidden_reader", &reader);
    }
}

#[test]
fn no_key_shows_what_is_hidden() {
    for size in SIZES {
        let mut screen = screen(size);
        screen
            .go("ana.kowal#2")
            .press("<enter>cask ana.kowal at ana@example.com<enter>");
        screen.press(":anonymize<enter>");
        hides(&screen, "switch");
        for keys in [
            "j",
            "j",
            "j",
            "<tab>",
            "4",
            "3",
            "2",
            "1",
            "h",
            "k",
            "j",
            "<enter>",
            "@",
            "<esc>",
            ":notes<enter>",
            "<esc>",
            ":journal<enter>",
            "<esc>",
            "L",
            "<esc>",
            "r",
            "u",
            "!",
            "=",
            "j",
            "=",
            "<esc>",
            "i",
            "<esc>",
            "/parcel<enter>",
            "/agent:",
            "<esc>",
            "F",
            "<esc>",
        ] {
            screen.press(keys);
            hides(&screen, keys);
        }
    }
}

#[test]
fn filters_see_what_is_really_there_and_titles_do_not_say_it() {
    let mut screen = screen((120, 40));
    screen.press(":anonymize<enter>/user:ana.kowal<enter>");
    assert_eq!(screen.app.view.matching, 2);
    hides(&screen, "filter by a person");
    screen.press("/\"2345678\"<enter>:anonymize<enter>");
    assert!(screen.text().contains("2345678"), "{}", screen.text());
}

#[test]
fn it_comes_back_and_late_answers_of_before_are_dropped() {
    let mut screen = screen((120, 40));
    screen.go("ana.kowal#2").press("<enter>");
    assert!(screen.text().contains("ana.kowal"));
    // Lines that were read before the switch and come after it.
    screen.hold().press("/contact<enter>");
    screen.press(":anonymize<enter>").release();
    hides(&screen, "late answers");
    assert!(screen.text().contains("[anonymised]"));
    screen
        .press(":anonymize<enter>/<ctrl-u><enter>")
        .go("ana.kowal#2")
        .press("<enter>");
    assert!(screen.text().contains("2345678"), "{}", screen.text());
    assert!(!screen.text().contains("[anonymised]"));
}

#[test]
fn excerpts_of_a_hidden_screen_are_hidden() {
    for place in ["", "<enter>"] {
        let mut screen = screen((120, 40));
        screen
            .go("ana.kowal#2")
            .press(place)
            .press(":anonymize<enter>Y");
        let copied = screen.copied.last().unwrap();
        for secret in SECRETS {
            assert!(!copied.contains(secret), "{copied}");
        }
        assert!(
            copied.contains("user-") && copied.contains("[phone]"),
            "{copied}"
        );
    }
}

#[test]
fn the_form_of_an_export_begins_as_the_screen_is() {
    for (keys, on) in [("", false), (":anonymize<enter>", true)] {
        let mut screen = screen((120, 40));
        screen.press(keys).press("wjsonl<enter>");
        let Some(Popup::Export(form)) = &screen.app.popup else {
            panic!("no form");
        };
        for (choice, chosen) in &form.choices {
            assert_eq!(*chosen, on && choice.hides(), "{choice:?}");
        }
    }
}
