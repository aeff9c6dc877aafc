//! What every screen looks like, at the three widths it is laid out for.

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::style::{Color, Modifier};

use crate::common::{FULL, Screen, Start, fixture};
use afterword::tui::theme::Theme;

pub const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 50)];

fn all() -> Start {
    Start::on(fixture::store()).filter("")
}

pub fn compare(name: &str, screen: &Screen) {
    let (width, height) = screen.app.size;
    insta::with_settings!({prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), screen.text());
    });
}

/// The screen after these keys, at every size.
fn shown_on(name: &str, start: impl Fn() -> Start, keys: &str) {
    for (width, height) in SIZES {
        let mut screen = start().size(width, height).go();
        screen.press(keys);
        compare(name, &screen);
    }
}

pub fn shown(name: &str, keys: &str) {
    shown_on(name, all, keys);
}

/// The screen after what is done with it, at every size.
pub fn at_three_sizes(name: &str, done: impl Fn(&mut Screen)) {
    for (width, height) in SIZES {
        let mut screen = all().size(width, height).go();
        done(&mut screen);
        compare(name, &screen);
    }
}

/// One conversation in the reader, at the smallest of the sizes and at the greatest.
pub fn read(name: &str, who: &str, keys: &str) {
    for (width, height) in [(80, 24), (200, 50)] {
        let mut screen = all().size(width, height).go();
        screen.go(who).press("<enter>").press(keys);
        compare(name, &screen);
    }
}

#[test]
fn list() {
    shown("list", "");
}

#[test]
fn first_start_is_unread() {
    shown_on("first_start", || Start::on(fixture::store()), "");
}

#[test]
fn reader() {
    shown("reader", "<enter>");
}

#[test]
fn reader_with_actions() {
    shown("reader_actions", "<enter>a");
}

#[test]
fn reader_of_a_form_that_was_left() {
    read("reader_form", "j.ortiz", "");
}

#[test]
fn reader_of_clicked_buttons() {
    read("reader_clicks", "visitor-9", "");
}

#[test]
fn reader_of_slots_that_change() {
    read("reader_slots", "m.chen", "");
}

#[test]
fn reader_of_a_handover_after_a_pause() {
    read("reader_handover", "+12025550018", "");
}

#[test]
fn reader_of_what_was_taken_back() {
    read("reader_reverted", "visitor-2", "");
}

#[test]
fn reader_of_wide_text() {
    read("reader_cjk", "山田", "");
}

#[test]
fn reader_of_text_from_right_to_left() {
    read("reader_arabic", "ليلى", "");
}

#[test]
fn reader_of_emoji() {
    read("reader_emoji", "emoji 👩‍👩‍👧", "");
}

#[test]
fn reader_of_a_message_taller_than_the_screen() {
    read("reader_long", "verbose", "jjj");
}

#[test]
fn reader_of_control_characters() {
    read("reader_hostile", "h\u{1b}[31mostile\u{202e}", "");
}

#[test]
fn reader_of_a_rating_notes_and_names() {
    read("reader_rated", "t-1001", "");
}

#[test]
fn reader_without_any_message() {
    read("reader_no_message", "6bd6eed6f", "");
}

#[test]
fn tag_picker() {
    shown("tags", "t");
    shown("tags_new", "tshi<backspace>op");
}

#[test]
fn palette() {
    shown("palette", ":");
    shown("palette_narrowed", ":half");
}

#[test]
fn help() {
    shown("help", "?");
    shown("help_narrowed", "?undo");
}

#[test]
fn filter_line_with_completions() {
    shown("filter_fields", "/ch");
    shown("filter_values", "/channel:");
    shown("filter_offer", "/channel:<tab><tab>");
}

#[test]
fn filter_error() {
    shown("filter_error", "/is:problem (rating:x");
}

#[test]
fn empty_result_names_the_term() {
    shown("empty_result", "/is:unread channel:email rating:4..<enter>");
}

#[test]
fn empty_store() {
    shown_on("empty_store", || Start::on(fixture::empty()), "");
}

#[test]
fn presets() {
    shown("presets", "P");
    shown("preset_awaited", "'");
}

#[test]
fn journal() {
    shown("journal", "rH");
}

#[test]
fn note_prompt() {
    shown("note", "<enter>cthe link expires after an hour");
}

#[test]
fn marks() {
    shown("marks", "  jvjj");
    shown("marks_all", "A");
}

#[test]
fn values_to_filter_by() {
    shown("values", "jj*");
}

#[test]
fn orders() {
    shown("sort", "o");
}

#[test]
fn after_a_decision() {
    shown("decided", "x");
}

#[test]
fn the_smallest_size_and_less() {
    for (width, height) in [(40, 10), (40, 9), (39, 10), (8, 3), (1, 1)] {
        let screen = all().size(width, height).go();
        compare("list", &screen);
    }
    let mut screen = all().size(40, 10).go();
    screen.press("<enter>");
    compare("reader", &screen);
}

/// The first cell of the first place that shows this text.
fn cell<'a>(buf: &'a Buffer, words: &str) -> &'a Cell {
    for y in 0..buf.area.height {
        let row: Vec<&str> = (0..buf.area.width).map(|x| buf[(x, y)].symbol()).collect();
        for x in 0..row.len() {
            if row[x..].concat().starts_with(words) {
                return &buf[(x as u16, y)];
            }
        }
    }
    panic!("{words:?} is not on the screen");
}

fn line(screen: &Screen, words: &str) -> String {
    let text = screen.text();
    let line = text.lines().find(|l| l.contains(words));
    line.unwrap_or_else(|| panic!("{words:?} is not on the screen"))
        .to_owned()
}

#[test]
fn colours_say_what_the_words_say() {
    let mut screen = all().go();
    let frame = screen.frame();
    assert!(cell(&frame, ">").modifier.contains(Modifier::REVERSED));
    assert!(cell(&frame, "anna.k").modifier.contains(Modifier::REVERSED));
    assert!(
        !cell(&frame, "visitor-4")
            .modifier
            .contains(Modifier::REVERSED)
    );
    assert!(
        cell(&frame, "visitor-4").modifier.contains(Modifier::BOLD),
        "unread"
    );
    assert_eq!(cell(&frame, ".43x").fg, Color::Red, "not understood");
    assert_eq!(cell(&frame, ".66?").fg, Color::Yellow, "low, but acted");
    assert_eq!(cell(&frame, "+    1h").fg, Color::Green, "positive");
    assert_eq!(cell(&frame, "-    5h").fg, Color::Red, "negative");
    assert_eq!(cell(&frame, "!  29m").fg, Color::Magenta, "flagged");
    assert_eq!(cell(&frame, "billing").fg, Color::Cyan, "tag");
    assert!(
        cell(&frame, "Noa").modifier.contains(Modifier::DIM),
        "reviewed"
    );

    screen.press("jd");
    let frame = screen.frame();
    let deleted = cell(&frame, "visitor-4");
    assert!(deleted.modifier.contains(Modifier::DIM), "deleted");
    assert!(!deleted.modifier.contains(Modifier::BOLD));
    assert!(line(&screen, "visitor-4 ").starts_with("  D "));

    screen.press("gg<enter>");
    let frame = screen.frame();
    assert_eq!(cell(&frame, ".43x").fg, Color::Red);
    assert_eq!(cell(&frame, "-action_default_fallback").fg, Color::Red);
    assert_eq!(cell(&frame, "=order_id").fg, Color::Green, "slot set");
    assert_eq!(cell(&frame, "I just did").fg, Color::Magenta, "flagged");
    assert!(cell(&frame, ">!").modifier.contains(Modifier::REVERSED));
    assert!(
        !cell(&frame, "I just did")
            .modifier
            .contains(Modifier::REVERSED)
    );

    let mut screen = all().go();
    screen.go("m.chen").press("<enter>");
    let frame = screen.frame();
    assert_eq!(cell(&frame, "=city: Rome").fg, Color::Yellow, "changed");
    assert_eq!(cell(&frame, "=people: 4").fg, Color::Red, "cleared");

    let mut screen = all().go();
    screen.go("visitor-2").press("<enter>");
    let frame = screen.frame();
    let struck = cell(&frame, "no, wait, by cash").modifier;
    assert!(struck.contains(Modifier::CROSSED_OUT | Modifier::DIM));

    let mut screen = all().go();
    screen.press("/refund<enter>");
    let frame = screen.frame();
    let hit = cell(&frame, "refund link");
    assert_eq!(hit.fg, Color::Yellow);
    assert!(hit.modifier.contains(Modifier::REVERSED), "hit");

    screen.press("/rating:zz");
    assert_eq!(cell(&screen.frame(), "zz").fg, Color::Red, "filter error");
}

#[test]
fn without_colours_every_cell_keeps_the_terminals_own() {
    let theme = Theme {
        color: false,
        ..FULL
    };
    for keys in [
        "",
        "<enter>",
        "<enter><enter>",
        "x",
        "t",
        "P",
        "?",
        "H",
        "/(is:x",
        "  ",
    ] {
        let mut screen = all().size(200, 50).theme(theme).go();
        screen.press(keys);
        let frame = screen.frame();
        for cell in &frame.content {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset), "{keys}");
        }
    }
    // What is struck out says so in characters too.
    let mut screen = all().theme(theme).go();
    screen.go("visitor-2").press("<enter>");
    assert!(line(&screen, "no, wait").contains("~~ no, wait"));
}

#[test]
fn ascii_glyphs_are_all_there_is_beside_the_logs() {
    let theme = Theme {
        ascii: true,
        ..FULL
    };
    // Only conversations whose own text is ASCII.
    let start = || {
        Start::on(fixture::many(30))
            .theme(theme)
            .size(200, 50)
            .filter("")
    };
    let scripts = [
        "",
        "<enter>",
        "<enter>a",
        "<enter><enter>",
        "<enter>>",
        "<enter>>>",
        "<enter>>>>",
        "x",
        "t",
        "P",
        "'",
        "?",
        "?nothing",
        "H",
        "rH",
        "/",
        "/ch",
        "/(is:x",
        "/zzz<enter>",
        "  v",
        "A",
        ":",
        "o",
        "cwords",
        "tnew<enter>1t",
        "b",
        "<tab><tab>",
        "ud",
        "/parcel<enter><enter>",
        "*",
    ];
    for keys in scripts {
        let mut screen = start().go();
        screen.press(keys);
        let text = screen.text();
        let other: String = text.chars().filter(|c| !c.is_ascii()).collect();
        assert_eq!(other, "", "after {keys}:\n{text}");
    }
    let screen = Start::on(fixture::empty()).theme(theme).go();
    assert!(screen.text().is_ascii(), "{}", screen.text());
}

#[test]
fn no_frame_has_a_character_that_is_not_for_showing() {
    let mut screen = all().size(200, 50).go();
    for row in 0..screen.app.list.rows.len() {
        for keys in [
            "<enter>", ">", ">", ">", "H", "<esc>", "t", "<esc>", "*", "<esc>", "q", "qj",
        ] {
            screen.press(keys);
            for cell in &screen.frame().content {
                let shown = cell
                    .symbol()
                    .chars()
                    .all(|c| !c.is_control() && c != '\u{202e}');
                assert!(shown, "{:?} in row {row}", cell.symbol());
                assert!(cell.cell_width() <= 2);
            }
        }
    }
}

#[test]
fn hits_in_the_list_and_the_reader() {
    shown("hits", "/1182<enter>");
    shown("hits_reader", "/1182<enter><enter>");
}
