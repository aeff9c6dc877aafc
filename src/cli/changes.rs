//! Making a change and saying what became of it.

use crate::error::Error;
use crate::model::{Ack, Change, Edit, LeftAlone};
use crate::store::{Store, StoreError};
use crate::text::Untrusted;

use super::output::{Out, plural};
use super::session::Session;

/// Conversations named of those that an undo left alone.
const NAMED: usize = 8;

/// Writes a change. That everything was so already is no error.
pub(crate) fn apply(
    session: &Session,
    store: &mut Store,
    edits: Vec<Edit>,
    bulk: Option<&str>,
    out: &Out,
) -> Result<(), Error> {
    let change = Change {
        edits,
        bulk: bulk.map(str::to_owned),
    };
    match store.apply(&change, &session.reviewer, &session.clock) {
        Ok(ack) => report(&ack, out),
        Err(StoreError::Unchanged) => unchanged(out),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

/// Says that everything was so already.
pub(crate) fn unchanged(out: &Out) {
    out.note("nothing changed: it is so already");
}

/// Says that a filter matched nothing.
pub(crate) fn nothing_matches(out: &Out) {
    out.note("nothing matches: nothing changed");
}

/// What a change did, with the entry to take it back by.
pub(crate) fn report(ack: &Ack, out: &Out) {
    out.note(&format!("{} · entry {:.8}", ack.summary, ack.entry()));
    let mut reviewers: Vec<&Untrusted> = Vec::new();
    for left in &ack.left {
        if !reviewers.contains(&&left.reviewer) {
            reviewers.push(&left.reviewer);
        }
    }
    for reviewer in reviewers {
        let theirs: Vec<&LeftAlone> = ack
            .left
            .iter()
            .filter(|l| l.reviewer == *reviewer)
            .collect();
        out.note(&left_alone(reviewer, &theirs));
    }
}

/// How many values an undo left as they are, whose, and where.
fn left_alone(reviewer: &Untrusted, left: &[&LeftAlone]) -> String {
    let places: Vec<String> = left
        .iter()
        .take(NAMED)
        .map(|l| match l.target.event {
            Some(event) => format!("{:.8}:{}", l.target.conversation, event.seq),
            None => format!("{:.8}", l.target.conversation),
        })
        .collect();
    let more = match left.len().saturating_sub(NAMED) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    format!(
        "left alone: {} changed since by {}: {}{more}",
        plural(left.len() as u64, "value", "values"),
        reviewer.line().as_str(),
        places.join(", ")
    )
}
