//! The review screen in a real terminal: what nobody sees in a test of the app alone. Every end leaves
//! the terminal as it was and every decision in the store; whatever is written keeps to the grammar of
//! [`bytes::pieces`], which [`pty::Session::end`] checks each time.

#![cfg(unix)]
#![allow(clippy::unwrap_used)] // helpers of tests are tests

mod bytes;
mod editor;
mod fixture;
mod links;
mod pty;

use std::process::Stdio;

use portable_pty::CommandBuilder;
use rustix::process::Signal;

use fixture::{Fixture, SAID, SAYING, SECOND, SIZE, TOP};
use pty::{Ended, Session};

/// Nothing that was said stands where the shell goes on.
fn assert_nothing_said(ended: &Ended) {
    for said in SAID {
        assert!(!ended.left.contains(said), "left behind: {}", ended.left);
    }
}

#[test]
fn quitting_leaves_the_terminal_as_it_was_and_nothing_of_the_log_in_it() {
    let fixture = Fixture::new();
    let mut session = fixture.open();
    session.see(SAYING);
    assert_ne!(session.settings(), session.settings_before());
    session.keys("q");
    let ended = session.end();
    assert_eq!(ended.status, 0);
    ended.assert_whole();
    assert_nothing_said(&ended);
    let used = bytes::modes_used(&ended.pieces);
    for mode in [1000, 1002, 1006, 1049, 2004] {
        assert!(
            used.contains(&mode),
            "the tracker sees mode {mode} come and go"
        );
    }
}

#[test]
fn a_decision_is_written_before_the_program_ends() {
    let fixture = Fixture::new();
    let mut session = fixture.open();
    session.keys("r");
    session.see("written");
    assert_eq!(fixture.status(TOP), "reviewed");
    // The cursor has gone on; the end follows the key at once.
    session.keys("sq");
    assert_eq!(session.end().status, 0);
    assert_eq!(fixture.status(SECOND), "saved");
    assert_eq!(fixture.decided(), [TOP, SECOND]);
}

#[test]
fn the_screen_follows_the_size_of_the_window() {
    let fixture = Fixture::new();
    let mut session = fixture.open();
    let words = |session: &Session| session.text().matches(SAYING).count();
    session.wait("list and reader", |s| {
        s.contents().matches(SAYING).count() == 2
    });
    session.resize((30, 8));
    session.see("window too small");
    assert_eq!(words(&session), 0);
    session.resize((60, 12));
    session.wait("the list alone", |s| s.contents().matches(TOP).count() == 1);
    session.see(SECOND);
    session.resize((1, 1));
    session.wait("nothing but a cut", |s| s.contents() == "…");
    session.resize(SIZE);
    session.wait("both again", |s| s.contents().matches(SAYING).count() == 2);
    session.keys("q");
    let ended = session.end();
    assert_eq!(ended.status, 0);
    ended.assert_whole();
}

#[test]
fn a_storm_of_sizes_ends_in_a_whole_screen() {
    let fixture = Fixture::new();
    let mut session = fixture.open();
    for round in 0..40 {
        for size in [
            (1, 1),
            (80, 1),
            (3, 2),
            (500, 200),
            (41 + round, 11),
            (160, 48),
        ] {
            session.resize(size);
        }
    }
    session.resize(SIZE);
    session.wait("list and reader", |s| {
        s.contents().matches(SAYING).count() == 2 && s.contents().ends_with("? help")
    });
    session.keys("q");
    let ended = session.end();
    assert_eq!(ended.status, 0);
    ended.assert_whole();
}

#[test]
fn a_pager_has_the_terminal_for_itself_and_its_interrupt_key() {
    let fixture = Fixture::new();
    let script = "trap 'echo interrupted' INT\necho \"lines: $(wc -l)\"\nuntil read line < /dev/tty; do :; done\n";
    let path = fixture.file("pager.sh", script);
    let pager = format!("/bin/sh {}", path.display());
    let mut session = fixture.open_with(&[("PAGER", &pager)]);
    session.keys("e");
    session.see("lines: ");
    session.wait("the terminal as the shell has it", |s| {
        !s.alternate_screen() && !s.hide_cursor() && !s.bracketed_paste()
    });
    assert_eq!(session.settings(), session.settings_before());
    session.keys("\x03");
    session.see("interrupted");
    session.keys("\n");
    session.wait("the screen again", |s| {
        s.alternate_screen() && s.contents().matches(SAYING).count() == 2
    });
    session.keys("r");
    session.see("written");
    session.keys("q");
    let ended = session.end();
    assert_eq!(ended.status, 0);
    ended.assert_whole();
    assert_eq!(fixture.decided(), [TOP]);
}

#[test]
fn signals_end_it_with_their_status_and_keep_the_last_decision() {
    for (signal, status) in [
        (Signal::HUP, 129),
        (Signal::INT, 130),
        (Signal::QUIT, 131),
        (Signal::TERM, 143),
    ] {
        let fixture = Fixture::new();
        let mut session = fixture.open();
        session.keys("s");
        session.see("saved");
        session.signal(signal);
        let ended = session.end();
        assert_eq!(ended.status, status);
        ended.assert_whole();
        assert_nothing_said(&ended);
        assert_eq!(fixture.decided(), [TOP], "after signal {signal:?}");
    }
}

/// A shell with job control around the screen: it says when the job has stopped and how it ended.
fn in_a_shell(fixture: &Fixture) -> CommandBuilder {
    let screen = fixture.screen();
    let mut shell = CommandBuilder::new("/bin/sh");
    shell.env_clear();
    for (name, value) in screen.iter_full_env_as_str() {
        shell.env(name, value);
    }
    let script =
        r#"set -m; "$0"; echo "stopped with $?"; read line; fg > /dev/null; echo "ended with $?""#;
    shell.arg("-c");
    shell.arg(script);
    shell.arg(&screen.get_argv()[0]);
    shell
}

#[test]
fn the_suspend_key_gives_the_terminal_to_the_shell_and_fg_brings_the_screen_back() {
    let fixture = Fixture::new();
    let mut session = Session::start(in_a_shell(&fixture), SIZE);
    session.see(SAYING);
    session.keys("\x1a");
    session.see("stopped with 14");
    session.wait("the shell's screen", |s| {
        !s.alternate_screen()
            && !s.hide_cursor()
            && !s.bracketed_paste()
            && s.mouse_protocol_mode() == vt100::MouseProtocolMode::None
            && !s.contents().contains(SAYING)
    });
    assert_eq!(session.settings(), session.settings_before());
    session.keys("\n");
    session.wait("the screen again", |s| {
        s.alternate_screen() && s.hide_cursor() && s.contents().matches(SAYING).count() == 2
    });
    session.keys("r");
    session.see("written");
    session.keys("q");
    let ended = session.end();
    assert!(ended.left.contains("ended with 0"), "{}", ended.left);
    ended.assert_whole();
    assert_nothing_said(&ended);
    assert_eq!(fixture.decided(), [TOP]);
}

#[test]
fn without_a_shell_there_is_nothing_to_suspend_to() {
    let fixture = Fixture::new();
    let mut session = fixture.open();
    session.keys("\x1a");
    session.see("no shell");
    session.keys("q");
    assert_eq!(session.end().status, 0);
}

#[test]
fn after_a_stop_from_outside_the_screen_is_drawn_anew() {
    let fixture = Fixture::new();
    let mut session = fixture.open();
    session.see(SAYING);
    session.signal(Signal::STOP);
    // Another program has drawn over it meanwhile.
    session.draw_over("\x1b[2J\x1b[?1049l\x1b[?25h");
    session.signal(Signal::CONT);
    session.wait("the screen again", |s| {
        s.alternate_screen() && s.hide_cursor() && s.contents().matches(SAYING).count() == 2
    });
    session.keys("q");
    let ended = session.end();
    assert_eq!(ended.status, 0);
    ended.assert_whole();
}

#[test]
fn a_worker_that_panics_is_a_message_and_the_terminal_stays_whole() {
    let fixture = Fixture::new();
    let mut command = fixture.screen();
    command.env("AFTERWORD_TEST_PANIC", "query");
    let mut session = Session::start(command, SIZE);
    session.see("the query worker stopped unexpectedly");
    assert!(!session.text().contains("asked for"));
    // The screen goes on.
    session.keys("?");
    session.see("type to narrow");
    session.keys("\x1b");
    session.see("? help");
    session.keys("q");
    let ended = session.end();
    assert_eq!(ended.status, 0);
    ended.assert_whole();
    assert_eq!(ended.left.trim(), "");
}

#[test]
fn a_decision_that_a_panic_keeps_from_being_written_is_taken_back() {
    let fixture = Fixture::new();
    let mut session = fixture.open_with(&[("AFTERWORD_TEST_PANIC", "write")]);
    for key in ["r", "s"] {
        session.keys(key);
        session.see("writing stopped unexpectedly");
        session.see("4 unread");
        assert!(!session.text().contains(" R "), "{}", session.text());
    }
    session.keys("q");
    session.end().assert_whole();
    assert!(fixture.decided().is_empty());
}

#[test]
fn a_panic_of_the_screen_restores_the_terminal_and_tells_nothing_of_the_log() {
    let fixture = Fixture::new();
    let mut session = fixture.open_with(&[("AFTERWORD_TEST_PANIC", "draw")]);
    // The frame with the note's line is the one that panics; its buffer is in the message.
    session.keys("sc");
    let ended = session.end();
    assert_eq!(ended.status, 101);
    ended.assert_whole();
    let told = "stopped by a fault of the program (src/tui/";
    assert!(ended.left.contains(told), "{}", ended.left);
    assert_nothing_said(&ended);
    assert!(!ended.left.contains(TOP) && !ended.left.contains("asked for"));
    assert_eq!(
        fixture.decided(),
        [TOP],
        "what was decided before is written"
    );
}

#[test]
fn a_paste_is_text_where_text_is_typed_and_nothing_elsewhere() {
    let fixture = Fixture::new();
    let mut session = fixture.open();
    session.keys("\x1b[200~drq\nx\x1b[201~");
    session.keys("/");
    session.see("esc back");
    session.keys("\x1b[200~saying:post\ncards\x1b[201~");
    session.see("saying:post");
    session.keys("\x1b");
    // The hints of the list come back: escape is taken before `q` follows.
    session.see("r reviewed");
    session.keys("q");
    let ended = session.end();
    assert_eq!(ended.status, 0);
    assert!(fixture.decided().is_empty(), "{:?}", fixture.decided());
}

#[test]
fn a_terminal_that_vanishes_ends_the_program_and_keeps_the_last_decision() {
    // Once with the signal that a controlling terminal sends, once with nothing but the end of it.
    for controlling in [true, false] {
        let fixture = Fixture::new();
        let mut command = fixture.screen();
        command.set_controlling_tty(controlling);
        let mut session = Session::start(command, SIZE);
        session.see(SAYING);
        session.keys("s");
        session.see("saved");
        assert_eq!(session.vanish(), 129);
        assert_eq!(fixture.decided(), [TOP]);
    }
}

#[test]
fn without_a_terminal_it_names_the_command_that_works_there() {
    let fixture = Fixture::new();
    let mut command = fixture.plain(&[]);
    let out = command.stdin(Stdio::null()).output().unwrap();
    assert_eq!(out.status.code(), Some(2));
    assert!(out.stdout.is_empty());
    let words = String::from_utf8(out.stderr).unwrap();
    assert!(words.contains("terminal"), "{words}");
    assert!(words.contains("`afterword list"), "{words}");
}

#[test]
fn a_terminal_that_cannot_be_drawn_on_gets_words_and_no_sequence() {
    for term in [None, Some("dumb")] {
        let fixture = Fixture::new();
        let mut command = fixture.screen();
        match term {
            Some(term) => command.env("TERM", term),
            None => command.env_remove("TERM"),
        }
        let ended = Session::start(command, SIZE).end();
        assert_eq!(ended.status, 2);
        assert!(ended.left.contains("TERM"), "{}", ended.left);
        assert!(ended.left.contains("afterword list"), "{}", ended.left);
        let text = |p: &bytes::Piece| matches!(p, bytes::Piece::Character(_));
        assert!(ended.pieces.iter().all(text));
        ended.assert_whole();
    }
}

/// Visits what there is to see, and quits.
fn tour(session: &mut Session) {
    session.see(SAYING);
    for (keys, text) in [
        // Reader, its actions and the tabs of the detail.
        ("l", "return"),
        ("a", "utter_track"),
        ("\r", "Prediction"),
        (">", "Slots"),
    ] {
        session.keys(keys);
        if text != "return" {
            session.see(text);
        }
    }
    session.keys("hr");
    session.see("written");
    for (keys, text) in [
        ("?", "narrow"),
        (":", "choose"),
        ("t", "create"),
        ("o", "choose"),
        ("P", "ctrl-d delete"),
        ("c", "enter write"),
        ("H", "take this entry back"),
        ("/", "complete"),
    ] {
        session.keys(keys);
        session.see(text);
        session.keys("\x1b");
        session.see("? help");
    }
    // Down to the conversation that is hostile, in every width of the screen.
    session.keys("Gk");
    session.wait("it in the reader", |s| {
        s.contents().matches("plover").count() == 2
    });
    for width in [170, 120, 60, 40] {
        session.resize((width, 30));
        session.wait("the list", |s| s.contents().contains("plover"));
    }
    session.keys("q");
}

#[test]
fn a_tour_of_the_screen_keeps_to_the_grammar_and_uses_colours() {
    let fixture = Fixture::new();
    let mut session = fixture.open();
    tour(&mut session);
    let ended = session.end();
    assert_eq!(ended.status, 0);
    ended.assert_whole();
    assert!(!bytes::colours(&ended.pieces).is_empty());
    assert!(!bytes::beyond_ascii(&ended.pieces).is_empty());
}

#[test]
fn without_colours_wanted_none_are_written() {
    let fixture = Fixture::new();
    let mut session = fixture.open_with(&[("NO_COLOR", "1")]);
    tour(&mut session);
    let ended = session.end();
    ended.assert_whole();
    assert_eq!(bytes::colours(&ended.pieces), [0; 0]);
}

#[test]
fn the_option_on_colours_counts_more_than_the_variable() {
    let fixture = Fixture::new();
    for (when, variable, coloured) in [("always", "1", true), ("never", "", false)] {
        let mut command = fixture.screen();
        command.args(["--color", when]);
        command.env("NO_COLOR", variable);
        let mut session = Session::start(command, SIZE);
        session.see(SAYING);
        session.keys("q");
        let ended = session.end();
        assert_eq!(
            !bytes::colours(&ended.pieces).is_empty(),
            coloured,
            "{when}"
        );
    }
}

#[test]
fn without_a_unicode_locale_only_the_log_goes_beyond_ascii() {
    let fixture = Fixture::new();
    let mut session = fixture.open_with(&[("LC_ALL", "C")]);
    tour(&mut session);
    let ended = session.end();
    ended.assert_whole();
    let beyond = bytes::beyond_ascii(&ended.pieces).replace('\u{1f600}', "");
    assert_eq!(beyond, "");
}

#[test]
fn what_another_process_imports_is_told() {
    let fixture = Fixture::new();
    let mut session = fixture.open();
    fixture.import(2, &[("swift", "two umbrellas, please"), ("tern", "hello")]);
    session.see("+2 new");
    session.see("6 of 6");
    assert!(!session.text().contains("swift"), "the list is frozen");
    session.keys("R");
    session.see("swift");
    session.keys("q");
    assert_eq!(session.end().status, 0);
}

#[test]
fn the_first_import_fills_the_screen_that_was_open_before_it() {
    let fixture = Fixture::empty();
    let mut session = Session::start(fixture.screen(), SIZE);
    session.see("Nothing is imported yet");
    fixture.import(1, &[("swift", "two umbrellas, please"), ("tern", "hello")]);
    session.see("swift");
    session.see("2 of 2");
    // Nobody has begun to work on the list: it goes on by itself, around the cursor.
    session.keys("j");
    fixture.import(2, &[("heron", "is it open today")]);
    session.see("3 of 3");
    session.wait("the newest above, the cursor where it was", |s| {
        let text = s.contents();
        let list: Vec<&str> = text.lines().filter(|l| l.contains(" N  ")).collect();
        list.len() == 3
            && list[0].contains("heron")
            && list[2].starts_with('>')
            && list[2].contains("tern")
    });
    // From the first decision on it stands still.
    session.keys("r");
    session.see("written");
    fixture.import(3, &[("plover", "where is it")]);
    session.see("+1 new");
    assert!(!session.text().contains("plover"), "the list is frozen");
    session.keys("q");
    assert_eq!(session.end().status, 0);
    assert_eq!(fixture.decided(), ["tern"]);
}
