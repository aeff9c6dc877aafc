//! A link from one screen to another: copied with a key, pasted with what stood around it, opened where the
//! conversation is, and refused in words where it is not.

use crate::fixture::{Fixture, SAYING, SIZE, TOP};
use crate::pty::Session;

/// Presses the keys, then `y`; gives what the terminal was asked to copy.
fn copied(fixture: &Fixture, keys: &str) -> String {
    let mut session = fixture.open();
    session.keys(keys);
    session.keys("y");
    session.see("by the terminal (OSC 52)");
    session.keys("q");
    session.keys("q");
    let (ended, mut texts) = session.end_copying();
    ended.assert_whole();
    assert_eq!(texts.len(), 1);
    texts.remove(0)
}

#[test]
fn a_link_opens_its_event_in_another_store_that_has_the_conversation() {
    let here = Fixture::new();
    // The second message of the conversation on top.
    let link = copied(&here, "\r}");
    let (id, event) = link["afterword://".len()..].split_once('/').unwrap();
    assert!(id.len() == 16 && event.len() == 16, "{link}");
    let there = Fixture::new();
    for pasted in [link.clone(), format!("<{link}>."), format!("({link}),")] {
        let mut session = Session::start(there.screen_at(&pasted), SIZE);
        session.see(SAYING);
        session.wait("the cursor on its event", |s| {
            let text = s.contents();
            let at = text.lines().find(|l| l.contains(">? user"));
            at.is_some_and(|line| line.contains("when does it come"))
        });
        session.keys("qq");
        assert_eq!(session.end().status, 0);
    }
}

#[test]
fn a_link_to_an_event_that_is_not_there_opens_the_conversation_and_says_so() {
    let fixture = Fixture::new();
    let link = copied(&fixture, "");
    let other = format!("{link}/aaaaaaaaaaaaaaaa");
    let mut session = Session::start(fixture.screen_at(&other), SIZE);
    session.see(SAYING);
    session.see("the event of this link is not in this conversation");
    session.keys("qq");
    assert_eq!(session.end().status, 0);
}

#[test]
fn a_link_to_nothing_here_is_refused_in_words() {
    let fixture = Fixture::new();
    for target in [
        "afterword://aaaaaaaaaaaaaaaa/bbbbbbbbbbbbbbbb",
        "afterword://",
    ] {
        let session = Session::start(fixture.screen_at(target), SIZE);
        let ended = session.end();
        assert_eq!(ended.status, 1);
        assert!(
            ended
                .left
                .contains("the conversation of this link is not in this store"),
            "{}",
            ended.left
        );
    }
    let session = Session::start(fixture.screen_at("nobody"), SIZE);
    let ended = session.end();
    assert_eq!(ended.status, 1);
    assert!(
        ended.left.contains("there is no conversation nobody"),
        "{}",
        ended.left
    );
    // The full stop after a name is none of it.
    let mut session = Session::start(fixture.screen_at(&format!("{TOP}.")), SIZE);
    session.see(SAYING);
    session.keys("qq");
    assert_eq!(session.end().status, 0);
}

#[test]
fn a_helper_program_is_named_where_it_took_the_link() {
    let fixture = Fixture::new();
    let script = "#!/bin/sh\n/bin/cat > \"${0%/*}/clipboard\"\n";
    let folder = fixture.program("xclip", script);
    let path = folder.display().to_string();
    let mut session = fixture.open_with(&[("PATH", &path), ("DISPLAY", ":0")]);
    session.keys("y");
    session.see("by xclip");
    session.keys("q");
    assert_eq!(session.end().status, 0);
    let link = std::fs::read_to_string(folder.join("clipboard")).unwrap();
    assert!(link.starts_with("afterword://"), "{link}");
}
