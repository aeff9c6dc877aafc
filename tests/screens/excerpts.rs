//! `Y`: what of a conversation reaches the clipboard, and what it is called.

use crate::common::Screen;

fn flag(screen: &mut Screen, name: &str, keys: &str) {
    screen.go(name).press("<enter>").press(keys).press("q");
}

#[test]
fn in_the_reader_it_is_the_turn_under_the_cursor_with_its_link() {
    let mut screen = Screen::all();
    screen.go("anna.k").press("<enter>y").press("Y");
    let (link, excerpt) = (screen.copied[0].clone(), screen.copied[1].clone());
    let head = excerpt.lines().next().unwrap();
    assert!(head.contains("`anna.k`") && head.contains(&link), "{head}");
    assert!(excerpt.contains("> `I just did. 1182.`"), "{excerpt}");
    assert!(excerpt.contains("**not understood**"), "{excerpt}");
    assert_eq!(excerpt.matches("**linked**").count(), 1);
    assert!(
        screen.called[1].starts_with("excerpt of "),
        "{:?}",
        screen.called
    );
}

#[test]
fn in_the_list_it_is_the_row_and_of_marked_rows_one_per_flag() {
    let mut screen = Screen::all();
    screen.go("anna.k").press("Y");
    assert_eq!(screen.called[0], "1 excerpt");
    assert!(screen.copied[0].contains("I just did"), "what is flagged");

    flag(&mut screen, "anna.k", "{f");
    let flags = screen.review("anna.k").flagged_events.len();
    assert!(flags >= 2);
    screen.go("anna.k").press("<space>");
    screen.go("visitor-4").press("<space>Y");
    let all = screen.copied.last().unwrap();
    let name = screen.called.last().unwrap();
    assert_eq!(*name, format!("{} excerpts of 2 conversations", flags + 1));
    assert_eq!(all.matches("\n---\n").count(), flags);
    assert_eq!(all.matches("afterword://").count(), flags + 1);
    for event in screen.review("anna.k").flagged_events {
        assert!(all.contains(&event.key.to_string()));
    }
    assert_eq!(screen.app.list.marks.len(), 2, "copying takes no mark");
}

#[test]
fn where_there_is_nothing_it_says_so() {
    let mut screen = Screen::all();
    screen.press("/no such words at all<enter>").press("Y");
    assert!(screen.copied.is_empty());
    assert!(
        screen.status().contains("nothing here to copy"),
        "{}",
        screen.status()
    );
}
