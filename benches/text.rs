//! Full text: common and rare words, phrases, a word being typed, words beside other terms; and how soon a
//! question stops when a newer one comes.

mod common;

use std::thread;
use std::time::{Duration, Instant};

use afterword::catalogue::{Catalogue, FacetName, Question};
use afterword::filter::parse;
use afterword::store::{Access, Store, StoreError};
use common::mixes::context;
use common::{Bar, Outcome, Samples, Table, data, sizes};

/// Words of the generated logs: the most frequent ones, one that few conversations hold, a phrase.
const CASES: [(&str, &str, f64); 8] = [
    ("common word", "sen", 150.0),
    ("rare word", "tolorisnor", 10.0),
    ("common phrase", "\"sen du\"", 150.0),
    ("two letters typed", "se*", 150.0),
    ("one letter, asked for with a star", "s*", 150.0),
    ("a word typed", "tolorisn*", 10.0),
    ("said by the user", "user_text:sen", 150.0),
    (
        "common word and terms",
        "sen channel:webchat confidence<0.5",
        150.0,
    ),
];

fn main() -> Outcome {
    common::run("text", |table| {
        sizes()?.into_iter().try_for_each(|n| at(n, table))
    })
}

fn at(n: u64, table: &mut Table) -> Outcome {
    let store = Store::open(&data::store(n)?, &Access::Read)?;
    let mut catalogue = Catalogue::build(&store)?;
    let context = context(&catalogue);
    let question = |text: &str| -> Result<Question, afterword::filter::ParseError> {
        Ok(Question {
            filter: parse(text)?,
            facets: FacetName::ALL.to_vec(),
            ..Question::default()
        })
    };
    for (what, text, bar) in CASES {
        let question = question(text)?;
        let mut matching = 0;
        let samples = Samples::of(11, |_| {
            catalogue.forget_answers();
            catalogue
                .answer(&store, &question, &context)
                .map(|a| matching = a.matching)
        })?;
        let row = format!("{what}: {text} ({matching})");
        table.times(&row, n, &samples, Some(Bar::P95(bar)));
    }

    // Interrupted at several moments of its run, by another thread as the screen does it.
    let question = question("sen* du* action:none OR ta*")?;
    let mut stopped = Samples::default();
    for step in 0..20 {
        catalogue.forget_answers();
        let interrupter = store.interrupter();
        let waiting = thread::spawn(move || {
            thread::sleep(Duration::from_micros(500 + step * 700));
            let at = Instant::now();
            interrupter.interrupt();
            at
        });
        let answer = catalogue.answer(&store, &question, &context);
        let end = Instant::now();
        let at = waiting
            .join()
            .map_err(|_| "the interrupting thread failed")?;
        if matches!(answer, Err(StoreError::Interrupted)) {
            stopped.add((end - at).as_secs_f64() * 1e3, f64::NAN);
        }
    }
    if stopped.len() > 0 {
        table.times("stops when interrupted", n, &stopped, Some(Bar::P95(5.0)));
    }
    Ok(())
}
