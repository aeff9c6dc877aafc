//! `count`: how many match; per value of a facet.

use serde::Serialize;

use crate::catalogue::{Catalogue, FacetName, Question};
use crate::cli::args::FilterArgs;
use crate::cli::output::{Out, plural};
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::text::figure;

#[derive(Serialize)]
struct Count {
    count: u64,
}

#[derive(Serialize)]
struct ValueCount<'a> {
    facet: &'a str,
    value: &'a str,
    count: u64,
}

pub(crate) fn run(
    session: &Session,
    filter: &FilterArgs,
    by: &[String],
    json: bool,
    out: &mut Out,
) -> Result<(), Error> {
    let filter = select::parse(&filter.words)?;
    let facets = by
        .iter()
        .map(|name| facet(name))
        .collect::<Result<Vec<_>, _>>()?;
    let store = session.read()?;
    let mut catalogue = Catalogue::build(&store)?;
    let context = select::context(session, &catalogue);
    let alone = facets.is_empty();
    let question = Question {
        filter,
        facets,
        ..Question::default()
    };
    // Nothing is listed: no row has to be put in order.
    let (answer, _) = catalogue.tally(&store, &question, &context, i64::MAX)?;
    if answer.matching == 0 && !json {
        out.note(&select::nothing(&answer));
    }
    if alone {
        let count = answer.matching;
        return if json {
            out.json(&Count { count })
        } else {
            out.line(&count.to_string())
        };
    }
    for counts in &answer.facets {
        let name = counts.facet.name();
        if !json && by.len() > 1 {
            out.line(&name)?;
        }
        for (value, count) in &counts.values {
            if json {
                out.json(&ValueCount {
                    facet: &name,
                    value,
                    count: *count,
                })?;
            } else {
                out.line(&format!("{:>10}  {value}", figure(*count)))?;
            }
        }
        let more = counts.distinct.saturating_sub(counts.values.len() as u64);
        if more > 0 {
            let more = plural(more, "value", "values");
            out.note(&format!(
                "{name}: and {more} more; a narrower filter shows them"
            ));
        }
    }
    Ok(())
}

fn facet(name: &str) -> Result<FacetName, Error> {
    FacetName::parse(name).ok_or_else(|| {
        let names: Vec<String> = FacetName::ALL.iter().map(|f| f.name()).collect();
        Error::usage(format!("unknown facet `{name}`")).hint_nearest(
            name,
            names.iter().map(String::as_str),
            format!("facets are {}", names.join(" ")),
        )
    })
}
