//! The review screen without a terminal, threads or time: keys in, frames and the store out.

#![allow(dead_code)] // every test file is a program of its own and uses a part of this

pub mod fixture;
pub mod talk;

use std::collections::HashSet;
use std::path::PathBuf;
use std::rc::Rc;

use afterword::filter::Zone;
use afterword::model::{Clock, JournalEntry, Millis, Review};
use afterword::store::{Access, JournalQuery, Store};
use afterword::tui::app::App;
use afterword::tui::app::view::ScreenState;
use afterword::tui::draw::draw;
use afterword::tui::keymap::{Key, Keymap};
use afterword::tui::msg::{Cmd, Msg};
use afterword::tui::pen;
use afterword::tui::theme::Theme;
use afterword::tui::workers::Inline;
use chrono::FixedOffset;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use tempfile::TempDir;

/// 2026-05-20T12:00:00Z, a Wednesday: the present moment of every test.
pub const NOW: i64 = 1_779_278_400_000;
/// Who reviews.
pub const ME: &str = "ida";
/// Colours and Unicode glyphs.
pub const FULL: Theme = Theme {
    color: true,
    ascii: false,
};

/// A running screen.
pub struct Screen {
    /// What is tested.
    pub app: App,
    /// What was copied.
    pub copied: Vec<String>,
    /// What the status line calls it.
    pub called: Vec<String>,
    /// Texts that were shown in the pager.
    pub paged: Vec<String>,
    /// Definitions that were opened in the editor.
    pub edited: Vec<String>,
    /// The screen was left.
    pub left: bool,
    /// Keys pressed so far.
    pub keys: usize,
    workers: Inline,
    dir: Rc<TempDir>,
    held: Option<Vec<Cmd>>,
}

/// Makes a [`Screen`].
pub struct Start {
    dir: Rc<TempDir>,
    size: (u16, u16),
    theme: Theme,
    filter: Option<&'static str>,
    at: Option<(i64, Option<u32>)>,
}

impl Start {
    /// On the store in this folder.
    pub fn on(dir: TempDir) -> Self {
        Self {
            dir: Rc::new(dir),
            size: (80, 24),
            theme: FULL,
            filter: None,
            at: None,
        }
    }

    /// Another size than 80x24.
    pub fn size(mut self, width: u16, height: u16) -> Self {
        self.size = (width, height);
        self
    }

    /// Another look.
    pub fn theme(mut self, theme: Theme) -> Self {
        self.theme = theme;
        self
    }

    /// As if it was left with this filter.
    pub fn filter(mut self, filter: &'static str) -> Self {
        self.filter = Some(filter);
        self
    }

    /// As the program does it: where the screen was left, else the first start.
    pub fn go(self) -> Screen {
        let path = self.dir.path().join("store.db");
        let zone = Zone::Fixed(FixedOffset::east_opt(0).unwrap());
        let clock = Clock::fixed(Millis(NOW));
        let workers = Inline::open(&path, ME, clock, zone).unwrap();
        let kept = Store::open(&path, &Access::Read)
            .unwrap()
            .screen_state(ME)
            .unwrap()
            .map(|text| serde_json::from_str::<ScreenState>(&text).unwrap());
        let state = match self.filter {
            Some(filter) => Some(ScreenState {
                filter: filter.to_owned(),
                sidebar: true,
                ..ScreenState::default()
            }),
            None => kept,
        };
        let mut app = App::new(
            self.size,
            Millis(NOW),
            ME.to_owned(),
            self.theme,
            Keymap::default(),
        );
        app.zone = zone;
        let cmds = app.start(state, self.at);
        let mut screen = Screen {
            app,
            copied: Vec::new(),
            called: Vec::new(),
            paged: Vec::new(),
            edited: Vec::new(),
            left: false,
            keys: 0,
            workers,
            dir: self.dir,
            held: None,
        };
        screen.perform(cmds);
        screen
    }
}

impl Screen {
    /// All conversations of the fixture, 80x24.
    pub fn all() -> Self {
        Start::on(fixture::store()).filter("").go()
    }

    fn perform(&mut self, cmds: Vec<Cmd>) {
        // As in the loop: what comes back is taken in only after every command is handed over.
        let mut waiting = std::collections::VecDeque::from(cmds);
        while let Some(cmd) = waiting.pop_front() {
            if let Some(held) = &mut self.held {
                held.push(cmd);
                continue;
            }
            let (messages, rest) = self.workers.take(self.at_home(cmd));
            match rest {
                Some(Cmd::Copy(clip)) => {
                    self.copied.push(clip.text);
                    self.called.push(clip.name);
                }
                Some(Cmd::Edit(definition)) => self.edited.push(definition.label),
                Some(Cmd::Pager(text)) => self.paged.push(text),
                Some(Cmd::Quit) => self.left = true,
                Some(Cmd::Redraw | Cmd::Suspend) | None => {}
                Some(other) => panic!("nobody takes {other:?}"),
            }
            for msg in messages {
                waiting.extend(self.app.update(msg));
            }
        }
        self.check();
    }

    /// Files are written beside the store, wherever the tests run.
    fn at_home(&self, cmd: Cmd) -> Cmd {
        match cmd {
            Cmd::Export(mut ask) => {
                ask.file = self.dir.path().join(&ask.file).display().to_string();
                Cmd::Export(ask)
            }
            other => other,
        }
    }

    /// A file that was written beside the store.
    pub fn written(&self, name: &str) -> std::io::Result<String> {
        std::fs::read_to_string(self.dir.path().join(name))
    }

    /// Takes a message in and does what it asks for.
    pub fn send(&mut self, msg: Msg) {
        let cmds = self.app.update(msg);
        self.perform(cmds);
    }

    /// Presses keys: characters for themselves, everything else by its name in `<>`.
    pub fn press(&mut self, script: &str) -> &mut Self {
        for key in parse(script) {
            self.keys += 1;
            self.send(Msg::Key(key.event()));
        }
        self
    }

    /// Pastes.
    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.send(Msg::Paste(text.to_owned()));
        self
    }

    /// Another size.
    pub fn resize(&mut self, width: u16, height: u16) -> &mut Self {
        self.send(Msg::Resize(width, height));
        self
    }

    /// From now on what the app asks for waits: the workers are busy.
    pub fn hold(&mut self) -> &mut Self {
        self.held = Some(Vec::new());
        self
    }

    /// What waited is done.
    pub fn release(&mut self) -> &mut Self {
        let held = self.held.take().unwrap_or_default();
        self.perform(held);
        self
    }

    /// Another process changed the store, and it is noticed.
    pub fn watch(&mut self) -> &mut Self {
        for msg in self.workers.watch() {
            self.send(msg);
        }
        self
    }

    /// Ends the program and starts it again.
    pub fn restart(self) -> Self {
        let Screen { app, dir, .. } = self;
        let start = Start {
            dir,
            size: app.size,
            theme: app.theme,
            filter: None,
            at: None,
        };
        drop(app);
        start.go()
    }

    /// What must hold after every message.
    fn check(&self) {
        let list = &self.app.list;
        assert!(list.rows.is_empty() || list.cursor < list.rows.len());
        assert_eq!(list.rows.len(), list.statuses.len());
        let rows: HashSet<i64> = list.rows.iter().collect();
        assert_eq!(rows.len(), list.rows.len(), "a row twice");
        assert_eq!(list.marks.len(), list.marked_rows().len());
        if let Some(open) = &self.app.reader.open {
            let last = open.whole.events.len();
            assert!(open.cursor.is_none_or(|seq| seq < last));
        }
    }

    /// The frame.
    pub fn frame(&self) -> Buffer {
        let (width, height) = self.app.size;
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        draw(&self.app, area, &mut buf);
        pen::settle(&mut buf);
        buf
    }

    /// The frame as text.
    pub fn text(&self) -> String {
        text(&self.frame())
    }

    /// The status line.
    pub fn status(&self) -> String {
        let lines = self.text();
        let lines: Vec<&str> = lines.lines().collect();
        lines[lines.len() - 2].to_owned()
    }

    /// The store as it is now.
    pub fn store(&self) -> Store {
        Store::open(&self.path(), &Access::Read).unwrap()
    }

    /// Its file.
    pub fn path(&self) -> PathBuf {
        self.dir.path().join("store.db")
    }

    /// Row of the conversation of that external id.
    pub fn row(&self, name: &str) -> i64 {
        let store = self.store();
        let found = store.resolve(name).unwrap();
        assert_eq!(found.len(), 1, "{name}");
        found[0].row
    }

    /// Its review, as it is in the store.
    pub fn review(&self, name: &str) -> Review {
        let row = self.row(name);
        self.store().whole(row).unwrap().unwrap().review
    }

    /// The journal, newest first.
    pub fn journal(&self) -> Vec<JournalEntry> {
        self.store().journal(&JournalQuery::default()).unwrap()
    }

    /// External id of the row under the cursor.
    pub fn here(&self) -> String {
        let row = self.app.list.current().expect("a row");
        self.name(row)
    }

    /// External id of a row.
    pub fn name(&self, row: i64) -> String {
        let cards = self.store().cards(&[row]).unwrap();
        cards[0].external_id.for_search().to_owned()
    }

    /// External ids of the list.
    pub fn names(&self) -> Vec<String> {
        self.app.list.rows.iter().map(|r| self.name(r)).collect()
    }

    /// Moves the list's cursor to a conversation, by keys.
    pub fn go(&mut self, name: &str) -> &mut Self {
        let row = self.row(name);
        let place = self.app.list.place_of(row).expect("in the list");
        self.press("g");
        for _ in 0..place {
            self.press("j");
        }
        self
    }
}

/// The frame as text, without what follows the last word of a line.
pub fn text(buf: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buf.area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < buf.area.width {
            let cell = &buf[(x, y)];
            line.push_str(cell.symbol());
            x += cell.cell_width().max(1);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// The keys of a script.
pub fn parse(script: &str) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut rest = script;
    while let Some(c) = rest.chars().next() {
        let (name, length) = match rest.find('>') {
            // `<` followed by a name; alone it is the key.
            Some(end) if c == '<' && end > 1 => (&rest[1..end], end + 1),
            _ if c == ' ' => ("space", 1),
            _ => (&rest[..c.len_utf8()], c.len_utf8()),
        };
        let name = if name == "lt" { "<" } else { name };
        keys.push(Key::parse(name).unwrap_or_else(|| panic!("no key {name}")));
        rest = &rest[length..];
    }
    keys
}
