//! `mark`: status and verdict.

use crate::cli::output::Out;
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::model::{Ack, Change, Edit, Set, Status, Verdict};

/// The words that set something.
fn set(word: &str) -> Option<Set> {
    Some(match word {
        "reviewed" => Set::Status(Status::Reviewed),
        "saved" => Set::Status(Status::Saved),
        "unread" => Set::Status(Status::Unread),
        "deleted" => Set::Status(Status::Deleted),
        "positive" => Set::Verdict(Some(Verdict::Positive)),
        "negative" => Set::Verdict(Some(Verdict::Negative)),
        "none" => Set::Verdict(None),
        _ => return None,
    })
}

pub(crate) fn run(
    session: &Session,
    words: &[String],
    filter: Option<&str>,
    out: &mut Out,
) -> Result<(), Error> {
    let mut sets: Vec<Set> = Vec::new();
    let mut rest = words;
    while let [word, tail @ ..] = rest
        && let Some(next) = set(word)
    {
        let same_kind = |a: &Set| matches!(a, Set::Status(_)) == matches!(next, Set::Status(_));
        if sets.iter().any(same_kind) {
            return Err(Error::usage(format!(
                "{word}: one status and one verdict at most"
            )));
        }
        sets.push(next);
        rest = tail;
    }
    if sets.is_empty() {
        let word = words.first().map_or("", String::as_str);
        return Err(Error::usage(format!("`{word}` is nothing to mark with"))
            .hint("reviewed, saved, unread, deleted, positive, negative, none"));
    }
    let mut store = session.change()?;
    let rows = select::rows(session, &store, rest, filter)?;
    if rows.is_empty() {
        out.note("nothing matches: nothing changed");
        return Ok(());
    }
    let targets = select::targets(&store, &rows)?;
    let mut edits: Vec<Edit> = Vec::new();
    let judged = sets.iter().any(|s| matches!(s, Set::Verdict(Some(_))));
    let status = sets.iter().any(|s| matches!(s, Set::Status(_)));
    if judged && !status {
        // A verdict on an unread conversation also makes it reviewed: one change, one undo.
        let cards = rows
            .chunks(500)
            .map(|c| store.cards(c))
            .collect::<Result<Vec<_>, _>>()?;
        let unread: Vec<_> = cards
            .iter()
            .flatten()
            .zip(&targets)
            .filter(|(card, _)| card.review.status == Status::Unread)
            .map(|(_, target)| *target)
            .collect();
        if !unread.is_empty() {
            edits.push(Edit {
                targets: unread,
                set: Set::Status(Status::Reviewed),
            });
        }
    }
    edits.extend(sets.into_iter().map(|set| Edit {
        targets: targets.clone(),
        set,
    }));
    let ack = store.apply(
        &Change {
            edits,
            bulk: filter.map(str::to_owned),
        },
        &session.reviewer,
        &session.clock,
    )?;
    report(&ack, out);
    Ok(())
}

/// What a change did, with the entry to take it back by.
pub(crate) fn report(ack: &Ack, out: &Out) {
    out.note(&format!("{} · entry {:.8}", ack.summary, ack.entry()));
    for left in ack.left.iter().take(5) {
        out.note(&format!(
            "left alone: {:.8}, changed since by {}",
            left.target.conversation,
            left.reviewer.line().as_str()
        ));
    }
    if ack.left.len() > 5 {
        out.note(&format!("and {} more left alone", ack.left.len() - 5));
    }
}
