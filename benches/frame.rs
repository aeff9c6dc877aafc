//! Drawing: how long one frame takes, and how long a conversation takes to be opened.
//!
//! The app runs over a store of N conversations with its workers in the same thread; frames are drawn
//! into a buffer of memory. The worst screens are there: a conversation of 10,000 events, messages of
//! 100 kB, words of the filter marked everywhere.

mod common;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use afterword::model::{Clock, Millis};
use afterword::store::{Access, Store};
use afterword::tui::app::App;
use afterword::tui::app::view::ScreenState;
use afterword::tui::draw::draw;
use afterword::tui::keymap::Keymap;
use afterword::tui::msg::{Cmd, Msg};
use afterword::tui::pen;
use afterword::tui::theme::Theme;
use afterword::tui::workers::Inline;
use common::{Bar, Outcome, Samples, Table, data, sizes};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// Milliseconds for a frame: a quarter of what a key has.
const FRAME: f64 = 4.0;
/// Milliseconds until a conversation of 10,000 events is on the screen.
const OPEN: f64 = 50.0;
/// Milliseconds from a key to the frame.
const KEY: f64 = 16.0;
const SIZES: [(u16, u16); 2] = [(80, 24), (200, 50)];
const FRAMES: usize = 200;

/// The tabs of the detail, by the keys that lead there.
const TABS: [(&str, &str); 5] = [
    ("", "prediction"),
    (">", "slots"),
    (">>", "story"),
    (">>>", "trace"),
    (">>>>", "record"),
];

/// A screen whose workers answer at once.
struct Screen {
    app: App,
    workers: Inline,
    terminal: Terminal<TestBackend>,
}

impl Screen {
    fn open(
        store: &Path,
        size: (u16, u16),
        filter: &str,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let clock = Clock::fixed(Millis(1_778_000_000_000));
        let zone = afterword::filter::Zone::Fixed(chrono::FixedOffset::east_opt(0).ok_or("zone")?);
        let theme = Theme {
            color: true,
            ascii: false,
        };
        let mut app = App::new(size, clock.now(), "bench".into(), theme, Keymap::default());
        app.zone = zone;
        let mut screen = Self {
            workers: Inline::open(store, "bench", clock, zone)?,
            terminal: Terminal::new(TestBackend::new(size.0, size.1))?,
            app,
        };
        let state = ScreenState {
            filter: filter.to_owned(),
            sidebar: true,
            ..ScreenState::default()
        };
        let cmds = screen.app.start(Some(state), None);
        screen.perform(cmds);
        Ok(screen)
    }

    fn perform(&mut self, cmds: Vec<Cmd>) {
        for cmd in cmds {
            let (messages, _) = self.workers.take(cmd);
            for msg in messages {
                let cmds = self.app.update(msg);
                self.perform(cmds);
            }
        }
    }

    fn key(&mut self, code: KeyCode) {
        let cmds = self.update(code);
        self.perform(cmds);
    }

    /// What the thread that draws does for a key, without the frame.
    fn update(&mut self, code: KeyCode) -> Vec<Cmd> {
        let modifiers = match code {
            KeyCode::Char(c) if c.is_uppercase() => KeyModifiers::SHIFT,
            _ => KeyModifiers::NONE,
        };
        self.app.update(Msg::Key(KeyEvent::new(code, modifiers)))
    }

    fn keys(&mut self, keys: &str) {
        for c in keys.chars() {
            self.key(match c {
                '\n' => KeyCode::Enter,
                c => KeyCode::Char(c),
            });
        }
    }

    fn draw(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        let app = &self.app;
        self.terminal.draw(|frame| {
            draw(app, frame.area(), frame.buffer_mut());
            pen::settle(frame.buffer_mut());
        })?;
        Ok(())
    }
}

fn frames(n: u64, store: &Path, table: &mut Table) -> Outcome {
    for size in SIZES {
        let at = format!("{}x{}", size.0, size.1);
        for (what, filter, keys) in [
            ("list", "", "0"),
            ("list with words", "ka re", "0"),
            ("reader", "", "\n"),
            ("reader with words", "ka re", "\n"),
            ("reader with actions", "", "\na"),
            ("detail, slots", "", "\n\n>"),
            ("detail, story", "", "\n\n>>"),
            ("detail, trace", "", "\n\n>>>"),
            ("detail, record", "", "\n\n>>>>"),
            ("sidebar", "", "b"),
            ("help", "", "?"),
            ("palette", "", ":"),
            ("orders", "", "o"),
            ("presets", "", "P"),
            ("journal", "", "H"),
            ("filter line", "", "/in"),
        ] {
            let mut screen = Screen::open(store, size, filter)?;
            screen.keys(keys);
            let samples = Samples::of(FRAMES, |_| screen.draw())?;
            table.times(&format!("{what}, {at}"), n, &samples, Some(Bar::P95(FRAME)));
        }
    }
    Ok(())
}

/// Keys that concern the whole list: what the thread that draws does, and the frame.
fn whole_list(n: u64, store: &Path, table: &mut Table) -> Outcome {
    let mut screen = Screen::open(store, SIZES[1], "")?;
    for (what, key) in [
        ("G", 'G'),
        ("g", 'g'),
        ("A: mark all", 'A'),
        ("r on all marked", 'r'),
        ("x on all marked", 'x'),
    ] {
        let mut samples = Samples::default();
        for _ in 0..5 {
            if matches!(key, 'r' | 'x') {
                screen.key(KeyCode::Char('A'));
            }
            // The change itself is not written: this is about what is shown at once.
            let done = samples.take(|| {
                drop(screen.update(KeyCode::Char(key)));
                screen.draw()
            });
            done?;
            screen.key(KeyCode::Esc);
        }
        table.times(
            &format!("key over all rows: {what}"),
            n,
            &samples,
            Some(Bar::P95(KEY)),
        );
    }
    Ok(())
}

/// A log of two conversations: one of 10,000 events, one with messages of 100 kB.
fn worst(folder: &Path) -> Result<PathBuf, Box<dyn std::error::Error>> {
    let mut log = String::new();
    let message = |kind: &str, at: u32, text: &str| {
        let more = match kind {
            "user" => {
                r#", "parse_data": {"intent": {"name": "track", "confidence": 0.4}, "intent_ranking": [{"name": "track", "confidence": 0.4}], "entities": []}"#
            }
            _ => r#", "data": {}"#,
        };
        format!(r#"{{"event": "{kind}", "timestamp": {at}, "text": "{text}"{more}}}"#)
    };
    let said = "where is my order 4711 and why does nobody answer, ка ре 注文はどこ";
    let mut events: Vec<String> = Vec::new();
    for turn in 0..2_500 {
        let at = 1_770_000_000 + turn * 30;
        events.push(message("user", at, said));
        events.push(format!(
            r#"{{"event": "slot", "timestamp": {at}, "name": "order", "value": "{turn}"}}"#
        ));
        events.push(format!(
            r#"{{"event": "action", "timestamp": {at}, "name": "utter_track", "policy": "RulePolicy", "confidence": 1.0}}"#
        ));
        events.push(message("bot", at + 1, said));
    }
    writeln!(
        log,
        r#"{{"sender_id": "long", "slots": {{}}, "events": [{}]}}"#,
        events.join(", ")
    )?;
    let huge = "order ".repeat(100_000 / 6);
    let events: Vec<String> = (0..6)
        .map(|i| {
            message(
                if i % 2 == 0 { "user" } else { "bot" },
                1_760_000_000 + i,
                &huge,
            )
        })
        .collect();
    writeln!(
        log,
        r#"{{"sender_id": "huge", "slots": {{}}, "events": [{}]}}"#,
        events.join(", ")
    )?;
    // A record that is hard to show: a megabyte of text, a hundred thousand keys.
    let text = "wört ".repeat(200_000);
    let keys: Vec<String> = (0..100_000).map(|i| format!(r#""k{i}": {i}"#)).collect();
    let events: Vec<String> = [format!(r#""{text}""#), format!("{{{}}}", keys.join(", "))]
        .iter()
        .map(|value| {
            format!(
                r#"{{"event": "slot", "timestamp": 1750000000, "name": "s", "value": {value}}}"#
            )
        })
        .collect();
    writeln!(
        log,
        r#"{{"sender_id": "record", "slots": {{}}, "events": [{}]}}"#,
        events.join(", ")
    )?;
    let path = folder.join("worst.jsonl");
    std::fs::write(&path, log)?;
    let store = folder.join("worst.db");
    data::fill(&store, &path)?;
    Ok(store)
}

/// A record of a megabyte: until its tab is there, and what unfolds or searches it.
fn records(store: &Path, table: &mut Table) -> Outcome {
    for (what, place) in [("1 MB of text", "g"), ("100,000 keys", "G")] {
        for (name, keys, key) in [
            ("opened", "\n\n>>>", '>'),
            ("unfolded", "\n\n>>>>ljj", 'l'),
            ("moved in", "\n\n>>>>ljjl", 'j'),
            ("searched", "\n\n>>>>/k9999", '9'),
        ] {
            let mut samples = Samples::default();
            for _ in 0..3 {
                let mut screen = Screen::open(store, SIZES[1], "id:record")?;
                screen.keys("\n");
                screen.keys(place);
                screen.keys(if place == "g" { "j" } else { "" });
                screen.keys(&keys[1..]);
                let done = samples.take(|| {
                    drop(screen.update(KeyCode::Char(key)));
                    screen.draw()
                });
                done?;
            }
            table.times(
                &format!("record, {what}: {name}"),
                2,
                &samples,
                Some(Bar::P95(KEY)),
            );
        }
    }
    Ok(())
}

fn worst_screens(table: &mut Table) -> Outcome {
    let folder = tempfile::tempdir()?;
    let store = worst(folder.path())?;
    records(&store, table)?;
    for size in SIZES {
        let at = format!("{}x{}", size.0, size.1);
        for filter in ["", "order"] {
            let words = if filter.is_empty() { "" } else { " with words" };
            for (what, id, n) in [
                ("10,000 events", "long", 10_000),
                ("100 kB messages", "huge", 6),
            ] {
                let open = || -> Result<Screen, Box<dyn std::error::Error>> {
                    Screen::open(&store, size, &format!("id:{id} {filter}"))
                };
                let mut opening = Samples::default();
                for _ in 0..10 {
                    let mut screen = open()?;
                    screen.app.reader = Default::default();
                    let done = opening.take(|| {
                        screen.keys("\n");
                        screen.draw()
                    });
                    done?;
                }
                table.times(
                    &format!("open {what}{words}, {at}"),
                    n,
                    &opening,
                    Some(Bar::P95(OPEN)),
                );
                let mut screen = open()?;
                screen.keys("\n");
                let samples = Samples::of(FRAMES, |_| screen.draw())?;
                table.times(
                    &format!("{what}{words}, {at}"),
                    n,
                    &samples,
                    Some(Bar::P95(FRAME)),
                );
                for (key, name) in [('j', "j"), ('G', "G"), ('f', "f"), ('a', "a"), ('n', "n")] {
                    let samples = Samples::of(20, |_| {
                        drop(screen.update(KeyCode::Char(key)));
                        screen.draw()
                    })?;
                    table.times(
                        &format!("{what}{words}, {at}: key {name}"),
                        n,
                        &samples,
                        Some(Bar::P95(KEY)),
                    );
                }
                for (tabs, name) in TABS {
                    let mut screen = open()?;
                    screen.keys("\n\n");
                    screen.keys(tabs);
                    screen.keys("G");
                    let samples = Samples::of(20, |_| {
                        drop(screen.update(KeyCode::Char('k')));
                        screen.draw()
                    })?;
                    table.times(
                        &format!("{what}{words}, {at}: key k at the end, {name}"),
                        n,
                        &samples,
                        Some(Bar::P95(KEY)),
                    );
                }
            }
        }
    }
    let store = Store::open(&store, &Access::Read)?;
    let samples = Samples::of(20, |_| store.whole(1))?;
    table.times("10,000 events: reading alone", 10_000, &samples, None);
    Ok(())
}

fn main() -> Outcome {
    common::run("frame", |table| {
        worst_screens(table)?;
        for n in sizes()? {
            let (_folder, store) = data::copy(n)?;
            frames(n, &store, table)?;
            whole_list(n, &store, table)?;
        }
        Ok(())
    })
}
