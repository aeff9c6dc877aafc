//! The review screen: alone, at a conversation, or on the demo.

use std::path::Path;

use crate::cli::output::say;
use crate::cli::select;
use crate::cli::session::Session;
use crate::demo;
use crate::error::Error;
use crate::model::Clock;
use crate::store::{Access, SourceSpec, Store};
use crate::tui;

/// `afterword` and `open`: at `row` and event where one is asked for.
pub(crate) fn review(session: &Session, at: Option<(i64, Option<u32>)>) -> Result<u8, Error> {
    interactive()?;
    // A store that is not there yet is made: the empty screen tells how to fill it.
    drop(session.open(&Access::Review)?);
    screen(session, &session.store, at)
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

fn screen(session: &Session, store: &Path, at: Option<(i64, Option<u32>)>) -> Result<u8, Error> {
    let options = tui::Options {
        store: store.to_owned(),
        reviewer: session.reviewer.clone(),
        clock: session.clock,
        theme: session.theme(),
        keymap: session.config.keymap()?,
        mouse: session.config.mouse.unwrap_or(true),
        at,
    };
    tui::run(options)
}

/// A link, an id, or an external id.
pub(crate) fn open(session: &Session, target: &str) -> Result<u8, Error> {
    interactive()?;
    let store = session.read()?;
    let (id, event) = match target.strip_prefix("afterword://") {
        Some(rest) => rest
            .split_once('/')
            .map_or((rest, None), |(id, event)| (id, Some(event))),
        None => (target, None),
    };
    let (row, _) = select::one(&store, id)?;
    let seq = match event {
        None => None,
        Some(key) => {
            let whole = select::whole(&store, row)?;
            let at = whole
                .keys
                .iter()
                .position(|k| k.to_string() == key.to_lowercase());
            if at.is_none() {
                say("the event of this link is not in this conversation: it opens without it");
            }
            at.and_then(|seq| u32::try_from(seq).ok())
        }
    };
    drop(store);
    review(session, Some((row, seq)))
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
    screen(session, &path, None)
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
