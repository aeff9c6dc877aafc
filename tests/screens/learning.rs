//! `L`: the learning sets over a period, counted, listed and opened as the view.

use afterword::catalogue::Catalogue;
use afterword::filter::{self, Context, LEARNING_SETS, Zone};
use afterword::model::{Millis, SortKey};

use crate::common::talk::Talk;
use crate::common::{ME, NOW, Screen, Start, fixture};
use crate::frames::{SIZES, compare};

/// Minutes of a day.
const DAY: u32 = 24 * 60;

/// Conversations of the last hours, days, weeks and months, some judged; the newest so many minutes old.
fn judged(size: (u16, u16), newest: u32) -> Screen {
    let talk = |name: &str, age: u32, confidence: f64| {
        Talk::new(name, newest + age)
            .user("where is my parcel now", &[("track_parcel", confidence)])
            .utter("utter_track", "It is on its way.")
    };
    let lost = |name: &str, age: u32| {
        Talk::new(name, newest + age)
            .not_understood("the box is broken", &[("complain", 0.41)])
            .action("action_default_fallback", 0.4, "RulePolicy")
            .utter("utter_default", "Pardon?")
    };
    let dir = fixture::of(&[
        talk("good-hour", 60, 0.93),
        talk("bad-hour", 90, 0.71),
        lost("lost-hour", 120),
        talk("bad-days", 3 * DAY, 0.62),
        lost("lost-days", 4 * DAY),
        talk("good-weeks", 20 * DAY, 0.88),
        lost("lost-months", 100 * DAY),
        talk("bad-long-ago", 700 * DAY, 0.55),
    ]);
    let mut screen = Start::on(dir).size(size.0, size.1).filter("").go();
    for name in ["good-hour", "good-weeks"] {
        screen.go(name).press("p");
    }
    for name in ["bad-hour", "bad-days", "bad-long-ago", "lost-days"] {
        screen.go(name).press("x");
    }
    screen
}

fn counts(screen: &Screen) -> Vec<u64> {
    screen.app.learning.view.as_ref().unwrap().counts.clone()
}

fn listed(screen: &Screen) -> Vec<String> {
    let view = screen.app.learning.view.as_ref().unwrap();
    view.rows.iter().map(|row| screen.name(row)).collect()
}

/// What commands count.
fn counted(screen: &Screen, filter: &str) -> u64 {
    let store = screen.store();
    let mut catalogue = Catalogue::build(&store).unwrap();
    let context = Context {
        now: Millis(NOW),
        zone: Zone::Fixed(chrono::FixedOffset::east_opt(0).unwrap()),
        newest: catalogue.newest(),
        me: ME.to_owned(),
    };
    let filter = filter::parse(filter).unwrap();
    catalogue.count(&store, &filter, &context).unwrap()
}

#[test]
fn the_sets_of_a_period_are_counted_and_listed() {
    for size in SIZES {
        let mut screen = judged(size, 0);
        screen.press("L<tab>");
        compare("learning", &screen);
    }
}

#[test]
fn every_period_counts_what_its_filter_counts_in_a_command() {
    let mut screen = judged((80, 24), 0);
    screen.press("L");
    for (key, since, expected) in [
        ("1", "since:24h", [1, 1, 1]),
        ("2", "since:7d", [1, 3, 2]),
        ("3", "since:1mo", [2, 3, 2]),
        ("4", "since:1y", [2, 3, 3]),
        ("5", "", [2, 4, 3]),
        (
            "cdate:2026-05-14..2026-05-18<enter>",
            "date:2026-05-14..2026-05-18",
            [0, 2, 1],
        ),
        (
            "c<ctrl-u>2026-05-14..<enter>",
            "date:2026-05-14..",
            [1, 3, 2],
        ),
        ("c<ctrl-u>30d<enter>", "date:30d", [2, 3, 2]),
    ] {
        screen.press(key);
        assert_eq!(counts(&screen), expected, "{key}");
        for (set, n) in LEARNING_SETS.iter().zip(expected) {
            assert_eq!(
                counted(&screen, &format!("{} {since}", set.filter)),
                n,
                "{key}"
            );
        }
    }
}

#[test]
fn an_old_export_counts_back_from_its_newest_conversation() {
    let mut screen = judged((80, 24), 400 * DAY);
    screen.press("L");
    assert_eq!(counts(&screen), [1, 3, 2]);
    compare("learning_of_an_old_export", &screen);
    assert!(
        screen
            .text()
            .contains("filter: verdict:positive since:newest-7d")
    );
    assert_eq!(counted(&screen, "verdict:negative since:newest-7d"), 3);
    // What was typed is meant as it is.
    screen.press("c7d<enter>");
    assert_eq!(counts(&screen), [0, 0, 0]);
    assert!(
        screen
            .text()
            .contains("no positive conversations in this period")
    );
}

#[test]
fn the_order_and_the_filter_of_the_view_are_followed() {
    let mut screen = judged((80, 24), 0);
    screen.press("L5<tab>");
    assert_eq!(
        listed(&screen),
        ["bad-hour", "bad-days", "lost-days", "bad-long-ago"]
    );
    screen.press("o");
    assert_eq!(screen.app.learning.sort, SortKey::Confidence);
    assert_eq!(
        listed(&screen),
        ["lost-days", "bad-long-ago", "bad-days", "bad-hour"]
    );
    screen.press("O");
    assert_eq!(listed(&screen)[0], "bad-hour");
    screen.press("f");
    assert!(screen.status().contains("no filter to narrow by"));
    screen.press("q/is:fallback<enter>Lf");
    assert_eq!(listed(&screen), ["lost-days"]);
    assert!(screen.text().contains("with the filter is:fallback"));
    screen.press("f");
    assert_eq!(listed(&screen).len(), 4);
}

#[test]
fn enter_opens_the_set_as_the_view_and_the_way_back_is_open() {
    let mut screen = judged((80, 24), 0);
    screen.press("/-is:fallback<enter>L5<tab>oj<enter>");
    assert_eq!(screen.app.view.text, "verdict:negative");
    assert_eq!(screen.app.view.sort, SortKey::Confidence);
    assert_eq!(
        screen.here(),
        "bad-long-ago",
        "the row that was under the cursor"
    );
    assert_eq!(screen.app.view.matching, 4);
    // The set is no filter to narrow the sets by: the one before is.
    screen.press("L2f");
    assert_eq!(screen.app.learning.text, "-is:fallback");
    assert_eq!(counts(&screen), [1, 2, 0]);
    screen.press("q''");
    assert_eq!(screen.app.view.text, "-is:fallback");
    assert_eq!(screen.app.view.sort, SortKey::default());
}

#[test]
fn what_is_no_period_is_said_and_can_be_mended() {
    let mut screen = judged((80, 24), 0);
    screen.press("Lclast week<enter>");
    compare("learning_wrong_period", &screen);
    screen.press("<esc>");
    assert!(screen.app.popup.is_some());
    assert_eq!(counts(&screen), [1, 3, 2], "the period is the one before");
    screen.press("<esc>");
    assert!(screen.app.popup.is_none());
}

#[test]
fn an_answer_to_a_question_asked_before_is_dropped() {
    let mut screen = judged((80, 24), 0);
    screen.press("L");
    screen.hold().press("1").press("5").release();
    assert_eq!(counts(&screen), [2, 4, 3]);
}

#[test]
fn the_set_is_exported_as_it_is_listed_and_the_screen_is_there_again() {
    let mut screen = judged((80, 24), 0);
    screen.press("/-is:fallback<enter>L5<tab>o");
    let names = listed(&screen);
    assert_eq!(names, ["lost-days", "bad-long-ago", "bad-days", "bad-hour"]);
    // The view is another one, and stays it: what is listed here is exported, however slow the workers are.
    screen.hold().press("wjsonl<enter>");
    compare("learning_export", &screen);
    screen.release().press("<enter>");
    let text = screen
        .written("afterword-negative-all-2026-05-20.jsonl")
        .unwrap();
    let ids = text.lines().map(|line| {
        let json: serde_json::Value = serde_json::from_str(line).unwrap();
        json["conversation"]["external_id"]
            .as_str()
            .unwrap()
            .to_owned()
    });
    assert_eq!(ids.collect::<Vec<_>>(), names);
    assert!(
        screen.status().contains("4 conversations"),
        "{}",
        screen.status()
    );
    let on_learning = |screen: &Screen| {
        let popup = &screen.app.popup;
        matches!(popup, Some(afterword::tui::app::popup::Popup::Learning))
    };
    assert!(on_learning(&screen));
    assert_eq!(screen.app.view.text, "-is:fallback");
    // Dropped, it comes back here too; where the file is there, the form comes back first.
    screen.press("w<esc>");
    assert!(on_learning(&screen));
    screen.press("wjsonl<enter><enter>");
    assert!(!on_learning(&screen));
    assert!(screen.text().contains("it is there already"));
    screen.press("<esc>");
    assert!(on_learning(&screen));
    // Of nothing there is no export, and from the list it comes back to the list.
    screen.press("1<tab><tab>c2020-01-01<enter>w");
    assert!(screen.status().contains("to export"), "{}", screen.status());
    screen.press("qw<esc>");
    assert!(screen.app.popup.is_none());
}
