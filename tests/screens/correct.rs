//! `i`: what was predicted and what a person says, on the screen, in the store, back and forth.

use afterword::model::{CorrectionField, EventKind, Review};

use crate::common::{Screen, Start, fixture};
use crate::frames::at_three_sizes;

/// The reader on the message of anna.k that was not understood: `inform .43`, then deny, help, refund: 1 to 4, under a fallback.
fn on_the_doubt(screen: &mut Screen) {
    screen.go("anna.k").press("<enter>");
    assert!(
        cursor_text(screen).contains("I just did"),
        "{}",
        screen.text()
    );
}

fn cursor_text(screen: &Screen) -> String {
    let open = screen.app.reader.open.as_ref().expect("open");
    let event = open.cursor.map(|seq| &open.whole.events[seq]);
    let text = event.and_then(|e| e.text.as_ref());
    text.map(|t| t.for_search().to_owned()).unwrap_or_default()
}

/// The one correction of a field, as JSON.
fn said(review: &Review, field: CorrectionField) -> Option<String> {
    let mut all = review.corrections.iter().filter(|c| c.1 == field);
    let one = all.next().map(|c| c.2.for_search().to_owned());
    assert!(all.next().is_none(), "twice");
    one
}

fn intent(screen: &Screen, name: &str) -> Option<String> {
    said(&screen.review(name), CorrectionField::Intent)
}

#[test]
fn the_popup_shows_message_prediction_and_alternatives() {
    at_three_sizes("correct", |screen| {
        on_the_doubt(screen);
        screen.press("i");
    });
    at_three_sizes("correct_new", |screen| {
        on_the_doubt(screen);
        screen.press("iref<down>");
    });
    at_three_sizes("correct_entities", |screen| {
        on_the_doubt(screen);
        screen.press("i<tab>wwwwaorder<enter>0vea");
    });
    at_three_sizes("corrected", |screen| {
        on_the_doubt(screen);
        screen.press("i<tab>$baid<enter><tab>4");
    });
    at_three_sizes("correct_about", |screen| {
        on_the_doubt(screen);
        screen.press("gi1returns/refund, delivery<enter>i2negative<enter>i<down>");
    });
}

#[test]
fn enter_at_once_confirms_what_is_shown() {
    let mut screen = Screen::all();
    on_the_doubt(&mut screen);
    let before = screen.journal().len();
    screen.press("i<enter>");
    assert_eq!(intent(&screen, "anna.k").as_deref(), Some("\"inform\""));
    assert_eq!(screen.journal().len(), before + 1);
    let status = screen.status();
    assert!(status.starts_with("intent of user 1"), "{status}");
    assert!(
        status.contains(": inform (confirmed)") && status.contains("written"),
        "{status}"
    );
    assert!(
        screen.text().contains("confirmed nlu_fallback"),
        "{}",
        screen.text()
    );
    screen.press("u");
    assert_eq!(intent(&screen, "anna.k"), None);
    assert!(
        !screen.text().contains("confirmed nlu"),
        "{}",
        screen.text()
    );
}

#[test]
fn a_digit_chooses_an_alternative_and_no_tag() {
    let mut screen = Screen::all();
    on_the_doubt(&mut screen);
    screen.press("i4");
    assert!(screen.app.popup.is_none());
    let review = screen.review("anna.k");
    assert_eq!(
        said(&review, CorrectionField::Intent).as_deref(),
        Some("\"refund\"")
    );
    assert!(
        screen.status().contains("refund (was inform)"),
        "{}",
        screen.status()
    );
    assert!(screen.text().contains("-> refund"), "{}", screen.text());
    // What is predicted stays what it was.
    let event = &screen
        .store()
        .whole(screen.row("anna.k"))
        .unwrap()
        .unwrap()
        .events;
    let names = event
        .iter()
        .filter_map(|e| e.intent.as_ref()?.name.as_ref());
    assert!(names.into_iter().any(|n| n.for_search() == "nlu_fallback"));
    // No such digit: nothing happens, and the popup stays.
    let tags = screen.review("anna.k").tags;
    screen.press("i9");
    assert!(screen.app.popup.is_some());
    screen.press("<esc>");
    assert_eq!(screen.review("anna.k").tags, tags);
}

#[test]
fn typing_finds_every_intent_of_the_store_and_makes_new_ones() {
    let mut screen = Screen::all();
    on_the_doubt(&mut screen);
    // From another conversation.
    screen.press("ibktb<enter>");
    assert_eq!(intent(&screen, "anna.k").as_deref(), Some("\"book_table\""));
    // `enter` keeps what a person said, it does not go back to the prediction.
    screen.press("i<enter>");
    assert_eq!(intent(&screen, "anna.k").as_deref(), Some("\"book_table\""));
    assert!(
        screen.status().contains("it was so already"),
        "{}",
        screen.status()
    );
    screen.press("irefund_late");
    assert!(screen.text().contains("new: nothing has this name yet"));
    screen.press("<enter>");
    assert_eq!(
        intent(&screen, "anna.k").as_deref(),
        Some("\"refund_late\"")
    );
    assert!(
        screen.status().contains("refund_late (was book_table)"),
        "{}",
        screen.status()
    );
    // The next one finds it.
    screen.press("h");
    screen
        .go("visitor-4")
        .press("<enter>g}}i")
        .press("late<enter>");
    assert_eq!(
        intent(&screen, "visitor-4").as_deref(),
        Some("\"refund_late\"")
    );
}

#[test]
fn the_popup_works_before_the_intents_arrive_and_shows_at_once() {
    let mut screen = Screen::all();
    on_the_doubt(&mut screen);
    screen.hold().press("i");
    assert!(screen.text().contains("deny"), "{}", screen.text());
    screen.press("2");
    assert!(screen.text().contains("-> deny"), "at once");
    assert_eq!(intent(&screen, "anna.k"), None);
    assert!(!screen.status().contains("written"));
    screen.release();
    assert_eq!(intent(&screen, "anna.k").as_deref(), Some("\"deny\""));
    assert!(screen.status().contains("written"), "{}", screen.status());
}

#[test]
fn what_cannot_be_written_is_taken_back() {
    let mut screen = Screen::all();
    on_the_doubt(&mut screen);
    screen.hold().press("i4");
    assert!(screen.text().contains("-> refund"));
    let ticket = Some(1);
    screen.send(afterword::tui::msg::Msg::WriteFailed {
        ticket,
        error: "disk full".to_owned(),
    });
    assert!(!screen.text().contains("-> refund"), "{}", screen.text());
    assert!(screen.status().contains("not written: disk full"));
    let open = screen.app.reader.open.as_ref().unwrap();
    assert_eq!(open.whole.card.review.corrections, 0);
}

#[test]
fn entities_are_marked_named_removed_and_saved_as_one_change() {
    let mut screen = Screen::all();
    screen.go("anna.k").press("<enter>g}}");
    assert!(cursor_text(&screen).starts_with("The refund link for 1182"));
    let before = screen.journal().len();
    // The predicted one is there already; `refund link` is added, the intent is chosen with it.
    screen.press("i<tab>");
    assert!(
        screen.text().contains("order_id = \"1182\""),
        "{}",
        screen.text()
    );
    screen.press("wvee<enter>thing<enter><tab><enter>");
    let review = screen.review("anna.k");
    let json = said(&review, CorrectionField::Entities).unwrap();
    assert_eq!(
        json,
        "[{\"entity\":\"thing\",\"value\":\"refund link\",\"start\":4,\"end\":15},\
         {\"entity\":\"order_id\",\"value\":\"1182\",\"start\":20,\"end\":24}]"
    );
    assert_eq!(
        said(&review, CorrectionField::Intent).as_deref(),
        Some("\"refund\"")
    );
    assert_eq!(screen.journal().len(), before + 1, "one change");
    assert!(
        screen.status().contains("entities: thing"),
        "{}",
        screen.status()
    );
    // One is taken out again, the intent stays.
    screen.press("i<tab>wx<enter>");
    let json = said(&screen.review("anna.k"), CorrectionField::Entities).unwrap();
    assert!(
        !json.contains("thing") && json.contains("order_id"),
        "{json}"
    );
    assert!(
        screen.text().contains("confirmed, entities order_id"),
        "{}",
        screen.text()
    );
    screen.press("i<tab><ctrl-d>");
    assert_eq!(
        said(&screen.review("anna.k"), CorrectionField::Entities),
        None
    );
    screen.press("uuu");
    assert!(screen.review("anna.k").corrections.is_empty());
}

#[test]
fn a_correction_is_removed_by_a_key() {
    let mut screen = Screen::all();
    on_the_doubt(&mut screen);
    screen.press("i<ctrl-d>");
    assert!(
        screen
            .status()
            .contains("no correction of the intent to remove")
    );
    screen.press("<esc>i4i<ctrl-d>");
    assert_eq!(intent(&screen, "anna.k"), None);
    let status = screen.status();
    assert!(
        status.contains("inform again (correction removed)"),
        "{status}"
    );
}

#[test]
fn escape_goes_back_layer_by_layer_and_keeps_nothing() {
    let mut screen = Screen::all();
    on_the_doubt(&mut screen);
    screen.press("i<tab>va");
    for _ in 0..3 {
        assert!(screen.app.popup.is_some());
        screen.press("<esc>");
    }
    assert!(screen.app.popup.is_none());
    assert!(screen.review("anna.k").corrections.is_empty());
}

#[test]
fn what_is_no_user_message_says_what_can_be_corrected() {
    let mut screen = Screen::all();
    screen.go("anna.k").press("<enter>G");
    let open = screen.app.reader.open.as_ref().unwrap();
    let kind = open.whole.events[open.cursor.unwrap()].kind;
    assert_ne!(kind, EventKind::User);
    screen.press("i");
    assert!(screen.app.popup.is_none());
    assert!(
        screen.status().contains("} goes to the next user message"),
        "{}",
        screen.status()
    );
}

#[test]
fn topics_and_more_are_corrected_from_the_header_and_from_a_list_alone() {
    for open in ["<enter>g", ""] {
        let mut screen = Screen::all();
        screen.go("visitor-4").press(open);
        screen.press("i1delivery, delivery/slot<enter>");
        let review = screen.review("visitor-4");
        let topics = said(&review, CorrectionField::Topics);
        assert_eq!(topics.as_deref(), Some("[\"delivery\",\"delivery/slot\"]"));
        let status = screen.status();
        assert!(
            status.contains("topics of visitor-4: delivery, delivery/slot"),
            "{status}"
        );
        // The fields are there again, with the new value.
        assert!(screen.text().contains("delivery, delivery/slot (corrected"));
        screen.press("<down><enter><ctrl-u>foo<enter>");
        assert!(
            screen.text().contains("neutral, negative or a number"),
            "{}",
            screen.text()
        );
        let sentiment =
            |screen: &Screen| said(&screen.review("visitor-4"), CorrectionField::Sentiment);
        assert_eq!(sentiment(&screen), None);
        screen.press("<ctrl-u>-0.5<enter>");
        assert_eq!(sentiment(&screen).as_deref(), Some("-0.5"));
        // Shown with where it comes from, and taken back by an empty value.
        assert!(
            screen.text().contains("-0.5 (corrected)"),
            "{}",
            screen.text()
        );
        screen.press("2<ctrl-u><enter>");
        assert_eq!(sentiment(&screen), None);
        screen.press("1<esc><ctrl-d>");
        assert!(screen.review("visitor-4").corrections.is_empty());
        assert!(screen.app.popup.is_some());
        screen.press("q");
        assert!(screen.app.popup.is_none());
        screen.press("uuuu");
        assert!(screen.review("visitor-4").corrections.is_empty());
    }
}

#[test]
fn marked_conversations_are_corrected_together() {
    let mut screen = Screen::all();
    screen.go("visitor-4").press("<space>");
    let other = screen.here();
    screen.press("<space>i");
    assert!(
        screen.text().contains("2 conversations"),
        "{}",
        screen.text()
    );
    screen.press("3pt<enter>");
    let of = |screen: &Screen, name: &str| said(&screen.review(name), CorrectionField::Language);
    assert_eq!(of(&screen, "visitor-4").as_deref(), Some("\"pt\""));
    assert_eq!(of(&screen, &other).as_deref(), Some("\"pt\""));
    assert!(screen.app.list.marks.is_empty());
    screen.press("<esc>u");
    assert_eq!(of(&screen, "visitor-4"), None);
}

#[test]
fn in_a_list_beside_the_reader_it_is_the_message_there() {
    let mut screen = Start::on(fixture::store()).filter("").size(200, 50).go();
    screen.go("anna.k").press("i4");
    assert_eq!(intent(&screen, "anna.k").as_deref(), Some("\"refund\""));
    // The filter finds it at once, on the screen that made it.
    screen.press("/").press("corrected:intent=refund<enter>");
    assert_eq!(screen.names(), ["anna.k"]);
    screen
        .press("/<ctrl-u>")
        .press("turn(intent:nlu_fallback corrected:intent=refund)<enter>");
    assert_eq!(screen.names(), ["anna.k"]);
    screen.press("uR");
    assert!(screen.names().is_empty());
}

#[test]
fn hostile_and_empty_texts_can_be_opened_marked_and_drawn() {
    let mut screen = Screen::all();
    for place in 0..screen.app.list.rows.len() {
        screen.press("g");
        for _ in 0..place {
            screen.press("j");
        }
        screen.press("<enter>g");
        for _ in 0..40 {
            screen.press("ji<tab>wveaname<enter><esc><esc><esc><esc>");
            screen.text();
            if screen.app.focus != afterword::tui::layout::Pane::Reader {
                screen.press("<enter>");
            }
        }
        screen.press("q");
    }
}
