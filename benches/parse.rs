//! Reading without storing: a log cut into records, its records made conversations on one thread and on
//! two, and all of it through the threads of an import that only counts; beside two yardsticks, the same
//! lines read by serde_json into a tree and skimmed into types.
//!
//! Rates are of JSON, over the first 128 MB of the log.

mod common;

use std::fs::File;
use std::hint::black_box;
use std::io::Read;
use std::sync::atomic::AtomicBool;

use afterword::import::formats::rasa_json::RasaJson;
use afterword::import::formats::{Place, RasaLine, RecordFormat, SenderLog, Sink, Stop};
use afterword::import::records::{Cut, Item, Records};
use afterword::import::sessions::conversations;
use afterword::import::{self, PathOrStdin, Request, SessionMode};
use afterword::model::Imported;
use afterword::store::{Access, Store};
use afterword::text::Untrusted;
use common::{Outcome, Samples, Table, data, sizes};
use serde::Deserialize;
use serde::de::IgnoredAny;

const TIMES: usize = 9;
const MOST_BYTES: u64 = 128_000_000;
const MB: f64 = 1e6;

fn main() -> Outcome {
    common::run("parse", |table| {
        sizes()?.into_iter().try_for_each(|n| at(n, table))
    })
}

fn at(n: u64, table: &mut Table) -> Outcome {
    let log = data::log(n)?;
    let mut text = Vec::new();
    File::open(&log)?.take(MOST_BYTES).read_to_end(&mut text)?;
    // The last line may be cut.
    text.truncate(memchr::memrchr(b'\n', &text).map_or(0, |end| end + 1));
    let lines: Vec<&str> = std::str::from_utf8(&text)?.lines().collect();
    let megabytes = text.len() as f64 / MB;

    let cut = samples(|| cut(&text))?;
    let one = samples(|| Ok(black_box(parsed(&lines)?)))?;
    let two = samples(|| {
        let (left, right) = lines.split_at(lines.len() / 2);
        std::thread::scope(|scope| {
            let other = scope.spawn(|| parsed(right));
            let own = parsed(left)?;
            Ok(own + other.join().unwrap_or(Err("a thread ended early"))?)
        })
    })?;
    let tree = samples(|| each::<serde_json::Value>(&lines))?;
    let skim = samples(|| each::<Skim<'_>>(&lines))?;

    for (what, samples) in [
        ("read and cut", &cut),
        ("parsed, one thread", &one),
        ("parsed, two threads", &two),
        ("yardstick: serde_json tree", &tree),
        ("yardstick: serde_json typed skim", &skim),
    ] {
        table.times(what, n, samples, None);
        let name = |which| format!("{what}, {which}");
        table.figure(
            &name("median"),
            n,
            rate(megabytes, samples.median()),
            "MB/s",
            None,
        );
        table.figure(
            &name("p95"),
            n,
            rate(megabytes, samples.p95()),
            "MB/s",
            None,
        );
    }
    for (what, yardstick) in [("tree", &tree), ("typed skim", &skim)] {
        let name = format!("parsed, one thread, of the rate of the {what}");
        table.figure(&name, n, yardstick.median() / one.median(), "times", None);
    }

    let folder = tempfile::tempdir()?;
    let mut store = Store::open(&folder.path().join("store.db"), &Access::Import)?;
    let request = Request {
        inputs: vec![PathOrStdin::from_argument(log.as_os_str())],
        dry_run: true,
        ..Request::default()
    };
    let counted = Samples::of(3, |_| {
        import::run(&mut store, &request, &AtomicBool::new(false), &mut ()).map(drop)
    })?;
    table.times("import that only counts", n, &counted, None);
    let all = File::open(&log)?.metadata()?.len() as f64 / MB;
    let rate = rate(all, counted.median());
    table.figure("import that only counts, median", n, rate, "MB/s", None);
    Ok(())
}

fn rate(megabytes: f64, milliseconds: f64) -> f64 {
    megabytes / (milliseconds / 1e3)
}

type Counted = Result<usize, &'static str>;

/// Every run must count the same, and something.
fn samples(mut work: impl FnMut() -> Counted) -> Result<Samples, &'static str> {
    let expected = work()?;
    Samples::of(TIMES, |_| match work()? {
        found if found == expected && found > 0 => Ok(()),
        _ => Err("two runs do not agree"),
    })
}

fn cut(text: &[u8]) -> Counted {
    let mut records = Records::new(text);
    let mut count = 0;
    while let Some(cut) = records.next_cut() {
        match cut {
            Cut::Line { .. } | Cut::Item(Item::Value { .. }) => count += 1,
            Cut::Dry => {}
            Cut::Item(_) => return Err("the log is damaged"),
        }
    }
    Ok(count)
}

fn parsed(lines: &[&str]) -> Counted {
    let mut counter = Counter::default();
    for line in lines {
        if !matches!(RasaJson.sound(line, Place::Whole, &mut counter), Ok(true)) {
            return Err("the log is not sound");
        }
    }
    Ok(counter.events)
}

fn each<'a, T: Deserialize<'a>>(lines: &[&'a str]) -> Counted {
    for line in lines {
        let value: T = serde_json::from_str(line).map_err(|_| "the log is damaged")?;
        black_box(&value);
    }
    Ok(lines.len())
}

/// Makes conversations and lets them go.
#[derive(Default)]
struct Counter {
    events: usize,
}

impl Sink for Counter {
    fn sender(&mut self, log: SenderLog) -> Result<(), Stop> {
        for imported in conversations(log, SessionMode::Marker, &Untrusted::from("main")) {
            self.conversation(imported)?;
        }
        Ok(())
    }

    fn interleaved(&mut self, _: RasaLine) -> Result<(), Stop> {
        Err(Stop)
    }

    fn conversation(&mut self, imported: Imported) -> Result<(), Stop> {
        self.events += black_box(&imported).events.len();
        Ok(())
    }

    fn empty(&mut self) {}

    fn reject(&mut self, _: Place, _: String) {}

    fn at(&mut self, _: u64) -> Result<(), Stop> {
        Ok(())
    }
}

/// The least that anybody could read of a tracker.
#[derive(Deserialize)]
#[allow(dead_code)] // reading it is the point
struct Skim<'a> {
    sender_id: &'a str,
    #[serde(borrow)]
    events: Vec<SkimmedEvent<'a>>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct SkimmedEvent<'a> {
    event: &'a str,
    timestamp: f64,
    text: Option<&'a str>,
    name: Option<&'a str>,
    confidence: Option<f64>,
    #[serde(borrow)]
    parse_data: Option<SkimmedParse<'a>>,
    metadata: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct SkimmedParse<'a> {
    #[serde(borrow)]
    intent: SkimmedIntent<'a>,
    intent_ranking: Vec<SkimmedIntent<'a>>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct SkimmedIntent<'a> {
    name: &'a str,
    confidence: f64,
}
