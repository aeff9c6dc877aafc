//! The questions of questions.tsv over the store in AFTERWORD_BENCH_STORE, one JSON object a line:
//! median of the first asking and of asking again, and how many match. For peers.py, which prints them
//! beside DuckDB's figures.

mod common;

use std::env;
use std::io::{Write, stdout};

use afterword::catalogue::{Catalogue, FacetName, Question};
use afterword::filter::{Context, Zone, parse};
use afterword::model::{Millis, SortKey};
use afterword::store::{Access, Store};
use common::{Outcome, Samples};

/// What peers.py counts in DuckDB.
const FACETS: [&str; 8] = [
    "channel",
    "version",
    "status",
    "intent",
    "action",
    "slot",
    "flow",
    "is:escalated",
];

/// Times each question is asked of a catalogue that has never heard it, and then again.
const FIRST: usize = 5;
const AGAIN: usize = 20;

fn main() -> Outcome {
    if !env::args().any(|a| a == "--bench") {
        return Ok(());
    }
    let path =
        env::var_os("AFTERWORD_BENCH_STORE").ok_or("AFTERWORD_BENCH_STORE names no store")?;
    let store = Store::open(path.as_ref(), &Access::Read)?;
    let facets: Vec<FacetName> = FACETS.into_iter().filter_map(FacetName::parse).collect();
    let mut catalogues = (0..FIRST)
        .map(|_| Catalogue::build(&store))
        .collect::<Result<Vec<_>, _>>()?;
    let mut out = stdout().lock();
    for (name, filter) in questions() {
        let question = Question {
            filter: parse(&filter)?,
            sort: SortKey::default(),
            reverse: false,
            facets: facets.clone(),
        };
        let context = Context {
            now: Millis(0),
            zone: Zone::Local,
            newest: catalogues[0].newest(),
            me: String::new(),
        };
        let mut first = Samples::default();
        let mut matching = 0;
        for catalogue in &mut catalogues {
            let answer = first.take(|| catalogue.answer(&store, &question, &context))?;
            matching = answer.matching;
        }
        let again = Samples::of(AGAIN, |_| catalogues[0].answer(&store, &question, &context))?;
        let line = serde_json::json!({
            "question": name,
            "matching": matching,
            "first_ms": first.median(),
            "p50_ms": again.median(),
        });
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// The questions in their order, each with its terms side by side.
fn questions() -> Vec<(&'static str, String)> {
    let mut found: Vec<(&str, String)> = Vec::new();
    let lines = include_str!("questions.tsv").lines();
    for line in lines.filter(|line| !line.starts_with('#')) {
        let mut parts = line.split('\t');
        let (name, term) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
        match found.last_mut() {
            Some((last, filter)) if *last == name => {
                filter.push(' ');
                filter.push_str(term);
            }
            _ => found.push((name, term.to_owned())),
        }
    }
    found
}
