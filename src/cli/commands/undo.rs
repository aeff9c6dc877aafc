//! `undo` and `redo`.

use super::mark::report;
use crate::cli::output::Out;
use crate::cli::session::Session;
use crate::error::Error;

pub(crate) fn run(session: &Session, what: &[String], out: &mut Out) -> Result<(), Error> {
    let mut store = session.change()?;
    let count = match what {
        [] => Some(1),
        // An entry is named by letters and digits of base32, which begins with a number only by chance:
        // a plain small number is a count.
        [one] => one.parse::<usize>().ok().filter(|n| *n <= 10_000),
        _ => None,
    };
    let acks = match count {
        Some(n) => store.undo_last(n, &session.reviewer, &session.clock)?,
        None => {
            let mut acks = Vec::new();
            for prefix in what {
                let id = store.find_entry(prefix)?;
                acks.push(store.undo_entry(id, &session.reviewer, &session.clock)?);
            }
            acks
        }
    };
    if acks.is_empty() {
        out.note(&format!("nothing of {} is left to undo", session.reviewer));
    }
    acks.iter().for_each(|ack| report(ack, out));
    Ok(())
}

pub(crate) fn redo(session: &Session, out: &mut Out) -> Result<(), Error> {
    match session.change()?.redo(&session.reviewer, &session.clock)? {
        Some(ack) => report(&ack, out),
        None => out.note("nothing to redo"),
    }
    Ok(())
}
