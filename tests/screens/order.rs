//! What comes in another order than it was asked for, and what stays where it was.

use afterword::model::{Status, Verdict};
use afterword::tui::app::App;
use afterword::tui::app::sidebar::SidebarLine;
use afterword::tui::app::view::ScreenState;
use afterword::tui::keymap::{Key, Keymap};
use afterword::tui::layout::Pane;
use afterword::tui::msg::{Cmd, Msg, View};
use afterword::tui::workers::Inline;

use crate::common::{FULL, ME, NOW, Screen, Start, fixture};

#[test]
fn a_verdict_on_many_makes_the_unread_among_them_reviewed_and_no_others() {
    let mut screen = Screen::all();
    assert_eq!(screen.review("visitor-2").status, Status::Saved);
    screen
        .go("visitor-2")
        .press(" ")
        .go("visitor-9")
        .press(" x");
    let saved = screen.review("visitor-2");
    assert_eq!(
        (saved.status, saved.verdict),
        (Status::Saved, Some(Verdict::Negative)),
    );
    assert_eq!(screen.review("visitor-9").status, Status::Reviewed);
    let place = screen.app.list.place_of(screen.row("visitor-2")).unwrap();
    assert_eq!(screen.app.list.statuses[place], Status::Saved);
    screen.press("u");
    assert_eq!(screen.review("visitor-9").status, Status::Unread);
    assert_eq!(screen.review("visitor-2").verdict, None);
}

#[test]
fn in_the_reader_marks_are_left_alone() {
    let mut screen = Start::on(fixture::store()).filter("").size(120, 40).go();
    screen.go("m.chen").press(" ").go("visitor-9");
    screen.press("<enter>r");
    assert_eq!(screen.review("visitor-9").status, Status::Reviewed);
    assert_eq!(screen.review("m.chen").status, Status::Unread);
    assert_ne!(screen.here(), "visitor-9", "and the next one is shown");
    assert_eq!(screen.app.list.marks.len(), 1);
}

#[test]
fn the_line_says_written_of_the_change_it_is_about_alone() {
    let mut screen = Screen::all();
    let before = screen.journal().len();
    screen.hold().press("r");
    screen.release();
    assert!(screen.status().contains("written"));
    screen.hold().press("r9");
    assert!(screen.status().contains("no tag on 9"));
    screen.release();
    assert_eq!(screen.journal().len(), before + 2);
    let status = screen.status();
    assert!(
        status.contains("no tag on 9") && !status.contains("written"),
        "{status}"
    );
}

#[test]
fn the_list_is_found_as_it_was_left() {
    let mut screen = Start::on(fixture::many(60)).filter("").go();
    screen.press("jjjjj");
    let before = screen.text();
    screen.press("<enter>h");
    assert_eq!(screen.app.list.top, 0);
    assert_eq!(screen.text(), before);
}

#[test]
fn going_back_from_the_filter_line_leaves_no_trace() {
    let mut screen = Start::on(fixture::store()).go();
    assert_eq!(screen.app.view.preset.as_deref(), Some("Unread"));
    screen.press("jj ");
    let (here, marks) = (screen.here(), screen.app.list.marks.len());
    screen.press("/zzz<backspace><backspace><backspace><esc>");
    assert_eq!(screen.app.view.preset.as_deref(), Some("Unread"));
    assert_eq!((screen.here(), screen.app.list.marks.len()), (here, marks));
}

#[test]
fn keys_before_the_answer_wait_for_the_list_they_are_meant_for() {
    let mut screen = Screen::all();
    let flagged = screen.app.list.rows.len();
    screen.go("m.chen").hold().press("'3Ax");
    assert!(
        screen.app.list.marks.is_empty(),
        "nothing of the list before"
    );
    screen.release();
    assert_eq!(screen.review("m.chen").status, Status::Unread);
    let entry = &screen.journal()[0];
    let changed = screen.app.list.rows.len();
    assert!(changed < flagged, "the preset shows fewer");
    assert_eq!(entry.targets as usize, changed);
}

#[test]
fn escape_drops_the_keys_that_wait() {
    let mut screen = Screen::all();
    let before = screen.journal().len();
    screen.go("m.chen").hold().press("'3Ax<esc>");
    assert!(
        screen.status().contains("2 keys dropped"),
        "{}",
        screen.status()
    );
    screen.release();
    assert_eq!(screen.journal().len(), before);
}

#[test]
fn leaving_by_the_palette_keeps_the_place_too() {
    let mut screen = Screen::all();
    screen.go("m.chen").press(":q<enter>");
    assert!(screen.left);
    let screen = screen.restart();
    assert_eq!(screen.here(), "m.chen");
}

/// The first page shows a part of the list: where the screen was left is found in the whole.
#[test]
fn the_place_is_found_beyond_the_first_page() {
    let dir = fixture::many(80);
    let path = dir.path().join("store.db");
    let clock = afterword::model::Clock::fixed(afterword::model::Millis(NOW));
    let zone = afterword::filter::Zone::Local;
    let mut workers = Inline::open(&path, ME, clock, zone).unwrap();
    let mut app = App::new(
        (80, 24),
        clock.now(),
        ME.to_owned(),
        FULL,
        Keymap::default(),
    );
    let state = |row| ScreenState {
        filter: "is:unread".to_owned(),
        row,
        ..ScreenState::default()
    };
    let mut waiting = std::collections::VecDeque::from(app.start(Some(state(None)), None));
    while let Some(cmd) = waiting.pop_front() {
        for msg in workers.take(cmd).0 {
            waiting.extend(app.update(msg));
        }
    }
    let row = app.list.rows.get(70).unwrap();

    let mut app = App::new(
        (80, 24),
        clock.now(),
        ME.to_owned(),
        FULL,
        Keymap::default(),
    );
    let cmds = app.start(Some(state(Some(row))), None);
    let mut workers = Inline::open(&path, ME, clock, zone).unwrap();
    let query = cmds.into_iter().find(|c| matches!(c, Cmd::Query(_)));
    let messages = workers.take(query.unwrap()).0;
    assert!(messages.iter().any(|m| matches!(m, Msg::FirstPage(_))));
    for msg in messages {
        app.update(msg);
    }
    assert_eq!(app.list.current(), Some(row));
}

/// A link leads to a conversation whether the list has it or not.
#[test]
fn a_link_stays_open_beside_the_list() {
    let mut app = App::new(
        (120, 40),
        afterword::model::Millis(NOW),
        ME.to_owned(),
        FULL,
        Keymap::default(),
    );
    app.start(None, Some((77, None)));
    assert_eq!((app.focus, app.reader.awaited), (Pane::Reader, Some(77)));
    let view = View {
        generation: app.view.generation,
        rows: vec![1, 2].into(),
        statuses: vec![Status::Unread; 2],
        complete: true,
        ..View::default()
    };
    app.update(Msg::Answer(Box::new(view)));
    assert_eq!(app.reader.awaited, Some(77));
    app.update(Msg::Key(Key::parse("h").unwrap().event()));
    assert_eq!(app.focus, Pane::List);
}

#[test]
fn a_click_beside_the_values_does_nothing() {
    use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
    let mut screen = Start::on(fixture::store()).filter("").size(200, 50).go();
    let text = screen.text();
    let beside: Vec<u16> = (1..)
        .zip(screen.app.sidebar_lines())
        .take(40)
        .filter(|(_, line)| matches!(line, SidebarLine::Title(_) | SidebarLine::Blank))
        .map(|(row, _)| row)
        .collect();
    assert!(beside.len() > 2);
    let before = screen.app.view.text.clone();
    for row in beside {
        screen.send(Msg::Mouse(MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column: 3,
            row,
            modifiers: KeyModifiers::NONE,
        }));
    }
    assert_eq!(screen.app.view.text, before);
    assert_eq!(screen.text(), text);
}

#[test]
fn repeating_a_flag_puts_it_on_and_never_off() {
    let mut screen = Screen::all();
    screen.go("m.chen").press("<enter>f");
    let flagged = screen.review("m.chen").flagged_events.len();
    assert_eq!(flagged, 1);
    screen.press(".");
    assert_eq!(screen.review("m.chen").flagged_events.len(), 1);
    assert!(screen.status().contains("flagged already"));
}

/// What was asked for under the filter of before arrives under the next one.
#[test]
fn hits_are_those_of_the_filter_that_is_shown() {
    let mut screen = Start::on(fixture::many(30))
        .filter("parcel")
        .size(120, 40)
        .go();
    let marked = |screen: &Screen| {
        let open = screen.app.reader.open.as_ref().unwrap();
        (open.whole.card.external_id.clone(), open.hits.events.len())
    };
    // The message of the user alone says parcel; both sides say a word of the next one.
    assert_eq!(marked(&screen), ("visitor-1".into(), 1));
    screen.hold().press("j/OR way<enter>").release();
    assert_eq!(screen.app.view.text, "parcel OR way");
    assert_eq!(
        marked(&screen),
        ("visitor-1".into(), 2),
        "the answer begins at its top"
    );
    screen.hold().press("jj").release();
    assert_eq!(marked(&screen), ("visitor-3".into(), 2));
    // The next ones were read ahead under it, too.
    screen.hold().press("j");
    assert_eq!(marked(&screen), ("visitor-4".into(), 2), "without asking");
}

#[test]
fn previews_are_those_of_the_filter_that_is_shown() {
    let mut screen = Start::on(fixture::many(300)).filter("parcel").go();
    assert!(screen.text().contains("where is my parcel number 2"));
    screen.press("<pagedown>'0<pagedown>/way<enter>");
    for _ in 0..20 {
        let text = screen.text();
        assert!(text.contains("It is on its way"), "{text}");
        assert!(!text.contains("where is my"), "{text}");
        screen.press("<pagedown>");
    }
}

#[test]
fn an_answer_to_an_older_question_changes_nothing() {
    let mut screen = Start::on(fixture::many(30)).filter("").go();
    screen.press("jj/number 7<enter>");
    let (before, now) = (screen.text(), screen.app.view.generation);
    let late = |generation, complete| {
        Box::new(View {
            generation,
            rows: vec![1, 2, 3].into(),
            statuses: vec![Status::Saved; 3],
            matching: 3,
            total: 3,
            complete,
            ..View::default()
        })
    };
    screen.send(Msg::Answer(late(now - 1, true)));
    screen.send(Msg::Live(late(now - 1, true)));
    screen.send(Msg::FirstPage(late(now - 1, false)));
    screen.send(Msg::QueryFailed {
        generation: now - 1,
        error: "late".to_owned(),
    });
    assert_eq!(screen.text(), before);
    screen.send(Msg::Answer(late(now, true)));
    assert_eq!(screen.app.list.rows.len(), 3);
}

/// Questions asked faster than they are answered: the last one is answered, none of before after it.
#[test]
fn a_newer_question_takes_the_place_of_those_before_it() {
    use afterword::filter;
    use afterword::model::{Clock, Millis, SortKey};
    use afterword::tui::msg::Query;
    use afterword::tui::workers::Workers;

    let dir = fixture::many(400);
    let (out, messages) = crossbeam_channel::unbounded();
    let clock = Clock::fixed(Millis(NOW));
    let workers = Workers::start(&dir.path().join("store.db"), ME, clock, out).unwrap();
    const LAST: u64 = 60;
    for generation in 1..=LAST {
        let text = "where is my parcel number".repeat(1 + generation as usize % 3);
        let query = Query {
            generation,
            filter: filter::parse(&text).unwrap(),
            sort: SortKey::default(),
            reverse: false,
            facets: Vec::new(),
        };
        assert!(workers.take(Cmd::Query(Box::new(query))).is_none());
    }
    let mut answered = 0;
    let patience = std::time::Duration::from_secs(60);
    while answered < LAST {
        match messages.recv_timeout(patience).unwrap() {
            Msg::Answer(view) => {
                assert!(view.generation > answered);
                answered = view.generation;
            }
            Msg::QueryFailed { error, .. } | Msg::WorkerDied(error) => panic!("{error}"),
            _ => {}
        }
    }
    workers.finish();
    let after = |m: &Msg| matches!(m, Msg::Answer(_) | Msg::QueryFailed { .. });
    assert!(!messages.try_iter().any(|m| after(&m)));
}

/// A conversation that was purged meanwhile: asking again brings no other answer.
#[test]
fn what_cannot_be_read_is_asked_for_once() {
    let mut screen = Start::on(fixture::store()).filter("").size(120, 40).go();
    screen.hold().press("jjjj");
    let row = screen.app.reader.awaited.expect("read beside the list");
    let failed = || Msg::OpenFailed {
        row,
        error: "this conversation was removed".to_owned(),
    };
    let asked = screen.app.update(failed());
    assert!(asked.is_empty(), "{asked:?}");
    assert!(screen.text().contains("this conversation was removed"));
    screen.press("k");
    assert_ne!(screen.app.reader.awaited, Some(row));
    assert!(!screen.text().contains("this conversation was removed"));
}

/// The first page is there before the place where the screen was left is known: who goes on working there is
/// not taken away from it.
#[test]
fn the_place_of_before_is_not_gone_to_once_the_cursor_was_moved() {
    let new = || {
        let now = afterword::model::Millis(NOW);
        let mut app = App::new((80, 24), now, ME.to_owned(), FULL, Keymap::default());
        let state = ScreenState {
            filter: "is:unread".to_owned(),
            row: Some(5),
            ..ScreenState::default()
        };
        app.start(Some(state), None);
        app
    };
    let rows = |rows: Vec<i64>, complete| {
        Box::new(View {
            generation: 1,
            statuses: vec![Status::Unread; rows.len()],
            rows: rows.into(),
            complete,
            ..View::default()
        })
    };
    for (key, row) in [("j", 8), ("r", 8), ("?", 5)] {
        let mut app = new();
        app.update(Msg::FirstPage(rows(vec![9, 8, 7], false)));
        app.update(Msg::Key(Key::parse(key).unwrap().event()));
        app.update(Msg::Answer(rows(vec![9, 8, 7, 6, 5], true)));
        assert_eq!(app.list.current(), Some(row), "after {key}");
    }
}

/// Another process decides at the very time that one decides here, so that both are noticed at once.
#[test]
fn a_decision_made_here_hides_none_that_was_made_elsewhere() {
    use afterword::model::{Change, Clock, Edit, Millis, Set, Target};
    use afterword::store::{Access, Store};

    let mut screen = Start::on(fixture::store()).filter("").size(120, 40).go();
    screen.go("m.chen");
    let row = screen.row("visitor-9");
    let conversation = screen.store().ids(&[row]).unwrap()[0];
    let mut other = Store::open(&screen.path(), &Access::Review).unwrap();
    let change = Change {
        edits: vec![Edit {
            targets: vec![Target {
                conversation,
                event: None,
            }],
            set: Set::Status(Status::Saved),
        }],
        bulk: None,
    };
    other
        .apply(&change, "bo", &Clock::fixed(Millis(NOW)))
        .unwrap();
    screen.press("r").watch();
    let place = screen.app.list.place_of(row).unwrap();
    assert_eq!(screen.app.list.statuses[place], Status::Saved);
    let card = screen.app.list.card(row).unwrap();
    assert_eq!(card.review.status, Status::Saved);
}
