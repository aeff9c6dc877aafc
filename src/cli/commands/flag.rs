//! `flag`, `unflag` and `note`.

use crate::cli::args::FlagArgs;
use crate::cli::changes::{apply, nothing_matches};
use crate::cli::output::Out;
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::filter;
use crate::model::{Edit, EventTarget, NoteId, Set, SortKey, Target};
use crate::store::Store;
use crate::text::Untrusted;

pub(crate) fn run(session: &Session, args: &FlagArgs, on: bool, out: &Out) -> Result<(), Error> {
    let mut store = session.change()?;
    let targets = targets(session, &store, args)?;
    if targets.is_empty() {
        nothing_matches(out);
        return Ok(());
    }
    let edits = vec![Edit {
        targets,
        set: Set::Flag(on),
    }];
    apply(session, &mut store, edits, args.filter.as_deref(), out)
}

fn targets(session: &Session, store: &Store, args: &FlagArgs) -> Result<Vec<Target>, Error> {
    let Some(text) = &args.filter else {
        let named = args.targets.iter();
        return named.map(|t| select::target(store, t)).collect();
    };
    let parsed = filter::parse(text)?;
    let rows = select::answer(session, store, parsed.clone(), SortKey::default(), false)?.rows;
    if !args.hits {
        return select::targets(store, &rows);
    }
    let mut targets = Vec::new();
    for row in rows {
        let whole = select::whole(store, row)?;
        for seq in filter::hits(&parsed, &whole.subject()) {
            if let Some(&key) = whole.keys.get(seq as usize) {
                targets.push(Target {
                    conversation: whole.card.id,
                    event: Some(EventTarget { key, seq }),
                });
            }
        }
    }
    Ok(targets)
}

pub(crate) fn note(session: &Session, target: &str, text: &str, out: &Out) -> Result<(), Error> {
    if text.trim().is_empty() {
        return Err(Error::usage("an empty note is not kept").hint("afterword note ID TEXT"));
    }
    let mut store = session.change()?;
    let target = select::target(&store, target)?;
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|_| Error::failed("no random numbers from the system"))?;
    let edits = vec![Edit {
        targets: vec![target],
        set: Set::Note {
            id: NoteId(id),
            text: Some(Untrusted::from(text)),
        },
    }];
    apply(session, &mut store, edits, None, out)
}
