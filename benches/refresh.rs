//! Following an import that runs next door: what a refresh costs after a few hundred new conversations.

mod common;

use std::io::Write;

use afterword::catalogue::{Catalogue, FacetName, Question};
use afterword::store::{Access, Store};
use common::mixes::{context, filter};
use common::{Bar, Outcome, Samples, Table, data, generate, sizes};

/// So many conversations come between two looks.
const BATCH: u64 = 500;
const ROUNDS: u64 = 8;

fn main() -> Outcome {
    common::run("refresh", |table| {
        sizes()?.into_iter().try_for_each(|n| at(n, table))
    })
}

fn at(n: u64, table: &mut Table) -> Outcome {
    let (folder, path) = data::copy(n)?;
    let store = Store::open(&path, &Access::Read)?;
    let mut catalogue = Catalogue::build(&store)?;
    let context = context(&catalogue);
    let question = Question {
        filter: filter(&["confidence<0.6".into(), "channel:webchat".into()])?,
        facets: FacetName::ALL.to_vec(),
        ..Question::default()
    };
    catalogue.answer(&store, &question, &context)?;
    let (mut refreshed, mut asked) = (Samples::default(), Samples::default());
    for round in 0..ROUNDS {
        let log = folder.path().join("more.jsonl");
        let mut out = std::fs::File::create(&log)?;
        let from = n + round * BATCH;
        generate::write(&mut out, from..from + BATCH, 1)?;
        out.flush()?;
        data::fill(&path, &log)?;
        if !refreshed.take(|| catalogue.refresh(&store))? {
            return Err("nothing came".into());
        }
        asked.take(|| catalogue.answer(&store, &question, &context))?;
    }
    let nothing = Samples::of(50, |_| catalogue.refresh(&store))?;
    table.times("refresh, 500 came", n, &refreshed, None);
    table.times(
        "the question on the screen after it",
        n,
        &asked,
        Some(Bar::P95(16.0)),
    );
    table.times("refresh, nothing came", n, &nothing, None);
    Ok(())
}
