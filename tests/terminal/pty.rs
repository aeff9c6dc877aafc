//! A pseudo-terminal with the program in it, and a model of the screen that somebody would see.
//!
//! Tests wait for what is on the screen, never for a time to pass. How long they wait at most is
//! `AFTERWORD_TEST_TIMEOUT` in seconds, else 20.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use crate::bytes::{self, Piece};

/// Lines that the model keeps above the screen: what a person could scroll back to.
const SCROLLBACK: usize = 1_000;

/// The longest time to wait for anything.
pub fn patience() -> Duration {
    let seconds = std::env::var("AFTERWORD_TEST_TIMEOUT").ok();
    Duration::from_secs(seconds.and_then(|s| s.parse().ok()).unwrap_or(20))
}

/// What the terminal has received.
struct Seen {
    bytes: Vec<u8>,
    model: vt100::Parser,
    /// Let go of the terminal with the next bytes.
    let_go: bool,
    /// Nothing more comes.
    ended: bool,
}

#[derive(Clone)]
struct Shared(Arc<(Mutex<Seen>, Condvar)>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in all that comes, until the terminal is closed or is to be let go.
    fn read_from(&self, mut terminal: Box<dyn Read + Send>) {
        let mut buffer = [0; 1 << 14];
        loop {
            let count = terminal.read(&mut buffer).unwrap_or(0);
            let mut seen = self.lock();
            seen.bytes.extend_from_slice(&buffer[..count]);
            seen.model.process(&buffer[..count]);
            seen.ended = count == 0 || seen.let_go;
            let ended = seen.ended;
            self.0.1.notify_all();
            drop(seen);
            if ended {
                return;
            }
        }
    }
}

/// The program in its terminal.
pub struct Session {
    master: Option<Box<dyn MasterPty + Send>>,
    slave: Option<Box<dyn SlavePty + Send>>,
    keyboard: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    seen: Shared,
    reader: Option<JoinHandle<()>>,
    /// How the terminal was set before the program began.
    settings: String,
}

/// How it ended.
pub struct Ended {
    /// The exit status.
    pub status: u32,
    /// Everything that was written.
    pub pieces: Vec<Piece>,
    /// What stands in the terminal afterwards, with what can be scrolled back to.
    pub left: String,
    /// The terminal is set as it was before.
    pub settings_restored: bool,
}

fn at_least_one(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).expect("a terminal has columns and rows")
}

fn pty_size((cols, rows): (u16, u16)) -> PtySize {
    PtySize {
        rows,
        cols,
        ..PtySize::default()
    }
}

impl Session {
    /// Starts a command in a terminal of so many columns and rows.
    pub fn start(command: CommandBuilder, size: (u16, u16)) -> Self {
        let pair = native_pty_system().openpty(pty_size(size)).unwrap();
        let settings = format!("{:?}", pair.master.get_termios().unwrap());
        let model = vt100::Parser::new(at_least_one(size.1), at_least_one(size.0), SCROLLBACK);
        let seen = Shared(Arc::new((
            Mutex::new(Seen {
                bytes: Vec::new(),
                model,
                let_go: false,
                ended: false,
            }),
            Condvar::new(),
        )));
        let terminal = pair.master.try_clone_reader().unwrap();
        let keyboard = pair.master.take_writer().unwrap();
        let theirs = seen.clone();
        let reader = thread::spawn(move || theirs.read_from(terminal));
        let child = pair.slave.spawn_command(command).unwrap();
        Self {
            master: Some(pair.master),
            slave: Some(pair.slave),
            keyboard: Some(keyboard),
            child,
            seen,
            reader: Some(reader),
            settings,
        }
    }

    /// Types. All of it arrives at once.
    pub fn keys(&mut self, keys: &str) {
        let keyboard = self.keyboard.as_mut().unwrap();
        keyboard.write_all(keys.as_bytes()).unwrap();
        keyboard.flush().unwrap();
    }

    /// Waits until the screen is as wanted.
    pub fn wait(&self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        let deadline = Instant::now() + patience();
        let mut seen = self.seen.lock();
        while !wanted(seen.model.screen()) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero() && !seen.ended,
                "{what} does not come; on the screen is\n{}",
                seen.model.screen().contents()
            );
            let waited = self.seen.0.1.wait_timeout(seen, left);
            seen = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until this text is on the screen.
    pub fn see(&self, text: &str) {
        self.wait(&format!("`{text}`"), |s| s.contents().contains(text));
    }

    /// The text of the screen now.
    pub fn text(&self) -> String {
        self.seen.lock().model.screen().contents()
    }

    /// Changes the size of the window.
    pub fn resize(&mut self, size: (u16, u16)) {
        // The model first: it would cut a frame that is already drawn in the new size.
        let mut seen = self.seen.lock();
        seen.model
            .set_size(at_least_one(size.1), at_least_one(size.0));
        drop(seen);
        let master = self.master.as_ref().unwrap();
        master.resize(pty_size(size)).unwrap();
    }

    /// Shows what another program wrote; it is not counted as the program's own.
    pub fn draw_over(&self, bytes: &str) {
        self.seen.lock().model.process(bytes.as_bytes());
    }

    /// Sends a signal to the program itself.
    pub fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.process_id().unwrap()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// How the terminal is set now.
    pub fn settings(&self) -> String {
        let master = self.master.as_ref().unwrap();
        format!("{:?}", master.get_termios().unwrap())
    }

    /// How it was set before the program began.
    pub fn settings_before(&self) -> &str {
        &self.settings
    }

    /// Takes the terminal away, as a window that is closed. Gives the exit status.
    pub fn vanish(mut self) -> u32 {
        self.seen.lock().let_go = true;
        // Something has to come, for the reader to let go.
        self.master
            .as_ref()
            .unwrap()
            .resize(pty_size((90, 20)))
            .unwrap();
        self.reader.take().unwrap().join().unwrap();
        self.slave = None;
        self.keyboard = None;
        self.master = None;
        self.wait_status()
    }

    /// Waits for the end, after the terminal was asked to copy. Gives what, too.
    pub fn end_copying(self) -> (Ended, Vec<String>) {
        let seen = self.seen.clone();
        let mut copied = Vec::new();
        let ended = self.end_reading(|| {
            let (rest, texts) = bytes::without_copies(&seen.lock().bytes);
            copied = texts;
            rest
        });
        (ended, copied)
    }

    /// Waits for the end.
    pub fn end(self) -> Ended {
        let seen = self.seen.clone();
        self.end_reading(|| seen.lock().bytes.clone())
    }

    fn end_reading(mut self, read: impl FnOnce() -> Vec<u8>) -> Ended {
        let status = self.wait_status();
        let settings_restored = self.settings() == self.settings;
        self.slave = None;
        self.reader.take().unwrap().join().unwrap();
        let pieces = match bytes::pieces(&read()) {
            Ok(pieces) => pieces,
            Err(wrong) => panic!("the terminal received {wrong}"),
        };
        let mut seen = self.seen.lock();
        let left = everything(&mut seen.model);
        drop(seen);
        Ended {
            status,
            pieces,
            left,
            settings_restored,
        }
    }

    fn wait_status(&mut self) -> u32 {
        let deadline = Instant::now() + patience();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert_eq!(status.signal(), None, "nothing killed it");
                return status.exit_code();
            }
            assert!(
                Instant::now() < deadline,
                "it does not end; on the screen is\n{}",
                self.text()
            );
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A test that failed leaves nothing running.
        drop(self.child.kill());
    }
}

impl Ended {
    /// Asserts that the terminal is as if nothing had run in it.
    pub fn assert_whole(&self) {
        assert_eq!(bytes::modes_left_on(&self.pieces), [0; 0]);
        assert!(self.settings_restored, "echo and line input are back");
    }
}

/// The screen with what can be scrolled back to.
fn everything(model: &mut vt100::Parser) -> String {
    let screen = model.screen_mut();
    screen.set_scrollback(SCROLLBACK);
    let mut text = String::new();
    for offset in (1..=screen.scrollback()).rev() {
        screen.set_scrollback(offset);
        text.push_str(screen.contents().lines().next().unwrap_or_default());
        text.push('\n');
    }
    screen.set_scrollback(0);
    text.push_str(&screen.contents());
    text
}
