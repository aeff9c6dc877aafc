//! `:notes`: all notes of the filter with what they stand on, several selected, one tag given.

use afterword::model::EntryKind;

use crate::common::{Screen, Start, fixture};
use crate::frames::{SIZES, compare};

/// Notes on four conversations; of those reviewed, the second brings a tag that the first has not.
fn noted(size: (u16, u16), filter: &'static str) -> Screen {
    let mut screen = Start::on(fixture::store())
        .size(size.0, size.1)
        .filter("")
        .go();
    screen
        .go("anna.k")
        .press("<enter>]cShe had to say it twice: the form asked again for what it had.<enter>");
    screen
        .press("h")
        .go("j.ortiz")
        .press("ctook over too late<enter>");
    screen
        .go("m.chen")
        .press("csound answer, wrong tone<enter>");
    screen
        .go("m.chen")
        .press("r")
        .go("visitor-9")
        .press("ttone<enter>r");
    if !filter.is_empty() {
        screen.press("/").press(filter).press("<enter>");
    }
    screen.press(":notes<enter>");
    screen
}

/// The notes of the screen, as they are listed.
fn listed(screen: &Screen) -> Vec<String> {
    let notes = screen.app.notes.shown_notes();
    notes
        .map(|n| n.text.for_search().chars().take(20).collect())
        .collect()
}

#[test]
fn notes_are_listed_with_what_they_stand_on() {
    for size in SIZES {
        compare("notes", &noted(size, ""));
    }
}

#[test]
fn several_get_one_tag_as_one_change() {
    let mut screen = noted((80, 24), "");
    let before = screen.journal().len();
    // The newest two, and the last by a range of one.
    screen.press("  jjvv").press("ttoo<enter>");
    assert_eq!(screen.journal().len(), before + 1, "one entry");
    let tags = |screen: &Screen, who: &str| -> Vec<String> {
        let review = screen.review(who);
        review
            .tags
            .iter()
            .map(|t| t.for_search().to_owned())
            .collect()
    };
    for (who, tagged) in [
        ("m.chen", true),
        ("j.ortiz", true),
        ("t-1001", true),
        ("anna.k", false),
    ] {
        assert_eq!(
            tags(&screen, who).contains(&"too".to_owned()),
            tagged,
            "{who}"
        );
    }
    assert!(
        screen.status().contains("3 conversations: tagged too"),
        "{}",
        screen.status()
    );
    assert!(screen.status().contains("written"));
    let counted = |screen: &Screen, tag: &str| {
        let counts = &screen.app.notes.view.as_ref().unwrap().counts;
        counts.iter().find(|c| c.0 == tag.into()).map(|c| c.1)
    };
    assert_eq!(counted(&screen, "too"), Some(3));
    compare("notes_tagged", &screen);
    // One undo takes it all back, here.
    screen.press("u");
    assert_eq!(screen.journal()[0].kind, EntryKind::Undo);
    assert_eq!(counted(&screen, "too"), None);
    assert!(tags(&screen, "t-1001") == ["billing", "shipping"]);
}

#[test]
fn what_is_shown_before_it_is_written_is_what_is_written() {
    let mut screen = noted((80, 24), "");
    screen.press("A");
    screen.hold().press("tbilling<enter>");
    let shown = screen.app.notes.view.clone().unwrap();
    assert_eq!(shown.counts[0], ("billing".into(), 5));
    screen.release();
    let read = screen.app.notes.view.clone().unwrap();
    assert_eq!(
        (read.counts, read.tags.len()),
        (shown.counts, shown.tags.len())
    );
}

#[test]
fn a_tag_that_takes_a_note_out_of_the_filter_leaves_it_on_the_list() {
    let mut screen = noted((80, 24), "-tag:billing");
    assert_eq!(listed(&screen).len(), 3);
    screen.press("tbilling<enter>");
    assert_eq!(listed(&screen).len(), 3, "the list stands still");
    screen.press("R");
    assert_eq!(listed(&screen).len(), 2);
}

#[test]
fn typing_narrows_and_esc_undoes_one_layer_after_the_other() {
    let mut screen = noted((80, 24), "");
    screen.press("/TONE sound<enter> ");
    assert_eq!(listed(&screen), ["sound answer, wrong "]);
    assert_eq!(screen.app.notes.marks.len(), 1);
    compare("notes_narrowed", &screen);
    screen.press("v<esc>");
    assert_eq!(screen.app.notes.range, None);
    screen.press("<esc>");
    assert!(screen.app.notes.marks.is_empty());
    screen.press("<esc>");
    assert_eq!(listed(&screen).len(), 5);
    assert!(screen.app.popup.is_some());
    screen.press("<esc>");
    assert!(screen.app.popup.is_none());
}

#[test]
fn enter_reads_the_conversation_at_the_event_and_q_comes_back() {
    for size in SIZES {
        let mut screen = noted(size, "");
        screen.press("/twice<enter><enter>");
        let open = screen.app.reader.open.as_ref().expect("it is open");
        let stands = open
            .cursor
            .and_then(|seq| open.whole.events[seq].text.as_ref());
        assert_eq!(stands.unwrap().for_search(), "I just did. 1182.");
        screen.press("q");
        assert!(
            screen.text().contains("with \"twice\""),
            "{}",
            screen.text()
        );
        screen.press("<esc>jjq:notes<enter>");
        assert_eq!(
            screen.app.notes.cursor, 4,
            "notes opened again begin where they were left"
        );
    }
}

#[test]
fn a_note_is_changed_and_removed_and_both_are_undone() {
    let mut screen = noted((80, 24), "");
    screen.press("j");
    screen.press("e, and was rude<enter>");
    let texts = |screen: &Screen| -> Vec<String> {
        let notes = screen.review("j.ortiz").notes;
        notes
            .iter()
            .map(|n| n.text.for_search().to_owned())
            .collect()
    };
    assert_eq!(texts(&screen), ["took over too late, and was rude"]);
    assert!(screen.status().contains("written"), "{}", screen.status());
    screen.press("d");
    assert!(texts(&screen).is_empty());
    assert_eq!(listed(&screen).len(), 4);
    screen.press("u");
    assert_eq!(listed(&screen).len(), 5, "undone here, shown here");
    screen.press("u");
    assert_eq!(texts(&screen), ["took over too late"]);
}

#[test]
fn where_there_is_none_that_is_said() {
    let mut screen = Start::on(fixture::many(2)).filter("").go();
    screen.press(":notes<enter>");
    compare("notes_none", &screen);
    screen.press("tved   <enter>");
    assert!(screen.journal().is_empty());
    let screen = noted((80, 24), "user:nobody");
    assert!(
        screen
            .text()
            .contains("no notes on the conversations of this filter")
    );
}

#[test]
fn marks_of_another_filter_do_not_count() {
    let mut screen = noted((80, 24), "");
    screen.press("A<esc>");
    screen.press(":notes<enter>A").press("q");
    screen.press("/user:anna.k<enter>:notes<enter>");
    assert!(screen.app.notes.marks.is_empty());
}

#[test]
fn a_note_that_goes_while_it_is_changed_takes_no_other_with_it() {
    let mut screen = noted((80, 24), "");
    let before = listed(&screen);
    screen.press("e, and was rude");
    let mut view = screen.app.notes.view.clone().unwrap();
    view.notes.remove(0);
    view.folded.remove(0);
    screen.send(afterword::tui::msg::Msg::Notes(Box::new(view)));
    let entries = screen.journal().len();
    screen.press("<enter>");
    assert_eq!(screen.journal().len(), entries, "nothing is written");
    assert_eq!(listed(&screen), before[1..]);
    assert!(
        screen.status().contains("removed meanwhile"),
        "{}",
        screen.status()
    );
}

#[test]
fn a_tag_goes_to_what_was_chosen_when_it_was_asked_for() {
    let mut screen = noted((80, 24), "");
    screen.press("ttoo");
    let mut view = screen.app.notes.view.clone().unwrap();
    let gone = view.notes.remove(0);
    view.folded.remove(0);
    screen.send(afterword::tui::msg::Msg::Notes(Box::new(view)));
    assert_ne!(screen.app.notes.current().unwrap().row, gone.row);
    screen.press("<enter>");
    let tagged: Vec<String> = ["m.chen", "j.ortiz", "anna.k", "t-1001"]
        .into_iter()
        .filter(|who| screen.review(who).tags.contains(&"too".into()))
        .map(str::to_owned)
        .collect();
    assert_eq!(tagged, [screen.name(gone.row)]);
}
