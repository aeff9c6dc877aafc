//! The review screen: alone, at a conversation, or on the demo.

use std::path::Path;

use crate::cli::select;
use crate::cli::session::Session;
use crate::demo;
use crate::error::Error;
use crate::model::{Clock, EventTarget, Link, without_surroundings};
use crate::store::{Access, SourceSpec, Store};
use crate::tui;

/// A row, and an event of it.
type At = (i64, Option<u32>);

/// `afterword` and `open`: at `row` and event where one is asked for.
/// `notice` is for the status line.
pub(crate) fn review(
    session: &Session,
    at: Option<At>,
    notice: Option<String>,
) -> Result<u8, Error> {
    interactive()?;
    // A store that is not there yet is made: the empty screen tells how to fill it.
    drop(session.open(&Access::Review)?);
    screen(session, &session.store, at, notice)
}

fn interactive() -> Result<(), Error> {
    if !Session::interactive() {
        return Err(
            Error::usage("the review screen needs a terminal for input and output")
                .hint("`afterword list --json` and `afterword show` work in a pipe"),
        );
    }
    tui::terminal::check_terminal().map_err(|why| {
        Error::usage(why).hint("`afterword list` and `afterword show` work on any terminal")
    })
}

fn screen(
    session: &Session,
    store: &Path,
    at: Option<At>,
    notice: Option<String>,
) -> Result<u8, Error> {
    let options = tui::Options {
        store: store.to_owned(),
        reviewer: session.reviewer.clone(),
        clock: session.clock,
        theme: session.theme(),
        keymap: session.config.keymap()?,
        mouse: session.config.mouse.unwrap_or(true),
        at,
        definitions: session.config.definitions.clone(),
        notice,
    };
    tui::run(options)
}

/// A link, an id, or an external id.
pub(crate) fn open(session: &Session, target: &str) -> Result<u8, Error> {
    interactive()?;
    let store = session.read()?;
    let (at, notice) = locate(&store, target)?;
    drop(store);
    review(session, Some(at), notice)
}

/// The row and the event that a target means, and what is to be said where the event is not there.
fn locate(store: &Store, target: &str) -> Result<(At, Option<String>), Error> {
    let Some(link) = Link::read(target) else {
        let (row, _) = match select::one(store, target) {
            // The full stop of the sentence it stood in.
            Err(error) => select::one(store, without_surroundings(target)).map_err(|_| error)?,
            found => found?,
        };
        return Ok(((row, None), None));
    };
    let row = select::linked(store, &link.id)?;
    let Some(key) = &link.event else {
        return Ok(((row, None), None));
    };
    let whole = select::whole(store, row)?;
    let at = whole.keys.iter().position(|k| k.to_string() == *key);
    if let Some(seq) = at.and_then(|seq| u32::try_from(seq).ok()) {
        return Ok(((row, Some(seq)), None));
    }
    let detached = |target: &EventTarget| target.key.to_string() == *key;
    let review = &whole.review;
    let notes = review.notes.iter().filter_map(|n| n.event.as_ref());
    let corrections = review.corrections.iter().filter_map(|c| c.0.as_ref());
    let mut judged = review.flagged_events.iter().chain(notes).chain(corrections);
    let notice = if judged.any(detached) {
        "the event of this link is detached: the log no longer has it · this is its conversation"
    } else {
        "the event of this link is not in this conversation here · this is the conversation"
    };
    Ok(((row, None), Some(notice.to_owned())))
}

/// The demo, in a temporary store that is gone afterwards unless it is kept.
pub(crate) fn demo(session: &Session, keep: Option<&Path>) -> Result<u8, Error> {
    let folder;
    let path = match keep {
        Some(path) => {
            if path.exists() {
                return Err(
                    Error::failed(format!("{} is there already", path.display()))
                        .hint("name a new file"),
                );
            }
            fill_demo(path, &session.clock)?;
            if !Session::interactive() {
                return Ok(0);
            }
            interactive()?;
            path.to_owned()
        }
        None => {
            interactive()?;
            folder = tempfile::Builder::new()
                .prefix("afterword-demo-")
                .tempdir()?;
            let path = folder.path().join("store.db");
            fill_demo(&path, &session.clock)?;
            path
        }
    };
    screen(session, &path, None, None)
}

/// Puts the demo's conversations and the decisions of its reviewers into a new store.
///
/// # Errors
/// Where the store cannot be made or written.
pub fn fill_demo(path: &Path, clock: &Clock) -> Result<(), Error> {
    let mut store = Store::open(path, &Access::Import)?;
    let conversations = demo::conversations(clock.now());
    let mut sources: Vec<_> = conversations.iter().map(|c| c.key.source.clone()).collect();
    sources.sort();
    sources.dedup();
    for name in sources {
        let spec = SourceSpec {
            name: name.clone(),
            format: "demo".to_owned(),
            session_mode: "marker".to_owned(),
        };
        let mut ingest = store.begin_import(&spec)?;
        for conversation in conversations.iter().filter(|c| c.key.source == name) {
            ingest.take(conversation.clone())?;
        }
        ingest.finish()?;
    }
    drop(store);
    let mut store = Store::open(path, &Access::Review)?;
    for (reviewer, change) in demo::reviews(&conversations) {
        store.apply(&change, &reviewer, clock)?;
    }
    Ok(())
}
