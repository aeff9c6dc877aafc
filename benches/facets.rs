//! All facets alone: of everything, of a frequent value, of a rare one; and each facet by itself.

mod common;

use afterword::catalogue::{Catalogue, FacetName, Question};
use afterword::filter::{Field, Filter, parse};
use afterword::store::{Access, Store};
use common::mixes::context;
use common::{Bar, Outcome, Samples, Table, data, sizes};

fn main() -> Outcome {
    common::run("facets", |table| {
        sizes()?.into_iter().try_for_each(|n| at(n, table))
    })
}

fn at(n: u64, table: &mut Table) -> Outcome {
    let store = Store::open(&data::store(n)?, &Access::Read)?;
    let mut catalogue = Catalogue::build(&store)?;
    let context = context(&catalogue);
    let intents = catalogue.values(Field::Intent, "", 1000);
    let named = |value: Option<&(String, u64)>| {
        let name = value.map_or("none", |v| v.0.as_str());
        parse(&format!("intent:\"{name}\""))
    };
    let cases = [
        ("everything", Filter::Everything),
        ("a frequent intent", named(intents.first())?),
        ("a rare intent", named(intents.last())?),
        (
            "a minute's conversations",
            parse("started:2026-01-05T10:00..2026-01-05T10:01")?,
        ),
    ];
    for (what, filter) in cases {
        let mut ask = |facets: &[FacetName], times| {
            let question = Question {
                filter: filter.clone(),
                facets: facets.to_vec(),
                ..Question::default()
            };
            Samples::of(times, |_| {
                catalogue.answer(&store, &question, &context).map(drop)
            })
        };
        let bare = ask(&[], 20)?;
        table.times(&format!("{what}: no facet"), n, &bare, None);
        let all = ask(FacetName::ALL, 50)?;
        table.times(
            &format!("{what}: all facets"),
            n,
            &all,
            Some(Bar::P95(16.0)),
        );
        if filter == Filter::Everything {
            for facet in FacetName::ALL {
                let one = ask(&[*facet], 10)?;
                table.times(&format!("{what}: {}", facet.name()), n, &one, None);
            }
        }
    }
    Ok(())
}
