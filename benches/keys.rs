//! From a key to the next frame, and the memory of the program meanwhile.
//!
//! The real program runs in a pseudo-terminal over a store of N conversations and a script of several
//! hundred keys is typed. A key's time ends when the whole next frame has arrived at the terminal; `all`
//! is when the last frame that follows from it has (the answer of a filter, the lines of a page).

mod common;

use std::collections::HashMap;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use afterword::text::figure;
use common::{Bar, Outcome, Samples, Table, data, sizes};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Milliseconds from a key to the next frame.
const BAR: f64 = 16.0;
/// Megabytes for the whole program.
const MEMORY_BAR: f64 = 160.0;
/// Nothing more follows from a key when the terminal was quiet for so long.
const QUIET: Duration = Duration::from_millis(60);
/// A key without a frame after so long changed nothing.
const PATIENCE: Duration = Duration::from_secs(5);
const SIZE: (u16, u16) = (200, 50);
/// What every frame ends with.
const FRAME_END: &[u8] = b"\x1b[?25l";

/// What the terminal received.
#[derive(Default)]
struct Seen {
    frames: Vec<Instant>,
    /// The last bytes, in which the end of a frame may begin.
    tail: Vec<u8>,
    last: Option<Instant>,
    text: Vec<u8>,
    ended: bool,
}

impl Seen {
    fn take(&mut self, bytes: &[u8], at: Instant) {
        self.last = Some(at);
        let before = self.tail.len();
        self.tail.extend_from_slice(bytes);
        let ends = self.tail.windows(FRAME_END.len()).enumerate();
        let new = ends
            .filter(|(i, w)| i + FRAME_END.len() > before && *w == FRAME_END)
            .count();
        self.frames.extend(std::iter::repeat_n(at, new));
        let keep = self.tail.len().saturating_sub(FRAME_END.len() - 1);
        self.tail.drain(..keep);
        self.text.extend_from_slice(bytes);
    }
}

type Shared = Arc<(Mutex<Seen>, Condvar)>;

fn lock(seen: &Shared) -> MutexGuard<'_, Seen> {
    seen.0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Milliseconds from keys of one kind; of the processor what the thread that draws took for all of it.
#[derive(Default)]
struct Times {
    next: Samples,
    all: Samples,
}

/// The program in its terminal.
struct Session {
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    seen: Shared,
    kinds: HashMap<&'static str, Times>,
    order: Vec<&'static str>,
    every: Samples,
    /// Keys without a frame: nothing changed, or it took too long to be measured.
    silent: u32,
    _master: Box<dyn MasterPty + Send>,
}

impl Session {
    fn start(store: &Path, home: &Path) -> std::io::Result<Self> {
        let pair = native_pty_system()
            .openpty(PtySize {
                cols: SIZE.0,
                rows: SIZE.1,
                ..PtySize::default()
            })
            .map_err(std::io::Error::other)?;
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_afterword"));
        command.arg("--store");
        command.arg(store);
        command.env_clear();
        for (name, value) in [
            ("HOME", home.as_os_str()),
            ("TERM", "xterm-256color".as_ref()),
            ("LC_ALL", "C.UTF-8".as_ref()),
            ("AFTERWORD_REVIEWER", "bench".as_ref()),
        ] {
            command.env(name, value);
        }
        let seen = Shared::default();
        let mut reader = pair
            .master
            .try_clone_reader()
            .map_err(std::io::Error::other)?;
        let keyboard = pair.master.take_writer().map_err(std::io::Error::other)?;
        let theirs = Arc::clone(&seen);
        thread::spawn(move || {
            let mut buffer = [0; 1 << 16];
            loop {
                let count = reader.read(&mut buffer).unwrap_or(0);
                let at = Instant::now();
                let mut seen = lock(&theirs);
                seen.take(&buffer[..count], at);
                seen.ended = count == 0;
                theirs.1.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        let child = pair
            .slave
            .spawn_command(command)
            .map_err(std::io::Error::other)?;
        Ok(Self {
            child,
            keyboard,
            seen,
            kinds: HashMap::new(),
            order: Vec::new(),
            every: Samples::default(),
            silent: 0,
            _master: pair.master,
        })
    }

    /// Waits until these bytes were written; milliseconds since `from`.
    fn see(&self, text: &str, from: Instant) -> Option<f64> {
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut seen = lock(&self.seen);
        while !contains(&seen.text, text.as_bytes()) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || seen.ended {
                return None;
            }
            seen = wait(&self.seen, seen, left);
        }
        seen.last.map(|at| ms(at - from))
    }

    /// Types one key and measures what follows from it.
    fn key(&mut self, kind: &'static str, key: &str) {
        let mut seen = lock(&self.seen);
        seen.text.clear();
        let before = seen.frames.len();
        drop(seen);
        let cpu = self.drawing();
        let start = Instant::now();
        if self.keyboard.write_all(key.as_bytes()).is_err() {
            return;
        }
        let mut seen = lock(&self.seen);
        while seen.frames.len() == before && start.elapsed() < PATIENCE && !seen.ended {
            seen = wait(&self.seen, seen, PATIENCE);
        }
        let Some(first) = seen.frames.get(before).copied() else {
            self.silent += 1;
            return;
        };
        loop {
            let last = seen.last.unwrap_or(first);
            let quiet = QUIET.saturating_sub(last.elapsed());
            if quiet.is_zero() || start.elapsed() > PATIENCE {
                break;
            }
            seen = wait(&self.seen, seen, quiet);
        }
        let all = seen.frames.last().copied().unwrap_or(first);
        drop(seen);
        if !self.kinds.contains_key(kind) {
            self.order.push(kind);
        }
        let cpu = self.drawing() - cpu;
        let times = self.kinds.entry(kind).or_default();
        times.next.add(ms(first - start), cpu);
        times.all.add(ms(all - start), cpu);
        self.every.add(ms(first - start), cpu);
    }

    /// Milliseconds of processor time that the program's first thread has had: the one that draws.
    fn drawing(&self) -> f64 {
        let id = self.child.process_id().unwrap_or(0);
        let text = std::fs::read_to_string(format!("/proc/{id}/schedstat")).unwrap_or_default();
        let nanoseconds = text.split_whitespace().next().and_then(|n| n.parse().ok());
        nanoseconds.unwrap_or(f64::NAN) / 1e6
    }

    fn keys(&mut self, kind: &'static str, keys: &[&str]) {
        for key in keys {
            self.key(kind, key);
        }
    }

    fn typed(&mut self, kind: &'static str, text: &str) {
        for c in text.chars() {
            self.key(kind, c.encode_utf8(&mut [0; 4]));
        }
    }

    /// A line of the kernel's about the program's memory.
    fn memory(&self, name: &str, when: &str, n: u64, table: &mut Table) {
        let id = self.child.process_id().unwrap_or(0);
        let text = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let line = text.lines().find_map(|l| l.strip_prefix(name));
        let figure = line.and_then(|l| l.split_whitespace().nth(1)?.parse::<f64>().ok());
        if let Some(kilobytes) = figure {
            let bar = Some(Bar::AtMost(MEMORY_BAR));
            table.figure(
                &format!("memory, {when}"),
                n,
                kilobytes * 1024.0 / 1e6,
                "MB",
                bar,
            );
        }
    }
}

fn wait<'a>(
    shared: &'a Shared,
    seen: MutexGuard<'a, Seen>,
    time: Duration,
) -> MutexGuard<'a, Seen> {
    let waited = shared.1.wait_timeout(seen, time);
    waited.unwrap_or_else(PoisonError::into_inner).0
}

fn contains(text: &[u8], what: &[u8]) -> bool {
    text.windows(what.len()).any(|w| w == what)
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Several hundred keys: what somebody does who looks through a store.
fn script(session: &mut Session) {
    session.keys("' then a key: a preset", &["'", "0"]);
    session.keys("j k", &["j"; 60]);
    session.keys("j k", &["k"; 20]);
    session.keys("ctrl-d ctrl-u", &["\x04"; 40]);
    session.keys("ctrl-d ctrl-u", &["\x15"; 10]);
    session.keys("page", &["\x1b[6~"; 30]);
    for _ in 0..10 {
        session.keys("g G", &["G", "g"]);
    }
    session.key("G, then up from the end", "G");
    session.keys("G, then up from the end", &["k"; 20]);
    session.key("g G", "g");
    for text in [
        "channel:webchat confidence<0.6",
        "intent:intent_3 messages>8",
        "is:problem -channel:webchat",
        "sen ka",
        "\"lo sen\" is:unread",
    ] {
        session.key("/", "/");
        session.typed("a letter in the filter line", text);
        session.key("esc in the filter line", "\x1b");
        thread::sleep(QUIET);
    }
    session.key("/", "/");
    session.typed("a letter in the filter line", "sen");
    session.key("enter in the filter line", "\r");
    session.keys("j k under words", &["j"; 20]);
    session.keys("n to the next hit", &["n"; 20]);
    for _ in 0..3 {
        session.keys("' then a key: a preset", &["'", "2", "'", "1", "'", "0"]);
    }
    session.keys("O: against the order", &["O"; 6]);
    for order in ["messages", "duration", "confidence", "started"] {
        session.key("o: popup of the orders", "o");
        session.typed("a letter in a popup", order);
        session.key("enter: another order", "\r");
    }
    session.key("o: popup of the orders", "o");
    session.typed("a letter in a popup", "messages");
    session.key("enter: another order", "\r");
    session.key("enter: the longest conversation", "\r");
    session.keys("j k in the reader", &["j"; 20]);
    session.keys("ctrl-d in the reader", &["\x04"; 10]);
    session.keys("G g in the reader", &["G", "g"]);
    session.keys(
        "enter, tabs of the detail",
        &["\r", ">", ">", ">", "<", "h"],
    );
    session.keys("J in the list", &["J"; 20]);
    session.keys("r: decide", &["r"; 20]);
    session.keys("p x: verdict", &["p", "x", "p", "x"]);
    session.keys("u: undo", &["u"; 24]);
    session.keys("space: mark", &[" "; 10]);
    session.key("esc: unmark", "\x1b");
    thread::sleep(QUIET);
    for _ in 0..5 {
        session.key("A: mark all", "A");
        session.key("esc: unmark", "\x1b");
        thread::sleep(QUIET);
    }
    session.keys("? : and esc", &["?", "\x1b"]);
    thread::sleep(QUIET);
    session.keys("H and esc", &["H", "\x1b"]);
    thread::sleep(QUIET);
}

fn measure(n: u64, table: &mut Table) -> Outcome {
    let (_folder, store) = data::copy(n)?;
    let home = tempfile::tempdir()?;
    let start = Instant::now();
    let mut session = Session::start(&store, home.path())?;
    let mut counted = Samples::default();
    if let Some(wall) = session.see(&format!("of {}", figure(n)), start) {
        counted.add(wall, f64::NAN);
    }
    table.times("start until counts stand", n, &counted, None);
    thread::sleep(Duration::from_secs(1));
    for (what, when) in [("VmHWM", "most, start"), ("RssAnon", "own, start")] {
        session.memory(what, when, n, table);
    }
    script(&mut session);
    for kind in &session.order {
        let times = &session.kinds[kind];
        table.times(kind, n, &times.next, Some(Bar::P95(BAR)));
        table.times(&format!("… all that follows: {kind}"), n, &times.all, None);
    }
    table.times("every key", n, &session.every, Some(Bar::P95(BAR)));
    let silent = f64::from(session.silent);
    table.figure("keys without a frame in 5 s", n, silent, "", None);
    for (what, when) in [("VmHWM", "most"), ("VmRSS", "end"), ("RssAnon", "own, end")] {
        session.memory(what, when, n, table);
    }
    session.key("q", "q");
    session.child.wait()?;
    Ok(())
}

fn main() -> Outcome {
    common::run("keys", |table| {
        for n in sizes()? {
            measure(n, table)?;
        }
        Ok(())
    })
}
