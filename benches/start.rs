//! The start of the screen: the real program in a pseudo-terminal, from its first instruction until the
//! first line of the list stands on the screen, and until the counts do.

mod common;

use std::error::Error;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use common::{Bar, Outcome, Samples, Table, data};
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

const SIZE: (u16, u16) = (80, 24);
/// Starts with the store in the page cache, and without it.
const STARTS: (usize, usize) = (9, 5);
/// No start takes so long.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> Outcome {
    common::run("Start of the screen", |table| {
        for n in common::sizes()? {
            let (_kept, path) = data::copy(n)?;
            // The first start finds what copying left, and pages of the program that were never read.
            start(&path)?;
            measure(table, n, &path, "warm", STARTS.0, (50.0, 600.0))?;
            measure(table, n, &path, "cold", STARTS.1, (100.0, 1200.0))?;
        }
        Ok(())
    })
}

fn measure(
    table: &mut Table,
    n: u64,
    path: &Path,
    how: &str,
    times: usize,
    bars: (f64, f64),
) -> Outcome {
    let (mut line, mut counts) = (Samples::default(), Samples::default());
    let (mut memory, mut read) = (0.0_f64, 0.0_f64);
    for _ in 0..times {
        if how == "cold" {
            forget(path)?;
        }
        let started = start(path)?;
        line.add(started.line, f64::NAN);
        counts.add(started.counts, started.cpu);
        memory = memory.max(started.memory);
        read = read.max(started.read);
    }
    table.times(
        &format!("first line, {how}"),
        n,
        &line,
        Some(Bar::Median(bars.0)),
    );
    table.times(
        &format!("counts and facets, {how}"),
        n,
        &counts,
        Some(Bar::Median(bars.1)),
    );
    let bar = Some(Bar::AtMost(160.0));
    table.figure(&format!("most memory, {how}"), n, memory, "MB", bar);
    // Nothing read from the disk means that the page cache did not let go of the store.
    table.figure(&format!("read from the disk, {how}"), n, read, "MB", None);
    Ok(())
}

/// Takes the store out of the page cache, as far as the system does it.
fn forget(path: &Path) -> Outcome {
    for suffix in ["", "-wal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        if let Ok(file) = File::open(&name) {
            file.sync_all()?;
            rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?;
        }
    }
    Ok(())
}

struct Started {
    /// Milliseconds until the first line was on the screen.
    line: f64,
    /// Until counts and facets were.
    counts: f64,
    /// Milliseconds of processor time until then.
    cpu: f64,
    /// Most megabytes held until then.
    memory: f64,
    /// Megabytes read from the disk until then.
    read: f64,
}

fn start(path: &Path) -> Result<Started, Box<dyn Error>> {
    let pair = native_pty_system().openpty(PtySize {
        cols: SIZE.0,
        rows: SIZE.1,
        ..PtySize::default()
    })?;
    let home = tempfile::tempdir()?;
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_afterword"));
    command.env_clear();
    command.env("HOME", home.path());
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    command.args([std::ffi::OsStr::new("--store"), path.as_os_str()]);
    command.cwd(home.path());
    let mut terminal = pair.master.try_clone_reader()?;
    let mut keyboard = pair.master.take_writer()?;
    let (out, bytes) = channel();
    let before = Instant::now();
    let mut child = pair.slave.spawn_command(command)?;
    drop(pair.slave);
    let reading = std::thread::spawn(move || {
        let mut buffer = [0; 1 << 14];
        while let Ok(count) = terminal.read(&mut buffer)
            && count > 0
            && out.send(buffer[..count].to_vec()).is_ok()
        {}
    });
    let watched = watch(&bytes, before).and_then(|(line, counts)| {
        let id = child.process_id().ok_or("the program has no id")?;
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let io = fs::read_to_string(format!("/proc/{id}/io")).unwrap_or_default();
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        Ok(Started {
            line,
            counts,
            cpu: cpu(&stat),
            memory: number(&status, "VmHWM:") * 1024.0 / 1e6,
            read: number(&io, "read_bytes:") / 1e6,
        })
    });
    match watched {
        Ok(_) => keyboard.write_all(b"q")?,
        Err(_) => child.kill()?,
    }
    child.wait()?;
    drop((keyboard, pair.master, bytes));
    reading
        .join()
        .map_err(|_| "the terminal was not read to its end")?;
    watched
}

/// Milliseconds until the first line and until the counts are on the screen.
fn watch(bytes: &Receiver<Vec<u8>>, before: Instant) -> Result<(f64, f64), Box<dyn Error>> {
    let at_least_one = |n| NonZeroU16::new(n).unwrap_or(NonZeroU16::MIN);
    let mut model = vt100::Parser::new(at_least_one(SIZE.1), at_least_one(SIZE.0), 0);
    let mut line = None;
    loop {
        let left = PATIENCE.saturating_sub(before.elapsed());
        let Ok(more) = bytes.recv_timeout(left) else {
            let screen = model.screen().contents();
            return Err(format!("the list does not come; on the screen is\n{screen}").into());
        };
        let now = before.elapsed().as_secs_f64() * 1e3;
        model.process(&more);
        let screen = model.screen().contents();
        if line.is_none() && screen.lines().any(|l| l.starts_with("> ")) {
            line = Some(now);
        }
        if let Some(line) = line
            && screen.contains(" of ")
            && screen.contains(" unread")
        {
            return Ok((line, now));
        }
    }
}

/// The number behind a key.
fn number(text: &str, key: &str) -> f64 {
    let line = text.lines().find_map(|l| l.strip_prefix(key));
    let number = line.and_then(|l| l.split_whitespace().next());
    number.and_then(|n| n.parse().ok()).unwrap_or(f64::NAN)
}

/// Milliseconds of processor time in `/proc/ID/stat`, which counts hundredths of a second.
fn cpu(stat: &str) -> f64 {
    let behind_name = stat.rsplit_once(')').map_or("", |s| s.1);
    let fields: Vec<f64> = behind_name
        .split_whitespace()
        .map(|f| f.parse().unwrap_or(f64::NAN))
        .collect();
    fields
        .get(11..13)
        .map_or(f64::NAN, |t| (t[0] + t[1]) * 10.0)
}
