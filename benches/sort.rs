//! The orders of the list: made when first asked for, kept, and against their direction.

mod common;

use afterword::catalogue::{Catalogue, Question};
use afterword::filter::Filter;
use afterword::model::SortKey;
use afterword::store::{Access, Store};
use common::mixes::context;
use common::{Bar, Outcome, Samples, Table, data, sizes};

fn main() -> Outcome {
    common::run("sort", |table| {
        sizes()?.into_iter().try_for_each(|n| at(n, table))
    })
}

fn at(n: u64, table: &mut Table) -> Outcome {
    let store = Store::open(&data::store(n)?, &Access::Read)?;
    let mut catalogue = Catalogue::build(&store)?;
    let context = context(&catalogue);
    for (sort, name, ..) in SortKey::ALL {
        let mut ask = |reverse| {
            let question = Question {
                filter: Filter::Everything,
                sort: *sort,
                reverse,
                ..Question::default()
            };
            catalogue.answer(&store, &question, &context).map(drop)
        };
        // The order of the newest is there already, as it is behind every screen.
        let (mut first, mut turned) = (Samples::default(), Samples::default());
        first.take(|| ask(false))?;
        let kept = Samples::of(10, |_| ask(false))?;
        turned.take(|| ask(true))?;
        table.times(&format!("{name}: first"), n, &first, None);
        table.times(&format!("{name}: kept"), n, &kept, Some(Bar::P95(16.0)));
        table.times(&format!("{name}: turned, first"), n, &turned, None);
    }
    Ok(())
}
