//! A whole import by the program itself, and the parts that no import can do without, each alone on one
//! thread: parsing, compressing the bodies, inserting them, indexing their words.
//!
//! The import runs on all cores and is held by the clock against the sum of its parts one after another.
//! The parts are done with the program's own parser, bodies, dictionary and words, a thousand
//! conversations at a time, so that memory does not grow with the log. Inserting is the bodies alone, into
//! a table with nothing else; indexing is one bulk pass.

mod common;

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use afterword::import::SessionMode;
use afterword::import::formats::rasa_json::RasaJson;
use afterword::import::formats::{Place, RasaLine, RecordFormat, SenderLog, Sink, Stop};
use afterword::import::sessions::conversations;
use afterword::model::Imported;
use afterword::store::testing::{pack, parts};
use afterword::store::{Access, Preparer, Store};
use afterword::text::Untrusted;
use common::measure::cpu;
use common::{Bar, Outcome, Samples, Table, data, sizes};
use nix::sys::resource::{UsageWho, getrusage};
use rusqlite::{Connection, params};

const MB: f64 = 1e6;
/// Conversations that are held at once.
const CHUNK: usize = 1000;
/// Imports of a log up to this size; a larger one is imported once.
const OFTEN: (u64, usize) = (100_000, 3);

fn main() -> Outcome {
    common::run("ingest", |table| {
        sizes()?.into_iter().try_for_each(|n| at(n, table))
    })
}

fn at(n: u64, table: &mut Table) -> Outcome {
    let log = data::log(n)?;
    let bytes = fs::metadata(&log)?.len() as f64;
    let folder = tempfile::tempdir_in(data::folder()?)?;
    let path = folder.path().join("store.db");

    let mut whole = Samples::default();
    for _ in 0..if n <= OFTEN.0 { OFTEN.1 } else { 1 } {
        for suffix in ["", "-wal", "-shm"] {
            let _ = fs::remove_file(folder.path().join(format!("store.db{suffix}")));
        }
        whole.take(|| import(&path, &log))?;
    }
    let seconds = whole.median() / 1e3;
    table.times("import with search index", n, &whole, None);
    table.figure("import, rate", n, bytes / MB / seconds, "MB/s", None);
    table.figure("import, conversations", n, n as f64 / seconds, "/s", None);
    let memory = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss() as f64 * 1024.0 / MB;
    table.figure(
        "import, most memory",
        n,
        memory,
        "MB",
        Some(Bar::AtMost(400.0)),
    );
    let share = 100.0 * data::bytes(&path)? as f64 / bytes;
    table.figure("store of the JSON", n, share, "%", Some(Bar::AtMost(30.0)));

    let alone = Alone::measure(&log, &path, folder.path())?;
    let mut sum = 0.0;
    for (what, samples) in alone.parts() {
        table.times(&format!("{what} alone"), n, samples, None);
        let rate = bytes / MB / (samples.median() / 1e3);
        table.figure(&format!("{what} alone, rate"), n, rate, "MB/s", None);
        sum += samples.median();
    }
    let bar = Some(Bar::AtLeast(75.0));
    let ratio = 100.0 * sum / whole.median();
    table.figure("parts of the import, by the clock", n, ratio, "%", bar);
    let work: f64 = alone.parts().iter().map(|(_, samples)| samples.cpu()).sum();
    let ratio = 100.0 * work / whole.cpu();
    table.figure("parts of the import, of the processor", n, ratio, "%", None);
    Ok(())
}

/// By the program, as anybody would.
fn import(store: &Path, log: &Path) -> Outcome {
    let done = Command::new(env!("CARGO_BIN_EXE_afterword"))
        .arg("--store")
        .arg(store)
        .arg("import")
        .arg(log)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    match done.success() {
        true => Ok(()),
        false => Err("the import failed".into()),
    }
}

/// What each part took, over the whole log.
#[derive(Default)]
struct Alone {
    parse: Samples,
    compress: Samples,
    insert: Samples,
    index: Samples,
}

/// Time that adds up over pieces.
#[derive(Default)]
struct Sum {
    wall: f64,
    cpu: f64,
}

impl Sum {
    fn add<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let (before, then) = (cpu(), std::time::Instant::now());
        let done = work();
        self.wall += then.elapsed().as_secs_f64() * 1e3;
        self.cpu += cpu() - before;
        done
    }

    fn into_samples(self) -> Samples {
        let mut samples = Samples::default();
        samples.add(self.wall, self.cpu);
        samples
    }
}

impl Alone {
    /// With the dictionary of the store that was imported from the log.
    fn measure(log: &Path, store: &Path, folder: &Path) -> Result<Self, Box<dyn Error>> {
        let mut preparer = Store::open(store, &Access::Read)?.preparer()?;
        let bodies = empty(&folder.join("bodies.db"))?;
        bodies.execute_batch(
            "CREATE TABLE body (row INTEGER PRIMARY KEY, dictionary INTEGER, events BLOB NOT NULL)",
        )?;
        let words = empty(&folder.join("words.db"))?;
        words.execute_batch(
            "CREATE VIRTUAL TABLE search USING fts5 (user, bot, content='', contentless_delete=1,
             tokenize='ascii')",
        )?;
        let mut sums: [Sum; 4] = Default::default();
        let [parse, compress, insert, index] = &mut sums;
        words.execute_batch("BEGIN")?;
        let mut row = 0;
        let mut lines = BufReader::with_capacity(1 << 20, File::open(log)?).lines();
        loop {
            let chunk: Vec<String> = lines.by_ref().take(CHUNK).collect::<Result<_, _>>()?;
            if chunk.is_empty() {
                break;
            }
            let read = parse.add(|| parsed(&chunk))?;
            let ready = prepared(&mut preparer, read)?;
            let packed = compress.add(|| {
                let each = ready.iter().map(|one| pack(&mut preparer, &one.body));
                each.collect::<Result<Vec<_>, _>>()
            })?;
            insert.add(|| insert_bodies(&bodies, row, &packed))?;
            index.add(|| insert_words(&words, row, &ready))?;
            row += ready.len() as i64;
        }
        index.add(|| words.execute_batch("COMMIT"))?;
        let [parse, compress, insert, index] = sums.map(Sum::into_samples);
        Ok(Self {
            parse,
            compress,
            insert,
            index,
        })
    }

    fn parts(&self) -> [(&'static str, &Samples); 4] {
        [
            ("parse", &self.parse),
            ("compress", &self.compress),
            ("insert", &self.insert),
            ("search index", &self.index),
        ]
    }
}

fn empty(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open(path)?;
    conn.pragma_update(None, "page_size", 16_384)?;
    conn.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    conn.pragma_update(None, "synchronous", "NORMAL")?;
    conn.pragma_update(None, "cache_size", -65_536)?;
    Ok(conn)
}

fn prepared(
    preparer: &mut Preparer,
    read: Vec<Imported>,
) -> Result<Vec<afterword::store::testing::Parts>, Box<dyn Error>> {
    let each = read.into_iter().map(|one| preparer.prepare(one));
    Ok(each.map(|one| one.map(parts)).collect::<Result<_, _>>()?)
}

fn insert_bodies(conn: &Connection, from: i64, packed: &[Vec<u8>]) -> rusqlite::Result<()> {
    conn.execute_batch("BEGIN")?;
    let mut insert = conn.prepare_cached("INSERT INTO body VALUES (?1, 1, ?2)")?;
    for (row, bytes) in (from..).zip(packed) {
        insert.execute(params![row, bytes])?;
    }
    conn.execute_batch("COMMIT")
}

fn insert_words(
    conn: &Connection,
    from: i64,
    ready: &[afterword::store::testing::Parts],
) -> rusqlite::Result<()> {
    let mut insert =
        conn.prepare_cached("INSERT INTO search (rowid, user, bot) VALUES (?1, ?2, ?3)")?;
    for (row, one) in (from..).zip(ready) {
        insert.execute(params![row, one.user, one.bot])?;
    }
    Ok(())
}

fn parsed(lines: &[String]) -> Result<Vec<Imported>, &'static str> {
    let mut kept = Kept::default();
    for line in lines {
        if !matches!(RasaJson.sound(line, Place::Whole, &mut kept), Ok(true)) {
            return Err("the log is not sound");
        }
    }
    Ok(kept.0)
}

/// Makes conversations and keeps them.
#[derive(Default)]
struct Kept(Vec<Imported>);

impl Sink for Kept {
    fn sender(&mut self, log: SenderLog) -> Result<(), Stop> {
        let source = Untrusted::from("main");
        self.0
            .extend(conversations(log, SessionMode::Marker, &source));
        Ok(())
    }

    fn interleaved(&mut self, _: RasaLine) -> Result<(), Stop> {
        Err(Stop)
    }

    fn conversation(&mut self, imported: Imported) -> Result<(), Stop> {
        self.0.push(imported);
        Ok(())
    }

    fn empty(&mut self) {}

    fn reject(&mut self, _: Place, _: String) {}

    fn at(&mut self, _: u64) -> Result<(), Stop> {
        Ok(())
    }
}
