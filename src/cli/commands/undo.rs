//! `undo` and `redo`.

use crate::cli::changes::{report, unchanged};
use crate::cli::output::{Out, plural};
use crate::cli::session::Session;
use crate::error::Error;
use crate::model::{Ack, EntryKind};
use crate::store::{JournalQuery, Store, StoreError};

/// More changes than this are no count but the beginning of an entry's id.
const MOST: usize = 10_000;

pub(crate) fn run(session: &Session, what: &[String], out: &Out) -> Result<(), Error> {
    let count = match what {
        [] => Some(1),
        [one] => one.parse::<usize>().ok().filter(|n| *n <= MOST),
        _ => None,
    };
    if count == Some(0) {
        return Err(
            Error::usage("0 changes are nothing to undo").hint("`afterword undo` takes back one")
        );
    }
    let mut store = session.change()?;
    match count {
        Some(n) => newest(session, &mut store, n, out),
        None => entries(session, &mut store, what, out),
    }
}

fn newest(session: &Session, store: &mut Store, n: usize, out: &Out) -> Result<(), Error> {
    let acks = match store.undo_last(n, &session.reviewer, &session.clock) {
        // Nothing left is no failure; something that cannot be taken back is one.
        Err(StoreError::Refused(_)) if !stands(session, store)? => Vec::new(),
        acks => acks?,
    };
    acks.iter().for_each(|ack| report(ack, out));
    if acks.len() < n {
        let left = if acks.is_empty() {
            "nothing"
        } else {
            "no more"
        };
        out.note(&format!("{left} of {} is left to undo", session.reviewer));
    }
    Ok(())
}

/// True if a change of one's own is not taken back.
fn stands(session: &Session, store: &Store) -> Result<bool, Error> {
    let query = JournalQuery {
        reviewer: Some(session.reviewer.clone()),
        ..JournalQuery::default()
    };
    let entries = store.journal(&query)?;
    Ok(entries
        .iter()
        .any(|e| e.kind == EntryKind::Change && !e.undone))
}

/// Takes back what is named, each by itself: all are looked for before the first is taken back.
fn entries(
    session: &Session,
    store: &mut Store,
    prefixes: &[String],
    out: &Out,
) -> Result<(), Error> {
    let ids = prefixes
        .iter()
        .map(|prefix| store.find_entry(prefix))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| Error::from(e).hint("`afterword log` lists the entries"))?;
    let mut done: Vec<Ack> = Vec::new();
    for id in ids {
        match store.undo_entry(id, &session.reviewer, &session.clock) {
            Ok(ack) => {
                report(&ack, out);
                done.push(ack);
            }
            Err(StoreError::Unchanged) => unchanged(out),
            Err(error) if done.is_empty() => return Err(error.into()),
            Err(error) => {
                let before = plural(done.len() as u64, "entry was", "entries were");
                return Err(Error::failed(format!(
                    "{error} ({before} taken back before)"
                )));
            }
        }
    }
    Ok(())
}

pub(crate) fn redo(session: &Session, out: &Out) -> Result<(), Error> {
    match session.change()?.redo(&session.reviewer, &session.clock) {
        Ok(Some(ack)) => report(&ack, out),
        Ok(None) => out.note(&format!("nothing of {} is left to redo", session.reviewer)),
        Err(StoreError::Unchanged) => unchanged(out),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
