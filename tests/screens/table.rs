//! Help, hints and palette are the table of actions: nothing is missing in them and nothing else is there.

use afterword::model::Status;
use afterword::tui::action::{ACTIONS, Action, Scope};

use crate::common::{Screen, Start, fixture, parse};

/// Everything that help shows, by scrolling through it.
fn help(screen: &mut Screen) -> String {
    let mut shown = String::new();
    screen.press("?");
    loop {
        let text = screen.text();
        shown.push_str(&text);
        if !text.contains("more below") {
            break;
        }
        screen.press("<pagedown>");
    }
    screen.press("<esc>");
    shown
}

#[test]
fn every_action_is_in_help_with_its_keys() {
    for pane in ["", "<enter>"] {
        let mut screen = Start::on(fixture::store()).size(200, 50).filter("").go();
        screen.press(pane);
        let help = help(&mut screen);
        for info in ACTIONS {
            if info.action.tag_digit().is_some_and(|d| d != '1') {
                continue;
            }
            let words = match info.action {
                Action::Tag1 => "The tag on that digit",
                _ => info.help,
            };
            let line = help.lines().find(|l| l.contains(words));
            let line = line.unwrap_or_else(|| panic!("{} is not in help", info.name));
            let first = match info.action {
                Action::Tag1 => "1-9".to_owned(),
                _ => match info.keys.first() {
                    Some(key) => (*key).to_owned(),
                    None => info.reached_by(&[]),
                },
            };
            assert!(line.split_whitespace().any(|w| w == first), "{line}");
        }
        for field in afterword::filter::FIELDS
            .iter()
            .filter(|f| !f.name.is_empty())
        {
            assert!(
                help.contains(field.example),
                "{} is not in help",
                field.name
            );
        }
    }
}

#[test]
fn every_action_is_in_the_palette_by_name() {
    let mut screen = Screen::all();
    for info in ACTIONS.iter().filter(|i| i.action != Action::Palette) {
        let name = info.name.replace('-', " ");
        screen.press(":").press(&name);
        assert!(screen.text().contains(&name), "{name}");
        screen.press("<esc>");
    }
}

#[test]
fn the_palette_does_what_it_names() {
    let mut screen = Screen::all();
    screen.press(":negative<enter>");
    assert_eq!(screen.review("anna.k").status, Status::Reviewed);
    screen.press(":q<enter>");
    assert!(screen.left);
    for words in ["wq", "q!", "quit"] {
        let mut screen = Screen::all();
        screen.press(":").press(words).press("<enter>");
        assert!(screen.left, "{words}");
    }
    let mut screen = Screen::all();
    screen.press(":w<enter>");
    assert!(!screen.left);
    assert!(screen.status().contains("written"));
}

/// The keys of the hint line.
fn hinted(screen: &Screen) -> Vec<String> {
    let text = screen.text();
    let line = text.lines().last().unwrap().to_owned();
    line.split("  ")
        .filter_map(|part| part.trim().split(' ').next())
        .filter(|key| !key.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_hint_is_a_key_that_works_there() {
    for (width, height) in [(80, 24), (120, 40), (200, 50), (40, 10)] {
        for (pane, scope) in [
            ("", Scope::List),
            ("<enter>", Scope::Reader),
            ("<tab><tab>", Scope::Sidebar),
        ] {
            let start = || {
                let mut screen = Start::on(fixture::store())
                    .size(width, height)
                    .filter("")
                    .go();
                screen.press(pane);
                screen
            };
            let screen = start();
            if screen.app.scope() != scope {
                continue;
            }
            let hints = hinted(&screen);
            assert!(hints.iter().any(|k| k == "?"), "help always: {hints:?}");
            for key in hints {
                let parsed = parse(&format!("<{key}>"))[0];
                let bound = screen.app.keymap.resolve(scope, parsed);
                let bound = bound.unwrap_or_else(|| panic!("{key} in {scope:?}"));
                assert!(!bound.action.info().hint.is_empty());
                let mut screen = start();
                screen.press(&format!("<{key}>"));
                assert!(!screen.status().contains("does nothing"), "{key}");
            }
        }
    }
}

#[test]
fn a_key_without_a_meaning_says_so() {
    let mut screen = Screen::all();
    screen.press("Z");
    assert!(screen.status().starts_with("Z does nothing here"));
}

#[test]
fn a_remapped_key_is_what_help_and_hints_show() {
    let mut screen = Screen::all();
    screen.app.keymap.bind("B", "tag billing").unwrap();
    screen.app.keymap.bind("z", "reviewed").unwrap();
    screen.app.keymap.bind("r", "none").unwrap();
    screen.press("j");
    assert!(
        screen
            .text()
            .lines()
            .last()
            .unwrap()
            .starts_with("z reviewed")
    );
    screen.press("B");
    assert_eq!(screen.review("visitor-4").tags, ["billing".into()]);
    screen.press("z");
    assert_eq!(screen.review("visitor-4").status, Status::Reviewed);
    screen.press("?reviewed");
    let text = screen.text();
    let line = text.lines().find(|l| l.contains("Mark reviewed")).unwrap();
    assert!(line.trim_start().starts_with('z'), "{line}");
}
