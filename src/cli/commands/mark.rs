//! `mark`: status and verdict.

use crate::cli::changes::{apply, nothing_matches};
use crate::cli::output::Out;
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::filter::nearest;
use crate::model::{Edit, Set, Status, Target, Verdict};
use crate::store::Store;

/// The words that set something.
const WORDS: [&str; 7] = [
    "reviewed", "saved", "unread", "deleted", "positive", "negative", "none",
];

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
    out: &Out,
) -> Result<(), Error> {
    let (sets, ids) = sort_out(words)?;
    let mut store = session.change()?;
    let rows = select::rows(session, &store, &ids, filter).map_err(|e| meant_word(e, &ids))?;
    if rows.is_empty() {
        nothing_matches(out);
        return Ok(());
    }
    let targets = select::targets(&store, &rows)?;
    let mut edits: Vec<Edit> = Vec::new();
    let judged = sets.iter().any(|s| matches!(s, Set::Verdict(Some(_))));
    let status = sets.iter().any(|s| matches!(s, Set::Status(_)));
    if judged && !status {
        edits.extend(reviewed(&store, &rows, &targets)?);
    }
    edits.extend(sets.into_iter().map(|set| Edit {
        targets: targets.clone(),
        set,
    }));
    apply(session, &mut store, edits, filter, out)
}

/// What to set, and the ids: in any order.
fn sort_out(words: &[String]) -> Result<(Vec<Set>, Vec<String>), Error> {
    let mut sets: Vec<Set> = Vec::new();
    let mut ids = Vec::new();
    for word in words {
        let Some(next) = set(word) else {
            ids.push(word.clone());
            continue;
        };
        let is_status = |set: &Set| matches!(set, Set::Status(_));
        if sets.iter().any(|s| is_status(s) == is_status(&next)) {
            return Err(Error::usage(format!(
                "`{word}`: one status and one verdict at most"
            )));
        }
        sets.push(next);
    }
    if sets.is_empty() {
        let all = format!("one of {}", WORDS.join(" "));
        return Err(match ids.iter().find(|id| nearest(id, WORDS).is_some()) {
            Some(word) => Error::usage(format!("`{word}` is nothing to mark with"))
                .hint_nearest(word, WORDS, all),
            None => Error::usage("nothing to mark with").hint(all),
        });
    }
    Ok((sets, ids))
}

/// An id that is not there may be a word misspelt.
fn meant_word(error: Error, ids: &[String]) -> Error {
    let quoted = |id: &&String| error.text.ends_with(id.as_str());
    match ids.iter().find(quoted).and_then(|id| nearest(id, WORDS)) {
        Some(word) => error.hint(format!("did you mean `{word}`?")),
        None => error,
    }
}

/// A verdict on an unread conversation also makes it reviewed: one change, one undo.
fn reviewed(store: &Store, rows: &[i64], targets: &[Target]) -> Result<Option<Edit>, Error> {
    let mut unread = Vec::new();
    for (rows, targets) in rows.chunks(500).zip(targets.chunks(500)) {
        let cards = store.cards(rows)?;
        let found = cards.iter().zip(targets);
        unread.extend(
            found
                .filter(|(card, _)| card.review.status == Status::Unread)
                .map(|(_, target)| *target),
        );
    }
    Ok((!unread.is_empty()).then_some(Edit {
        targets: unread,
        set: Set::Status(Status::Reviewed),
    }))
}
