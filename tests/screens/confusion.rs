//! `:confusion`: what was predicted against what was corrected.

use crate::common::Screen;
use crate::frames::at_three_sizes;

/// Two corrected to refund, one confirmed, one without a prediction of its own.
fn correct(screen: &mut Screen) {
    screen.go("anna.k").press("<enter>i4h");
    screen.go("visitor-4").press("<enter>irefund<enter>h");
    screen.go("visitor-9").press("<enter>i<enter>h");
}

#[test]
fn the_table_shows_the_most_frequent_first() {
    at_three_sizes("confusion", |screen| {
        correct(screen);
        screen.press(":confusion<enter>");
    });
    at_three_sizes("confusion_empty", |screen| {
        screen.press(":confusion<enter>");
    });
}

#[test]
fn enter_opens_the_conversations_of_a_cell() {
    let mut screen = Screen::all();
    correct(&mut screen);
    screen.press(":confusion<enter>");
    let app = &screen.app;
    let Some(afterword::tui::app::popup::Popup::Confusion(table)) = &app.popup else {
        panic!("no table");
    };
    let confusion = table.confusion.as_ref().expect("counted");
    assert_eq!((confusion.messages, confusion.conversations), (3, 3));
    assert_eq!(confusion.right, 1);
    // Each cell finds as many as it counts, and leaves the filter in force.
    for place in 0..confusion.pairs.len() {
        let pair = &confusion.pairs[place];
        let mut screen = Screen::all();
        correct(&mut screen);
        screen.press(":confusion<enter>");
        for _ in 0..place {
            screen.press("j");
        }
        screen.press("<enter>");
        assert!(screen.app.popup.is_none());
        assert_eq!(screen.names().len() as u64, pair.count, "{}", pair.filter());
    }
    // Over the current filter.
    screen
        .press("q/")
        .press("id:visitor-4<enter>:confusion<enter>");
    assert!(
        screen.text().contains("1 message corrected"),
        "{}",
        screen.text()
    );
}

#[test]
fn a_line_of_fallbacks_says_what_else_its_filter_finds() {
    let mut screen = Screen::all();
    correct(&mut screen);
    screen.press(":confusion<enter>");
    let sure = screen.text();
    assert!(!sure.contains("enter shows"), "{sure}");
    screen.press("q");
    // Another fallback, which stood for another intent, corrected to the same.
    screen.go("verbose").press("<enter>irefund<enter>h");
    screen.press(":confusion<enter>");
    let place = |screen: &Screen| {
        let Some(afterword::tui::app::popup::Popup::Confusion(table)) = &screen.app.popup else {
            panic!("no table");
        };
        let pairs = &table.confusion.as_ref().expect("counted").pairs;
        let inform = |p: &afterword::stats::Pair| {
            p.predicted
                .as_ref()
                .is_some_and(|n| n.for_search() == "inform")
        };
        pairs.iter().position(inform).expect("the line of inform")
    };
    for _ in 0..place(&screen) {
        screen.press("j");
    }
    let words = "shows 2 conversations: 1 of this line, 1 where nlu_fallback stood for";
    assert!(
        screen.text().contains(&format!("enter {words}")),
        "{}",
        screen.text()
    );
    screen.press("<enter>");
    assert_eq!(screen.names().len(), 2);
    assert!(screen.status().starts_with(words), "{}", screen.status());
}
