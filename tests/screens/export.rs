//! `w`: what is exported, as what, into which file, and what is said of it.

use afterword::tui::msg::{ExportNews, Msg};

use crate::common::{Screen, Start, fixture};
use crate::frames::{SIZES, compare};

/// Ids of the conversations of a file of ours, in its order.
fn exported(screen: &Screen, name: &str) -> Vec<String> {
    let text = screen.written(name).unwrap();
    let of = |line: &str| -> serde_json::Value { serde_json::from_str(line).unwrap() };
    let ids = text
        .lines()
        .map(|line| of(line)["conversation"]["external_id"].clone());
    ids.map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_outputs_and_the_form_are_shown() {
    for (width, height) in SIZES {
        let start = || Start::on(fixture::store()).filter("").size(width, height);
        let mut screen = start().go();
        screen.press("w");
        compare("export_as", &screen);
        screen.press("jsonl<enter>");
        compare("export_form", &screen);
        let mut screen = start().go();
        screen.press("  <enter>wcsv<enter><up> ");
        compare("export_form_reader", &screen);
    }
}

#[test]
fn the_list_exports_all_that_the_filter_shows() {
    let mut screen = Screen::all();
    screen.press("wjsonl<enter><enter>");
    let name = "afterword-all-2026-05-20.jsonl";
    assert_eq!(exported(&screen, name), screen.names());
    assert!(
        screen.status().contains(" conversations in /"),
        "{}",
        screen.status()
    );
    assert!(screen.app.popup.is_none());
    let mut screen = Start::on(fixture::store()).go();
    screen.press("wjsonl<enter><enter>");
    let name = "afterword-unread-2026-05-20.jsonl";
    assert_eq!(exported(&screen, name), screen.names());
}

#[test]
fn the_marked_or_the_open_one_alone() {
    let mut screen = Screen::all();
    screen.go("visitor-9").press(" ").press("v").press("jj");
    let (from, names) = (screen.app.list.cursor - 3, screen.names());
    screen.press("wjsonl<enter><enter>");
    let name = "afterword-marked-2026-05-20.jsonl";
    assert_eq!(exported(&screen, name), names[from..from + 4]);
    screen
        .press("<esc>")
        .go("visitor-9")
        .press("<enter>wjsonl<enter><enter>");
    let name = "afterword-visitor-9-2026-05-20.jsonl";
    assert_eq!(exported(&screen, name), ["visitor-9"]);
}

#[test]
fn a_set_and_a_choice_are_taken_by_space() {
    let mut screen = Screen::all();
    screen.go("visitor-9").press("x");
    screen.go("visitor-9").press("wjsonl<enter>");
    // This conversation, with review: the name that was offered follows.
    screen.press("<tab>j j <enter>");
    let name = "afterword-visitor-9-2026-05-20.jsonl";
    assert_eq!(exported(&screen, name), ["visitor-9"]);
    assert!(
        screen
            .written(name)
            .unwrap()
            .contains("\"verdict\": \"negative\"")
    );
    screen
        .press("wjsonl<enter><tab>j <down><down><down><down><down><down><ctrl-u>")
        .paste("mine.jsonl")
        .press("<enter>");
    assert!(
        screen
            .written("mine.jsonl")
            .unwrap()
            .contains("\"verdict\": null")
    );
}

#[test]
fn a_file_that_is_there_is_replaced_by_a_second_enter_alone() {
    let mut screen = Screen::all();
    let name = "afterword-all-2026-05-20.jsonl";
    screen.press("wjsonl<enter><enter>");
    let before = screen.written(name).unwrap();
    screen.go("visitor-9").press("x");
    screen.press("wjsonl<enter><up> <enter>");
    assert_eq!(screen.written(name).unwrap(), before);
    compare_words(&screen, "it is there already: enter again replaces it");
    // Another name is another file.
    screen.press("<backspace>").press("<enter>");
    assert_eq!(screen.written(name).unwrap(), before);
    assert!(screen.written("afterword-all-2026-05-20.json").is_ok());
    screen.press("wjsonl<enter><up> <enter><enter>");
    assert_ne!(screen.written(name).unwrap(), before);
    assert!(screen.app.popup.is_none());
}

fn compare_words(screen: &Screen, words: &str) {
    let text = screen.text().replace('\n', " ");
    assert!(text.contains(words), "{text}");
}

#[test]
fn what_cannot_be_written_is_said_and_the_form_stays() {
    let mut screen = Start::on(fixture::store()).filter("").size(120, 40).go();
    screen.press("wcsv<enter><ctrl-u><enter>");
    compare_words(&screen, "the file needs a name");
    screen.paste("nowhere/a.csv").press("<enter>");
    compare_words(&screen, "nowhere: there is no such folder");
    screen
        .press("<ctrl-u>")
        .paste("store.db")
        .press("<enter><enter>");
    compare_words(&screen, "store.db: it belongs to the store");
    screen.press("<esc>");
    assert!(screen.app.popup.is_none());
}

#[test]
fn a_running_export_is_shown_stopped_and_not_left_by_accident() {
    let mut screen = Screen::all();
    screen.hold().press("wjsonl<enter><enter>");
    assert!(
        screen.status().starts_with("exporting: 0 of "),
        "{}",
        screen.status()
    );
    screen.send(Msg::Export(ExportNews::Progress(7)));
    assert!(
        screen.status().starts_with("exporting: 7 of "),
        "{}",
        screen.status()
    );
    assert!(screen.status().contains("ctrl-c stops it"));
    screen.press("w");
    assert!(
        screen.status().contains("an export is running"),
        "{}",
        screen.status()
    );
    screen.press("q");
    assert!(screen.status().contains("once more stops it and leaves"));
    assert!(!screen.left);
    screen.press("<ctrl-c>");
    screen.send(Msg::Export(ExportNews::Stopped));
    assert!(screen.status().contains("q leaves"), "{}", screen.status());
    screen.press("wcsv<enter>");
    assert!(screen.app.popup.is_some());
}

#[test]
fn nothing_is_exported_of_nothing() {
    let mut screen = Start::on(fixture::store()).filter("tag:nowhere").go();
    screen.press("w");
    assert!(
        screen.status().contains("nothing here to export"),
        "{}",
        screen.status()
    );
}
