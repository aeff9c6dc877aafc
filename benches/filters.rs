//! Filters without text: the catalogue built, what it holds, and 300 random mixes of one to six terms,
//! each with its order, its rows, the count and all facets; then questions that the tables answer.

mod common;

use afterword::catalogue::{Catalogue, FacetName, Question};
use afterword::filter::{Filter, parse};
use afterword::store::{Access, Store};
use common::mixes::{Mixes, context, filter};
use common::{Bar, Outcome, Samples, Table, data, measure, sizes};

const MIXES: usize = 300;
const SEED: u64 = 7;
const MB: f64 = 1e6;

/// Questions that need more than the sets in memory.
const OTHERS: [(&str, &str, Option<Bar>); 8] = [
    (
        "scored intent",
        "intent:intent_3<0.5",
        Some(Bar::P95(1000.0)),
    ),
    (
        "one turn, rare intent",
        "turn(intent:intent_40 confidence<0.5)",
        Some(Bar::P95(1000.0)),
    ),
    (
        "one turn, any",
        "turn(is:fallback action:utter_1)",
        Some(Bar::P95(1000.0)),
    ),
    ("last turn", "last(confidence<0.5)", Some(Bar::P95(1000.0))),
    ("slot value", "slot:order_id=v7", None),
    ("user", "user:user-00000042", None),
    ("id", "id:user-00000042", None),
    ("sample", "sample:50 channel:webchat", None),
];

fn main() -> Outcome {
    common::run("filters", |table| {
        sizes()?.into_iter().try_for_each(|n| at(n, table))
    })
}

fn at(n: u64, table: &mut Table) -> Outcome {
    let store = Store::open(&data::store(n)?, &Access::Read)?;
    let before = measure::resident();
    let mut catalogue = Catalogue::build(&store)?;
    let grown = measure::resident()
        .zip(before)
        .map(|(now, b)| now.saturating_sub(b));
    let built = Samples::of(5, |_| Catalogue::build(&store).map(drop))?;
    table.times("catalogue built", n, &built, Some(Bar::Median(600.0)));

    let mut desk = Desk {
        context: context(&catalogue),
        store: &store,
        catalogue: &mut catalogue,
    };
    let nothing = Samples::of(20, |_| desk.ask(&Filter::Everything))?;
    table.times("no term", n, &nothing, Some(Bar::P95(16.0)));
    // The first question about a time of day reads the clock of every start, the others use it again.
    let night = parse("time:22:00..06:00")?;
    let clocks = Samples::of(5, |_| {
        desk.catalogue.forget_orders();
        desk.ask(&night)
    })?;
    table.times("first time of day, and the order", n, &clocks, None);
    mixes(&mut desk, n, table)?;
    for (what, text, bar) in OTHERS {
        let asked = parse(text)?;
        let samples = Samples::of(5, |_| {
            desk.catalogue.forget_answers();
            desk.ask(&asked)
        })?;
        table.times(&format!("{what}: {text}"), n, &samples, bar);
    }

    for (what, bytes) in catalogue.held() {
        table.figure(&format!("held: {what}"), n, bytes as f64 / MB, "MB", None);
    }
    if let Some(grown) = grown {
        table.figure("grown by building", n, grown as f64 / MB, "MB", None);
    }
    if let Some(now) = measure::resident() {
        table.figure(
            "whole process after all this",
            n,
            now as f64 / MB,
            "MB",
            None,
        );
    }
    Ok(())
}

/// A catalogue being asked.
struct Desk<'a> {
    store: &'a Store,
    catalogue: &'a mut Catalogue,
    context: afterword::filter::Context,
}

impl Desk<'_> {
    fn ask(&mut self, filter: &Filter) -> afterword::store::Result<u64> {
        let question = Question {
            filter: filter.clone(),
            facets: FacetName::ALL.to_vec(),
            ..Question::default()
        };
        let answer = self
            .catalogue
            .answer(self.store, &question, &self.context)?;
        Ok(answer.matching)
    }
}

/// Each mix with nothing remembered, again as a key stroke that changes one of its terms, and once more
/// with all of it remembered.
fn mixes(desk: &mut Desk<'_>, n: u64, table: &mut Table) -> Outcome {
    let mut mixes = Mixes::new(desk.catalogue, SEED);
    let (mut first, mut changed, mut again) =
        (Samples::default(), Samples::default(), Samples::default());
    for _ in 0..MIXES {
        let mut terms = mixes.terms();
        let asked = filter(&terms)?;
        desk.catalogue.forget_answers();
        first.take(|| desk.ask(&asked))?;
        if let Some(last) = terms.last_mut() {
            *last = mixes.term();
        }
        let asked = filter(&terms)?;
        changed.take(|| desk.ask(&asked))?;
        again.take(|| desk.ask(&asked))?;
    }
    let bar = Some(Bar::P95(16.0));
    table.times("1 to 6 terms, nothing remembered", n, &first, bar);
    table.times("1 to 6 terms, one changed", n, &changed, bar);
    table.times("1 to 6 terms, asked before", n, &again, bar);
    Ok(())
}
