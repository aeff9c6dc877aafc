//! `stats`: figures over a filter. So far the confusion of intents.

use serde::Serialize;

use crate::catalogue::Catalogue;
use crate::cli::args::FilterArgs;
use crate::cli::output::{Out, column, right};
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::stats::{Confusion, share};
use crate::text::{Untrusted, figure};

#[derive(Serialize)]
struct Json<'a> {
    messages: u64,
    conversations: u64,
    right: u64,
    share: f64,
    left_out: u64,
    pairs: Vec<PairJson<'a>>,
    intents: Vec<IntentJson<'a>>,
}

#[derive(Serialize)]
struct PairJson<'a> {
    predicted: Option<&'a str>,
    corrected: &'a str,
    count: u64,
    conversations: u64,
    filter: String,
    /// Conversations that the filter finds, within the filter that was given.
    found: u64,
}

#[derive(Serialize)]
struct IntentJson<'a> {
    intent: Option<&'a str>,
    right: u64,
    wrong: u64,
    share: f64,
}

pub(crate) fn confusion(
    session: &Session,
    filter: &FilterArgs,
    json: bool,
    out: &mut Out,
) -> Result<(), Error> {
    let filter = select::parse(&filter.words)?;
    let store = session.read()?;
    let mut catalogue = Catalogue::build(&store)?;
    let context = select::context(session, &catalogue);
    let mut rows = catalogue.rows(&store, &filter, &context)?;
    rows.sort_unstable();
    let (messages, lost) = store.corrected_messages(|row| rows.binary_search(&row).is_ok())?;
    let confusion = Confusion::of(&messages, lost);
    if json {
        return print_json(&confusion, out);
    }
    out.note(&confusion.counts());
    if confusion.pairs.is_empty() {
        out.note("`afterword correct ID:SEQ intent=NAME` corrects one, i does on the screen");
        return Ok(());
    }
    let name = |name: Option<&Untrusted>| match name {
        Some(name) => name.line().as_str().to_owned(),
        None => "(no prediction)".to_owned(),
    };
    out.line(&format!(
        "{} {} {}",
        right("count", 9),
        column("predicted", 32),
        "corrected"
    ))?;
    for pair in &confusion.pairs {
        let predicted = name(pair.predicted.as_ref());
        let corrected = match pair.is_right() {
            true => "(right)".to_owned(),
            false => name(Some(&pair.corrected)),
        };
        let count = right(&figure(pair.count), 9);
        out.line(&format!("{count} {} {corrected}", column(&predicted, 32)))?;
    }
    out.line("")?;
    let heading = [("right", 9), ("wrong", 9), ("share", 7)].map(|(w, n)| right(w, n));
    out.line(&format!("{} predicted", heading.join(" ")))?;
    for intent in &confusion.intents {
        let percent = format!("{:.0}%", intent.share() * 100.0);
        let (yes, no) = (figure(intent.right), figure(intent.wrong));
        let figures = [right(&yes, 9), right(&no, 9), right(&percent, 7)];
        out.line(&format!(
            "{} {}",
            figures.join(" "),
            name(intent.intent.as_ref())
        ))?;
    }
    Ok(())
}

fn print_json(confusion: &Confusion, out: &mut Out) -> Result<(), Error> {
    let pairs = confusion.pairs.iter().map(|pair| PairJson {
        predicted: pair.predicted.as_ref().map(Untrusted::for_export),
        corrected: pair.corrected.for_export(),
        count: pair.count,
        conversations: pair.conversations,
        found: pair.found,
        filter: pair.filter().to_string(),
    });
    let intents = confusion.intents.iter().map(|intent| IntentJson {
        intent: intent.intent.as_ref().map(Untrusted::for_export),
        right: intent.right,
        wrong: intent.wrong,
        share: intent.share(),
    });
    out.json(&Json {
        messages: confusion.messages,
        conversations: confusion.conversations,
        right: confusion.right,
        share: share(confusion.right, confusion.messages),
        left_out: confusion.lost,
        pairs: pairs.collect(),
        intents: intents.collect(),
    })
}
