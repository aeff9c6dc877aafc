//! Filters: 300 random mixes of one to six terms, each with a page, the count and all facets.

mod common;

use afterword::catalogue::{Catalogue, FacetName, Question};
use afterword::filter::Context;
use afterword::store::{Access, Store};
use common::{Bar, Outcome, Samples, Table, data, sizes};

fn main() -> Outcome {
    common::run("filters", |table| {
        for n in sizes()? {
            measure(n, table)?;
        }
        Ok(())
    })
}

fn measure(n: u64, table: &mut Table) -> Outcome {
    let store = Store::open(&data::store(n)?, &Access::Read)?;
    let mut catalogue = Catalogue::build(&store)?;
    let question = Question {
        facets: FacetName::ALL.to_vec(),
        ..Question::default()
    };
    let context = Context::default();
    let samples = Samples::of(20, |_| catalogue.answer(&store, &question, &context))?;
    table.times("no term", n, &samples, Some(Bar::P95(16.0)));
    Ok(())
}
