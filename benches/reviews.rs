//! Decisions: one after the other as a reviewer makes them, a hundred thousand at once, taking them back,
//! and two reviewers at work beside an import.

mod common;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use afterword::import::{self, PathOrStdin, Request};
use afterword::model::{Change, Clock, ConversationId, Edit, Set, Status, Target, Verdict};
use afterword::store::{Access, Store, StoreError};
use common::{Bar, Outcome, Samples, Table, data, measure};

/// Conversations of one bulk change, where there are so many.
const BULK: usize = 100_000;
/// Times that each bulk change is made and taken back.
const ROUNDS: usize = 5;
/// Decisions made one by one.
const SINGLE: usize = 2_000;
/// Decisions of each of two reviewers beside an import.
const BESIDE: usize = 600;
/// How long a reviewer takes for one.
const THINKING: Duration = Duration::from_millis(10);

fn main() -> Outcome {
    common::run("Decisions", |table| {
        for n in common::sizes()? {
            let (_kept, path) = data::copy(n)?;
            one_by_one(table, n, &path)?;
            in_bulk(table, n, &path)?;
        }
        beside_an_import(table)
    })
}

fn rows(n: u64, many: usize) -> Vec<i64> {
    let n = n as usize;
    // Spread over the store, as what a filter finds is.
    let step = (n / many).max(1);
    (1..=n as i64).step_by(step).take(many).collect()
}

fn change(ids: &[ConversationId], set: Set, bulk: Option<&str>) -> Change {
    let whole = |&conversation| Target {
        conversation,
        event: None,
    };
    Change {
        edits: vec![Edit {
            targets: ids.iter().map(whole).collect(),
            set,
        }],
        bulk: bulk.map(str::to_owned),
    }
}

/// Each decision is durable when it is acknowledged.
fn one_by_one(table: &mut Table, n: u64, path: &Path) -> Outcome {
    let mut store = Store::open(path, &Access::Review)?;
    let clock = Clock::system();
    let mut written = Samples::default();
    for (at, row) in rows(n, SINGLE).into_iter().enumerate() {
        let ids = store.ids(&[row])?;
        let mut change = change(&ids, Set::Status(Status::Reviewed), None);
        let verdict = if at % 2 == 0 {
            Verdict::Negative
        } else {
            Verdict::Positive
        };
        change.edits.push(Edit {
            targets: change.edits[0].targets.clone(),
            set: Set::Verdict(Some(verdict)),
        });
        written.take(|| store.apply(&change, "bench", &clock))?;
    }
    table.times("one decision written", n, &written, Some(Bar::Median(2.0)));
    table.times(
        "one decision written, p99",
        n,
        &written,
        Some(Bar::P99(10.0)),
    );
    Ok(())
}

/// What a key on a filter does: the ids of its rows, the change, taking it back, and that back.
fn in_bulk(table: &mut Table, n: u64, path: &Path) -> Outcome {
    let mut store = Store::open(path, &Access::Review)?;
    let clock = Clock::system();
    let rows = rows(n, BULK);
    let sets: [(&str, Set); 3] = [
        ("status", Set::Status(Status::Saved)),
        ("verdict", Set::Verdict(Some(Verdict::Negative))),
        (
            "tag",
            Set::Tag {
                name: "bench".into(),
                on: true,
            },
        ),
    ];
    for (name, set) in sets {
        let mut times: [Samples; 3] = Default::default();
        for _ in 0..ROUNDS {
            times[0].take(|| {
                let ids = store.ids(&rows)?;
                store.apply(
                    &change(&ids, set.clone(), Some("is:unread")),
                    "bench",
                    &clock,
                )
            })?;
            times[1].take(|| store.undo_last(1, "bench", &clock))?;
            times[2].take(|| store.redo("bench", &clock))?;
            store.undo_last(1, "bench", &clock)?;
        }
        let bar = Some(Bar::Median(250.0));
        let many = rows.len();
        table.times(&format!("{name} of {many}"), n, &times[0], bar);
        table.times(&format!("{name} of {many}, undone"), n, &times[1], bar);
        table.times(&format!("{name} of {many}, redone"), n, &times[2], bar);
    }
    Ok(())
}

/// Two reviewers decide while a log is imported into their store.
fn beside_an_import(table: &mut Table) -> Outcome {
    let sizes = common::sizes()?;
    let n = sizes.iter().copied().min().unwrap_or(10_000);
    let (_kept, path) = data::copy(n)?;
    let log = data::log(sizes.iter().copied().max().unwrap_or(n))?;
    let stop = AtomicBool::new(false);
    let (importing, reviewing) = std::thread::scope(|scope| {
        let import = scope.spawn(|| -> Result<u64, String> {
            let before = Instant::now();
            let mut store = Store::open(&path, &Access::Import).map_err(|e| e.to_string())?;
            let request = Request {
                inputs: vec![PathOrStdin::from_argument(log.as_os_str())],
                source: Some("beside".into()),
                ..Request::default()
            };
            import::run(&mut store, &request, &stop, &mut ()).map_err(|e| e.to_string())?;
            Ok(before.elapsed().as_millis() as u64)
        });
        let reviewers: Vec<_> = ["ann", "bo"]
            .map(|who| {
                scope.spawn({
                    let path = &path;
                    move || review(path, n, who)
                })
            })
            .into_iter()
            .collect();
        let reviewing: Vec<_> = reviewers.into_iter().map(|r| r.join()).collect();
        let still_importing = !import.is_finished();
        stop.store(true, Ordering::Relaxed);
        ((import.join(), still_importing), reviewing)
    });
    let (import, still_importing) = importing;
    import.map_err(|_| "the import panicked")??;
    if !still_importing {
        table.figure("the import ended before the reviewers", n, 1.0, "", None);
    }
    let mut all = Samples::default();
    let mut worst: f64 = 0.0;
    for reviewer in reviewing {
        for wall in reviewer
            .map_err(|_| "a reviewer panicked")?
            .map_err(|e| e.to_string())?
        {
            all.add(wall, f64::NAN);
            worst = worst.max(wall);
        }
    }
    table.times(
        "one decision beside an import, p99",
        n,
        &all,
        Some(Bar::P99(100.0)),
    );
    let bar = Some(Bar::AtMost(500.0));
    table.figure("one decision beside an import, worst", n, worst, "ms", bar);
    let peak = measure::peak().unwrap_or(0) as f64 / 1e6;
    table.figure("most memory of all this", n, peak, "MB", None);
    Ok(())
}

/// Milliseconds that each decision took until it was durable.
fn review(path: &Path, n: u64, who: &str) -> Result<Vec<f64>, StoreError> {
    let mut store = Store::open(path, &Access::Review)?;
    let clock = Clock::system();
    let mut times = Vec::with_capacity(BESIDE);
    let rows = rows(n, BESIDE);
    for row in rows {
        let ids = store.ids(&[row])?;
        let tag = Set::Tag {
            name: who.into(),
            on: true,
        };
        let before = Instant::now();
        store.apply(&change(&ids, tag, None), who, &clock)?;
        times.push(before.elapsed().as_secs_f64() * 1e3);
        std::thread::sleep(THINKING);
    }
    Ok(times)
}
