//! The editor of a definition has the terminal for itself, and gets a file and a line and nothing else.

use crate::fixture::{Fixture, SAYING};

#[test]
fn the_editor_opens_the_definition_and_the_screen_comes_back() {
    let fixture = Fixture::new();
    fixture.file("domain.yml", "intents:\n- other\n- track\n");
    let script = "#!/bin/sh\necho \"args: $#: $*\"\nread line < /dev/tty\n";
    let folder = fixture.program("vi", script);
    let root = folder.display().to_string();
    fixture.file("c.toml", &format!("[definitions]\nroot = \"{root}\"\n"));
    let config = folder.join("c.toml").display().to_string();
    let editor = folder.join("vi").display().to_string();
    for variable in ["VISUAL", "EDITOR"] {
        let mut session = fixture.open_with(&[(variable, &editor), ("AFTERWORD_CONFIG", &config)]);
        session.keys("\rE");
        session.see("args: 2: +3 ");
        session.see("domain.yml");
        assert_eq!(session.settings(), session.settings_before());
        session.keys("\n");
        session.see(SAYING);
        session.see("opened domain.yml:3");
        session.keys("qq");
        let ended = session.end();
        assert_eq!(ended.status, 0);
        ended.assert_whole();
    }
}

#[test]
fn without_an_editor_there_are_words() {
    let fixture = Fixture::new();
    fixture.file("domain.yml", "intents:\n- track\n");
    let root = fixture.store().with_file_name("");
    let config = fixture.file(
        "c.toml",
        &format!("[definitions]\nroot = \"{}\"\n", root.display()),
    );
    let mut session = fixture.open_with(&[("AFTERWORD_CONFIG", &config.display().to_string())]);
    session.keys("\rE");
    session.see("no editor: $VISUAL or $EDITOR names one");
    session.keys("qq");
    assert_eq!(session.end().status, 0);
}
