//! Find in the conversation and in the detail: highlights, count, the way from place to place.

use ratatui::style::Modifier;

use afterword::model::{Event, EventKind};
use afterword::store::testing::{imported, main_source, message, temporary};

use crate::common::{NOW, Screen, Start, fixture};
use crate::frames::{read, shown};

fn at(screen: &Screen) -> usize {
    screen.app.reader.open.as_ref().unwrap().cursor.unwrap()
}

fn last_line(screen: &Screen) -> String {
    screen.text().lines().last().unwrap().to_owned()
}

/// The words on the screen that are highlighted.
fn lit(screen: &Screen) -> Vec<String> {
    let buf = screen.frame();
    let mut out = vec![String::new()];
    for cell in buf.content() {
        let hit =
            cell.modifier.contains(Modifier::REVERSED) && cell.fg == ratatui::style::Color::Yellow;
        match out.last_mut() {
            Some(word) if hit => word.push_str(cell.symbol()),
            Some(word) if !word.is_empty() => out.push(String::new()),
            _ => {}
        }
    }
    // The mark of a hit under the cursor looks the same.
    out.retain(|w| !w.is_empty() && w != "/");
    out
}

#[test]
fn typed() {
    shown("find_typed", "<enter>/order");
}

#[test]
fn kept() {
    shown("find_kept", "<enter>/order<enter>n");
}

#[test]
fn in_the_record() {
    read("find_record", "anna.k", "<enter>>>>>/CONF");
}

#[test]
fn every_place_is_counted_also_where_it_is_folded() {
    let mut screen = Screen::all();
    screen.press("<enter>/action_");
    assert!(screen.text().starts_with("find: action_"));
    assert!(
        screen.text().lines().next().unwrap().contains(" of 6"),
        "{}",
        screen.text()
    );
    screen.press("<enter>");
    assert!(
        screen.text().contains("-action_listen"),
        "{}",
        screen.text()
    );
    assert!(screen.text().contains("-action_find_order"));
    assert!(
        lit(&screen).iter().all(|w| w == "action_"),
        "{:?}",
        lit(&screen)
    );
    assert!(
        last_line(&screen).starts_with("n next place"),
        "{}",
        screen.text()
    );
    screen.press("<esc>");
    assert!(!screen.text().contains("-action_listen"), "folded again");
    assert_eq!(lit(&screen), Vec::<String>::new());
    assert!(screen.text().contains("anna.k"), "the reader stays");
}

#[test]
fn places_are_gone_through_and_around() {
    let mut screen = Screen::all();
    screen.press("<enter>g/1182<enter>");
    let first = at(&screen);
    assert!(screen.text().contains("find 1 of 3"), "{}", screen.text());
    screen.press("n");
    assert!(at(&screen) > first, "the slot");
    screen.press("n");
    assert!(screen.text().contains("find 3 of 3"));
    screen.press("n");
    assert!(screen.status().contains("from the last place to the first"));
    assert_eq!(at(&screen), first);
    screen.press("N");
    assert!(screen.text().contains("find 3 of 3"));
    // From where the cursor was taken, not from where the find was.
    screen.press("gjn");
    assert!(screen.text().contains("find 1 of 3"), "{}", screen.text());
}

#[test]
fn case_and_accents_do_not_count() {
    let mut screen = Screen::all();
    screen.go("j.ortiz").press("<enter>/DONDE esta");
    assert_eq!(lit(&screen), ["dónde está"]);
    screen.press("<esc>/ORTIZ<enter>");
    assert!(screen.text().contains("find 1 of 2"), "{}", screen.text());
}

#[test]
fn esc_drops_the_find_and_then_n_goes_to_hits_of_the_filter() {
    let mut screen = Start::on(fixture::store()).filter("did").go();
    screen.press("<enter>");
    let filters = screen.app.reader.open.as_ref().unwrap().hits.events.clone();
    assert!(!filters.is_empty());
    let origin = at(&screen);
    screen.press("/refund");
    assert_ne!(at(&screen), origin, "it goes there while it is typed");
    screen.press("<esc>");
    assert_eq!(at(&screen), origin, "and back");
    assert!(screen.app.find.is_none());
    screen.press("/refund<enter>n<esc>");
    assert!(screen.app.find.is_none());
    assert_eq!(screen.app.focus, afterword::tui::layout::Pane::Reader);
    screen.press("gn");
    assert_eq!(at(&screen), filters[0] as usize);
}

#[test]
fn nothing_found_says_so_and_a_find_goes_along_to_the_next_conversation() {
    let mut screen = Screen::all();
    screen.press("<enter>/zebra");
    assert!(
        screen
            .text()
            .lines()
            .next()
            .unwrap()
            .contains("nothing found")
    );
    screen.press("<enter>");
    assert!(screen.status().contains("nothing found of zebra"));
    screen.press("<esc>");
    assert!(screen.app.find.is_none());
    screen.press("/e<enter>J");
    assert!(screen.app.find.is_some());
    assert!(screen.text().contains("· find "), "{}", screen.text());
    assert!(!lit(&screen).is_empty());
    // An empty prompt is no find.
    screen.press("/<enter>");
    assert!(screen.app.find.is_none());
}

#[test]
fn what_found_nothing_keeps_n_in_its_conversation_until_esc() {
    let mut screen = Start::on(fixture::store()).filter("did").go();
    screen.press("<enter>/zebra<enter>");
    let row = screen.app.reader.open.as_ref().unwrap().whole.card.row;
    let cursor = screen.app.reader.open.as_ref().unwrap().cursor;
    for key in ["n", "N", "nnnn", "NNNN"] {
        screen.press(key);
        let open = screen.app.reader.open.as_ref().unwrap();
        assert_eq!((open.whole.card.row, open.cursor), (row, cursor), "{key}");
        assert!(screen.status().contains("nothing found of zebra"), "{key}");
    }
    screen.press("<esc>");
    assert!(screen.app.find.is_none());
    assert_eq!(screen.app.focus, afterword::tui::layout::Pane::Reader);
}

#[test]
fn the_cursor_goes_back_when_the_words_find_nothing_any_more() {
    let mut screen = Screen::all();
    screen.press("<enter>gj");
    let origin = at(&screen);
    screen.press("/1182");
    let hit = at(&screen);
    assert_ne!(hit, origin);
    screen.press("q");
    assert_eq!(at(&screen), origin);
    screen.press("<backspace>");
    assert_eq!(at(&screen), hit);
    screen.press("q<enter>");
    assert_eq!(at(&screen), origin);
    // In the record too.
    let mut screen = Screen::all();
    screen.press("<enter>>>>>/0.43");
    let line = |screen: &Screen| screen.app.reader.pane.line().unwrap();
    let hit = line(&screen);
    screen.press("q");
    assert!(hit > 0 && line(&screen) == 0, "{hit}");
}

#[test]
fn escapes_of_the_record_are_found_as_they_read() {
    let raw = r#"{"event": "user", "text": "\u041e\u0448\u0438\u0431\u043a\u0430 1182"}"#;
    let event = Event {
        raw: Some(raw.into()),
        ..message(EventKind::User, NOW - 60_000, "Ошибка 1182")
    };
    let (dir, mut store) = temporary();
    let mut ingest = store.begin_import(&main_source()).unwrap();
    ingest.take(imported("olga", vec![event])).unwrap();
    ingest.finish().unwrap();
    drop(store);
    let mut screen = Start::on(dir).filter("").go();
    screen.press("<enter>>>>>/ошибка");
    assert_eq!(
        lit(&screen),
        [r"\u041e\u0448\u0438\u0431\u043a\u0430"],
        "{}",
        screen.text()
    );
}

#[test]
fn pasted_text_is_looked_for() {
    let mut screen = Screen::all();
    screen.press("<enter>/").paste("what is\nyour");
    assert_eq!(lit(&screen), ["What is your"]);
}

#[test]
fn a_place_in_a_tall_message_is_scrolled_to() {
    let mut screen = Screen::all();
    screen.go("verbose").press("<enter>/could you");
    assert_eq!(lit(&screen), ["Could you"]);
    screen.press("<esc>/nobody<enter>");
    assert!(screen.text().contains("of 25"), "{}", screen.text());
    let mut tops = std::collections::BTreeSet::new();
    for _ in 0..25 {
        screen.press("n");
        tops.insert(screen.app.reader.open.as_ref().unwrap().top);
        let buf = screen.frame();
        let here = |c: &ratatui::buffer::Cell| {
            c.modifier
                .contains(Modifier::UNDERLINED | Modifier::REVERSED)
        };
        assert!(buf.content().iter().any(here), "{}", screen.text());
    }
    assert!(tops.len() > 1);
}

#[test]
fn a_place_in_the_record_is_unfolded() {
    let mut screen = Screen::all();
    screen.press("<enter>>>>>");
    assert!(!screen.text().contains("0.43"), "{}", screen.text());
    screen.press("/0.43<enter>");
    assert!(screen.app.in_detail());
    assert_eq!(lit(&screen), ["0.43"], "{}", screen.text());
    let line = screen.app.reader.pane.line().unwrap();
    assert!(screen.app.reader.pane.doc.text(line).contains("0.43"));
    screen.press("<esc>");
    assert!(screen.app.find.is_none() && screen.app.in_detail());
}

#[test]
fn the_header_and_policies_are_searched_too() {
    let mut screen = Screen::all();
    screen.go("anna.k").press("<enter>gclost parcel<enter>");
    assert_eq!(screen.app.reader.open.as_ref().unwrap().cursor, None);
    // From further down it is one place of the conversation, and the first.
    screen.press("G/lost PARCEL<enter>");
    assert!(screen.text().contains("find 1 of 1"), "{}", screen.text());
    assert_eq!(screen.app.reader.open.as_ref().unwrap().cursor, None);
    assert!(
        lit(&screen).concat().contains("lost parcel"),
        "{:?}",
        lit(&screen)
    );
    screen.press("<esc>");
    assert_eq!(lit(&screen), Vec::<String>::new());
    // A policy as the source names it, in part and in full.
    for policy in ["RulePol", "rulepolicy"] {
        screen.press("g/").press(policy).press("<enter>");
        assert!(screen.text().contains("find 1 of "), "{}", screen.text());
        assert!(screen.text().contains(" Rule"), "{}", screen.text());
        screen.press("<esc>");
    }
}
