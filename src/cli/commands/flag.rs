//! `flag`, `unflag` and `note`.

use super::mark::report;
use crate::cli::args::FlagArgs;
use crate::cli::output::Out;
use crate::cli::select;
use crate::cli::session::Session;
use crate::error::Error;
use crate::filter;
use crate::model::{Change, Edit, EventTarget, NoteId, Set, SortKey, Target};
use crate::text::Untrusted;

pub(crate) fn run(
    session: &Session,
    args: &FlagArgs,
    on: bool,
    out: &mut Out,
) -> Result<(), Error> {
    let mut store = session.change()?;
    let targets: Vec<Target> = match &args.filter {
        Some(_) if !args.targets.is_empty() => {
            return Err(Error::usage("ids and --filter exclude each other"));
        }
        Some(text) => {
            let parsed = filter::parse(text)?;
            let rows =
                select::matching(session, &store, parsed.clone(), SortKey::default(), false)?;
            if args.hits {
                let mut targets = Vec::new();
                for row in rows {
                    let whole = select::whole(&store, row)?;
                    for seq in filter::hits(&parsed, &whole.subject()) {
                        let key = whole.keys[seq as usize];
                        targets.push(Target {
                            conversation: whole.card.id,
                            event: Some(EventTarget { key, seq }),
                        });
                    }
                }
                targets
            } else {
                select::targets(&store, &rows)?
            }
        }
        None => args
            .targets
            .iter()
            .map(|t| select::target(&store, t))
            .collect::<Result<_, _>>()?,
    };
    if targets.is_empty() {
        out.note("nothing matches: nothing changed");
        return Ok(());
    }
    let change = Change {
        edits: vec![Edit {
            targets,
            set: Set::Flag(on),
        }],
        bulk: args.filter.clone(),
    };
    report(
        &store.apply(&change, &session.reviewer, &session.clock)?,
        out,
    );
    Ok(())
}

pub(crate) fn note(
    session: &Session,
    target: &str,
    text: &str,
    out: &mut Out,
) -> Result<(), Error> {
    if text.trim().is_empty() {
        return Err(Error::usage("an empty note is not kept"));
    }
    let mut store = session.change()?;
    let target = select::target(&store, target)?;
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|_| Error::failed("no random numbers from the system"))?;
    let set = Set::Note {
        id: NoteId(id),
        text: Some(Untrusted::from(text)),
    };
    let change = Change {
        edits: vec![Edit {
            targets: vec![target],
            set,
        }],
        bulk: None,
    };
    report(
        &store.apply(&change, &session.reviewer, &session.clock)?,
        out,
    );
    Ok(())
}
