//! `E`: from an event to the line that defines what it is.

use std::fs;

use afterword::tui::definitions::Places;

use crate::common::{Screen, Start, fixture};
use crate::frames::compare;

fn project() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let put = |path: &str, text: &str| {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    put(
        "domain.yml",
        "intents:\n- refund\nresponses:\n  utter_slots:\n  - text: When?\n",
    );
    put(
        "data/nlu.yml",
        "nlu:\n- intent: inform\n  examples: |\n    - 1182\n- intent: change_slot\n",
    );
    put("data/more/nlu.yml", "nlu:\n# more\n- intent: inform\n");
    dir
}

fn start(dir: &tempfile::TempDir) -> Screen {
    let mut screen = Start::on(fixture::store()).filter("").go();
    screen.app.definitions = Places {
        root: Some(dir.path().to_owned()),
        ..Places::default()
    };
    screen
}

#[test]
fn the_one_definition_is_opened_at_its_line() {
    let dir = project();
    let mut screen = start(&dir);
    screen.go("visitor-4").press("<enter>E");
    assert_eq!(screen.edited, ["data/nlu.yml:5"]);
    // What the assistant said is what its action defines.
    screen.press("jE");
    assert_eq!(screen.edited[1..], ["domain.yml:4"]);
}

#[test]
fn of_several_definitions_one_is_chosen() {
    let dir = project();
    let mut screen = start(&dir);
    // A fallback: the intent that is shown for it.
    screen.go("anna.k").press("<enter>]");
    screen.press("E");
    compare("definitions", &screen);
    screen.press("<down><enter>");
    assert_eq!(screen.edited, ["data/nlu.yml:2"]);
}

#[test]
fn in_the_list_the_names_of_the_conversation_are_offered() {
    let dir = project();
    let mut screen = start(&dir);
    screen.go("anna.k").press("E");
    assert!(screen.text().contains("intent refund"));
    screen.press("refund<enter>");
    assert_eq!(screen.edited, ["domain.yml:2"]);
}

#[test]
fn what_is_not_defined_and_what_has_no_definition_is_told() {
    let dir = project();
    let mut screen = start(&dir);
    screen.go("m.chen").press("<enter>E");
    assert!(screen.edited.is_empty());
    assert!(
        screen
            .status()
            .starts_with("no definition of the intent book_table"),
        "{}",
        screen.status()
    );
    screen.press("gE");
    assert!(
        screen
            .status()
            .starts_with("no flow, intent or action here")
    );
}
