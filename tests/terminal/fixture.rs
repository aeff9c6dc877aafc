//! A small store, imported by the program itself from a log of our own writing, and the ways to start
//! the program on it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use assert_cmd::cargo::CommandCargoExt;
use portable_pty::CommandBuilder;
use serde_json::Value;

use crate::pty::Session;

/// The size where nothing else is asked for: list and reader side by side.
pub const SIZE: (u16, u16) = (120, 30);
/// The conversation on top of the list, the newest.
pub const TOP: &str = "kestrel";
/// What its user says: short enough for the list, where it stands beside the reader.
pub const SAYING: &str = "my lantern broke";
/// The conversation below it.
pub const SECOND: &str = "heron";
/// All that is said in the fixture and nowhere else.
pub const SAID: [&str; 4] = ["lantern", "umbrella", "postcards", "It left the warehouse"];

/// Text that would take hold of a terminal if it got there as it is.
const HOSTILE: &str =
    r"the \u001b[2J\u001b]0;umbrella\u0007 is \u202egone\u200b \u009b31m\ud83d\ude00\u0000";

/// A folder with a store.
pub struct Fixture {
    folder: tempfile::TempDir,
}

/// One conversation of two turns; `hour` orders them.
fn conversation(log: &mut String, sender: &str, hour: u32, text: &str) {
    let start = 1_770_000_000 + hour * 3_600;
    let mut line = |after: u32, rest: &str| {
        let at = start + after;
        writeln!(
            log,
            r#"{{"sender_id": "{sender}", "timestamp": {at}, {rest}}}"#
        )
        .unwrap();
    };
    line(
        0,
        r#""event": "action", "name": "action_session_start", "policy": null, "confidence": 1.0"#,
    );
    line(0, r#""event": "session_started""#);
    for (turn, said) in [text, "when does it come"].into_iter().enumerate() {
        let after = 10 + turn as u32 * 30;
        let user = format!(
            r#""event": "user", "text": "{said}", "input_channel": "rest", "parse_data": {{"intent": {{"name": "track", "confidence": 0.4}}, "intent_ranking": [{{"name": "track", "confidence": 0.4}}], "entities": []}}"#
        );
        line(after, &user);
        line(
            after + 1,
            r#""event": "action", "name": "utter_track", "policy": "RulePolicy", "confidence": 1.0"#,
        );
        line(
            after + 2,
            r#""event": "bot", "text": "It left the warehouse today.", "data": {}"#,
        );
    }
}

impl Fixture {
    /// Four conversations, none of them decided.
    pub fn new() -> Self {
        Self::with(&[
            (TOP, SAYING),
            (SECOND, "I ordered forty postcards"),
            ("plover", HOSTILE),
            ("wren", "the umbrella is too small"),
        ])
    }

    /// No store yet.
    pub fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    /// These conversations, the first the newest.
    pub fn with(conversations: &[(&str, &str)]) -> Self {
        let fixture = Self::empty();
        fixture.import(1, conversations);
        fixture
    }

    /// Imports conversations with another process, `day` days later.
    pub fn import(&self, day: u32, conversations: &[(&str, &str)]) {
        let mut log = String::new();
        for (place, (sender, text)) in conversations.iter().enumerate() {
            conversation(&mut log, sender, day * 24 - place as u32, text);
        }
        let path = self.file(&format!("log-{day}.jsonl"), &log);
        let out = self.run(&["import", path.to_str().unwrap()]);
        assert!(
            out.status.success(),
            "{}",
            String::from_utf8_lossy(&out.stderr)
        );
    }

    /// A file beside the store.
    pub fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Where the store is.
    pub fn store(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    fn environment(&self) -> [(&'static str, String); 5] {
        let home: &Path = self.folder.path();
        [
            ("HOME", home.display().to_string()),
            ("AFTERWORD_STORE", self.store().display().to_string()),
            ("AFTERWORD_REVIEWER", "tester".to_owned()),
            ("LC_ALL", "C.UTF-8".to_owned()),
            ("TERM", "xterm-256color".to_owned()),
        ]
    }

    /// The program without a terminal.
    pub fn plain(&self, args: &[&str]) -> Command {
        let mut command = Command::cargo_bin("afterword").unwrap();
        command.env_clear().envs(self.environment()).args(args);
        command
    }

    /// Runs it without a terminal.
    pub fn run(&self, args: &[&str]) -> Output {
        self.plain(args).output().unwrap()
    }

    /// The screen as a command for a terminal.
    pub fn screen(&self) -> CommandBuilder {
        let program = self.plain(&[]).get_program().to_owned();
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        for (name, value) in self.environment() {
            command.env(name, value);
        }
        command
    }

    /// The screen at a link or an id.
    pub fn screen_at(&self, target: &str) -> CommandBuilder {
        let mut command = self.screen();
        command.args(["open", target]);
        command
    }

    /// A program of that name for the screen to find in the folder that is given back.
    pub fn program(&self, name: &str, script: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt;
        let path = self.file(name, script);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        self.folder.path().to_owned()
    }

    /// The screen in a terminal, with list and reader on it.
    pub fn open(&self) -> Session {
        self.open_with(&[])
    }

    /// The same with these variables.
    pub fn open_with(&self, variables: &[(&str, &str)]) -> Session {
        let mut command = self.screen();
        for (name, value) in variables {
            command.env(name, value);
        }
        let session = Session::start(command, SIZE);
        session.see("4 of 4");
        session.wait("list and reader", |s| {
            s.contents().matches(SAYING).count() == 2
        });
        session
    }

    /// The status of each conversation, by its name in the log.
    pub fn statuses(&self) -> Vec<(String, String)> {
        let out = self.run(&["list", "--json"]);
        assert!(
            out.status.success(),
            "{}",
            String::from_utf8_lossy(&out.stderr)
        );
        let text = String::from_utf8(out.stdout).unwrap();
        let values = text
            .lines()
            .map(|l| serde_json::from_str::<Value>(l).unwrap());
        let field = |value: &Value, name: &str| value[name].as_str().unwrap().to_owned();
        values
            .map(|v| (field(&v, "external_id"), field(&v, "status")))
            .collect()
    }

    /// The status of one.
    pub fn status(&self, name: &str) -> String {
        let all = self.statuses();
        let found = all.into_iter().find(|(n, _)| n == name);
        found.expect("it is in the store").1
    }

    /// Those that have been decided.
    pub fn decided(&self) -> Vec<String> {
        let all = self.statuses().into_iter();
        all.filter(|(_, s)| s != "unread").map(|(n, _)| n).collect()
    }
}
